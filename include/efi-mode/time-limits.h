/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All timeouts, periods and waiting limits of efi-mode
 *
 * The unit of each value is at the end of its name. Each comment says what the
 * value limits, what happens when the time is over ("then"), and why the value
 * was chosen.
 *
 * Both halves and the drivers include this file, so it contains only macros.
 */
#ifndef _EFI_MODE_TIME_LIMITS_H
#define _EFI_MODE_TIME_LIMITS_H

/*
 * The start, in the resident half
 */

/*
 * The two lengths of Stall() against which the TSC is measured. Both fit into
 * one time slice of a host's scheduler (3 or 4 ms), so some measurements are
 * not interrupted.
 */
#define EFI_MODE_TSC_STALL_SHORT_US	250
#define EFI_MODE_TSC_STALL_LONG_US	1000

/*
 * Length of one measurement of the TSC against the PM timer: about 90000
 * counts, so that one count is 11 ppm. If the PM timer does not count, the
 * measurement fails after about 16 times as long, and then Stall() is used.
 */
#define EFI_MODE_TSC_PM_TIMER_US	25000

/*
 * Watching all vectors for the firmware's clock: at least three ticks of the
 * slowest clock (55 ms). If no vector had as many, then a timer event ends
 * slices.
 */
#define EFI_MODE_CLOCK_WATCH_US		200000

/* Each Stall() while the vectors are watched, until the above is reached */
#define EFI_MODE_CLOCK_WATCH_STEP_US	1000

/*
 * One measurement of the local APIC timer, which then is compared with the
 * period that the firmware reports: less than the shortest tick (1 ms), but
 * hundreds of counts of the slowest timer
 */
#define EFI_MODE_CLOCK_COUNT_US		500

/*
 * Time-sharing
 */

/*
 * Minimum length of a slice after its ticks. Until then, the slice is not ended
 * by force, so that ticks do not use up all of it.
 */
#define EFI_MODE_MIN_SLICE_US		50

/*
 * An interrupt handler of the firmware runs undisturbed for this long. Then the
 * slice can end in the middle of it. With everything that is added to it, a
 * Linux timer is then still less than 1 ms late.
 */
#define EFI_MODE_MAX_SLICE_US		900

/*
 * A Stall() of at least this length lets Linux run meanwhile. A shorter one is
 * not worth two world switches and two context switches, and could not end the
 * slice.
 */
#define EFI_MODE_STALL_YIELD_US		EFI_MODE_MIN_SLICE_US

/*
 * A Stall() that is longer goes to the firmware's own function unchanged, so
 * Linux does not run meanwhile. No driver stalls for ten minutes, and the limit
 * keeps the conversion to TSC cycles from overflowing.
 */
#define EFI_MODE_STALL_YIELD_MAX_US	(600 * 1000 * 1000UL)

/* Measurement of the local APIC timer against the TSC when Linux takes over */
#define EFI_MODE_APIC_MEASURE_MS	20

/*
 * Limits and default of efi_mode.interval=, the time between two slices of an
 * idle firmware. The default is the usual period of a firmware's clock.
 */
#define EFI_MODE_INTERVAL_MIN_MS	1
#define EFI_MODE_INTERVAL_MAX_MS	1000
#define EFI_MODE_INTERVAL_DEFAULT_MS	10

/*
 * Maximum slice of a busy firmware while other tasks wait for the CPU. Then its
 * thread pauses. A real-time task cannot preempt the thread, which is a
 * deadline task, so this also limits the latency of the real-time task.
 */
#define EFI_MODE_SHARE_PIECE_US		200

/*
 * Linux still counts as idle for this long after it was idle, because it cannot
 * do much in this time. Then the thread of the firmware does not go to sleep
 * any more.
 */
#define EFI_MODE_JUST_IDLE_MS		1

/*
 * Limits and default of efi_mode.fast_tick=, the period of the firmware's clock
 * while the firmware has tokens of disks in flight: it completes them at its
 * ticks
 */
#define EFI_MODE_FAST_TICK_MIN_US	1000
#define EFI_MODE_FAST_TICK_MAX_US	100000
#define EFI_MODE_FAST_TICK_DEFAULT_US	1000

