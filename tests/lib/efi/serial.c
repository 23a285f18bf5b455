// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print to the serial port when the firmware's console cannot be used
 */
#include "driver.h"

#define COM1	0x3f8
#define LSR	5
#define THRE	0x20

void serial_print(const char *s)
{
	for (; *s; s++) {
		while (!(inb(COM1 + LSR) & THRE))
			;
		outb(COM1, *s);
	}
}
