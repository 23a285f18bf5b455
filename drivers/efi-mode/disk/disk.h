/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The disks of the firmware, for the files of their driver
 *
 * Each handle with BlockIo is a block device. The driver turns requests of the block
 * layer into firmware calls. Read from disk.c downwards. nvme.c and scsi.c are modules
 * of their own, which pass commands through to what is behind the disks.
 *
 * Calls run downwards. Files on a line do not call each other:
 *
 *	disk, nvme, scsi
 *	queue, mode, reconnect
 *	claim
 *	tokens, flush
 *	pass
 *	transfer, plan
 *	media, range
 *
 * All of them may use the bus. plan.c and range.c are pure, and so is most of media.c.
 */
#ifndef _EFI_MODE_DISK_H
#define _EFI_MODE_DISK_H

#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/workqueue.h>

#include <efi-mode/bus.h>
#include <efi-mode/block.h>

/* Of a request: what firmware is given is made from them without an allocation */
#define EFI_DISK_MAX_SEGMENTS	256

/* Tokens that firmware has at once; NVMe in edk2 takes 63 */
#define EFI_DISK_TOKENS		32

/* Of one of them. What is larger is several requests, and several tokens. */
#define EFI_DISK_TOKEN_BYTES	SZ_128K

/* Calls that are made with one switch */
#define EFI_DISK_CHAIN		16

#define EFI_DISK_MIN_BLOCK	512
#define EFI_DISK_MAX_BLOCK	SZ_64K

/**
 * struct efi_disk_media - what is in a drive
 * @id:		firmware's number for it, which each call says
 * @present:	there is something
 * @removable:	there can be something else
 * @read_only:	it cannot be written
 * @partition:	it is a part of another one
 * @block_size:	bytes of a block
 * @io_align:	what addresses are a multiple of, a power of two
 * @blocks:	how many
 * @physical_size: bytes that the device writes at once, a multiple of @block_size
 * @optimal_size: bytes of which a transfer is best a multiple, or 0
 * @aligned_block: the first one with which @physical_size begins
 * @erase_size: bytes that are erased at once, a multiple of @block_size; 0 if none can be
 */
struct efi_disk_media {
	u32 id;
	bool present;
	bool removable;
	bool read_only;
	bool partition;
	u32 block_size;
	u32 io_align;
	u64 blocks;
	u32 physical_size;
	u32 optimal_size;
	u64 aligned_block;
	u32 erase_size;
};

/**
 * struct efi_disk_limits - limits of one firmware call
 * @block_size:	of whole blocks, of so many bytes
 * @align:	of memory at such addresses: a power of two
 * @max_bytes:	of at most so many, a multiple of @block_size
 * @max_bounced: of at most so many if they go through the bounce buffer, likewise
 * @min_direct:	memory of so many bytes or more is worth a call of its own
 * @end:	of the memory that firmware can be given
 * @bounced:	nothing goes from or to where it is: the device may go on with a transfer
 *		after its end, and would change memory that others use by then
 */
struct efi_disk_limits {
	u32 block_size;
	u32 align;
	u32 max_bytes;
	u32 max_bounced;
	u32 min_direct;
	phys_addr_t end;
	bool bounced;
};

/**
 * struct efi_disk_segment - memory of a request that is in one piece
 * @phys:	its address
 * @bytes:	how much
 * @shared:	others have parts of its pages, so firmware is not given the memory itself
 */
struct efi_disk_segment {
	phys_addr_t phys;
	u32 bytes;
	bool shared;
};

/**
 * struct efi_disk_iter - how far a request has come
 * @seg:	the memory that is next
 * @offset:	in it
 * @pos:	on the disk, in bytes
 * @left:	bytes to go, no more than the segments have
 */
struct efi_disk_iter {
	const struct efi_disk_segment *seg;
	u32 offset;
	u64 pos;
	u32 left;
};

/**
 * struct efi_disk_xfer - the transfer of one call
 * @lba:	first block
 * @bytes:	of whole blocks
 * @skip:	bytes at the beginning that nobody has asked for
 * @wanted:	bytes after them that somebody has
 * @direct:	to or from the memory itself, else the bounce buffer
 */
struct efi_disk_xfer {
	u64 lba;
	u32 bytes;
	u32 skip;
	u32 wanted;
	bool direct;
};

/**
 * struct efi_disk_part - where a partition is
 * @start:	sector of 512 bytes
 * @sectors:	how many
 */
struct efi_disk_part {
	u64 start;
	u64 sectors;
};

