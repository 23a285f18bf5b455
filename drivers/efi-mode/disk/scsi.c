// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCSI hosts that use the firmware's Extended SCSI Pass Thru
 *
 * The firmware drives the disks. In addition, each adapter is a SCSI host for
 * sg and bsg: programs that send SCSI commands to a disk, such as smartctl and
 * sg3_utils, find it as /dev/sg*. Linux disk drivers do not bind to it, so that
 * no disk appears twice.
 *
 * A command is one firmware call, which returns when the command has completed.
 * So queuecommand sleeps.
 *
 * The driver asks the firmware for its units before it adds the host, because
 * programs can send commands as soon as there is a host, and commands use the
 * same memory.
 */
#define pr_fmt(fmt) "efi-scsi: " fmt

#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#include <efi-mode/bus.h>
#include <efi-mode/pass-thru.h>

#define MAX_DATA	SZ_128K
#define MAX_CDB		16
#define MAX_UNITS	1024

/* Arguments whose address the firmware gets */
struct shared {
	struct efi_scsi_packet packet;
	u8  target[EFI_SCSI_TARGET_BYTES];
	u8  *target_pointer;
	u64 lun;
	u8  cdb[MAX_CDB];
	u8  sense[SCSI_SENSE_BUFFERSIZE];
};

/*
 * A target of the firmware has 16 bytes. Its ID in Linux is the index in this
 * array.
 */
struct target {
	u8 bytes[EFI_SCSI_TARGET_BYTES];
};

struct unit {
	unsigned int target;
	u64 lun;
};

/* @targets and @units do not change after the host was added */
struct adapter {
	struct efi_device *edev;
	struct efi_protocol *protocol;
	struct efi_buffer *buffer, *data;
	struct target *targets;
	unsigned int nr_targets;
	struct unit *units;
	unsigned int nr_units;
};

static struct adapter *escsi_adapter_of(struct Scsi_Host *host)
{
	return shost_priv(host);
}

static u64 escsi_address_of(const struct adapter *a, size_t offset)
{
	return a->buffer->phys + offset;
}

static void escsi_fill(struct adapter *a, struct scsi_cmnd *cmd)
{
	struct efi_scsi_packet *p;
	struct shared *s = a->buffer->virt;
	unsigned int length = scsi_bufflen(cmd);
	unsigned int timeout = scsi_cmd_to_rq(cmd)->timeout;

	*s = (struct shared) {
		.packet = {
			.timeout = (u64)jiffies_to_msecs(timeout) *
				   USEC_PER_MSEC * EFI_100NSEC_PER_USEC,
			.sense = escsi_address_of(a, offsetof(struct shared, sense)),
			.sense_length = sizeof(s->sense),
			.cdb = escsi_address_of(a, offsetof(struct shared, cdb)),
			.cdb_length = cmd->cmd_len,
		},
	};
	memcpy(s->target, a->targets[scmd_id(cmd)].bytes, sizeof(s->target));
	memcpy(s->cdb, cmd->cmnd, cmd->cmd_len);
	p = &s->packet;
	if (cmd->sc_data_direction == DMA_TO_DEVICE) {
		scsi_sg_copy_to_buffer(cmd, a->data->virt, length);
		p->direction = EFI_SCSI_DIRECTION_WRITE;
		p->out_buffer = a->data->phys;
		p->out_length = length;
	} else if (length) {
		p->direction = EFI_SCSI_DIRECTION_READ;
		p->in_buffer = a->data->phys;
		p->in_length = length;
	}
}

static int escsi_host_byte_of(u8 host_status)
{
	switch (host_status) {
	case EFI_SCSI_HOST_OK:
	case EFI_SCSI_HOST_OVERRUN_UNDERRUN:
		return DID_OK;
	case EFI_SCSI_HOST_TIMEOUT_COMMAND:
	case EFI_SCSI_HOST_TIMEOUT:
		return DID_TIME_OUT;
	case EFI_SCSI_HOST_BUS_RESET:
		return DID_RESET;
	case EFI_SCSI_HOST_PARITY_ERROR:
		return DID_PARITY;
	case EFI_SCSI_HOST_SELECTION_TIMEOUT:
		return DID_NO_CONNECT;
	}
	return DID_ERROR;
}

/*
 * Errors of the call itself: the packet may contain no status of the adapter or
 * the device
 */
static int escsi_host_byte_of_status(efi_status_t status, u8 host_status,
				     u8 target_status)
{
	switch (status) {
	case EFI_SUCCESS:
	case EFI_BAD_BUFFER_SIZE:
		return escsi_host_byte_of(host_status);
	case EFI_DEVICE_ERROR:
		if (host_status || target_status)
			return escsi_host_byte_of(host_status);
		return DID_ERROR;
	case EFI_TIMEOUT:
		return DID_TIME_OUT;
	case EFI_NOT_READY:
		return DID_REQUEUE;
	case EFI_INVALID_PARAMETER:
	case EFI_UNSUPPORTED:
		return DID_BAD_TARGET;
	}
	return DID_ERROR;
}

