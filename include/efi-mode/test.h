/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface of /dev/efi-mode-test, for the selftests
 */
#ifndef _EFI_MODE_TEST_H
#define _EFI_MODE_TEST_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct efi_mode_test_stall - call Stall()
 * @usec:	in: microseconds
 * @slices:	out: how often the call was preempted
 * @status:	out: what it returned
 */
struct efi_mode_test_stall {
	__u64 usec;
	__u64 slices;
	__u64 status;
};

/**
 * struct efi_mode_test_timer - arm a timer event of firmware and wait for it
 * @usec:	in: after how many microseconds
 * @waited_ns:	out: after how many nanoseconds it was seen to be signalled, or, with
 *		%EFI_MODE_TEST_SIGNAL, Linux was woken by it
 * @status:	out: of CreateEvent() or SetTimer(), if not success
 */
struct efi_mode_test_timer {
	__u64 usec;
	__u64 waited_ns;
	__u64 status;
};

/**
 * struct efi_mode_test_time - call GetTime()
 * @seconds:	out: second of the day
 * @nanosecond:	out: as firmware says
 * @status:	out: what it returned
 */
struct efi_mode_test_time {
	__u64 seconds;
	__u64 nanosecond;
	__u64 status;
};

/**
 * struct efi_mode_test_driver - call the test driver in firmware's world
 * @function:	in: EFI_MODE_TEST_FN_*
 * @argument:	in: its argument
 * @value:	out: its result
 * @slices:	out: how often the call was preempted
 * @status:	out: EFI status; EFI_NOT_FOUND without the driver
 */
struct efi_mode_test_driver {
	__u64 function;
	__u64 argument;
	__u64 value;
	__u64 slices;
	__u64 status;
};

/* Functions of the test driver, by their place in its protocol */
#define EFI_MODE_TEST_FN_REGISTERS	0	/* load patterns, spin @argument us,
						 * value: registers that changed
						 */
#define EFI_MODE_TEST_FN_STATE		1	/* value: bit mask of what differs
						 * from before Linux was started
						 */
#define EFI_MODE_TEST_FN_SPIN_NOTIFY	2	/* spin @argument us at TPL_NOTIFY */
#define EFI_MODE_TEST_FN_CHECKSUM	3	/* value: 64-bit words that changed in
						 * 1 MiB of firmware's memory
						 */
#define EFI_MODE_TEST_FN_FAULT		4	/* raise exception @argument: 0, 6, 13, 14 */
#define EFI_MODE_TEST_FN_BREACH		5	/* return with EFI_MODE_TEST_BREACH_* */
#define EFI_MODE_TEST_FN_FOREVER	6	/* loop at TPL @argument, never return */
#define EFI_MODE_TEST_FN_IRQ_ARM	7	/* EFI_MODE_TEST_IRQ_*, ms << 8: one
						 * interrupt after that time
						 */
#define EFI_MODE_TEST_FN_IRQ_COUNT	8	/* value: interrupts of kind @argument */
#define EFI_MODE_TEST_FN_TIMER_ARM	9	/* arm a timer event, in @argument us */
#define EFI_MODE_TEST_FN_TIMER_READ	10	/* value: us until it was notified; 0: not yet */
#define EFI_MODE_TEST_FN_NESTING	11	/* value: deepest nesting of the timer's
						 * handler since the last call
						 */
#define EFI_MODE_TEST_FN_TICKS		12	/* value: runs of the timer's handler */
#define EFI_MODE_TEST_FN_MISUSE_STACK	13	/* write @argument KiB of stack */
#define EFI_MODE_TEST_FN_LEAVE		14	/* value: runtime memory and services
						 * that have been moved. Not 0: leave
						 * boot services, and end the machine
						 */
#define EFI_MODE_TEST_FN_FAULT_WHEN	15	/* fault at the first tick at which the
						 * byte at @argument is not 0
						 */
#define EFI_MODE_TEST_FN_BUS		16	/* EFI_MODE_TEST_BUS_*, ms << 8: what a
						 * device in firmware's world does
						 */

