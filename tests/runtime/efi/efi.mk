# SPDX-License-Identifier: GPL-2.0-only
drivers	+= capsule esrt noreset novariable noquery nowakeup wakeup
capsule	:= services
noreset	:= services
novariable := services
noquery	:= services
nowakeup := services
wakeup	:= services
