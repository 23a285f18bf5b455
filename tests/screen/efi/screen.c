// SPDX-License-Identifier: GPL-2.0-only
/*
 * A screen in memory that has unusual modes and fails on request
 *
 * One mode is 0x0, QueryMode() fails for one, one has pixels of 16 bits and
 * padded lines, and one has a frame buffer without an address. Blt() and
 * SetMode() fail, and SetMode() takes long, on request.
 */
#include "driver.h"
#include "screen.h"

#define VENDOR_GUID { 0x2c1d9c5e, 0x1f0a, 0x4a33,			\
	{ 0xa8, 0x0c, 0x6f, 0x5e, 0x9d, 0x21, 0x77, 0x04 } }

#define MAX_WIDTH	640
#define MAX_HEIGHT	400
#define WIDTH_565	320
#define HEIGHT_565	240
#define LINE_565	352

static EFI_GUID gop_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
static EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

static struct vendor_path path = VENDOR_PATH(VENDOR_GUID);

static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION infos[] = {
	{ 0, 0, 0, PixelBltOnly, { 0, 0, 0, 0 }, 0 },
	{ 0, 320, 200, PixelBltOnly, { 0, 0, 0, 0 }, 0 },
	{ 0, WIDTH_565, HEIGHT_565, PixelBitMask,
	  { 0xf800, 0x07e0, 0x001f, 0 }, LINE_565 },
	{ 0, WIDTH_565, HEIGHT_565, PixelBltOnly, { 0, 0, 0, 0 }, 0 },
	{ 0, MAX_WIDTH, MAX_HEIGHT, PixelBlueGreenRedReserved8BitPerColor,
	  { 0, 0, 0, 0 }, MAX_WIDTH },
	/* QueryMode() fails for this mode */
	{ 0, 400, 300, PixelBltOnly, { 0, 0, 0, 0 }, 0 },
};

#define NR_MODES	(sizeof(infos) / sizeof(*infos))
#define UNKNOWN_MODE	(NR_MODES - 1)
#define FIRST_MODE	1
#define MODE_565	2

static UINT32 pixels[MAX_WIDTH * MAX_HEIGHT];
static UINT16 pixels_565[LINE_565 * HEIGHT_565] __attribute__((aligned(4096)));

static EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE mode;
static EFI_GRAPHICS_OUTPUT_PROTOCOL gop;
static EFI_HANDLE handle;
static volatile UINT64 strays, blts, fail_blt, fail_mode, slow_mode;

static EFI_STATUS EFIAPI query_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *this,
				    UINT32 number, UINTN *size,
				    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION **info)
{
	EFI_STATUS status;

	(void)this;
	if (number >= mode.MaxMode)
		return EFI_INVALID_PARAMETER;
	if (number == UNKNOWN_MODE)
		return EFI_DEVICE_ERROR;
	status = uefi_call_wrapper(BS->AllocatePool, 3, EfiBootServicesData,
				   sizeof(**info), (void **)info);
	if (EFI_ERROR(status))
		return status;
	**info = infos[number];
	*size = sizeof(**info);
	return EFI_SUCCESS;
}

static void enter_mode(UINT32 number)
{
	mode.Mode = number;
	mode.Info = &infos[number];
	mode.SizeOfInfo = sizeof(infos[number]);
	mode.FrameBufferBase = number == MODE_565 ? (UINTN)pixels_565 : 0;
	mode.FrameBufferSize = number == MODE_565 ? sizeof(pixels_565) : 0;
}

