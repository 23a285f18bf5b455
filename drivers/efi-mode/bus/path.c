// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device paths: pure functions on a copy of a path
 *
 * A device path is a sequence of nodes. Each node has a type, a subtype and a
 * length, and a special node ends the path (UEFI 2.10, section 10.3). The text
 * form is the one of section 10.6, for the nodes that occur in practice. It is
 * for firmware without DevicePathToText.
 */
#include <linux/efi.h>
#include <linux/seq_buf.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "bus.h"

#define TEXT_SIZE	1024

/* Compressed EISA identifier of "PNP" and a number */
#define EISA_PNP(n)	(0x41d0 | (n) << 16)

static const struct efi_generic_dev_path *
epath_node_at(const void *path, size_t size, size_t at)
{
	const struct efi_generic_dev_path *node = path + at;

	if (size - at < sizeof(*node) || node->length < sizeof(*node) ||
	    node->length > size - at)
		return NULL;
	return node;
}

static bool epath_is_end(const struct efi_generic_dev_path *node)
{
	return node->type == EFI_DEV_END_PATH &&
	       node->sub_type == EFI_DEV_END_ENTIRE;
}

/**
 * efi_path_body() - get the length of a path without its end node
 * @path:	the path
 * @size:	size of @path, in bytes
 *
 * Context: any.
 * Return: the length in bytes; 0 if the path is empty or has no end node within
 * @size.
 */
size_t efi_path_body(const void *path, size_t size)
{
	const struct efi_generic_dev_path *node;
	size_t at = 0;

	while ((node = epath_node_at(path, size, at))) {
		if (epath_is_end(node))
			return at;
		at += node->length;
	}
	return 0;
}

/**
 * efi_path_last() - get the node of a path that stands for the device itself
 * @path:	a device path, or NULL
 * @size:	size of @path, in bytes
 *
 * Context: any.
 * Return: the last node before the end node, or NULL if there is none.
 */
const struct efi_generic_dev_path *efi_path_last(const void *path, size_t size)
{
	const struct efi_generic_dev_path *node, *last = NULL;
	size_t at = 0;

	while (path && (node = epath_node_at(path, size, at)) &&
	       !epath_is_end(node)) {
		last = node;
		at += node->length;
	}
	return last;
}

/**
 * efi_path_is_below() - check whether one device is behind another
 * @path:	a device path, or NULL
 * @size:	size of @path, in bytes
 * @above:	path of the device that may be the parent, or NULL
 * @above_size:	size of @above, in bytes
 *
 * Context: any.
 * Return: true if @path begins with all nodes of @above and has more nodes
 * after them.
 */
bool efi_path_is_below(const void *path, size_t size, const void *above,
		       size_t above_size)
{
	size_t body, above_body;

	if (!path || !above)
		return false;
	body = efi_path_body(path, size);
	above_body = efi_path_body(above, above_size);
	/*
	 * A node includes its length, so equal bytes always end at a node
	 * boundary
	 */
	return above_body && body > above_body &&
	       !memcmp(path, above, above_body);
}

static void epath_put_hex(struct seq_buf *s, const u8 *data, size_t size)
{
	while (size--)
		seq_buf_printf(s, "%02X", *data++);
}

static void epath_put_acpi(struct seq_buf *s, u32 hid, u32 uid)
{
	switch (hid) {
	case EISA_PNP(0x0a03):
		seq_buf_printf(s, "PciRoot(0x%X)", uid);
		break;
	case EISA_PNP(0x0a08):
		seq_buf_printf(s, "PcieRoot(0x%X)", uid);
		break;
	case EISA_PNP(0x0301):
		seq_buf_printf(s, "Keyboard(0x%X)", uid);
		break;
	case EISA_PNP(0x0501):
		seq_buf_printf(s, "Serial(0x%X)", uid);
		break;
	default:
		seq_buf_printf(s, "Acpi(%c%c%c%04X,0x%X)",
			       '@' + ((hid >> 10) & 0x1f),
			       '@' + ((hid >> 5) & 0x1f), '@' + (hid & 0x1f),
			       hid >> 16, uid);
	}
}

