// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that installs an EFI System Resource Table (UEFI 2.10, section 23.4)
 *
 * The UEFI shell loads this driver. OVMF itself has no such table.
 */
#include <efi.h>
#include <efilib.h>

struct table {
	UINT32 count, max;
	UINT64 version;
	struct {
		EFI_GUID class;
		UINT32 type, version, lowest, flags;
		UINT32 last_version, last_status;
	} entry;
};

static EFI_GUID esrt_guid = { 0xb122a263, 0x3661, 0x4f68,
	{ 0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6, 0x21, 0x80 } };

static const struct table contents = {
	.count = 1, .max = 1, .version = 1,
	.entry = {
		.class = { 0x9f3c7d12, 0x5be4, 0x4f0a,
			{ 0x8c, 0x11, 0x2a, 0x6d, 0x90, 0x47, 0xe3, 0x5b } },
		.type = 1, .version = 0x10203, .lowest = 0x10000,
		.last_version = 0x10203,
	},
};

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	struct table *table;
	EFI_STATUS status;

	InitializeLib(image, systab);
	status = uefi_call_wrapper(BS->AllocatePool, 3, EfiRuntimeServicesData,
				   sizeof(*table), (void **)&table);
	if (EFI_ERROR(status))
		return status;
	CopyMem(table, (void *)&contents, sizeof(*table));
	return uefi_call_wrapper(BS->InstallConfigurationTable, 2, &esrt_guid,
				 table);
}
