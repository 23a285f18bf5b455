# SPDX-License-Identifier: GPL-2.0-only
drivers	+= la57 protected selectors tss xsave xsavesse x2apic
driver	+= state faults clobber keep ymm registers
la57	:= enter-la57
protected := machine
xsave	:= enable-xsave
xsavesse := enable-xsave

# The guest part and the driver check their registers with the same code
vpath registers.S ../../switch/guest
