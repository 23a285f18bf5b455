// SPDX-License-Identifier: GPL-2.0-only
/*
 * The start: the EFI stub calls efi_mode_start() instead of ExitBootServices()
 *
 * efi_mode_start() runs the steps in order. start_undo() undoes everything that
 * they do. So, if a step fails, the user sees a message, the caller gets an EFI
 * status, and the firmware is in the state that it had before.
 *
 * When the kernel ends, the image returns in the same way: efi_mode_start()
 * returns to the stub, the stub calls Exit(), and start_exit() calls
 * start_undo(). After the last world switch, no code uses the arena, except the
 * handoff in it, until start_undo() frees it. If kexec has loaded an image, that
 * is started last.
 */
#include <linux/sizes.h>
#include <asm/apicdef.h>
#include <asm/bootparam.h>
#include <asm/cpuid/api.h>
#include <asm/e820/types.h>
#include <asm/io.h>
#include <asm/msr.h>
#include <asm/setup.h>

#include "boot.h"
#include "encryption.h"

/*
 * Memory that the firmware keeps if efi_mode.reserve= is not given: 1/8 of RAM,
 * but at least 128 MiB
 */
#define DEFAULT_RESERVE_MIN	(128ULL * SZ_1M)
#define DEFAULT_RESERVE_SHIFT	3

/* RAM that a kernel with a small initramfs needs in addition to its image */
#define MINIMUM_ARENA		(48ULL * SZ_1M)

#define FIRST_STACK_SIZE	SZ_4K

struct start_options {
	u64 arena;	/* efi_mode.arena=, bytes, 0 if not given */
	u64 mem;	/* mem=, likewise */
	u64 reserve;	/* efi_mode.reserve=, likewise */
	u8 preempt;	/* efi_mode.preempt=, EFI_MODE_PREEMPT_* */
};

static void start_ask_encryption(struct efi_mode_encryption_info *info)
{
	memset(info, 0, sizeof(*info));
	if (native_cpuid_eax(0) >= TDX_CPUID_LEAF_ID) {
		u32 eax = TDX_CPUID_LEAF_ID, ecx = 0;

		native_cpuid(&eax, &info->tdx[0], &ecx, &info->tdx[1]);
		info->tdx[2] = ecx;
	}
	if (native_cpuid_eax(0x80000000) >= EFI_MODE_CPUID_SME_SEV)
		info->sev_cpuid = native_cpuid_eax(EFI_MODE_CPUID_SME_SEV);
	if (info->sev_cpuid & EFI_MODE_CPUID_HAS_SEV)
		info->sev_msr = efi_mode_read_msr(MSR_AMD64_SEV);
}

static efi_status_t start_check_encryption(void)
{
	struct efi_mode_encryption_info info;
	const char *technique;

	start_ask_encryption(&info);
	technique = efi_mode_memory_encryption(&info);
	if (!technique)
		return EFI_SUCCESS;
	efi_err("efi-mode: the memory of this virtual machine is encrypted (%s), which is not supported\n",
		technique);
	return EFI_UNSUPPORTED;
}

static efi_status_t start_check_machine(void)
{
	if (!efi_mode_firmware_systab()) {
		efi_err("efi-mode: not started as an EFI application (the EFI handover protocol is not supported)\n");
		return EFI_UNSUPPORTED;
	}

	if (!(native_cpuid_edx(1) & BIT(X86_FEATURE_APIC & 31))) {
		efi_err("efi-mode: the CPU has no local APIC\n");
		return EFI_UNSUPPORTED;
	}

	if (!(efi_mode_read_msr(MSR_IA32_APICBASE) & MSR_IA32_APICBASE_ENABLE)) {
		efi_err("efi-mode: the firmware has disabled the local APIC\n");
		return EFI_UNSUPPORTED;
	}

	if (!efi_mode_switch_tables_have_code()) {
		efi_err("efi-mode: the firmware's code segment is not in its GDT\n");
		return EFI_UNSUPPORTED;
	}

	/* The world switch does not save and load shadow stacks */
	if ((native_read_cr4() & X86_CR4_CET) &&
	    (efi_mode_read_msr(MSR_IA32_S_CET) & CET_SHSTK_EN)) {
		efi_err("efi-mode: the firmware uses a shadow stack, which is not supported\n");
		return EFI_UNSUPPORTED;
	}
	return start_check_encryption();
}

