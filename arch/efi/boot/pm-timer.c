// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ACPI power management timer, by which the time stamp counter is measured
 *
 * The timer has one known frequency. To read it changes nothing.
 */
#include <linux/acpi.h>
#include <linux/math64.h>
#include <asm/shared/io.h>

#include "boot.h"

#define PM_TIMER_HZ	3579545
#define PM_TIMER_MASK	GENMASK(23, 0)	/* all of them have 24 bits, and some 32 */

#define SAMPLES		16

struct pm_sample {
	u64 tsc;
	u32 count;
};

/* The root table: the XSDT, or the RSDT if ACPI 1.0 is all that there is */
static const struct acpi_table_header *pm_find_root(unsigned int *pointer_size)
{
	const struct acpi_table_rsdp *rsdp = get_efi_config_table(ACPI_20_TABLE_GUID);

	if (!rsdp)
		rsdp = get_efi_config_table(ACPI_TABLE_GUID);
	if (!rsdp)
		return NULL;
	*pointer_size = sizeof(u64);
	if (rsdp->revision >= 2 && rsdp->xsdt_physical_address)
		return (void *)rsdp->xsdt_physical_address;
	*pointer_size = sizeof(u32);
	return (void *)(unsigned long)rsdp->rsdt_physical_address;
}

static const struct acpi_table_fadt *pm_find_fadt(void)
{
	unsigned int pointer_size;
	const struct acpi_table_header *root = pm_find_root(&pointer_size), *table;
	u64 address = 0;
	u32 at;

	if (!root)
		return NULL;
	for (at = sizeof(*root); at + pointer_size <= root->length; at += pointer_size) {
		memcpy(&address, (void *)root + at, pointer_size);
		table = (void *)address;
		if (table && !memcmp(table->signature, ACPI_SIG_FADT, ACPI_NAMESEG_SIZE))
			return (const void *)table;
	}
	return NULL;
}

/* Return: the I/O port, or 0 */
static u16 pm_find_port(void)
{
	const struct acpi_table_fadt *fadt = pm_find_fadt();

	if (!fadt || fadt->pm_timer_length != 4 || fadt->pm_timer_block > U16_MAX)
		return 0;
	return fadt->pm_timer_block;
}

/* Two reads of the TSC around that of the timer tell how far apart the pair is */
static struct pm_sample pm_take_sample(u16 port)
{
	u64 before, after, closest = U64_MAX;
	struct pm_sample best = {};
	unsigned int i;
	u32 count;

	for (i = 0; i < SAMPLES; i++) {
		before = rdtsc();
		count = inl(port);
		after = rdtsc();
		if (after - before >= closest)
			continue;
		closest = after - before;
		best.tsc = before + closest / 2;
		best.count = count;
	}
	return best;
}

/**
 * efi_mode_pm_timer_khz() - measure the frequency of the time stamp counter
 * @us:		for how long, up to 1000000
 * @guess:	about what it could be, in kHz
 *
 * Context: the firmware's world.
 * Return: kHz; 0 if there is no such timer, or it does not count.
 */
u32 efi_mode_pm_timer_khz(u32 us, u32 guess)
{
	u64 limit = (u64)us * guess / 1000 * 16;
	u32 ticks, wanted = div_u64((u64)us * PM_TIMER_HZ, USEC_PER_SEC);
	struct pm_sample first, last;
	u16 port = pm_find_port();

	if (!port)
		return 0;
	first = pm_take_sample(port);
	do {
		last = pm_take_sample(port);
		ticks = (last.count - first.count) & PM_TIMER_MASK;
	} while (ticks < wanted && last.tsc - first.tsc < limit);
	if (ticks < wanted)
		return 0;
	return div_u64(div_u64((last.tsc - first.tsc) * PM_TIMER_HZ, ticks), 1000);
}
