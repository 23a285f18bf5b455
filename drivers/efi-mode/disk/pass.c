// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that bypass the firmware's disk driver: flushes, the command before
 * the power is cut, and those that read the identity of a device
 *
 * The firmware passes commands through to the device for SCSI (ScsiIo on the
 * handle of the disk), and for ATA, NVMe and eMMC (AtaPassThru,
 * NvmExpressPassThru and SdMmcPassThru on the handle of the controller). So the
 * driver gets the answer of the device, whatever the firmware's disk driver
 * does on a flush.
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <linux/ata.h>
#include <linux/mmc/mmc.h>
#include <linux/nvme.h>
#include <linux/unaligned.h>

#include <scsi/scsi_proto.h>
#include <scsi/scsi_common.h>

#include <efi-mode/bus.h>
#include <efi-mode/pass-thru.h>
#include <efi-mode/time-limits.h>

#include "disk.h"
#include "../bus/bus.h"

/* In units of 100 ns */
#define TIMEOUT		(EFI_MODE_DISK_COMMAND_TIMEOUT_MS * USEC_PER_MSEC * \
			 (u64)EFI_100NSEC_PER_USEC)

#define CDB_SIZE	10
#define INQUIRY_SIZE	6
#define SENSE_SIZE	64

/* Layout of an NVMe() node: offset of the namespace, and size */
#define NVME_NAMESPACE	4
#define NVME_SIZE	16

/* Layout of an eMMC() node: offset of the slot, and size */
#define EMMC_SLOT	4
#define EMMC_SIZE	5

#define EXT_CSD_SIZE	512

/* Size of a Sata() or Ata() node together with an end node, at most */
#define NODES_SIZE	32

/* UEFI 2.10, section 15.4 */
union scsi_io_protocol {
	struct {
		void *get_device_type;
		void *get_device_location;
		void *reset_bus;
		void *reset_device;
		efi_status_t (__efiapi *execute_scsi_command)(
				union scsi_io_protocol *self,
				struct efi_scsi_packet *packet, efi_event_t event);
		u32 io_align;
	};
};

/*
 * Arguments whose address the firmware gets, with the largest alignment that it
 * can require
 */
union pass_shared {
	struct {
		struct efi_scsi_packet packet;
		u8 cdb[CDB_SIZE] __aligned(512);
		u8 sense[SENSE_SIZE] __aligned(512);
	} scsi;
	struct {
		struct efi_ata_packet packet;
		struct efi_ata_command_block command __aligned(512);
		struct efi_ata_status_block status __aligned(512);
	} ata;
	struct {
		u8 nodes[NODES_SIZE];
		u16 port, multiplier;
	} ata_device;
	struct {
		struct efi_nvme_packet packet;
		struct efi_nvme_command command;
		struct efi_nvme_completion completion;
	} nvme;
	struct {
		u8 ext_csd[EXT_CSD_SIZE];
		struct efi_sd_mmc_packet packet;
		struct efi_sd_mmc_command_block command;
		struct efi_sd_mmc_status_block status;
	} mmc;
};

/* SCSI */

/*
 * Return: the EFI status; EFI_UNSUPPORTED if the device does not know the
 * command
 */
static efi_status_t epass_judge_scsi(struct efi_disk *d,
				     const union pass_shared *s)
{
	const struct efi_scsi_packet *p = &s->scsi.packet;
	struct scsi_sense_hdr sense;

	/* A device may have less data than the driver asks for */
	if (p->host_status && p->host_status != EFI_SCSI_HOST_OVERRUN_UNDERRUN)
		return EFI_DEVICE_ERROR;
	if (p->target_status == SAM_STAT_GOOD)
		return EFI_SUCCESS;
	if (p->target_status != SAM_STAT_CHECK_CONDITION)
		return EFI_DEVICE_ERROR;
	d->pass.answered = true;
	if (scsi_normalize_sense(s->scsi.sense, SENSE_SIZE, &sense) &&
	    sense.sense_key == ILLEGAL_REQUEST)
		return EFI_UNSUPPORTED;
	return EFI_DEVICE_ERROR;
}

