// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pump on the Managed Network Protocol (UEFI 2.10, section 25.1)
 *
 * Each interface of Linux has an instance of the protocol. The firmware's own
 * network stack has others, and the firmware gives each received frame to all
 * instances that want it. Frames come through receive tokens: the firmware fills
 * a token and signals its event. The pump copies the frame, tells the firmware by
 * the recycle event that it has done so, and passes the token again.
 *
 * The firmware can remove the network card at any time, and the instance with
 * it. So the pump raises the task priority level to TPL_CALLBACK, checks that the
 * instance exists, and restores the level after the last call. The notify
 * functions of the tokens run then.
 *
 * The state of a pump, with its tokens, is in the firmware's memory: after a
 * panic the kernel has not closed its pumps, and the firmware gets the memory of
 * the kernel back. efi_mode_pump_exit() closes them first.
 */
#include "boot.h"

#include <efi-mode/time-limits.h>

#define PUMP_RX_TOKENS	32

struct pump;

/**
 * struct pump_token - a token with its event
 * @pump:	the pump
 * @token:	the token of the firmware
 * @data:	frame to send; unused in a receive token
 * @event:	event of the token
 * @lent:	the firmware has the token
 * @done:	the firmware has signalled the event
 * @again:	the frame could not be sent now, and is to be sent again
 */
struct pump_token {
	struct pump *pump;
	struct efi_mnp_token token;
	struct efi_mnp_transmit_data data;
	efi_event_t event;
	u8 lent;
	u8 done;
	u8 again;
};

/**
 * struct pump - an instance of the protocol
 * @next:	the next pump
 * @rings:	the rings, which are in memory of the kernel
 * @nic:	handle of the network card
 * @child:	handle of the instance
 * @mnp:	its interface
 * @snp:	interface of the network card, or NULL if it has none
 * @failing:	the firmware has sent no frame since @failing_since
 * @failing_since: value of the time stamp counter
 * @running:	the pump runs, so it sees the tokens itself
 * @rx_first:	number of the token of @rx that the firmware has had longest; runs
 *		freely
 * @rx:		tokens for frames that arrive
 * @tx:		tokens for frames to send, one for each slot
 */
struct pump {
	struct pump *next;
	struct efi_mode_pump *rings;
	efi_handle_t nic;
	efi_handle_t child;
	struct efi_mnp *mnp;
	struct efi_snp *snp;
	bool failing;
	u64 failing_since;
	bool running;
	u32 rx_first;
	struct pump_token rx[PUMP_RX_TOKENS];
	struct pump_token tx[EFI_MODE_PUMP_SLOTS];
};

static struct pump *pumps;

/* EFI_MODE_NET_RETRY_MS in cycles of the time stamp counter */
static u64 pump_retry_cycles;

/* An ID of the kernel is the address of a pump that has not been closed */
static bool pump_is_valid(const struct pump *pump)
{
	const struct pump *p;

	for (p = pumps; p && p != pump; p = p->next)
		;
	return p;
}

static void *pump_interface(efi_handle_t handle, efi_guid_t guid)
{
	void *interface;

	if (efi_bs_call(handle_protocol, handle, &guid, &interface) !=
	    EFI_SUCCESS)
		return NULL;
	return interface;
}

static void pump_wake(struct efi_mode_pump *rings)
{
	rings->asleep = 0;
	efi_bs_call(signal_event, (efi_event_t)rings->wake);
}

static void __efiapi pump_notify(efi_event_t event, void *context)
{
	struct pump_token *t = context;
	struct efi_mode_pump *rings = t->pump->rings;

	WRITE_ONCE(t->done, 1);
	if (!t->pump->running && READ_ONCE(rings->asleep))
		pump_wake(rings);
}

/*
 * Raise the task priority level, so that the instance cannot disappear.
 *
 * Return: its interface, or NULL if the firmware has removed it; then the level
 * is as before.
 */
static struct efi_mnp *pump_enter(struct pump *p)
{
	efi_bs_call(raise_tpl, EFI_TPL_CALLBACK);
	if (pump_interface(p->child, EFI_MANAGED_NETWORK_PROTOCOL_GUID) == p->mnp)
		return p->mnp;
	efi_bs_call(restore_tpl, EFI_TPL_APPLICATION);
	return NULL;
}

