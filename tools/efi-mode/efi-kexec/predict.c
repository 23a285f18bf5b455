// SPDX-License-Identifier: GPL-2.0-only
/*
 * Predict the PCRs that an image will find
 *
 * The prediction starts from the present PCRs, and does what LoadImage(), Linux and
 * the EFI stub of the image will do:
 *
 *	PCR 7	the entry of db that verifies the image, if it is used for the
 *		first time
 *	PCR 4	the Authenticode hash of the image, unless it is loaded already
 *	PCR 12	load options, or
 *	PCR 8, 9 command line and initrd, by efi_mode.kexec_measure=
 *	PCR 9	load options, initrd: a kernel with an EFI stub that measures them
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <openssl/asn1.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "efi-kexec.h"

#define TPM	"/sys/class/tpm/tpm0"
#define LOG	"/sys/kernel/security/tpm0/binary_bios_measurements"
#define KEXEC	"/sys/firmware/efi-mode/kexec"
#define MEASURE	"/sys/module/efi_mode/parameters/kexec_measure"

#define NR_PCRS		24
#define NR_BANKS	8

/**
 * struct bank - the PCRs of one algorithm
 * @algorithm:	its name, such as sha256
 * @pcrs:	their values
 */
struct bank {
	char algorithm[16];
	struct digest pcrs[NR_PCRS];
};

static struct bank banks[NR_BANKS];
static unsigned int nr_banks;

static const unsigned int shown[] = { 4, 7, 8, 9, 12 };

#define NR_SHOWN	(sizeof(shown) / sizeof(*shown))

static bool parse_hex(const char *text, struct digest *digest)
{
	unsigned int byte;

	for (digest->size = 0; digest->size < DIGEST_MAX &&
	     sscanf(text, "%2x", &byte) == 1; text += 2)
		digest->bytes[digest->size++] = byte;
	return digest->size && !*text;
}

static bool read_bank(struct bank *bank, const char *algorithm)
{
	char line[2 * DIGEST_MAX + 2];
	unsigned int i;

	snprintf(bank->algorithm, sizeof(bank->algorithm), "%s", algorithm);
	for (i = 0; i < NR_SHOWN; i++) {
		read_line(line, sizeof(line), TPM "/pcr-%s/%u", algorithm, shown[i]);
		if (!parse_hex(line, &bank->pcrs[shown[i]])) {
			complain("cannot read PCR %u", shown[i]);
			return false;
		}
	}
	return true;
}

