// SPDX-License-Identifier: GPL-2.0-only
/*
 * A connection of the firmware's own network stack, which goes on beside Linux
 *
 * The firmware connects to a server and receives until the server closes the
 * connection. All of it happens in events of the firmware.
 */
#include <efi.h>
#include <efilib.h>
#include <efiprot.h>
#include <efitcp.h>

#include "driver.h"

static EFI_GUID binding_guid = EFI_TCP4_SERVICE_BINDING_PROTOCOL;
static EFI_GUID tcp_guid = EFI_TCP4_PROTOCOL;
static EFI_SERVICE_BINDING *binding;
static EFI_HANDLE child;
static EFI_TCP4 *tcp;

static UINT8 buffer[16384];
static EFI_TCP4_RECEIVE_DATA data;
static EFI_TCP4_CONNECTION_TOKEN connecting;
static EFI_TCP4_IO_TOKEN receiving;

static volatile BOOLEAN ended;
static EFI_STATUS end_status;
static UINT64 received;

static void end(EFI_STATUS status)
{
	end_status = status;
	ended = TRUE;
}

static void receive(void)
{
	EFI_STATUS status;

	data.DataLength = sizeof(buffer);
	data.FragmentCount = 1;
	data.FragmentTable[0].FragmentLength = sizeof(buffer);
	data.FragmentTable[0].FragmentBuffer = buffer;
	receiving.Packet.RxData = &data;
	status = tcp->Receive(tcp, &receiving);
	if (EFI_ERROR(status))
		end(status);
}

static void EFIAPI connected(EFI_EVENT event, void *context)
{
	(void)event;
	(void)context;
	if (EFI_ERROR(connecting.CompletionToken.Status))
		end(connecting.CompletionToken.Status);
	else
		receive();
}

static void EFIAPI has_received(EFI_EVENT event, void *context)
{
	(void)event;
	(void)context;
	if (EFI_ERROR(receiving.CompletionToken.Status)) {
		end(receiving.CompletionToken.Status);
		return;
	}
	received += data.DataLength;
	receive();
}

static EFI_STATUS create_events(void)
{
	EFI_STATUS status;

	status = uefi_call_wrapper(BS->CreateEvent, 5, EVT_NOTIFY_SIGNAL, TPL_CALLBACK,
				   (EFI_EVENT_NOTIFY)connected, NULL,
				   &connecting.CompletionToken.Event);
	if (EFI_ERROR(status))
		return status;
	return uefi_call_wrapper(BS->CreateEvent, 5, EVT_NOTIFY_SIGNAL, TPL_CALLBACK,
				 (EFI_EVENT_NOTIFY)has_received, NULL,
				 &receiving.CompletionToken.Event);
}

static EFI_STATUS create_child(void)
{
	EFI_STATUS status;

	status = uefi_call_wrapper(BS->LocateProtocol, 3, &binding_guid, NULL,
				   (void **)&binding);
	if (!EFI_ERROR(status))
		status = binding->CreateChild(binding, &child);
	if (!EFI_ERROR(status))
		status = uefi_call_wrapper(BS->HandleProtocol, 3, child, &tcp_guid,
					   (void **)&tcp);
	return status;
}

/* Connect to the address in the upper bits of @where, and to the port in the lower 16 */
static EFI_STATUS EFIAPI net_tcp_start(UINT64 where, UINT64 *value)
{
	EFI_TCP4_CONFIG_DATA config = {
		.TimeToLive = 64,
		.AccessPoint = {
			.UseDefaultAddress = TRUE,
			.RemoteAddress.Addr = { where >> 40, where >> 32, where >> 24,
						where >> 16 },
			.RemotePort = where,
			.ActiveFlag = TRUE,
		},
	};
	EFI_STATUS status;

	*value = 0;
	if (child)
		return EFI_ALREADY_STARTED;
	ended = FALSE;
	received = 0;
	status = create_child();
	if (!EFI_ERROR(status))
		status = create_events();
	if (!EFI_ERROR(status))
		status = tcp->Configure(tcp, &config);
	if (!EFI_ERROR(status))
		status = tcp->Connect(tcp, &connecting);
	return status;
}

TEST_FUNCTION(net_tcp_start, net_tcp_start, .max = TEST_ANY);

/*
 * The value is the number of bytes that were received. The status is EFI_NOT_READY
 * until the connection has ended, and EFI_SUCCESS if the server has closed it.
 */
static EFI_STATUS EFIAPI net_tcp_state(UINT64 unused, UINT64 *value)
{
	(void)unused;
	*value = received;
	if (!child)
		return EFI_NOT_STARTED;
	if (!ended)
		return EFI_NOT_READY;
	tcp->Configure(tcp, NULL);
	binding->DestroyChild(binding, child);
	child = NULL;
	uefi_call_wrapper(BS->CloseEvent, 1, connecting.CompletionToken.Event);
	uefi_call_wrapper(BS->CloseEvent, 1, receiving.CompletionToken.Event);
	return end_status == EFI_CONNECTION_FIN ? EFI_SUCCESS : end_status;
}

TEST_FUNCTION(net_tcp_state, net_tcp_state);
