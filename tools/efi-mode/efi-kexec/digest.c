// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compute digests
 */
#include <openssl/evp.h>

#include "efi-kexec.h"

bool digest_spans(const char *algorithm, const struct span *spans, unsigned int nr,
		  struct digest *digest)
{
	const EVP_MD *md = EVP_get_digestbyname(algorithm);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = md && context && EVP_MD_get_size(md) <= DIGEST_MAX &&
		    EVP_DigestInit_ex(context, md, NULL);
	unsigned int i;

	for (i = 0; good && i < nr; i++)
		good = EVP_DigestUpdate(context, spans[i].data, spans[i].size);
	good = good && EVP_DigestFinal_ex(context, digest->bytes, &digest->size);
	EVP_MD_CTX_free(context);
	return good;
}
