/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network card of the EFI test driver: declarations for both of its protocols
 */
#ifndef CARD_H
#define CARD_H

#include "driver.h"
#include "mnp.h"
#include "net-card.h"

/* Room for a frame in the memory of the card */
#define CARD_ROOM	4096

struct card_frame {
	UINT32 size;
	UINT8 data[CARD_ROOM];
};

extern EFI_SIMPLE_NETWORK_MODE card_mode;

/* card.c: frames that wait until Linux receives them, and faults */
BOOLEAN card_has(UINT64 fault, UINT64 once);
void card_breach(void);
EFI_STATUS card_send(const void *frame, UINTN size);
struct card_frame *card_next(void);
void card_drop(void);
void card_enter(void);

/* card-mnp.c */
extern EFI_SERVICE_BINDING card_binding;
UINT64 mnp_lent(void);
UINT64 mnp_children(void);
EFI_STATUS mnp_init(void);
void mnp_fault(UINT64 fault);
void mnp_remove(void);

#endif /* CARD_H */
