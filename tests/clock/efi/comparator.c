// SPDX-License-Identifier: GPL-2.0-only
/*
 * Use a comparator of the HPET, and the IO-APIC pin that it is routed to
 *
 * Several EFI programs share the HPET without knowing of each other. A
 * comparator that is enabled belongs to another program, and so does a pin that
 * is not masked.
 */
#include "machine.h"

/* HPET */
#define CAPABILITIES	0x000
#define CONFIGURATION	0x010
#define STATUS		0x020
#define COUNTER		0x0f0
#define TIMER(n)	(0x100 + 0x20 * (n))
#define ROUTES(n)	(TIMER(n) + 4)
#define COMPARATOR(n)	(TIMER(n) + 8)
#define ENABLE		0x0001	/* of the main counter and all comparators */
#define TN_LEVEL	0x0002
#define TN_ENABLE	0x0004
#define TN_PERIODIC	0x0008
#define TN_CAN_PERIODIC	0x0010
#define TN_CAN_64BIT	0x0020
#define TN_SET_VALUE	0x0040
#define TN_32BIT	0x0100
#define TN_ROUTE_SHIFT	9

/* IO-APIC */
#define REDIRECTION(n)	(0x10 + 2 * (n))
#define PIN_LOW_ACTIVE	0x2000
#define PIN_LEVEL	0x8000
#define PIN_MASKED	0x10000

/* Bit mask of our comparators, which are disabled until they are armed */
static UINT32 claimed;

static volatile UINT32 *hpet(struct comparator *c, UINT32 reg)
{
	return (volatile UINT32 *)(c->hpet + reg);
}

static UINT32 ioapic_read(struct comparator *c, UINT32 reg)
{
	*(volatile UINT32 *)c->ioapic = reg;
	return *(volatile UINT32 *)(c->ioapic + 0x10);
}

static void ioapic_write(struct comparator *c, UINT32 reg, UINT32 value)
{
	*(volatile UINT32 *)c->ioapic = reg;
	*(volatile UINT32 *)(c->ioapic + 0x10) = value;
}

static UINT8 *find_acpi_table(CHAR8 *signature)
{
	EFI_GUID guid = ACPI_20_TABLE_GUID;
	UINT8 *rsdp, *xsdt, *table;
	UINT32 i;

	if (EFI_ERROR(LibGetSystemConfigurationTable(&guid, (VOID **)&rsdp)))
		return NULL;
	xsdt = *(UINT8 **)(rsdp + 24);
	for (i = 36; i < *(UINT32 *)(xsdt + 4); i += 8) {
		table = *(UINT8 **)(xsdt + i);
		if (!CompareMem(table, signature, 4))
			return table;
	}
	return NULL;
}

static EFI_STATUS find_devices(struct comparator *c)
{
	UINT8 *table, *entry;

	table = find_acpi_table((CHAR8 *)"HPET");
	if (!table)
		return EFI_UNSUPPORTED;
	c->hpet = *(UINT64 *)(table + 44);

	table = find_acpi_table((CHAR8 *)"APIC");
	if (!table)
		return EFI_UNSUPPORTED;
	for (entry = table + 44; entry < table + *(UINT32 *)(table + 4);
	     entry += entry[1])
		/* The IO-APIC whose interrupts start at 0 */
		if (entry[0] == 1 && !*(UINT32 *)(entry + 8)) {
			c->ioapic = *(UINT32 *)(entry + 4);
			return EFI_SUCCESS;
		}
	return EFI_UNSUPPORTED;
}

/* Take the highest free pin, because ISA devices use the low ones */
static BOOLEAN find_pin(struct comparator *c, UINT32 routes)
{
	UINT32 last = ioapic_read(c, 1) >> 16 & 0xff;
	INT32 i;

	for (i = 31; i >= 0; i--) {
		if (!(routes & 1U << i) || (UINT32)i > last)
			continue;
		if (ioapic_read(c, REDIRECTION(i)) & PIN_MASKED) {
			c->pin = i;
			return TRUE;
		}
	}
	return FALSE;
}

