// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TPM chip whose commands are calls of the firmware
 *
 * Each command is one call of SubmitCommand(), which returns when the TPM has
 * answered. The firmware polls the TPM meanwhile, for seconds if it generates a
 * key. Such a call is preemptible, so Linux goes on.
 *
 * A native driver cannot bind to the same TPM: Linux does not enumerate ACPI and
 * PNP devices beside the firmware.
 */
#define pr_fmt(fmt) "efi-tpm: " fmt

#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include <efi-mode/call.h>

#include <efi-tpm-core.h>

#include "efi-tpm.h"

#define EFI_TCG_PROTOCOL_GUID \
	EFI_GUID(0xf541796d, 0xa62e, 0x4954, 0xa7, 0x75, 0x95, 0x84, 0xf6, 0x1b, 0x9c, 0xdd)

/* Versions of the TPM, as data of the device table */
#define ECHIP_TPM12	1
#define ECHIP_TPM20	2

/* Commands that fail in a row until the TPM is given up */
#define ECHIP_FAILURES	3

/* Offset of the size in the header of a command and of a response */
#define ECHIP_SIZE_AT	2

/* A device with a TPM has been probed */
static bool echip_probed;

static struct efi_tpm *echip_from(struct tpm_chip *chip)
{
	return dev_get_drvdata(&chip->dev);
}

/*
 * The driver is unbound from a TPM that has failed by a work item, because a
 * command holds the chip. If two TPMs fail at once, the next failure of the
 * second one queues the work again.
 */
static void echip_lose(struct work_struct *work);
static DECLARE_WORK(echip_lose_work, echip_lose);
static DEFINE_SPINLOCK(echip_lost_lock);
static struct efi_device *echip_lost;

static void echip_lose(struct work_struct *work)
{
	struct efi_device *edev;

	spin_lock(&echip_lost_lock);
	edev = echip_lost;
	echip_lost = NULL;
	spin_unlock(&echip_lost_lock);
	dev_err(&edev->dev, "the TPM has failed %u times in a row: removing its device\n",
		ECHIP_FAILURES);
	device_release_driver(&edev->dev);
	put_device(&edev->dev);
}

/* Returns @error, so that callers need one statement only */
static int echip_failed(struct efi_tpm *t, int error)
{
	if (t->given_up || ++t->failures < ECHIP_FAILURES)
		return error;
	spin_lock(&echip_lost_lock);
	if (!echip_lost) {
		t->given_up = true;
		echip_lost = t->edev;
		get_device(&t->edev->dev);
		schedule_work(&echip_lose_work);
	}
	spin_unlock(&echip_lost_lock);
	return error;
}

/* SubmitCommand() (section 6.7) */
static int echip_submit(struct efi_tpm *t, size_t size)
{
	efi_status_t status;
	int ret;

	ret = efi_protocol_call(t->tcg2, &status, struct efi_tcg2, submit_command,
				size, efi_phys((u8 *)t->command->virt),
				t->max_response,
				efi_phys((u8 *)t->response->virt));
	if (ret)
		return ret;
	switch (status) {
	case EFI_SUCCESS:
		return 0;
	case EFI_INVALID_PARAMETER:
	case EFI_BUFFER_TOO_SMALL:
		return -EINVAL;
	default:
		return echip_failed(t, -EIO);
	}
}

/* The tags of responses (TPM 2.0 Library, part 2, section 6.9) */
static bool echip_is_tag(u16 tag)
{
	return tag == TPM2_ST_NO_SESSIONS || tag == TPM2_ST_SESSIONS;
}

static int echip_check_response(struct efi_tpm *t)
{
	u16 tag = get_unaligned_be16(t->response->virt);
	/* The header is all that tells how long the response is */
	u32 length = get_unaligned_be32(t->response->virt + ECHIP_SIZE_AT);

	if (echip_is_tag(tag) && length >= TPM_HEADER_SIZE &&
	    length <= t->max_response) {
		t->length = length;
		return 0;
	}
	dev_err_ratelimited(&t->edev->dev,
			    "no response of a TPM 2.0: tag %#06x, %u bytes (%u to %u are valid)\n",
			    tag, length, TPM_HEADER_SIZE, t->max_response);
	return -EIO;
}

