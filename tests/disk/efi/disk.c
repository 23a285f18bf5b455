// SPDX-License-Identifier: GPL-2.0-only
/*
 * A RAM disk that fails on request, and counts calls that break the
 * specification
 */
#include "disk-device.h"

#define VENDOR_GUID { 0x5f6d1e0a, 0x3b1c, 0x4e55,			\
	{ 0x9a, 0x21, 0x0e, 0x44, 0x7d, 0x60, 0xb8, 0x13 } }

#define ERASE_BLOCK_GUID { 0x95a9a93e, 0xa86e, 0x4926,			\
	{ 0xaa, 0xef, 0x99, 0x18, 0xe7, 0x72, 0xd9, 0x87 } }

#define IPXE_MEDIA_ID	0x69505845
#define FIRST_MEDIA_ID	7
#define ERASE_BLOCKS	8
#define FOR_EVER	0xffff
#define PAGE_FAULT	14
#define HIGH		(1ULL << 32)
#define SPOILED		0xdb

struct erase_token {
	EFI_EVENT event;
	EFI_STATUS status;
};

struct erase_block {
	UINT64 revision;
	UINT32 granularity;
	EFI_STATUS (EFIAPI *erase)(struct erase_block *this, UINT32 media_id,
				   UINT64 lba, struct erase_token *token,
				   UINTN size);
};

static const struct {
	UINT32 block_size, io_align;
	BOOLEAN removable, partition;
} kinds[] = {
	[TEST_DISK_KIND_512] = { 512, 0, FALSE, FALSE },
	[TEST_DISK_KIND_16K] = { 16384, 0, FALSE, FALSE },
	[TEST_DISK_KIND_64K] = { 65536, 1, FALSE, FALSE },
	[TEST_DISK_KIND_ALIGN] = { 512, 8192, FALSE, FALSE },
	[TEST_DISK_KIND_REMOVABLE] = { 2048, 4, TRUE, FALSE },
	[TEST_DISK_KIND_IPXE] = { 1, 0, FALSE, FALSE },
	[TEST_DISK_KIND_PARTITION] = { 512, 0, FALSE, TRUE },
	[TEST_DISK_KIND_520] = { 520, 0, FALSE, FALSE },
	[TEST_DISK_KIND_TOO_LARGE] = { 512, 0, FALSE, FALSE },
	[TEST_DISK_KIND_PHYSICAL] = { 512, 0, FALSE, FALSE },
};

static EFI_GUID block_guid = EFI_BLOCK_IO_PROTOCOL_GUID;
static EFI_GUID erase_guid = ERASE_BLOCK_GUID;
static EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

static struct vendor_path path = VENDOR_PATH(VENDOR_GUID);

static EFI_BLOCK_IO_MEDIA media;
static EFI_BLOCK_IO_PROTOCOL block;
static struct erase_block erase_block;
static EFI_HANDLE handle;
static UINT8 *data;

static EFI_STATUS fail_status;
static volatile UINT64 strays, calls, breaches, erased, flushes;
static UINT64 fail_count, fail_at, limit, slow;
static EFI_STATUS flush_status;
static volatile UINT64 flush_ms;
static BOOLEAN read_only, faults, low_only;

EFI_STATUS disk_stray(void)
{
	strays++;
	return EFI_DEVICE_ERROR;
}

static BOOLEAN has_block(UINT64 lba, UINTN size, UINT64 wanted)
{
	return wanted >= lba && wanted - lba < size / media.BlockSize;
}

/*
 * Make the checks that the specification requires, and then the failures that
 * Linux has requested
 */
EFI_STATUS disk_check(UINT32 media_id, UINT64 lba, UINTN size, void *buffer)
{
	calls++;
	if (!media.MediaPresent)
		return EFI_NO_MEDIA;
	if (media_id != media.MediaId)
		return EFI_MEDIA_CHANGED;
	if (size % media.BlockSize || !size) {
		breaches++;
		return EFI_BAD_BUFFER_SIZE;
	}
	if (lba > media.LastBlock ||
	    size / media.BlockSize > media.LastBlock - lba + 1 ||
	    (media.IoAlign > 1 && (UINTN)buffer % media.IoAlign)) {
		breaches++;
		return EFI_INVALID_PARAMETER;
	}
	if (limit && size > limit)
		return EFI_BAD_BUFFER_SIZE;
	if (fail_count) {
		if (fail_count != FOR_EVER)
			fail_count--;
		return fail_status;
	}
	return EFI_SUCCESS;
}

BOOLEAN disk_is_bad(UINT64 lba, UINTN size)
{
	return fail_at && has_block(lba, size, fail_at);
}

