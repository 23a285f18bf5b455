// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instances of the Managed Network Protocol, which the resident half pumps
 */
#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/slab.h>

#include <efi-mode/bus-pump.h>

#include "bus.h"

struct efi_pump {
	struct efi_protocol *binding;
	void *id;			/* issued by the resident half */
	bool busy;			/* the firmware has kept tokens */
};

static int epump_error(efi_status_t status)
{
	switch (status) {
	case EFI_SUCCESS:
		return 0;
	case EFI_NOT_FOUND:
		return -ENODEV;
	case EFI_INVALID_PARAMETER:
	case EFI_UNSUPPORTED:
		return -EINVAL;
	case EFI_OUT_OF_RESOURCES:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

#define epump_call(func, ...)						\
	efi_table_call(0, "resident half", efi_mode_resident(), func, __VA_ARGS__)

static void epump_close(struct device *dev, void *res)
{
	struct efi_pump *p = res;

	if (epump_call(pump_close, p->id) != EFI_SUCCESS) {
		p->busy = true;
		dev_err(dev, FW_BUG "the firmware keeps tokens of the network\n");
	}
	atomic_dec(&efi_devres.pumps);
}

struct efi_pump *efi_pump_open(struct efi_device *edev,
			       struct efi_protocol *binding, phys_addr_t rings)
{
	struct efi_call call;
	struct efi_pump *p;
	int ret;

	p = devres_alloc(epump_close, sizeof(*p), GFP_KERNEL);
	if (!p)
		return ERR_PTR(-ENOMEM);
	p->binding = binding;
	call = (struct efi_call)
		EFI_TABLE_CALL("resident half", efi_mode_resident(), pump_open,
			       NULL, (efi_handle_t)edev->handle, (void *)rings,
			       efi_phys(&p->id));
	call.protocol = binding;
	ret = efi_protocol_submit(&call, 1) ?: epump_error(call.status);
	if (ret) {
		devres_free(p);
		return ERR_PTR(ret);
	}
	atomic_inc(&efi_devres.pumps);
	devres_add(&edev->dev, p);
	return p;
}
EXPORT_SYMBOL_GPL(efi_pump_open);

int efi_pump_configure(struct efi_pump *p, phys_addr_t config)
{
	return epump_error(epump_call(pump_configure, p->id, (void *)config));
}
EXPORT_SYMBOL_GPL(efi_pump_configure);

int efi_pump_group(struct efi_pump *p, bool join, phys_addr_t address)
{
	return epump_error(epump_call(pump_group, p->id, join, (void *)address));
}
EXPORT_SYMBOL_GPL(efi_pump_group);

int efi_pump_run(struct efi_pump *p)
{
	struct efi_call call =
		EFI_TABLE_CALL("resident half", efi_mode_resident(), pump_run,
			       NULL, p->id);

	call.protocol = p->binding;
	return efi_protocol_submit(&call, 1) ?: epump_error(call.status);
}
EXPORT_SYMBOL_GPL(efi_pump_run);

int efi_pump_close(struct efi_device *edev, struct efi_pump *p)
{
	bool busy;

	/* devres_release() would free the pump before its result can be read */
	if (WARN_ON(devres_remove(&edev->dev, epump_close, efi_devres_match, p) != p))
		return -EBUSY;
	epump_close(&edev->dev, p);
	busy = p->busy;
	devres_free(p);
	return busy ? -EBUSY : 0;
}
EXPORT_SYMBOL_GPL(efi_pump_close);
