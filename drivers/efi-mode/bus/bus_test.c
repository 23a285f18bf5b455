// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the pure functions of the bus: device paths, names, pointer
 * check
 */
#include <kunit/test.h>

#include <linux/slab.h>

#include "bus.h"

#define END		"\x7f\xff\x04\0"
#define NEXT_INSTANCE	"\x7f\x01\x04\0"
#define PCI_ROOT	"\x02\x01\x0c\0\xd0\x41\x03\x0a\0\0\0\0"
#define PCI_4_0		"\x01\x01\x06\0\0\x04"
#define PCI_5_0		"\x01\x01\x06\0\0\x05"
#define PCI_31_2	"\x01\x01\x06\0\x02\x1f"
#define USB_0_0		"\x03\x05\x06\0\0\0"
#define USB_0_1		"\x03\x05\x06\0\0\x01"

static const char root[] = PCI_ROOT END;
static const char xhci[] = PCI_ROOT PCI_4_0 END;
static const char stick[] = PCI_ROOT PCI_4_0 USB_0_0 END;
static const char other[] = PCI_ROOT PCI_5_0 USB_0_0 END;

/* Length of a path without the NUL that ends the string literal */
#define SIZE(path)	(sizeof(path) - 1)

/* The rest of @path is zeros */
struct text_case {
	const char *text;
	char path[80];
};

static const struct text_case text_cases[] = {
	{ "PciRoot(0x0)/Pci(0x4,0x0)/USB(0x0,0x1)",
	  PCI_ROOT PCI_4_0 USB_0_1 END },
	{ "Acpi(PNP0A05,0x2)",
	  "\x02\x01\x0c\0\xd0\x41\x05\x0a\x02\0\0\0" END },
	{ "PciRoot(0x0),PciRoot(0x0)/Pci(0x1F,0x2)",
	  PCI_ROOT NEXT_INSTANCE PCI_ROOT PCI_31_2 END },
	{ "Uart(115200,8,N,1)",
	  "\x03\x0e\x13\0\0\0\0\0\0\xc2\x01\0\0\0\0\0\x08\x01\x01" END },
	{ "VenHw(8B1F2C40-5B0E-4F6E-9D3A-2177C40E5D92,01FF)",
	  "\x01\x04\x16\0\x40\x2c\x1f\x8b\x0e\x5b\x6e\x4f\x9d\x3a\x21\x77"
	  "\xc4\x0e\x5d\x92\x01\xff" END },
	{ "HD(1,MBR,0xBE1AFDFA,0x3F,0xFBFC1)",
	  "\x04\x01\x2a\0\x01\0\0\0\x3f\0\0\0\0\0\0\0\xc1\xbf\x0f\0\0\0\0\0"
	  "\xfa\xfd\x1a\xbe\0\0\0\0\0\0\0\0\0\0\0\0\x01\x01" END },
	{ "Sata(0x2,0xFFFF,0x0)",
	  "\x03\x12\x0a\0\x02\0\xff\xff\0\0" END },
	{ "NVMe(0x1,01-02-03-04-05-06-07-08)",
	  "\x03\x17\x10\0\x01\0\0\0\x08\x07\x06\x05\x04\x03\x02\x01" END },
	{ "a/?",
	  "\x04\x04\x06\0\141\0\x04\x04\x06\0\x01\0" END },
	/* An unknown node, and a node that is too short for its type */
	{ "Path(5,9,0102)", "\x05\x09\x06\0\x01\x02" END },
	{ "Path(3,5,07)", "\x03\x05\x05\0\x07" END },
	/*
	 * Broken paths: node lengths that are too small, or reach beyond the
	 * end
	 */
	{ "", "\x01\x01\x03\0\0\x04" END },
	{ "PciRoot(0x0)", PCI_ROOT "\x01\x01\xc8\0\0\x04" },
};

static void text(struct kunit *test)
{
	const struct text_case *c;
	char *s;

	for (c = text_cases; c < text_cases + ARRAY_SIZE(text_cases); c++) {
		s = efi_path_to_text(c->path, sizeof(c->path));
		KUNIT_EXPECT_STREQ(test, s, c->text);
		kfree(s);
	}
}

static void too_long(struct kunit *test)
{
	size_t n = 2000, i;
	char *path = kunit_kzalloc(test, n, GFP_KERNEL);
	const char usb[] = USB_0_1, end[] = END;

	KUNIT_ASSERT_NOT_NULL(test, path);
	for (i = 0; i + SIZE(usb) + SIZE(end) <= n; i += SIZE(usb))
		memcpy(path + i, usb, SIZE(usb));
	memcpy(path + i, end, SIZE(end));
	KUNIT_EXPECT_NULL(test, efi_path_to_text(path, n));
}

static void body(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, efi_path_body(root, SIZE(root)), 12);
	KUNIT_EXPECT_EQ(test, efi_path_body(stick, SIZE(stick)), 24);
	/* Without its end node, it is not a path */
	KUNIT_EXPECT_EQ(test, efi_path_body(stick, SIZE(stick) - 1), 0);
	KUNIT_EXPECT_EQ(test, efi_path_body(stick, 0), 0);
}