/* What BREACH leaves broken when it returns */
#define EFI_MODE_TEST_BREACH_DF		0x01	/* direction flag set */
#define EFI_MODE_TEST_BREACH_MXCSR	0x02	/* SSE rounds towards zero */
#define EFI_MODE_TEST_BREACH_FCW	0x04	/* x87 rounds towards zero */
#define EFI_MODE_TEST_BREACH_IF		0x08	/* interrupts off */
#define EFI_MODE_TEST_BREACH_TPL	0x10	/* at TPL_NOTIFY */

/* What BREAKPOINT does with one of firmware's debug registers */
#define EFI_MODE_TEST_BREAKPOINT_SET	0	/* stop when a certain word is written */
#define EFI_MODE_TEST_BREAKPOINT_WRITE	1	/* write it; value: how often it has been
						 * stopped so far
						 */
#define EFI_MODE_TEST_BREAKPOINT_CLEAR	2

/* Kinds of interrupt, for IRQ_ARM and IRQ_COUNT */
#define EFI_MODE_TEST_IRQ_EDGE		0	/* HPET, IO-APIC, edge */
#define EFI_MODE_TEST_IRQ_LEVEL		1	/* HPET, IO-APIC, level */
#define EFI_MODE_TEST_IRQ_8259		2	/* 8254, 8259, LINT0; at most 54 ms */
#define EFI_MODE_TEST_FN_KEYS		17	/* EFI_MODE_TEST_KEYS_*: what a keyboard
						 * of the driver's is to do
						 */
#define EFI_MODE_TEST_FN_SCREEN		18	/* EFI_MODE_TEST_SCREEN_*: what a screen
						 * in firmware's memory does
						 */
#define EFI_MODE_TEST_FN_DISK		19	/* EFI_MODE_TEST_DISK_*: what a disk in
						 * firmware's memory does
						 */
#define EFI_MODE_TEST_FN_BURDEN		20	/* from now on the timer's handler takes
						 * @argument us longer, interrupts on
						 */
#define EFI_MODE_TEST_FN_NO_CLOCK	21	/* TPL, ms << 8: stop firmware's clock,
						 * spin, start it again
						 */
#define EFI_MODE_TEST_FN_CLOBBER	22	/* return with other values in registers
						 * that it must preserve: RBX, RBP,
						 * RSI, RDI, R12 to R15, by bit
						 */
#define EFI_MODE_TEST_FN_OVERWRITE	23	/* write to the word at @argument, which
						 * is the last of the handoff
						 */
#define EFI_MODE_TEST_FN_BREAKPOINT	24	/* EFI_MODE_TEST_BREAKPOINT_* */
#define EFI_MODE_TEST_FN_BUSY		25	/* in 100 ms begin to be busy for
						 * @argument us, at TPL_CALLBACK; 0: for
						 * ever
						 */
#define EFI_MODE_TEST_FN_STALL		26	/* TPL, ms << 8: so many times Stall() for
						 * a millisecond; value: registers that
						 * changed, and stalls that were too short
						 */
#define EFI_MODE_TEST_FN_STALL_LATER	27	/* in 100 ms begin to Stall() for @argument
						 * us, at TPL_CALLBACK
						 */
#define EFI_MODE_TEST_FN_LAST		EFI_MODE_TEST_FN_STALL_LATER

/* @argument of EFI_MODE_TEST_FN_KEYS, in its lowest 4 bits */
#define EFI_MODE_TEST_KEYS_PLUG		0	/* appear, with a fault << 4 */
#define EFI_MODE_TEST_KEYS_UNPLUG	1	/* disappear */
#define EFI_MODE_TEST_KEYS_TYPE		2	/* EFI_MODE_TEST_KEY() << 4 */
#define EFI_MODE_TEST_KEYS_CALLS	3	/* value: calls that read, since it has
						 * appeared
						 */
