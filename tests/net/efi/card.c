// SPDX-License-Identifier: GPL-2.0-only
/*
 * A network card that fails on request, and counts calls that break the specification
 *
 * The card has SimpleNetwork. A driver of this file keeps the firmware's own network
 * stack away from it, in whose place it is bound. The card also has ManagedNetwork, see
 * card-mnp.c, if Linux asks for that.
 */
#include "card.h"

#define PAGE_FAULT	14
#define QUEUE		128
#define SHORTEST	60
#define ETHERNET	1
#define IP_OVER_1394	24

struct card_path {
	MAC_ADDR_DEVICE_PATH mac;
	EFI_DEVICE_PATH end;
} __attribute__((packed));

static EFI_GUID snp_guid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;
static EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static EFI_GUID binding_guid = MNP_BINDING_GUID;
static EFI_GUID driver_guid = EFI_DRIVER_BINDING_PROTOCOL_GUID;

static struct card_path path = {
	.mac = {
		.Header = {
			.Type = MESSAGING_DEVICE_PATH,
			.SubType = MSG_MAC_ADDR_DP,
			.Length = { sizeof(MAC_ADDR_DEVICE_PATH), 0 },
		},
		.MacAddress.Addr = TEST_CARD_MAC,
		.IfType = ETHERNET,
	},
	.end = {
		.Type = END_DEVICE_PATH_TYPE,
		.SubType = END_ENTIRE_DEVICE_PATH_SUBTYPE,
		.Length = { sizeof(EFI_DEVICE_PATH), 0 },
	},
};

EFI_SIMPLE_NETWORK_MODE card_mode;
static EFI_SIMPLE_NETWORK snp;
static EFI_HANDLE handle, driver_handle;
static BOOLEAN has_mnp;
static volatile UINT64 current, sent, breaches, calls, bound;

/* The frames that have arrived: a ring */
static struct card_frame *queue;
static UINT32 head, tail;

/* The frames that SimpleNetwork has taken and not reported yet */
static void *held[QUEUE];
static UINTN nr_held;

/* Return: TRUE if the card has @fault, or has @once, which then is over */
BOOLEAN card_has(UINT64 fault, UINT64 once)
{
	if (once && current == once) {
		current = TEST_CARD_NO_FAULT;
		return TRUE;
	}
	return current == fault;
}

void card_breach(void)
{
	breaches++;
}

/* At the begin of each function */
void card_enter(void)
{
	EFI_TPL tpl = uefi_call_wrapper(BS->RaiseTPL, 1, TPL_HIGH_LEVEL);

	uefi_call_wrapper(BS->RestoreTPL, 1, tpl);
	calls++;
	if (tpl > TPL_CALLBACK)
		breaches++;
}

static void arrive(const void *frame, UINTN copied, UINT32 size)
{
	struct card_frame *to = &queue[head % QUEUE];

	if (head - tail == QUEUE)
		return;
	ZeroMem(to->data, CARD_ROOM);
	CopyMem(to->data, (void *)frame, copied);
	to->size = size;
	head++;
}

/* Check a frame that Linux sends, and send it */
EFI_STATUS card_send(const void *frame, UINTN size)
{
	UINT64 unused;

	if (card_has(TEST_CARD_CRASH, 0))
		return fault(PAGE_FAULT, &unused);
	if (!frame || size < SHORTEST || size > TEST_CARD_FRAME) {
		breaches++;
		return EFI_INVALID_PARAMETER;
	}
	if (card_has(TEST_CARD_TX_ERROR, TEST_CARD_TX_ERROR_ONCE))
		return EFI_DEVICE_ERROR;
	if (card_has(TEST_CARD_TX_BUSY, 0))
		return EFI_NOT_READY;
	if (card_has(TEST_CARD_NO_MEDIA, 0))
		return NO_MEDIA;
	sent++;
	arrive(frame, size, size);
	return EFI_SUCCESS;
}

/* Return: the next frame that has arrived, or NULL. It is valid until the next call. */
struct card_frame *card_next(void)
{
	return head == tail ? NULL : &queue[tail++ % QUEUE];
}

/* The card receives nothing any more */
void card_drop(void)
{
	tail = head;
}

/* SimpleNetwork */

