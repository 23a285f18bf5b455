# SPDX-License-Identifier: GPL-2.0-only
drivers	+= freerun hasty hpet longstall oneshot pit slowhpet slowstart vectors
driver	+= clock comparator counter interrupts stall tick
freerun	:= chain comparator hpet-clock machine
hpet	:= chain comparator hpet-clock machine
oneshot	:= chain machine
pit	:= chain machine pic
slowhpet := chain comparator hpet-clock machine
slowstart := cycles machine
vectors	:= machine
