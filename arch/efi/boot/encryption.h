/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Detect a guest with encrypted memory
 *
 * The file uses nothing from the EFI stub, because KUnit tests it in the kernel
 * proper.
 */
#ifndef _ARCH_EFI_BOOT_ENCRYPTION_H
#define _ARCH_EFI_BOOT_ENCRYPTION_H

#include <linux/bits.h>
#include <linux/string.h>
#include <linux/types.h>

#include <asm/msr-index.h>
#include <asm/shared/tdx.h>

#define EFI_MODE_CPUID_SME_SEV	0x8000001f
#define EFI_MODE_CPUID_HAS_SEV	BIT(1)		/* in EAX of that leaf */

/**
 * struct efi_mode_encryption_info - CPU registers about memory encryption
 * @tdx:	EBX, EDX and ECX of CPUID leaf 0x21, or 0 if there is no such
 *		leaf
 * @sev_cpuid:	EAX of CPUID leaf 0x8000001f, or 0 if there is no such leaf
 * @sev_msr:	MSR_AMD64_SEV, or 0 if @sev_cpuid does not report SEV
 */
struct efi_mode_encryption_info {
	u32 tdx[3];
	u32 sev_cpuid;
	u64 sev_msr;
};

/**
 * efi_mode_memory_encryption() - find the technique that encrypts guest memory
 * @info:	CPU registers about memory encryption
 *
 * Encrypted memory is not supported: the kernel would have to mark each page as
 * encrypted or shared, also on behalf of the firmware.
 *
 * A CPU that is able to run encrypted guests does not prove that this is such a
 * guest. The bits that do are in AMD APM volume 2, section 15.34.10, and in the
 * Intel TDX Module 1.5 Base Specification, CPUID leaf 0x21.
 *
 * Context: any.
 * Return: name of the technique, or NULL if memory is not encrypted.
 */
static inline const char *
efi_mode_memory_encryption(const struct efi_mode_encryption_info *info)
{
	if (!memcmp(info->tdx, TDX_IDENT, sizeof(info->tdx)))
		return "TDX";
	if ((info->sev_cpuid & EFI_MODE_CPUID_HAS_SEV) &&
	    (info->sev_msr & MSR_AMD64_SEV_ENABLED))
		return "SEV";
	return NULL;
}

#endif /* _ARCH_EFI_BOOT_ENCRYPTION_H */
