// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a frame buffer is mapped
 *
 * Firmware maps all of it as the MTRRs say, and it must not be something else here at the
 * same time. Only uncached memory can be made better: nobody has any of it in a cache,
 * and it is written to much faster if writes are combined. For all other memory
 * write-back is asked for, as firmware does; where the MTRRs have something else, the
 * kernel makes uncached memory of it.
 */
#define pr_fmt(fmt) "efi-gop: " fmt

#include <linux/init.h>
#include <linux/io.h>
#include <linux/screen_info.h>
#include <linux/string.h>
#include <linux/sysfb.h>

#include <asm/mtrr.h>

#include "screen.h"

static bool is_uncached(u64 base, u64 size)
{
	u8 uniform;

	return mtrr_type_lookup(base, base + size, &uniform) ==
	       MTRR_TYPE_UNCACHABLE && uniform;
}

/**
 * efi_gop_map() - map a frame buffer
 * @fb:		its base and size; the rest is filled in
 *
 * Context: task context; sleeps.
 * Return: 0 or -ENOMEM.
 */
int efi_gop_map(struct efi_gop_frame_buffer *fb)
{
	if (is_uncached(fb->base, fb->size))
		iosys_map_set_vaddr_iomem(&fb->map,
					  ioremap_wc(fb->base, fb->size));
	else
		iosys_map_set_vaddr(&fb->map, memremap(fb->base, fb->size,
						       MEMREMAP_WB));
	return iosys_map_is_null(&fb->map) ? -ENOMEM : 0;
}

/**
 * efi_gop_unmap() - undo efi_gop_map()
 * @fb:		the frame buffer, or one that is all zeros; it is that then
 *
 * Context: task context; sleeps.
 */
void efi_gop_unmap(struct efi_gop_frame_buffer *fb)
{
	if (fb->region)
		release_mem_region(fb->base, fb->size);
	if (fb->map.is_iomem)
		iounmap(fb->map.vaddr_iomem);
	else
		memunmap(fb->map.vaddr);
	memset(fb, 0, sizeof(*fb));
}

/*
 * simpledrm maps every frame buffer write-combining. It does not get one that this would
 * be wrong for: firmware's console has the screen until the driver finds it, as it has
 * those without a frame buffer.
 */
static int __init keep_from_simpledrm(void)
{
	const struct screen_info *si = &screen_info;

	if (si->orig_video_isVGA == VIDEO_TYPE_EFI &&
	    !is_uncached(__screen_info_lfb_base(si), si->lfb_size)) {
		pr_info("the frame buffer is not for write-combining: it waits for this driver\n");
		sysfb_disable(NULL);
	}
	return 0;
}
subsys_initcall(keep_from_simpledrm);