static efi_status_t start_parse_size(const char *param, const char *val, u64 *size)
{
	char *end = NULL;

	if (val)
		*size = memparse(val, &end);
	if (!val || end == val || *end || !*size) {
		efi_err("efi-mode: %s=%s is not a size such as 512M or 4G\n",
			param, val ?: "");
		return EFI_INVALID_PARAMETER;
	}
	return EFI_SUCCESS;
}

static efi_status_t start_parse_preempt(const char *val, u8 *preempt)
{
	if (val && !strcmp(val, "gate")) {
		*preempt = EFI_MODE_PREEMPT_GATE;
	} else if (val && !strcmp(val, "event")) {
		*preempt = EFI_MODE_PREEMPT_EVENT;
	} else {
		efi_err("efi-mode: efi_mode.preempt=%s is neither gate nor event\n",
			val ?: "");
		return EFI_INVALID_PARAMETER;
	}
	return EFI_SUCCESS;
}

static efi_status_t start_parse_clear(const char *val)
{
	if (val && !strcmp(val, "1")) {
		efi_mode_ledger_clear();
	} else if (!val || strcmp(val, "0")) {
		efi_err("efi-mode: efi_mode.clear=%s is neither 0 nor 1\n",
			val ?: "");
		return EFI_INVALID_PARAMETER;
	}
	return EFI_SUCCESS;
}

static efi_status_t start_parse_options(const struct boot_params *boot_params,
					struct start_options *opt)
{
	const char *cmdline = (void *)(boot_params->hdr.cmd_line_ptr |
			      (unsigned long)boot_params->ext_cmd_line_ptr << 32);
	efi_status_t status;
	char *buf, *args;
	size_t len;

	if (!cmdline)
		return EFI_SUCCESS;

	/* Parse a copy, because next_arg() writes to its input */
	len = strnlen(cmdline, COMMAND_LINE_SIZE - 1) + 1;
	status = efi_bs_call(allocate_pool, EFI_LOADER_DATA, len,
			     (void **)&buf);
	if (status != EFI_SUCCESS)
		return status;
	memcpy(buf, cmdline, len - 1);
	buf[len - 1] = '\0';

	args = skip_spaces(buf);
	while (*args && status == EFI_SUCCESS) {
		char *param, *val;

		args = next_arg(args, &param, &val);
		if (!val && !strcmp(param, "--"))
			break;
		if (!strcmp(param, "efi_mode.arena"))
			status = start_parse_size(param, val, &opt->arena);
		else if (!strcmp(param, "mem"))
			status = start_parse_size(param, val, &opt->mem);
		else if (!strcmp(param, "efi_mode.reserve"))
			status = start_parse_size(param, val, &opt->reserve);
		else if (!strcmp(param, "efi_mode.clear"))
			status = start_parse_clear(val);
		else if (!strcmp(param, "efi_mode.preempt"))
			status = start_parse_preempt(val, &opt->preempt);
	}

	efi_bs_call(free_pool, buf);
	return status;
}

static efi_status_t start_add_to_arena(struct efi_mode_handoff *h,
				       const struct efi_mode_range *range)
{
	if (h->nr_ranges == ARRAY_SIZE(h->ranges))
		return EFI_OUT_OF_RESOURCES;
	h->ranges[h->nr_ranges++] = *range;
	return EFI_SUCCESS;
}

static u64 start_initrd_address(const struct boot_params *boot_params)
{
	return boot_params->hdr.ramdisk_image |
	       (u64)boot_params->ext_ramdisk_image << 32;
}

/*
 * Place the areas that follow a handoff at @base: the transition GDTs, the FPU
 * states, a stack for the first switch, and the memory map.
 *
 * Return: size of the handoff and these areas, in bytes.
 */
