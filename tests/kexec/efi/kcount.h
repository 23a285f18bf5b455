/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The protocol of kcount.efi
 */
#ifndef KCOUNT_H
#define KCOUNT_H

#include <efi.h>

#define KCOUNT_GUID { 0x6b7c3f10, 0x52d4, 0x4c0e,			\
	{ 0x91, 0x5f, 0x0c, 0x2e, 0x57, 0x8a, 0x11, 0x9d } }

/**
 * struct kcount - what exists since the driver was loaded
 * @events:	number of events that were created, less those that were closed
 */
struct kcount {
	volatile INT64 events;
};

#endif /* KCOUNT_H */