static void below(struct kunit *test)
{
	/*
	 * Equal to the start of the other path, except for the length field of
	 * the last node
	 */
	static const char cut[] = PCI_ROOT "\x01\x01\x08\0\0\x04\0\0" END;
	static const char inside[] = PCI_ROOT "\x01\x01\x06\0\0\x04" END;

	KUNIT_EXPECT_TRUE(test, efi_path_is_below(stick, SIZE(stick), xhci,
						  SIZE(xhci)));
	KUNIT_EXPECT_TRUE(test, efi_path_is_below(stick, SIZE(stick), root,
						  SIZE(root)));
	KUNIT_EXPECT_FALSE(test, efi_path_is_below(xhci, SIZE(xhci), stick,
						   SIZE(stick)));
	KUNIT_EXPECT_FALSE(test, efi_path_is_below(other, SIZE(other), xhci,
						   SIZE(xhci)));
	KUNIT_EXPECT_FALSE(test, efi_path_is_below(xhci, SIZE(xhci), xhci,
						   SIZE(xhci)));
	KUNIT_EXPECT_FALSE(test, efi_path_is_below(cut, SIZE(cut), inside,
						   SIZE(inside)));
	KUNIT_EXPECT_FALSE(test, efi_path_is_below(NULL, 0, xhci,
						   SIZE(xhci)));
	KUNIT_EXPECT_FALSE(test, efi_path_is_below(xhci, SIZE(xhci), NULL,
						   0));
}

static void names(struct kunit *test)
{
	const efi_guid_t gop = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	const efi_guid_t path = EFI_DEVICE_PATH_PROTOCOL_GUID;
	const efi_guid_t nothing = NULL_GUID;
	unsigned int i, j;

	KUNIT_EXPECT_STREQ(test, efi_protocol_name(&gop), "GraphicsOutput");
	KUNIT_EXPECT_TRUE(test, efi_is_device_protocol(&gop));
	KUNIT_EXPECT_STREQ(test, efi_protocol_name(&path), "DevicePath");
	KUNIT_EXPECT_FALSE(test, efi_is_device_protocol(&path));
	KUNIT_EXPECT_NULL(test, efi_protocol_name(&nothing));

	KUNIT_EXPECT_LT(test, efi_nr_known_protocols, EFI_MAX_WATCHED);
	for (i = 0; i < efi_nr_known_protocols; i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_NE(test, 0,
					efi_guidcmp(efi_known_protocols[i].guid,
						    efi_known_protocols[j].guid));
}

/* As in real firmware, the descriptors are longer than efi_memory_desc_t */
static const struct {
	efi_memory_desc_t d;
	u64 more;
} memory[] = {
	{ .d = { .type = EFI_BOOT_SERVICES_CODE, .phys_addr = 0,
		 .num_pages = 1 } },
	{ .d = { .type = EFI_CONVENTIONAL_MEMORY, .phys_addr = 0x100000,
		 .num_pages = 16 } },
	{ .d = { .type = EFI_BOOT_SERVICES_DATA, .phys_addr = 0x110000,
		 .num_pages = 2 } },
	{ .d = { .type = EFI_LOADER_DATA, .phys_addr = 0x112000,
		 .num_pages = 1 } },
	{ .d = { .type = EFI_MEMORY_MAPPED_IO, .phys_addr = 0xffc00000,
		 .num_pages = 1024 } },
	{ .d = { .type = EFI_RUNTIME_SERVICES_DATA, .phys_addr = 0x7fffff000ULL,
		 .num_pages = 1 } },
};

static bool is_valid(u64 address)
{
	return efi_map_ptr_is_valid(memory, sizeof(memory), sizeof(*memory),
				    address);
}

static void objects(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, is_valid(0x110000));
	KUNIT_EXPECT_TRUE(test, is_valid(0x111ff8));
	KUNIT_EXPECT_TRUE(test, is_valid(0x112000));
	KUNIT_EXPECT_TRUE(test, is_valid(0x7fffffff8ULL));
	KUNIT_EXPECT_FALSE(test, is_valid(0x110004));
	KUNIT_EXPECT_FALSE(test, is_valid(0x10fff8));
	KUNIT_EXPECT_FALSE(test, is_valid(0x113000));
	KUNIT_EXPECT_FALSE(test, is_valid(0xffd00000));
	KUNIT_EXPECT_FALSE(test, is_valid(0x800000000ULL));
	KUNIT_EXPECT_FALSE(test, is_valid(0xdead000000000000ULL));
	KUNIT_EXPECT_FALSE(test, is_valid(U64_MAX & ~7ULL));
	KUNIT_EXPECT_FALSE(test, is_valid(0));
}

static struct kunit_case bus_cases[] = {
	KUNIT_CASE(text),
	KUNIT_CASE(too_long),
	KUNIT_CASE(body),
	KUNIT_CASE(below),
	KUNIT_CASE(names),
	KUNIT_CASE(objects),
	{}
};

static struct kunit_suite bus_suite = {
	.name = "efi-mode-bus",
	.test_cases = bus_cases,
};

kunit_test_suite(bus_suite);

MODULE_DESCRIPTION("KUnit tests of the bus for the firmware's handles");
MODULE_LICENSE("GPL");
