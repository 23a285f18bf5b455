/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces between the files of arch/efi/kernel
 *
 * Calls run downwards. Files on a line do not call each other:
 *
 *	setup
 *	platform
 *	boot-variables
 *	early-console, time, runtime, acpi, rtc, debugfs, hide, exit, memory
 *	teardown, reboot-action
 *	fast-tick, idle
 *	share
 *	poll
 *	event
 *	call
 *	slice
 *	event-dispatch, apic
 *	ignore, irq, lapic-timer, switch, counters
 *	systab, child
 *	handoff
 *	no-firmware, kexec, display
 *
 * apic.c and lapic-timer.c form one unit; lapic-timer.h is the interface
 * between them. Drivers use the headers in include/efi-mode.
 */
#ifndef _ASM_EFI_MODE_H
#define _ASM_EFI_MODE_H

#include <linux/bitmap.h>
#include <linux/efi.h>
#include <linux/init.h>
#include <linux/math64.h>
#include <linux/types.h>

#include <asm/cpufeature.h>
#include <asm/handoff.h>
#include <asm/tsc.h>

#include <efi-mode/event.h>

/* handoff.c */

extern phys_addr_t efi_mode_handoff_phys;
extern struct efi_mode_handoff *efi_mode_handoff;

void efi_mode_find_handoff(void);
void efi_mode_map_handoff(void);

/* systab.c */

void efi_mode_copy_systab(void);

/* child.c */

void efi_mode_start_child(void);

/* platform.c */

void efi_mode_platform_setup(void);

/**
 * efi_mode_cycles_in() - convert TSC cycles to another unit of time
 * @cycles:	number of TSC cycles
 * @per_ms:	number of units in a millisecond
 *
 * Context: any.
 * Return: number of units, rounded down.
 */
static inline u64 efi_mode_cycles_in(u64 cycles, u32 per_ms)
{
	return mul_u64_u32_div(cycles, per_ms, tsc_khz);
}

/* switch.c */

/**
 * struct efi_mode_deferred - exceptions that Linux has handled after a slice
 * @nmis:	number of non-maskable interrupts
 * @machine_checks: number of machine checks
 */
struct efi_mode_deferred {
	u64 nmis;
	u64 machine_checks;
};

enum efi_mode_nmi_stat {
	EFI_MODE_NMI_IN_SLICE,		/* while the firmware ran */
	EFI_MODE_NMI_IN_SWITCH,		/* during a world switch */
	EFI_MODE_NR_NMI_STATS
};

extern struct efi_mode_deferred efi_mode_nmi_stats[EFI_MODE_NR_NMI_STATS];

void efi_mode_switch_setup(void);
bool efi_mode_is_reachable(void);
void efi_mode_copy_gdt(bool has_task);
void efi_mode_switch_to_firmware(void);

/* counters.c */

#define EFI_MODE_MAX_COUNTERS	8

/**
 * struct efi_mode_counter - register that enables performance monitoring
 * @msr:	number of the register
 * @running:	bits that must be 0 while the firmware runs
 * @saved:	value of the register while the firmware runs
 */
struct efi_mode_counter {
	u32 msr;
	u64 running;
	u64 saved;
};

DECLARE_STATIC_KEY_FALSE(efi_mode_has_counters);

unsigned int efi_mode_list_counters(const struct cpuinfo_x86 *c, bool has_pmu,
				    struct efi_mode_counter *list);
void __efi_mode_counters_stop(void);
void __efi_mode_counters_start(void);

/**
 * efi_mode_counters_stop() - stop performance monitoring
 *
 * Performance events must not count the firmware. Above all, while the firmware
 * runs, they must not write records, because the buffer is at a virtual address
 * of the kernel, and must not raise interrupts, because the firmware's handlers
 * would get them.
 *
 * Context: interrupts off, before the firmware's state is loaded into the local
 * APIC.
 */
static __always_inline void efi_mode_counters_stop(void)
{
	if (static_branch_unlikely(&efi_mode_has_counters))
		__efi_mode_counters_stop();
}

/**
 * efi_mode_counters_start() - undo efi_mode_counters_stop()
 *
 * Context: interrupts off.
 */
static __always_inline void efi_mode_counters_start(void)
{
	if (static_branch_unlikely(&efi_mode_has_counters))
		__efi_mode_counters_start();
}

/* irq.c */

void efi_mode_record_init(void);
u64 efi_mode_recorded(void);

/* apic.c, lapic-timer.c */

void efi_mode_apic_take_over(void);
u32 efi_mode_apic_period(void);
u64 efi_mode_apic_to_firmware(void);
bool efi_mode_apic_is_shared(void);
u64 efi_mode_apic_to_linux(void);
void efi_mode_apic_hold(u64 limit);
void efi_mode_apic_release(void);
bool efi_mode_apic_is_held(void);
void efi_mode_apic_mask_linux(void);
u64 efi_mode_tick_period_ns(void);
bool efi_mode_timer_can_idle(void);
u64 efi_mode_timer_idle_until(u64 now);

/* event-dispatch.c */

/**
 * struct efi_mode_event_table - the kernel's firmware events, by number
 * @handlers:	functions that event-dispatch.c calls when an event is signalled
 * @used:	numbers in use; protected by a mutex in event.c
 * @in_flight:	events in tokens that the firmware has not completed yet, and
 *		may still access memory of Linux for
 */
