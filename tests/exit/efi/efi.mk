# SPDX-License-Identifier: GPL-2.0-only
applications += settings loader
drivers	+= resets marks
driver	+= leave
settings := machine pic
loader	:= file