void disk_copy(BOOLEAN write, UINT64 offset, UINTN size, void *buffer)
{
	if (low_only && (UINT64)buffer + size > HIGH) {
		breaches++;
		SetMem(write ? data + offset : buffer, size, SPOILED);
		return;
	}
	if (write)
		CopyMem(data + offset, buffer, size);
	else
		CopyMem(buffer, data + offset, size);
}

UINT32 disk_block_size(void)
{
	return media.BlockSize;
}

void disk_breach(void)
{
	breaches++;
}

/*
 * A call while tokens are in flight is a breach: some drivers wait for all
 * tokens in such a call, without a timeout.
 */
static EFI_STATUS transfer(BOOLEAN write, UINT32 media_id, EFI_LBA lba,
			   UINTN size, void *buffer)
{
	EFI_STATUS status = disk_check(media_id, lba, size, buffer);
	UINT64 end = rdtsc() + cycles(slow);

	while (slow && rdtsc() < end)
		;
	if (faults)
		fault(PAGE_FAULT, &end);
	if (tokens_in_flight())
		breaches++;
	if (!EFI_ERROR(status) && disk_is_bad(lba, size))
		status = EFI_DEVICE_ERROR;
	if (!EFI_ERROR(status))
		disk_copy(write, lba * media.BlockSize, size, buffer);
	return status;
}

static EFI_STATUS EFIAPI read_blocks(EFI_BLOCK_IO_PROTOCOL *this,
				     UINT32 media_id, EFI_LBA lba, UINTN size,
				     void *buffer)
{
	(void)this;
	return transfer(FALSE, media_id, lba, size, buffer);
}

static EFI_STATUS EFIAPI write_blocks(EFI_BLOCK_IO_PROTOCOL *this,
				      UINT32 media_id, EFI_LBA lba, UINTN size,
				      void *buffer)
{
	(void)this;
	return transfer(TRUE, media_id, lba, size, buffer);
}

static UINT64 take(volatile UINT64 *counter)
{
	UINT64 value = *counter;

	*counter = 0;
	return value;
}

static EFI_STATUS EFIAPI flush_blocks(EFI_BLOCK_IO_PROTOCOL *this)
{
	(void)this;
	flushes++;
	if (tokens_in_flight())
		breaches++;
	if (flush_ms)
		uefi_call_wrapper(BS->Stall, 1, take(&flush_ms) * 1000);
	return flush_status;
}

static EFI_STATUS EFIAPI erase_blocks(struct erase_block *this, UINT32 media_id,
				      UINT64 lba, struct erase_token *token,
				      UINTN size)
{
	UINT64 blocks = size / media.BlockSize;

	(void)this;
	if (media_id != media.MediaId)
		return EFI_MEDIA_CHANGED;
	/*
	 * Linux must request whole units, because some devices erase a whole
	 * unit even if only a part is requested
	 */
	if (size % media.BlockSize || lba + blocks > media.LastBlock + 1 ||
	    lba % ERASE_BLOCKS || blocks % ERASE_BLOCKS ||
	    !token || token->event) {
		breaches++;
		return EFI_INVALID_PARAMETER;
	}
	erased += blocks;
	SetMem(data + lba * media.BlockSize, size, 0xee);
	token->status = EFI_SUCCESS;
	return EFI_SUCCESS;
}

static void set_functions(BOOLEAN there)
{
	block.Reset = (void *)disk_stray;
	block.ReadBlocks = there ? read_blocks : (void *)disk_stray;
	block.WriteBlocks = there ? write_blocks : (void *)disk_stray;
	block.FlushBlocks = there ? flush_blocks : (void *)disk_stray;
	erase_block.erase = there ? erase_blocks : (void *)disk_stray;
}

static void describe(UINT64 kind)
{
	ZeroMem(&media, sizeof(media));
	media.MediaId = kind == TEST_DISK_KIND_IPXE ? IPXE_MEDIA_ID :
							       FIRST_MEDIA_ID;
	media.RemovableMedia = kinds[kind].removable;
	media.MediaPresent = TRUE;
	media.LogicalPartition = kinds[kind].partition;
	media.BlockSize = kinds[kind].block_size;
	media.IoAlign = kinds[kind].io_align;
	media.LastBlock = TEST_DISK_SIZE / media.BlockSize - 1;
	if (kind == TEST_DISK_KIND_TOO_LARGE)
		media.LastBlock = ~0ULL;
	block.Revision = 0x10000;
	if (kind == TEST_DISK_KIND_PHYSICAL)
		block.Revision = 0x2001f;
	/*
	 * Set always, because a caller must ignore them if the revision is
	 * older
	 */
	media.LowestAlignedLba = 7;
	media.LogicalBlocksPerPhysicalBlock = 8;
	media.OptimalTransferLengthGranularity = 128;
	block.Media = &media;
	erase_block.revision = 0x20060;
	erase_block.granularity = ERASE_BLOCKS;
	media.ReadOnly = read_only;
	fail_count = fail_at = limit = 0;
	flush_status = EFI_SUCCESS;
}