/* The kernel has a folder for each bank that is active */
static bool read_banks(void)
{
	struct dirent **list;
	int n = scandir(TPM, &list, NULL, alphasort), i;
	bool good = true;

	for (i = 0; i < n; i++) {
		if (good && nr_banks < NR_BANKS && !strncmp(list[i]->d_name, "pcr-", 4))
			good = read_bank(&banks[nr_banks++], list[i]->d_name + 4);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	if (!nr_banks)
		complain("there is no TPM 2.0");
	return good && nr_banks;
}

/* Extend a PCR in all banks by the hash of some spans */
static bool extend(unsigned int pcr, const struct span *spans, unsigned int nr)
{
	struct span both[2];
	struct digest digest;
	struct bank *bank;

	for (bank = banks; bank < banks + nr_banks; bank++) {
		if (!digest_spans(bank->algorithm, spans, nr, &digest)) {
			complain("the algorithm %s is not known", bank->algorithm);
			return false;
		}
		both[0] = (struct span) { bank->pcrs[pcr].bytes, bank->pcrs[pcr].size };
		both[1] = (struct span) { digest.bytes, digest.size };
		if (!digest_spans(bank->algorithm, both, 2, &bank->pcrs[pcr]))
			return false;
	}
	return true;
}

static bool same_line(const char *file, const char *wanted)
{
	char line[4096];

	read_line(line, sizeof(line), KEXEC "/%s", file);
	return !strcmp(line, wanted);
}

/* The same file from the same place is not loaded again: image.c of the kernel */
static bool is_loaded(const struct request *request, const struct pe *pe)
{
	char device[sizeof(request->device)], size[32], hash[32], *name;
	struct stat st;
	bool same;

	if (*request->device)
		strcpy(device, request->device);
	else if (!fstat(request->fd, &st))
		find_device(st.st_dev, device, sizeof(device));
	else
		return false;
	name = request->path ? strdup(request->path) : find_name(request->fd);
	snprintf(size, sizeof(size), "%zu", pe->file.size);
	snprintf(hash, sizeof(hash), "%016llx",
		 (unsigned long long)XXH64(pe->file.data, pe->file.size, 0));
	same = name && same_line("size", size) && same_line("xxh64", hash) &&
	       same_line("device", device) && same_line("file", name);
	free(name);
	return same;
}

/* The firmware measures an entry of db once: is it in the event log? */
static bool is_logged(const struct span *log, const struct span *event)
{
	struct digest digest;

	return digest_spans(banks[0].algorithm, event, 1, &digest) &&
	       memmem(log->data, log->size, digest.bytes, digest.size);
}

static bool extend_authority(const struct pe *pe)
{
	struct authority authority;
	struct span log;
	unsigned int i;
	bool good = true;

	if (!secure_boot_is_on())
		return true;
	if (!read_file(LOG, &log)) {
		complain("cannot read the event log: " LOG ": %s", strerror(errno));
		return false;
	}
	find_authority(pe, &authority);
	if (!authority.nr)
		complain("db does not verify the image");
	for (i = 0; i < authority.nr; i++) {
		if (good && !is_logged(&log, &authority.events[i]))
			good = extend(7, &authority.events[i], 1);
		free(authority.events[i].data);
	}
	free(log.data);
	return good;
}

/* LoadImage() */
static bool extend_load(const struct request *request, const struct pe *pe)
{
	if (is_loaded(request, pe))
		return true;
	return extend_authority(pe) && extend(4, pe->parts, pe->nr_parts);
}

/* UTF-16 with a NUL, as the kernel makes it of the command line */
static bool make_options(const struct request *request, struct span *options)
{
	const unsigned char *p = (const unsigned char *)request->append;
	size_t left;
	unsigned long c = 0;
	int n;

	*options = request->data;
	if (!p)
		return true;
	left = strlen(request->append);
	*options = (struct span) { malloc(4 * left + 2), 0 };
	while (options->data) {
		n = left ? UTF8_getc(p, left, &c) : 0;
		if (n < 0)
			break;
		if (!n)
			c = 0;
		if (c > 0xffff) {
			c -= 0x10000;
			options->data[options->size++] = c >> 10;
			options->data[options->size++] = 0xd8 | c >> 18;
			c = 0xdc00 | (c & 0x3ff);
		}
		options->data[options->size++] = c;
		options->data[options->size++] = c >> 8;
		if (!n)
			return true;
		p += n;
		left -= n;
	}
	complain("the load options are not UTF-8");
	return false;
}

/* measure.c of the kernel */
static bool extend_by_linux(const struct request *request, const struct span *options,
			    const struct span *initrd)
{
	struct span text;
	char how[16];

	read_line(how, sizeof(how), MEASURE);
	if (!strcmp(how, "systemd"))
		return !options->size || extend(12, options, 1);
	if (strcmp(how, "grub"))
		return true;
	if (request->append && *request->append) {
		text = (struct span) {
			(uint8_t *)request->append, strlen(request->append),
		};
		if (!extend(8, &text, 1))
			return false;
	}
	return !initrd->size || extend(9, initrd, 1);
}

/*
 * The EFI stub logs these texts when it measures, in their order. So a stub that
 * measures has them, in which version of Linux it ever began to do so.
 */
static bool extend_by_stub(const struct pe *pe, const struct span *options,
			   const struct span *initrd)
{
	if (!pe->is_kernel || pe->is_uki)
		return true;
	if (options->size && pe_contains(pe, "LOADED_IMAGE::LoadOptions") &&
	    !extend(9, options, 1))
		return false;
	return !initrd->size || !pe_contains(pe, "Linux initrd") ||
	       extend(9, initrd, 1);
}

static bool has_pcr_7(void)
{
	return !secure_boot_is_on() || !is_under_shim();
}

/* In the form that systemd-cryptenroll --tpm2-pcrs= takes */
static void print_pcrs(void)
{
	const struct digest *pcr;
	const struct bank *bank;
	unsigned int i, j;

	for (bank = banks; bank < banks + nr_banks; bank++)
		for (i = 0; i < NR_SHOWN; i++) {
			if (shown[i] == 7 && !has_pcr_7())
				continue;
			pcr = &bank->pcrs[shown[i]];
			printf("%u:%s=", shown[i], bank->algorithm);
			for (j = 0; j < pcr->size; j++)
				printf("%02x", pcr->bytes[j]);
			putchar('\n');
		}
}

static void print_limits(const struct pe *pe)
{
	if (!has_pcr_7())
		complain("PCR 7 is not predicted, because shim verifies images, too");
	if (pe->is_uki)
		complain("this is a unified kernel image: its stub extends PCRs 4, 9, 11, 12 and 13 further, which is not predicted");
	else if (!pe->is_kernel)
		complain("this is not a Linux kernel: the PCRs are those that it finds when it starts, and it may extend them");
}

int predict(const struct request *request)
{
	struct span file, options, initrd = {};
	const char *why_not;
	struct pe pe;

	if (!read_fd(request->fd, &file))
		return complain("%s: %s", request->name, strerror(errno));
	if (request->initrd && !read_file(request->initrd, &initrd))
		return complain("%s: %s", request->initrd, strerror(errno));
	why_not = pe_parse(&pe, file);
	if (why_not)
		return complain("%s: %s", request->name, why_not);
	if (!make_options(request, &options) || !read_banks() ||
	    !extend_load(request, &pe) || !extend_by_linux(request, &options, &initrd) ||
	    !extend_by_stub(&pe, &options, &initrd))
		return 1;
	print_limits(&pe);
	print_pcrs();
	return 0;
}