static int echip_send(EFI_TPM_SEND_ARGS)
{
	struct efi_tpm *t = echip_from(chip);
	int ret;

	t->length = 0;
	if (size < TPM_HEADER_SIZE ||
	    get_unaligned_be32(buf + ECHIP_SIZE_AT) != size)
		return -EINVAL;
	if (size > t->max_command)
		return -E2BIG;
	memcpy(t->command->virt, buf, size);
	/* The TPM core trusts nothing of an earlier response */
	memset(t->response->virt, 0, t->response->size);
	ret = echip_submit(t, size);
	/* A command may contain a secret */
	memzero_explicit(t->command->virt, size);
	if (ret)
		return ret;

	if (echip_check_response(t))
		return echip_failed(t, -EIO);
	t->failures = 0;
	return 0;
}

static int echip_recv(struct tpm_chip *chip, u8 *buf, size_t size)
{
	struct efi_tpm *t = echip_from(chip);
	size_t length = t->length;

	t->length = 0;
	if (!length)
		return -EIO;
	if (length <= size)
		memcpy(buf, t->response->virt, length);
	memzero_explicit(t->response->virt, length);
	return length <= size ? length : -E2BIG;
}

/* A command is complete when echip_send() returns */
static u8 echip_status(struct tpm_chip *chip)
{
	return 0;
}

static bool echip_req_canceled(struct tpm_chip *chip, u8 status)
{
	return false;
}

static void echip_cancel(struct tpm_chip *chip)
{
}

static const struct tpm_class_ops echip_ops = {
	.flags		= TPM_OPS_AUTO_STARTUP,
	.send		= echip_send,
	.recv		= echip_recv,
	.status		= echip_status,
	.req_canceled	= echip_req_canceled,
	.cancel		= echip_cancel,
};

static ssize_t log_complete_show(struct device *dev, struct device_attribute *attr,
				 char *buf)
{
	struct efi_tpm *t = dev_get_drvdata(dev);
	bool complete;
	int ret;

	ret = efi_tpm_log_is_complete(t, &complete);
	return ret ?: sysfs_emit(buf, "%d\n", complete);
}
static DEVICE_ATTR_RO(log_complete);

static struct attribute *echip_attrs[] = {
	&dev_attr_log_complete.attr,
	NULL
};
ATTRIBUTE_GROUPS(echip);

static int echip_open(struct efi_tpm *t, const efi_guid_t *guid)
{
	struct efi_device *edev = t->edev;

	t->tcg2 = efi_protocol_open(edev, guid, EFI_TPL_CALLBACK);
	if (IS_ERR(t->tcg2))
		return PTR_ERR(t->tcg2);
	t->command = efi_buffer_alloc(edev, ETPM_BUFFER_SIZE, 0, 0);
	t->response = efi_buffer_alloc(edev, ETPM_BUFFER_SIZE, 0, 0);
	t->scratch = efi_buffer_alloc(edev, 2 * ETPM_BUFFER_SIZE, 0, 0);
	if (IS_ERR(t->command) || IS_ERR(t->response) || IS_ERR(t->scratch))
		return -ENOMEM;
	return 0;
}

static int echip_check(struct efi_tpm *t)
{
	struct device *dev = &t->edev->dev;
	const struct efi_tcg2_capability *c = &t->capability;
	int ret = efi_tpm_capability(t, &t->capability);

	if (ret) {
		dev_err(dev, "GetCapability() failed (%d): no TPM device\n", ret);
		return ret;
	}
	if (!c->present) {
		dev_notice(dev, "the firmware says that its TPM is absent or has failed: no TPM device\n");
		return -ENODEV;
	}
	if (c->max_command_size < TPM_HEADER_SIZE ||
	    c->max_response_size < TPM_HEADER_SIZE) {
		dev_err(dev, FW_BUG "commands of %u bytes, responses of %u: no TPM device\n",
			c->max_command_size, c->max_response_size);
		return -ENODEV;
	}
	t->max_command = min_t(u32, c->max_command_size, ETPM_BUFFER_SIZE);
	t->max_response = min_t(u32, c->max_response_size, ETPM_BUFFER_SIZE);
	return 0;
}