static unsigned long start_lay_out(struct efi_mode_layout *l,
				   unsigned long base, size_t map_size)
{
	size_t gdt = efi_mode_switch_tables_gdt_size();
	size_t fpu = ALIGN(efi_mode_fpu_size(), 64);
	unsigned long end;

	l->firmware_gdt = ALIGN(base + sizeof(struct efi_mode_handoff), 16);
	l->linux_gdt = l->firmware_gdt + gdt;
	l->firmware_fpu = ALIGN(l->linux_gdt + gdt, 64);
	l->linux_fpu = l->firmware_fpu + fpu;
	l->stack_top = l->linux_fpu + fpu + FIRST_STACK_SIZE;
	l->memmap = l->stack_top;
	end = ALIGN(l->memmap + map_size, EFI_PAGE_SIZE);
	l->memmap_size = end - l->memmap;
	return end - base;
}

static efi_status_t start_allocate_handoff(const struct boot_params *boot_params,
					   unsigned long kernel_entry,
					   struct efi_mode_handoff **out)
{
	struct efi_mode_layout layout;
	struct efi_mode_range range;
	struct efi_mode_handoff *h;
	unsigned long base, size;
	struct efi_boot_memmap *map;
	efi_status_t status;
	size_t map_size;

	status = efi_get_memory_map(&map, false);
	if (status != EFI_SUCCESS)
		return status;
	map_size = map->map_size +
		   map->desc_size * (EFI_MMAP_NR_SLACK_SLOTS + EFI_MODE_MAX_RANGES);
	efi_bs_call(free_pool, map);

	size = start_lay_out(&layout, 0, map_size);
	status = efi_allocate_pages(size, &base, U32_MAX);
	if (status != EFI_SUCCESS) {
		efi_err("efi-mode: no memory below 4 GiB for the handoff\n");
		return status;
	}

	h = memset((void *)base, 0, size);
	h->magic = EFI_MODE_HANDOFF_MAGIC;
	h->version = EFI_MODE_HANDOFF_VERSION;
	h->size = sizeof(*h);
	h->extent = start_lay_out(&h->layout, base, map_size);
	h->canary = EFI_MODE_HANDOFF_CANARY;
	h->firmware.fpu = h->layout.firmware_fpu;
	h->linux_cpu.fpu = h->layout.linux_fpu;
	h->systab = (unsigned long)efi_mode_firmware_systab();

	range.base = base;
	range.size = size;
	start_add_to_arena(h, &range);

	/* The stub has already allocated these two for the kernel */
	if (!efi_mode_ledger_find(kernel_entry, &range))
		return EFI_LOAD_ERROR;
	start_add_to_arena(h, &range);
	if (start_initrd_address(boot_params) &&
	    efi_mode_ledger_find(start_initrd_address(boot_params), &range))
		start_add_to_arena(h, &range);

	*out = h;
	return EFI_SUCCESS;
}

static efi_status_t start_make_policy(const struct start_options *opt, u64 taken,
				      u64 total,
				      struct efi_mode_arena_policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	policy->reserve = opt->reserve ?: max(DEFAULT_RESERVE_MIN,
					      total >> DEFAULT_RESERVE_SHIFT);
	policy->minimum = MINIMUM_ARENA;
	if (opt->mem && opt->mem < taken + MINIMUM_ARENA) {
		efi_err("efi-mode: mem=%lluM is too small: the kernel and its initrd take %llu MiB and need %llu MiB more\n",
			opt->mem / SZ_1M, taken / SZ_1M, MINIMUM_ARENA / SZ_1M);
		return EFI_INVALID_PARAMETER;
	}
	if (opt->mem)
		policy->limit = round_down(opt->mem - taken, EFI_PAGE_SIZE);
	if (opt->arena)
		policy->size = opt->arena > taken + MINIMUM_ARENA ?
			       round_up(opt->arena - taken, EFI_PAGE_SIZE) :
			       MINIMUM_ARENA;
	return EFI_SUCCESS;
}

static efi_status_t start_take_ranges(struct efi_mode_handoff *h,
				      const struct efi_mode_range *ranges, int n)
{
	efi_status_t status;
	int i;

	for (i = 0; i < n; i++) {
		efi_physical_addr_t base = ranges[i].base;

		status = efi_bs_call(allocate_pages, EFI_ALLOCATE_ADDRESS,
				     EFI_LOADER_DATA,
				     ranges[i].size >> EFI_PAGE_SHIFT, &base);
		if (status == EFI_SUCCESS)
			status = start_add_to_arena(h, &ranges[i]);
		if (status != EFI_SUCCESS) {
			efi_err("efi-mode: cannot allocate the free memory at 0x%llx\n",
				ranges[i].base);
			return status;
		}
	}
	return EFI_SUCCESS;
}

