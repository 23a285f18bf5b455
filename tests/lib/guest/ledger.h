/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read the counts of firmware resources that Linux drivers use, from debugfs
 */
#ifndef _SELFTESTS_EFI_MODE_LEDGER_H
#define _SELFTESTS_EFI_MODE_LEDGER_H

#include "common.h"

struct ledger {
	int protocols, buffers, events, keys, pumps, abandoned;
};

static inline struct ledger read_ledger(void)
{
	FILE *f = fopen("/sys/kernel/debug/efi-mode/ledger", "r");
	struct ledger l;

	if (!f || fscanf(f, "protocols %d buffers %d events %d keys %d pumps %d abandoned %d",
			 &l.protocols, &l.buffers, &l.events, &l.keys,
			 &l.pumps, &l.abandoned) != 6)
		ksft_exit_fail_msg("cannot read efi-mode/ledger in debugfs\n");
	fclose(f);
	return l;
}

static inline bool same_ledger(struct ledger a, struct ledger b)
{
	return a.protocols == b.protocols && a.buffers == b.buffers &&
	       a.events == b.events && a.keys == b.keys &&
	       a.pumps == b.pumps && a.abandoned == b.abandoned;
}

#endif /* _SELFTESTS_EFI_MODE_LEDGER_H */
