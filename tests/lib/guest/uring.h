/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Run many transfers at once by io_uring
 *
 * The memory and the file are registered, so that a transfer needs neither a
 * system call nor a page table walk of its own.
 */
#ifndef _SELFTESTS_EFI_MODE_URING_H
#define _SELFTESTS_EFI_MODE_URING_H

#include <liburing.h>
#include <stdbool.h>

#define URING_FILE	0
#define URING_MEMORY	0

/* Return: 0, or a negative error code */
static inline int uring_open(struct io_uring *ring, unsigned int most,
			     void *memory, size_t size)
{
	struct iovec area = { .iov_base = memory, .iov_len = size };
	int ret = io_uring_queue_init(most, ring, IORING_SETUP_SINGLE_ISSUER |
						  IORING_SETUP_DEFER_TASKRUN);

	return ret ?: io_uring_register_buffers(ring, &area, 1) ?:
	       io_uring_register_files_sparse(ring, 1);
}

static inline bool uring_use(struct io_uring *ring, int fd)
{
	return io_uring_register_files_update(ring, URING_FILE, &fd, 1) == 1;
}

/*
 * Add a transfer, which uring_run() starts. At most @most transfers, the
 * argument of uring_open(), can be added before uring_run().
 */
static inline void uring_add(struct io_uring *ring, bool writes, void *buffer,
			     size_t size, off_t offset)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	if (writes)
		io_uring_prep_write_fixed(sqe, URING_FILE, buffer, size, offset,
					  URING_MEMORY);
	else
		io_uring_prep_read_fixed(sqe, URING_FILE, buffer, size, offset,
					 URING_MEMORY);
	io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
	io_uring_sqe_set_data64(sqe, size);
}

/* Return: true if exactly @n transfers completed with their full size */
static inline bool uring_run(struct io_uring *ring, unsigned int n)
{
	bool whole = io_uring_submit_and_wait(ring, n) == (int)n;
	unsigned int head, found = 0;
	struct io_uring_cqe *cqe;

	io_uring_for_each_cqe(ring, head, cqe) {
		whole = whole && cqe->res == (int)cqe->user_data;
		found++;
	}
	io_uring_cq_advance(ring, found);
	return whole && found == n;
}

#endif /* _SELFTESTS_EFI_MODE_URING_H */
