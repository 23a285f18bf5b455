// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find the entries of db by which the firmware verifies an image
 *
 * Under Secure Boot, an image needs a signature that leads to a certificate in db,
 * or its own hash in db (UEFI 2.10, section 32.5.3). The firmware measures the entry
 * into PCR 7 when it is used for the first time (TCG PC Client Platform Firmware
 * Profile, section 3.3.4.8). This follows the order in which edk2 searches.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/bio.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "efi-kexec.h"

#define DB		"d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define SHIM		"605dab50-e046-4300-abb6-3dd810dd8b23"
#define GUID_SIZE	16

/* EFI_SIGNATURE_LIST (UEFI 2.10, section 32.4.1), and the owner in each entry */
#define LIST_HEADER	28
#define LIST_SIZE	16
#define LIST_SKIP	20
#define LIST_ENTRY_SIZE	24

/* WIN_CERTIFICATE: length, revision, type */
#define WIN_HEADER	8
#define WIN_TYPE	6
#define WIN_PKCS	2

static const uint8_t db_guid[GUID_SIZE] = {
	0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45,
	0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f,
};

static const uint8_t certificate_guid[GUID_SIZE] = {
	0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a,
	0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72,
};

/* Hashes of images, in the order in which the firmware looks for them */
static const struct {
	const char *algorithm;
	uint8_t guid[GUID_SIZE];
} hashes[] = {
	{ "sha512", { 0xae, 0x0f, 0x3e, 0x09, 0xc4, 0xa6, 0x50, 0x4f,
		      0x9f, 0x1b, 0xd4, 0x1e, 0x2b, 0x89, 0xc1, 0x9a } },
	{ "sha384", { 0x07, 0x53, 0x3e, 0xff, 0xd0, 0x9f, 0xc9, 0x48,
		      0x85, 0xf1, 0x8a, 0xd5, 0x6c, 0x70, 0x1e, 0x01 } },
	{ "sha256", { 0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40,
		      0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28 } },
	{ "sha1",   { 0x12, 0xa5, 0x6c, 0x82, 0x10, 0xcf, 0xc9, 0x4a,
		      0xb1, 0x87, 0xbe, 0x01, 0x49, 0x66, 0x31, 0xbd } },
};

#define NR_HASHES	(sizeof(hashes) / sizeof(*hashes))

bool secure_boot_is_on(void)
{
	struct span value;
	bool on;

	if (!read_variable("SecureBoot", EFI_GLOBAL, &value))
		return false;
	on = value.size == 1 && value.data[0] == 1;
	free(value.data);
	return on;
}

bool is_under_shim(void)
{
	struct span value;

	if (!read_variable("MokListRT", SHIM, &value))
		return false;
	free(value.data);
	return true;
}

/* Find the first entry of @db with this type for which @fits says so */
static bool find_entry(const struct span *db, const uint8_t *type,
		       bool (*fits)(const struct span *content, const void *context),
		       const void *context, struct span *entry)
{
	size_t at, in, size, list_size;
	struct span content;
	const uint8_t *list;

	for (at = 0; at + LIST_HEADER <= db->size; at += list_size) {
		list = db->data + at;
		list_size = get32(list + LIST_SIZE);
		size = get32(list + LIST_ENTRY_SIZE);
		in = LIST_HEADER + (size_t)get32(list + LIST_SKIP);
		if (list_size < LIST_HEADER || list_size > db->size - at ||
		    size <= GUID_SIZE)
			return false;
		if (memcmp(list, type, GUID_SIZE))
			continue;
		for (; in + size <= list_size; in += size) {
			*entry = (struct span) { db->data + at + in, size };
			content = (struct span) {
				entry->data + GUID_SIZE, size - GUID_SIZE,
			};
			if (fits(&content, context))
				return true;
		}
	}
	return false;
}

