# SPDX-License-Identifier: GPL-2.0-only
drivers	+= capsule esrt noreset novariable nowakeup wakeup
capsule	:= services
noreset	:= services
novariable := services
nowakeup := services
wakeup	:= services