static EFI_STATUS EFIAPI snp_start(EFI_SIMPLE_NETWORK *this)
{
	(void)this;
	card_enter();
	if (card_mode.State != EfiSimpleNetworkStopped)
		return EFI_ALREADY_STARTED;
	card_mode.State = EfiSimpleNetworkStarted;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI snp_stop(EFI_SIMPLE_NETWORK *this)
{
	(void)this;
	card_enter();
	if (card_mode.State != EfiSimpleNetworkStarted)
		return EFI_NOT_STARTED;
	card_mode.State = EfiSimpleNetworkStopped;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI snp_initialize(EFI_SIMPLE_NETWORK *this, UINTN rx, UINTN tx)
{
	(void)this;
	(void)rx;
	(void)tx;
	card_enter();
	if (card_has(TEST_CARD_NO_INITIALIZE, 0))
		return EFI_DEVICE_ERROR;
	card_mode.State = EfiSimpleNetworkInitialized;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI snp_reset(EFI_SIMPLE_NETWORK *this, BOOLEAN extended)
{
	(void)this;
	(void)extended;
	card_enter();
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI snp_shutdown(EFI_SIMPLE_NETWORK *this)
{
	(void)this;
	card_enter();
	if (card_has(TEST_CARD_KEEP, 0))
		return EFI_DEVICE_ERROR;
	nr_held = 0;
	card_drop();
	if (card_mode.State == EfiSimpleNetworkInitialized)
		card_mode.State = EfiSimpleNetworkStarted;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI snp_filters(EFI_SIMPLE_NETWORK *this, UINT32 enable,
				     UINT32 disable, BOOLEAN reset, UINTN nr,
				     EFI_MAC_ADDRESS *macs)
{
	(void)this;
	(void)reset;
	card_enter();
	if ((enable | disable) & ~card_mode.ReceiveFilterMask ||
	    nr > card_mode.MaxMCastFilterCount || (nr && !macs)) {
		breaches++;
		return EFI_INVALID_PARAMETER;
	}
	card_mode.ReceiveFilterSetting = (card_mode.ReceiveFilterSetting | enable) & ~disable;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI snp_address(EFI_SIMPLE_NETWORK *this, BOOLEAN reset,
				     EFI_MAC_ADDRESS *mac)
{
	(void)this;
	(void)reset;
	(void)mac;
	return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI snp_none(EFI_SIMPLE_NETWORK *this)
{
	(void)this;
	breaches++;
	return EFI_UNSUPPORTED;
}

static BOOLEAN is_ready(void)
{
	card_enter();
	if (card_mode.State == EfiSimpleNetworkInitialized)
		return TRUE;
	breaches++;
	return FALSE;
}

static EFI_STATUS EFIAPI snp_status(EFI_SIMPLE_NETWORK *this, UINT32 *interrupts,
				    void **buffer)
{
	(void)this;
	if (!is_ready())
		return EFI_NOT_STARTED;
	if (interrupts)
		*interrupts = 0;
	if (buffer)
		*buffer = NULL;
	if (!buffer || !nr_held || card_has(TEST_CARD_TX_NEVER, 0))
		return EFI_SUCCESS;
	*buffer = held[--nr_held];
	if (card_has(TEST_CARD_TX_STRANGE, 0))
		*buffer = (void *)1;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI snp_transmit(EFI_SIMPLE_NETWORK *this, UINTN header, UINTN size,
				      void *buffer, EFI_MAC_ADDRESS *source,
				      EFI_MAC_ADDRESS *destination, UINT16 *protocol)
{
	EFI_STATUS status;

	(void)this;
	(void)source;
	if (!is_ready())
		return EFI_NOT_STARTED;
	if (header || destination || protocol)
		breaches++;
	if (nr_held == QUEUE)
		return EFI_NOT_READY;
	status = card_send(buffer, size);
	if (!EFI_ERROR(status))
		held[nr_held++] = buffer;
	return status;
}

static EFI_STATUS EFIAPI snp_receive(EFI_SIMPLE_NETWORK *this, UINTN *header, UINTN *size,
				     void *buffer, EFI_MAC_ADDRESS *source,
				     EFI_MAC_ADDRESS *destination, UINT16 *protocol)
{
	struct card_frame *frame;

	(void)this;
	(void)header;
	(void)source;
	(void)destination;
	(void)protocol;
	if (!is_ready())
		return EFI_NOT_STARTED;
	if (card_has(TEST_CARD_RX_ERROR, TEST_CARD_RX_ERROR_ONCE))
		return EFI_DEVICE_ERROR;
	frame = card_next();
	if (!frame)
		return EFI_NOT_READY;
	/* A firmware that claims more than the buffer has does not return an error */
	CopyMem(buffer, frame->data, frame->size < *size ? frame->size : *size);
	*size = frame->size;
	return EFI_SUCCESS;
}

/* The driver in the place of the firmware's network stack */

static EFI_STATUS EFIAPI driver_start(EFI_DRIVER_BINDING *this, EFI_HANDLE controller,
				      EFI_DEVICE_PATH *unused)
{
	EFI_STATUS status;
	void *interface;

	(void)unused;
	status = uefi_call_wrapper(BS->OpenProtocol, 6, controller, &snp_guid, &interface,
				   this->DriverBindingHandle, controller,
				   EFI_OPEN_PROTOCOL_BY_DRIVER);
	if (!EFI_ERROR(status))
		bound++;
	return status;
}

static EFI_STATUS EFIAPI driver_stop(EFI_DRIVER_BINDING *this, EFI_HANDLE controller,
				     UINTN nr, EFI_HANDLE *children)
{
	EFI_STATUS status;

	(void)nr;
	(void)children;
	if (card_has(TEST_CARD_NO_STOP, 0))
		return EFI_DEVICE_ERROR;
	status = uefi_call_wrapper(BS->CloseProtocol, 4, controller, &snp_guid,
				   this->DriverBindingHandle, controller);
	if (!EFI_ERROR(status))
		bound--;
	return status;
}

static EFI_STATUS EFIAPI driver_supported(EFI_DRIVER_BINDING *this, EFI_HANDLE controller,
					  EFI_DEVICE_PATH *unused)
{
	(void)this;
	(void)unused;
	return controller == handle && !bound ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

static EFI_DRIVER_BINDING driver = {
	.Supported	= driver_supported,
	.Start		= driver_start,
	.Stop		= driver_stop,
	/* Above all drivers of the firmware */
	.Version	= 0xffffffff,
};

static EFI_STATUS init_driver(void)
{
	EFI_STATUS status;

	if (driver_handle)
		return EFI_SUCCESS;
	queue = AllocatePool(QUEUE * sizeof(*queue));
	if (!queue)
		return EFI_OUT_OF_RESOURCES;
	status = mnp_init();
	if (EFI_ERROR(status))
		return status;
	status = uefi_call_wrapper(BS->InstallProtocolInterface, 4, &driver_handle,
				   &driver_guid, EFI_NATIVE_INTERFACE, &driver);
	driver.ImageHandle = driver_image;
	driver.DriverBindingHandle = driver_handle;
	return status;
}

/* The card appears, and disappears */

static void describe(UINT64 kind)
{
	static const EFI_MAC_ADDRESS address = { TEST_CARD_MAC };

	ZeroMem(&card_mode, sizeof(card_mode));
	card_mode.HwAddressSize = 6;
	card_mode.MediaHeaderSize = HEADER_SIZE;
	card_mode.MaxPacketSize = TEST_CARD_FRAME - HEADER_SIZE;
	card_mode.ReceiveFilterMask = 0x1f;
	card_mode.MaxMCastFilterCount = MAX_MCAST_FILTER_CNT;
	card_mode.IfType = ETHERNET;
	card_mode.MediaPresentSupported = TRUE;
	card_mode.MediaPresent = TRUE;
	SetMem(&card_mode.BroadcastAddress, 6, 0xff);
	card_mode.CurrentAddress = address;
	card_mode.PermanentAddress = address;
	switch (kind) {
	case TEST_CARD_NOT_ETHERNET:
		card_mode.IfType = IP_OVER_1394;
		break;
	case TEST_CARD_NO_PACKETS:
		card_mode.MaxPacketSize = 0;
		break;
	case TEST_CARD_NO_ADDRESS:
		ZeroMem(&card_mode.CurrentAddress, sizeof(address));
		break;
	case TEST_CARD_HUGE_PACKETS:
		card_mode.MaxPacketSize = 0xffffffff;
		break;
	}
	snp = (EFI_SIMPLE_NETWORK) {
		.Revision	= EFI_SIMPLE_NETWORK_PROTOCOL_REVISION,
		.Start		= snp_start,
		.Stop		= snp_stop,
		.Initialize	= snp_initialize,
		.Reset		= snp_reset,
		.Shutdown	= snp_shutdown,
		.ReceiveFilters	= snp_filters,
		.StationAddress	= snp_address,
		.Statistics	= (void *)snp_none,
		.MCastIpToMac	= (void *)snp_none,
		.NvData		= (void *)snp_none,
		.GetStatus	= snp_status,
		.Transmit	= snp_transmit,
		.Receive	= snp_receive,
		.Mode		= &card_mode,
	};
}

static EFI_STATUS install(UINT64 kind)
{
	EFI_STATUS status = init_driver();

	if (EFI_ERROR(status))
		return status;
	if (handle)
		return EFI_ALREADY_STARTED;
	current = TEST_CARD_NO_FAULT;
	sent = breaches = calls = 0;
	head = tail = 0;
	nr_held = 0;
	describe(kind);
	has_mnp = kind == TEST_CARD_MNP;
	if (has_mnp)
		status = uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 8, &handle,
					   &path_guid, &path, &snp_guid, &snp,
					   &binding_guid, &card_binding, NULL);
	else
		status = uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 6, &handle,
					   &path_guid, &path, &snp_guid, &snp, NULL);
	if (!EFI_ERROR(status) && !has_mnp)
		status = uefi_call_wrapper(BS->ConnectController, 4, handle, NULL, NULL,
					   TRUE);
	return status;
}

static EFI_STATUS remove(void)
{
	EFI_STATUS status;

	if (!handle)
		return EFI_NOT_STARTED;
	if (has_mnp) {
		mnp_remove();
		status = uefi_call_wrapper(BS->UninstallMultipleProtocolInterfaces, 8, handle,
					   &path_guid, &path, &snp_guid, &snp,
					   &binding_guid, &card_binding, NULL);
	} else {
		status = uefi_call_wrapper(BS->UninstallMultipleProtocolInterfaces, 6, handle,
					   &path_guid, &path, &snp_guid, &snp, NULL);
	}
	if (!EFI_ERROR(status))
		handle = NULL;
	return status;
}

static EFI_STATUS set_fault(UINT64 fault)
{
	current = fault;
	card_mode.MediaPresent = fault != TEST_CARD_NO_MEDIA;
	mnp_fault(fault);
	return EFI_SUCCESS;
}

static EFI_STATUS push(UINT32 size)
{
	static UINT8 frame[SHORTEST] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 2, 0x88, 0xb5,
	};

	arrive(frame, sizeof(frame), size);
	return EFI_SUCCESS;
}

static EFI_STATUS burst(UINT64 nr)
{
	UINT64 i;

	for (i = 0; i < nr; i++)
		push(SHORTEST + i);
	return EFI_SUCCESS;
}

static UINT64 counter(UINT64 which)
{
	switch (which) {
	case TEST_CARD_SENT:
		return sent;
	case TEST_CARD_BREACHES:
		return breaches;
	case TEST_CARD_LENT:
		return mnp_lent();
	case TEST_CARD_CHILDREN:
		return mnp_children();
	case TEST_CARD_BOUND:
		return bound;
	default:
		return calls;
	}
}

/* See net-card.h */
static EFI_STATUS EFIAPI net_card(UINT64 what, UINT64 *value)
{
	UINT64 argument = what >> TEST_CARD_SHIFT;

	*value = 0;
	switch (what & ((1 << TEST_CARD_SHIFT) - 1)) {
	case TEST_CARD_INSTALL:
		return install(argument);
	case TEST_CARD_REMOVE:
		return remove();
	case TEST_CARD_FAULT:
		return set_fault(argument);
	case TEST_CARD_PUSH:
		return push(argument);
	case TEST_CARD_BURST:
		return burst(argument);
	case TEST_CARD_COUNT:
		*value = counter(argument);
		return EFI_SUCCESS;
	default:
		return EFI_INVALID_PARAMETER;
	}
}

TEST_FUNCTION(net_card, net_card, .max = TEST_ANY);
