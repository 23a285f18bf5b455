// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print a message if the kernel was not started by its EFI stub, and stop
 *
 * A boot loader for BIOS, or the "linux" command of a boot loader that has
 * called ExitBootServices(), starts the kernel by the x86 boot protocol. Then
 * there is no firmware to call, and no console. The message goes to the devices
 * that such a machine may have: the first serial port, and the screen that the
 * boot loader describes.
 */
#include <linux/font.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/screen_info.h>
#include <linux/serial_reg.h>
#include <linux/string.h>
#include <linux/sysfb.h>

#include <asm/efi-mode.h>

#define COM1		0x3f8
#define BAUD_DIVISOR	1		/* 115200 */
#define UART_TRIES	100000		/* a byte takes 87 us, an access 1 us */

#define VGA_TEXT	0xb8000
#define VGA_TEXT_SIZE	0x8000
#define VGA_WHITE	0x0f00

static void __init enofw_write_serial(const char *s)
{
	unsigned int tries;

	if (inb(COM1 + UART_LSR) == 0xff)
		return;
	outb(UART_LCR_DLAB | UART_LCR_WLEN8, COM1 + UART_LCR);
	outb(BAUD_DIVISOR, COM1 + UART_DLL);
	outb(0, COM1 + UART_DLM);
	outb(UART_LCR_WLEN8, COM1 + UART_LCR);
	outb(UART_MCR_DTR | UART_MCR_RTS, COM1 + UART_MCR);
	for (; *s; s++) {
		for (tries = 0; tries < UART_TRIES &&
		     !(inb(COM1 + UART_LSR) & UART_LSR_THRE); tries++)
			;
		outb(*s, COM1 + UART_TX);
	}
}

/* Write from the line of the cursor on, or to the last lines */
static void __init enofw_write_text(const char *s)
{
	const struct screen_info *si = &sysfb_primary_display.screen;
	unsigned int columns = max(si->orig_video_cols, 1);
	unsigned int lines = DIV_ROUND_UP(strlen(s), columns);
	unsigned int rows = max(si->orig_video_lines, lines);
	unsigned int row = min(si->orig_y, rows - lines);
	unsigned int i = row * columns, end = i + lines * columns;
	u16 __iomem *screen;

	if (end * sizeof(*screen) > VGA_TEXT_SIZE)
		return;
	screen = early_ioremap(VGA_TEXT, VGA_TEXT_SIZE);
	if (!screen)
		return;
	for (; i < end; i++)
		writew(VGA_WHITE | (*s >= ' ' ? *s++ : ' '), screen + i);
	early_iounmap(screen, VGA_TEXT_SIZE);
}

/*
 * White on black looks alike in all pixel formats, so only their size matters
 */
static void __init enofw_draw_line(u8 __iomem *line, const struct font_desc *font,
				   unsigned int y, const char *s)
{
	const struct screen_info *si = &sysfb_primary_display.screen;
	unsigned int bytes = DIV_ROUND_UP(si->lfb_depth, 8);
	const u8 *glyphs = font->data;
	unsigned int x, width;

	for (; *s >= ' '; s++) {
		width = min(font->width, 8);
		for (x = 0; x < width; x++, line += bytes)
			memset_io(line, glyphs[(u8)*s * font->height + y] & (0x80 >> x) ?
				  0xff : 0, bytes);
	}
}

static void __init enofw_draw(const char *s)
{
	const struct screen_info *si = &sysfb_primary_display.screen;
	const struct font_desc *font = find_font("VGA8x16");
	u64 base = si->lfb_base;
	u32 pitch = si->lfb_linelength;
	size_t columns = si->lfb_width / 8;
	u8 __iomem *line;
	char text[128];
	unsigned int y;

	if (!font || !base || si->lfb_depth < 15)
		return;
	if (si->capabilities & VIDEO_CAPABILITY_64BIT_BASE)
		base |= (u64)si->ext_lfb_base << 32;
	strscpy(text, s, min(sizeof(text), columns + 1));
	for (y = 0; y < font->height; y++) {
		line = early_ioremap(base + (u64)y * pitch, pitch);
		if (!line)
			return;
		enofw_draw_line(line, font, y, text);
		early_iounmap(line, pitch);
	}
}

/**
 * efi_mode_no_firmware() - say how to start this kernel, and panic
 *
 * Context: setup_arch(), while only early mappings are possible.
 */
void __init __noreturn efi_mode_no_firmware(void)
{
	const struct screen_info *si = &sysfb_primary_display.screen;
	static const char message[] __initconst =
		"This kernel is an EFI application: start it from the UEFI shell, a boot entry or a boot manager.\r\n";

	enofw_write_serial(message);
	if (si->orig_video_isVGA == VIDEO_TYPE_VLFB ||
	    si->orig_video_isVGA == VIDEO_TYPE_EFI)
		enofw_draw(message);
	else if (si->orig_video_isVGA == 1)
		enofw_write_text(message);
	panic("efi-mode: not started by the EFI stub\n");
}