/**
 * enum efi_disk_flush_support - whether a flush brings the data to the medium
 * @EFI_DISK_FLUSH_YES:	it does
 * @EFI_DISK_FLUSH_UNKNOWN: there is FlushBlocks(), which may do nothing
 * @EFI_DISK_FLUSH_NO:	data may stay in the device's cache: FlushBlocks() is not supported
 */
enum efi_disk_flush_support {
	EFI_DISK_FLUSH_YES,
	EFI_DISK_FLUSH_UNKNOWN,
	EFI_DISK_FLUSH_NO,
};

/**
 * enum efi_disk_pass_kind - what commands are passed to the device
 * @EFI_DISK_PASS_SCSI:	by ScsiIo of the disk
 * @EFI_DISK_PASS_ATA:	by AtaPassThru of the controller
 * @EFI_DISK_PASS_NVME:	by NvmExpressPassThru of the controller
 * @EFI_DISK_PASS_MMC:	by SdMmcPassThru of the controller
 */
enum efi_disk_pass_kind {
	EFI_DISK_PASS_SCSI,
	EFI_DISK_PASS_ATA,
	EFI_DISK_PASS_NVME,
	EFI_DISK_PASS_MMC,
};

/**
 * struct efi_disk_pass - how commands are passed to the device
 * @protocol:	by which, or NULL if they are not
 * @kind:	what kind of commands
 * @namespace:	of NVMe
 * @port:	of the ATA device on its controller
 * @multiplier:	of the ATA device on its port multiplier
 * @slot:	of the eMMC device on its controller
 * @write_through: its cache is off, so there is nothing to flush
 * @flush:	the command that the device has for it
 * @answered:	the last error is what the device has answered
 */
struct efi_disk_pass {
	struct efi_protocol *protocol;
	enum efi_disk_pass_kind kind;
	u32 namespace;
	u16 port;
	u16 multiplier;
	u8 slot;
	bool write_through;
	u8 flush;
	bool answered;
};

/**
 * enum efi_disk_mode - by which protocol it is read and written
 * @EFI_DISK_AUTO:	by the one that is best; of the parameter only
 * @EFI_DISK_BLOCKIO:	one request after the other
 * @EFI_DISK_BLOCKIO2:	with tokens
 * @EFI_DISK_DISKIO2:	with tokens
 */
enum efi_disk_mode {
	EFI_DISK_AUTO,
	EFI_DISK_BLOCKIO,
	EFI_DISK_BLOCKIO2,
	EFI_DISK_DISKIO2,
};

/**
 * struct efi_disk_trial - what a trial has shown
 * @tokens:	at once
 * @at_once:	how many of them were complete when the call returned
 * @tokens_ns:	until all of them were
 * @block_ns:	of one read by BlockIo
 */
struct efi_disk_trial {
	unsigned int tokens;
	unsigned int at_once;
	u64 tokens_ns;
	u64 block_ns;
};

/**
 * enum efi_disk_verdict - what that means
 * @EFI_DISK_SYNCHRONOUS: the protocol is only called asynchronous
 * @EFI_DISK_SLOWER:	however many tokens there are
 * @EFI_DISK_MORE:	to be tried with more of them
 * @EFI_DISK_FASTER:	than BlockIo
 */
enum efi_disk_verdict {
	EFI_DISK_SYNCHRONOUS,
	EFI_DISK_SLOWER,
	EFI_DISK_MORE,
	EFI_DISK_FASTER,
};

/**
 * struct efi_disk_result - result of a call
 * @ret:	as of efi_protocol_call()
 * @status:	what the function has returned
 */
struct efi_disk_result {
	int ret;
	efi_status_t status;
};

struct efi_disk_slot;
struct efi_disk_tokens;

/**
 * struct efi_disk_request - what the driver has with each request
 * @slot:	where its token is, or NULL
 * @again:	does it without a token
 * @status:	once it is over
 */
struct efi_disk_request {
	struct efi_disk_slot *slot;
	struct work_struct again;
	blk_status_t status;
};

/**
 * struct efi_disk_chain - calls that are made with one switch
 * @max:	how many; it goes by how long they take
 * @calls:	of one request each
 */
struct efi_disk_chain {
	unsigned int max;
	struct efi_call calls[EFI_DISK_CHAIN];
};

