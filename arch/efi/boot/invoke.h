/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call functions and interrupt handlers of the firmware
 */
#ifndef _ARCH_EFI_BOOT_INVOKE_H
#define _ARCH_EFI_BOOT_INVOKE_H

/*
 * Stack size in bytes that UEFI guarantees (UEFI 2.10, section 2.3.4), and
 * spare
 */
#define EFI_MODE_INVOKE_STACK	0x20000
#define EFI_MODE_INVOKE_STACK_SPARE 0x10000

/* Number of 64-bit words below the stack that reveal that a call used more */
#define EFI_MODE_NR_STACK_MARKS	16

#ifndef __ASSEMBLER__

#include <linux/types.h>

struct efi_mode_request;

extern __u64 efi_mode_invoke_stack_marks[EFI_MODE_NR_STACK_MARKS];

void efi_mode_invoke(struct efi_mode_request *request);
unsigned long efi_mode_invoke_handler(unsigned long handler,
				      unsigned long flags);

#endif /* !__ASSEMBLER__ */
#endif /* _ARCH_EFI_BOOT_INVOKE_H */
