// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machine checks in the firmware's time: can the firmware go on?
 *
 * The kernel handles them, when the slice has ended. Until then the firmware goes on only
 * if that is safe. Otherwise it would go on with data that is wrong, and might write them
 * to a disk. Or it would meet the same error again, and a machine check while the one
 * before is not handled yet shuts the CPU down.
 */
#include <asm/mce.h>
#include <asm/msr.h>

#include "boot.h"

/*
 * Intel SDM volume 3, "IA32_MCi_STATUS MSRS": the state of the CPU may be corrupt, or
 * software has to act before it goes on. The latter is only defined for a CPU that can
 * recover from errors.
 */
static bool mc_bank_is_fatal(u64 status, bool recovery)
{
	const u64 action = MCI_STATUS_UC | MCI_STATUS_S | MCI_STATUS_AR;

	if (!(status & MCI_STATUS_VAL))
		return false;
	return (status & MCI_STATUS_PCC) ||
	       (recovery && (status & action) == action);
}

/**
 * efi_mode_mc_is_fatal() - does a machine check end the firmware?
 *
 * If RIPV is clear there is no instruction that execution could go on at (Intel SDM volume
 * 3, "IA32_MCG_STATUS MSR").
 *
 * Context: the entry in the firmware's IDT, of a machine check.
 * Return: true if the firmware cannot go on.
 */
bool efi_mode_mc_is_fatal(void)
{
	u64 capabilities = efi_mode_read_msr(MSR_IA32_MCG_CAP);
	bool recovery = capabilities & MCG_SER_P;
	unsigned int bank;

	if (!(efi_mode_read_msr(MSR_IA32_MCG_STATUS) & MCG_STATUS_RIPV))
		return true;
	for (bank = 0; bank < (capabilities & MCG_BANKCNT_MASK); bank++)
		if (mc_bank_is_fatal(efi_mode_read_msr(MSR_IA32_MCx_STATUS(bank)),
				     recovery))
			return true;
	return false;
}