static EFI_STATUS EFIAPI set_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *this,
				  UINT32 number)
{
	(void)this;
	if (slow_mode)
		uefi_call_wrapper(BS->Stall, 1, slow_mode * 1000);
	if (fail_mode) {
		fail_mode--;
		return EFI_DEVICE_ERROR;
	}
	if (number >= mode.MaxMode)
		return EFI_UNSUPPORTED;
	enter_mode(number);
	ZeroMem(pixels, sizeof(pixels));
	ZeroMem(pixels_565, sizeof(pixels_565));
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI blt(EFI_GRAPHICS_OUTPUT_PROTOCOL *this,
			     EFI_GRAPHICS_OUTPUT_BLT_PIXEL *buffer,
			     EFI_GRAPHICS_OUTPUT_BLT_OPERATION operation,
			     UINTN source_x, UINTN source_y, UINTN x, UINTN y,
			     UINTN width, UINTN height, UINTN delta)
{
	UINTN i, j;

	(void)this;
	blts++;
	if (fail_blt) {
		fail_blt--;
		return EFI_DEVICE_ERROR;
	}
	if (!width || !height || x + width > mode.Info->HorizontalResolution ||
	    y + height > mode.Info->VerticalResolution)
		return EFI_INVALID_PARAMETER;
	for (i = 0; i < height; i++) {
		for (j = 0; j < width; j++) {
			UINT32 *to = &pixels[(y + i) * MAX_WIDTH + x + j];
			UINT8 *from = (UINT8 *)buffer;

			if (operation == EfiBltBufferToVideo)
				from += (source_y + i) * delta +
					(source_x + j) * sizeof(*to);
			else if (operation != EfiBltVideoFill)
				return EFI_UNSUPPORTED;
			*to = *(UINT32 *)from & 0xffffff;
		}
	}
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI stray(void)
{
	strays++;
	return EFI_DEVICE_ERROR;
}

static EFI_STATUS install(UINT32 modes)
{
	if (handle)
		return EFI_ALREADY_STARTED;
	mode.MaxMode = modes;
	enter_mode(modes > FIRST_MODE ? FIRST_MODE : 0);
	gop.QueryMode = query_mode;
	gop.SetMode = set_mode;
	gop.Blt = blt;
	gop.Mode = &mode;
	return uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 6,
				 &handle, &path_guid, &path, &gop_guid, &gop,
				 NULL);
}

static EFI_STATUS remove(void)
{
	EFI_STATUS status;

	if (!handle)
		return EFI_NOT_STARTED;
	status = uefi_call_wrapper(BS->UninstallMultipleProtocolInterfaces, 6,
				   handle, &path_guid, &path, &gop_guid, &gop,
				   NULL);
	if (EFI_ERROR(status))
		return status;
	handle = NULL;
	gop.QueryMode = (void *)stray;
	gop.SetMode = (void *)stray;
	gop.Blt = (void *)stray;
	gop.Mode = NULL;
	return EFI_SUCCESS;
}

static UINT64 pixel(UINT32 x, UINT32 y)
{
	if (x >= MAX_WIDTH || y >= MAX_HEIGHT)
		return 0;
	if (mode.Mode == MODE_565)
		return pixels_565[y * LINE_565 + x];
	return pixels[y * MAX_WIDTH + x];
}

/* See TEST_SCREEN_* in screen.h */
static EFI_STATUS EFIAPI screen(UINT64 what, UINT64 *value)
{
	UINT64 argument = what >> 8;

	*value = 0;
	switch (what & 0xff) {
	case TEST_SCREEN_INSTALL:
		return install(argument ? 1 : NR_MODES);
	case TEST_SCREEN_REMOVE:
		return remove();
	case TEST_SCREEN_REINSTALL:
		mode.MaxMode = argument;
		return uefi_call_wrapper(BS->ReinstallProtocolInterface, 4,
					 handle, &gop_guid, &gop, &gop);
	case TEST_SCREEN_FAIL_BLT:
		fail_blt = argument;
		return EFI_SUCCESS;
	case TEST_SCREEN_FAIL_MODE:
		fail_mode = argument;
		return EFI_SUCCESS;
	case TEST_SCREEN_SLOW_MODE:
		slow_mode = argument;
		return EFI_SUCCESS;
	case TEST_SCREEN_SET_MODE:
		return set_mode(&gop, argument);
	case TEST_SCREEN_MODE:
		*value = mode.Mode;
		return EFI_SUCCESS;
	case TEST_SCREEN_PIXEL:
		*value = pixel(argument & 0xffffff, what >> 32);
		return EFI_SUCCESS;
	case TEST_SCREEN_BLTS:
		*value = blts;
		return EFI_SUCCESS;
	case TEST_SCREEN_STRAY:
		*value = strays;
		return EFI_SUCCESS;
	default:
		return EFI_INVALID_PARAMETER;
	}
}

TEST_FUNCTION(screen, screen, .max = TEST_ANY);
