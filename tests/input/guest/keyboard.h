/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Argument of the function "keys" of the EFI test driver
 *
 * The selftests and the driver share this file.
 */
#ifndef _EFI_MODE_TEST_KEYBOARD_H
#define _EFI_MODE_TEST_KEYBOARD_H

/* Bits 0 to 3 select the operation, the higher bits are its argument */
enum test_keys {
	TEST_KEYS_PLUG,		/* install, with enum test_keys_flaw */
	TEST_KEYS_UNPLUG,	/* uninstall the keyboard */
	TEST_KEYS_TYPE,		/* type TEST_KEY() */
	TEST_KEYS_CALLS,	/* value: reads since TEST_KEYS_PLUG */
	TEST_KEYS_NOTIFIES,	/* value: registered keys */
	TEST_KEYS_LATER,	/* type TEST_KEY() TEST_KEYS_LATER_MS from now,
				 * or that long after the last key that is still
				 * to be typed
				 */
	TEST_KEYS_LATE,		/* set a limit in us for the time between two
				 * reads. value: reads that exceeded the limit
				 * of the previous TEST_KEYS_LATE
				 */
	TEST_KEYS_REPATH,	/* reinstall the device path */
};

#define TEST_KEYS_LATER_MS	2000
#define TEST_KEYS_MAX_LATER	8

/* Scan code, character, the low 10 bits of the shift state */
#define TEST_KEY(scan, unicode, shift) \
	((scan) | (unsigned long long)(unicode) << 16 | \
	 (unsigned long long)(shift) << 32)

/* Flaws of the keyboard */
enum test_keys_flaw {
	TEST_KEYS_GOOD,		/* nothing */
	TEST_KEYS_SIMPLE,	/* it has no SimpleTextInputEx */
	TEST_KEYS_EMPTY,	/* SimpleTextInputEx returns empty keys */
	TEST_KEYS_UNSUPPORTED,	/* SimpleTextInputEx returns EFI_UNSUPPORTED */
	TEST_KEYS_BLOCKS,	/* SimpleTextInputEx blocks without a key */
	TEST_KEYS_BLOCKS_READY,	/* SimpleTextInputEx always blocks */
	TEST_KEYS_NO_EVENT,	/* as BLOCKS; WaitForKeyEx is NULL */
	TEST_KEYS_BAD_EVENT,	/* as BLOCKS; WaitForKeyEx is not an event */
	TEST_KEYS_TWO_QUEUES,	/* each protocol has its own queue */
	TEST_KEYS_SECOND,	/* the keys come from a second handle */
	TEST_KEYS_NULL_EVENTS,	/* both events are NULL */
	TEST_KEYS_WILD_EVENTS,	/* both events are invalid addresses */
	TEST_KEYS_SIMPLE_BLOCKS, /* both protocols block if there is no key, and
				  * WaitForKeyEx is NULL
				  */
	TEST_KEYS_ALL_BLOCK,	/* both protocols block, both events are NULL */
	TEST_KEYS_UNTIL_KEY,	/* SimpleTextInputEx blocks until a key comes */
};

#endif /* _EFI_MODE_TEST_KEYBOARD_H */
