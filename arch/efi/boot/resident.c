// SPDX-License-Identifier: GPL-2.0-only
/*
 * The resident half: firmware's side of the time-sharing
 *
 * For firmware this is an application that never finishes. Its main loop serves
 * the kernel's requests at TPL_APPLICATION, where every service may be called.
 * When it has nothing to do it ends the slice.
 *
 * A request that takes long is ended in the middle by firmware's own clock: a
 * periodic timer event at TPL_NOTIFY, the highest level at which an event may
 * call anything, notifies firmware_tick(), which does the egress from there. The
 * next ingress returns into it, and the call goes on as after any interrupt.
 * Code that runs at TPL_NOTIFY or higher is not interrupted in this way.
 */
#include <asm/irqflags.h>
#include <asm/msr.h>

#include "boot.h"

static struct efi_mode_handoff *handoff;
static efi_event_t tick_event;

/*
 * Run the handlers of what has happened while the kernel had the machine.
 *
 * Each handler returns before the next begins. Firmware's timer handler raises
 * and restores the TPL, so that what became due is dispatched before the next
 * tick, and the handlers never nest.
 */
static void replay(struct efi_mode_handoff *h)
{
	int vector;

	h->replaying = 1;
	for (vector = 0; vector < EFI_MODE_NR_VECTORS; vector++) {
		while (h->replay[vector]) {
			h->replay[vector]--;
			h->replayed++;
			efi_mode_int(vector);
		}
	}
	h->replaying = 0;
}

static void egress(u32 reason)
{
	struct efi_mode_handoff *h = handoff;
	unsigned long flags;

	flags = native_save_fl();
	native_irq_disable();

	h->egress = reason;
	/*
	 * The kernel's descriptors are mapped read-only, and LTR writes to its
	 * one: the kernel does that itself if it must be done. It also loads
	 * the data segments of its task, since that may fault.
	 */
	h->linux_cpu.tr = 0;
	h->linux_cpu.ds = 0;
	h->linux_cpu.es = 0;
	h->linux_cpu.fs = 0;
	h->linux_cpu.gs = 0;
	efi_mode_switch(&h->firmware, &h->linux_cpu);

	if (!h->quiet)
		replay(h);
	/*
	 * From here on, so that a slice whose ticks took long is not ended by
	 * the next one before it has done anything.
	 */
	h->slice_start = rdtsc();

	if (flags & X86_EFLAGS_IF)
		native_irq_enable();
}

static void __efiapi firmware_tick(efi_event_t event, void *context)
{
	struct efi_mode_handoff *h = context;

	/*
	 * A tick that is replayed must not end the slice that replays it, and
	 * one that was pending at the ingress must not end it either, or a
	 * busy kernel would keep firmware from ever getting anywhere.
	 */
	if (h->quiet || h->replaying ||
	    rdtsc() - h->slice_start < h->pause_ticks)
		return;

	h->preemptions++;
	egress(EFI_MODE_EGRESS_PREEMPT);
}

/*
 * Functions are called with all the arguments a request can have. In the EFI
 * calling convention the caller owns the stack that they take, so a function
 * with fewer parameters never knows.
 */
static u64 call(const struct efi_mode_request *r)
{
	efi_status_t (__efiapi *fn)(u64, u64, u64, u64, u64, u64, u64, u64,
				    u64, u64);
	const u64 *a = r->args;

	BUILD_BUG_ON(EFI_MODE_MAX_ARGS != 10);

	fn = *(void **)(r->table + r->slot);
	return fn(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9]);
}

/**
 * efi_mode_serve() - be an application to firmware and a server to the kernel
 *
 * The first egress starts the kernel. Called at TPL_APPLICATION; does not
 * return while the kernel lives.
 */
void efi_mode_serve(void)
{
	struct efi_mode_request *r = &handoff->request;

	for (;;) {
		if (READ_ONCE(r->state) != EFI_MODE_REQUEST_POSTED) {
			egress(EFI_MODE_EGRESS_IDLE);
			continue;
		}
		r->state = EFI_MODE_REQUEST_RUNNING;
		r->status = call(r);
		barrier();
		r->state = EFI_MODE_REQUEST_DONE;
		egress(EFI_MODE_EGRESS_DONE);
	}
}

/**
 * efi_mode_resident_init() - make ready to serve
 * @h:	the handoff
 *
 * Arms the event that ends slices.
 *
 * Return: an EFI status.
 */
efi_status_t efi_mode_resident_init(struct efi_mode_handoff *h)
{
	efi_status_t status;

	handoff = h;
	h->switch_fn = (unsigned long)efi_mode_switch;
	h->switch_base = (unsigned long)efi_mode_switch_start;
	h->switch_size = efi_mode_switch_end - efi_mode_switch_start;

	status = efi_bs_call(create_event,
			     EFI_EVT_TIMER | EFI_EVT_NOTIFY_SIGNAL,
			     EFI_TPL_NOTIFY, firmware_tick, h, &tick_event);
	if (status != EFI_SUCCESS)
		return status;

	/* A period of 0 is one tick of firmware's clock, whatever that is */
	return efi_bs_call(set_timer, tick_event, EfiTimerPeriodic, 0);
}

/**
 * efi_mode_resident_exit() - undo efi_mode_resident_init()
 */
void efi_mode_resident_exit(void)
{
	if (tick_event)
		efi_bs_call(close_event, tick_event);
	tick_event = NULL;
}
