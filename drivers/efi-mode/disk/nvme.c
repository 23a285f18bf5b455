// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/efinvme*: admin commands for NVMe controllers
 *
 * The firmware drives the disks. Other commands for their controllers, from
 * smartctl and nvme-cli, go through NvmExpressPassThru. The device node has the
 * same ioctl for admin commands as the kernel's NVMe driver. The firmware owns
 * the queues and the events of the controller.
 */
#define pr_fmt(fmt) "efi-nvme: " fmt

#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/kref.h>
#include <linux/log2.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nvme.h>
#include <linux/nvme_ioctl.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <efi-mode/bus.h>
#include <efi-mode/pass-thru.h>
#include <efi-mode/time-limits.h>

#define MAX_DATA	SZ_1M

/* Arguments whose address the firmware gets */
struct shared {
	struct efi_nvme_packet packet;
	struct efi_nvme_command command;
	struct efi_nvme_completion completion;
};

struct controller {
	struct kref users;
	struct mutex mutex;		/* serialises commands */
	struct efi_device *edev;	/* NULL after removal */
	struct efi_protocol *protocol;
	struct efi_buffer *buffer;
	size_t io_align;
	struct miscdevice misc;
	char name[16];
	int number;
};

static DEFINE_IDA(numbers);

static void envme_free_controller(struct kref *users)
{
	struct controller *c = container_of(users, struct controller, users);

	ida_free(&numbers, c->number);
	kfree(c);
}

/* Commands that would take resources of the controller from the firmware */
static bool envme_is_of_firmware(u8 opcode)
{
	switch (opcode) {
	case nvme_admin_delete_sq:
	case nvme_admin_create_sq:
	case nvme_admin_delete_cq:
	case nvme_admin_create_cq:
	case nvme_admin_async_event:
	case nvme_admin_dbbuf:
		return true;
	}
	return false;
}

static void envme_fill(struct controller *c,
		       const struct nvme_passthru_cmd64 *cmd,
		       const struct efi_buffer *data)
{
	struct shared *s = c->buffer->virt;
	phys_addr_t phys = c->buffer->phys;

	*s = (struct shared) {
		.command = {
			.cdw0 = cmd->opcode,
			.flags = EFI_NVME_CDW2_VALID | EFI_NVME_CDW3_VALID |
				 GENMASK(7, ilog2(EFI_NVME_CDW10_VALID)),
			.nsid = cmd->nsid,
			.cdw2 = cmd->cdw2,
			.cdw3 = cmd->cdw3,
			.cdw10 = cmd->cdw10,
			.cdw11 = cmd->cdw11,
			.cdw12 = cmd->cdw12,
			.cdw13 = cmd->cdw13,
			.cdw14 = cmd->cdw14,
			.cdw15 = cmd->cdw15,
		},
		.packet = {
			.command_timeout = (u64)(cmd->timeout_ms ?:
						 EFI_MODE_NVME_ADMIN_TIMEOUT_MS) *
				USEC_PER_MSEC * EFI_100NSEC_PER_USEC,
			.queue_type = EFI_NVME_ADMIN_QUEUE,
			.command = phys + offsetof(struct shared, command),
			.completion = phys + offsetof(struct shared, completion),
		},
	};
	if (data) {
		s->packet.transfer_buffer = data->phys;
		s->packet.transfer_length = cmd->data_len;
	}
}

/*
 * Return: an error, or the status of the NVMe command, which is positive, as in
 * the kernel's NVMe driver
 */
static int envme_pass(struct controller *c, struct nvme_passthru_cmd64 *cmd)
{
	struct shared *s = c->buffer->virt;
	efi_status_t status;
	int ret;

	ret = efi_protocol_call(c->protocol, &status,
				union efi_nvme_pass_thru_protocol, pass_thru,
				cmd->nsid, efi_phys(&s->packet), NULL);
	if (ret)
		return ret;
	cmd->result = s->completion.dw0 | (u64)s->completion.dw1 << 32;
	ret = s->completion.dw3 >> 17;
	if (status == EFI_SUCCESS || (status == EFI_DEVICE_ERROR && ret))
		return ret;
	dev_dbg(&c->edev->dev, "command %#x: status %#lx\n", cmd->opcode,
		status);
	switch (status) {
	case EFI_TIMEOUT:
		return -ETIMEDOUT;
	case EFI_NOT_READY:
		return -EBUSY;
	case EFI_INVALID_PARAMETER:
	case EFI_BAD_BUFFER_SIZE:
		return -EINVAL;
	case EFI_UNSUPPORTED:
		return -EOPNOTSUPP;
	}
	return -EIO;
}

static int envme_admin(struct controller *c, struct nvme_passthru_cmd64 *cmd)
{
	void __user *user = (void __user *)(uintptr_t)cmd->addr;
	struct efi_buffer *data = NULL;
	int ret;

	if (envme_is_of_firmware(cmd->opcode))
		return -EOPNOTSUPP;
	if (cmd->flags || cmd->metadata_len || cmd->data_len > MAX_DATA)
		return -EINVAL;

	guard(mutex)(&c->mutex);
	if (!c->edev)
		return -ENODEV;
	if (!c->buffer)
		return -ENOMEM;
	if (cmd->data_len) {
		data = efi_buffer_alloc(c->edev, cmd->data_len, c->io_align, 0);
		if (IS_ERR(data))
			return PTR_ERR(data);
	}
	ret = 0;
	if (data && (cmd->opcode & 1) &&
	    copy_from_user(data->virt, user, cmd->data_len))
		ret = -EFAULT;
	if (!ret) {
		envme_fill(c, cmd, data);
		ret = envme_pass(c, cmd);
	}
	if (data && !(cmd->opcode & 1) && ret >= 0 &&
	    copy_to_user(user, data->virt, cmd->data_len))
		ret = -EFAULT;
	if (data && ret == -ETIMEDOUT)
		efi_buffer_abandon(c->edev, data);
	else if (data)
		efi_buffer_free(c->edev, data);
	/* The controller may still write to the buffer of this command */
	if (ret == -ETIMEDOUT)
		c->buffer = efi_buffer_replace(c->edev, c->buffer);
	return ret;
}