static struct efi_disk_result epass_scsi_send(struct efi_disk *d)
{
	union pass_shared *s = d->shared->virt;
	struct efi_scsi_packet *p = &s->scsi.packet;
	struct efi_disk_result o = {};

	p->timeout = TIMEOUT;
	p->cdb = virt_to_phys(s->scsi.cdb);
	p->sense = virt_to_phys(s->scsi.sense);
	p->sense_length = SENSE_SIZE;
	o.ret = efi_protocol_call(d->pass.protocol, &o.status,
				  union scsi_io_protocol, execute_scsi_command,
				  efi_phys(p), NULL);
	if (!o.ret && (o.status == EFI_SUCCESS || o.status == EFI_DEVICE_ERROR))
		o.status = epass_judge_scsi(d, s);
	return o;
}

static struct efi_disk_result epass_scsi(struct efi_disk *d, u8 opcode)
{
	union pass_shared *s = d->shared->virt;

	s->scsi.cdb[0] = opcode;
	s->scsi.packet.cdb_length = CDB_SIZE;
	s->scsi.packet.direction = EFI_SCSI_DIRECTION_WRITE;
	return epass_scsi_send(d);
}

/* INQUIRY: a page, or the standard data */
static struct efi_disk_result epass_scsi_read(struct efi_disk *d, u16 page,
					      const struct efi_buffer *data)
{
	bool standard = page == EFI_DISK_PAGE_INQUIRY;
	u8 bytes = standard ? EFI_DISK_STANDARD_BYTES : EFI_DISK_INQUIRY_BYTES;
	union pass_shared *s = d->shared->virt;

	s->scsi.cdb[0] = INQUIRY;
	s->scsi.cdb[1] = !standard;
	s->scsi.cdb[2] = page;
	s->scsi.cdb[4] = bytes;
	s->scsi.packet.cdb_length = INQUIRY_SIZE;
	s->scsi.packet.direction = EFI_SCSI_DIRECTION_READ;
	s->scsi.packet.in_buffer = data->phys;
	s->scsi.packet.in_length = bytes;
	return epass_scsi_send(d);
}

/* ATA */

static efi_status_t epass_judge_ata(struct efi_disk *d,
				    const struct efi_ata_status_block *b,
				    efi_status_t status)
{
	if (!(b->status & (ATA_ERR | ATA_DF)))
		return status;
	d->pass.answered = true;
	return !(b->status & ATA_DF) && (b->error & ATA_ABORTED) ?
		       EFI_UNSUPPORTED : EFI_DEVICE_ERROR;
}

static struct efi_disk_result epass_ata_send(struct efi_disk *d, u8 command)
{
	union pass_shared *s = d->shared->virt;
	struct efi_ata_packet *p = &s->ata.packet;
	struct efi_disk_result o = {};

	s->ata.command.command = command;
	p->status = virt_to_phys(&s->ata.status);
	p->command = virt_to_phys(&s->ata.command);
	p->timeout = TIMEOUT;
	o.ret = efi_protocol_call(d->pass.protocol, &o.status,
				  union efi_ata_pass_thru_protocol, pass_thru,
				  d->pass.port, d->pass.multiplier,
				  efi_phys(p), NULL);
	if (!o.ret && (o.status == EFI_SUCCESS || o.status == EFI_DEVICE_ERROR))
		o.status = epass_judge_ata(d, &s->ata.status, o.status);
	return o;
}

/* For commands without data */
static struct efi_disk_result epass_ata(struct efi_disk *d, u8 command)
{
	union pass_shared *s = d->shared->virt;

	s->ata.packet.protocol = EFI_ATA_NON_DATA;
	s->ata.packet.length = EFI_ATA_NO_DATA_TRANSFER;
	return epass_ata_send(d, command);
}

static struct efi_disk_result epass_ata_read(struct efi_disk *d, u8 command,
					     const struct efi_buffer *data)
{
	union pass_shared *s = d->shared->virt;

	s->ata.command.count = 1;
	s->ata.packet.in_buffer = data->phys;
	s->ata.packet.in_length = ATA_SECT_SIZE;
	s->ata.packet.protocol = EFI_ATA_PIO_DATA_IN;
	s->ata.packet.length = EFI_ATA_LENGTH_BYTES | EFI_ATA_LENGTH_COUNT;
	return epass_ata_send(d, command);
}