static int echip_register(struct efi_tpm *t)
{
	struct tpm_chip *chip;

	chip = tpmm_chip_alloc(&t->edev->dev, &echip_ops);
	if (IS_ERR(chip))
		return PTR_ERR(chip);
	t->chip = chip;
	dev_set_drvdata(&chip->dev, t);
	/* tpmm_chip_alloc() has stored the chip there */
	efi_device_set_drvdata(t->edev, t);
	chip->flags |= TPM_CHIP_FLAG_TPM2;
	return tpm_chip_register(chip);
}

/* The TPM works even if these fail */
static void echip_create_extras(struct efi_tpm *t)
{
	int ret;

	ret = efi_tpm_note_loaded(t);
	if (ret)
		dev_err(&t->edev->dev, "cannot flush the TPM when Linux ends (%d)\n", ret);
	ret = efi_tpm_log_create(t, dev_name(&t->chip->dev));
	if (ret)
		dev_err(&t->edev->dev, "cannot create the file of the event log (%d)\n", ret);
	t->measurer.extend = efi_tpm_extend;
	efi_tpm_measure_start(&t->measurer);
}

static int echip_probe(struct efi_device *edev, const struct efi_device_id *id)
{
	struct efi_tpm *t;
	int ret;

	echip_probed = true;
	if (id->driver_data == ECHIP_TPM12) {
		if (!efi_device_has_protocol(edev, &EFI_TCG2_PROTOCOL_GUID))
			dev_notice(&edev->dev,
				   "the TPM has version 1.2, which is not supported: no TPM device\n");
		return -ENODEV;
	}
	t = devm_kzalloc(&edev->dev, sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	t->edev = edev;
	mutex_init(&t->lock);
	ret = echip_open(t, &id->guid) ?: echip_check(t) ?: echip_register(t);
	if (ret)
		return ret;
	echip_create_extras(t);
	dev_info(&edev->dev, "%s: commands of up to %u bytes, responses of up to %u\n",
		 dev_name(&t->chip->dev), t->max_command, t->max_response);
	return 0;
}

static void echip_remove(struct efi_device *edev)
{
	struct efi_tpm *t = efi_device_get_drvdata(edev);

	efi_tpm_measure_stop(&t->measurer);
	efi_tpm_log_remove(t);
	efi_tpm_flush_loaded(t);
	tpm_chip_unregister(t->chip);
}

static const struct efi_device_id echip_ids[] = {
	{ EFI_TCG2_PROTOCOL_GUID, ECHIP_TPM20 },
	{ EFI_TCG_PROTOCOL_GUID, ECHIP_TPM12 },
	{ }
};
MODULE_ALIAS_EFI("607f766c-7455-42be-930b-e4d76db2720f");
MODULE_ALIAS_EFI("f541796d-a62e-4954-a775-9584f61b9cdd");

static struct efi_driver echip_driver = {
	.driver.name		= "efi-tpm",
	.driver.dev_groups	= echip_groups,
	.id_table		= echip_ids,
	.probe			= echip_probe,
	.remove			= echip_remove,
};

static int __init echip_init(void)
{
	int ret = efi_driver_register(&echip_driver);

	if (!ret && !echip_probed)
		pr_info("the firmware has no TPM\n");
	return ret;
}
module_init(echip_init);

static void __exit echip_exit(void)
{
	efi_driver_unregister(&echip_driver);
	/* No TPM can fail any more */
	flush_work(&echip_lose_work);
}
module_exit(echip_exit);

MODULE_DESCRIPTION("TPM of the firmware (EFI_TCG2_PROTOCOL)");
MODULE_LICENSE("GPL");
