/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long each step of a reboot, a power-off or a panic may take, and a call that
 * cannot sleep
 *
 * The user sees the steps as one delay, so they are in one place, in milliseconds.
 */
#ifndef _EFI_MODE_TIMEOUTS_H
#define _EFI_MODE_TIMEOUTS_H

/*
 * Orderly end
 */

/*
 * One firmware call. A disk may have to spin up and write its whole cache first. The end
 * of the system waits for as many calls as there are, as long as each returns in time.
 */
#define EFI_MODE_CALL_TIMEOUT_MS	60000

/* ResetSystem(): before it, the firmware may have much to write to its flash. */
#define EFI_MODE_RESET_TIMEOUT_MS	30000

/*
 * Each step of the teardown while no firmware call is in progress: freezing user space,
 * and waiting for a task to finish its call. Also, letting the firmware finish its own
 * work. Five seconds are more than any of them takes on a working machine.
 */
#define EFI_MODE_STEP_TIMEOUT_MS	5000

/*
 * Printing the rest of the messages to the firmware's terminals. A serial port at 9600
 * baud prints a screen in two seconds.
 */
#define EFI_MODE_DRAIN_TIMEOUT_MS	2000

/*
 * While Linux runs
 */

/*
 * A call with EFI_CALL_ATOMIC. No interrupt of Linux is handled meanwhile, and after it
 * the firmware is stopped for good. As for EFI_MODE_PANIC_CALL_TIMEOUT_MS, it may be a
 * variable for a flash that is slow and full.
 */
#define EFI_MODE_ATOMIC_CALL_TIMEOUT_MS	10000

/*
 * Panic: nothing else runs meanwhile
 */

/* The call that was in progress. It may wait for a device or for a key that never comes. */
#define EFI_MODE_PANIC_WAIT_TIMEOUT_MS	2000

/* A call of the dying kernel. It may write a variable to a flash that is slow and full. */
#define EFI_MODE_PANIC_CALL_TIMEOUT_MS	10000

/* The last call: ResetSystem(), as in EFI_MODE_RESET_TIMEOUT_MS. */
#define EFI_MODE_LAST_CALL_TIMEOUT_MS	30000

#endif /* _EFI_MODE_TIMEOUTS_H */
