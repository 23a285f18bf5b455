/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces between the files of the resident half
 *
 * Calls run downwards. Files on a line do not call each other:
 *
 *	start
 *	resident, settings, child
 *	hook-stall, hook-timer, idt-entry
 *	preempt
 *	idle-poll, idt-hook, invoke, clock, switch-tables, keys, pump,
 *	pump-snp, machine-check
 *	pump-guard
 *	lookup, clock-watch, cpu, live-memory, loaded-image, images
 *	switch, arena, crystal, ledger, load-options, local-apic, own-idt, pm-timer
 *
 * start.c runs the steps of the start in order. resident.c contains the main
 * loop, which executes the kernel's requests. preempt.c contains the code that
 * interrupts this loop. Only the CPU calls the entries in idt-entry.S:
 * resident.c passes their addresses to idt-hook.c.
 */
#ifndef _ARCH_EFI_BOOT_H
#define _ARCH_EFI_BOOT_H

#include <linux/efi.h>
#include <asm/efi.h>

#include <efi-mode/boot.h>
#include <asm/handoff.h>

#if defined(CONFIG_EFI_MIXED) || defined(CONFIG_AMD_MEM_ENCRYPT)
#error "Mixed mode and memory encryption are not supported beside the firmware"
#endif

#include "arena.h"
#include "clock-watch.h"
#include "efistub.h"
#include "idt-entry.h"
#include "invoke.h"
#include "pump-ring.h"

#include <asm/desc.h>

/* rdmsrq() would need the exception table and the tracepoints of the kernel */
static inline u64 efi_mode_read_msr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a" (low), "=d" (high) : "c" (msr));
	return low | (u64)high << 32;
}

static inline void efi_mode_write_msr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c" (msr), "a" ((u32)value),
		     "d" ((u32)(value >> 32)) : "memory");
}

static inline void efi_mode_pack_gate(gate_desc *gate, unsigned long handler,
				      unsigned int ist, u16 segment)
{
	pack_gate(gate, GATE_INTERRUPT, handler, 0, ist, segment);
	/* pack_gate() always uses __KERNEL_CS */
	gate->segment = segment;
}

/* ledger.c */

efi_system_table_t *efi_mode_ledger_open(efi_system_table_t *table);
void efi_mode_ledger_init(struct efi_mode_handoff *h);
void efi_mode_ledger_close(void);
void efi_mode_ledger_clear(void);
bool efi_mode_ledger_find(u64 address, struct efi_mode_range *range);
const efi_system_table_t *efi_mode_firmware_systab(void);

/* settings.c */

void efi_mode_settings_note(const efi_system_table_t *systab);
void efi_mode_settings_restore(void);

/* child.c */

void efi_mode_child_take(const struct efi_mode_handoff *h);
efi_status_t efi_mode_child_run(efi_status_t status);

/* images.c */

efi_status_t __efiapi efi_mode_unload_image(efi_handle_t handle);
void efi_mode_images_init(struct efi_mode_handoff *h);

/* live-memory.c */

void efi_mode_keep_live_memory(const efi_boot_services_t *bs);

/* loaded-image.c */

void efi_mode_loaded_image_init(efi_boot_services_t *bs);

/* cpu.c */

u32 efi_mode_tsc_khz(u32 *source);
u32 efi_mode_cpu_id(void);
size_t efi_mode_fpu_size(void);
void efi_mode_first_state(struct efi_mode_cpu *cpu, void *stack_top,
			  struct boot_params *boot_params,
			  unsigned long kernel_entry);

/* clock.c */

void efi_mode_clock_find(struct efi_mode_handoff *h);
void efi_mode_clock_note(struct efi_mode_handoff *h);

/* local-apic.c */

void efi_mode_apic_init(void);
u32 efi_mode_apic_read(u32 reg);
void efi_mode_apic_eoi(void);
void efi_mode_apic_claim(void);
void efi_mode_apic_release(void);

/* switch-tables.c */

size_t efi_mode_switch_tables_gdt_size(void);
bool efi_mode_switch_tables_have_code(void);
void efi_mode_switch_tables_init(struct efi_mode_handoff *h);

/* Return: true if the firmware has loaded another GDT since it was copied */
static inline bool
efi_mode_switch_tables_are_old(const struct efi_mode_handoff *h)
{
	const struct desc_ptr *last = (const void *)h->firmware.gdt;
	struct desc_ptr gdt;

	asm volatile("sgdt %0" : "=m" (gdt));
	return gdt.address != last->address || gdt.size != last->size;
}