static long envme_admin32(struct controller *c,
			  struct nvme_passthru_cmd __user *user)
{
	struct nvme_passthru_cmd64 cmd = {};
	struct nvme_passthru_cmd cmd32;
	int ret;

	if (copy_from_user(&cmd32, user, sizeof(cmd32)))
		return -EFAULT;
	/* The structures differ only in the result, which comes last */
	memcpy(&cmd, &cmd32, offsetof(struct nvme_passthru_cmd, result));
	ret = envme_admin(c, &cmd);
	if (ret >= 0 && put_user((u32)cmd.result, &user->result))
		return -EFAULT;
	return ret;
}

static long envme_admin64(struct controller *c,
			  struct nvme_passthru_cmd64 __user *user)
{
	struct nvme_passthru_cmd64 cmd;
	int ret;

	if (copy_from_user(&cmd, user, sizeof(cmd)))
		return -EFAULT;
	ret = envme_admin(c, &cmd);
	if (ret >= 0 && put_user(cmd.result, &user->result))
		return -EFAULT;
	return ret;
}

static long envme_control(struct file *file, unsigned int what,
			  unsigned long arg)
{
	struct controller *c = file->private_data;
	void __user *user = (void __user *)arg;

	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	switch (what) {
	case NVME_IOCTL_ADMIN_CMD:
		return envme_admin32(c, user);
	case NVME_IOCTL_ADMIN64_CMD:
		return envme_admin64(c, user);
	}
	return -ENOTTY;
}

/*
 * misc_open() and misc_deregister() exclude each other, so the controller
 * exists here
 */
static int envme_open(struct inode *inode, struct file *file)
{
	struct controller *c = container_of(file->private_data,
					    struct controller, misc);

	kref_get(&c->users);
	file->private_data = c;
	return 0;
}

static int envme_release(struct inode *inode, struct file *file)
{
	struct controller *c = file->private_data;

	kref_put(&c->users, envme_free_controller);
	return 0;
}

static const struct file_operations operations = {
	.owner		= THIS_MODULE,
	.open		= envme_open,
	.release	= envme_release,
	.unlocked_ioctl	= envme_control,
	.compat_ioctl	= compat_ptr_ioctl,
};

/* Resources of the firmware are released when the driver is unbound (devres) */
static int envme_attach(struct controller *c, struct efi_device *edev,
			const struct efi_device_id *id)
{
	u32 io_align;
	int ret;

	c->protocol = efi_protocol_open(edev, &id->guid, EFI_TPL_CALLBACK);
	if (IS_ERR(c->protocol))
		return PTR_ERR(c->protocol);
	ret = efi_protocol_read(c->protocol, &io_align, sizeof(io_align),
				offsetof(union efi_nvme_pass_thru_protocol, mode),
				offsetof(struct efi_nvme_mode, io_align));
	if (ret)
		return ret;
	if (io_align > 1 && !is_power_of_2(io_align))
		return dev_err_probe(&edev->dev, -EINVAL,
				     FW_BUG "invalid alignment of buffers: %u\n",
				     io_align);
	c->io_align = io_align;
	c->buffer = efi_buffer_alloc(edev, sizeof(struct shared), 0, 0);
	return PTR_ERR_OR_ZERO(c->buffer);
}

static int envme_probe(struct efi_device *edev, const struct efi_device_id *id)
{
	struct controller *c = kzalloc(sizeof(*c), GFP_KERNEL);
	int ret;

	if (!c)
		return -ENOMEM;
	c->number = ida_alloc(&numbers, GFP_KERNEL);
	if (c->number < 0) {
		ret = c->number;
		kfree(c);
		return ret;
	}
	kref_init(&c->users);
	mutex_init(&c->mutex);
	c->edev = edev;
	snprintf(c->name, sizeof(c->name), "efinvme%d", c->number);
	c->misc = (struct miscdevice) {
		.minor	= MISC_DYNAMIC_MINOR,
		.name	= c->name,
		.fops	= &operations,
		.parent	= &edev->dev,
		.mode	= 0600,
	};
	ret = envme_attach(c, edev, id) ?: misc_register(&c->misc);
	if (ret) {
		kref_put(&c->users, envme_free_controller);
		return ret;
	}
	efi_device_set_drvdata(edev, c);
	return 0;
}

static void envme_remove(struct efi_device *edev)
{
	struct controller *c = efi_device_get_drvdata(edev);

	misc_deregister(&c->misc);
	scoped_guard(mutex, &c->mutex)
		c->edev = NULL;
	kref_put(&c->users, envme_free_controller);
}

static const struct efi_device_id ids[] = {
	{ EFI_NVM_EXPRESS_PASS_THRU_PROTOCOL_GUID },
	{ }
};
MODULE_ALIAS_EFI("52c78312-8edc-4233-98f2-1a1aa5e388a5");

static struct efi_driver nvme_driver = {
	.driver.name	= "efi-nvme",
	.id_table	= ids,
	.probe		= envme_probe,
	.remove		= envme_remove,
};
module_efi_driver(nvme_driver);

MODULE_DESCRIPTION("Admin commands for NVMe controllers of the firmware");
MODULE_LICENSE("GPL");
