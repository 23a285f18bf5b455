/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults of the firmware's TPM, for the function "tpm_fault" of the EFI test driver
 *
 * The argument is a fault, and a number of milliseconds shifted by
 * TEST_TPM_MS_SHIFT.
 */
#ifndef TPM_FAULTS_H
#define TPM_FAULTS_H

enum {
	TEST_TPM_NO_FAULT,
	/* Responses: a size below that of the header, above the buffer, no response */
	TEST_TPM_SHORT,
	TEST_TPM_LONG,
	TEST_TPM_EMPTY,
	/* A response with the tag of TPM 1.2 */
	TEST_TPM_STRANGE_TAG,
	/* SubmitCommand() fails once, or always */
	TEST_TPM_ERROR_ONCE,
	TEST_TPM_ERROR,
	/* SubmitCommand() computes for some time before it sends the command */
	TEST_TPM_SLOW,
	/* GetCapability(): a firmware of version 1.0, a TPM that has failed, no commands */
	TEST_TPM_OLD,
	TEST_TPM_ABSENT,
	TEST_TPM_NO_COMMANDS,
	TEST_TPM_NO_CAPABILITY,
	/* GetEventLog(): the last event begins before the log */
	TEST_TPM_BAD_LOG,
	/* HashLogExtendEvent() fails */
	TEST_TPM_NO_EXTEND,
};

#define TEST_TPM_MS_SHIFT	8

#endif /* TPM_FAULTS_H */