#define EFI_MODE_TEST_KEYS_NOTIFIES	4	/* value: keys that are registered */
#define EFI_MODE_TEST_KEYS_PLUG_POINTER	5	/* a mouse; with 1 << 4 a tablet */
#define EFI_MODE_TEST_KEYS_UNPLUG_POINTER 6
#define EFI_MODE_TEST_KEYS_MOVE		7	/* EFI_MODE_TEST_MOVE() << 4 */
#define EFI_MODE_TEST_KEYS_LATER	8	/* type EFI_MODE_TEST_KEY() << 4 after
						 * EFI_MODE_TEST_KEYS_LATER_MS, or so long
						 * after those that are to be typed already
						 */
#define EFI_MODE_TEST_KEYS_LATE		9	/* value: reads that came more than
						 * so many us << 4 after the one before,
						 * since this was last asked
						 */
#define EFI_MODE_TEST_KEYS_REPATH	10	/* the device path is installed anew */

#define EFI_MODE_TEST_KEYS_LATER_MS	2000
#define EFI_MODE_TEST_KEYS_MAX_LATER	8

/* Scan code, character, the low 10 bits of the shift state */
#define EFI_MODE_TEST_KEY(scan, unicode, shift) \
	((scan) | (unsigned long long)(unicode) << 16 | \
	 (unsigned long long)(shift) << 32)

/* By this or to there, of 16 bits or of 17; buttons: 1 left, 2 right */
#define EFI_MODE_TEST_MOVE(x, y, buttons) \
	((x) | (unsigned long long)(y) << 20 | \
	 (unsigned long long)(buttons) << 40)

/* What is wrong with it */
#define EFI_MODE_TEST_KEYS_GOOD		0	/* nothing */
#define EFI_MODE_TEST_KEYS_SIMPLE	1	/* it has no SimpleTextInputEx */
#define EFI_MODE_TEST_KEYS_EMPTY	2	/* SimpleTextInputEx gives empty keys */
#define EFI_MODE_TEST_KEYS_UNSUPPORTED	3	/* SimpleTextInputEx gives none */
#define EFI_MODE_TEST_KEYS_BLOCKS	4	/* reading blocks if there is none */
#define EFI_MODE_TEST_KEYS_BLOCKS_READY	5	/* SimpleTextInputEx blocks always */
#define EFI_MODE_TEST_KEYS_NO_EVENT	6	/* blocks; WaitForKeyEx is NULL */
#define EFI_MODE_TEST_KEYS_BAD_EVENT	7	/* blocks; WaitForKeyEx is no event */
#define EFI_MODE_TEST_KEYS_TWO_QUEUES	8	/* each protocol has its own queue */
#define EFI_MODE_TEST_KEYS_SECOND	9	/* another handle is the one that fires */
#define EFI_MODE_TEST_KEYS_NULL_EVENTS	10	/* both events are NULL */
#define EFI_MODE_TEST_KEYS_WILD_EVENTS	11	/* both are no address at all */
#define EFI_MODE_TEST_KEYS_SIMPLE_BLOCKS 12	/* both block if there is none, and
						 * WaitForKeyEx is NULL
						 */
#define EFI_MODE_TEST_KEYS_ALL_BLOCK	13	/* both block, and both events are NULL */
#define EFI_MODE_TEST_KEYS_UNTIL_KEY	14	/* SimpleTextInputEx blocks until there is
						 * one
						 */

/* What the test device does, for BUS */
#define EFI_MODE_TEST_BUS_INSTALL	0	/* appear */
#define EFI_MODE_TEST_BUS_REMOVE	1	/* disappear, after so many ms if any */
#define EFI_MODE_TEST_BUS_REINSTALL	2	/* have another medium */
#define EFI_MODE_TEST_BUS_REPLACE	3	/* disappear and appear at once;
						 * value: on the same handle
						 */
#define EFI_MODE_TEST_BUS_OPENS		4	/* value: who has opened it */
#define EFI_MODE_TEST_BUS_EVENTS	5	/* value: events created and not closed
						 * by anybody since this was first asked
						 */
