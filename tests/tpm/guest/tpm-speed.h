/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands whose time tpm-speed measures in Linux, and tpmspeed.efi in the
 * firmware
 */
#ifndef TPM_SPEED_H
#define TPM_SPEED_H

/* TPM2_GetRandom() for 32 bytes */
#define TPM_SPEED_COMMAND { 0x80, 0x01, 0, 0, 0, 12, 0, 0, 0x01, 0x7b, 0, 32 }
#define TPM_SPEED_RESPONSE	(10 + 2 + 32)

#define TPM_SPEED_COUNT		2000

#endif /* TPM_SPEED_H */
