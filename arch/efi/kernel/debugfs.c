// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/efi-mode/stats: counters of the time-sharing
 */
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/seq_file.h>
#include <linux/time64.h>

#include <asm/msr.h>

#include <asm/efi-mode.h>

static u64 estat_to_us(u64 cycles)
{
	return efi_mode_cycles_in(cycles, USEC_PER_MSEC);
}

static const char * const reasons[EFI_MODE_NR_EGRESS] = {
	[EFI_MODE_EGRESS_IDLE]		= "idle",
	[EFI_MODE_EGRESS_DONE]		= "done",
	[EFI_MODE_EGRESS_TICK]		= "tick",
	[EFI_MODE_EGRESS_DEADLINE]	= "deadline",
	[EFI_MODE_EGRESS_EVENT]		= "event",
	[EFI_MODE_EGRESS_FAULT]		= "fault",
	[EFI_MODE_EGRESS_STALL]		= "stall",
};

static int estat_show(struct seq_file *m, void *unused)
{
	const struct efi_mode_stats *s = efi_mode_get_stats();
	const struct efi_mode_deferred *nmi = efi_mode_nmi_stats;
	struct efi_mode_handoff *h = efi_mode_handoff;
	unsigned int i;

	seq_printf(m, "round_trips %llu\n", s->round_trips);
	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		seq_printf(m, "ended_%s %llu\n", reasons[i], s->ended[i]);
	seq_printf(m, "firmware_us %llu\n", estat_to_us(s->cycles));
	seq_printf(m, "longest_slice_us %llu\n", estat_to_us(s->longest));
	seq_printf(m, "idle_slices %llu\n", s->nr_idle_slices);
	seq_printf(m, "idle_slice_us %llu\n", estat_to_us(s->idle_cycles));
	seq_printf(m, "tick_us %llu\n", estat_to_us(h->ticks.period));
	seq_printf(m, "tick_cost_us %llu\n", estat_to_us(h->tick_cost));
	seq_printf(m, "ticks_owed %llu\n",
		   efi_mode_ticks_owed(&h->ticks, rdtsc()));
	seq_printf(m, "replayed %llu\n", h->replayed);
	seq_printf(m, "recorded %llu\n", efi_mode_recorded());
	seq_printf(m, "nmis_in_slices %llu\n", nmi[EFI_MODE_NMI_IN_SLICE].nmis);
	seq_printf(m, "nmis_in_window %llu\n", nmi[EFI_MODE_NMI_IN_SWITCH].nmis);
	seq_printf(m, "machine_checks_in_slices %llu\n",
		   nmi[EFI_MODE_NMI_IN_SLICE].machine_checks);
	seq_printf(m, "machine_checks_in_window %llu\n",
		   nmi[EFI_MODE_NMI_IN_SWITCH].machine_checks);
	seq_puts(m, "slices shorter than:\n");
	for (i = 0; i < EFI_MODE_HISTOGRAM; i++)
		if (s->histogram[i])
			seq_printf(m, "%10llu us %llu\n",
				   estat_to_us(1024ULL << i) + 1, s->histogram[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(estat);

static int __init estat_init(void)
{
	struct dentry *dir = debugfs_create_dir("efi-mode", NULL);

	debugfs_create_file("stats", 0444, dir, NULL, &estat_fops);
	return 0;
}
late_initcall(estat_init);