static void escsi_take_result(struct adapter *a, struct scsi_cmnd *cmd,
			      efi_status_t status)
{
	const struct shared *s = a->buffer->virt;
	const struct efi_scsi_packet *p = &s->packet;
	bool writes = cmd->sc_data_direction == DMA_TO_DEVICE;
	unsigned int asked = scsi_bufflen(cmd);
	unsigned int had = min(writes ? p->out_length : p->in_length, asked);
	int host = escsi_host_byte_of_status(status, p->host_status,
					     p->target_status);

	if (!writes && asked && host == DID_OK)
		scsi_sg_copy_from_buffer(cmd, a->data->virt, had);
	/* If it has failed, the sense data tells how far the command came */
	if (status == EFI_SUCCESS || status == EFI_BAD_BUFFER_SIZE)
		scsi_set_resid(cmd, asked - had);
	set_host_byte(cmd, host);
	set_status_byte(cmd, p->target_status);
	if (p->target_status == SAM_STAT_CHECK_CONDITION)
		memcpy(cmd->sense_buffer, s->sense,
		       min_t(size_t, p->sense_length, sizeof(s->sense)));
}

/*
 * EFI_TIMEOUT also stands for a target that does not exist (UEFI 2.10, section
 * 15.7), which the firmware reports at once. A command that has timed out has
 * taken its time; the firmware's clock may differ from that of Linux.
 */
static bool escsi_has_timed_out(const struct efi_scsi_packet *p, ktime_t start)
{
	u64 took = div_u64(ktime_to_ns(ktime_sub(ktime_get(), start)), 100);

	return p->timeout && took >= p->timeout / 2;
}

/* The device may still use the buffers of a command that has timed out */
static void escsi_replace_buffers(struct adapter *a)
{
	a->buffer = efi_buffer_replace(a->edev, a->buffer);
	a->data = efi_buffer_replace(a->edev, a->data);
}

/*
 * There is one buffer, and the midlayer sends one command at a time (can_queue)
 */
static enum scsi_qc_status escsi_queuecommand(struct Scsi_Host *host,
					      struct scsi_cmnd *cmd)
{
	struct adapter *a = escsi_adapter_of(host);
	efi_status_t status;
	struct shared *s;
	ktime_t start;
	int ret;

	if (!a->buffer || !a->data) {
		set_host_byte(cmd, DID_NO_CONNECT);
		scsi_done(cmd);
		return 0;
	}
	if (scmd_id(cmd) >= a->nr_targets ||
	    cmd->sc_data_direction == DMA_BIDIRECTIONAL) {
		set_host_byte(cmd, DID_BAD_TARGET);
		scsi_done(cmd);
		return 0;
	}
	s = a->buffer->virt;
	escsi_fill(a, cmd);
	start = ktime_get();
	ret = efi_protocol_call(a->protocol, &status,
				union efi_ext_scsi_pass_thru_protocol,
				pass_thru,
				efi_phys(s->target), cmd->device->lun,
				efi_phys(&s->packet), NULL);
	if (ret)
		set_host_byte(cmd, DID_NO_CONNECT);
	else
		escsi_take_result(a, cmd, status);
	if (!ret && status)
		dev_dbg(&a->edev->dev,
			"command %#x: status %#lx, host %#x, target %#x\n",
			cmd->cmnd[0], status, s->packet.host_status,
			s->packet.target_status);
	if (!ret && status == EFI_TIMEOUT && escsi_has_timed_out(&s->packet, start))
		escsi_replace_buffers(a);
	scsi_done(cmd);
	return 0;
}

/* The firmware has a timeout for each command, so the call returns */
static enum scsi_timeout_action escsi_timed_out(struct scsi_cmnd *cmd)
{
	return SCSI_EH_RESET_TIMER;
}

static int escsi_configure(struct scsi_device *sdev,
			   struct queue_limits *limits)
{
	/* The firmware drives the disk, so no second driver may bind to it */
	sdev->no_uld_attach = 1;
	return 0;
}

static const struct scsi_host_template template = {
	.module			= THIS_MODULE,
	.name			= "efi-scsi",
	.proc_name		= "efi-scsi",
	.queuecommand		= escsi_queuecommand,
	.queuecommand_may_block	= true,
	.eh_timed_out		= escsi_timed_out,
	.sdev_configure		= escsi_configure,
	.this_id		= -1,
	.can_queue		= 1,
	.cmd_per_lun		= 1,
	.sg_tablesize		= SG_ALL,
	.max_sectors		= MAX_DATA / SECTOR_SIZE,
};

/* Return: the ID of a target, which is added if it is new */
static unsigned int escsi_number_of(struct adapter *a, const u8 *bytes)
{
	unsigned int i;

	for (i = 0; i < a->nr_targets; i++)
		if (!memcmp(a->targets[i].bytes, bytes, EFI_SCSI_TARGET_BYTES))
			return i;
	memcpy(a->targets[i].bytes, bytes, EFI_SCSI_TARGET_BYTES);
	a->nr_targets = i + 1;
	return i;
}

