// SPDX-License-Identifier: GPL-2.0-only
/*
 * The request queue of a disk: its operations, and its tags
 */
#include <linux/blk-mq.h>
#include <linux/numa.h>

#include "disk.h"

static int etags_init_request(struct blk_mq_tag_set *set, struct request *rq,
			      unsigned int hctx_idx, int numa_node)
{
	efi_disk_init_request(rq);
	return 0;
}

static const struct blk_mq_ops etags_ops = {
	.queue_rq	= efi_disk_queue_rq,
	.commit_rqs	= efi_disk_commit_rqs,
	.init_request	= etags_init_request,
	.timeout	= efi_disk_token_timeout,
};

/**
 * efi_disk_alloc_tags() - allocate the tags of the request queue
 * @d:		the disk
 * @depth:	number of requests that the disk driver takes at a time, 1 or more
 *
 * blk_mq_free_tag_set() frees them.
 *
 * Context: task context; sleeps.
 * Return: 0 or -ENOMEM.
 */
int efi_disk_alloc_tags(struct efi_disk *d, unsigned int depth)
{
	d->tags.ops = &etags_ops;
	d->tags.nr_hw_queues = 1;
	d->tags.queue_depth = depth;
	d->tags.cmd_size = sizeof(struct efi_disk_request);
	d->tags.numa_node = NUMA_NO_NODE;
	/*
	 * No I/O scheduler by default: it costs 1000 instructions per request,
	 * and the order of the requests need not change
	 */
	d->tags.flags = BLK_MQ_F_BLOCKING | BLK_MQ_F_NO_SCHED_BY_DEFAULT;
	return blk_mq_alloc_tag_set(&d->tags);
}