#define EFI_MODE_TEST_BUS_STRAY		6	/* value: calls after it had disappeared */
#define EFI_MODE_TEST_BUS_CALLS		7	/* value: calls while it was there */
#define EFI_MODE_TEST_BUS_CONNECT	8	/* connect drivers to all of USB */
#define EFI_MODE_TEST_BUS_DISCONNECT	9	/* and disconnect them */
#define EFI_MODE_TEST_BUS_FLOCK		10	/* another one appears, in the middle of
						 * the so-manyth time << 8 from now on
						 * that all handles with a protocol are
						 * asked for
						 */
#define EFI_MODE_TEST_BUS_FLOCK_SIZE	11	/* value: how many of these there are */
#define EFI_MODE_TEST_BUS_FLOCK_REMOVE	12	/* they disappear */
#define EFI_MODE_TEST_BUS_CHILD		13	/* 1 << 8: the device has a child without
						 * a path; 0: no more
						 */
#define EFI_MODE_TEST_BUS_GAIN		14	/* 1 << 8: the device has SmartCardReader,
						 * too; 0: no more
						 */
#define EFI_MODE_TEST_BUS_MUTE		15	/* 1 << 8: firmware does not say what
						 * protocols the device has; 0: it does
						 */
#define EFI_MODE_TEST_BUS_ODD		16	/* 1 << 8: a device appears whose path is
						 * hard to print; 0: it disappears
						 */
#define EFI_MODE_TEST_BUS_HANG		17	/* never return from the next call */

/* What the flock can have */
#define EFI_MODE_TEST_BUS_MAX_FLOCK	16

/* The name of a file in the odd one's path */
#define EFI_MODE_TEST_BUS_ODD_NAME	"a\"b\\c\033d\177"

/* What the screen does, for SCREEN, in the lowest 8 bits */
#define EFI_MODE_TEST_SCREEN_INSTALL	0	/* appear; not 0 << 8: with no mode */
#define EFI_MODE_TEST_SCREEN_REMOVE	1	/* disappear */
#define EFI_MODE_TEST_SCREEN_REINSTALL	2	/* have so many << 8 modes */
#define EFI_MODE_TEST_SCREEN_FAIL_BLT	3	/* so often << 8 */
#define EFI_MODE_TEST_SCREEN_FAIL_MODE	4	/* SetMode(), so often << 8 */
#define EFI_MODE_TEST_SCREEN_SET_MODE	5	/* of its own accord, << 8 */
#define EFI_MODE_TEST_SCREEN_MODE	6	/* value: the mode that it is in */
#define EFI_MODE_TEST_SCREEN_PIXEL	7	/* x << 8, y << 32; value: XRGB8888, or
						 * RGB565 in mode 2
						 */
#define EFI_MODE_TEST_SCREEN_BLTS	8	/* value: calls of Blt() */
#define EFI_MODE_TEST_SCREEN_STRAY	9	/* value: calls after it had disappeared */
#define EFI_MODE_TEST_SCREEN_SLOW_MODE	10	/* SetMode(), so many ms << 8 */

/* What the disk does, for DISK, in the lowest 8 bits; with an argument << 8 */
#define EFI_MODE_TEST_DISK_INSTALL	0	/* appear, as EFI_MODE_TEST_DISK_KIND_*,
						 * with EFI_MODE_TEST_DISK_WITH_*
						 */
#define EFI_MODE_TEST_DISK_REMOVE	1	/* disappear */
#define EFI_MODE_TEST_DISK_FAIL		2	/* with this status, so often << 8;
						 * 0xffff: for ever
						 */
#define EFI_MODE_TEST_DISK_FAIL_AT	3	/* at this block; none if 0 */
#define EFI_MODE_TEST_DISK_LIMIT	4	/* refuse more than so many bytes */
#define EFI_MODE_TEST_DISK_MEDIUM	5	/* have another medium, of so many blocks;
						 * 0: none
						 */
