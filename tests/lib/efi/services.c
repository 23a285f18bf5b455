// SPDX-License-Identifier: GPL-2.0-only
/*
 * Change the firmware's description of its runtime services
 */
#include "services.h"

struct properties {
	UINT16 version, length;
	UINT32 supported;
};

static EFI_GUID properties_guid = { 0xeb66918a, 0x7eef, 0x402a,
	{ 0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 } };

void renew_checksum(void)
{
	UINT32 crc;

	RT->Hdr.CRC32 = 0;
	uefi_call_wrapper(BS->CalculateCrc32, 3, (VOID *)RT,
			  RT->Hdr.HeaderSize, &crc);
	RT->Hdr.CRC32 = crc;
}

EFI_STATUS say_supported(UINT32 services)
{
	struct properties *properties;
	EFI_STATUS status;

	if (!EFI_ERROR(LibGetSystemConfigurationTable(&properties_guid,
						      (VOID **)&properties))) {
		properties->supported = services & RT_SUPPORTED_ALL;
		return EFI_SUCCESS;
	}
	status = uefi_call_wrapper(BS->AllocatePool, 3, EfiRuntimeServicesData,
				   sizeof(*properties), (VOID **)&properties);
	if (EFI_ERROR(status))
		return status;
	properties->version = 1;
	properties->length = sizeof(*properties);
	properties->supported = services & RT_SUPPORTED_ALL;
	return uefi_call_wrapper(BS->InstallConfigurationTable, 2,
				 &properties_guid, properties);
}
