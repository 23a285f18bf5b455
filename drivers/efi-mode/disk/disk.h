/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Internal header of the drivers for the firmware's disks
 *
 * Each handle with BlockIo is a block device. The driver turns requests of the
 * block layer into firmware calls. Read the files from disk.c downwards. nvme.c
 * and scsi.c are separate modules, which pass commands of user space through to
 * the devices behind the disks.
 *
 * Calls run downwards. Files on a line do not call each other:
 *
 *	disk, nvme, scsi
 *	tags
 *	queue, mode, reconnect
 *	claim
 *	tokens, flush, identify
 *	pass
 *	transfer, plan
 *	media, range
 *
 * All files may call the bus. plan.c and range.c contain pure functions only,
 * and so does most of media.c. identify.c has attributes in sysfs, as disk.c.
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

/*
 * Segments per request. They are in struct efi_disk, so that a transfer needs
 * no allocation.
 */
#define EFI_DISK_MAX_SEGMENTS	256

/* Tokens in flight per disk. The NVMe driver of edk2 takes 63. */
#define EFI_DISK_TOKENS		32

/*
 * Bytes per token, at most. If tokens are used for all requests, the block
 * layer splits larger requests. Otherwise larger requests are served without a
 * token.
 */
#define EFI_DISK_TOKEN_BYTES	SZ_128K

/* Calls per switch */
#define EFI_DISK_CHAIN		16

#define EFI_DISK_MIN_BLOCK	512
#define EFI_DISK_MAX_BLOCK	SZ_64K

/**
 * struct efi_disk_media - the medium in a drive
 * @id:		the firmware's number of the medium, an argument of each call
 * @present:	there is a medium
 * @removable:	the medium can be changed
 * @read_only:	the medium cannot be written
 * @partition:	the handle is a partition of another disk
 * @block_size:	size of a block in bytes
 * @io_align:	alignment of buffers in bytes, a power of two
 * @blocks:	number of blocks
 * @physical_size: bytes that the device writes at once, a multiple of
 *		@block_size
 * @optimal_size: bytes of which the length of a transfer should be a multiple,
 *		or 0
 * @aligned_block: first block that is aligned to @physical_size
 * @erase_size:	bytes that the device erases at once, a multiple of @block_size;
 *		0 if it cannot erase
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
 * @block_size:	size of a block in bytes; a call transfers whole blocks
 * @align:	alignment of memory that is transferred directly, in bytes, a
 *		power of two
 * @max_bytes:	largest transfer in bytes, a multiple of @block_size
 * @max_bounced: largest transfer through the bounce buffer in bytes, a multiple
 *		of @block_size
 * @min_direct:	size in bytes from which a separate call for one piece of memory
 *		pays
 * @end:	first address behind the memory that the firmware can be given
 * @bounced:	use the bounce buffer for all transfers. After a timeout, the
 *		device may go on with the transfer and change memory that has
 *		another user by then.
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
 * struct efi_disk_segment - contiguous memory of a request
 * @phys:	physical address
 * @bytes:	size in bytes
 * @shared:	the pages also contain other objects, so the firmware must not
 *		get their addresses
 */
struct efi_disk_segment {
	phys_addr_t phys;
	u32 bytes;
	bool shared;
};

/**
 * struct efi_disk_iter - progress of a request
 * @seg:	the next segment
 * @offset:	offset in @seg, in bytes
 * @pos:	position on the disk, in bytes
 * @left:	remaining bytes, at most those of the remaining segments
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
 * @bytes:	length in bytes, whole blocks
 * @skip:	bytes at the beginning that are not part of the request
 * @wanted:	bytes after them that are part of the request
 * @direct:	transfer to or from the memory of the request, not the bounce
 *		buffer
 */
struct efi_disk_xfer {
	u64 lba;
	u32 bytes;
	u32 skip;
	u32 wanted;
	bool direct;
};

/**
 * struct efi_disk_part - position of a partition
 * @start:	first sector of 512 bytes
 * @sectors:	number of sectors
 */
struct efi_disk_part {
	u64 start;
	u64 sectors;
};

/**
 * enum efi_disk_flush_support - does a flush write the data to the medium?
 * @EFI_DISK_FLUSH_YES: it does
 * @EFI_DISK_FLUSH_UNKNOWN: there is FlushBlocks(), which may do nothing
 * @EFI_DISK_FLUSH_NO: FlushBlocks() is not supported, so data may stay in the
 *		cache of the device
 */
enum efi_disk_flush_support {
	EFI_DISK_FLUSH_YES,
	EFI_DISK_FLUSH_UNKNOWN,
	EFI_DISK_FLUSH_NO,
};

