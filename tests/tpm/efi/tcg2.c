// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that uses the firmware's TPM, and that stands in for it
 *
 * The functions of the firmware's EFI_TCG2_PROTOCOL are replaced by those in this
 * file, which fail on request, and otherwise call the firmware's.
 */
#include "driver.h"
#include "rom.h"
#include "tcg2.h"
#include "tpm-faults.h"

#define HEADER		10
#define PCR		14
#define EV_IPL		13
#define FORMAT_2	2
/* Of EFI_TCG2_BOOT_SERVICE_CAPABILITY: version 1.0 ends after the manufacturer */
#define OLD_SIZE	28
#define MAX_EVENTS	10000

static EFI_GUID tcg2_guid = TCG2_GUID;

/* The firmware's protocol, and its functions before they were replaced */
static struct tcg2 *tcg2, real;
static UINT64 current, current_ms;

static void set_size(UINT8 *response, UINT32 size)
{
	response[2] = size >> 24;
	response[3] = size >> 16;
	response[4] = size >> 8;
	response[5] = size;
}

static void wait_ms(UINT64 ms)
{
	UINT64 end = rdtsc() + cycles(ms * 1000);

	while (rdtsc() < end)
		;
}

static EFI_STATUS EFIAPI submit(struct tcg2 *this, UINT32 size, UINT8 *command,
				UINT32 response_size, UINT8 *response)
{
	EFI_STATUS status;

	switch (current) {
	case TEST_TPM_ERROR_ONCE:
		current = TEST_TPM_NO_FAULT;
		return EFI_DEVICE_ERROR;
	case TEST_TPM_ERROR:
		return EFI_DEVICE_ERROR;
	case TEST_TPM_EMPTY:
		return EFI_SUCCESS;
	case TEST_TPM_SLOW:
		current = TEST_TPM_NO_FAULT;
		wait_ms(current_ms);
		break;
	}
	status = real.submit(this, size, command, response_size, response);
	if (EFI_ERROR(status))
		return status;
	switch (current) {
	case TEST_TPM_SHORT:
		set_size(response, HEADER - 1);
		break;
	case TEST_TPM_LONG:
		set_size(response, response_size + 1);
		break;
	case TEST_TPM_STRANGE_TAG:
		response[0] = 0;
		response[1] = 0xc4;
		break;
	}
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_capability(struct tcg2 *this, struct capability *c)
{
	UINT8 room = c->size;
	EFI_STATUS status;

	switch (current) {
	case TEST_TPM_NO_CAPABILITY:
		return EFI_DEVICE_ERROR;
	case TEST_TPM_OLD:
		if (room != OLD_SIZE) {
			c->size = OLD_SIZE;
			return EFI_BUFFER_TOO_SMALL;
		}
		break;
	}
	status = real.get_capability(this, c);
	if (EFI_ERROR(status))
		return status;
	switch (current) {
	case TEST_TPM_ABSENT:
		c->present = FALSE;
		break;
	case TEST_TPM_NO_COMMANDS:
		c->max_command = 0;
		break;
	}
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_event_log(struct tcg2 *this, UINT32 format,
				       UINT64 *first, UINT64 *last,
				       BOOLEAN *truncated)
{
	EFI_STATUS status = real.get_event_log(this, format, first, last, truncated);

	if (!EFI_ERROR(status) && current == TEST_TPM_BAD_LOG)
		*last = *first - 1;
	return status;
}

static EFI_STATUS EFIAPI extend(struct tcg2 *this, UINT64 flags, UINT64 data,
				UINT64 size, struct event *event)
{
	if (current == TEST_TPM_NO_EXTEND)
		return EFI_DEVICE_ERROR;
	return real.extend(this, flags, data, size, event);
}

static EFI_STATUS find_tcg2(void)
{
	if (tcg2)
		return EFI_SUCCESS;
	return uefi_call_wrapper(BS->LocateProtocol, 3, &tcg2_guid, NULL,
				 (void **)&tcg2);
}

/* From now on the TPM has the fault @argument, see tpm-faults.h */
static EFI_STATUS EFIAPI tpm_fault(UINT64 argument, UINT64 *value)
{
	EFI_STATUS status = find_tcg2();

	if (EFI_ERROR(status))
		return status;
	if (!real.submit) {
		real = *tcg2;
		tcg2->get_capability = get_capability;
		tcg2->get_event_log = get_event_log;
		tcg2->extend = extend;
		tcg2->submit = submit;
	}
	current = argument & ((1 << TEST_TPM_MS_SHIFT) - 1);
	current_ms = argument >> TEST_TPM_MS_SHIFT;
	*value = 0;
	return EFI_SUCCESS;
}

TEST_FUNCTION(tpm_fault, tpm_fault, .max = TEST_ANY);

/*
 * Extend PCR 14 up to @nr times, and log the events. The value is the number of
 * events until the firmware failed.
 */
static EFI_STATUS EFIAPI tpm_extend(UINT64 nr, UINT64 *value)
{
	static struct event event = {
		.size = sizeof(event),
		.header_size = sizeof(event) - sizeof(event.size) - sizeof(event.text),
		.header_version = 1,
		.pcr = PCR,
		.type = EV_IPL,
		.text = "an event of another EFI driver",
	};
	EFI_STATUS status = find_tcg2();

	for (*value = 0; !EFI_ERROR(status) && *value < nr; (*value)++)
		status = tcg2->extend(tcg2, 0, (UINT64)event.text,
				      sizeof(event.text), &event);
	return status;
}

TEST_FUNCTION(tpm_extend, tpm_extend, .max = MAX_EVENTS);

EFI_STATUS load_driver_again(void)
{
	static EFI_GUID loaded_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_DEVICE_PATH *path;
	EFI_LOADED_IMAGE *loaded;
	EFI_HANDLE image = NULL;
	EFI_STATUS status;

	status = uefi_call_wrapper(BS->HandleProtocol, 3, driver_image, &loaded_guid,
				   (void **)&loaded);
	if (EFI_ERROR(status))
		return status;
	path = AppendDevicePath(DevicePathFromHandle(loaded->DeviceHandle),
				loaded->FilePath);
	status = uefi_call_wrapper(BS->LoadImage, 6, FALSE, driver_image, path, NULL,
				   0, &image);
	if (!EFI_ERROR(status))
		status = uefi_call_wrapper(BS->UnloadImage, 1, image);
	FreePool(path);
	return status;
}

static EFI_STATUS EFIAPI tpm_load_image(UINT64 unused, UINT64 *value)
{
	(void)unused;
	*value = 0;
	return load_driver_again();
}

TEST_FUNCTION(tpm_load_image, tpm_load_image);
