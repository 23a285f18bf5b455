// SPDX-License-Identifier: GPL-2.0-only
/*
 * ManagedNetwork of the network card of the EFI test driver
 *
 * As the firmware's own, it looks for frames every 10 ms, and in each Poll() for one.
 * There is one instance at most.
 */
#include "card.h"

#define MAX_TOKENS	64
#define NR_BUFFERS	64
#define TICK		(10 * 10000)

/* A frame that Linux has got, and has not given back yet */
struct buffer {
	struct mnp_received data;
	struct card_frame frame;
	volatile BOOLEAN lent;
};

static EFI_GUID mnp_guid = MNP_GUID;

static struct buffer *buffers;
static struct mnp_token *rx[MAX_TOKENS], *tx[MAX_TOKENS];
static UINTN nr_rx, nr_tx;
static EFI_HANDLE child;
static EFI_EVENT timer;
static BOOLEAN configured;
static struct mnp mnp;

UINT64 mnp_lent(void)
{
	UINT64 i, nr = 0;

	for (i = 0; i < NR_BUFFERS; i++)
		nr += buffers[i].lent;
	return nr;
}

UINT64 mnp_children(void)
{
	return !!child;
}

static void end_token(struct mnp_token *token, EFI_STATUS status)
{
	token->status = status;
	uefi_call_wrapper(BS->SignalEvent, 1, token->event);
}

/* The oldest token first */
static struct mnp_token *take(struct mnp_token **tokens, UINTN *nr)
{
	struct mnp_token *token = tokens[0];
	UINTN i;

	for (i = 1; i < *nr; i++)
		tokens[i - 1] = tokens[i];
	(*nr)--;
	return token;
}

static VOID EFIAPI recycled(EFI_EVENT event, VOID *context)
{
	struct buffer *buffer = context;

	(void)event;
	if (!buffer->lent)
		card_breach();
	buffer->lent = FALSE;
}

static struct buffer *free_buffer(void)
{
	UINTN i;

	for (i = 0; i < NR_BUFFERS; i++)
		if (!buffers[i].lent)
			return &buffers[i];
	return NULL;
}

static void fill(struct buffer *buffer)
{
	struct mnp_received *data = &buffer->data;
	EFI_EVENT recycle = data->recycle;
	UINT8 *frame = buffer->frame.data;

	*data = (struct mnp_received) {
		.recycle	= recycle,
		.packet_length	= buffer->frame.size,
		.header_length	= HEADER_SIZE,
		.address_length	= 6,
		.data_length	= buffer->frame.size - HEADER_SIZE,
		.protocol_type	= frame[12] << 8 | frame[13],
		.destination	= frame,
		.source		= frame + 6,
		.media_header	= frame,
		.packet_data	= frame + HEADER_SIZE,
	};
	if (card_has(TEST_CARD_RX_HEADER, 0)) {
		data->header_length = 0xffffffff;
		data->data_length = 0xffffffff;
		data->packet_data = NULL;
	}
	buffer->lent = TRUE;
}

/* Pass the next frame to Linux. Return: FALSE if there is none, or no token for it. */
static BOOLEAN deliver(void)
{
	struct buffer *buffer = free_buffer();
	struct card_frame *frame;
	struct mnp_token *token;

	if (!nr_rx || !buffer)
		return FALSE;
	frame = card_next();
	if (!frame)
		return FALSE;
	CopyMem(&buffer->frame, frame, sizeof(*frame));
	fill(buffer);
	token = take(rx, &nr_rx);
	token->received = &buffer->data;
	end_token(token, EFI_SUCCESS);
	return TRUE;
}

static VOID EFIAPI look(EFI_EVENT event, VOID *context)
{
	(void)event;
	(void)context;
	while (deliver())
		;
}

static void abort_tokens(void)
{
	while (nr_rx)
		end_token(take(rx, &nr_rx), EFI_ABORTED);
	while (nr_tx)
		end_token(take(tx, &nr_tx), EFI_ABORTED);
}

/* The tokens that the card has kept are over with the fault */
void mnp_fault(UINT64 fault)
{
	if (fault == TEST_CARD_NO_FAULT && !child)
		abort_tokens();
}

static BOOLEAN is_configured(void)
{
	card_enter();
	if (configured)
		return TRUE;
	card_breach();
	return FALSE;
}

