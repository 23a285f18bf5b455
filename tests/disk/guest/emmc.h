/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Argument of the function "emmc" of the EFI test driver
 *
 * The selftests and the driver share this file.
 */
#ifndef _TEST_EMMC_H
#define _TEST_EMMC_H

/* Bits 0 to 7 select the operation, the higher bits are its argument */
enum test_emmc {
	TEST_EMMC_INSTALL,	/* install, with TEST_EMMC_CACHE, _MUTE */
	TEST_EMMC_REMOVE,	/* uninstall */
	TEST_EMMC_WORD,		/* value: u64 at this offset of the medium */
	TEST_EMMC_FLUSHES,	/* value: flushes since the last such call */
	TEST_EMMC_FAIL,		/* if not 0, flushes of its cache fail */
	TEST_EMMC_BREACHES,	/* value: commands that broke a rule */
};

#define TEST_EMMC_CACHE		1	/* its cache is on */
#define TEST_EMMC_MUTE		2	/* SdMmcPassThru supports nothing */

#define TEST_EMMC_SIZE		(1 << 20)

#endif /* _TEST_EMMC_H */
