// SPDX-License-Identifier: GPL-2.0-only
/*
 * Save and restore settings of the firmware
 *
 * The image or the kernel may change the graphics modes, the text console, the
 * watchdog, the period of the firmware's clock, and the speculation controls.
 * These settings are saved when the image starts, and restored before it exits.
 * A setting that has not changed is not written, because setting a mode clears
 * the screen.
 */
#include <asm/cpuid/api.h>
#include <asm/msr.h>

#include "boot.h"

#include <efi-mode/text.h>
#include <efi-mode/timer-arch.h>

/*
 * If the firmware has more screens or more terminals, none of that kind is
 * saved
 */
#define MAX_HANDLES	16

/* Platform Initialization Specification 1.8, volume 2, section 12.14 */
#define WATCHDOG_TIMER_ARCH_PROTOCOL_GUID \
	EFI_GUID(0x665e3ff5, 0x46cc, 0x11d4, 0x9a, 0x38, 0x00, 0x90, 0x27, \
		 0x3f, 0xc1, 0x4d)

/* A screen with a longer device path is identified by its handle */
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

/*
 * Screens. They are identified by their device paths, because a screen gets
 * another handle if the firmware disconnects and reconnects its driver.
 */
static struct output {
	efi_handle_t handle;
	u8 path[MAX_PATH];
	u64 path_size;			/* bytes; 0: no path */
	u32 mode;
} outputs[MAX_HANDLES];
static unsigned int nr_outputs;

/*
 * Terminals. The mode of ConOut is not enough: it is the one that was last set
 * for all terminals together.
 */
static struct {
	efi_handle_t handle;
	efi_simple_text_output_mode_t mode;
} terminals[MAX_HANDLES];
static unsigned int nr_terminals;

static efi_simple_text_output_mode_t text;
static u64 watchdog_seconds;
static u64 clock_period;		/* in units of 100 ns; 0: not known */

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

/*
 * Restore the modes of those saved screens that still exist. Screens that were
 * added since then keep their mode.
 */
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

/*
 * Also go to a new line, so that the caller's output starts in the first column
 */
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
 * ConOut comes last, because it passes its settings on to all terminals. If the
 * graphics mode of a screen has changed, the contents of the screen are lost,
 * so set the text mode of ConOut again in any case.
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
 * Read the period of the watchdog. The boot manager sets the watchdog to five
 * minutes for each boot option. The UEFI shell disables it once, and would not
 * disable it again. No UEFI service reports the period, but the watchdog
 * architectural protocol, which implements SetWatchdogTimer(), does. If the
 * firmware does not have this protocol, the watchdog stays off. A boot manager
 * sets it before it starts the next image (UEFI 2.10, section 3.1.2).
 *
 * Return: seconds; 0 if the watchdog is off, or its period is not known.
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

/*
 * The kernel may have left the firmware's clock faster than it was
 * (fast-tick.c)
 */
static void settings_restore_clock(void)
{
	union efi_timer_arch_protocol *timer;
	u64 period;

	timer = settings_read_clock(firmware->boottime, &period);
	if (timer && clock_period && period != clock_period)
		timer->set_timer_period(timer, clock_period);
}

/*
 * Intel SDM volume 3, "IA32_SPEC_CTRL MSR"; AMD64 APM volume 2, "Speculation
 * Control MSRs".
 *
 * The world switch leaves the speculation controls as they are, so the kernel's
 * also apply to the firmware. This protects the kernel, because the firmware
 * maps all memory and runs with branch predictors that user space has trained.
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
 * efi_mode_settings_note() - save the settings of the firmware
 * @systab:	the firmware's system table
 *
 * Context: the firmware's world, TPL_APPLICATION.
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
 * efi_mode_settings_restore() - restore the settings of the firmware
 *
 * If the watchdog was on, it starts anew with its whole period.
 *
 * Context: the firmware's world, TPL_APPLICATION, after
 * efi_mode_settings_note().
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