/**
 * struct efi_disk - a disk
 * @gd:		for the block layer
 * @edev:	the handle
 * @io:		BlockIo
 * @erase:	EraseBlock, or NULL
 * @pass:	for commands to the device itself
 * @bounce:	for what cannot or should not go from or to where it is
 * @shared:	for what else firmware gets the address of
 * @tags:	of the requests
 * @lock:	one call at a time; and what is below
 * @media:	what Linux believes to be in the drive
 * @limits:	of calls; its @max_bytes goes by how long they take
 * @max_bytes:	of a call, however short it is
 * @closed:	no more calls
 * @stale:	@media is not what is in the drive
 * @events:	DISK_EVENT_* that nobody has asked for yet
 * @poll_pause:	ms without a poll after the last look at the medium
 * @next_poll:	jiffies at the end of that
 * @media_work:	tells of a medium that has changed
 * @flush:	whether a flush brings the data to the medium
 * @warned:	that it does not
 * @number:	of its name
 * @mode:	by which protocol
 * @mode_reason: why
 * @tokens:	if they are used
 * @tokens_from: requests that there have to be at once for that; 0 without tokens
 * @waiting:	requests that are not with firmware yet
 * @issued:	those of them that are to be looked at together
 * @chain:	several of them at once
 * @segs:	of the request that is being done
 * @written:	Linux has written to it
 * @table_written: also where the firmware has no partition, so perhaps to the table
 * @table_known: @parts are what is in the table at the end
 * @parts:	the partitions that Linux has found, if it has written the table
 * @nr_parts:	how many
 */
struct efi_disk {
	struct gendisk *gd;
	struct efi_device *edev;
	struct efi_protocol *io;
	struct efi_protocol *erase;
	struct efi_disk_pass pass;
	struct efi_buffer *bounce;
	struct efi_buffer *shared;
	struct blk_mq_tag_set tags;
	struct mutex lock;
	struct efi_disk_media media;
	struct efi_disk_limits limits;
	u32 max_bytes;
	bool closed;
	bool stale;
	unsigned int events;
	u32 poll_pause;
	unsigned long next_poll;
	struct work_struct media_work;
	enum efi_disk_flush_support flush;
	bool warned;
	int number;
	enum efi_disk_mode mode;
	char mode_reason[128];
	struct efi_disk_tokens *tokens;
	unsigned int tokens_from;
	atomic_t waiting;
	struct list_head issued;
	struct efi_disk_chain chain;
	struct efi_disk_segment segs[EFI_DISK_MAX_SEGMENTS];
	bool written;
	bool table_written;
	bool table_known;
	struct efi_disk_part *parts;
	unsigned int nr_parts;
};

/**
 * efi_disk_lock() - make calls
 * @d:		the disk
 *
 * What is allocated meanwhile must not wait for pages to be written to this disk.
 *
 * Context: task context; sleeps.
 * Return: for efi_disk_unlock().
 */
static inline unsigned int efi_disk_lock(struct efi_disk *d)
{
	unsigned int noio = memalloc_noio_save();

	mutex_lock(&d->lock);
	return noio;
}

/**
 * efi_disk_unlock() - let others make calls
 * @d:		the disk
 * @noio:	as of efi_disk_lock()
 *
 * Context: task context.
 */
static inline void efi_disk_unlock(struct efi_disk *d, unsigned int noio)
{
	mutex_unlock(&d->lock);
	memalloc_noio_restore(noio);
}

/* media.c */

void efi_disk_parse_media(const struct efi_block_io_media *raw, u64 revision,
			  struct efi_disk_media *media);
int efi_disk_check_media(const struct efi_disk_media *media, const char **why);
void efi_disk_queue_limits(const struct efi_disk_media *media, u32 max_bytes,
			   struct queue_limits *lim);
void efi_disk_init_limits(const struct efi_disk_media *media, u32 max_bytes,
			  u32 max_bounced, phys_addr_t end,
			  struct efi_disk_limits *limits);
sector_t efi_disk_capacity(const struct efi_disk_media *media);
int efi_disk_read_media(struct efi_disk *d, struct efi_disk_media *media);
bool efi_disk_same_media(const struct efi_disk_media *a,
			 const struct efi_disk_media *b);
void efi_disk_lose_medium(struct efi_disk *d);
void efi_disk_replace_bounce(struct efi_disk *d);
void efi_disk_replace_shared(struct efi_disk *d);
struct efi_disk_result efi_disk_read_block(struct efi_disk *d, u64 lba);
u32 efi_disk_poll_pause(u32 last, bool failed, u64 ms);
int efi_disk_detect(struct efi_disk *d, struct efi_disk_media *media);

/* range.c */

bool efi_disk_parse_partition(const struct efi_disk *d, const void *path,
			      size_t size, struct efi_disk_part *part);
bool efi_disk_parse_boot_image(const struct efi_disk *d, const void *path,
			       size_t size, struct efi_disk_part *part);