/* The firmware derives the port of the device from the device path */
static bool epass_find_ata(struct efi_disk *d,
			   const struct efi_generic_dev_path *node)
{
	static const u8 end[] = { 0x7f, 0xff, 4, 0 };
	union pass_shared *s = d->shared->virt;
	efi_device_path_protocol_t *nodes = (void *)s->ata_device.nodes;
	efi_status_t status;

	if (node->length + sizeof(end) > NODES_SIZE)
		return false;
	memset(s, 0, sizeof(*s));
	memcpy(nodes, node, node->length);
	memcpy((u8 *)nodes + node->length, end, sizeof(end));
	if (efi_protocol_call(d->pass.protocol, &status,
			      union efi_ata_pass_thru_protocol, get_device,
			      efi_phys(nodes), efi_phys(&s->ata_device.port),
			      efi_phys(&s->ata_device.multiplier)) || status)
		return false;
	d->pass.port = s->ata_device.port;
	d->pass.multiplier = s->ata_device.multiplier;
	d->pass.flush = ATA_CMD_FLUSH_EXT;
	return true;
}

/* NVMe */

static efi_status_t epass_judge_nvme(struct efi_disk *d,
				     const struct efi_nvme_completion *c,
				     efi_status_t status)
{
	u16 answer = c->dw3 >> 17;

	if (!answer)
		return status;
	d->pass.answered = true;
	return (answer & NVME_SCT_SC_MASK) == NVME_SC_INVALID_OPCODE ?
		       EFI_UNSUPPORTED : EFI_DEVICE_ERROR;
}

static struct efi_disk_result epass_nvme_send(struct efi_disk *d, u8 opcode,
					      u32 namespace)
{
	union pass_shared *s = d->shared->virt;
	struct efi_nvme_packet *p = &s->nvme.packet;
	struct efi_disk_result o = {};

	s->nvme.command.cdw0 = opcode;
	s->nvme.command.nsid = namespace;
	p->command_timeout = TIMEOUT;
	p->command = virt_to_phys(&s->nvme.command);
	p->completion = virt_to_phys(&s->nvme.completion);
	o.ret = efi_protocol_call(d->pass.protocol, &o.status,
				  union efi_nvme_pass_thru_protocol, pass_thru,
				  namespace, efi_phys(p), NULL);
	if (!o.ret && (o.status == EFI_SUCCESS || o.status == EFI_DEVICE_ERROR))
		o.status = epass_judge_nvme(d, &s->nvme.completion, o.status);
	return o;
}

static struct efi_disk_result epass_nvme(struct efi_disk *d, u8 opcode)
{
	union pass_shared *s = d->shared->virt;

	s->nvme.packet.queue_type = EFI_NVME_IO_QUEUE;
	return epass_nvme_send(d, opcode, d->pass.namespace);
}

/* Identify: of the namespace, or of the controller, which has none */
static struct efi_disk_result epass_nvme_read(struct efi_disk *d, u8 cns,
					      const struct efi_buffer *data)
{
	union pass_shared *s = d->shared->virt;

	s->nvme.command.flags = EFI_NVME_CDW10_VALID;
	s->nvme.command.cdw10 = cns;
	s->nvme.packet.queue_type = EFI_NVME_ADMIN_QUEUE;
	s->nvme.packet.transfer_buffer = data->phys;
	s->nvme.packet.transfer_length = NVME_IDENTIFY_DATA_SIZE;
	return epass_nvme_send(d, nvme_admin_identify,
			       cns == NVME_ID_CNS_NS ? d->pass.namespace : 0);
}

static bool epass_find_nvme(struct efi_disk *d,
			    const struct efi_generic_dev_path *node)
{
	if (node->length < NVME_SIZE)
		return false;
	d->pass.flush = nvme_cmd_flush;
	d->pass.namespace = get_unaligned_le32((const u8 *)node + NVME_NAMESPACE);
	return true;
}

