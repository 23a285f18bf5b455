// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware's settings that this image or the kernel may change: the graphics mode,
 * the text console, the watchdog, the period of its clock, speculation
 *
 * They are noted when the image begins, and are made as they were before it exits.
 * What nobody has changed is not touched, since setting a mode clears a screen.
 */
#include <asm/cpuid.h>
#include <asm/msr.h>

#include "boot.h"

#include <efi-mode/text.h>
#include <efi-mode/timer-arch.h>

/* If there are more of a kind than this, they are left as they are */
#define MAX_HANDLES	16

/* From the Platform Initialization specification, volume 2, section 12.14 */
#define WATCHDOG_TIMER_ARCH_PROTOCOL_GUID \
	EFI_GUID(0x665e3ff5, 0x46cc, 0x11d4, 0x9a, 0x38, 0x00, 0x90, 0x27, \
		 0x3f, 0xc1, 0x4d)

/* A screen whose path is longer is known by its handle */
#define MAX_PATH	128

#define WATCHDOG_UNITS	10000000	/* of 100 ns in a second */

union watchdog_timer_arch_protocol {
	struct {
		void *register_handler;
		void *set_timer_period;
		efi_status_t (__efiapi *get_timer_period)(union watchdog_timer_arch_protocol *,
							  u64 *);
	};
};

static const efi_system_table_t *firmware;

/* If firmware's driver of a screen is connected anew, it has another handle then */
static struct output {
	efi_handle_t handle;
	u8 path[MAX_PATH];
	u64 path_size;			/* 0: it has none */
	u32 mode;
} outputs[MAX_HANDLES];
static unsigned int nr_outputs;

/* Of each terminal; that of ConOut is only what was last written to all of them */
static struct {
	efi_handle_t handle;
	efi_simple_text_output_mode_t mode;
} terminals[MAX_HANDLES];
static unsigned int nr_terminals;

static efi_simple_text_output_mode_t text;
static u64 watchdog_seconds;
static u64 clock_period;		/* in 100 ns; 0: not known */

static bool has_speculation_control;
static u64 speculation_control;		/* IA32_SPEC_CTRL */

static unsigned int settings_locate(const efi_boot_services_t *bs, efi_guid_t *guid,
				    efi_handle_t handles[MAX_HANDLES])
{
	unsigned long size = MAX_HANDLES * sizeof(*handles);

	if (bs->locate_handle(EFI_LOCATE_BY_PROTOCOL, guid, NULL, &size,
			      handles) != EFI_SUCCESS)
		return 0;
	return size / sizeof(*handles);
}

static efi_graphics_output_protocol_t *
settings_read_output(const efi_boot_services_t *bs, efi_handle_t handle,
		     struct output *o)
{
	efi_guid_t guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	efi_guid_t path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
	efi_graphics_output_protocol_t *gop;
	efi_device_path_protocol_t *path;

	if (bs->handle_protocol(handle, &guid, (void **)&gop) != EFI_SUCCESS ||
	    !gop->mode)
		return NULL;
	o->handle = handle;
	o->mode = gop->mode->mode;
	o->path_size = sizeof(o->path);
	if (bs->handle_protocol(handle, &path_guid, (void **)&path) !=
	    EFI_SUCCESS ||
	    efi_mode_read_path(path, o->path, &o->path_size) != EFI_SUCCESS)
		o->path_size = 0;
	return gop;
}

static bool settings_is_same_output(const struct output *a, const struct output *b)
{
	if (a->path_size != b->path_size)
		return false;
	return a->path_size ? !memcmp(a->path, b->path, a->path_size) :
			      a->handle == b->handle;
}

static void settings_note_outputs(const efi_boot_services_t *bs)
{
	efi_guid_t guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	efi_handle_t handles[MAX_HANDLES];
	unsigned int i, nr = settings_locate(bs, &guid, handles);

	for (i = 0; i < nr; i++)
		if (settings_read_output(bs, handles[i], &outputs[nr_outputs]))
			nr_outputs++;
}

static efi_simple_text_output_protocol_t *
settings_terminal_of(const efi_boot_services_t *bs, efi_handle_t handle)
{
	efi_guid_t guid = EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID;
	efi_simple_text_output_protocol_t *out;

	if (bs->handle_protocol(handle, &guid, (void **)&out) != EFI_SUCCESS)
		return NULL;
	return out->mode ? out : NULL;
}

static void settings_note_terminals(const efi_boot_services_t *bs)
{
	efi_guid_t guid = EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID;
	efi_simple_text_output_protocol_t *out;
	efi_handle_t handles[MAX_HANDLES];
	unsigned int i, nr = settings_locate(bs, &guid, handles);

	for (i = 0; i < nr; i++) {
		out = settings_terminal_of(bs, handles[i]);
		if (!out)
			continue;
		terminals[nr_terminals].handle = handles[i];
		terminals[nr_terminals++].mode = *out->mode;
	}
}

static const struct output *settings_find_output(const struct output *now)
{
	const struct output *o;

	for (o = outputs; o < outputs + nr_outputs; o++)
		if (settings_is_same_output(o, now))
			return o;
	return NULL;
}

/* Of the screens that there are by now. One that has come meanwhile is left alone. */
static bool settings_restore_outputs(const efi_boot_services_t *bs)
{
	efi_guid_t guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	efi_graphics_output_protocol_t *gop;
	efi_handle_t handles[MAX_HANDLES];
	const struct output *before;
	unsigned int i, nr = settings_locate(bs, &guid, handles);
	bool changed = false;
	struct output now;

	for (i = 0; i < nr; i++) {
		gop = settings_read_output(bs, handles[i], &now);
		before = gop ? settings_find_output(&now) : NULL;
		if (!before || before->mode == now.mode)
			continue;
		gop->set_mode(gop, before->mode);
		changed = true;
	}
	return changed;
}

