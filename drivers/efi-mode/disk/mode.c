// SPDX-License-Identifier: GPL-2.0-only
/*
 * Choose the protocol that a disk is read and written by
 *
 * BlockIo makes one transfer at a time, while the caller waits. BlockIo2 has
 * tokens. But most drivers that have it still transfer the data before they
 * return, and the others look for complete transfers only at each tick of the
 * firmware's clock. So the driver tries BlockIo2, and uses it only if it is
 * faster than BlockIo. Even then it uses tokens only if there are at least as
 * many requests as BlockIo would complete in the time that the tokens of the
 * trial took. If there is no BlockIo2, DiskIo2 is tried in the same way. The
 * firmware implements it on top of the other protocols. DiskIo2 does not
 * describe the medium, so BlockIo is always needed, too.
 *
 * If a token is lost in the trial, the driver uses BlockIo, even though the
 * firmware may then wait for the token in a call to BlockIo. Nothing was
 * written yet, and without this disk the system may not be able to start.
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <efi-mode/time-limits.h>

#include "disk.h"

/*
 * Tokens of the first trial, which tells whether more tokens are worth a trial:
 * each token may have to wait for a tick
 */
#define FIRST_TOKENS	8

static const char * const names[] = {
	[EFI_DISK_AUTO]		= "auto",
	[EFI_DISK_BLOCKIO]	= "blockio",
	[EFI_DISK_BLOCKIO2]	= "blockio2",
	[EFI_DISK_DISKIO2]	= "diskio2",
};

static enum efi_disk_mode wanted;

static int emode_set_wanted(const char *val, const struct kernel_param *kp)
{
	int mode = sysfs_match_string(names, val);

	if (mode < 0)
		return mode;
	wanted = mode;
	return 0;
}

static int emode_get_wanted(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%s\n", names[wanted]);
}

static const struct kernel_param_ops wanted_ops = {
	.set = emode_set_wanted,
	.get = emode_get_wanted,
};

module_param_cb(mode, &wanted_ops, NULL, 0644);
MODULE_PARM_DESC(mode,
		 "protocol for disks found from now on: auto, blockio, blockio2 or diskio2");

/**
 * efi_disk_mode_name() - get the name of a mode
 * @mode:	the mode
 *
 * Context: any.
 * Return: the name, as in the parameter and in sysfs.
 */
const char *efi_disk_mode_name(enum efi_disk_mode mode)
{
	return names[mode];
}

/* Return: the name in the UEFI specification */
static const char *emode_protocol_name(enum efi_disk_mode mode)
{
	return mode == EFI_DISK_DISKIO2 ? "DiskIo2" : "BlockIo2";
}

static bool emode_has_protocol(const struct efi_disk *d,
			       enum efi_disk_mode mode)
{
	const efi_guid_t blockio2 = EFI_BLOCK_IO2_PROTOCOL_GUID;
	const efi_guid_t diskio2 = EFI_DISK_IO2_PROTOCOL_GUID;

	return efi_device_has_protocol(d->edev, mode == EFI_DISK_DISKIO2 ?
				       &diskio2 : &blockio2);
}

static __printf(2, 3) void emode_say_why(struct efi_disk *d, const char *fmt,
					 ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(d->mode_reason, sizeof(d->mode_reason), fmt, args);
	va_end(args);
}

static __printf(2, 3) void emode_say_more(struct efi_disk *d, const char *fmt,
					  ...)
{
	size_t said = strlen(d->mode_reason);
	va_list args;

	va_start(args, fmt);
	vsnprintf(d->mode_reason + said, sizeof(d->mode_reason) - said, fmt,
		  args);
	va_end(args);
}

/* Return: true if tokens can be used */
static bool emode_use(struct efi_disk *d, enum efi_disk_mode mode, u32 size)
{
	int ret = efi_disk_tokens_create(d, mode, size);

	if (ret)
		emode_say_why(d, "%s cannot be used: error %d",
			      emode_protocol_name(mode), ret);
	return !ret;
}

/* Use tokens if at least @from requests are queued */
static void emode_use_for_good(struct efi_disk *d, enum efi_disk_mode mode,
			       unsigned int from)
{
	if (!emode_use(d, mode,
		       min_t(u32, EFI_DISK_TOKEN_BYTES, d->bounce->size)))
		return;
	/*
	 * The buffers are larger than those of the trial, so there may be fewer
	 */
	if (efi_disk_tokens_count(d) < from) {
		emode_say_why(d, "not enough memory: only %u tokens for %s",
			      efi_disk_tokens_count(d),
			      emode_protocol_name(mode));
		efi_disk_tokens_destroy(d);
		return;
	}
	d->mode = mode;
	d->tokens_from = from;
}

static void emode_use_wanted(struct efi_disk *d, enum efi_disk_mode mode)
{
	if (!emode_has_protocol(d, mode)) {
		emode_say_why(d, "%s is not available",
			      emode_protocol_name(mode));
		return;
	}
	emode_say_why(d, "requested");
	emode_use_for_good(d, mode, 1);
}

/* The trial */

/**
 * efi_disk_judge() - evaluate a trial
 * @trial:	the trial
 * @most:	largest possible number of tokens in flight
 *
 * The tokens have to be faster by a quarter, so that chance does not decide.
 *
 * Context: any.
 * Return: the verdict; never %EFI_DISK_MORE if the trial was made with @most
 * tokens.
 */