struct efi_mode_event_table {
	struct {
		efi_mode_event_handler_t fn;
		void *data;
	} handlers[EFI_MODE_NR_EVENTS];
	DECLARE_BITMAP(used, EFI_MODE_NR_EVENTS);
	DECLARE_BITMAP(in_flight, EFI_MODE_NR_EVENTS);
};

extern struct efi_mode_event_table efi_mode_events;

void efi_mode_dispatch_events(void);
void efi_mode_event_set_handler(int nr, efi_mode_event_handler_t fn, void *data);

/* event.c */

unsigned int efi_mode_events_in_flight(void);
void efi_mode_event_watch_poll(efi_mode_event_handler_t handler);

/* slice.c */

#define EFI_MODE_HISTOGRAM	55

/**
 * struct efi_mode_stats - counters of the time-sharing
 * @round_trips: number of all slices
 * @ended:	number of all slices, by EFI_MODE_EGRESS_*
 * @cycles:	duration of all slices but idle slices, in TSC cycles
 * @longest:	duration of the longest slice, without idle slices, in TSC
 *		cycles
 * @histogram:	number of slices, without idle slices, that are shorter than
 *		1024, 2048, 4096, and so on TSC cycles
 * @nr_idle_slices: number of idle slices, which Linux gives while it is idle
 * @idle_cycles: duration of all idle slices in TSC cycles
 *
 * Slices before the kernel shares the local APIC are not counted.
 */
struct efi_mode_stats {
	u64 round_trips;
	u64 ended[EFI_MODE_NR_EGRESS];
	u64 cycles;
	u64 longest;
	u64 histogram[EFI_MODE_HISTOGRAM];
	u64 nr_idle_slices;
	u64 idle_cycles;
};

const struct efi_mode_stats *efi_mode_get_stats(void);
u64 efi_mode_forced_egresses(void);
bool efi_mode_is_busy(void);
bool efi_mode_bare_slice(void);
void efi_mode_slice(void);
u64 efi_mode_stall_left(void);
void efi_mode_sleep_through_stall(void);
bool efi_mode_slice_idle(void);
void efi_mode_slice_irqoff(u64 limit);
void efi_mode_give_up(void);

/* poll.c */

extern unsigned int efi_mode_poll_interval;

bool efi_mode_wake_pollers(unsigned long early);
bool efi_mode_pollers_can_idle(void);

/* share.c */

void efi_mode_idle_begins(void);
void efi_mode_idle_halts(void);
void efi_mode_idle_ends(void);

/* call.c */

const char *efi_mode_pending_call(void);
bool efi_mode_caller_gives_slices(void);
unsigned int efi_mode_pending_ms(void);
bool efi_mode_wait_for_call(unsigned int timeout_ms);
bool efi_mode_close_calls(unsigned int timeout_ms);
bool efi_mode_finish_calls(void);

/* memory.c */

void efi_mode_memory_add_arena(void);
void efi_mode_memory_reserve_firmware(void);
void efi_mode_memory_insert_resources(void);

/* no-firmware.c */

void __noreturn efi_mode_no_firmware(void);

/* display.c */

void efi_mode_note_display(void);

/* time.c */

void efi_mode_time_setup(void);

/* runtime.c */

bool efi_mode_rt_may_sleep(void);
efi_get_variable_t efi_mode_rt_get_variable;
efi_get_next_variable_t efi_mode_rt_get_next_variable;
efi_set_variable_t efi_mode_rt_set_variable;
efi_set_variable_t efi_mode_rt_set_variable_nonblocking;
efi_query_variable_info_t efi_mode_rt_query_variable_info;
efi_query_variable_info_t efi_mode_rt_query_variable_info_nonblocking;
efi_status_t efi_mode_rt_look_nonblocking(efi_char16_t *name, efi_guid_t *vendor,
					  u32 *attr);

/* early-console.c */

void efi_mode_early_console(void);

/* reboot-action.c */

#define EFI_MODE_RESET_PLATFORM	3	/* EfiResetPlatformSpecific */

enum efi_mode_reboot_type {
	EFI_MODE_REBOOT_RETURN,
	EFI_MODE_REBOOT_RESET,
	EFI_MODE_REBOOT_OFF,
};

/**
 * struct efi_mode_reboot_action - how the system ends
 * @type:	return to the firmware, reset, or power off
 * @status:	EFI status that the image returns, for %EFI_MODE_REBOOT_RETURN
 * @reset:	type of the reset, for %EFI_MODE_REBOOT_RESET: EFI_RESET_* or
 *		%EFI_MODE_RESET_PLATFORM; -1 for the default
 * @platform:	GUID of the platform-specific reset
 */
struct efi_mode_reboot_action {
	enum efi_mode_reboot_type type;
	u64 status;
	int reset;
	efi_guid_t platform;
};

int efi_mode_parse_reboot_action(const char *text, u64 status, int reset,
				 struct efi_mode_reboot_action *action);

/* teardown.c */

bool efi_mode_teardown(bool orderly, bool for_good);
void efi_mode_leave(u64 status);

/* exit.c */

void efi_mode_exit_setup(void);

#endif /* _ASM_EFI_MODE_H */
