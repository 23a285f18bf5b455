// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ledger: record all memory that this image has allocated from the firmware
 *
 * A stub that calls ExitBootServices() need not free anything. With efi-mode,
 * the image always returns to its caller, and the firmware must then have all
 * its memory back. The stub allocates memory in a dozen places. Instead of
 * adding a free to each of them, the stub gets its own copy of the system
 * table, in which the allocation services record each allocation.
 *
 * The firmware and other images do not use this copy.
 */
#include "boot.h"
#include "ledger.h"

static const efi_system_table_t *firmware;
static efi_system_table_t systab;
static efi_boot_services_t services;
static struct ledger ledger;
static bool must_clear;

static struct ledger_entry *ledger_find_table(const efi_guid_t *guid)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ledger.entries); i++)
		if (ledger.entries[i].type == ENTRY_TABLE &&
		    !efi_guidcmp(ledger.entries[i].guid, *guid))
			return &ledger.entries[i];
	return NULL;
}

static efi_status_t __efiapi
ledger_allocate_pages(int type, int memory_type, unsigned long pages,
		      efi_physical_addr_t *base)
{
	efi_status_t status;

	status = firmware->boottime->allocate_pages(type, memory_type, pages,
						    base);
	if (status != EFI_SUCCESS)
		return status;
	if (!ledger_new_entry(&ledger, ENTRY_PAGES, *base,
			      (u64)pages << EFI_PAGE_SHIFT)) {
		firmware->boottime->free_pages(*base, pages);
		return EFI_OUT_OF_RESOURCES;
	}
	return EFI_SUCCESS;
}

/*
 * The pages may be at the start, at the end or in the middle of an allocation,
 * because the stub allocates more than it needs for alignment, and then frees
 * both ends.
 */
static efi_status_t __efiapi
ledger_free_pages(efi_physical_addr_t base, unsigned long pages)
{
	struct ledger_entry *e = ledger_find_entry(&ledger, ENTRY_PAGES, base);
	u64 size = (u64)pages << EFI_PAGE_SHIFT;
	efi_status_t status;

	if (e && ledger_piece(e, base, size) < size)
		return EFI_INVALID_PARAMETER;
	if (e && !ledger_can_remove(&ledger, e, base, size))
		return EFI_OUT_OF_RESOURCES;

	status = firmware->boottime->free_pages(base, pages);
	if (e && status == EFI_SUCCESS)
		ledger_remove(&ledger, e, base, size);
	return status;
}

static efi_status_t __efiapi
ledger_allocate_pool(int memory_type, unsigned long size, void **buffer)
{
	efi_status_t status;

	status = firmware->boottime->allocate_pool(memory_type, size, buffer);
	if (status != EFI_SUCCESS)
		return status;
	if (!ledger_new_entry(&ledger, ENTRY_POOL, (unsigned long)*buffer, size)) {
		firmware->boottime->free_pool(*buffer);
		return EFI_OUT_OF_RESOURCES;
	}
	return EFI_SUCCESS;
}

/* A buffer that the firmware has allocated for the stub has no entry */
static efi_status_t __efiapi ledger_free_pool(void *buffer)
{
	struct ledger_entry *e = ledger_find_entry(&ledger, ENTRY_POOL,
						   (unsigned long)buffer);

	if (e)
		e->type = ENTRY_FREE;
	return firmware->boottime->free_pool(buffer);
}

static efi_status_t __efiapi
ledger_install_table(efi_guid_t *guid, void *table)
{
	struct ledger_entry *e = ledger_find_table(guid);
	bool is_new = table && !e;
	efi_status_t status;

	if (is_new) {
		e = ledger_new_entry(&ledger, ENTRY_TABLE, 0, 0);
		if (!e)
			return EFI_OUT_OF_RESOURCES;
		e->guid = *guid;
	}
	status = firmware->boottime->install_configuration_table(guid, table);
	if (e && (status == EFI_SUCCESS ? !table : is_new))
		e->type = ENTRY_FREE;

	/* The firmware may have reallocated the array of tables */
	systab.nr_tables = firmware->nr_tables;
	systab.tables = firmware->tables;
	return status;
}

/**
 * efi_mode_ledger_open() - start to record allocations
 * @table:	the firmware's system table
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: a copy of the system table, whose memory and configuration table
 * services record what they allocate and install.
 */
efi_system_table_t *efi_mode_ledger_open(efi_system_table_t *table)
{
	firmware = table;
	must_clear = false;

	services = *table->boottime;
	services.allocate_pages			= ledger_allocate_pages;
	services.free_pages			= ledger_free_pages;
	services.allocate_pool			= ledger_allocate_pool;
	services.free_pool			= ledger_free_pool;
	services.install_configuration_table	= ledger_install_table;

	systab = *table;
	systab.boottime = &services;
	return &systab;
}

