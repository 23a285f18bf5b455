# SPDX-License-Identifier: GPL-2.0-only
applications += kchild kparent kwindows
drivers	+= kcount volume
kchild	:= kend
kparent	:= file
kwindows := kend
