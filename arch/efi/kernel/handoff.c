// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handoff as the kernel finds it, and the page tables for the switch
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/export.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/memblock.h>
#include <linux/mm.h>

#include <asm/desc.h>
#include <asm/init.h>
#include <asm/setup.h>

#include <asm/efi-mode.h>
#include <efi-mode/firmware.h>

struct efi_mode_handoff *efi_mode_handoff;
EXPORT_SYMBOL_GPL(efi_mode_handoff);

static efi_system_table_t systab __ro_after_init;

/*
 * The trampoline: the kernel's upper half, and the switch code and the handoff
 * where firmware has them. A page table isolation bit in CR3 must read as that
 * of the kernel's tables, hence twice the alignment.
 */
static pgd_t trampoline_pgd[PTRS_PER_PGD] __aligned(2 * PAGE_SIZE);

/*
 * Tables for two regions, each of which can lie across a boundary of any level:
 * two of each of three levels for each region.
 */
static u8 trampoline_tables[12][PAGE_SIZE] __aligned(PAGE_SIZE);
static int trampoline_tables_used;

static void *alloc_table(void *context)
{
	if (trampoline_tables_used == ARRAY_SIZE(trampoline_tables))
		return NULL;
	return trampoline_tables[trampoline_tables_used++];
}

static void map_identity(u64 start, u64 size)
{
	/* Not global: a translation that stayed would shadow user space's */
	struct x86_mapping_info info = {
		.alloc_pgt_page	= alloc_table,
		.page_flag	= __PAGE_KERNEL_LARGE_EXEC & ~_PAGE_GLOBAL,
		.kernpg_flag	= _KERNPG_TABLE,
	};

	if (kernel_ident_mapping_init(&info, trampoline_pgd, start,
				      start + size))
		panic("efi-mode: cannot map the way to the firmware\n");
}

/**
 * efi_mode_sync_trampoline() - let the trampoline have what the kernel has
 *
 * Top-level entries of the kernel come and go until it has booted. Not traced, since RCU
 * may not be watching.
 *
 * Context: any.
 */
void notrace efi_mode_sync_trampoline(void)
{
	memcpy(trampoline_pgd + PTRS_PER_PGD / 2,
	       swapper_pg_dir + PTRS_PER_PGD / 2, PAGE_SIZE / 2);
}

/**
 * efi_mode_find_handoff() - find the handoff and keep it
 *
 * Panics if the kernel was not started by its own EFI stub: there is nothing
 * else that it could run on.
 *
 * Context: setup_arch(), before memory is allocated.
 */
void __init efi_mode_find_handoff(void)
{
	u64 base = boot_params.hdr.hardware_subarch_data, extent;
	struct efi_mode_handoff *h;

	if (!base)
		panic("efi-mode: this kernel must be started as an EFI application\n");

	h = early_memremap(base, sizeof(*h));
	if (!h || h->magic != EFI_MODE_HANDOFF_MAGIC ||
	    h->version != EFI_MODE_HANDOFF_VERSION || h->size != sizeof(*h) ||
	    h->canary != EFI_MODE_HANDOFF_CANARY)
		panic("efi-mode: no handoff of version %d at %#llx\n",
		      EFI_MODE_HANDOFF_VERSION, base);
	extent = h->extent;
	early_memunmap(h, sizeof(*h));

	memblock_reserve(base, extent);
}

/**
 * efi_mode_map_handoff() - make firmware reachable
 *
 * Context: setup_arch(), after the direct map is there.
 */
void __init efi_mode_map_handoff(void)
{
	struct efi_mode_handoff *h = __va(boot_params.hdr.hardware_subarch_data);
	void *p;

	map_identity(__pa(h), h->extent);
	map_identity(h->switch_base, h->switch_size);

	p = early_memremap(h->systab, sizeof(systab));
	systab = *(efi_system_table_t *)p;
	early_memunmap(p, sizeof(systab));

	efi_mode_handoff = h;
	efi_mode_switch_setup(__pa_symbol(trampoline_pgd));
	efi_mode_copy_gdt(false);
}

const efi_system_table_t *efi_mode_systab(void)
{
	return &systab;
}
EXPORT_SYMBOL_GPL(efi_mode_systab);

phys_addr_t efi_mode_resident(void)
{
	return __pa(&efi_mode_handoff->resident);
}
EXPORT_SYMBOL_GPL(efi_mode_resident);

u64 efi_mode_image(void)
{
	return efi_mode_handoff->image;
}
EXPORT_SYMBOL_GPL(efi_mode_image);

/**
 * efi_mode_copy_gdt() - the kernel's descriptors for the middle of a switch
 * @has_task:	the kernel has loaded its task register
 *
 * The copy stands in for the kernel's own table, and has the one descriptor that
 * LTR writes to.
 *
 * Context: interrupts off, whenever the kernel has a new table.
 */
void __init efi_mode_copy_gdt(bool has_task)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	const struct desc_ptr *window = (void *)h->linux_cpu.transition_gdt;

	memcpy(phys_to_virt(window->address),
	       get_cpu_gdt_rw(smp_processor_id()), GDT_SIZE);
	h->linux_tr = has_task ? GDT_ENTRY_TSS * 8 : 0;
	h->linux_cpu.tr = h->firmware.tr ? h->linux_tr : 0;
}
