/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Map names of newer kernels to those of Linux 6.12
 *
 * Included before every file. The sources are written for the newest kernel, and
 * only the tree for 6.12 has this file.
 */
#ifndef _EFI_MODE_COMPAT_H
#define _EFI_MODE_COMPAT_H

/* 6.13 */
#define hrtimer_setup(timer, callback, clock, mode)		\
do {								\
	hrtimer_init(timer, clock, mode);			\
	(timer)->function = callback;				\
} while (0)
#define hrtimer_setup_on_stack(timer, callback, clock, mode)	\
do {								\
	hrtimer_init_on_stack(timer, clock, mode);		\
	(timer)->function = callback;				\
} while (0)

/* 6.16 */
#define rdmsrq(msr, value)		rdmsrl(msr, value)
#define rdmsrq_safe(msr, value)		rdmsrl_safe(msr, value)
#define wrmsrq(msr, value)		wrmsrl(msr, value)

/* 6.14. The driver has no date any more, and its fbdev emulation is an operation. */
#define DRM_FBDEV_SHMEM_DRIVER_OPS	.date = "20250101"
#define sdev_configure			device_configure

/* 6.17: workqueues whose names say where they run */
#define system_dfl_wq			system_unbound_wq
#define system_percpu_wq		system_wq

/* Signatures of executables */
#define IMAGE_DOS_SIGNATURE		MZ_MAGIC
#define IMAGE_NT_SIGNATURE		PE_MAGIC
#define IMAGE_NT_OPTIONAL_HDR64_MAGIC	PE_OPT_MAGIC_PE32PLUS

/* A function of this name returned an int, to which only a signed enum is compatible */
#ifndef __ASSEMBLER__
enum scsi_qc_status { SCSI_QC_STATUS_IS_AN_INT = -1 };
#endif

/* Changes of a mode setting */
#define drm_atomic_commit		drm_atomic_state
#define drm_atomic_commit_put		drm_atomic_state_put

/* 7.0. The EDID is a variable of its own, see display.c. */
#define sysfb_primary_display	\
	(*(struct { struct screen_info screen; } *)&screen_info)

#endif /* _EFI_MODE_COMPAT_H */
