/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Console protocols for which <linux/efi-protocols.h> has no types: keyboards,
 * terminals and pointers
 *
 * UEFI 2.10, sections 12.2 to 12.7.
 */
#ifndef _EFI_MODE_TEXT_H
#define _EFI_MODE_TEXT_H

#include <linux/efi.h>
#include <linux/efi-protocols.h>

#define EFI_SIMPLE_TEXT_INPUT_PROTOCOL_GUID				\
	EFI_GUID(0x387477c1, 0x69c7, 0x11d2, 0x8e, 0x39, 0x00, 0xa0,	\
		 0xc9, 0x69, 0x72, 0x3b)
#define EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID				\
	EFI_GUID(0xdd9e7534, 0x7762, 0x4698, 0x8c, 0x14, 0xf5, 0x85,	\
		 0x17, 0xa6, 0x25, 0xaa)
#define EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID				\
	EFI_GUID(0x387477c2, 0x69c7, 0x11d2, 0x8e, 0x39, 0x00, 0xa0,	\
		 0xc9, 0x69, 0x72, 0x3b)
#define EFI_SIMPLE_POINTER_PROTOCOL_GUID				\
	EFI_GUID(0x31878c87, 0x0b75, 0x11d5, 0x9a, 0x4f, 0x00, 0x90,	\
		 0x27, 0x3f, 0xc1, 0x4d)
#define EFI_ABSOLUTE_POINTER_PROTOCOL_GUID				\
	EFI_GUID(0x8d59d32b, 0xc655, 0x4ae9, 0x9b, 0x15, 0xf2, 0x59,	\
		 0x04, 0x99, 0x2a, 0x43)

/*
 * Private to edk2: marks the handle of a device that is part of the firmware's
 * console
 */
#define EFI_CONSOLE_OUT_DEVICE_GUID					\
	EFI_GUID(0xd3b36f2c, 0xd551, 0x11d4, 0x9a, 0x46, 0x00, 0x90,	\
		 0x27, 0x3f, 0xc1, 0x4d)

#define EFI_SHIFT_STATE_VALID		0x80000000
#define EFI_RIGHT_SHIFT_PRESSED		0x00000001
#define EFI_LEFT_SHIFT_PRESSED		0x00000002
#define EFI_RIGHT_CONTROL_PRESSED	0x00000004
#define EFI_LEFT_CONTROL_PRESSED	0x00000008
#define EFI_RIGHT_ALT_PRESSED		0x00000010
#define EFI_LEFT_ALT_PRESSED		0x00000020
#define EFI_RIGHT_LOGO_PRESSED		0x00000040
#define EFI_LEFT_LOGO_PRESSED		0x00000080
#define EFI_MENU_KEY_PRESSED		0x00000100
#define EFI_SYS_REQ_PRESSED		0x00000200

#define EFI_TOGGLE_STATE_VALID		0x80
#define EFI_KEY_STATE_EXPOSED		0x40
#define EFI_SCROLL_LOCK_ACTIVE		0x01
#define EFI_NUM_LOCK_ACTIVE		0x02
#define EFI_CAPS_LOCK_ACTIVE		0x04

struct efi_key_state {
	u32 key_shift_state;
	u8  key_toggle_state;
};

struct efi_key_data {
	efi_input_key_t key;
	struct efi_key_state key_state;
};

union efi_simple_text_input_ex_protocol {
	struct {
		void *reset;
		efi_status_t (__efiapi *read_keystroke_ex)(
				union efi_simple_text_input_ex_protocol *self,
				struct efi_key_data *key);
		efi_event_t wait_for_key_ex;
		efi_status_t (__efiapi *set_state)(
				union efi_simple_text_input_ex_protocol *self,
				u8 *toggle_state);
		efi_status_t (__efiapi *register_key_notify)(
				union efi_simple_text_input_ex_protocol *self,
				struct efi_key_data *key,
				efi_status_t (__efiapi *notify)(struct efi_key_data *key),
				void **handle);
		efi_status_t (__efiapi *unregister_key_notify)(
				union efi_simple_text_input_ex_protocol *self,
				void *handle);
	};
};

/*
 * EFI_SIMPLE_POINTER_STATE: movements are in counts, as the hardware reports
 * them
 */
struct efi_simple_pointer_state {
	s32 relative_movement_x;
	s32 relative_movement_y;
	s32 relative_movement_z;
	u8  left_button;
	u8  right_button;
};

union efi_simple_pointer_protocol {
	struct {
		void *reset;
		efi_status_t (__efiapi *get_state)(
				union efi_simple_pointer_protocol *self,
				struct efi_simple_pointer_state *state);
		efi_event_t wait_for_input;
		void *mode;
	};
};

struct efi_absolute_pointer_mode {
	u64 absolute_min_x;
	u64 absolute_min_y;
	u64 absolute_min_z;
	u64 absolute_max_x;
	u64 absolute_max_y;
	u64 absolute_max_z;
	u32 attributes;
};

struct efi_absolute_pointer_state {
	u64 current_x;
	u64 current_y;
	u64 current_z;
	u32 active_buttons;
};

#define EFI_ABSP_TOUCH_ACTIVE		0x00000001
#define EFI_ABS_ALT_ACTIVE		0x00000002

union efi_absolute_pointer_protocol {
	struct {
		void *reset;
		efi_status_t (__efiapi *get_state)(
				union efi_absolute_pointer_protocol *self,
				struct efi_absolute_pointer_state *state);
		efi_event_t wait_for_input;
		struct efi_absolute_pointer_mode *mode;
	};
};

#endif /* _EFI_MODE_TEXT_H */