u64 efi_disk_fat_sectors(const void *boot, size_t size);
bool efi_disk_covers(const struct efi_disk_part *part, sector_t capacity);
bool efi_disk_has_part(const struct efi_disk_part *parts, unsigned int nr,
		       const struct efi_disk_part *part);

/* plan.c */

bool efi_disk_add_segment(struct efi_disk_segment *segs, unsigned int *nr,
			  unsigned int max, const struct bio_vec *bv);
void efi_disk_plan(const struct efi_disk_limits *limits,
		   const struct efi_disk_iter *iter,
		   struct efi_disk_xfer *xfer);
void efi_disk_advance(struct efi_disk_iter *iter, u32 bytes);
u32 efi_disk_pace(u32 now, u32 least, u32 most, unsigned int ms);
u64 efi_disk_plan_erase(const struct efi_disk_media *media, u64 pos, u64 bytes,
			u64 *lba);

/* transfer.c */

blk_status_t efi_disk_status(const struct efi_disk_result *o);
const char *efi_disk_status_name(const struct efi_disk_result *o);
bool efi_disk_wants_less(const struct efi_disk_result *o);
bool efi_disk_is_final(const struct efi_disk_result *o);

static inline bool efi_disk_succeeded(const struct efi_disk_result *o)
{
	return !o->ret && o->status == EFI_SUCCESS;
}

struct efi_disk_result efi_disk_transfer(struct efi_disk *d, bool write,
					 const struct efi_disk_iter *iter,
					 const struct efi_disk_xfer *xfer);
void efi_disk_describe(const struct efi_disk *d, bool write,
		       const struct efi_disk_iter *iter,
		       const struct efi_disk_xfer *xfer, struct efi_call *c);
bool efi_disk_conclude(const struct efi_call *c);
struct efi_disk_result efi_disk_erase(struct efi_disk *d, u64 lba, u64 bytes);

/* pass.c */

bool efi_disk_pass_open(struct efi_disk *d);
void efi_disk_pass_close(struct efi_disk *d);
struct efi_disk_result efi_disk_pass_flush(struct efi_disk *d);
void efi_disk_pass_standby(struct efi_disk *d);

/* flush.c */

void efi_disk_flush_init(struct efi_disk *d);
const char *efi_disk_flush_supported(const struct efi_disk *d);
struct efi_disk_result efi_disk_flush(struct efi_disk *d);
void efi_disk_settle(struct efi_disk *d);

/* tokens.c */

int efi_disk_tokens_create(struct efi_disk *d, enum efi_disk_mode mode,
			   u32 size);
void efi_disk_tokens_destroy(struct efi_disk *d);
unsigned int efi_disk_tokens_count(const struct efi_disk *d);
u32 efi_disk_tokens_bytes(const struct efi_disk *d);
bool efi_disk_tokens_pay(const struct efi_disk *d, unsigned int requests);
bool efi_disk_tokens_drain(struct efi_disk *d);
struct efi_disk_result efi_disk_tokens_try(struct efi_disk *d, u64 first,
					   u64 stride, u32 bytes,
					   struct efi_disk_trial *trial);
bool efi_disk_token_fits(const struct efi_disk_limits *limits, u32 size,
			 u64 pos, u32 bytes);
bool efi_disk_token_start(struct efi_disk *d, struct request *rq);
void efi_disk_token_failed(struct request *rq);
enum blk_eh_timer_return efi_disk_token_timeout(struct request *rq);
void efi_disk_tokens_give_up(struct efi_disk *d);

/* mode.c */

void efi_disk_choose_mode(struct efi_disk *d);
const char *efi_disk_mode_name(enum efi_disk_mode mode);
enum efi_disk_verdict efi_disk_judge(const struct efi_disk_trial *trial,
				     unsigned int most);
unsigned int efi_disk_break_even(const struct efi_disk_trial *trial);

/* queue.c */

extern const struct blk_mq_ops efi_disk_mq_ops;

/* reconnect.c */

void efi_disk_note_table(struct efi_disk *d);
void efi_disk_hand_over(struct efi_disk *d, bool present);

/* claim.c */

bool efi_fs_claim_may_write(struct efi_disk *d, sector_t start,
			    sector_t sectors);
void efi_fs_claim_protect(struct block_device *bdev);
void efi_fs_claim_attach(struct efi_disk *d);
void efi_fs_claim_detach(struct efi_disk *d);
void efi_fs_claim_drop(struct efi_disk *d, u64 handle);
void efi_fs_claim_changed(struct efi_disk *d);
int efi_fs_claim_set_read_only(struct block_device *bdev, bool ro);
int efi_fs_claim_register(void);

#endif /* _EFI_MODE_DISK_H */
