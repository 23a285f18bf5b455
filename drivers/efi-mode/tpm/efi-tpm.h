/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Internal header of the driver for the firmware's TPM
 *
 * The firmware drives the TPM and lends it by EFI_TCG2_PROTOCOL (TCG EFI
 * Protocol Specification, family 2.0). The driver registers a TPM chip whose
 * commands are calls of SubmitCommand(). The firmware and Linux cannot disturb
 * each other, because the firmware executes one call at a time. Read the files
 * from chip.c downwards.
 *
 * Calls run downwards. Files on a line do not call each other:
 *
 *	chip
 *	extend, log, loaded
 *	measure, tcg2, parse
 *
 * parse.c contains pure functions only.
 */
#ifndef _EFI_MODE_TPM_INTERNAL_H
#define _EFI_MODE_TPM_INTERNAL_H

#include <linux/efi.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/tpm_eventlog.h>
#include <linux/types.h>

#include <efi-mode/bus.h>

struct dentry;
struct tpm_chip;

/* TCG EFI Protocol Specification, section 6.4 */
struct efi_tcg2_version {
	u8 major, minor;
};

struct efi_tcg2_capability {
	u8 size;
	struct efi_tcg2_version structure, protocol;
	u32 hash_algorithms;
	u32 log_formats;
	efi_bool_t present;
	u16 max_command_size;
	u16 max_response_size;
	u32 manufacturer;
	/* Since version 1.1 */
	u32 nr_pcr_banks;
	u32 active_pcr_banks;
};

/* An event for HashLogExtendEvent(), section 6.6 */
struct efi_tcg2_new_event {
	u32 size;
	u32 header_size;
	u16 header_version;
	u32 pcr;
	u32 type;
	u8 data[];
} __packed;

#define EFI_TCG2_NEW_EVENT_VERSION	1

/* UEFI 2.10, appendix D */
#define EFI_VOLUME_FULL		(11 | (1UL << (BITS_PER_LONG - 1)))

/* The interface: include/linux/efi.h has its GUID */
struct efi_tcg2 {
	efi_status_t (__efiapi *get_capability)(struct efi_tcg2 *this,
						struct efi_tcg2_capability *capability);
	efi_status_t (__efiapi *get_event_log)(struct efi_tcg2 *this, u32 format,
					       u64 *first, u64 *last,
					       efi_bool_t *truncated);
	efi_status_t (__efiapi *hash_log_extend_event)(struct efi_tcg2 *this, u64 flags,
						       u64 data, u64 data_size,
						       struct efi_tcg2_new_event *event);
	efi_status_t (__efiapi *submit_command)(struct efi_tcg2 *this, u32 size,
						u8 *command, u32 response_size,
						u8 *response);
};

/* A larger command or response is refused by the TPM core */
#define ETPM_BUFFER_SIZE	SZ_4K

/* A TPM has up to 64 sessions, and room for a few transient objects */
#define ETPM_LOADED_MAX		128

/**
 * struct efi_tpm_loaded - objects and sessions that are loaded into a TPM
 * @nr:		number of entries in @handles
 * @handles:	their handles
 */
struct efi_tpm_loaded {
	u32 nr;
	u32 handles[ETPM_LOADED_MAX];
};

/**
 * struct efi_tpm_measurer - a TPM that efi_tcg2_measure() can use
 * @extend:	extend a PCR by data in physically contiguous memory, and log the
 *		event; returns what efi_tcg2_measure() does
 */
struct efi_tpm_measurer {
	int (*extend)(struct efi_tpm_measurer *measurer,
		      const struct efi_tcg2_new_event *event, phys_addr_t data,
		      size_t size);
};

/**
 * struct efi_tpm - a TPM of the firmware
 * @edev:	the device of the handle that has the protocol
 * @tcg2:	the protocol
 * @chip:	the TPM chip, or NULL before it is allocated
 * @capability:	as reported when the driver was bound
 * @max_command: size of the largest command, in bytes, up to %ETPM_BUFFER_SIZE
 * @max_response: size of the largest response, in bytes, likewise
 * @command:	buffer for commands. The TPM core serializes commands.
 * @response:	buffer for responses
 * @length:	size of the response that has not been fetched yet, or 0
 * @failures:	number of commands that have failed since the last that did not
 * @given_up:	the driver will be unbound, because the TPM has failed
 * @lock:	serializes users of @scratch
 * @scratch:	buffer for everything but commands
 * @dir:	directory of the event log in securityfs, or NULL
 * @file:	the event log, or NULL
 * @full_told:	the kernel log says already that the event log is full
 * @loaded:	objects and sessions that were loaded when the driver was bound
 * @end_nb:	called before Linux ends
 * @measurer:	lets the kernel measure
 */
struct efi_tpm {
	struct efi_device *edev;
	struct efi_protocol *tcg2;
	struct tpm_chip *chip;
	struct efi_tcg2_capability capability;
	u32 max_command, max_response;
	struct efi_buffer *command, *response;
	size_t length;
	unsigned int failures;
	bool given_up;
	struct mutex lock;	/* for @scratch */
	struct efi_buffer *scratch;
	struct dentry *dir, *file;
	bool full_told;
	struct efi_tpm_loaded loaded;
	struct notifier_block end_nb;
	struct efi_tpm_measurer measurer;
};

/* extend.c */

int efi_tpm_extend(struct efi_tpm_measurer *measurer,
		   const struct efi_tcg2_new_event *event, phys_addr_t data,
		   size_t size);

/* log.c */

int efi_tpm_log_create(struct efi_tpm *t, const char *name);
void efi_tpm_log_remove(struct efi_tpm *t);
int efi_tpm_log_is_complete(struct efi_tpm *t, bool *complete);

/* loaded.c */

int efi_tpm_note_loaded(struct efi_tpm *t);
void efi_tpm_flush_loaded(struct efi_tpm *t);

/* measure.c */

void efi_tpm_measure_start(struct efi_tpm_measurer *measurer);
void efi_tpm_measure_stop(struct efi_tpm_measurer *measurer);

/* tcg2.c */

/**
 * struct efi_tpm_log_place - the event log in firmware memory
 * @format:	EFI_TCG2_EVENT_LOG_FORMAT_*
 * @start:	physical address of the first event
 * @last:	physical address of the last event, or 0 if there is none
 * @truncated:	the log is full, and lacks events
 */
struct efi_tpm_log_place {
	u32 format;
	u64 start, last;
	bool truncated;
};

int efi_tpm_capability(struct efi_tpm *t, struct efi_tcg2_capability *capability);
int efi_tpm_find_log(struct efi_tpm *t, struct efi_tpm_log_place *place);
int efi_tpm_read(struct efi_tpm *t, u64 from, void *to, size_t size);
void efi_tpm_tell_full(struct efi_tpm *t);

/* parse.c */

size_t efi_tpm_event_size(bool crypto_agile, const u8 *log, size_t log_size,
			  const u8 *event, size_t avail);

#endif /* _EFI_MODE_TPM_INTERNAL_H */