#define EFI_MODE_TEST_DISK_WORD		6	/* value: the 64 bits at this offset */
#define EFI_MODE_TEST_DISK_CALLS	7	/* value: calls of ReadBlocks() and
						 * WriteBlocks() since it was last asked
						 */
#define EFI_MODE_TEST_DISK_BREACHES	8	/* value: calls that broke a rule */
#define EFI_MODE_TEST_DISK_STRAY	9	/* value: calls after it had disappeared */
#define EFI_MODE_TEST_DISK_ERASED	10	/* value: blocks erased */
#define EFI_MODE_TEST_DISK_RENUMBER	11	/* the same medium has another number */
#define EFI_MODE_TEST_DISK_FLUSHES	12	/* value: calls of FlushBlocks() */
#define EFI_MODE_TEST_DISK_DELAY	13	/* complete tokens after so many ms; 0:
						 * before the call returns
						 */
#define EFI_MODE_TEST_DISK_FAIL_TOKEN	14	/* with this status in it, so often << 8;
						 * 0xffff: for ever
						 */
#define EFI_MODE_TEST_DISK_LOSE		15	/* do not complete so many tokens */
#define EFI_MODE_TEST_DISK_FIND		16	/* complete those; value: how many */
#define EFI_MODE_TEST_DISK_TOKENS	17	/* value: tokens since it was last asked */
#define EFI_MODE_TEST_DISK_MOST		18	/* value: tokens at once, likewise */
#define EFI_MODE_TEST_DISK_SLOW		19	/* BlockIo takes so many us */
#define EFI_MODE_TEST_DISK_READ_ONLY	20	/* the media to come are, if not 0 */
#define EFI_MODE_TEST_DISK_FLUSH_STATUS	21	/* what FlushBlocks() returns, until
						 * there is another disk
						 */
#define EFI_MODE_TEST_DISK_FAULT	22	/* a page fault in the next transfer */

#define EFI_MODE_TEST_DISK_KIND_512	0
#define EFI_MODE_TEST_DISK_KIND_16K	1	/* blocks of 16 KiB */
#define EFI_MODE_TEST_DISK_KIND_64K	2	/* blocks of 64 KiB */
#define EFI_MODE_TEST_DISK_KIND_ALIGN	3	/* addresses of 8 KiB */
#define EFI_MODE_TEST_DISK_KIND_REMOVABLE 4
#define EFI_MODE_TEST_DISK_KIND_IPXE	5	/* as iPXE has one */
#define EFI_MODE_TEST_DISK_KIND_PARTITION 6
#define EFI_MODE_TEST_DISK_KIND_520	7	/* blocks of 520 bytes */
#define EFI_MODE_TEST_DISK_KIND_TOO_LARGE 8	/* 2^64 blocks */
#define EFI_MODE_TEST_DISK_KIND_PHYSICAL 9	/* revision 3: says what is best */

/* Beside BlockIo */
#define EFI_MODE_TEST_DISK_WITH_BLOCKIO2 0x100
#define EFI_MODE_TEST_DISK_WITH_DISKIO2	0x200

#define EFI_MODE_TEST_DISK_SIZE		(8 << 20)

/**
 * struct efi_mode_test_device - the interface of its protocol
 * @fill:	(this, address, count, value): write @value to @count 64-bit words
 * @signal:	(this, event): signal @event
 * @dawdle:	(this, usec): return after so many microseconds
 * @number:	address of %EFI_MODE_TEST_NUMBER
 *
 * The GUID is 8b1f2c40-5b0e-4f6e-9d3a-2177c40e5d92.
 */
struct efi_mode_test_device {
	__u64 fill;
	__u64 signal;
	__u64 dawdle;
	__u64 number;
};

#define EFI_MODE_TEST_NUMBER		0x0123456789abcdef

/**
 * struct efi_mode_test_stats - counters of the time-sharing
 * @preemptions:	slices ended by firmware's clock
 * @replayed:		interrupts replayed into firmware
 * @recorded:		firmware's interrupts that came to Linux
 * @round_trips:	slices
 */