/*
 * The clock stays fast for this long after the last disk request, because
 * changing it twice between two bursts of requests is not worthwhile
 */
#define EFI_MODE_FAST_TICK_LINGER_MS	100

/*
 * Firmware calls while Linux runs
 */

/*
 * A real-time task gives the firmware all its time for this long while it waits
 * for its call. Then it sleeps, and the firmware gets its share only, so that a
 * long call does not keep all other tasks from the CPU.
 */
#define EFI_MODE_RT_CALL_MS		100

/*
 * Such a task then sleeps for this long, or up to twice as long, between two
 * checks whether its call has completed
 */
#define EFI_MODE_RT_CALL_POLL_US	1000

/*
 * A call with EFI_CALL_ATOMIC. Linux handles no interrupt meanwhile, and stops
 * the firmware for good after this time. As for EFI_MODE_PANIC_CALL_TIMEOUT_MS,
 * the call may write a variable to a slow and full flash.
 */
#define EFI_MODE_ATOMIC_CALL_TIMEOUT_MS	10000

/*
 * Reboot, power-off and return
 */

/*
 * One firmware call. Then Linux resets the machine by a triple fault, or stops
 * the CPU if the user wants to power off. A disk may first have to spin up and
 * write its whole cache. The teardown waits for all pending calls as long as
 * each of them returns in time.
 */
#define EFI_MODE_CALL_TIMEOUT_MS	60000

/* How often a timer checks whether the above has been exceeded */
#define EFI_MODE_CALL_WATCH_MS		1000

/* How often the teardown checks whether a firmware call is in progress */
#define EFI_MODE_CALL_POLL_MS		100

/*
 * ResetSystem(). Then Linux ends the system as above. The firmware may first
 * have to write much data to its flash.
 */
#define EFI_MODE_RESET_TIMEOUT_MS	30000

/*
 * Each step of the teardown while no firmware call is in progress: freezing
 * user space, waiting for a task to finish its call, and letting the firmware
 * finish its own work. If user space cannot be frozen, the teardown continues
 * nevertheless. Otherwise Linux resets the machine without the firmware. On a
 * working machine each step takes less than five seconds.
 */
#define EFI_MODE_STEP_TIMEOUT_MS	5000

/*
 * Printing the remaining messages to a terminal of the firmware. The rest is
 * then dropped. A serial port at 9600 baud prints a screen in two seconds.
 */
#define EFI_MODE_DRAIN_TIMEOUT_MS	2000

/* How often it is checked whether all messages have been printed */
#define EFI_MODE_DRAIN_POLL_MS		20

/*
 * Panic: nothing else runs meanwhile
 */

/*
 * The call that was in progress. Then Linux does not call the firmware any
 * more. The call may wait for a device or a key that never comes.
 */
#define EFI_MODE_PANIC_WAIT_TIMEOUT_MS	2000

/*
 * A call of the panicking kernel. Then Linux does not call the firmware any
 * more. The call may write a variable to a slow and full flash.
 */
#define EFI_MODE_PANIC_CALL_TIMEOUT_MS	10000

/* The last call: ResetSystem(), as in EFI_MODE_RESET_TIMEOUT_MS */
#define EFI_MODE_LAST_CALL_TIMEOUT_MS	30000

/*
 * The bus
 */

/*
 * Time between two scans of the handles. The firmware reports new protocols,
 * but not handles that are gone, so their devices stay for this long at most.
 */
#define EFI_MODE_SCAN_INTERVAL_MS	1000

/*
 * Disks
 */

/*
 * A flush or identify command that is passed to a disk. Then the firmware
 * returns an error. A disk may have much data to write, and may have to spin up
 * first. The firmware must give up before the teardown does, see
 * EFI_MODE_CALL_TIMEOUT_MS.
 */
#define EFI_MODE_DISK_COMMAND_TIMEOUT_MS	50000

/*
 * An NVMe admin command from user space that has no timeout of its own. Then
 * the command fails. The value is that of the kernel's NVMe driver.
 */
#define EFI_MODE_NVME_ADMIN_TIMEOUT_MS	60000

/*
 * A failing request is tried again in pieces until its failures have taken this
 * long. Then the rest of it fails without further calls. A device that does not
 * answer takes seconds for each failure.
 */