static BOOLEAN find_comparator(struct comparator *c, BOOLEAN periodic)
{
	UINT32 i, last = *hpet(c, CAPABILITIES) >> 8 & 0x1f;

	for (i = 0; i <= last; i++) {
		c->config = *hpet(c, TIMER(i));
		if ((c->config & TN_ENABLE) || (claimed & 1U << i) ||
		    (periodic && !(c->config & TN_CAN_PERIODIC)))
			continue;
		if (find_pin(c, *hpet(c, ROUTES(i)))) {
			c->number = i;
			claimed |= 1U << i;
			return TRUE;
		}
	}
	return FALSE;
}

EFI_STATUS comparator_claim(struct comparator *c, UINT8 vector, BOOLEAN level,
			    BOOLEAN periodic)
{
	EFI_STATUS status = find_devices(c);
	UINT32 id = lapic_read(LAPIC_ID);

	if (EFI_ERROR(status) || !find_comparator(c, periodic)) {
		c->hpet = 0;
		return EFI_UNSUPPORTED;
	}
	c->period = *hpet(c, CAPABILITIES + 4);
	c->config &= TN_CAN_64BIT;
	c->config |= c->pin << TN_ROUTE_SHIFT | (level ? TN_LEVEL : 0);

	if (!lapic_is_x2apic())
		id >>= 24;
	ioapic_write(c, REDIRECTION(c->pin) + 1, id << 24);
	ioapic_write(c, REDIRECTION(c->pin),
		     vector | (level ? PIN_LEVEL | PIN_LOW_ACTIVE : 0));
	*hpet(c, CONFIGURATION) |= ENABLE;
	return EFI_SUCCESS;
}

static UINT64 read_counter(struct comparator *c)
{
	UINT32 low, high;

	do {
		high = *hpet(c, COUNTER + 4);
		low = *hpet(c, COUNTER);
	} while (high != *hpet(c, COUNTER + 4));
	return low | (UINT64)high << 32;
}

static UINT64 to_counts(struct comparator *c, UINT64 usec)
{
	return usec * 1000000000 / c->period;
}

void comparator_one_shot(struct comparator *c, UINT64 usec)
{
	UINT64 end, flags = irq_save();
	UINT32 config = c->config & ~TN_CAN_64BIT;

	*hpet(c, TIMER(c->number)) = config;
	*hpet(c, STATUS) = 1U << c->number;
	end = read_counter(c) + to_counts(c, usec);
	*hpet(c, COMPARATOR(c->number)) = end;
	/*
	 * A comparator of 32 bits has no high half. It only fires again when
	 * the low half of the counter has wrapped.
	 */
	if (c->config & TN_CAN_64BIT)
		*hpet(c, COMPARATOR(c->number) + 4) = end >> 32;
	*hpet(c, TIMER(c->number)) = config | TN_ENABLE;
	irq_restore(flags);
}

void comparator_periodic(struct comparator *c, UINT64 usec)
{
	UINT32 config = (c->config & ~TN_CAN_64BIT) | TN_PERIODIC | TN_32BIT;
	UINT32 counts = to_counts(c, usec);
	UINT64 flags = irq_save();

	*hpet(c, TIMER(c->number)) = config | TN_SET_VALUE;
	/* The first write sets the comparator, the second sets the period */
	*hpet(c, COMPARATOR(c->number)) = *hpet(c, COUNTER) + counts;
	*hpet(c, COMPARATOR(c->number)) = counts;
	*hpet(c, TIMER(c->number)) = config | TN_ENABLE;
	irq_restore(flags);
}

/*
 * For level-triggered interrupts: return true if this comparator raised the
 * interrupt. If another device did, mask the pin, because the interrupt would
 * never end.
 */
BOOLEAN comparator_fired(struct comparator *c)
{
	if (*hpet(c, STATUS) & 1U << c->number)
		return TRUE;
	ioapic_write(c, REDIRECTION(c->pin), PIN_MASKED);
	return FALSE;
}

void comparator_off(struct comparator *c)
{
	*hpet(c, TIMER(c->number)) &= ~TN_ENABLE;
	*hpet(c, STATUS) = 1U << c->number;
}