static EFI_STATUS EFIAPI get_mode_data(struct mnp *this, struct mnp_config *config,
				       EFI_SIMPLE_NETWORK_MODE *mode)
{
	(void)this;
	(void)config;
	card_enter();
	if (mode)
		*mode = card_mode;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI configure(struct mnp *this, struct mnp_config *config)
{
	(void)this;
	card_enter();
	if (config && card_has(TEST_CARD_NO_CONFIGURE, 0))
		return EFI_DEVICE_ERROR;
	if (!config && !card_has(TEST_CARD_KEEP, 0))
		abort_tokens();
	if (!config)
		card_drop();
	configured = !!config;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI ip_to_mac(struct mnp *this, BOOLEAN ip6, EFI_IP_ADDRESS *ip,
				   EFI_MAC_ADDRESS *mac)
{
	(void)this;
	(void)ip6;
	(void)ip;
	(void)mac;
	card_breach();
	return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI groups(struct mnp *this, BOOLEAN join, EFI_MAC_ADDRESS *mac)
{
	(void)this;
	(void)join;
	if (!is_configured())
		return EFI_NOT_STARTED;
	if (!mac || !(mac->Addr[0] & 1)) {
		card_breach();
		return EFI_INVALID_PARAMETER;
	}
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI transmit(struct mnp *this, struct mnp_token *token)
{
	struct mnp_transmit *data = token->transmit;
	EFI_STATUS status;

	(void)this;
	if (!is_configured())
		return EFI_NOT_STARTED;
	if (!token->event || !data || data->nr_fragments != 1 ||
	    data->header_length != HEADER_SIZE || data->destination || data->source ||
	    data->data_length + HEADER_SIZE != data->fragment.length) {
		card_breach();
		return EFI_INVALID_PARAMETER;
	}
	if (card_has(TEST_CARD_TX_STATUS, TEST_CARD_TX_STATUS_ONCE)) {
		end_token(token, EFI_DEVICE_ERROR);
		return EFI_SUCCESS;
	}
	if (card_has(TEST_CARD_TX_NEVER, 0)) {
		if (nr_tx == MAX_TOKENS)
			return EFI_NOT_READY;
		tx[nr_tx++] = token;
		return EFI_SUCCESS;
	}
	status = card_send(data->fragment.buffer, data->fragment.length);
	/* Only the token tells that there is no medium */
	if (!EFI_ERROR(status) || status == NO_MEDIA) {
		end_token(token, status);
		return EFI_SUCCESS;
	}
	return status;
}

static EFI_STATUS EFIAPI receive(struct mnp *this, struct mnp_token *token)
{
	UINTN i;

	(void)this;
	if (!is_configured())
		return EFI_NOT_STARTED;
	for (i = 0; i < nr_rx; i++)
		if (rx[i] == token) {
			card_breach();
			return EFI_ACCESS_DENIED;
		}
	if (!token->event) {
		card_breach();
		return EFI_INVALID_PARAMETER;
	}
	if (nr_rx == MAX_TOKENS || card_has(TEST_CARD_RX_REFUSE, 0))
		return EFI_OUT_OF_RESOURCES;
	token->received = NULL;
	if (card_has(TEST_CARD_RX_ERROR, TEST_CARD_RX_ERROR_ONCE)) {
		end_token(token, EFI_DEVICE_ERROR);
		return EFI_SUCCESS;
	}
	if (card_has(TEST_CARD_RX_EMPTY, 0)) {
		end_token(token, EFI_SUCCESS);
		return EFI_SUCCESS;
	}
	rx[nr_rx++] = token;
	if (card_has(TEST_CARD_RX_EARLY, 0))
		uefi_call_wrapper(BS->SignalEvent, 1, token->event);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI cancel(struct mnp *this, struct mnp_token *token)
{
	(void)this;
	(void)token;
	card_enter();
	return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI poll(struct mnp *this)
{
	(void)this;
	if (!is_configured())
		return EFI_NOT_STARTED;
	if (card_has(TEST_CARD_POLL_ERROR, 0))
		return EFI_DEVICE_ERROR;
	return deliver() ? EFI_SUCCESS : EFI_NOT_READY;
}

static struct mnp mnp = {
	.get_mode_data	= get_mode_data,
	.configure	= configure,
	.ip_to_mac	= ip_to_mac,
	.groups		= groups,
	.transmit	= transmit,
	.receive	= receive,
	.cancel		= cancel,
	.poll		= poll,
};

static EFI_STATUS EFIAPI create_child(EFI_SERVICE_BINDING *this, EFI_HANDLE *handle)
{
	EFI_STATUS status;

	(void)this;
	card_enter();
	if (child || card_has(TEST_CARD_NO_CHILD, 0))
		return EFI_OUT_OF_RESOURCES;
	status = uefi_call_wrapper(BS->InstallProtocolInterface, 4, &child, &mnp_guid,
				   EFI_NATIVE_INTERFACE, &mnp);
	if (!EFI_ERROR(status))
		status = uefi_call_wrapper(BS->SetTimer, 3, timer, TimerPeriodic, TICK);
	*handle = child;
	return status;
}

static EFI_STATUS EFIAPI destroy_child(EFI_SERVICE_BINDING *this, EFI_HANDLE handle)
{
	EFI_STATUS status;

	(void)this;
	card_enter();
	if (handle != child) {
		card_breach();
		return EFI_UNSUPPORTED;
	}
	uefi_call_wrapper(BS->SetTimer, 3, timer, TimerCancel, 0);
	status = uefi_call_wrapper(BS->UninstallProtocolInterface, 3, child, &mnp_guid, &mnp);
	if (!EFI_ERROR(status))
		child = NULL;
	return status;
}

/* The instance goes with the card, as the firmware's own does */
void mnp_remove(void)
{
	if (!child)
		return;
	abort_tokens();
	configured = FALSE;
	destroy_child(&card_binding, child);
}

EFI_SERVICE_BINDING card_binding = {
	.CreateChild	= (void *)create_child,
	.DestroyChild	= (void *)destroy_child,
};

EFI_STATUS mnp_init(void)
{
	EFI_STATUS status;
	UINTN i;

	buffers = AllocateZeroPool(NR_BUFFERS * sizeof(*buffers));
	if (!buffers)
		return EFI_OUT_OF_RESOURCES;
	status = uefi_call_wrapper(BS->CreateEvent, 5, EVT_TIMER | EVT_NOTIFY_SIGNAL,
				   TPL_CALLBACK, (EFI_EVENT_NOTIFY)look, NULL, &timer);
	for (i = 0; i < NR_BUFFERS && !EFI_ERROR(status); i++)
		status = uefi_call_wrapper(BS->CreateEvent, 5, EVT_NOTIFY_SIGNAL,
					   TPL_NOTIFY, (EFI_EVENT_NOTIFY)recycled,
					   &buffers[i], &buffers[i].data.recycle);
	return status;
}