/*
 * The firmware may write to pages when they are freed, so they must be writable.
 * If the firmware protects memory, the stub has made the start of the kernel's
 * pages (its text) read-only and executable. The last page of an allocation still
 * has the attributes that the firmware sets for all allocations, so apply its
 * EFI_MEMORY_XP to the pages that are freed.
 */
static void ledger_reset_attributes(const struct ledger_entry *e, u64 base, u64 size)
{
	efi_guid_t guid = EFI_MEMORY_ATTRIBUTE_PROTOCOL_GUID;
	efi_memory_attribute_protocol_t *memattr = NULL;
	u64 last = e->base + e->size - EFI_PAGE_SIZE, attributes = 0;

	firmware->boottime->locate_protocol(&guid, NULL, (void **)&memattr);
	if (!memattr)
		return;
	memattr->clear_memory_attributes(memattr, base, size, EFI_MEMORY_RO);
	memattr->get_memory_attributes(memattr, last, EFI_PAGE_SIZE, &attributes);
	if (attributes & EFI_MEMORY_XP)
		memattr->set_memory_attributes(memattr, base, size, EFI_MEMORY_XP);
}

static void ledger_give_back(const struct ledger_entry *e)
{
	ledger_reset_attributes(e, e->base, e->size);
	if (must_clear)
		memset((void *)e->base, 0, e->size);
	firmware->boottime->free_pages(e->base, e->size >> EFI_PAGE_SHIFT);
}

/**
 * efi_mode_ledger_clear() - request that memory is cleared when it is freed
 *
 * Makes efi_mode_ledger_close() overwrite all memory with zeros before it frees
 * it.
 *
 * Context: any, after efi_mode_ledger_open().
 */
void efi_mode_ledger_clear(void)
{
	must_clear = true;
}

/*
 * Free pages while the kernel runs, which the kernel has allocated for itself and
 * does not access any more. The kernel has cleared them.
 *
 * The pages may be in several allocations that are adjacent, because the kernel
 * does not know where an allocation ends. If the firmware fails after it has freed
 * the pages of the first allocations, return EFI_SUCCESS, because the kernel must
 * not use those any more. The others stay in the ledger until it is closed.
 */
static efi_status_t __efiapi ledger_give_pages(efi_physical_addr_t base,
					       unsigned long pages)
{
	u64 size = (u64)pages << EFI_PAGE_SHIFT, done, piece;
	struct ledger_entry *e;
	efi_status_t status;

	status = ledger_check_pages(&ledger, base, size);
	if (status != EFI_SUCCESS)
		return status;
	for (done = 0; done < size; done += piece) {
		e = ledger_find_entry(&ledger, ENTRY_PAGES, base + done);
		piece = ledger_piece(e, base + done, size - done);
		ledger_reset_attributes(e, base + done, piece);
		status = ledger_free_pages(base + done, piece >> EFI_PAGE_SHIFT);
		if (status != EFI_SUCCESS)
			return done ? EFI_SUCCESS : status;
	}
	return EFI_SUCCESS;
}

/**
 * efi_mode_ledger_init() - publish the functions of this file to the kernel
 * @h:		the handoff
 *
 * Context: the firmware's world.
 */
void efi_mode_ledger_init(struct efi_mode_handoff *h)
{
	h->resident.give_pages = ledger_give_pages;
}

/**
 * efi_mode_ledger_close() - free everything that the ledger has recorded
 *
 * Removes the configuration tables and frees the pages and pools that are still
 * in the ledger. efi_mode_ledger_open() must have been called.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 */
void efi_mode_ledger_close(void)
{
	struct ledger_entry *end = ledger.entries + ARRAY_SIZE(ledger.entries), *e;

	/* Tables first, because they may point to the pools */
	for (e = ledger.entries; e < end; e++)
		if (e->type == ENTRY_TABLE)
			firmware->boottime->install_configuration_table(&e->guid,
									NULL);
	for (e = ledger.entries; e < end; e++) {
		if (e->type == ENTRY_POOL && must_clear)
			memset((void *)e->base, 0, e->size);
		if (e->type == ENTRY_PAGES)
			ledger_give_back(e);
		else if (e->type == ENTRY_POOL)
			firmware->boottime->free_pool((void *)e->base);
		e->type = ENTRY_FREE;
	}
}

/**
 * efi_mode_ledger_find() - find the allocated pages that contain an address
 * @address:	physical address
 * @range:	set to the range of the pages
 *
 * Context: any.
 * Return: false if the address is not in pages that the image has allocated.
 */
bool efi_mode_ledger_find(u64 address, struct efi_mode_range *range)
{
	struct ledger_entry *e = NULL;

	if (firmware)
		e = ledger_find_entry(&ledger, ENTRY_PAGES, address);

	if (!e)
		return false;
	range->base = e->base;
	range->size = e->size;
	return true;
}

/**
 * efi_mode_firmware_systab() - get the firmware's own system table
 *
 * Context: any.
 * Return: the system table, or %NULL if efi_mode_ledger_open() was not called.
 */
const efi_system_table_t *efi_mode_firmware_systab(void)
{
	return firmware;
}
