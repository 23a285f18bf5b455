/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the files of the resident half
 *
 * handover.c puts the steps in order; ledger.c, settings.c, arena.c, cpu.c,
 * clock.c and resident.c each know one of them. resident.c stands on window.c, gates.c,
 * lookup.c, keys.c, stall.c, timer.c and gate.S; switch.S is below all.
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

#include "../../../drivers/firmware/efi/libstub/efistub.h"
#include "gate.h"

#include <asm/desc_defs.h>

/* ledger.c */

bool efi_mode_ledger_find(u64 address, struct efi_mode_range *range);
const efi_system_table_t *efi_mode_firmware_systab(void);

/* settings.c */

void efi_mode_note_settings(const efi_system_table_t *systab);
void efi_mode_restore_settings(void);

/* arena.c */

/**
 * struct efi_mode_arena_policy - how much memory goes to the arena
 * @reserve:	bytes that firmware keeps, counting what it already uses
 * @size:	bytes to take in addition to what the kernel already has, or 0 for
 *		all that @reserve leaves
 * @minimum:	bytes without which the kernel cannot live
 */
struct efi_mode_arena_policy {
	u64 reserve;
	u64 size;
	u64 minimum;
};

u64 efi_mode_total_memory(const struct efi_boot_memmap *map);
int efi_mode_choose_arena(const struct efi_boot_memmap *map, u64 taken,
			  const struct efi_mode_arena_policy *policy,
			  struct efi_mode_range *ranges, int max);

/* cpu.c */

u32 efi_mode_tsc_khz(u32 *source);
size_t efi_mode_fpu_size(void);
void efi_mode_first_state(struct efi_mode_cpu *cpu, void *stack_top,
			  struct boot_params *boot_params,
			  unsigned long kernel_entry);

/* clock.c */

void efi_mode_find_clock(struct efi_mode_handoff *h);
void efi_mode_note_clock(struct efi_mode_handoff *h);
void efi_mode_apic_eoi(void);

/* window.c */

size_t efi_mode_window_size(void);
void efi_mode_window_init(struct efi_mode_handoff *h);

/* Firmware has another global descriptor table than the stand-in is of */
static inline bool efi_mode_window_is_old(const struct efi_mode_handoff *h)
{
	const struct desc_ptr *last = (const void *)h->firmware.gdt;
	struct desc_ptr gdt;

	asm volatile("sgdt %0" : "=m" (gdt));
	return gdt.address != last->address || gdt.size != last->size;
}

void efi_mode_window_follow(struct efi_mode_handoff *h);

/* gates.c */

extern unsigned long efi_mode_gates_table;

/* As of the last egress: firmware's table cannot change in between */
static inline bool efi_mode_gates_have_moved(const struct efi_mode_handoff *h)
{
	const struct desc_ptr *idt = (const void *)h->firmware.idt;

	return idt->address != efi_mode_gates_table;
}

bool efi_mode_gates_plant(struct efi_mode_handoff *h);
void efi_mode_gates_remove(void);
void efi_mode_gates_follow(struct efi_mode_handoff *h, bool moved);
unsigned long efi_mode_handler(unsigned int vector);

/* lookup.c */

void *efi_mode_find(struct efi_mode_target *target);
bool efi_mode_lookup(struct efi_mode_handoff *h, struct efi_mode_request *r);
efi_status_t __efiapi efi_mode_read_path(const efi_device_path_protocol_t *path,
					 u8 *to, u64 *size);
void efi_mode_lookup_outdate(void);
void efi_mode_lookup_init(struct efi_mode_handoff *h);
void efi_mode_lookup_exit(struct efi_mode_handoff *h);

/* keys.c */

void efi_mode_keys_init(struct efi_mode_handoff *h);
void efi_mode_keys_exit(void);

/* rest.c */

bool efi_mode_rest(struct efi_mode_handoff *h);
bool efi_mode_rest_interrupted(void);
bool efi_mode_rest_goes_on(const struct efi_mode_handoff *h, u64 now);

/* stall.c */

void efi_mode_stall_hook(const struct efi_mode_handoff *h);
void efi_mode_stall_unhook(void);

/* timer.c */

void efi_mode_timer_hook(void);
void efi_mode_timer_unhook(void);

/* resident.c */

/* What a slice has at least, and what a handler in it has before it ends */
#define EFI_MODE_MIN_SLICE_US	50
#define EFI_MODE_MAX_SLICE_US	900

efi_status_t efi_mode_resident_init(struct efi_mode_handoff *h);
void efi_mode_resident_exit(void);
efi_status_t efi_mode_serve(void);
void efi_mode_end_slice(void);
bool efi_mode_yield(u64 until);

/* switch.S */

extern const char efi_mode_switch_start[], efi_mode_switch_end[];
extern const char efi_mode_window_nmi[], efi_mode_window_mc[];

void efi_mode_switch(struct efi_mode_cpu *save,
		     const struct efi_mode_cpu *load);
void efi_mode_first_entry(void);

#endif /* _ARCH_EFI_BOOT_H */