/* eMMC */

static struct efi_disk_result epass_mmc_send(struct efi_disk *d,
					     struct efi_sd_mmc_packet *p)
{
	union pass_shared *s = d->shared->virt;
	struct efi_disk_result o = {};

	p->timeout = TIMEOUT;
	p->command = virt_to_phys(&s->mmc.command);
	p->status = virt_to_phys(&s->mmc.status);
	o.ret = efi_protocol_call(d->pass.protocol, &o.status,
				  union efi_sd_mmc_pass_thru_protocol,
				  pass_thru, d->pass.slot, efi_phys(p), NULL);
	return o;
}

static struct efi_disk_result epass_mmc_read_csd(struct efi_disk *d)
{
	union pass_shared *s = d->shared->virt;

	memset(s, 0, sizeof(*s));
	s->mmc.command = (struct efi_sd_mmc_command_block) {
		.index = MMC_SEND_EXT_CSD,
		.type = EFI_SD_MMC_ADTC,
		.response = EFI_SD_MMC_RESPONSE_R1,
	};
	s->mmc.packet.in_buffer = virt_to_phys(s->mmc.ext_csd);
	s->mmc.packet.in_length = EXT_CSD_SIZE;
	return epass_mmc_send(d, &s->mmc.packet);
}

static struct efi_disk_result epass_mmc_switch(struct efi_disk *d, u8 index)
{
	union pass_shared *s = d->shared->virt;

	memset(s, 0, sizeof(*s));
	s->mmc.command = (struct efi_sd_mmc_command_block) {
		.index = MMC_SWITCH,
		.argument = MMC_SWITCH_MODE_WRITE_BYTE << 24 | index << 16 |
			    1 << 8,
		.type = EFI_SD_MMC_AC,
		.response = EFI_SD_MMC_RESPONSE_R1B,
	};
	return epass_mmc_send(d, &s->mmc.packet);
}

/*
 * The device reports whether it has written its cache in the response to the
 * next command. Reading EXT_CSD is a command that does not need the address of
 * the device, which only the firmware knows.
 */
static struct efi_disk_result epass_mmc(struct efi_disk *d, u8 index)
{
	union pass_shared *s = d->shared->virt;
	struct efi_disk_result o = {};

	if (d->pass.write_through)
		return o;
	o = epass_mmc_switch(d, index);
	if (!efi_disk_succeeded(&o))
		return o;
	o = epass_mmc_read_csd(d);
	if (!efi_disk_succeeded(&o) ||
	    !(s->mmc.status.response[0] & R1_SWITCH_ERROR))
		return o;
	d->pass.answered = true;
	o.status = EFI_DEVICE_ERROR;
	return o;
}

/*
 * A hardware partition of the device has another node behind the eMMC() node,
 * so search the whole path
 */
static const u8 *epass_find_emmc_node(const struct efi_device *edev)
{
	size_t body = efi_path_body(edev->path, edev->path_size), at = 0;
	const struct efi_generic_dev_path *node;

	for (; at < body; at += node->length) {
		node = (const void *)edev->path + at;
		if (EFI_NODE(node->type, node->sub_type) ==
			    EFI_NODE(EFI_NODE_MESSAGING, 29) &&
		    node->length >= EMMC_SIZE)
			return (const u8 *)node;
	}
	return NULL;
}

/* Return: true if the state of the cache is known */
static bool epass_find_mmc(struct efi_disk *d, const u8 *node)
{
	union pass_shared *s = d->shared->virt;
	struct efi_disk_result o;
	u32 io_align;

	if (efi_protocol_read(d->pass.protocol, &io_align, sizeof(io_align),
			      offsetof(union efi_sd_mmc_pass_thru_protocol,
				       io_align)) ||
	    io_align > PAGE_SIZE)
		return false;
	d->pass.flush = EXT_CSD_FLUSH_CACHE;
	d->pass.slot = node[EMMC_SLOT];
	o = epass_mmc_read_csd(d);
	if (!o.ret && o.status == EFI_TIMEOUT)
		efi_disk_replace_shared(d);
	if (!efi_disk_succeeded(&o))
		return false;
	d->pass.write_through = !(s->mmc.ext_csd[EXT_CSD_CACHE_CTRL] & 1);
	return true;
}

