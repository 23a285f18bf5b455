// SPDX-License-Identifier: GPL-2.0-only
/*
 * The boot console: kernel messages on the firmware's text console
 *
 * It prints from the moment at which the firmware can be called, beginning with
 * all earlier messages, until the driver in drivers/efi-mode takes over. If the
 * driver never does, or with keep_bootcon, the boot console continues whenever
 * no other firmware call is in progress. It prints nothing while Linux has a
 * screen of its own, because ConOut writes to the same screen.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/console.h>
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/io.h>

#include <asm/efi-mode.h>
#include <efi-mode/call.h>
#include <efi-mode/early-console.h>

/* Characters per call; few, because interrupts are held off meanwhile */
#define PIECE	125

/*
 * Text that the firmware has not printed yet: an atomic call fails while the
 * firmware is interrupted in other work
 */
static u8 text[4096];
static unsigned int length;

/*
 * @text and @piece are only used with the console lock held, or by econ_exit()
 * after the console has been unregistered
 */
static efi_char16_t piece[PIECE + 1];

static efi_status_t econ_show_piece(unsigned int flags, unsigned int begin,
				    unsigned int end)
{
	efi_simple_text_output_protocol_t *con_out = efi_mode_systab()->con_out;
	efi_char16_t *to = piece;

	while (begin < end)
		*to++ = text[begin++];
	*to = 0;
	return efi_table_call(flags, "console", con_out, output_string, con_out,
			      efi_phys(piece));
}

/* @flags: EFI_CALL_* */
static void econ_show(unsigned int flags)
{
	unsigned int begin = 0, end;

	while (begin < length) {
		end = min(begin + PIECE, length);
		if (econ_show_piece(flags, begin, end) == EFI_NOT_READY)
			break;
		begin = end;
	}
	length -= begin;
	memmove(text, text + begin, length);
}

static void econ_add(u8 c)
{
	if (length < sizeof(text))
		text[length++] = c;
}

bool efi_mode_has_screen(void)
{
#ifdef CONFIG_VT
	return conswitchp && conswitchp != &dummy_con;
#else
	return false;
#endif
}

static void econ_write(struct console *con, const char *s, unsigned int n)
{
	if (efi_mode_has_screen())
		return;
	for (; n; n--, s++) {
		if (*s == '\n')
			econ_add('\r');
		econ_add(isascii(*s) ? *s : '?');
	}
	econ_show(panic_in_progress() ? EFI_CALL_PANIC : EFI_CALL_ATOMIC);
}

/* Print the remaining text, and wait for the firmware if it is busy */
static int econ_exit(struct console *con)
{
	econ_show(0);
	return 0;
}

static struct console early_efi_console = {
	.name	= "earlyefi",
	.write	= econ_write,
	.exit	= econ_exit,
	.flags	= CON_BOOT | CON_PRINTBUFFER,
	.index	= -1,
};

/**
 * efi_mode_early_console() - register the boot console
 *
 * If the command line does not name a console, the preferred ones are tty0, the
 * screen, and hvc0, a terminal of the firmware. If hvc0 exists, it is
 * /dev/console.
 *
 * Context: setup_arch(), after efi_mode_map_handoff().
 */
void __init efi_mode_early_console(void)
{
	if (!efi_mode_systab()->con_out)
		return;
	/*
	 * First, because no other console is enabled by default once a
	 * preferred one is known
	 */
	register_console(&early_efi_console);
	if (IS_ENABLED(CONFIG_VT_CONSOLE))
		add_preferred_console("tty", 0, NULL);
	add_preferred_console("hvc", 0, NULL);
}

/*
 * Linux has no driver for serial ports, because they are the firmware's. With
 * console=ttyS0, which many boot entries have, the user wants a console on a serial
 * line, and hvc0 reaches it. This comes before the kernel's own function for
 * console=, because arch/efi is linked before kernel/printk.
 */
static int __init econ_serial_console(char *port)
{
	if (IS_ENABLED(CONFIG_SERIAL_8250_CONSOLE))
		return 0;
	pr_info("console=ttyS%s: using hvc0, the terminal of the firmware\n", port);
	add_preferred_console("hvc", 0, NULL);
	return 1;
}
__setup("console=ttyS", econ_serial_console);

void efi_mode_end_early_console(void)
{
	if (console_is_registered(&early_efi_console))
		unregister_console(&early_efi_console);
}