void efi_mode_switch_tables_follow(struct efi_mode_handoff *h);

/* pm-timer.c */

u32 efi_mode_pm_timer_khz(u32 us, u32 guess);

/* own-idt.c */

/**
 * struct efi_mode_idt_entries - addresses of the entries in idt-entry.S
 * @tick:	entry for the vector of the firmware's clock
 * @slice:	entry for the vector that efi-mode uses for itself
 * @nmi:	entry for the non-maskable interrupt
 * @mc:		entry for the machine check
 * @stray:	entry for the vectors that have no owner
 * @faults:	entry for exception 0; those for the other exceptions follow at
 *		intervals of %EFI_MODE_ENTRY_STRIDE bytes
 *
 * Only the CPU calls these entries.
 */
struct efi_mode_idt_entries {
	unsigned long tick;
	unsigned long slice;
	unsigned long nmi;
	unsigned long mc;
	unsigned long stray;
	unsigned long faults;
};

bool efi_mode_own_idt_load(const struct efi_mode_idt_entries *entries);

extern bool efi_mode_own_idt_loaded;

/*
 * Return: true if the firmware runs with interrupts off. Inline, because every
 * round trip calls it.
 */
static inline bool efi_mode_own_idt_is_loaded(void)
{
	return efi_mode_own_idt_loaded;
}

void efi_mode_own_idt_unload(void);

/* idt-hook.c */

extern unsigned long efi_mode_idt_hook_table;

/*
 * Return: true if the firmware has loaded another IDT. The value that the last
 * egress saved is current, because the firmware has not run since.
 */
static inline bool efi_mode_idt_has_moved(const struct efi_mode_handoff *h)
{
	const struct desc_ptr *idt = (const void *)h->firmware.idt;

	return idt->address != efi_mode_idt_hook_table;
}

bool efi_mode_idt_hook_install(struct efi_mode_handoff *h,
			       const struct efi_mode_idt_entries *entries);
void efi_mode_idt_hook_remove(void);
void efi_mode_idt_hook_go_live(void);
void efi_mode_idt_hook_follow(struct efi_mode_handoff *h, bool moved);
unsigned long efi_mode_firmware_handler(unsigned int vector);

/* lookup.c */

void *efi_mode_lookup_interface(struct efi_mode_target *target);
bool efi_mode_lookup(struct efi_mode_handoff *h, struct efi_mode_request *r);
efi_status_t __efiapi efi_mode_read_path(const efi_device_path_protocol_t *path,
					 void *to, u64 *size);
void efi_mode_lookup_outdate(void);
void efi_mode_lookup_init(struct efi_mode_handoff *h);
void efi_mode_lookup_exit(struct efi_mode_handoff *h);

/* keys.c */

void efi_mode_keys_init(struct efi_mode_handoff *h);
void efi_mode_keys_exit(void);

/* pump.c; pump-ring.h has the interface of pump-snp.c */

void efi_mode_pump_init(struct efi_mode_handoff *h);
void efi_mode_pump_exit(void);

/* idle-poll.c */

bool efi_mode_idle_poll_halt(struct efi_mode_handoff *h);
bool efi_mode_idle_poll_interrupted(void);
bool efi_mode_idle_poll_goes_on(const struct efi_mode_handoff *h, u64 now);

/* hook-stall.c */

void efi_mode_hook_stall_install(const struct efi_mode_handoff *h);
void efi_mode_hook_stall_remove(void);

/* hook-timer.c */

void efi_mode_hook_timer_install(void);
void efi_mode_hook_timer_remove(void);

/* preempt.c */

void efi_mode_preempt_init(struct efi_mode_handoff *h);
efi_status_t efi_mode_preempt_by_event(struct efi_mode_handoff *h);
void efi_mode_preempt_exit(void);
void efi_mode_egress(u32 reason);
void efi_mode_end_slice(void);
bool efi_mode_yield(u64 until);
bool efi_mode_may_poll(const struct efi_mode_handoff *h);

/* resident.c */

efi_status_t efi_mode_resident_init(struct efi_mode_handoff *h);
efi_status_t efi_mode_resident_serve(void);
void efi_mode_resident_exit(void);

/* switch.S */

extern const char efi_mode_switch_start[], efi_mode_switch_end[];
extern const char efi_mode_transition_nmi[], efi_mode_transition_mc[];

void efi_mode_switch(struct efi_mode_cpu *save,
		     const struct efi_mode_cpu *load);
void efi_mode_first_entry(void);

#endif /* _ARCH_EFI_BOOT_H */
