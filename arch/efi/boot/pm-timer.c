// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure the time stamp counter against the ACPI power management timer
 *
 * The PM timer has a fixed, known frequency. Reading it has no side effects, so
 * the firmware is not disturbed.
 */
#include <linux/acpi.h>
#include <linux/math64.h>
#include <asm/shared/io.h>

#include "boot.h"

#define PM_TIMER_HZ	3579545
#define PM_TIMER_MASK	GENMASK(23, 0)	/* the counter has 24 or 32 bits */

#define SAMPLES		16

struct pm_sample {
	u64 tsc;
	u32 count;
};

/* Return: the XSDT, or the RSDT if the firmware only has ACPI 1.0, or NULL */
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

/* Return: the I/O port of the timer, or 0 if there is none */
static u16 pm_find_port(void)
{
	const struct acpi_table_fadt *fadt = pm_find_fadt();

	if (!fadt || fadt->pm_timer_length != 4 || fadt->pm_timer_block > U16_MAX)
		return 0;
	return fadt->pm_timer_block;
}

/*
 * Read the TSC before and after the timer. The closer the two reads are, the
 * more accurate is the pair, so use the best of several pairs.
 */
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
 * @us:		length of the measurement in microseconds, up to 1000000
 * @guess:	approximate frequency in kHz
 *
 * If the timer does not count, gives up after about 16 times @us.
 *
 * Context: the firmware's world.
 * Return: frequency in kHz; 0 if there is no such timer, or it does not count.
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