/*
 * Get the unit that follows @target and @lun. Return: false if there are no
 * more.
 */
static bool escsi_next_unit(struct adapter *a, u8 *target, u64 *lun)
{
	struct shared *s = a->buffer->virt;
	efi_status_t status;

	memcpy(s->target, target, sizeof(s->target));
	s->lun = *lun;
	s->target_pointer = efi_phys(s->target);
	if (efi_protocol_call(a->protocol, &status,
			      union efi_ext_scsi_pass_thru_protocol,
			      get_next_target_lun,
			      efi_phys(&s->target_pointer),
			      efi_phys(&s->lun)) ||
	    status)
		return false;
	memcpy(target, s->target, sizeof(s->target));
	*lun = s->lun;
	return true;
}

/* The firmware knows its units, so addresses need not be scanned */
static int escsi_find_units(struct adapter *a)
{
	struct device *dev = &a->edev->dev;
	u8 target[EFI_SCSI_TARGET_BYTES];
	u64 lun = 0;

	a->targets = devm_kcalloc(dev, MAX_UNITS, sizeof(*a->targets),
				  GFP_KERNEL);
	a->units = devm_kcalloc(dev, MAX_UNITS, sizeof(*a->units), GFP_KERNEL);
	if (!a->targets || !a->units)
		return -ENOMEM;
	memset(target, 0xff, sizeof(target));
	while (a->nr_units < MAX_UNITS && escsi_next_unit(a, target, &lun))
		a->units[a->nr_units++] = (struct unit) {
			.target = escsi_number_of(a, target),
			.lun = lun,
		};
	return 0;
}

static void escsi_add_units(struct Scsi_Host *host)
{
	const struct adapter *a = escsi_adapter_of(host);
	unsigned int i;

	for (i = 0; i < a->nr_units; i++)
		scsi_add_device(host, 0, a->units[i].target, a->units[i].lun);
}

/* Resources of the firmware are released when the driver is unbound (devres) */
static int escsi_attach(struct adapter *a, const struct efi_device_id *id)
{
	u32 io_align;
	int ret;

	a->protocol = efi_protocol_open(a->edev, &id->guid, EFI_TPL_CALLBACK);
	if (IS_ERR(a->protocol))
		return PTR_ERR(a->protocol);
	ret = efi_protocol_read(a->protocol, &io_align, sizeof(io_align),
				offsetof(union efi_ext_scsi_pass_thru_protocol,
					 mode),
				offsetof(struct efi_scsi_mode, io_align));
	if (ret)
		return ret;
	if (io_align > 1 && !is_power_of_2(io_align))
		return dev_err_probe(&a->edev->dev, -EINVAL,
				     FW_BUG "invalid alignment of buffers: %u\n",
				     io_align);
	a->buffer = efi_buffer_alloc(a->edev, sizeof(struct shared), io_align,
				     0);
	if (IS_ERR(a->buffer))
		return PTR_ERR(a->buffer);
	a->data = efi_buffer_alloc(a->edev, MAX_DATA, io_align, 0);
	return PTR_ERR_OR_ZERO(a->data);
}

static int escsi_probe(struct efi_device *edev, const struct efi_device_id *id)
{
	struct Scsi_Host *host;
	struct adapter *a;
	int ret;

	host = scsi_host_alloc(&template, sizeof(*a));
	if (!host)
		return -ENOMEM;
	host->max_id = MAX_UNITS;
	host->max_lun = ~0ULL;
	host->max_cmd_len = MAX_CDB;
	a = escsi_adapter_of(host);
	a->edev = edev;
	ret = escsi_attach(a, id) ?:
	      escsi_find_units(a) ?:
	      scsi_add_host(host, &edev->dev);
	if (ret) {
		scsi_host_put(host);
		return ret;
	}
	efi_device_set_drvdata(edev, host);
	escsi_add_units(host);
	return 0;
}

static void escsi_remove(struct efi_device *edev)
{
	struct Scsi_Host *host = efi_device_get_drvdata(edev);

	scsi_remove_host(host);
	scsi_host_put(host);
}

static const struct efi_device_id ids[] = {
	{ EFI_EXT_SCSI_PASS_THRU_PROTOCOL_GUID },
	{ }
};
MODULE_ALIAS_EFI("143b7632-b81b-4cb7-abd3-b625a5b9bffe");

static struct efi_driver scsi_driver = {
	.driver.name	= "efi-scsi",
	.id_table	= ids,
	.probe		= escsi_probe,
	.remove		= escsi_remove,
};
module_efi_driver(scsi_driver);

MODULE_DESCRIPTION("SCSI hosts on the firmware's Extended SCSI Pass Thru");
MODULE_LICENSE("GPL");