static void epath_put_vendor(struct seq_buf *s, const char *name,
			     const u8 *data, size_t size)
{
	seq_buf_printf(s, "%s(%pUL", name, data);
	if (size > sizeof(efi_guid_t)) {
		seq_buf_puts(s, ",");
		epath_put_hex(s, data + sizeof(efi_guid_t),
			      size - sizeof(efi_guid_t));
	}
	seq_buf_puts(s, ")");
}

static void epath_put_partition(struct seq_buf *s, const u8 *d)
{
	u64 start = get_unaligned_le64(d + 4), blocks = get_unaligned_le64(d + 12);

	seq_buf_printf(s, "HD(%u,", get_unaligned_le32(d));
	/* Signature type: 1 for an MBR, 2 for a GPT */
	if (d[37] == 1)
		seq_buf_printf(s, "MBR,0x%08X", get_unaligned_le32(d + 20));
	else if (d[37] == 2)
		seq_buf_printf(s, "GPT,%pUL", d + 20);
	else
		seq_buf_printf(s, "%u,0", d[37]);
	seq_buf_printf(s, ",0x%llX,0x%llX)", start, blocks);
}

static void epath_put_uart(struct seq_buf *s, const u8 *d)
{
	static const char parity[] = "DNEOMS";
	static const char * const stop[] = { "D", "1", "1.5", "2" };

	seq_buf_printf(s, "Uart(%llu,%u,%c,%s)", get_unaligned_le64(d + 4),
		       d[12], d[13] < 6 ? parity[d[13]] : '?',
		       d[14] < 4 ? stop[d[14]] : "?");
}

/*
 * File names in device paths are ASCII in practice. Other characters become
 * '?'.
 */
static void epath_put_file(struct seq_buf *s, const u8 *d, size_t size)
{
	u16 c;

	for (; size >= 2 && (c = get_unaligned_le16(d)); d += 2, size -= 2)
		seq_buf_putc(s, c >= ' ' && c < 0x7f ? c : '?');
}

