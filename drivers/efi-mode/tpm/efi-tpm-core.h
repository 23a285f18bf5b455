/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface of the TPM core that differs between kernels: the send() operation of
 * a chip, and command buffers
 */
#ifndef _EFI_MODE_TPM_CORE_H
#define _EFI_MODE_TPM_CORE_H

#include <linux/slab.h>
#include <linux/tpm.h>

/* The functions that build commands are private to the TPM core */
#include "../../char/tpm/tpm.h"

/* Parameters of the send() operation; @size is that of the command */
#define EFI_TPM_SEND_ARGS	struct tpm_chip *chip, u8 *buf, size_t buf_size, size_t size

static inline struct tpm_buf *efi_tpm_buf_alloc(void)
{
	struct tpm_buf *buf = kzalloc(TPM_BUFSIZE, GFP_KERNEL);

	if (buf)
		tpm_buf_init(buf, TPM_BUFSIZE);
	return buf;
}

static inline void efi_tpm_buf_free(struct tpm_buf *buf)
{
	kfree(buf);
}

#endif /* _EFI_MODE_TPM_CORE_H */