#define EFI_MODE_DISK_RETRY_MS		2000

/*
 * A transfer that takes longer than LONG halves the size of the next ones, and
 * one that is shorter than SHORT doubles it. A keyboard or another disk waits
 * for the end of a transfer. LONG is about a frame on a screen.
 */
#define EFI_MODE_DISK_CALL_LONG_MS	20
#define EFI_MODE_DISK_CALL_SHORT_MS	5

/*
 * Reading from a new disk by BlockIo, to compare that with tokens. Then the
 * average of the reads so far is used. The probe of the disk waits meanwhile.
 */
#define EFI_MODE_DISK_TRIAL_READ_MS	50

/* Completion of all tokens of such a trial. Then the disk only uses BlockIo */
#define EFI_MODE_DISK_TRIAL_TIMEOUT_MS	5000

/*
 * Completion of the tokens of a disk that the firmware has removed. Then their
 * requests fail.
 */
#define EFI_MODE_DISK_REMOVED_TIMEOUT_MS	2000

/*
 * How long a drive whose medium cannot be read is not polled: at first, and at
 * most. Each look may take the firmware many seconds, in which it does nothing
 * else. A user who exchanges the medium waits a minute at most.
 */
#define EFI_MODE_MEDIA_PAUSE_MS		4000
#define EFI_MODE_MEDIA_PAUSE_MAX_MS	60000

/*
 * Screens, keyboards and pointers
 */

/*
 * Minimum time between two updates of a screen, one frame at 60 Hz. An update
 * that comes earlier waits.
 */
#define EFI_MODE_FRAME_US		16666

/*
 * Time between two reads of an input device, about that at which the firmware
 * polls
 */
#define EFI_MODE_TEXT_POLL_MS		20

/*
 * Reading one key. If it takes longer twice in a row, the device is read in
 * another way. A read that does not block never takes a second.
 */
#define EFI_MODE_TEXT_SLOW_MS		1000

/*
 * A keyboard counts as in use for this long after a key. Then an idle Linux
 * checks its event instead of reading it, which loses modifiers that are
 * pressed alone.
 */
#define EFI_MODE_KEYBOARD_IN_USE_MS	5000

/*
 * Network cards
 */

/*
 * Time between two runs of a pump: after a frame, and at most, while there is
 * traffic
 */
#define EFI_MODE_NET_MIN_US		50U
#define EFI_MODE_NET_MAX_US		500U

/* There is traffic until this long after the last frame */
#define EFI_MODE_NET_LINGER_MS		20

/*
 * Time between two runs of a pump without traffic, on a card that does not
 * announce frames, or fails to receive: the usual tick of the firmware
 */
#define EFI_MODE_NET_IDLE_US		10000

/* Time between two looks at the medium */
#define EFI_MODE_NET_CARRIER_MS		1000

/*
 * The firmware reports a device error for this long, perhaps because the card has no
 * room: then frames that fail are lost
 */
#define EFI_MODE_NET_RETRY_MS		1000

/* The firmware has not sent a frame for this long: a warning */
#define EFI_MODE_NET_TX_TIMEOUT_MS	5000

/*
 * The modules for the tests
 */

/* Maximum time that a test can request. A longer one is refused */
#define EFI_MODE_TEST_MAX_US		(60 * 1000 * 1000L)

/* How often the test driver checks whether a timer event has been signalled */
#define EFI_MODE_TEST_EVENT_POLL_MS	5

/* An event of the test device, which signals it at once. Then the test fails */
#define EFI_MODE_TEST_EVENT_TIMEOUT_MS	1000

/* A timer event of the test device, which must be signalled in time */
#define EFI_MODE_TEST_TIMER_US		10000

/* Each Stall() of a task that calls the firmware without end */
#define EFI_MODE_TEST_STALL_US		20000

/*
 * Before it panics, a test starts a Linux timer of the first length with
 * interrupts off, and waits for the second, so that the interrupt is pending
 */
#define EFI_MODE_TEST_PANIC_TIMER_MS	1
#define EFI_MODE_TEST_PANIC_WAIT_MS	5

#endif /* _EFI_MODE_TIME_LIMITS_H */