/* The notify functions of signalled events run now */
static void pump_leave(void)
{
	efi_bs_call(restore_tpl, EFI_TPL_APPLICATION);
}

/* Sending */

/* A frame that could not be sent is still the next one */
static void pump_reap(struct pump *p)
{
	struct efi_mode_pump *rings = p->rings;
	unsigned int i;

	for (i = 0; i < EFI_MODE_PUMP_SLOTS; i++) {
		struct pump_token *t = &p->tx[i];

		if (!t->lent || !READ_ONCE(t->done))
			continue;
		t->lent = 0;
		if (t->again)
			rings->tx[i].busy = 0;
		else
			pump_tx_done(rings, &rings->tx[i], t->token.status);
	}
	pump_tx_reap(rings);
}

/*
 * MnpDxe of edk2 reports a device error if the card has no room for another frame. So
 * the frame waits, unless the card has failed for too long.
 *
 * Return: true if the same frame is to be sent again later
 */
static bool pump_send_again(struct pump *p, const struct pump_token *t)
{
	if (t->token.status != EFI_DEVICE_ERROR) {
		p->failing = false;
		return false;
	}
	if (!p->failing) {
		p->failing = true;
		p->failing_since = rdtsc();
	}
	return rdtsc() - p->failing_since < pump_retry_cycles;
}

/* Return: false if the firmware cannot take the frame now */
static bool pump_send_frame(struct pump *p, struct efi_mode_frame *frame,
			    struct pump_token *t)
{
	efi_status_t status;

	if (t->lent)
		return false;
	t->data = (struct efi_mnp_transmit_data) {
		.data_length	= frame->size - ETH_HLEN,
		.header_length	= ETH_HLEN,
		.nr_fragments	= 1,
		.fragment	= { frame->size, (void *)(unsigned long)frame->buffer },
	};
	t->token = (struct efi_mnp_token) {
		.event		= t->event,
		.status		= EFI_NOT_READY,
		.transmit	= &t->data,
	};
	t->lent = 1;
	t->again = 0;
	WRITE_ONCE(t->done, 0);
	frame->busy = 1;
	efi_mode_pump_guard_pass(true);
	status = p->mnp->transmit(p->mnp, &t->token);
	efi_mode_pump_guard_pass(false);
	if (status == EFI_SUCCESS) {
		t->again = pump_send_again(p, t);
		return !t->again;
	}
	t->lent = 0;
	frame->busy = 0;
	if (status == EFI_NOT_READY || status == EFI_OUT_OF_RESOURCES)
		return false;
	pump_tx_done(p->rings, frame, status);
	return true;
}

static void pump_send(struct pump *p)
{
	struct efi_mode_pump *rings = p->rings;

	while (rings->tx_next != READ_ONCE(rings->tx_head)) {
		u32 i = rings->tx_next % EFI_MODE_PUMP_SLOTS;

		if (!pump_send_frame(p, &rings->tx[i], &p->tx[i])) {
			pump_count(rings, EFI_MODE_PUMP_TX_BUSY, 1);
			break;
		}
		rings->tx_next++;
	}
}

/* Receiving */

/* Return: false if the firmware refuses the token */
static bool pump_post(struct pump *p, struct pump_token *t)
{
	t->token = (struct efi_mnp_token) {
		.event	= t->event,
		.status	= EFI_NOT_READY,
	};
	t->lent = 1;
	WRITE_ONCE(t->done, 0);
	if (p->mnp->receive(p->mnp, &t->token) == EFI_SUCCESS)
		return true;
	/* If it has not been signalled, it is passed again in the next run */
	if (!READ_ONCE(t->done))
		t->lent = 0;
	pump_count(p->rings, EFI_MODE_PUMP_RX_ERRORS, 1);
	return false;
}

static void pump_take(struct pump *p, struct pump_token *t)
{
	struct efi_mnp_receive_data *data = t->token.received;
	struct efi_mode_pump *rings = p->rings;
	struct efi_mode_frame *frame = pump_rx_slot(rings);

	if (t->token.status != EFI_SUCCESS || !data) {
		if (t->token.status != EFI_ABORTED)
			pump_count(rings, EFI_MODE_PUMP_RX_ERRORS, 1);
		return;
	}
	/* A VLAN of the firmware may leave padding behind the data */
	if (data->packet_length <= EFI_MODE_PUMP_SLOT_SIZE)
		memcpy((void *)(unsigned long)frame->buffer, data->media_header,
		       data->packet_length);
	pump_rx_done(rings, frame, data->packet_length);
	/* Otherwise the firmware would lose the buffer for good */
	efi_bs_call(signal_event, data->recycle);
}

