/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What idt-entry.S has for the C files, and they for it
 */
#ifndef _ARCH_EFI_BOOT_IDT_ENTRY_H
#define _ARCH_EFI_BOOT_IDT_ENTRY_H

/* Entries of exceptions, one after the other */
#define EFI_MODE_NR_FAULTS	22	/* up to the control protection exception */
#define EFI_MODE_FAULT_STRIDE	16

/* Entries of all vectors, for the search for firmware's clock */
#define EFI_MODE_WATCH_STRIDE	16

/* Bytes of stack that a call can count on: UEFI 2.10, section 2.3.4 */
#define EFI_MODE_CALL_STACK	0x20000
#define EFI_MODE_CALL_STACK_SPARE 0x10000

/* 64-bit words at its end, by which is seen that it was not enough */
#define EFI_MODE_STACK_MARKS	16

#ifndef __ASSEMBLY__

#include <linux/types.h>

struct efi_mode_fault;
struct efi_mode_request;

/**
 * struct efi_mode_watch - what was seen of a vector
 * @handler:	firmware's handler
 * @count:	how often it came
 * @first:	TSC of the first time
 * @last:	TSC of the last time
 */
struct efi_mode_watch {
	__u64 handler;
	__u64 count;
	__u64 first;
	__u64 last;
};

extern struct efi_mode_watch efi_mode_watch[];
extern const char efi_mode_watch_stubs[], efi_mode_fault_gates[];
extern const char efi_mode_tick_gate[], efi_mode_slice_gate[];
extern const char efi_mode_nmi_gate[], efi_mode_mc_gate[];
extern __u32 *efi_mode_nmi_counter, *efi_mode_mc_counter;

extern __u64 efi_mode_stack_mark[EFI_MODE_STACK_MARKS];

void efi_mode_invoke(struct efi_mode_request *request);
unsigned long efi_mode_run_handler(unsigned long handler,
				   unsigned long flags);

/* resident.c, called from idt-entry.S */
void efi_mode_tick(unsigned long *rflags);
void efi_mode_slice_timer(unsigned long *rflags);
void efi_mode_fault(const struct efi_mode_fault *frame);

#endif /* !__ASSEMBLY__ */
#endif /* _ARCH_EFI_BOOT_IDT_ENTRY_H */
