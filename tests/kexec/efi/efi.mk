# SPDX-License-Identifier: GPL-2.0-only
applications += kchild kload kparent kwindows
drivers	+= kcount volume
kchild	:= kend
kload	:= file
kparent	:= file
kwindows := kend