/* Has the firmware completed the token? Some firmware signals the event too early. */
static bool pump_is_complete(struct pump_token *t)
{
	if (!t->lent || !READ_ONCE(t->done))
		return false;
	if (t->token.status != EFI_NOT_READY)
		return true;
	WRITE_ONCE(t->done, 0);
	return false;
}

/*
 * Empty the tokens that the firmware has filled, and pass them again. The firmware
 * fills them in the order in which they were passed.
 */
static void pump_harvest(struct pump *p)
{
	u32 i, first = p->rx_first;
	bool takes = true;

	for (i = first; i != first + PUMP_RX_TOKENS; i++) {
		struct pump_token *t = &p->rx[i % PUMP_RX_TOKENS];

		if (pump_is_complete(t)) {
			if (!pump_rx_slot(p->rings))
				return;
			t->lent = 0;
			pump_take(p, t);
			if (i == p->rx_first)
				p->rx_first++;
		}
		if (!t->lent && takes)
			takes = pump_post(p, t);
	}
}

/* Return: true if a token has a frame that there is room for */
static bool pump_has_frames(const struct pump *p)
{
	unsigned int i;

	if (!efi_mode_pump_rx_room(p->rings))
		return false;
	for (i = 0; i < PUMP_RX_TOKENS; i++)
		if (p->rx[i].lent && READ_ONCE(p->rx[i].done) &&
		    p->rx[i].token.status == EFI_SUCCESS)
			return true;
	return false;
}

/* Poll() fetches one frame from the card at most */
static void pump_poll(struct pump *p)
{
	unsigned int i, n = min_t(unsigned int, PUMP_BATCH,
				  efi_mode_pump_rx_room(p->rings));
	efi_status_t status = EFI_SUCCESS;

	for (i = 0; i < n && status == EFI_SUCCESS; i++) {
		status = p->mnp->poll(p->mnp);
		pump_count(p->rings, EFI_MODE_PUMP_POLLS, 1);
	}
	if (n && status != EFI_SUCCESS && status != EFI_NOT_READY)
		pump_count(p->rings, EFI_MODE_PUMP_RX_ERRORS, 1);
}

static bool pump_round(struct pump *p)
{
	if (!pump_enter(p))
		return false;
	pump_send(p);
	pump_harvest(p);
	pump_poll(p);
	pump_leave();
	pump_reap(p);
	return true;
}

/* Return: true if the firmware has a token for the next frame */
static bool pump_has_tokens(const struct pump *p)
{
	unsigned int i;

	for (i = 0; i < PUMP_RX_TOKENS; i++)
		if (p->rx[i].lent && !READ_ONCE(p->rx[i].done))
			return true;
	return false;
}

/*
 * Tell the notify functions to wake Linux, unless no token could do so: then Linux
 * looks for frames by itself.
 *
 * Return: false if a frame has arrived before that
 */
static bool pump_fall_asleep(struct pump *p)
{
	struct efi_mode_pump *rings = p->rings;

	if (!pump_has_tokens(p))
		return true;
	WRITE_ONCE(rings->asleep, 1);
	WRITE_ONCE(p->running, false);
	barrier();
	if (!pump_has_frames(p))
		return true;
	WRITE_ONCE(rings->asleep, 0);
	WRITE_ONCE(p->running, true);
	return false;
}

/*
 * Move frames in both directions. @binding is the interface by which the kernel
 * has found the card; it is not used.
 *
 * Return: EFI status; EFI_NOT_FOUND if the firmware has removed the instance.
 */
