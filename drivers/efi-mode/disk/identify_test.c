// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the disk driver: the identity of a disk
 */
#include <kunit/test.h>

#include <linux/ata.h>
#include <linux/nvme.h>
#include <linux/string.h>

#include "disk.h"

static u8 *new_page(struct kunit *test, u8 page, u16 bytes)
{
	u8 *p = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	p[1] = page;
	p[2] = bytes >> 8;
	p[3] = bytes;
	return p;
}

static void inquiry(struct kunit *test)
{
	u8 *data = new_page(test, 0, 0);
	struct efi_disk_identity id = {};

	memcpy(data + 8, " Acme   Disk\tof\xe4 9      0.1xJUNK", 32);
	efi_disk_parse_inquiry(data, &id);
	KUNIT_EXPECT_STREQ(test, id.vendor, "Acme");
	KUNIT_EXPECT_STREQ(test, id.model, "Disk_of_ 9");
	KUNIT_EXPECT_STREQ(test, id.rev, "0.1x");
	/* A device that has sent less */
	memset(data, 0, PAGE_SIZE);
	efi_disk_parse_inquiry(data, &id);
	KUNIT_EXPECT_STREQ(test, id.vendor, "");
	KUNIT_EXPECT_STREQ(test, id.model, "");
}

static void serial_page(struct kunit *test)
{
	u8 *page = new_page(test, 0x80, 10);
	struct efi_disk_identity id = {};

	memcpy(page + 4, "  12345678 behind it", 20);
	efi_disk_parse_serial_page(page, &id);
	KUNIT_EXPECT_STREQ(test, id.serial, "12345678");

	/* A length beyond what was read, and text beyond what is kept */
	page[2] = 0xff;
	memset(page + 4, 'x', PAGE_SIZE - 4);
	efi_disk_parse_serial_page(page, &id);
	KUNIT_EXPECT_EQ(test, strlen(id.serial), sizeof(id.serial) - 1);

	/* A device that answers with another page */
	id.serial[0] = '\0';
	page[1] = 0;
	efi_disk_parse_serial_page(page, &id);
	KUNIT_EXPECT_STREQ(test, id.serial, "");
}

/* Add a designator at *@at, and move it */
static void add_designator(u8 **at, u8 code, u8 type, const void *body, u8 bytes)
{
	(*at)[0] = code;
	(*at)[1] = type;
	(*at)[3] = bytes;
	memcpy(*at + 4, body, bytes);
	*at += 4 + bytes;
}

static void id_page(struct kunit *test)
{
	u8 *page = new_page(test, 0x83, 0), *at = page + 4;
	struct efi_disk_identity id = {};

	efi_disk_parse_id_page(page, &id);
	KUNIT_EXPECT_STREQ(test, id.wwid, "");

	add_designator(&at, 2, 1, "Acme    one ", 12);
	page[3] = at - page - 4;
	efi_disk_parse_id_page(page, &id);
	KUNIT_EXPECT_STREQ(test, id.wwid, "t10.Acme    one");

	/* The name of the port is not that of the disk */
	add_designator(&at, 1, 0x13, "\x50\0\0\0\0\0\0\1", 8);
	page[3] = at - page - 4;
	efi_disk_parse_id_page(page, &id);
	KUNIT_EXPECT_STREQ(test, id.wwid, "t10.Acme    one");

	add_designator(&at, 1, 3, "\x50\0\xc5\0\x15\xea\x71\xaa", 8);
	add_designator(&at, 1, 2, "\1\2\3\4\5\6\7\x08", 8);
	page[3] = at - page - 4;
	efi_disk_parse_id_page(page, &id);
	KUNIT_EXPECT_STREQ(test, id.wwid, "naa.5000c50015ea71aa");

	/* A designator that ends behind the page does not count */
	page[3] = 12 + 4 + 8 + 4 + 4 + 7;
	id.wwid[0] = '\0';
	efi_disk_parse_id_page(page, &id);
	KUNIT_EXPECT_STREQ(test, id.wwid, "t10.Acme    one");
	page[2] = 0xff;
	memset(page + 4, 0xff, PAGE_SIZE - 4);
	efi_disk_parse_id_page(page, &id);
	KUNIT_EXPECT_STREQ(test, id.wwid, "t10.Acme    one");
}