static efi_status_t start_choose_arena(struct efi_mode_handoff *h,
				       const struct start_options *opt,
				       const struct efi_boot_memmap *map)
{
	struct efi_mode_range ranges[EFI_MODE_MAX_RANGES];
	u64 taken = 0, total = efi_mode_total_memory(map);
	struct efi_mode_arena_policy policy;
	efi_status_t status;
	int i, n;

	for (i = 0; i < h->nr_ranges; i++)
		taken += h->ranges[i].size;
	status = start_make_policy(opt, taken, total, &policy);
	if (status != EFI_SUCCESS)
		return status;

	n = efi_mode_choose_arena(map, taken, &policy, ranges,
				  EFI_MODE_MAX_RANGES - h->nr_ranges);
	if (!n) {
		efi_err("efi-mode: not enough memory: of %llu MiB the firmware keeps %llu MiB (efi_mode.reserve=),\n",
			total / SZ_1M, policy.reserve / SZ_1M);
		efi_err("efi-mode: the kernel and its initrd take %llu MiB and need %llu MiB more\n",
			taken / SZ_1M,
			max(policy.minimum, policy.size) / SZ_1M);
		return EFI_OUT_OF_RESOURCES;
	}
	return start_take_ranges(h, ranges, n);
}

/*
 * Raise the TPL, so that no timer event of the firmware allocates memory after
 * the memory map is read and before the arena is allocated. All services used
 * here can be called at up to TPL_NOTIFY (UEFI 2.10, section 7.1).
 */
static efi_status_t start_allocate_arena(struct efi_mode_handoff *h,
					 const struct start_options *opt)
{
	unsigned long tpl = efi_bs_call(raise_tpl, EFI_TPL_NOTIFY);
	struct efi_boot_memmap *map;
	efi_status_t status;

	status = efi_get_memory_map(&map, false);
	if (status == EFI_SUCCESS) {
		status = start_choose_arena(h, opt, map);
		efi_bs_call(free_pool, map);
	}
	efi_bs_call(restore_tpl, tpl);
	return status;
}

/*
 * Describe the arena as the kernel's RAM. The first MiB is listed as reserved,
 * so that the kernel does not use it as free address space. This entry also
 * guarantees a second one: the kernel rejects a map with only one entry.
 */
static void start_describe_memory(struct boot_params *boot_params,
				  const struct efi_mode_handoff *h)
{
	struct boot_e820_entry *e = boot_params->e820_table;
	int i;

	BUILD_BUG_ON(EFI_MODE_MAX_RANGES >= E820_MAX_ENTRIES_ZEROPAGE);

	e->addr = 0;
	e->size = SZ_1M;
	e->type = E820_TYPE_RESERVED;
	for (i = 0; i < h->nr_ranges; i++) {
		e++;
		e->addr = h->ranges[i].base;
		e->size = h->ranges[i].size;
		e->type = E820_TYPE_RAM;
	}
	boot_params->e820_entries = h->nr_ranges + 1;
}

/*
 * Pass the address of the handoff to the kernel. The node is allocated from the
 * firmware's pool, as the stub does for its own nodes, and the ledger frees it.
 */
static efi_status_t start_add_setup_data(struct boot_params *boot_params,
					 const struct efi_mode_handoff *h)
{
	struct efi_mode_setup_data *node;
	efi_status_t status;

	status = efi_bs_call(allocate_pool, EFI_LOADER_DATA, sizeof(*node),
			     (void **)&node);
	if (status != EFI_SUCCESS)
		return status;

	node->header.next = boot_params->hdr.setup_data;
	node->header.type = SETUP_EFI_MODE;
	node->header.len = sizeof(node->handoff);
	node->handoff = (unsigned long)h;
	boot_params->hdr.setup_data = (unsigned long)node;
	return EFI_SUCCESS;
}

/*
 * Pass the firmware's memory map to efi_init(). Nothing is allocated between
 * this step and the first switch, so the map is current.
 */