/* Make the event: GUID, lengths and name of the variable, and the entry */
static void add_entry(struct authority *authority, const struct span *entry)
{
	static const uint8_t name[] = { 'd', 0, 'b', 0 };
	struct span *event = &authority->events[authority->nr];
	uint64_t name_length = 2, size = entry->size;

	if (authority->nr == sizeof(authority->events) / sizeof(*event))
		return;
	event->size = GUID_SIZE + 16 + sizeof(name) + size;
	event->data = malloc(event->size);
	if (!event->data)
		return;
	memcpy(event->data, db_guid, GUID_SIZE);
	memcpy(event->data + 16, &name_length, 8);
	memcpy(event->data + 24, &size, 8);
	memcpy(event->data + 32, name, sizeof(name));
	memcpy(event->data + 36, entry->data, size);
	authority->nr++;
}

/* Does the signature @context, without its time, lead to this certificate? */
static bool is_signed_by(const struct span *content, const void *context)
{
	const uint8_t *p = content->data;
	X509 *certificate = d2i_X509(NULL, &p, content->size);
	X509_STORE *store = X509_STORE_new();
	PKCS7 *signature = (PKCS7 *)context;
	const ASN1_TYPE *signed_type = signature->d.sign->contents->d.other;
	int tag, class;
	BIO *data = NULL;
	bool good = false;
	long length;

	/* The signature is of the contents of the sequence */
	p = signed_type->value.sequence->data;
	if (!(ASN1_get_object(&p, &length, &tag, &class,
			      signed_type->value.sequence->length) & 0x80))
		data = BIO_new_mem_buf(p, length);
	if (certificate && store && data && X509_STORE_add_cert(store, certificate)) {
		X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN |
				     X509_V_FLAG_NO_CHECK_TIME);
		X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
		good = PKCS7_verify(signature, NULL, store, data, NULL,
				    PKCS7_BINARY) == 1;
	}
	BIO_free(data);
	X509_STORE_free(store);
	X509_free(certificate);
	return good;
}

/* The first signature of an image, or NULL */
static PKCS7 *read_signature(const struct pe *pe)
{
	const struct span *s = &pe->signatures;
	const uint8_t *p = s->data + WIN_HEADER;
	PKCS7 *signature;
	size_t size;

	if (s->size < WIN_HEADER)
		return NULL;
	size = get32(s->data);
	if (size <= WIN_HEADER || size > s->size || size > INT_MAX ||
	    get16(s->data + WIN_TYPE) != WIN_PKCS)
		return NULL;
	signature = d2i_PKCS7(NULL, &p, size - WIN_HEADER);
	if (signature && PKCS7_type_is_signed(signature) &&
	    !PKCS7_get_detached(signature) &&
	    PKCS7_type_is_other(signature->d.sign->contents) &&
	    signature->d.sign->contents->d.other->type == V_ASN1_SEQUENCE)
		return signature;
	PKCS7_free(signature);
	return NULL;
}

static bool is_hash(const struct span *content, const void *context)
{
	const struct digest *digest = context;

	return content->size == digest->size &&
	       !memcmp(content->data, digest->bytes, digest->size);
}

static void find_hashes(const struct pe *pe, const struct span *db,
			struct authority *authority)
{
	struct digest digest;
	struct span entry;
	unsigned int i;

	for (i = 0; i < NR_HASHES; i++)
		if (digest_spans(hashes[i].algorithm, pe->parts, pe->nr_parts, &digest) &&
		    find_entry(db, hashes[i].guid, is_hash, &digest, &entry))
			add_entry(authority, &entry);
}

void find_authority(const struct pe *pe, struct authority *authority)
{
	PKCS7 *signature = read_signature(pe);
	struct span db, entry;

	*authority = (struct authority) {};
	if (read_variable("db", DB, &db)) {
		if (signature && find_entry(&db, certificate_guid, is_signed_by,
					    signature, &entry))
			add_entry(authority, &entry);
		else
			find_hashes(pe, &db, authority);
		free(db.data);
	}
	PKCS7_free(signature);
}
