// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show the ACPI tables in sysfs
 *
 * The ACPI interpreter is off, because it would access hardware that belongs to
 * the firmware. That also turns off /sys/firmware/acpi/tables of the kernel.
 * This file provides it for programs that only read tables (acpidump, fwts).
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/acpi.h>
#include <linux/cleanup.h>
#include <linux/efi.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

/* No table is larger than this */
#define MAX_SIZE	SZ_16M

struct table {
	struct list_head list;
	struct bin_attribute attr;
	char signature[ACPI_NAMESEG_SIZE + 1];
	char name[ACPI_NAMESEG_SIZE + 4];	/* and a number up to 999 */
};

static LIST_HEAD(tables);
static struct kobject *tables_kobj;

static struct acpi_table_header *eacpi_map_table(phys_addr_t address)
{
	struct acpi_table_header *header;
	u32 size;

	header = memremap(address, sizeof(*header), MEMREMAP_WB);
	if (!header)
		return NULL;
	size = header->length;
	memunmap(header);
	if (size < sizeof(*header) || size > MAX_SIZE)
		return NULL;
	return memremap(address, size, MEMREMAP_WB);
}

static unsigned int eacpi_count_tables(const char *signature)
{
	unsigned int count = 0;
	struct table *t;

	list_for_each_entry(t, &tables, list)
		count += !strcmp(t->signature, signature);
	return count;
}

/*
 * Name the files as the interpreter would: if there are several tables with a
 * signature, each of them has a number, including the first. So the names
 * depend on all tables.
 */
static void eacpi_create_files(void)
{
	unsigned int number;
	struct table *t, *s;

	list_for_each_entry(t, &tables, list) {
		number = 1;
		list_for_each_entry(s, &tables, list) {
			if (s == t)
				break;
			number += !strcmp(s->signature, t->signature);
		}
		if (eacpi_count_tables(t->signature) > 1)
			snprintf(t->name, sizeof(t->name), "%s%u",
				 t->signature, number % 1000);
		else
			strscpy(t->name, t->signature);
		if (sysfs_create_bin_file(tables_kobj, &t->attr))
			pr_warn("cannot create the file of the ACPI table %s\n", t->name);
	}
}

/* The mapping is permanent, because the file can be read at any time */
static struct acpi_table_header *eacpi_add_table(phys_addr_t address)
{
	struct acpi_table_header *header;
	struct table *t;

	header = address ? eacpi_map_table(address) : NULL;
	if (!header)
		return NULL;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t) {
		memunmap(header);
		return NULL;
	}
	memcpy(t->signature, header->signature, ACPI_NAMESEG_SIZE);
	sysfs_bin_attr_init(&t->attr);
	t->attr.attr.name = t->name;
	t->attr.attr.mode = 0400;
	t->attr.size = header->length;
	t->attr.private = header;
	t->attr.read = sysfs_bin_attr_simple_read;
	list_add_tail(&t->list, &tables);
	return header;
}

/* Add the FACS and the DSDT, which are in no list but named by the FADT */
static void eacpi_add_fixed(const struct acpi_table_header *header)
{
	const struct acpi_table_fadt *fadt = (const void *)header;
	u64 facs = 0, dsdt = 0;

	if (header->length >= offsetofend(struct acpi_table_fadt, dsdt)) {
		facs = fadt->facs;
		dsdt = fadt->dsdt;
	}
	if (header->length >= offsetofend(struct acpi_table_fadt, Xdsdt)) {
		facs = fadt->Xfacs ?: facs;
		dsdt = fadt->Xdsdt ?: dsdt;
	}
	eacpi_add_table(facs);
	eacpi_add_table(dsdt);
}

/*
 * Add all tables of the list, the XSDT with 64-bit or the RSDT with 32-bit
 * entries
 */
static void eacpi_add_tables(const struct acpi_table_header *list, size_t width)
{
	const void *entries = list + 1;
	size_t i, count = (list->length - sizeof(*list)) / width;
	struct acpi_table_header *header;
	u64 address;

	for (i = 0; i < count; i++) {
		address = 0;
		memcpy(&address, entries + i * width, width);
		header = eacpi_add_table(address);
		if (header && !memcmp(header->signature, ACPI_SIG_FADT,
				      ACPI_NAMESEG_SIZE))
			eacpi_add_fixed(header);
	}
}

static phys_addr_t eacpi_find_list(phys_addr_t address, size_t *width)
{
	struct acpi_table_rsdp *rsdp;
	phys_addr_t list = 0;

	rsdp = memremap(address, sizeof(*rsdp), MEMREMAP_WB);
	if (!rsdp)
		return 0;
	if (ACPI_VALIDATE_RSDP_SIG(rsdp->signature)) {
		bool extended = rsdp->revision >= 2 &&
				rsdp->xsdt_physical_address;

		*width = extended ? sizeof(u64) : sizeof(u32);
		list = extended ? rsdp->xsdt_physical_address :
				  rsdp->rsdt_physical_address;
	}
	memunmap(rsdp);
	return list;
}

static int __init eacpi_init(void)
{
	phys_addr_t root = efi.acpi20 != EFI_INVALID_TABLE_ADDR ?
			   efi.acpi20 : efi.acpi;
	struct acpi_table_header *list;
	struct kobject *kobj;
	phys_addr_t address;
	size_t width;

	if (!efi_enabled(EFI_CONFIG_TABLES) || root == EFI_INVALID_TABLE_ADDR)
		return 0;
	address = eacpi_find_list(root, &width);
	list = address ? eacpi_map_table(address) : NULL;
	if (!list) {
		pr_warn(FW_BUG "no ACPI tables in sysfs: no valid list of tables for the RSDP at %pa\n",
			&root);
		return 0;
	}
	eacpi_add_tables(list, width);
	memunmap(list);

	kobj = kobject_create_and_add("acpi", firmware_kobj);
	if (!kobj)
		return -ENOMEM;
	tables_kobj = kobject_create_and_add("tables", kobj);
	/*
	 * The directory for tables that are loaded later: acpidump requires it
	 */
	if (!tables_kobj || !kobject_create_and_add("dynamic", tables_kobj))
		return -ENOMEM;
	eacpi_create_files();
	return 0;
}
late_initcall(eacpi_init);