static efi_status_t start_describe_firmware(struct boot_params *boot_params,
					    struct efi_mode_handoff *h)
{
	struct efi_info *info = &boot_params->efi_info;
	unsigned long map = h->layout.memmap, size = h->layout.memmap_size;
	unsigned long key, desc_size;
	efi_status_t status;
	u32 version;

	status = efi_bs_call(get_memory_map, &size, (void *)map, &key,
			     &desc_size, &version);
	if (status != EFI_SUCCESS) {
		efi_err("efi-mode: cannot read the firmware's memory map, which may have grown\n");
		return status;
	}

	memcpy(&info->efi_loader_signature, EFI64_LOADER_SIGNATURE,
	       sizeof(u32));
	efi_set_u64_split(h->systab, &info->efi_systab, &info->efi_systab_hi);
	efi_set_u64_split(map, &info->efi_memmap, &info->efi_memmap_hi);
	info->efi_memmap_size = size;
	info->efi_memdesc_size = desc_size;
	info->efi_memdesc_version = version;

	return EFI_SUCCESS;
}

efi_status_t efi_mode_start(efi_handle_t handle,
			    struct boot_params *boot_params,
			    unsigned long kernel_entry)
{
	struct start_options opt = { .preempt = EFI_MODE_PREEMPT_GATE };
	struct efi_mode_handoff *h;
	efi_status_t status;

	status = start_check_machine();
	if (status != EFI_SUCCESS)
		return status;

	status = start_parse_options(boot_params, &opt);
	if (status != EFI_SUCCESS)
		return status;

	status = start_allocate_handoff(boot_params, kernel_entry, &h);
	if (status != EFI_SUCCESS)
		return status;

	status = start_allocate_arena(h, &opt);
	if (status != EFI_SUCCESS)
		return status;

	h->tsc_khz = efi_mode_tsc_khz(&h->tsc_source);
	if (!h->tsc_khz) {
		efi_err("efi-mode: cannot determine the frequency of the time stamp counter\n");
		return EFI_UNSUPPORTED;
	}

	/* Otherwise the firmware resets the machine after five minutes */
	efi_bs_call(set_watchdog_timer, 0, 0, 0, NULL);

	h->image = (unsigned long)handle;
	h->preempt = opt.preempt;
	status = efi_mode_resident_init(h);
	if (status != EFI_SUCCESS) {
		efi_err("efi-mode: the firmware does not provide a periodic timer event\n");
		return status;
	}

	start_describe_memory(boot_params, h);
	status = start_add_setup_data(boot_params, h);
	if (status == EFI_SUCCESS)
		status = start_describe_firmware(boot_params, h);
	if (status != EFI_SUCCESS)
		return status;

	efi_mode_first_state(&h->linux_cpu, (void *)h->layout.stack_top,
			     boot_params, kernel_entry);

	status = efi_mode_resident_serve();
	efi_mode_child_take(h);
	return status;
}

/* The ledger comes last, because it frees the memory that holds the handoff */
static void start_undo(void)
{
	efi_mode_resident_exit();
	efi_mode_settings_restore();
	efi_mode_ledger_close();
}

void *efi_mode_entry[5];
efi_status_t efi_mode_exit_status;

/*
 * Exit() for the stub, which calls it in any case, whether the kernel was
 * started or not.
 *
 * It returns from the entry point of the image, which is another way to exit
 * (UEFI 2.10, section 7.4.2), and does not call the firmware's Exit(): a loader
 * that has placed the image in memory by itself calls the entry point with the
 * loader's own handle, so Exit() would end the loader.
 */
static efi_status_t __noreturn __efiapi
start_exit(efi_handle_t handle, efi_status_t status, unsigned long size,
	   efi_char16_t *data)
{
	start_undo();
	efi_mode_exit_status = efi_mode_child_run(status);
	__builtin_longjmp(efi_mode_entry, 1);
}

efi_system_table_t *efi_mode_prepare_undo(efi_system_table_t *systab)
{
	efi_mode_settings_note(systab);
	systab = efi_mode_ledger_open(systab);
	systab->boottime->exit = start_exit;
	efi_mode_keep_live_memory(systab->boottime);
	efi_mode_loaded_image_init(systab->boottime);
	return systab;
}
