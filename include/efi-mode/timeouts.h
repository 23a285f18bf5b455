/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Timeouts of the steps of a reboot, a power-off or a panic, and of calls that
 * cannot sleep
 *
 * The user sees the steps as one delay, so they are in one place. All are in
 * milliseconds.
 */
#ifndef _EFI_MODE_TIMEOUTS_H
#define _EFI_MODE_TIMEOUTS_H

/*
 * Reboot, power-off and return
 */

/*
 * One firmware call. A disk may first have to spin up and write its whole
 * cache. The teardown waits for all pending calls as long as each of them
 * returns in time.
 */
#define EFI_MODE_CALL_TIMEOUT_MS	60000

/*
 * ResetSystem(). The firmware may first have to write much data to its flash.
 */
#define EFI_MODE_RESET_TIMEOUT_MS	30000

/*
 * Each step of the teardown while no firmware call is in progress: freezing
 * user space, waiting for a task to finish its call, and letting the firmware
 * finish its own work. On a working machine each of them takes less than five
 * seconds.
 */
#define EFI_MODE_STEP_TIMEOUT_MS	5000

/*
 * Printing the remaining messages to the firmware's terminals. A serial port at
 * 9600 baud prints a screen in two seconds.
 */
#define EFI_MODE_DRAIN_TIMEOUT_MS	2000

/*
 * While Linux runs
 */

/*
 * A call with EFI_CALL_ATOMIC. Linux handles no interrupt meanwhile, and stops
 * the firmware for good after this time. As for EFI_MODE_PANIC_CALL_TIMEOUT_MS,
 * the call may write a variable to a slow and full flash.
 */
#define EFI_MODE_ATOMIC_CALL_TIMEOUT_MS	10000

/*
 * Panic: nothing else runs meanwhile
 */

/*
 * The call that was in progress. It may wait for a device or a key that never
 * comes.
 */
#define EFI_MODE_PANIC_WAIT_TIMEOUT_MS	2000

/*
 * A call of the panicking kernel. It may write a variable to a slow and full
 * flash.
 */
#define EFI_MODE_PANIC_CALL_TIMEOUT_MS	10000

/* The last call: ResetSystem(), as in EFI_MODE_RESET_TIMEOUT_MS. */
#define EFI_MODE_LAST_CALL_TIMEOUT_MS	30000

#endif /* _EFI_MODE_TIMEOUTS_H */