/* All kinds of devices */

static bool epass_open_scsi(struct efi_disk *d)
{
	const efi_guid_t guid = EFI_SCSI_IO_PROTOCOL_GUID;

	if (!efi_device_has_protocol(d->edev, &guid))
		return false;
	d->pass.kind = EFI_DISK_PASS_SCSI;
	d->pass.flush = SYNCHRONIZE_CACHE;
	d->pass.protocol = efi_protocol_open(d->edev, &guid, EFI_TPL_CALLBACK);
	return !IS_ERR(d->pass.protocol);
}

static bool epass_open_above(struct efi_disk *d, enum efi_disk_pass_kind kind,
			     const efi_guid_t *guid)
{
	d->pass.kind = kind;
	d->pass.protocol = efi_protocol_open_above(d->edev, guid,
						   EFI_TPL_CALLBACK);
	return !IS_ERR(d->pass.protocol);
}

/**
 * efi_disk_pass_connect() - open the protocol that passes commands to the device
 * @d:		the disk, with @d->pass.protocol not open
 *
 * efi_disk_pass_close() closes it.
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: true if there is one.
 */
bool efi_disk_pass_connect(struct efi_disk *d)
{
	const efi_guid_t ata = EFI_ATA_PASS_THRU_PROTOCOL_GUID;
	const efi_guid_t nvme = EFI_NVM_EXPRESS_PASS_THRU_PROTOCOL_GUID;
	const efi_guid_t mmc = EFI_SD_MMC_PASS_THRU_PROTOCOL_GUID;
	const u8 *emmc = epass_find_emmc_node(d->edev);
	const struct efi_generic_dev_path *node;

	if (epass_open_scsi(d))
		return true;
	if (emmc)
		return epass_open_above(d, EFI_DISK_PASS_MMC, &mmc) &&
		       epass_find_mmc(d, emmc);
	node = efi_path_last(d->edev->path, d->edev->path_size);
	if (!node)
		return false;
	switch (EFI_NODE(node->type, node->sub_type)) {
	case EFI_NODE(EFI_NODE_MESSAGING, 1):	/* ATA */
	case EFI_NODE(EFI_NODE_MESSAGING, 18):	/* SATA */
		return epass_open_above(d, EFI_DISK_PASS_ATA, &ata) &&
		       epass_find_ata(d, node);
	case EFI_NODE(EFI_NODE_MESSAGING, 23):	/* NVMe */
		return epass_open_above(d, EFI_DISK_PASS_NVME, &nvme) &&
		       epass_find_nvme(d, node);
	}
	return false;
}

/**
 * efi_disk_pass_close() - stop passing commands to the device
 * @d:		the disk
 *
 * Context: task context; sleeps. @d->lock is held.
 */
void efi_disk_pass_close(struct efi_disk *d)
{
	if (!IS_ERR_OR_NULL(d->pass.protocol))
		efi_protocol_close(d->pass.protocol);
	d->pass = (struct efi_disk_pass) {};
}

/*
 * A device that has not answered in time may still write to the buffer, so
 * replace it
 */
static struct efi_disk_result epass_send(struct efi_disk *d, u8 command)
{
	struct efi_disk_result o = { .status = EFI_UNSUPPORTED };

	d->pass.answered = false;
	memset(d->shared->virt, 0, sizeof(union pass_shared));
	switch (d->pass.kind) {
	case EFI_DISK_PASS_SCSI:
		o = epass_scsi(d, command);
		break;
	case EFI_DISK_PASS_ATA:
		o = epass_ata(d, command);
		break;
	case EFI_DISK_PASS_NVME:
		o = epass_nvme(d, command);
		break;
	case EFI_DISK_PASS_MMC:
		o = epass_mmc(d, command);
		break;
	}
	if (!o.ret && o.status == EFI_TIMEOUT)
		efi_disk_replace_shared(d);
	return o;
}

