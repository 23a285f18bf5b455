// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that adds capsule services to the firmware
 *
 * QueryCapsuleCapabilities() demands a warm reset. UpdateCapsule() describes
 * the capsule on the console, and does nothing else with it. The UEFI shell
 * loads this driver.
 */
#include "services.h"

/* Room for two pages of descriptors */
#define MAX_SIZE	0x180000

#define FLAGS		(CAPSULE_FLAGS_PERSIST_ACROSS_RESET | \
			 CAPSULE_FLAGS_POPULATE_SYSTEM_TABLE)

static BOOLEAN is_valid(const EFI_CAPSULE_HEADER *h)
{
	return h->HeaderSize >= sizeof(*h) &&
	       h->CapsuleImageSize >= h->HeaderSize &&
	       h->Flags & CAPSULE_FLAGS_PERSIST_ACROSS_RESET;
}

static EFI_STATUS EFIAPI query(EFI_CAPSULE_HEADER **headers, UINTN count,
			       UINT64 *max_size, EFI_RESET_TYPE *reset_type)
{
	if (count != 1 || !headers || !max_size || !reset_type ||
	    !is_valid(headers[0]))
		return EFI_INVALID_PARAMETER;
	if (headers[0]->Flags & ~FLAGS)
		return EFI_UNSUPPORTED;
	*max_size = MAX_SIZE;
	*reset_type = EfiResetWarm;
	return EFI_SUCCESS;
}

/* CRC-32 of IEEE 802.3, bit by bit */
static UINT32 add_to_crc(UINT32 crc, const UINT8 *data, UINT64 size)
{
	UINTN bit;

	while (size--) {
		crc ^= *data++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return crc;
}

/*
 * UEFI 2.10, section 8.5.3.1: a length of 0 continues in another list, or is
 * the end
 */
static UINT32 walk(EFI_CAPSULE_BLOCK_DESCRIPTOR *d, UINT64 *size, UINTN *lists)
{
	UINT32 crc = ~0U;

	*size = 0;
	*lists = 1;
	for (;;) {
		if (d->Length) {
			crc = add_to_crc(crc, (UINT8 *)d->Union.DataBlock,
					 d->Length);
			*size += d->Length;
			d++;
		} else if (d->Union.ContinuationPointer) {
			d = (VOID *)d->Union.ContinuationPointer;
			++*lists;
		} else {
			return ~crc;
		}
	}
}

static EFI_STATUS EFIAPI update(EFI_CAPSULE_HEADER **headers, UINTN count,
				EFI_PHYSICAL_ADDRESS list)
{
	EFI_CAPSULE_HEADER *first;
	UINT64 size;
	UINTN lists;
	UINT32 crc;

	Print(L"\nCAPSULE UPDATE\n");
	if (count != 1 || !headers || !list || !is_valid(headers[0]))
		return EFI_INVALID_PARAMETER;
	crc = walk((VOID *)list, &size, &lists);
	/*
	 * The header is an argument, and is also at the beginning of the
	 * capsule
	 */
	first = (VOID *)((EFI_CAPSULE_BLOCK_DESCRIPTOR *)list)->Union.DataBlock;
	Print(L"\nCAPSULE HAD %g %d bytes crc %08x header %s lists %d\n",
	      &headers[0]->CapsuleGuid, size, crc,
	      CompareMem(headers[0], first, sizeof(*first)) ? L"other" : L"same",
	      lists);
	return size == headers[0]->CapsuleImageSize ? EFI_SUCCESS :
						      EFI_INVALID_PARAMETER;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	RT->QueryCapsuleCapabilities = (EFI_QUERY_CAPSULE_CAPABILITIES)query;
	RT->UpdateCapsule = (EFI_UPDATE_CAPSULE)update;
	renew_checksum();
	return EFI_SUCCESS;
}