static efi_status_t __efiapi pump_run(void *binding, void *id)
{
	struct efi_mode_pump *rings;
	struct pump *p = id;
	unsigned int rounds;

	if (!pump_is_valid(p))
		return EFI_INVALID_PARAMETER;
	rings = p->rings;
	WRITE_ONCE(rings->asleep, 0);
	WRITE_ONCE(p->running, true);
	pump_count(rings, EFI_MODE_PUMP_RUNS, 1);
	for (rounds = 0; rounds < PUMP_ROUNDS; rounds++) {
		if (!pump_round(p)) {
			WRITE_ONCE(p->running, false);
			return EFI_NOT_FOUND;
		}
		if (pump_has_frames(p) ||
		    rings->tx_next != READ_ONCE(rings->tx_head))
			continue;
		if (!rings->may_sleep || pump_fall_asleep(p))
			break;
	}
	WRITE_ONCE(p->running, false);
	return EFI_SUCCESS;
}

/* Opening and closing */

static efi_status_t pump_create_events(struct pump *p, struct pump_token *tokens,
				       unsigned int nr)
{
	efi_status_t status = EFI_SUCCESS;
	unsigned int i;

	for (i = 0; i < nr && status == EFI_SUCCESS; i++) {
		tokens[i].pump = p;
		status = efi_bs_call(create_event, EFI_EVT_NOTIFY_SIGNAL,
				     EFI_TPL_CALLBACK, pump_notify, &tokens[i],
				     &tokens[i].event);
		if (status != EFI_SUCCESS)
			tokens[i].event = NULL;
	}
	return status;
}

/*
 * The events of tokens that the firmware has not completed stay, because it may still
 * signal them.
 *
 * Return: the number of these tokens
 */
static unsigned int pump_close_events(struct pump_token *tokens, unsigned int nr)
{
	unsigned int i, lent = 0;

	for (i = 0; i < nr; i++) {
		if (tokens[i].lent && (!READ_ONCE(tokens[i].done) ||
				       tokens[i].token.status == EFI_NOT_READY))
			lent++;
		else if (tokens[i].event)
			efi_bs_call(close_event, tokens[i].event);
	}
	return lent;
}

/* If the firmware has removed the instance, it has aborted the tokens before */
static bool pump_destroy_child(struct pump *p)
{
	struct efi_service_binding *binding;
	efi_status_t status = EFI_NOT_FOUND;
	struct efi_mnp *mnp = pump_enter(p);

	if (!mnp)
		return true;
	mnp->configure(mnp, NULL);
	/* Aborted tokens are signalled before the instance goes */
	pump_leave();
	pump_reap(p);
	efi_bs_call(raise_tpl, EFI_TPL_CALLBACK);
	binding = pump_interface(p->nic,
				 EFI_MANAGED_NETWORK_SERVICE_BINDING_PROTOCOL_GUID);
	if (binding)
		status = binding->destroy_child(binding, p->child);
	efi_bs_call(restore_tpl, EFI_TPL_APPLICATION);
	return status == EFI_SUCCESS;
}

/* The card of a VLAN of the firmware has no SimpleNetwork of its own */
static void pump_guard_start(struct pump *p)
{
	/* The firmware cannot remove the card between the two steps */
	efi_bs_call(raise_tpl, EFI_TPL_CALLBACK);
	p->snp = pump_interface(p->nic, EFI_SIMPLE_NETWORK_PROTOCOL_GUID);
	if (p->snp)
		efi_mode_pump_guard_start(p->snp, p->rings);
	efi_bs_call(restore_tpl, EFI_TPL_APPLICATION);
}

static void pump_guard_stop(struct pump *p)
{
	if (!p->snp)
		return;
	efi_bs_call(raise_tpl, EFI_TPL_CALLBACK);
	efi_mode_pump_guard_stop(p->snp,
				 pump_interface(p->nic, EFI_SIMPLE_NETWORK_PROTOCOL_GUID) ==
				 p->snp);
	efi_bs_call(restore_tpl, EFI_TPL_APPLICATION);
}

/* Give the frames back that the firmware had filled tokens with */
static void pump_recycle_all(struct pump *p)
{
	unsigned int i;

	for (i = 0; i < PUMP_RX_TOKENS; i++) {
		struct pump_token *t = &p->rx[i];

		if (!t->lent || !READ_ONCE(t->done))
			continue;
		t->lent = 0;
		if (t->token.status == EFI_SUCCESS && t->token.received)
			efi_bs_call(signal_event, t->token.received->recycle);
	}
}

/*
 * Undo pump_open().
 *
 * Return: EFI status; EFI_NOT_READY if the firmware still has tokens. Their
 * memory is not freed then, and the kernel must keep the rings, too.
 */
