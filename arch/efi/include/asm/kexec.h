/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kexec beside the firmware: the firmware loads and starts the image
 */
#ifndef _ASM_EFI_KEXEC_H
#define _ASM_EFI_KEXEC_H

#include_next <asm/kexec.h>

#ifndef __ASSEMBLER__

struct kimage;

/* kexec_load(2) */
int efi_kexec_load_check(void);
#define arch_kexec_load_check efi_kexec_load_check

#ifdef CONFIG_KEXEC_FILE
int efi_kexec_probe(struct kimage *image, void *buf, unsigned long size);
#define arch_kexec_kernel_image_probe efi_kexec_probe

int efi_kexec_commit(struct kimage *image);
#define machine_kexec_post_load efi_kexec_commit
#endif

#endif /* !__ASSEMBLER__ */
#endif /* _ASM_EFI_KEXEC_H */