/* Return: false if the node has no known text, or is too short for it */
static bool epath_put_known(struct seq_buf *s, unsigned int kind, const u8 *d,
			    size_t n)
{
	switch (kind) {
	case EFI_NODE(EFI_NODE_HARDWARE, 1):
		if (n < 2)
			return false;
		seq_buf_printf(s, "Pci(0x%X,0x%X)", d[1], d[0]);
		return true;
	case EFI_NODE(EFI_NODE_HARDWARE, 4):
	case EFI_NODE(EFI_NODE_MESSAGING, 10):
	case EFI_NODE(EFI_NODE_MEDIA, 3):
		if (n < sizeof(efi_guid_t))
			return false;
		epath_put_vendor(s, kind >> 8 == EFI_NODE_HARDWARE ? "VenHw" :
				 kind >> 8 == EFI_NODE_MEDIA ? "VenMedia" :
				 "VenMsg", d, n);
		return true;
	case EFI_NODE(EFI_NODE_HARDWARE, 5):
		if (n < 4)
			return false;
		seq_buf_printf(s, "Ctrl(0x%X)", get_unaligned_le32(d));
		return true;
	case EFI_NODE(EFI_NODE_ACPI, 1):
		if (n < 8)
			return false;
		epath_put_acpi(s, get_unaligned_le32(d),
			       get_unaligned_le32(d + 4));
		return true;
	case EFI_NODE(EFI_NODE_ACPI, 3):
		if (n < 4)
			return false;
		seq_buf_printf(s, "AcpiAdr(0x%X)", get_unaligned_le32(d));
		return true;
	case EFI_NODE(EFI_NODE_MESSAGING, 1):
		if (n < 4)
			return false;
		seq_buf_printf(s, "Ata(%s,%s,0x%X)",
			       d[0] ? "Secondary" : "Primary",
			       d[1] ? "Slave" : "Master",
			       get_unaligned_le16(d + 2));
		return true;
	case EFI_NODE(EFI_NODE_MESSAGING, 2):
		if (n < 4)
			return false;
		seq_buf_printf(s, "Scsi(0x%X,0x%X)", get_unaligned_le16(d),
			       get_unaligned_le16(d + 2));
		return true;
	case EFI_NODE(EFI_NODE_MESSAGING, 5):
		if (n < 2)
			return false;
		seq_buf_printf(s, "USB(0x%X,0x%X)", d[0], d[1]);
		return true;
	case EFI_NODE(EFI_NODE_MESSAGING, 11):
		if (n < 33)
			return false;
		seq_buf_puts(s, "MAC(");
		epath_put_hex(s, d, d[32] <= 1 ? 6 : 32);
		seq_buf_printf(s, ",0x%X)", d[32]);
		return true;
	case EFI_NODE(EFI_NODE_MESSAGING, 14):
		if (n < 15)
			return false;
		epath_put_uart(s, d);
		return true;
	case EFI_NODE(EFI_NODE_MESSAGING, 17):
		if (n < 1)
			return false;
		seq_buf_printf(s, "Unit(0x%X)", d[0]);
		return true;
	case EFI_NODE(EFI_NODE_MESSAGING, 18):
		if (n < 6)
			return false;
		seq_buf_printf(s, "Sata(0x%X,0x%X,0x%X)",
			       get_unaligned_le16(d), get_unaligned_le16(d + 2),
			       get_unaligned_le16(d + 4));
		return true;
	case EFI_NODE(EFI_NODE_MESSAGING, 23):
		if (n < 12)
			return false;
		seq_buf_printf(s, "NVMe(0x%X,%02X-%02X-%02X-%02X-%02X-%02X-%02X-%02X)",
			       get_unaligned_le32(d), d[11], d[10], d[9], d[8],
			       d[7], d[6], d[5], d[4]);
		return true;
	case EFI_NODE(EFI_NODE_MESSAGING, 26):
		if (n < 1)
			return false;
		seq_buf_printf(s, "SD(0x%X)", d[0]);
		return true;
	case EFI_NODE(EFI_NODE_MESSAGING, 29):
		if (n < 1)
			return false;
		seq_buf_printf(s, "eMMC(0x%X)", d[0]);
		return true;
	case EFI_NODE(EFI_NODE_MEDIA, 1):
		if (n < 38)
			return false;
		epath_put_partition(s, d);
		return true;
	case EFI_NODE(EFI_NODE_MEDIA, 2):
		if (n < 20)
			return false;
		seq_buf_printf(s, "CDROM(0x%X,0x%llX,0x%llX)",
			       get_unaligned_le32(d),
			       get_unaligned_le64(d + 4),
			       get_unaligned_le64(d + 12));
		return true;
	case EFI_NODE(EFI_NODE_MEDIA, 4):
		epath_put_file(s, d, n);
		return true;
	default:
		return false;
	}
}

static void epath_put_node(struct seq_buf *s,
			   const struct efi_generic_dev_path *node)
{
	const u8 *data = (const u8 *)(node + 1);
	size_t size = node->length - sizeof(*node);

	if (epath_put_known(s, EFI_NODE(node->type, node->sub_type), data,
			    size))
		return;
	seq_buf_printf(s, "Path(%u,%u", node->type, node->sub_type);
	if (size)
		seq_buf_puts(s, ",");
	epath_put_hex(s, data, size);
	seq_buf_puts(s, ")");
}

/**
 * efi_path_to_text() - convert a device path to its text form
 * @path:	the path
 * @size:	size of @path, in bytes
 *
 * Context: task context; sleeps.
 * Return: the text, to be freed with kfree(), or NULL if there is no memory or
 * the text needs more than 1023 characters.
 */
char *efi_path_to_text(const void *path, size_t size)
{
	const struct efi_generic_dev_path *node;
	bool first = true;
	struct seq_buf s;
	char *text;
	size_t at;

	text = kmalloc(TEXT_SIZE, GFP_KERNEL);
	if (!text)
		return NULL;
	seq_buf_init(&s, text, TEXT_SIZE);
	for (at = 0; (node = epath_node_at(path, size, at));
	     at += node->length) {
		if (epath_is_end(node))
			break;
		/*
		 * A path can contain several device paths: here the next one
		 * begins
		 */
		if (node->type == EFI_DEV_END_PATH) {
			seq_buf_putc(&s, ',');
			first = true;
			continue;
		}
		if (!first)
			seq_buf_putc(&s, '/');
		first = false;
		epath_put_node(&s, node);
	}
	seq_buf_str(&s);
	if (seq_buf_has_overflowed(&s)) {
		kfree(text);
		return NULL;
	}
	return text;
}