static efi_status_t __efiapi pump_close(void *id)
{
	struct pump **link, *p = id;
	unsigned int lent;
	bool destroyed;

	for (link = &pumps; *link && *link != p; link = &(*link)->next)
		;
	if (!*link)
		return EFI_INVALID_PARAMETER;
	*link = p->next;
	WRITE_ONCE(p->running, true);
	if (pump_enter(p)) {
		pump_recycle_all(p);
		pump_leave();
	}
	destroyed = pump_destroy_child(p);
	pump_guard_stop(p);
	lent = pump_close_events(p->rx, PUMP_RX_TOKENS) +
	       pump_close_events(p->tx, EFI_MODE_PUMP_SLOTS);
	if (!destroyed || lent)
		return EFI_NOT_READY;
	efi_bs_call(free_pool, p);
	return EFI_SUCCESS;
}

static efi_status_t pump_create_child(struct pump *p,
				      struct efi_service_binding *binding)
{
	efi_status_t status = binding->create_child(binding, &p->child);

	if (status != EFI_SUCCESS)
		return status;
	p->mnp = pump_interface(p->child, EFI_MANAGED_NETWORK_PROTOCOL_GUID);
	if (p->mnp)
		return EFI_SUCCESS;
	binding->destroy_child(binding, p->child);
	return EFI_UNSUPPORTED;
}

/*
 * Create an instance. @interface is the service binding of the card @nic, @shared
 * the rings. @id is set to the argument for the other functions.
 *
 * Return: EFI status.
 */
static efi_status_t __efiapi pump_open(void *interface, efi_handle_t nic,
				       void *shared, void **id)
{
	efi_status_t status;
	struct pump *p;

	status = efi_bs_call(allocate_pool, EFI_BOOT_SERVICES_DATA, sizeof(*p),
			     (void **)&p);
	if (status != EFI_SUCCESS)
		return status;
	memset(p, 0, sizeof(*p));
	p->rings = shared;
	p->nic = nic;
	status = pump_create_child(p, interface);
	if (status != EFI_SUCCESS) {
		efi_bs_call(free_pool, p);
		return status;
	}
	p->next = pumps;
	pumps = p;
	status = pump_create_events(p, p->rx, PUMP_RX_TOKENS);
	if (status == EFI_SUCCESS)
		status = pump_create_events(p, p->tx, EFI_MODE_PUMP_SLOTS);
	if (status != EFI_SUCCESS) {
		pump_close(p);
		return status;
	}
	pump_guard_start(p);
	*id = p;
	return EFI_SUCCESS;
}

/* Configure the instance; a part of the tokens is passed with the next run */
static efi_status_t __efiapi pump_configure(void *id, void *config)
{
	struct efi_mnp *mnp;
	efi_status_t status;

	if (!pump_is_valid(id))
		return EFI_INVALID_PARAMETER;
	mnp = pump_enter(id);
	if (!mnp)
		return EFI_NOT_FOUND;
	status = mnp->configure(mnp, config);
	pump_leave();
	return status;
}

/* Join the multicast group @address, or leave it */
static efi_status_t __efiapi pump_group(void *id, u64 join, void *address)
{
	struct efi_mnp *mnp;
	efi_status_t status;

	if (!pump_is_valid(id))
		return EFI_INVALID_PARAMETER;
	mnp = pump_enter(id);
	if (!mnp)
		return EFI_NOT_FOUND;
	status = mnp->groups(mnp, !!join, address);
	pump_leave();
	return status;
}

/**
 * efi_mode_pump_init() - publish the functions of this file to the kernel
 * @h:		the handoff; @tsc_khz must be set
 *
 * Context: the firmware's world.
 */
void efi_mode_pump_init(struct efi_mode_handoff *h)
{
	pump_retry_cycles = (u64)h->tsc_khz * EFI_MODE_NET_RETRY_MS;
	h->resident.pump_open = pump_open;
	h->resident.pump_configure = pump_configure;
	h->resident.pump_group = pump_group;
	h->resident.pump_run = pump_run;
	h->resident.pump_close = pump_close;
}

/**
 * efi_mode_pump_exit() - close the pumps that the kernel has left open
 *
 * Context: the firmware's world, TPL_APPLICATION.
 */
void efi_mode_pump_exit(void)
{
	while (pumps)
		pump_close(pumps);
}
