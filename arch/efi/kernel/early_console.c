// SPDX-License-Identifier: GPL-2.0-only
/*
 * The boot console: kernel messages on firmware's text console
 *
 * From the moment at which firmware can be called, and with all that was said
 * before, until the driver in drivers/efi-mode takes over. If it never does, or
 * with keep_bootcon, this one goes on whenever no other call is under way, and as long
 * as Linux has no screen of its own: ConOut is the screen, too.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/console.h>
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/io.h>

#include <asm/efi-mode.h>
#include <efi-mode/firmware.h>

/* In use with the console lock held; firmware gets its physical address */
static efi_char16_t buffer[128];

static void flush(unsigned int len)
{
	unsigned long con_out = (unsigned long)efi_mode_systab()->con_out;

	buffer[len] = 0;
	efi_mode_proto_call(efi_mode_call_atomic,
			    efi_simple_text_output_protocol_t, con_out,
			    output_string, __pa_symbol(buffer));
}

bool efi_mode_has_screen(void)
{
#ifdef CONFIG_VT
	return conswitchp && conswitchp != &dummy_con;
#else
	return false;
#endif
}

static void early_write(struct console *con, const char *s, unsigned int n)
{
	unsigned int len = 0;

	if (efi_mode_has_screen())
		return;
	for (; n; n--, s++) {
		if (*s == '\n')
			buffer[len++] = '\r';
		buffer[len++] = isascii(*s) ? *s : '?';
		/* Room for a line end and the terminator */
		if (len > ARRAY_SIZE(buffer) - 3) {
			flush(len);
			len = 0;
		}
	}
	if (len)
		flush(len);
}

static struct console early_efi_console = {
	.name	= "earlyefi",
	.write	= early_write,
	.flags	= CON_BOOT | CON_PRINTBUFFER,
	.index	= -1,
};

/**
 * efi_mode_early_console() - register the boot console
 *
 * Also says what the messages go to, if the command line does not: the screen, and
 * firmware's terminal, which is /dev/console if there is one.
 *
 * Context: setup_arch(), after efi_mode_map_handoff().
 */
void __init efi_mode_early_console(void)
{
	if (!efi_mode_systab()->con_out)
		return;
	/* Once there is a preferred one, no other is enabled by default */
	register_console(&early_efi_console);
	if (IS_ENABLED(CONFIG_VT_CONSOLE))
		add_preferred_console("tty", 0, NULL);
	add_preferred_console("hvc", 0, NULL);
}

void efi_mode_end_early_console(void)
{
	if (console_is_registered(&early_efi_console))
		unregister_console(&early_efi_console);
}
