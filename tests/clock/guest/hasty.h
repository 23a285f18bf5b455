/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by tests/clock/efi/hasty.c and tests/clock/guest/hasty.c
 */
#ifndef HASTY_H
#define HASTY_H

/* An argument of Stall() that no other caller uses */
#define HASTY_USEC	20011

#endif /* HASTY_H */
