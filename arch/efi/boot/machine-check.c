// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machine checks while the firmware runs: decide whether the firmware can
 * continue
 *
 * The kernel handles a machine check when the slice has ended. Until then, the
 * firmware continues only if that is safe. Otherwise it could process corrupt
 * data and write them to a disk. Or it could hit the same error again, and a
 * second machine check before the first one is handled shuts the CPU down.
 */
#include <asm/mce.h>
#include <asm/msr.h>

#include "boot.h"

/*
 * An error is fatal if it may have corrupted the state of the CPU (PCC), or if
 * software must act before it continues (UC, S and AR). The latter bits are
 * only defined if the CPU supports software error recovery (Intel SDM volume 3,
 * "IA32_MCi_STATUS MSRS").
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
 * efi_mode_mc_is_fatal() - check whether a machine check stops the firmware
 *
 * If RIPV is clear, there is no instruction at which execution could continue
 * (Intel SDM volume 3, "IA32_MCG_STATUS MSR").
 *
 * Context: the firmware's world, after a machine check, interrupts off.
 * Return: true if the firmware cannot continue.
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
