/* SPDX-License-Identifier: Apache-2.0 */
/* Signed offers: next documents and side-files of vendor packages. */
#include "pack/buffer.h"
#include "pack/crypto.h"
#include "pack/fail.h"
#include "pack/recover.h"
#include "pack/sign.h"

#include <string.h>

static int check_facts(const struct ffx_offer *offer,
                       const struct pack_key *key, struct pack_error *error)
{
    const struct ffx_cert *delegation = pack_key_delegation(key);
    if (!ffx_model_valid(offer->model))
        return fail_with(error, FFX_ERR_ARGUMENT,
                         "'%s' is no model: letters, digits and '-', at most "
                         "%u, first and last alphanumeric",
                         offer->model, FFX_MODEL_MAX);
    if (!ffx_version_valid(offer->from) ||
        (offer->to[0] != '\0' && !ffx_version_valid(offer->to)) ||
        strcmp(offer->to, "none") == 0)
        return fail_with(error, FFX_ERR_ARGUMENT,
                         "'%s' to '%s': a version is letters, digits, '.', "
                         "'_' and '-', at most %u, without ___ and not 'none'",
                         offer->from, offer->to, FFX_VERSION_MAX);
    if (strcmp(offer->from, offer->to) == 0)
        return fail_with(error, FFX_ERR_ARGUMENT,
                         "from and to are both %s: nothing would change",
                         offer->from);
    if (delegation != NULL && strcmp(delegation->model, offer->model) != 0)
        return fail_with(error, FFX_ERR_CERT,
                         "this package key is for model %s, not for %s",
                         delegation->model, offer->model);
    return 0;
}

static void offer_text(const struct ffx_offer *offer,
                       const struct pack_key *key, struct pack_buffer *out)
{
    static const uint8_t zeros[FFX_SHA256_BYTES];
    const int something = offer->to[0] != '\0';
    buffer_print(out, "format=1\nmodel=%s\nfrom=%s\nto=%s\nsize=%u\n",
                 offer->model, offer->from, something ? offer->to : "none",
                 something ? offer->size : 0);
    buffer_hex_line(out, "sha256", something ? offer->sha256 : zeros,
                    FFX_SHA256_BYTES);
    if (pack_key_delegation(key) == NULL)
        return;
    buffer_hex_line(out, "cert", key->cert.bytes, key->cert.length);
    buffer_hex_line(out, "cert_sig", key->cert_signature.bytes,
                    key->cert_signature.length);
}

static int read_under(struct ffx_offer *offer, const struct pack_buffer *text,
                      const struct pack_key *key)
{
    struct ffx_public_key trusted[2] = {key->public_key};
    int count = 1;
    if (pack_key_delegation(key) != NULL)
        count = recover_keys(key->cert.bytes, key->cert.length,
                             key->cert_signature.bytes,
                             key->cert_signature.length, trusted);
    if (count <= 0)
        return FFX_ERR_SIGNATURE;
    if (text->length > FFX_SIDEFILE_MAX)
        return FFX_ERR_MANIFEST;
    return ffx_offer_read(offer, (const char *)text->bytes,
                          (uint32_t)text->length, pack_crypto(), trusted,
                          (uint32_t)count);
}

int pack_offer_read(struct ffx_offer *offer, const struct pack_buffer *text,
                    const struct pack_key *key, struct pack_error *error)
{
    const int result = read_under(offer, text, key);
    if (result != 0)
        return fail_with(error, result, "not an offer of this key's maker: %s",
                         ffx_error_text(result));
    return 0;
}

int pack_offer_is_about(const struct ffx_offer *offer,
                        const struct pack_buffer *file)
{
    uint8_t digest[FFX_SHA256_BYTES];
    if (file->length != offer->size)
        return 0;
    pack_sha256(file->bytes, file->length, digest);
    return memcmp(digest, offer->sha256, sizeof digest) == 0;
}

/* Our own reader must take it, under the key that signed the certificate. */
static int read_back(const struct pack_buffer *text, const struct pack_key *key,
                     struct pack_error *error)
{
    struct ffx_offer offer;
    const int result = read_under(&offer, text, key);
    if (result != 0)
        return fail_with(error, result,
                         "nothing was written: our own reader refuses the new "
                         "document (%s)",
                         ffx_error_text(result));
    return 0;
}

int pack_offer(const struct ffx_offer *offer, const struct pack_key *key,
               struct pack_buffer *out, struct pack_error *error)
{
    struct pack_buffer signature = {0};
    memset(out, 0, sizeof *out);
    int result = check_facts(offer, key, error);
    if (result == 0) {
        offer_text(offer, key, out);
        result = sign_message(key, out->bytes, out->length, &signature, error);
    }
    if (result == 0) {
        buffer_hex_line(out, "sig", signature.bytes, signature.length);
        result = read_back(out, key, error);
    }
    pack_buffer_free(&signature);
    if (result != 0)
        pack_buffer_free(out);
    return result;
}
