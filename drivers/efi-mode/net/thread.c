// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread that runs the pump of an interface
 *
 * NAPI polls in a context that cannot sleep, but a firmware call sleeps. So a
 * thread of the interface runs the pump, and schedules NAPI, which passes the
 * received frames to the network stack.
 *
 * Frames rarely come alone. After a frame the thread runs the pump again after
 * EFI_MODE_NET_MIN_US, and then less and less often, down to EFI_MODE_NET_MAX_US. If there
 * are no frames for EFI_MODE_NET_LINGER_MS, it waits until Linux wants to send or the
 * firmware signals the event of a received frame. If the firmware does not do so, the
 * thread runs the pump each EFI_MODE_NET_IDLE_US.
 */
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/rtnetlink.h>

#include <efi-mode/time-limits.h>

#include "efi-net.h"

/**
 * efi_net_kick() - make the thread run the pump
 * @n:		the card
 *
 * Context: any but NMI.
 */
void efi_net_kick(struct efi_net *n)
{
	WRITE_ONCE(n->kicked, true);
	wake_up(&n->wait);
}

static bool ethread_is_wanted(const struct efi_net *n)
{
	return READ_ONCE(n->kicked) || kthread_should_stop();
}

/* Return: number of bytes of the frames that were sent since the last call */
static void ethread_complete(struct efi_net *n, u32 tail)
{
	struct efi_mode_pump *rings = n->rings;
	unsigned int frames = 0, bytes = 0;

	for (; tail != rings->tx_tail; tail++, frames++)
		bytes += efi_mode_pump_slot(rings->tx, tail)->size;
	if (!frames)
		return;
	netif_tx_lock_bh(n->dev);
	netdev_completed_queue(n->dev, frames, bytes);
	netif_tx_unlock_bh(n->dev);
	if (netif_queue_stopped(n->dev) && !efi_net_rings_are_full(n))
		netif_wake_queue(n->dev);
}

/* Return: true if frames were moved in either direction */
static bool ethread_pump(struct efi_net *n)
{
	struct efi_mode_pump *rings = n->rings;
	u32 tail = rings->tx_tail, head = rings->rx_head;
	int ret = n->backend->run(n);

	if (ret && !n->lost) {
		netdev_err(n->dev, "the firmware's network card is gone or has failed (%d)\n",
			   ret);
		WRITE_ONCE(n->lost, true);
		netif_carrier_off(n->dev);
	}
	ethread_complete(n, tail);
	if (rings->rx_head != rings->rx_tail) {
		local_bh_disable();
		napi_schedule(&n->napi);
		/* NAPI runs here */
		local_bh_enable();
	}
	return tail != rings->tx_tail || head != rings->rx_head;
}

/* Return: true if the pump has more to do at once */
static bool ethread_has_work(const struct efi_net *n)
{
	const struct efi_mode_pump *rings = n->rings;

	return rings->tx_next != READ_ONCE(rings->tx_head);
}

static void ethread_wait(struct efi_net *n, unsigned int us)
{
	if (us)
		wait_event_interruptible_hrtimeout(n->wait, ethread_is_wanted(n),
						   ns_to_ktime(us * NSEC_PER_USEC));
	else
		wait_event_interruptible(n->wait, ethread_is_wanted(n));
}

static int ethread_run(void *data)
{
	struct efi_net *n = data;
	ktime_t last = ktime_get();
	unsigned int us = EFI_MODE_NET_MIN_US;
	bool moved, idle;

	while (!kthread_should_stop()) {
		if (READ_ONCE(n->lost)) {
			wait_event_interruptible(n->wait, kthread_should_stop());
			continue;
		}
		WRITE_ONCE(n->kicked, false);
		idle = ktime_ms_delta(ktime_get(), last) >= EFI_MODE_NET_LINGER_MS;
		n->rings->may_sleep = idle;
		moved = ethread_pump(n);
		if (moved) {
			last = ktime_get();
			us = EFI_MODE_NET_MIN_US;
			/* A token may hold the next frame already */
			cond_resched();
			continue;
		}
		us = min(2 * us, EFI_MODE_NET_MAX_US);
		if (!idle)
			ethread_wait(n, us);
		else if (ethread_has_work(n))
			ethread_wait(n, EFI_MODE_NET_MAX_US);
		else if (n->rings->asleep)
			ethread_wait(n, 0);
		else
			ethread_wait(n, EFI_MODE_NET_IDLE_US);
	}
	return 0;
}

/**
 * efi_net_thread_start() - start the thread of an interface
 * @n:		the card; its rings are allocated, and its backend is open
 *
 * Context: task context with RTNL held; sleeps.
 * Return: 0 or an error of kthread_run().
 */
int efi_net_thread_start(struct efi_net *n)
{
	n->lost = false;
	n->thread = kthread_run(ethread_run, n, "efi-net/%s", n->dev->name);
	return PTR_ERR_OR_ZERO(n->thread);
}

/**
 * efi_net_thread_stop() - stop the thread of an interface
 * @n:		the card
 *
 * Context: task context with RTNL held; sleeps.
 */
void efi_net_thread_stop(struct efi_net *n)
{
	kthread_stop(n->thread);
}