/*
 * BlockIo comes last, because Linux looks at the other protocols when it sees
 * BlockIo
 */
static EFI_STATUS install(UINT64 argument)
{
	UINT64 kind = argument & 0xff;
	EFI_STATUS status;

	if (handle)
		return EFI_ALREADY_STARTED;
	if (kind >= sizeof(kinds) / sizeof(*kinds))
		return EFI_INVALID_PARAMETER;
	if (!data)
		data = AllocatePool(TEST_DISK_SIZE);
	if (!data)
		return EFI_OUT_OF_RESOURCES;
	ZeroMem(data, TEST_DISK_SIZE);
	describe(kind);
	set_functions(TRUE);
	status = uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 6,
				   &handle, &path_guid, &path, &erase_guid,
				   &erase_block, NULL);
	if (!EFI_ERROR(status))
		status = tokens_install(handle, &media, argument);
	if (!EFI_ERROR(status))
		status = uefi_call_wrapper(BS->InstallProtocolInterface, 4,
					   &handle, &block_guid,
					   EFI_NATIVE_INTERFACE, &block);
	return status;
}

static EFI_STATUS remove(void)
{
	EFI_STATUS status;

	if (!handle)
		return EFI_NOT_STARTED;
	status = tokens_remove(handle);
	if (EFI_ERROR(status))
		return status;
	status = uefi_call_wrapper(BS->UninstallMultipleProtocolInterfaces, 8,
				   handle, &path_guid, &path, &block_guid,
				   &block, &erase_guid, &erase_block, NULL);
	if (EFI_ERROR(status))
		return status;
	handle = NULL;
	set_functions(FALSE);
	return EFI_SUCCESS;
}

static EFI_STATUS change_medium(UINT64 blocks)
{
	media.MediaId++;
	media.MediaPresent = !!blocks;
	media.ReadOnly = read_only;
	media.LastBlock = blocks ? blocks - 1 : 0;
	SetMem(data, TEST_DISK_SIZE, 0x55);
	return uefi_call_wrapper(BS->ReinstallProtocolInterface, 4, handle,
				 &block_guid, &block, &block);
}

/* See enum test_disk in disk.h */
static EFI_STATUS EFIAPI disk(UINT64 what, UINT64 *value)
{
	UINT64 argument = what >> 8;

	*value = 0;
	switch (what & 0xff) {
	case TEST_DISK_INSTALL:
		return install(argument);
	case TEST_DISK_REMOVE:
		return remove();
	case TEST_DISK_FAIL:
		fail_status = EFIERR((argument & 0xff));
		fail_count = argument >> 8;
		return EFI_SUCCESS;
	case TEST_DISK_FAIL_AT:
		fail_at = argument;
		return EFI_SUCCESS;
	case TEST_DISK_LIMIT:
		limit = argument;
		return EFI_SUCCESS;
	case TEST_DISK_MEDIUM:
		return change_medium(argument);
	case TEST_DISK_RENUMBER:
		media.MediaId++;
		return EFI_SUCCESS;
	case TEST_DISK_WORD:
		if (argument > TEST_DISK_SIZE - sizeof(*value))
			return EFI_INVALID_PARAMETER;
		CopyMem(value, data + argument, sizeof(*value));
		return EFI_SUCCESS;
	case TEST_DISK_CALLS:
		*value = take(&calls);
		return EFI_SUCCESS;
	case TEST_DISK_BREACHES:
		*value = breaches;
		return EFI_SUCCESS;
	case TEST_DISK_STRAY:
		*value = strays;
		return EFI_SUCCESS;
	case TEST_DISK_ERASED:
		*value = erased;
		return EFI_SUCCESS;
	case TEST_DISK_FLUSHES:
		*value = take(&flushes);
		return EFI_SUCCESS;
	case TEST_DISK_SLOW:
		slow = argument;
		return EFI_SUCCESS;
	case TEST_DISK_FAULT:
		faults = TRUE;
		return EFI_SUCCESS;
	case TEST_DISK_READ_ONLY:
		read_only = !!argument;
		return EFI_SUCCESS;
	case TEST_DISK_FLUSH_STATUS:
		flush_status = argument ? EFIERR(argument) : EFI_SUCCESS;
		return EFI_SUCCESS;
	case TEST_DISK_LOW_ONLY:
		low_only = !!argument;
		return EFI_SUCCESS;
	case TEST_DISK_FLUSH_MS:
		flush_ms = argument;
		return EFI_SUCCESS;
	default:
		return tokens_do(what & 0xff, argument, value);
	}
}

TEST_FUNCTION(disk, disk, .max = TEST_ANY);