/**
 * efi_disk_pass_flush() - flush the cache of the device
 * @d:		the disk, with @d->pass.protocol open
 *
 * Sets @d->pass.answered if the device has answered with an error.
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: the result; the status is %EFI_UNSUPPORTED if the device does not
 * know the command.
 */
struct efi_disk_result efi_disk_pass_flush(struct efi_disk *d)
{
	lockdep_assert_held(&d->lock);
	return epass_send(d, d->pass.flush);
}

/**
 * efi_disk_pass_read() - read a part of the identity of the device
 * @d:		the disk, with @d->pass.protocol open
 * @page:	for SCSI, the page of INQUIRY, or %EFI_DISK_PAGE_INQUIRY; for ATA, the
 *		command; for NVMe, the CNS of Identify
 * @data:	buffer of a page (4 KiB), aligned to a page, for the data
 *
 * The rest of the buffer is 0. If the device does not answer in time, it may still
 * write to the buffer, so the caller has to abandon it.
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: the result; the status is %EFI_UNSUPPORTED if the device does not
 * know the page, or if its kind has none.
 */
struct efi_disk_result efi_disk_pass_read(struct efi_disk *d, u16 page,
					  const struct efi_buffer *data)
{
	struct efi_disk_result o = { .status = EFI_UNSUPPORTED };

	lockdep_assert_held(&d->lock);
	memset(d->shared->virt, 0, sizeof(union pass_shared));
	memset(data->virt, 0, data->size);
	switch (d->pass.kind) {
	case EFI_DISK_PASS_SCSI:
		o = epass_scsi_read(d, page, data);
		break;
	case EFI_DISK_PASS_ATA:
		o = epass_ata_read(d, page, data);
		break;
	case EFI_DISK_PASS_NVME:
		o = epass_nvme_read(d, page, data);
		break;
	case EFI_DISK_PASS_MMC:
		break;
	}
	if (!o.ret && o.status == EFI_TIMEOUT)
		efi_disk_replace_shared(d);
	return o;
}

/* ATA devices without 48-bit addresses only know the older command */
static struct efi_disk_result epass_first_flush(struct efi_disk *d)
{
	struct efi_disk_result o = efi_disk_pass_flush(d);

	if (!o.ret && o.status == EFI_UNSUPPORTED &&
	    d->pass.kind == EFI_DISK_PASS_ATA) {
		d->pass.flush = ATA_CMD_FLUSH;
		o = efi_disk_pass_flush(d);
	}
	return o;
}

/**
 * efi_disk_pass_open() - find out whether flushes can be passed to the device
 * @d:		the disk, with a medium that has not been written to yet
 *
 * A device that answers with an error other than "unknown command" knows the
 * command. It may report a reset, or may not be able to flush now. In that
 * case, a later flush reports the error to its caller.
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: true if they can.
 */
bool efi_disk_pass_open(struct efi_disk *d)
{
	struct efi_disk_result o;

	lockdep_assert_held(&d->lock);
	if (efi_disk_pass_connect(d)) {
		o = epass_first_flush(d);
		if (efi_disk_succeeded(&o) ||
		    (!o.ret && o.status == EFI_DEVICE_ERROR && d->pass.answered))
			return true;
	}
	efi_disk_pass_close(d);
	return false;
}

/**
 * efi_disk_pass_standby() - prepare the device for a power-off
 * @d:		the disk, which has been flushed
 *
 * A hard disk parks its heads. Without this command, it has to do so in a hurry
 * when the power is cut. Only ATA devices get the command.
 *
 * Context: task context; sleeps. @d->lock is held.
 */
void efi_disk_pass_standby(struct efi_disk *d)
{
	struct efi_disk_result o;

	lockdep_assert_held(&d->lock);
	if (d->pass.kind != EFI_DISK_PASS_ATA || !d->pass.protocol)
		return;
	o = epass_send(d, ATA_CMD_STANDBYNOW1);
	if (!efi_disk_succeeded(&o))
		dev_dbg(&d->edev->dev, "STANDBY IMMEDIATE has failed: %s\n",
			efi_disk_status_name(&o));
}
