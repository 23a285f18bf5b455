// SPDX-License-Identifier: GPL-2.0-only
/*
 * A simulated eMMC device with a cache, behind SdMmcPassThru and BlockIo
 *
 * FlushBlocks() does nothing, as in edk2. The device copies its cache to the
 * medium when CMD6 writes 1 to FLUSH_CACHE (JESD84-B51, section 6.6.34).
 */
#include "driver.h"

#include "../guest/emmc.h"

#define VENDOR_GUID { 0x0b8f7f6e, 0x6d0c, 0x4f3a,			\
	{ 0x8b, 0x57, 0x21, 0x5e, 0x40, 0x91, 0xc2, 0x7d } }
#define SD_MMC_GUID { 0x716ef0d9, 0xff83, 0x4f69,			\
	{ 0x81, 0xe9, 0x51, 0x8b, 0xd3, 0x9a, 0x8e, 0x70 } }

#define SLOT		3
#define BLOCK		512
#define CSD_SIZE	512

#define CMD_SWITCH	6
#define CMD_SEND_CSD	8
#define TYPE_AC		2
#define TYPE_ADTC	3
#define RESPONSE_R1	0
#define RESPONSE_R1B	1

/* Argument of CMD6: write byte, FLUSH_CACHE = 1 */
#define SWITCH_FLUSH	(3 << 24 | 32 << 16 | 1 << 8)
#define CACHE_CTRL	33
#define SWITCH_ERROR	(1 << 7)
#define READY		(1 << 8 | 4 << 9)

struct command {
	UINT16 index;
	UINT32 argument, type, response;
};

struct packet {
	UINT64 timeout;
	struct command *command;
	UINT32 *status;
	UINT8 *in;
	void *out;
	UINT32 in_length, out_length;
	EFI_STATUS transaction;
};

struct pass_thru {
	UINT32 align;
	EFI_STATUS (EFIAPI *pass)(struct pass_thru *this, UINT8 slot,
				  struct packet *packet, EFI_EVENT event);
	void *others[4];
};

struct emmc_path {
	VENDOR_DEVICE_PATH vendor;
	struct {
		EFI_DEVICE_PATH header;
		UINT8 slot;
	} __attribute__((packed)) emmc;
	struct {
		EFI_DEVICE_PATH header;
		UINT32 number;
	} __attribute__((packed)) partition;
	EFI_DEVICE_PATH end;
} __attribute__((packed));

#define NODE(_type, sub_type, size) {					\
	.Type = (_type), .SubType = (sub_type), .Length = { (size), 0 } }

static EFI_GUID block_guid = EFI_BLOCK_IO_PROTOCOL_GUID;
static EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static EFI_GUID pass_guid = SD_MMC_GUID;

static struct vendor_path host_path = VENDOR_PATH(VENDOR_GUID);
static struct emmc_path path = {
	.vendor = {
		.Header = NODE(HARDWARE_DEVICE_PATH, HW_VENDOR_DP,
			       sizeof(VENDOR_DEVICE_PATH)),
		.Guid = VENDOR_GUID,
	},
	.emmc = { NODE(MESSAGING_DEVICE_PATH, 29, 5), SLOT },
	.partition = { NODE(HARDWARE_DEVICE_PATH, HW_CONTROLLER_DP, 8), 0 },
	.end = NODE(END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,
		    sizeof(EFI_DEVICE_PATH)),
};

static EFI_HANDLE host, handle;
static EFI_BLOCK_IO_MEDIA media;
static EFI_BLOCK_IO_PROTOCOL block;
static UINT8 *cache, *medium;
static UINT64 kind;
static BOOLEAN fails, switch_failed;
static UINT64 flushes, breaches;

