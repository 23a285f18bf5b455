/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries for the firmware's interrupt descriptor table
 */
#ifndef _ARCH_EFI_BOOT_IDT_ENTRY_H
#define _ARCH_EFI_BOOT_IDT_ENTRY_H

/* Number of exception entries, and their distance in bytes */
#define EFI_MODE_NR_FAULTS	22	/* up to the control protection exception */
#define EFI_MODE_ENTRY_STRIDE	16

#ifndef __ASSEMBLER__

#include <linux/types.h>

struct efi_mode_fault;

extern const char efi_mode_entry_tick[], efi_mode_entry_slice[];
extern const char efi_mode_entry_stray[];
extern const char efi_mode_entry_nmi[], efi_mode_entry_mc[];
extern const char efi_mode_entry_faults[];

/* idt-hook.c: counters for the entries, and the firmware's handlers */
extern __u32 *efi_mode_nmi_counter, *efi_mode_mc_counter;
extern unsigned long efi_mode_firmware_exceptions[EFI_MODE_NR_FAULTS];

/* idt-hook.c, called by the entries */
bool efi_mode_is_kernels_exception(void);

/* preempt.c, called by the entries */
void efi_mode_tick(unsigned long *rflags);
void efi_mode_slice_timer(unsigned long *rflags);
void efi_mode_stray_interrupt(unsigned long *rflags);
void efi_mode_fault(const struct efi_mode_fault *frame);

/* machine-check.c, called by the entry */
bool efi_mode_mc_is_fatal(void);

#endif /* !__ASSEMBLER__ */
#endif /* _ARCH_EFI_BOOT_IDT_ENTRY_H */
