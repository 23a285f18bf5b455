// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers: memory whose address the firmware gets
 */
#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sizes.h>

#include "bus.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "efi_mode."

static bool below_4g;
module_param(below_4g, bool, 0444);
MODULE_PARM_DESC(below_4g,
		 "give the firmware no memory above 4 GiB: its drivers truncate addresses");

/* Memory that the firmware keeps for ever */

void efi_memory_abandon(phys_addr_t phys, size_t size)
{
	unsigned long pfn;

	for (pfn = PHYS_PFN(phys); pfn < PFN_UP(phys + size); pfn++)
		get_page(pfn_to_page(pfn));
	atomic_inc(&efi_devres.abandoned);
}
EXPORT_SYMBOL_GPL(efi_memory_abandon);

phys_addr_t efi_memory_end(void)
{
	return below_4g ? SZ_4G : PHYS_ADDR_MAX;
}
EXPORT_SYMBOL_GPL(efi_memory_end);

/* Buffers */

/*
 * If the firmware has stopped in the middle of a call, it has not stopped the
 * device, which may still write. It is not known which buffers the device had,
 * and no call can be made any more to find out. So the remaining buffers are
 * never freed.
 */
static void ebuf_free(struct device *dev, void *res)
{
	struct efi_buffer *b = res;

	atomic_dec(&efi_devres.buffers);
	if (efi_mode_is_stopped())
		atomic_inc(&efi_devres.abandoned);
	else
		free_pages_exact(b->virt, b->size);
}

/*
 * A block of 2^order pages is aligned to its size, so allocate a block for the
 * alignment and free the pages that are not needed.
 */
static void *ebuf_alloc_aligned(size_t size, size_t align, gfp_t gfp)
{
	unsigned int order = get_order(max(size, align));
	unsigned long i, used = PFN_UP(size);
	struct page *page = alloc_pages(gfp, order);

	if (!page)
		return NULL;
	split_page(page, order);
	for (i = used; i < 1UL << order; i++)
		__free_page(page + i);
	return page_address(page);
}

struct efi_buffer *efi_buffer_alloc(struct efi_device *edev, size_t size,
				    size_t align, unsigned int flags)
{
	gfp_t gfp = GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN;
	struct efi_buffer *b;

	if (!size || (align && !is_power_of_2(align)) ||
	    (flags & ~EFI_BUFFER_BELOW_4G))
		return ERR_PTR(-EINVAL);
	if (get_order(max(size, align)) > MAX_PAGE_ORDER)
		return ERR_PTR(-ENOMEM);
	b = devres_alloc(ebuf_free, sizeof(*b), GFP_KERNEL);
	if (!b)
		return ERR_PTR(-ENOMEM);
	if (below_4g || (flags & EFI_BUFFER_BELOW_4G))
		gfp |= __GFP_DMA32;
	b->size = size;
	b->align = align;
	b->flags = flags;
	b->virt = ebuf_alloc_aligned(size, align, gfp);
	if (!b->virt) {
		devres_free(b);
		return ERR_PTR(-ENOMEM);
	}
	b->phys = virt_to_phys(b->virt);
	atomic_inc(&efi_devres.buffers);
	devres_add(&edev->dev, b);
	return b;
}
EXPORT_SYMBOL_GPL(efi_buffer_alloc);

void efi_buffer_free(struct efi_device *edev, struct efi_buffer *b)
{
	WARN_ON(devres_release(&edev->dev, ebuf_free, efi_devres_match, b));
}
EXPORT_SYMBOL_GPL(efi_buffer_free);

void efi_buffer_abandon(struct efi_device *edev, struct efi_buffer *b)
{
	if (WARN_ON(devres_remove(&edev->dev, ebuf_free, efi_devres_match, b) !=
		    b))
		return;
	atomic_dec(&efi_devres.buffers);
	atomic_inc(&efi_devres.abandoned);
	devres_free(b);
}
EXPORT_SYMBOL_GPL(efi_buffer_abandon);

struct efi_buffer *efi_buffer_replace(struct efi_device *edev,
				      struct efi_buffer *b)
{
	struct efi_buffer *fresh;

	fresh = efi_buffer_alloc(edev, b->size, b->align, b->flags);
	efi_buffer_abandon(edev, b);
	return IS_ERR(fresh) ? NULL : fresh;
}
EXPORT_SYMBOL_GPL(efi_buffer_replace);