static EFI_STATUS transfer(BOOLEAN write, EFI_LBA lba, UINTN size, void *buffer)
{
	UINT8 *at = cache + lba * BLOCK;

	if (size % BLOCK || lba * BLOCK + size > TEST_EMMC_SIZE)
		return EFI_INVALID_PARAMETER;
	CopyMem(write ? at : buffer, write ? buffer : at, size);
	if (write && !(kind & TEST_EMMC_CACHE))
		CopyMem(medium + lba * BLOCK, buffer, size);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_blocks(EFI_BLOCK_IO_PROTOCOL *this, UINT32 id,
				     EFI_LBA lba, UINTN size, void *buffer)
{
	(void)this;
	(void)id;
	return transfer(FALSE, lba, size, buffer);
}

static EFI_STATUS EFIAPI write_blocks(EFI_BLOCK_IO_PROTOCOL *this, UINT32 id,
				      EFI_LBA lba, UINTN size, void *buffer)
{
	(void)this;
	(void)id;
	return transfer(TRUE, lba, size, buffer);
}

static EFI_STATUS EFIAPI flush_blocks(EFI_BLOCK_IO_PROTOCOL *this)
{
	(void)this;
	return EFI_SUCCESS;
}

static EFI_STATUS breach(void)
{
	breaches++;
	return EFI_DEVICE_ERROR;
}

static EFI_STATUS do_switch(const struct packet *p)
{
	if (p->command->argument != SWITCH_FLUSH ||
	    p->command->type != TYPE_AC ||
	    p->command->response != RESPONSE_R1B || p->in || p->out ||
	    !(kind & TEST_EMMC_CACHE))
		return breach();
	flushes++;
	switch_failed = fails;
	if (!fails)
		CopyMem(medium, cache, TEST_EMMC_SIZE);
	return EFI_SUCCESS;
}

static EFI_STATUS send_csd(const struct packet *p)
{
	if (p->command->argument || p->command->type != TYPE_ADTC ||
	    p->command->response != RESPONSE_R1 || !p->in || p->out ||
	    p->in_length != CSD_SIZE)
		return breach();
	ZeroMem(p->in, CSD_SIZE);
	p->in[CACHE_CTRL] = !!(kind & TEST_EMMC_CACHE);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI pass(struct pass_thru *this, UINT8 slot,
			      struct packet *p, EFI_EVENT event)
{
	UINT32 status = READY | (switch_failed ? SWITCH_ERROR : 0);

	(void)this;
	if (kind & TEST_EMMC_MUTE)
		return EFI_UNSUPPORTED;
	if (slot != SLOT || event || !p->timeout || !p->command || !p->status)
		return breach();
	/* SWITCH_ERROR is in the response to the next command */
	switch_failed = FALSE;
	p->status[0] = status;
	switch (p->command->index) {
	case CMD_SWITCH:
		return do_switch(p);
	case CMD_SEND_CSD:
		return send_csd(p);
	default:
		return breach();
	}
}

static struct pass_thru pass_thru = { .align = 4, .pass = pass };

static EFI_STATUS install(UINT64 argument)
{
	EFI_STATUS status;

	if (handle)
		return EFI_ALREADY_STARTED;
	if (!cache)
		cache = AllocatePool(2 * TEST_EMMC_SIZE);
	if (!cache)
		return EFI_OUT_OF_RESOURCES;
	medium = cache + TEST_EMMC_SIZE;
	ZeroMem(cache, 2 * TEST_EMMC_SIZE);
	kind = argument;
	fails = switch_failed = FALSE;
	ZeroMem(&media, sizeof(media));
	media.MediaId = 1;
	media.MediaPresent = TRUE;
	media.BlockSize = BLOCK;
	media.LastBlock = TEST_EMMC_SIZE / BLOCK - 1;
	block.Revision = 0x10000;
	block.Media = &media;
	block.ReadBlocks = read_blocks;
	block.WriteBlocks = write_blocks;
	block.FlushBlocks = flush_blocks;
	status = uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 6,
				   &host, &path_guid, &host_path, &pass_guid,
				   &pass_thru, NULL);
	if (EFI_ERROR(status))
		return status;
	return uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 6,
				 &handle, &path_guid, &path, &block_guid,
				 &block, NULL);
}

static EFI_STATUS remove(void)
{
	EFI_STATUS status;

	status = uefi_call_wrapper(BS->UninstallMultipleProtocolInterfaces, 6,
				   handle, &path_guid, &path, &block_guid,
				   &block, NULL);
	if (EFI_ERROR(status))
		return status;
	handle = NULL;
	status = uefi_call_wrapper(BS->UninstallMultipleProtocolInterfaces, 6,
				   host, &path_guid, &host_path, &pass_guid,
				   &pass_thru, NULL);
	if (!EFI_ERROR(status))
		host = NULL;
	return status;
}

/* See enum test_emmc in emmc.h */
static EFI_STATUS EFIAPI emmc(UINT64 what, UINT64 *value)
{
	UINT64 argument = what >> 8;

	*value = 0;
	switch (what & 0xff) {
	case TEST_EMMC_INSTALL:
		return install(argument);
	case TEST_EMMC_REMOVE:
		return remove();
	case TEST_EMMC_WORD:
		if (argument > TEST_EMMC_SIZE - sizeof(*value))
			return EFI_INVALID_PARAMETER;
		CopyMem(value, medium + argument, sizeof(*value));
		return EFI_SUCCESS;
	case TEST_EMMC_FLUSHES:
		*value = flushes;
		flushes = 0;
		return EFI_SUCCESS;
	case TEST_EMMC_FAIL:
		fails = !!argument;
		return EFI_SUCCESS;
	case TEST_EMMC_BREACHES:
		*value = breaches;
		return EFI_SUCCESS;
	default:
		return EFI_INVALID_PARAMETER;
	}
}

TEST_FUNCTION(emmc, emmc, .max = TEST_ANY);