static void ata(struct kunit *test)
{
	u16 *data = (u16 *)new_page(test, 0, 0);
	struct efi_disk_identity id = {};

	memset(data + ATA_ID_PROD, ' ', ATA_ID_PROD_LEN);
	memcpy(data + ATA_ID_PROD, "cAemd si k", 10);
	memcpy(data + ATA_ID_SERNO, "S ", 2);
	memcpy(data + ATA_ID_FW_REV, ".1 5", 4);
	efi_disk_parse_ata(data, &id);
	KUNIT_EXPECT_STREQ(test, id.model, "Acme disk");
	KUNIT_EXPECT_STREQ(test, id.serial, "S");
	KUNIT_EXPECT_STREQ(test, id.rev, "1.5");
	KUNIT_EXPECT_STREQ(test, id.wwid, "");
	data[ATA_ID_CSF_DEFAULT] = 0x4100;
	data[ATA_ID_WWN] = 0x5000;
	data[ATA_ID_WWN + 3] = 0xaa;
	efi_disk_parse_ata(data, &id);
	KUNIT_EXPECT_STREQ(test, id.wwid, "naa.50000000000000aa");
	memset(data + ATA_ID_PROD, 'x', ATA_ID_PROD_LEN);
	efi_disk_parse_ata(data, &id);
	KUNIT_EXPECT_EQ(test, strlen(id.model), ATA_ID_PROD_LEN);
}

static void nvme(struct kunit *test)
{
	struct nvme_id_ctrl *ctrl = (void *)new_page(test, 0, 0);
	struct nvme_id_ns *ns = (void *)new_page(test, 0, 0);
	struct efi_disk_identity id = {};

	ctrl->vid = cpu_to_le16(0x1b36);
	memset(ctrl->sn, ' ', sizeof(ctrl->sn));
	memcpy(ctrl->sn, "12 34", 5);
	memset(ctrl->mn, ' ', sizeof(ctrl->mn));
	ctrl->mn[0] = 'M';
	efi_disk_parse_nvme(ctrl, 2, &id);
	KUNIT_EXPECT_STREQ(test, id.wwid, "nvme.1b36-3132203334-4d-00000002");
	memset(ctrl->mn, 'm', sizeof(ctrl->mn));
	memset(ctrl->sn, 's', sizeof(ctrl->sn));
	efi_disk_parse_nvme(ctrl, 2, &id);
	KUNIT_EXPECT_EQ(test, strlen(id.serial), sizeof(ctrl->sn));
	KUNIT_EXPECT_EQ(test, strlen(id.model), sizeof(ctrl->mn));
	KUNIT_EXPECT_EQ(test, strlen(id.wwid), 5 + 4 + 1 + 40 + 1 + 80 + 1 + 8);
	memset(ns, 0, sizeof(*ns));
	efi_disk_parse_namespace(ns, &id);
	KUNIT_EXPECT_EQ(test, id.wwid[0], 'n');
	ns->eui64[0] = 0x52;
	ns->eui64[7] = 1;
	efi_disk_parse_namespace(ns, &id);
	KUNIT_EXPECT_STREQ(test, id.wwid, "eui.5200000000000001");
	ns->nguid[15] = 2;
	efi_disk_parse_namespace(ns, &id);
	KUNIT_EXPECT_STREQ(test, id.wwid, "eui.00000000000000000000000000000002");
}

static struct kunit_case identity_cases[] = {
	KUNIT_CASE(inquiry),
	KUNIT_CASE(serial_page),
	KUNIT_CASE(id_page),
	KUNIT_CASE(ata),
	KUNIT_CASE(nvme),
	{ }
};

static struct kunit_suite identity_suite = {
	.name		= "efi-mode-disk-identity",
	.test_cases	= identity_cases,
};
kunit_test_suite(identity_suite);
