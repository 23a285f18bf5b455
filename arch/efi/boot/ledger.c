// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ledger: what this image has taken from firmware
 *
 * An EFI stub that exits boot services need not give anything back. This one
 * goes back to its caller, at the latest when something is missing, and then
 * the firmware must have all its memory again. The stub takes memory in a dozen
 * places, so instead of a free for each of them, it is given a system table
 * whose allocation services write down what they hand out.
 *
 * The table is the stub's alone: firmware and other images never see it.
 */
#include "boot.h"

enum entry_type {
	ENTRY_FREE,
	ENTRY_PAGES,
	ENTRY_POOL,
	ENTRY_TABLE,
};

struct ledger_entry {
	enum entry_type type;
	u64 base;		/* ENTRY_PAGES and ENTRY_POOL */
	u64 size;		/* ENTRY_PAGES and ENTRY_POOL */
	efi_guid_t guid;	/* ENTRY_TABLE */
};

static const efi_system_table_t *firmware;
static efi_system_table_t systab;
static efi_boot_services_t services;
static struct ledger_entry ledger[128];
static bool must_clear;

static struct ledger_entry *ledger_new_entry(enum entry_type type, u64 base, u64 size)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ledger); i++) {
		if (ledger[i].type != ENTRY_FREE)
			continue;
		ledger[i].type = type;
		ledger[i].base = base;
		ledger[i].size = size;
		return &ledger[i];
	}
	return NULL;
}

/* Is @address inside of @e, or does a pool begin there? */
static bool ledger_covers(const struct ledger_entry *e, enum entry_type type, u64 address)
{
	if (e->type != type)
		return false;
	if (type == ENTRY_POOL)
		return e->base == address;
	return address >= e->base && address - e->base < e->size;
}

static struct ledger_entry *ledger_find_entry(enum entry_type type, u64 address)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ledger); i++)
		if (ledger_covers(&ledger[i], type, address))
			return &ledger[i];
	return NULL;
}

static struct ledger_entry *ledger_find_table(const efi_guid_t *guid)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ledger); i++)
		if (ledger[i].type == ENTRY_TABLE &&
		    !efi_guidcmp(ledger[i].guid, *guid))
			return &ledger[i];
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
	if (!ledger_new_entry(ENTRY_PAGES, *base, (u64)pages << EFI_PAGE_SHIFT)) {
		firmware->boottime->free_pages(*base, pages);
		return EFI_OUT_OF_RESOURCES;
	}
	return EFI_SUCCESS;
}

/* The stub allocates more than it needs for alignment and frees both ends */
static efi_status_t __efiapi
ledger_free_pages(efi_physical_addr_t base, unsigned long pages)
{
	u64 size = (u64)pages << EFI_PAGE_SHIFT, tail;
	struct ledger_entry *e = ledger_find_entry(ENTRY_PAGES, base);
	efi_status_t status;

	if (e && e->size - (base - e->base) < size)
		return EFI_INVALID_PARAMETER;

	tail = e ? e->base + e->size - (base + size) : 0;
	if (e && tail && base > e->base &&
	    !ledger_new_entry(ENTRY_PAGES, base + size, tail))
		return EFI_OUT_OF_RESOURCES;

	status = firmware->boottime->free_pages(base, pages);
	if (!e)
		return status;

	if (base > e->base) {
		e->size = base - e->base;
	} else if (tail) {
		e->base = base + size;
		e->size = tail;
	} else {
		e->type = ENTRY_FREE;
	}
	return status;
}

static efi_status_t __efiapi
ledger_allocate_pool(int memory_type, unsigned long size, void **buffer)
{
	efi_status_t status;

	status = firmware->boottime->allocate_pool(memory_type, size, buffer);
	if (status != EFI_SUCCESS)
		return status;
	if (!ledger_new_entry(ENTRY_POOL, (unsigned long)*buffer, size)) {
		firmware->boottime->free_pool(*buffer);
		return EFI_OUT_OF_RESOURCES;
	}
	return EFI_SUCCESS;
}

