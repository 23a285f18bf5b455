/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Argument of the function "disk" of the EFI test driver
 *
 * The selftests and the driver share this file.
 */
#ifndef _TEST_DISK_H
#define _TEST_DISK_H

/* Bits 0 to 7 select the operation, the higher bits are its argument */
enum test_disk {
	TEST_DISK_INSTALL,	/* install, with enum test_disk_kind and
				 * TEST_DISK_WITH_*
				 */
	TEST_DISK_REMOVE,	/* uninstall */
	TEST_DISK_FAIL,		/* fail with status (bits 0 to 7) this many
				 * times (bits 8 on); 0xffff: always
				 */
	TEST_DISK_FAIL_AT,	/* transfers with this block fail; 0: none */
	TEST_DISK_LIMIT,	/* refuse transfers of more bytes than this;
				 * 0: no limit
				 */
	TEST_DISK_MEDIUM,	/* insert another medium of this many blocks;
				 * 0: remove the medium
				 */
	TEST_DISK_WORD,		/* value: the 64 bits at this offset */
	TEST_DISK_CALLS,	/* value: transfers requested since the last
				 * TEST_DISK_CALLS, by any protocol
				 */
	TEST_DISK_BREACHES,	/* value: calls that broke a rule */
	TEST_DISK_STRAY,	/* value: calls after TEST_DISK_REMOVE */
	TEST_DISK_ERASED,	/* value: blocks erased since the start */
	TEST_DISK_RENUMBER,	/* give the same medium another number */
	TEST_DISK_FLUSHES,	/* value: calls of FlushBlocks() since the last
				 * TEST_DISK_FLUSHES
				 */
	TEST_DISK_DELAY,	/* complete tokens after this many ms; 0: before
				 * the call returns
				 */
	TEST_DISK_FAIL_TOKEN,	/* as TEST_DISK_FAIL, but the call succeeds, and
				 * the token gets the status
				 */
	TEST_DISK_LOSE,		/* do not complete this many tokens */
	TEST_DISK_FIND,		/* complete these tokens, and those that were in
				 * flight at TEST_DISK_REMOVE; value: their
				 * number
				 */
	TEST_DISK_TOKENS,	/* value: tokens started since the last
				 * TEST_DISK_TOKENS
				 */
	TEST_DISK_MOST,		/* value: most tokens at once since the last
				 * TEST_DISK_MOST
				 */
	TEST_DISK_SLOW,		/* a transfer by BlockIo takes this many us */
	TEST_DISK_READ_ONLY,	/* if not 0, later media are read-only */
	TEST_DISK_FLUSH_STATUS,	/* FlushBlocks() returns this status until the
				 * next TEST_DISK_INSTALL
				 */
	TEST_DISK_FAULT,	/* transfers by BlockIo take a page fault */
	TEST_DISK_FLUSH_MS,	/* the next FlushBlocks() takes this many ms */
	TEST_DISK_LOW_ONLY,	/* if not 0, corrupt transfers to and from
				 * memory above 4 GiB, and count a breach
				 */
};

enum test_disk_kind {
	TEST_DISK_KIND_512,
	TEST_DISK_KIND_16K,	/* blocks of 16 KiB */
	TEST_DISK_KIND_64K,	/* blocks of 64 KiB */
	TEST_DISK_KIND_ALIGN,	/* buffers aligned to 8 KiB */
	TEST_DISK_KIND_REMOVABLE,
	TEST_DISK_KIND_IPXE,	/* as iPXE describes its disk */
	TEST_DISK_KIND_PARTITION,
	TEST_DISK_KIND_520,	/* blocks of 520 bytes */
	TEST_DISK_KIND_TOO_LARGE, /* 2^64 blocks */
	TEST_DISK_KIND_PHYSICAL, /* revision 3: tells its physical block size */
};

/* Protocols besides BlockIo */
#define TEST_DISK_WITH_BLOCKIO2	0x100
#define TEST_DISK_WITH_DISKIO2	0x200

/* In bytes */
#define TEST_DISK_SIZE		(8 << 20)

#endif /* _TEST_DISK_H */
