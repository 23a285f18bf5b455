/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tests/clock/efi/hasty.c and the guest share
 */
#ifndef HASTY_H
#define HASTY_H

/* A time that nothing else asks for */
#define HASTY_USEC	20011

#endif /* HASTY_H */