/* Also frees what firmware has allocated for the stub: no entry, no matter */
static efi_status_t __efiapi ledger_free_pool(void *buffer)
{
	struct ledger_entry *e = ledger_find_entry(ENTRY_POOL, (unsigned long)buffer);

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
		e = ledger_new_entry(ENTRY_TABLE, 0, 0);
		if (!e)
			return EFI_OUT_OF_RESOURCES;
		e->guid = *guid;
	}
	status = firmware->boottime->install_configuration_table(guid, table);
	if (e && (status == EFI_SUCCESS ? !table : is_new))
		e->type = ENTRY_FREE;

	/* The array may have been allocated anew */
	systab.nr_tables = firmware->nr_tables;
	systab.tables = firmware->tables;
	return status;
}

/**
 * efi_mode_ledger_open() - begin to write down what is taken from the firmware
 * @table:	the firmware's system table
 *
 * Return: a system table whose memory and configuration table services write down
 * what they give.
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
 * Firmware writes to pages when they are freed. Where it protects memory, the
 * kernel's text has been made read-only and executable, at the beginning of its
 * pages, so make it as the end of them still is.
 */
static void ledger_give_back(const struct ledger_entry *e)
{
	efi_guid_t guid = EFI_MEMORY_ATTRIBUTE_PROTOCOL_GUID;
	efi_memory_attribute_protocol_t *memattr = NULL;
	u64 last = e->base + e->size - EFI_PAGE_SIZE, attributes = 0;

	firmware->boottime->locate_protocol(&guid, NULL, (void **)&memattr);
	if (memattr) {
		memattr->clear_memory_attributes(memattr, e->base, e->size,
						 EFI_MEMORY_RO);
		memattr->get_memory_attributes(memattr, last, EFI_PAGE_SIZE,
					       &attributes);
		if (attributes & EFI_MEMORY_XP)
			memattr->set_memory_attributes(memattr, e->base,
						       e->size, EFI_MEMORY_XP);
	}
	if (must_clear)
		memset((void *)e->base, 0, e->size);
	firmware->boottime->free_pages(e->base, e->size >> EFI_PAGE_SHIFT);
}

/**
 * efi_mode_ledger_clear() - overwrite with zeros what is given back
 *
 * Holds for all memory that efi_mode_ledger_close() gives back.
 */
void efi_mode_ledger_clear(void)
{
	must_clear = true;
}

/**
 * efi_mode_ledger_close() - give everything back to the firmware
 *
 * Frees pages and pools and removes configuration tables, whatever has been taken since
 * efi_mode_ledger_open(), which must have been called.
 */
void efi_mode_ledger_close(void)
{
	struct ledger_entry *e;

	/* Tables first: what they point to may lie in the pools */
	for (e = ledger; e < ledger + ARRAY_SIZE(ledger); e++)
		if (e->type == ENTRY_TABLE)
			firmware->boottime->install_configuration_table(&e->guid,
									NULL);
	for (e = ledger; e < ledger + ARRAY_SIZE(ledger); e++) {
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
 * efi_mode_ledger_find() - find the pages around an address
 * @address:	physical address
 * @range:	where the pages go
 *
 * Return: false if the address is not in pages that the image has allocated.
 */
bool efi_mode_ledger_find(u64 address, struct efi_mode_range *range)
{
	struct ledger_entry *e = firmware ? ledger_find_entry(ENTRY_PAGES, address) : NULL;

	if (!e)
		return false;
	range->base = e->base;
	range->size = e->size;
	return true;
}

/**
 * efi_mode_firmware_systab() - get the firmware's own system table
 *
 * Return: the argument of efi_mode_ledger_open(), or %NULL if it was not called.
 */
const efi_system_table_t *efi_mode_firmware_systab(void)
{
	return firmware;
}