enum efi_disk_verdict efi_disk_judge(const struct efi_disk_trial *trial,
				     unsigned int most)
{
	if (trial->at_once >= trial->tokens)
		return EFI_DISK_SYNCHRONOUS;
	/* As if @most tokens took the same time: they cannot take less */
	if (trial->tokens_ns + trial->tokens_ns / 4 >= trial->block_ns * most)
		return EFI_DISK_SLOWER;
	return trial->tokens < most ? EFI_DISK_MORE : EFI_DISK_FASTER;
}

/**
 * efi_disk_break_even() - get the number of requests from which tokens pay
 * @trial:	a trial with the largest number of tokens, which were faster
 *
 * This assumes that few tokens take as long as many, because all of them wait
 * for the next tick of the firmware's clock. If few tokens take less time,
 * tokens pay for fewer requests than this function returns.
 *
 * Context: any.
 * Return: the number of requests, at least 2.
 */
unsigned int efi_disk_break_even(const struct efi_disk_trial *trial)
{
	return max(2, DIV64_U64_ROUND_UP(trial->tokens_ns, trial->block_ns));
}

/* Return: the time of a read in ns, or 0 if a read has failed */
static u64 emode_time_blockio(struct efi_disk *d, u64 stride, u32 bytes)
{
	u64 start = ktime_get_ns(), spent = 0;
	efi_status_t status = EFI_SUCCESS;
	unsigned int i, noio;
	int ret = 0;

	for (i = 0; i < EFI_DISK_TOKENS &&
	     spent < EFI_MODE_DISK_TRIAL_READ_MS * NSEC_PER_MSEC && !ret; i++) {
		ret = efi_protocol_call(d->io, &status,
					union efi_block_io_protocol, read_blocks,
					d->media.id, 2 * i * stride, bytes,
					efi_phys(d->bounce->virt)) ?:
		      status ? -EIO : 0;
		spent = ktime_get_ns() - start;
	}
	if (status == EFI_TIMEOUT) {
		noio = efi_disk_lock(d);
		efi_disk_replace_bounce(d);
		efi_disk_unlock(d, noio);
	}
	return ret ? 0 : spent / i;
}

/*
 * Return: the number of requests from which tokens are faster, or 0 if they
 * never are
 */
static unsigned int emode_try_tokens(struct efi_disk *d,
				     enum efi_disk_mode mode, u32 bytes)
{
	u64 stride = div_u64(d->media.blocks, 2 * EFI_DISK_TOKENS);
	struct efi_disk_trial trial = { .tokens = FIRST_TOKENS };
	unsigned int most = efi_disk_tokens_count(d), from;
	enum efi_disk_verdict verdict;
	struct efi_disk_result o;

	trial.block_ns = emode_time_blockio(d, stride, bytes);
	if (!trial.block_ns) {
		emode_say_why(d, "reading by BlockIo fails");
		return 0;
	}
	for (;; trial.tokens = most) {
		trial.tokens = min(trial.tokens, most);
		o = efi_disk_tokens_try(d, stride, 2 * stride, bytes, &trial);
		if (!efi_disk_succeeded(&o)) {
			emode_say_why(d, "%s fails: %s",
				      emode_protocol_name(mode),
				      efi_disk_status_name(&o));
			return 0;
		}
		verdict = efi_disk_judge(&trial, most);
		if (verdict != EFI_DISK_MORE)
			break;
	}
	if (verdict == EFI_DISK_SYNCHRONOUS)
		emode_say_why(d, "%s is not asynchronous",
			      emode_protocol_name(mode));
	else
		emode_say_why(d,
			      "a block takes %llu us by %s with %u tokens, %llu us by BlockIo",
			      div_u64(trial.tokens_ns,
				      trial.tokens * NSEC_PER_USEC),
			      emode_protocol_name(mode), trial.tokens,
			      div_u64(trial.block_ns, NSEC_PER_USEC));
	if (verdict != EFI_DISK_FASTER)
		return 0;
	from = efi_disk_break_even(&trial);
	emode_say_more(d, "; BlockIo for fewer than %u requests", from);
	return from;
}

static void emode_use_best(struct efi_disk *d)
{
	u32 bytes = max_t(u32, SZ_4K, d->media.block_size);
	enum efi_disk_mode mode = EFI_DISK_BLOCKIO2;
	unsigned int from;

	if (!emode_has_protocol(d, mode))
		mode = EFI_DISK_DISKIO2;
	if (!emode_has_protocol(d, mode)) {
		emode_say_why(d, "no other protocol");
		return;
	}
	if (d->media.removable ||
	    d->media.blocks * d->media.block_size <
	    (u64)bytes * 2 * EFI_DISK_TOKENS) {
		emode_say_why(d, "removable, or too small to try %s",
			      emode_protocol_name(mode));
		return;
	}
	if (!emode_use(d, mode, bytes))
		return;
	from = emode_try_tokens(d, mode, bytes);
	efi_disk_tokens_destroy(d);
	if (from)
		emode_use_for_good(d, mode, from);
}

/**
 * efi_disk_choose_mode() - choose the protocol of a disk
 * @d:		the disk, which has no other user yet
 *
 * Sets @d->mode and @d->mode_reason, and @d->tokens and @d->tokens_from if
 * tokens are used.
 *
 * Context: task context (probe of the device); sleeps.
 */
void efi_disk_choose_mode(struct efi_disk *d)
{
	enum efi_disk_mode mode = READ_ONCE(wanted);

	d->mode = EFI_DISK_BLOCKIO;
	if (mode == EFI_DISK_AUTO)
		emode_use_best(d);
	else if (mode == EFI_DISK_BLOCKIO)
		emode_say_why(d, "requested");
	else
		emode_use_wanted(d, mode);
}