struct efi_mode_test_stats {
	__u64 preemptions;
	__u64 replayed;
	__u64 recorded;
	__u64 round_trips;
};

/**
 * struct efi_mode_test_round_trips - round trips with nothing to do
 * @count:	in: how many, at most 10000
 * @shortest:	out: cycles of the shortest
 * @total:	out: cycles of all
 */
struct efi_mode_test_round_trips {
	__u64 count;
	__u64 shortest;
	__u64 total;
};

/**
 * struct efi_mode_test_print - write to the first serial port
 * @text:	in: what, up to a NUL
 *
 * Only when firmware has stopped, or a call does not return.
 */
struct efi_mode_test_print {
	char text[120];
};

/**
 * struct efi_mode_test_atomic - call runtime services with preemption disabled
 * @get_time:		out: EFI status of efi.get_time()
 * @get_variable:	out: of efi.get_variable()
 * @set_variable:	out: of efi.set_variable()
 * @query:		out: of efi.query_variable_info()
 * @query_nonblocking:	out: of efi.query_variable_info_nonblocking()
 * @set_nonblocking:	out: of efi.set_variable_nonblocking(), which deletes a
 *			variable that is not there
 * @set_large:		out: of the same, with a value too large for it
 */
struct efi_mode_test_atomic {
	__u64 get_time;
	__u64 get_variable;
	__u64 set_variable;
	__u64 query;
	__u64 query_nonblocking;
	__u64 set_nonblocking;
	__u64 set_large;
};

/* Free in Documentation/userspace-api/ioctl/ioctl-number.rst */
#define EFI_MODE_TEST_MAGIC	0xef

#define EFI_MODE_TEST_STALL	_IOWR(EFI_MODE_TEST_MAGIC, 1, struct efi_mode_test_stall)
#define EFI_MODE_TEST_TIMER	_IOWR(EFI_MODE_TEST_MAGIC, 2, struct efi_mode_test_timer)
#define EFI_MODE_TEST_TIME	_IOWR(EFI_MODE_TEST_MAGIC, 3, struct efi_mode_test_time)
#define EFI_MODE_TEST_DRIVER	_IOWR(EFI_MODE_TEST_MAGIC, 4, struct efi_mode_test_driver)
#define EFI_MODE_TEST_STATS	_IOR(EFI_MODE_TEST_MAGIC, 5, struct efi_mode_test_stats)
/* Microseconds between slices; 0 ends the storm */
#define EFI_MODE_TEST_STORM	_IOW(EFI_MODE_TEST_MAGIC, 6, __u64)
#define EFI_MODE_TEST_ROUND_TRIPS _IOWR(EFI_MODE_TEST_MAGIC, 7, struct efi_mode_test_round_trips)
#define EFI_MODE_TEST_PRINT	_IOW(EFI_MODE_TEST_MAGIC, 8, struct efi_mode_test_print)
#define EFI_MODE_TEST_ATOMIC	_IOR(EFI_MODE_TEST_MAGIC, 9, struct efi_mode_test_atomic)
/* The caller does not survive it */
#define EFI_MODE_TEST_OOPS	_IO(EFI_MODE_TEST_MAGIC, 10)
/* The EFI test driver faults in the last slice */
#define EFI_MODE_TEST_LAST_FAULT _IO(EFI_MODE_TEST_MAGIC, 11)
#define EFI_MODE_TEST_SIGNAL	_IOWR(EFI_MODE_TEST_MAGIC, 12, struct efi_mode_test_timer)
/* CR4 of Linux */
#define EFI_MODE_TEST_CR4	_IOR(EFI_MODE_TEST_MAGIC, 13, __u64)
/* A thread that calls the firmware again and again */
#define EFI_MODE_TEST_CROWD	_IO(EFI_MODE_TEST_MAGIC, 14)
/* While the CPU holds a lock that an interrupt wants */
#define EFI_MODE_TEST_PANIC	_IO(EFI_MODE_TEST_MAGIC, 15)

#endif /* _EFI_MODE_TEST_H */
