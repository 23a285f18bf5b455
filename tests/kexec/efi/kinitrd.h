/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An initrd by the Load File 2 protocol
 */
#ifndef KINITRD_H
#define KINITRD_H

#include <efi.h>
#include <efilib.h>

#define INITRD_GUID { 0x5568e427, 0x68fc, 0x4f3d,			\
	{ 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } }
#define LOAD_FILE2_GUID { 0x4006c0c1, 0xfcb3, 0x403e,			\
	{ 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d } }

static struct {
	VENDOR_DEVICE_PATH vendor;
	EFI_DEVICE_PATH end;
} __attribute__((packed)) initrd_path = {
	.vendor = {
		.Header = { MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP,
			    { sizeof(VENDOR_DEVICE_PATH), 0 } },
		.Guid = INITRD_GUID,
	},
	.end = { END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,
		 { sizeof(EFI_DEVICE_PATH), 0 } },
};

/* The handle that offers an initrd, or NULL */
static inline EFI_HANDLE find_initrd(void)
{
	EFI_DEVICE_PATH *path = (EFI_DEVICE_PATH *)&initrd_path;
	EFI_GUID guid = LOAD_FILE2_GUID;
	EFI_HANDLE handle;

	if (EFI_ERROR(BS->LocateDevicePath(&guid, &path, &handle)))
		return NULL;
	return handle;
}

#endif /* KINITRD_H */