/**
 * enum efi_disk_pass_kind - the kind of commands that are passed to the device
 * @EFI_DISK_PASS_SCSI: SCSI, by ScsiIo on the handle of the disk
 * @EFI_DISK_PASS_ATA: ATA, by AtaPassThru on the handle of the controller
 * @EFI_DISK_PASS_NVME: NVMe, by NvmExpressPassThru on the handle of the
 *		controller
 * @EFI_DISK_PASS_MMC: eMMC, by SdMmcPassThru on the handle of the controller
 */
enum efi_disk_pass_kind {
	EFI_DISK_PASS_SCSI,
	EFI_DISK_PASS_ATA,
	EFI_DISK_PASS_NVME,
	EFI_DISK_PASS_MMC,
};

/**
 * struct efi_disk_pass - how the driver passes commands to the device
 * @protocol:	the protocol, or NULL if commands cannot be passed
 * @kind:	kind of the commands
 * @namespace:	NVMe namespace
 * @port:	port of the ATA device on its controller
 * @multiplier:	port of the ATA device on its port multiplier
 * @slot:	slot of the eMMC device on its controller
 * @write_through: the cache of the eMMC device is off, so there is nothing to
 *		flush
 * @flush:	opcode of the flush command that the device supports
 * @answered:	the last error is an answer of the device
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

/* Argument of efi_disk_pass_read() for SCSI: the standard data of INQUIRY */
#define EFI_DISK_PAGE_INQUIRY	0x100

/*
 * Bytes that INQUIRY reads: of the standard data, and of a page. Some devices hang if
 * they are asked for more of the standard data.
 */
#define EFI_DISK_STANDARD_BYTES	36
#define EFI_DISK_INQUIRY_BYTES	252

/**
 * struct efi_disk_identity - identity that the device reports
 * @vendor:	vendor, only of SCSI devices
 * @model:	model
 * @rev:	revision of the firmware in the device
 * @serial:	serial number
 * @wwid:	name that no other disk has, in the form of the kernel's own drivers
 *
 * All are printable text without spaces at the ends, and empty if not known.
 */
struct efi_disk_identity {
	char vendor[9];
	char model[41];
	char rev[9];
	char serial[65];
	char wwid[145];
};

/**
 * enum efi_disk_mode - the protocol that a disk is read and written by
 * @EFI_DISK_AUTO: the best protocol; only a value of the parameter
 * @EFI_DISK_BLOCKIO: BlockIo, one call after the other
 * @EFI_DISK_BLOCKIO2: BlockIo2, with tokens
 * @EFI_DISK_DISKIO2: DiskIo2, with tokens
 */
enum efi_disk_mode {
	EFI_DISK_AUTO,
	EFI_DISK_BLOCKIO,
	EFI_DISK_BLOCKIO2,
	EFI_DISK_DISKIO2,
};

/**
 * struct efi_disk_trial - result of a trial of a protocol with tokens
 * @tokens:	number of tokens in flight at once
 * @at_once:	number of tokens that were complete when the call returned
 * @tokens_ns:	time in ns until all tokens were complete
 * @block_ns:	time in ns of one read by BlockIo
 */
struct efi_disk_trial {
	unsigned int tokens;
	unsigned int at_once;
	u64 tokens_ns;
	u64 block_ns;
};

/**
 * enum efi_disk_verdict - conclusion from a trial
 * @EFI_DISK_SYNCHRONOUS: the protocol transfers the data before it returns
 * @EFI_DISK_SLOWER: slower than BlockIo, even with the largest number of tokens
 * @EFI_DISK_MORE: try again with more tokens
 * @EFI_DISK_FASTER: faster than BlockIo
 */
enum efi_disk_verdict {
	EFI_DISK_SYNCHRONOUS,
	EFI_DISK_SLOWER,
	EFI_DISK_MORE,
	EFI_DISK_FASTER,
};

/**
 * struct efi_disk_result - result of a call
 * @ret:	0, or an error as of efi_protocol_call()
 * @status:	EFI status that the function has returned, if @ret is 0
 */
struct efi_disk_result {
	int ret;
	efi_status_t status;
};

struct attribute_group;
struct efi_disk_slot;
struct efi_disk_tokens;
struct nvme_id_ctrl;
struct nvme_id_ns;

/**
 * struct efi_disk_request - driver data of each request
 * @slot:	slot of its token, or NULL
 * @again:	serves the request without a token
 * @status:	status to complete the request with
 */
struct efi_disk_request {
	struct efi_disk_slot *slot;
	struct work_struct again;
	blk_status_t status;
};

