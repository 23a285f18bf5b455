/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The entries of the ledger
 *
 * The file uses nothing from the EFI stub, because KUnit tests it in the kernel
 * proper.
 */
#ifndef _ARCH_EFI_BOOT_LEDGER_H
#define _ARCH_EFI_BOOT_LEDGER_H

#include <linux/efi.h>
#include <linux/minmax.h>

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

struct ledger {
	struct ledger_entry entries[128];
};

static inline struct ledger_entry *ledger_free_entry(struct ledger *l)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(l->entries); i++)
		if (l->entries[i].type == ENTRY_FREE)
			return &l->entries[i];
	return NULL;
}

static inline struct ledger_entry *
ledger_new_entry(struct ledger *l, enum entry_type type, u64 base, u64 size)
{
	struct ledger_entry *e = ledger_free_entry(l);

	if (e) {
		e->type = type;
		e->base = base;
		e->size = size;
	}
	return e;
}

/*
 * Return: true if @address is in the pages of @e, or is the address of its pool
 */
static inline bool ledger_covers(const struct ledger_entry *e, enum entry_type type,
				 u64 address)
{
	if (e->type != type)
		return false;
	if (type == ENTRY_POOL)
		return e->base == address;
	return address >= e->base && address - e->base < e->size;
}

static inline struct ledger_entry *
ledger_find_entry(struct ledger *l, enum entry_type type, u64 address)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(l->entries); i++)
		if (ledger_covers(&l->entries[i], type, address))
			return &l->entries[i];
	return NULL;
}

/* Return: how much of the range is in @e, which contains @base */
static inline u64 ledger_piece(const struct ledger_entry *e, u64 base, u64 size)
{
	return min(size, e->size - (base - e->base));
}

/*
 * Return: true if ledger_remove() can remove the range from @e, which contains
 * it; false if this needs an entry for the second part, and there is none
 */
static inline bool ledger_can_remove(struct ledger *l, const struct ledger_entry *e,
				     u64 base, u64 size)
{
	return base == e->base || base - e->base + size == e->size ||
	       ledger_free_entry(l);
}

/* ledger_can_remove() must have returned true */
static inline void ledger_remove(struct ledger *l, struct ledger_entry *e,
				 u64 base, u64 size)
{
	u64 head = base - e->base, tail = e->size - head - size;

	if (head) {
		e->size = head;
		if (tail)
			ledger_new_entry(l, ENTRY_PAGES, base + size, tail);
	} else if (tail) {
		e->base = base + size;
		e->size = tail;
	} else {
		e->type = ENTRY_FREE;
	}
}

/*
 * Return: EFI_SUCCESS if all pages of the range are in the ledger, whether in one
 * entry or in several, and can be removed from it
 */
static inline efi_status_t ledger_check_pages(struct ledger *l, u64 base, u64 size)
{
	struct ledger_entry *e;
	u64 piece;

	if (!size)
		return EFI_INVALID_PARAMETER;
	for (; size; base += piece, size -= piece) {
		e = ledger_find_entry(l, ENTRY_PAGES, base);
		if (!e)
			return EFI_NOT_FOUND;
		piece = ledger_piece(e, base, size);
		if (!ledger_can_remove(l, e, base, piece))
			return EFI_OUT_OF_RESOURCES;
	}
	return EFI_SUCCESS;
}

#endif /* _ARCH_EFI_BOOT_LEDGER_H */