/* The caller of this image goes on at the beginning of a line */
static void settings_restore_terminal(efi_simple_text_output_protocol_t *out,
				      const efi_simple_text_output_mode_t *mode)
{
	static efi_char16_t newline[] = L"\r\n";

	if (out->mode->attribute != mode->attribute)
		out->set_attribute(out, mode->attribute);
	if (out->mode->cursor_visible != mode->cursor_visible)
		out->enable_cursor(out, mode->cursor_visible);
	if (out->mode->cursor_column)
		out->output_string(out, newline);
}

/*
 * ConOut is the last: it passes on to all of them what it is told. Behind another
 * graphics mode there is nothing left to go on with.
 */
static void settings_restore_text(bool screen_is_new)
{
	efi_simple_text_output_protocol_t *out;
	unsigned int i;

	for (i = 0; i < nr_terminals; i++) {
		out = settings_terminal_of(firmware->boottime, terminals[i].handle);
		if (out)
			settings_restore_terminal(out, &terminals[i].mode);
	}
	out = firmware->con_out;
	if (!out || !out->mode)
		return;
	if (out->mode->mode != text.mode || screen_is_new)
		out->set_mode(out, text.mode);
	settings_restore_terminal(out, &text);
}

/*
 * The boot manager gives each boot option five minutes, which are over long before
 * the kernel ends; the UEFI shell switches the watchdog off for itself, and would
 * not do so again. No service of UEFI tells which of them it was, but the protocol
 * below SetWatchdogTimer() does. Without it the watchdog stays off: those who want
 * it set it before they start the next image (UEFI 2.10, section 3.1.2).
 */
static u64 settings_read_watchdog(const efi_boot_services_t *bs)
{
	efi_guid_t guid = WATCHDOG_TIMER_ARCH_PROTOCOL_GUID;
	union watchdog_timer_arch_protocol *watchdog;
	u64 period;

	if (bs->locate_protocol(&guid, NULL, (void **)&watchdog) !=
	    EFI_SUCCESS ||
	    watchdog->get_timer_period(watchdog, &period) != EFI_SUCCESS)
		return 0;
	return period / WATCHDOG_UNITS;
}

static union efi_timer_arch_protocol *
settings_read_clock(const efi_boot_services_t *bs, u64 *period)
{
	efi_guid_t guid = EFI_TIMER_ARCH_PROTOCOL_GUID;
	union efi_timer_arch_protocol *timer;

	if (bs->locate_protocol(&guid, NULL, (void **)&timer) != EFI_SUCCESS ||
	    timer->get_timer_period(timer, period) != EFI_SUCCESS)
		return NULL;
	return timer;
}

/* If firmware had something of ours to look after until now it is fast */
static void settings_restore_clock(void)
{
	union efi_timer_arch_protocol *timer;
	u64 period;

	timer = settings_read_clock(firmware->boottime, &period);
	if (timer && clock_period && period != clock_period)
		timer->set_timer_period(timer, clock_period);
}

/*
 * Intel SDM volume 3, "IA32_SPEC_CTRL MSR"; AMD64 APM volume 2, "Speculation Control MSRs".
 * As long as the kernel runs, what it has set there holds for the firmware as well: the
 * firmware maps all memory, and the branch predictors have been trained by user space.
 */
#define SPEC_CTRL_OF_INTEL	(BIT(26) | BIT(27) | BIT(31))	/* CPUID.7.0:EDX */
#define SPEC_CTRL_OF_AMD	(BIT(14) | BIT(15) | BIT(24))	/* 8000_0008:EBX */

static void settings_note_speculation(void)
{
	u32 eax, ebx, ecx, edx;

	if (native_cpuid_eax(0) >= 7) {
		cpuid_count(7, 0, &eax, &ebx, &ecx, &edx);
		has_speculation_control = edx & SPEC_CTRL_OF_INTEL;
	}
	if (native_cpuid_eax(0x80000000) >= 0x80000008 &&
	    (native_cpuid_ebx(0x80000008) & SPEC_CTRL_OF_AMD))
		has_speculation_control = true;
	if (has_speculation_control)
		speculation_control = efi_mode_read_msr(MSR_IA32_SPEC_CTRL);
}

static void settings_restore_speculation(void)
{
	if (has_speculation_control &&
	    efi_mode_read_msr(MSR_IA32_SPEC_CTRL) != speculation_control)
		efi_mode_write_msr(MSR_IA32_SPEC_CTRL, speculation_control);
}

/**
 * efi_mode_settings_note() - note what is to be restored
 * @systab:	the firmware's system table
 */
void efi_mode_settings_note(const efi_system_table_t *systab)
{
	firmware = systab;
	settings_note_outputs(systab->boottime);
	settings_note_terminals(systab->boottime);
	if (systab->con_out && systab->con_out->mode)
		text = *systab->con_out->mode;
	watchdog_seconds = settings_read_watchdog(systab->boottime);
	if (!settings_read_clock(systab->boottime, &clock_period))
		clock_period = 0;
	settings_note_speculation();
}

/**
 * efi_mode_settings_restore() - make firmware's settings as they were
 *
 * The watchdog begins anew: its caller has the time that it had given.
 */
void efi_mode_settings_restore(void)
{
	const efi_boot_services_t *bs = firmware->boottime;

	settings_restore_speculation();
	settings_restore_clock();
	settings_restore_text(settings_restore_outputs(bs));
	if (watchdog_seconds)
		bs->set_watchdog_timer(watchdog_seconds, 0, 0, NULL);
}