/**
 * struct efi_disk_chain - calls that are submitted with one switch
 * @max:	number of calls per switch; adapted to the time that they take
 * @calls:	one call per request
 */
struct efi_disk_chain {
	unsigned int max;
	struct efi_call calls[EFI_DISK_CHAIN];
};

/**
 * struct efi_disk - a disk
 * @gd:		the disk in the block layer
 * @edev:	device of the handle
 * @io:		BlockIo
 * @erase:	EraseBlock, or NULL
 * @pass:	state for commands that are passed to the device
 * @identity:	identity that the device reports
 * @bounce:	buffer for data that cannot or should not be transferred
 *		directly
 * @shared:	buffer for all other arguments that the firmware gets the
 *		address of
 * @tags:	tags of the requests
 * @lock:	held for each call; protects the members below
 * @media:	the medium that Linux works with
 * @limits:	limits of calls; its @max_bytes is adapted to the time that
 *		calls take
 * @max_bytes:	upper limit of @limits.max_bytes, however short the calls are
 * @closed:	no call may be made any more
 * @stale:	the medium in the drive is not @media any more
 * @events:	DISK_EVENT_* that have not been reported yet
 * @poll_pause:	time in ms for which the drive is not polled after the last look
 *		at the medium
 * @next_poll:	jiffies at the end of @poll_pause
 * @media_work:	reports a medium that has changed
 * @flush:	does a flush write the data to the medium?
 * @warned:	the user has been warned that it may not
 * @number:	number in the name of the disk
 * @mode:	protocol in use
 * @mode_reason: why @mode was chosen, for the log
 * @tokens:	state of the tokens, or NULL if the disk does not use tokens
 * @tokens_from: number of queued requests from which tokens are used; 0 without
 *		tokens
 * @waiting:	number of requests that have not been started
 * @issued:	the requests among them that the driver looks at together
 * @chain:	calls for several of them
 * @segs:	segments of the request that is being served
 * @written:	Linux has written to the disk
 * @table_written: Linux has written outside the firmware's partitions, perhaps
 *		to the partition table
 * @table_known: @parts are the partitions in the table when the disk is removed
 * @parts:	partitions that Linux has found, if Linux has written the table
 * @nr_parts:	number of @parts
 */
struct efi_disk {
	struct gendisk *gd;
	struct efi_device *edev;
	struct efi_protocol *io;
	struct efi_protocol *erase;
	struct efi_disk_pass pass;
	struct efi_disk_identity identity;
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
 * efi_disk_lock() - lock a disk for firmware calls
 * @d:		the disk
 *
 * Until efi_disk_unlock(), allocations do not start I/O, because they must not
 * wait for pages to be written to this disk.
 *
 * Context: task context; sleeps.
 * Return: a value for efi_disk_unlock().
 */
static inline unsigned int efi_disk_lock(struct efi_disk *d)
{
	unsigned int noio = memalloc_noio_save();

	mutex_lock(&d->lock);
	return noio;
}

/**
 * efi_disk_unlock() - undo efi_disk_lock()
 * @d:		the disk
 * @noio:	return value of efi_disk_lock()
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

bool efi_disk_pass_connect(struct efi_disk *d);
bool efi_disk_pass_open(struct efi_disk *d);
void efi_disk_pass_close(struct efi_disk *d);
struct efi_disk_result efi_disk_pass_flush(struct efi_disk *d);
struct efi_disk_result efi_disk_pass_read(struct efi_disk *d, u16 page,
					  const struct efi_buffer *data);
void efi_disk_pass_standby(struct efi_disk *d);

/* identify.c */

extern const struct attribute_group *efi_disk_identity_groups[];
void efi_disk_parse_inquiry(const u8 *data, struct efi_disk_identity *id);
void efi_disk_parse_serial_page(const u8 *page, struct efi_disk_identity *id);
void efi_disk_parse_id_page(const u8 *page, struct efi_disk_identity *id);
void efi_disk_parse_ata(const u16 *data, struct efi_disk_identity *id);
void efi_disk_parse_nvme(const struct nvme_id_ctrl *ctrl, u32 namespace,
			 struct efi_disk_identity *id);
void efi_disk_parse_namespace(const struct nvme_id_ns *ns,
			      struct efi_disk_identity *id);
void efi_disk_identify(struct efi_disk *d);

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

blk_status_t efi_disk_queue_rq(struct blk_mq_hw_ctx *hctx,
			       const struct blk_mq_queue_data *bd);
void efi_disk_commit_rqs(struct blk_mq_hw_ctx *hctx);
void efi_disk_init_request(struct request *rq);

/* tags.c */

int efi_disk_alloc_tags(struct efi_disk *d, unsigned int depth);

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
