// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recognize EFI applications
 *
 * The firmware checks an image thoroughly. This is only to refuse other files
 * with a clear message, before the firmware reads them.
 */
#include <linux/efi.h>
#include <linux/overflow.h>
#include <linux/pe.h>
#include <linux/string.h>

#include "efi-kexec.h"

/**
 * efi_pe_why_not() - check whether a file is an EFI application for x86-64
 * @buf:	the file
 * @size:	size of @buf in bytes
 *
 * Context: any.
 * Return: NULL if it is one, otherwise the reason why it is not, as the end of a
 * sentence that begins with "the image".
 */
const char *efi_pe_why_not(const void *buf, size_t size)
{
	const struct mz_hdr *mz = buf;
	const struct pe32plus_opt_hdr *opt;
	const struct pe_hdr *pe;
	size_t at;

	if (size < sizeof(*mz) || mz->magic != IMAGE_DOS_SIGNATURE)
		return "is not a PE file";
	at = mz->peaddr;
	if (size_add(at, sizeof(*pe) + sizeof(*opt)) > size)
		return "is truncated";
	pe = buf + at;
	opt = buf + at + sizeof(*pe);
	if (pe->magic != IMAGE_NT_SIGNATURE)
		return "is not a PE file";
	if (pe->machine != IMAGE_FILE_MACHINE_AMD64 ||
	    pe->opt_hdr_size < sizeof(*opt) ||
	    opt->magic != IMAGE_NT_OPTIONAL_HDR64_MAGIC)
		return "is for another kind of CPU";
	if (opt->subsys != IMAGE_SUBSYSTEM_EFI_APPLICATION)
		return "is not an EFI application";
	if (opt->header_size > size)
		return "is truncated";
	return NULL;
}

/**
 * efi_pe_memory() - compute the memory that LoadImage() needs for an image
 * @buf:	an image that efi_pe_why_not() has accepted
 *
 * Context: any.
 * Return: the size in bytes, with room to align the image.
 */
size_t efi_pe_memory(const void *buf)
{
	const struct mz_hdr *mz = buf;
	const struct pe32plus_opt_hdr *opt = buf + mz->peaddr + sizeof(struct pe_hdr);

	return (size_t)opt->image_size + opt->section_align + EFI_PAGE_SIZE;
}

/* The line of arch/efi/boot/sbat.csv that names this kernel */
#define EPE_OURS	"linux.efi-mode,"

/**
 * efi_pe_is_ours() - check whether an image is a kernel that runs beside the firmware
 * @buf:	an image that efi_pe_why_not() has accepted
 * @size:	size of @buf in bytes
 *
 * Context: any.
 * Return: true if its section .sbat says so. A unified kernel image has that of its stub.
 */
bool efi_pe_is_ours(const void *buf, size_t size)
{
	const struct mz_hdr *mz = buf;
	const struct pe_hdr *pe = buf + mz->peaddr;
	size_t at = mz->peaddr + sizeof(*pe) + pe->opt_hdr_size;
	const struct section_header *section = buf + at;
	unsigned int i;

	if (size_add(at, pe->sections * sizeof(*section)) > size)
		return false;
	for (i = 0; i < pe->sections; i++, section++) {
		if (strncmp(section->name, ".sbat", sizeof(section->name)))
			continue;
		return size_add(section->data_addr, section->raw_data_size) <= size &&
		       strnstr(buf + section->data_addr, EPE_OURS,
			       section->raw_data_size);
	}
	return false;
}
