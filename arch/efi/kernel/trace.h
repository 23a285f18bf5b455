/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of the time-sharing
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM efi_mode

#if !defined(_EFI_MODE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _EFI_MODE_TRACE_H

#include <linux/tracepoint.h>

#include <asm/handoff.h>

TRACE_EVENT(efi_mode_ingress,
	TP_PROTO(unsigned int pending, u64 owed),
	TP_ARGS(pending, owed),
	TP_STRUCT__entry(
		__field(unsigned int, pending)
		__field(u64, owed)
	),
	TP_fast_assign(
		__entry->pending = pending;
		__entry->owed = owed;
	),
	TP_printk("pending=%u owed=%llu", __entry->pending, __entry->owed)
);

#define efi_mode_show_egress(reason) __print_symbolic(reason,		\
	{ EFI_MODE_EGRESS_IDLE,		"idle" },			\
	{ EFI_MODE_EGRESS_DONE,		"done" },			\
	{ EFI_MODE_EGRESS_TICK,		"tick" },			\
	{ EFI_MODE_EGRESS_DEADLINE,	"deadline" },			\
	{ EFI_MODE_EGRESS_EVENT,	"event" },			\
	{ EFI_MODE_EGRESS_FAULT,	"fault" },			\
	{ EFI_MODE_EGRESS_STALL,	"stall" })

TRACE_EVENT(efi_mode_egress,
	TP_PROTO(u32 reason, u64 ns),
	TP_ARGS(reason, ns),
	TP_STRUCT__entry(
		__field(u32, reason)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->reason = reason;
		__entry->ns = ns;
	),
	TP_printk("reason=%s slice_ns=%llu", efi_mode_show_egress(__entry->reason),
		  __entry->ns)
);

TRACE_EVENT(efi_mode_irq_replay,
	TP_PROTO(u64 count),
	TP_ARGS(count),
	TP_STRUCT__entry(
		__field(u64, count)
	),
	TP_fast_assign(
		__entry->count = count;
	),
	TP_printk("count=%llu", __entry->count)
);

TRACE_EVENT(efi_mode_call,
	TP_PROTO(const char *name, unsigned long status, u64 ns),
	TP_ARGS(name, status, ns),
	TP_STRUCT__entry(
		__string(name, name)
		__field(unsigned long, status)
		__field(u64, ns)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->status = status;
		__entry->ns = ns;
	),
	TP_printk("%s status=%#lx duration_ns=%llu", __get_str(name),
		  __entry->status, __entry->ns)
);

#endif /* _EFI_MODE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
