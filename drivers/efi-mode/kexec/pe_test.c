// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of kexec beside the firmware: which files are EFI applications
 */
#include <kunit/test.h>

#include <linux/pe.h>
#include <linux/string.h>

#include "efi-kexec.h"

/* An EFI application without sections */
struct pe_file {
	struct mz_hdr mz;
	struct pe_hdr pe;
	struct pe32plus_opt_hdr opt;
	u8 rest[64];
} __packed;

static void make_file(struct pe_file *f)
{
	memset(f, 0, sizeof(*f));
	f->mz.magic = IMAGE_DOS_SIGNATURE;
	f->mz.peaddr = offsetof(struct pe_file, pe);
	f->pe.magic = IMAGE_NT_SIGNATURE;
	f->pe.machine = IMAGE_FILE_MACHINE_AMD64;
	f->pe.opt_hdr_size = sizeof(f->opt);
	f->opt.magic = IMAGE_NT_OPTIONAL_HDR64_MAGIC;
	f->opt.subsys = IMAGE_SUBSYSTEM_EFI_APPLICATION;
	f->opt.header_size = offsetof(struct pe_file, rest);
}

static void applications(struct kunit *test)
{
	struct pe_file f;

	make_file(&f);
	KUNIT_EXPECT_NULL(test, efi_pe_why_not(&f, sizeof(f)));
	KUNIT_EXPECT_NULL(test, efi_pe_why_not(&f, offsetof(struct pe_file, rest)));
}

static void truncated_files(struct kunit *test)
{
	struct pe_file f;
	size_t size;

	make_file(&f);
	for (size = 0; size < offsetof(struct pe_file, rest); size++)
		KUNIT_EXPECT_NOT_NULL(test, efi_pe_why_not(&f, size));
	f.opt.header_size = sizeof(f) + 1;
	KUNIT_EXPECT_NOT_NULL(test, efi_pe_why_not(&f, sizeof(f)));
}

static void wrong_offsets(struct kunit *test)
{
	static const u32 offsets[] = { sizeof(struct pe_file), 0x7fffffff, 0xffffffff };
	struct pe_file f;
	int i;

	make_file(&f);
	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		f.mz.peaddr = offsets[i];
		KUNIT_EXPECT_NOT_NULL(test, efi_pe_why_not(&f, sizeof(f)));
	}
}

static void other_files(struct kunit *test)
{
	struct pe_file f;

	make_file(&f);
	f.mz.magic = 0x457f;
	KUNIT_EXPECT_STREQ(test, efi_pe_why_not(&f, sizeof(f)), "is not a PE file");
	make_file(&f);
	f.pe.magic = 0;
	KUNIT_EXPECT_STREQ(test, efi_pe_why_not(&f, sizeof(f)), "is not a PE file");
	make_file(&f);
	f.pe.machine = IMAGE_FILE_MACHINE_ARM64;
	KUNIT_EXPECT_STREQ(test, efi_pe_why_not(&f, sizeof(f)),
			   "is for another kind of CPU");
	make_file(&f);
	f.opt.magic = PE_OPT_MAGIC_PE32;
	KUNIT_EXPECT_STREQ(test, efi_pe_why_not(&f, sizeof(f)),
			   "is for another kind of CPU");
	make_file(&f);
	f.opt.subsys = IMAGE_SUBSYSTEM_EFI_BOOT_SERVICE_DRIVER;
	KUNIT_EXPECT_STREQ(test, efi_pe_why_not(&f, sizeof(f)),
			   "is not an EFI application");
}

/* An image with one section, @name, which contains @text up to the end of the file */
static void add_section(struct pe_file *f, const char *name, const char *text)
{
	struct section_header *section = (void *)f->rest;

	make_file(f);
	f->pe.sections = 1;
	strscpy(section->name, name);
	section->raw_data_size = sizeof(f->rest) - sizeof(*section);
	section->data_addr = sizeof(*f) - section->raw_data_size;
	memcpy((void *)f + section->data_addr, text, strlen(text));
}

static void our_images(struct kunit *test)
{
	static const char line[] = "1\nlinux.efi-mode,1,";
	struct section_header *section;
	struct pe_file f;

	make_file(&f);
	KUNIT_EXPECT_FALSE(test, efi_pe_is_ours(&f, sizeof(f)));
	add_section(&f, ".sbat", line);
	KUNIT_EXPECT_TRUE(test, efi_pe_is_ours(&f, sizeof(f)));
	add_section(&f, ".text", line);
	KUNIT_EXPECT_FALSE(test, efi_pe_is_ours(&f, sizeof(f)));
	add_section(&f, ".sbat", "1\nsystemd,1,");
	KUNIT_EXPECT_FALSE(test, efi_pe_is_ours(&f, sizeof(f)));

	add_section(&f, ".sbat", line);
	section = (void *)f.rest;
	section->data_addr = 0xffffffff;
	KUNIT_EXPECT_FALSE(test, efi_pe_is_ours(&f, sizeof(f)));
	add_section(&f, ".sbat", line);
	section->raw_data_size++;
	KUNIT_EXPECT_FALSE(test, efi_pe_is_ours(&f, sizeof(f)));
	add_section(&f, ".text", line);
	f.pe.sections = 2;
	KUNIT_EXPECT_FALSE(test, efi_pe_is_ours(&f, sizeof(f)));
}

static struct kunit_case pe_cases[] = {
	KUNIT_CASE(applications),
	KUNIT_CASE(truncated_files),
	KUNIT_CASE(wrong_offsets),
	KUNIT_CASE(other_files),
	KUNIT_CASE(our_images),
	{}
};

static struct kunit_suite pe_suite = {
	.name = "efi-mode-pe",
	.test_cases = pe_cases,
};
kunit_test_suite(pe_suite);

MODULE_DESCRIPTION("KUnit tests of kexec beside the firmware");
MODULE_LICENSE("GPL");
