/* SPDX-License-Identifier: Apache-2.0 */
/* What a release key lets a package key do: NAME.cert and NAME.cert.sig. */
#include "pack/delegate.h"

#include "pack/buffer.h"
#include "pack/fail.h"
#include "pack/token.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void cert_text(const struct ffx_public_key *key, const char *model,
                      uint32_t max_sequence, struct pack_buffer *out)
{
    buffer_print(out, "format=1\nmodel=%s\n", model);
    buffer_hex_line(out, "public_key", key->point, sizeof key->point);
    buffer_print(out, "max_sequence=%u\n", max_sequence);
}

static int sign_cert(const struct pack_key *release_key, struct pack_key *key,
                     const struct pack_delegation *how,
                     struct pack_error *error)
{
    if (pack_key_delegation(release_key) != NULL)
        return fail_with(error, FFX_ERR_CERT,
                         "%s is itself a delegated package key: only the "
                         "release key can delegate",
                         how->signed_by);
    if (memcmp(&key->public_key, pack_key_public(release_key),
               sizeof key->public_key) == 0)
        return fail_with(error, FFX_ERR_ARGUMENT,
                         "%s is the release key itself: it may sign packages "
                         "without a certificate",
                         how->signed_by);
    cert_text(&key->public_key, how->model, how->max_sequence, &key->cert);
    return sign_message(release_key, key->cert.bytes, key->cert.length,
                        &key->cert_signature, error);
}

int delegate(struct pack_key *key, const struct pack_delegation *how,
             struct pack_error *error)
{
    struct pack_key *release_key;
    if (how->model == NULL || !ffx_model_valid(how->model))
        return fail_with(error, FFX_ERR_ARGUMENT,
                         "a package key is for one model: letters, digits and "
                         "'-', at most %u",
                         FFX_MODEL_MAX);
    if (how->max_sequence == 0)
        return fail_with(error, FFX_ERR_ARGUMENT,
                         "releases begin with sequence 1: a key up to 0 could "
                         "sign no package");
    int result = pack_key_load(how->signed_by, &release_key, error);
    if (result != 0)
        return result;
    result = sign_cert(release_key, key, how, error);
    pack_key_free(release_key);
    return result;
}

int delegate_write(const char *base, const struct pack_key *key,
                   struct pack_error *error)
{
    int result = keys_write_beside(base, ".cert", key->cert.bytes,
                                   key->cert.length, 0, error);
    if (result == 0)
        result = keys_write_beside(base, ".cert.sig", key->cert_signature.bytes,
                                   key->cert_signature.length, 0, error);
    return result;
}

/* --- a key whose private half is elsewhere ------------------------------- */

static int refuse_other_cert(const char *path, const struct pack_buffer *text,
                             const struct ffx_public_key *key,
                             struct pack_error *error)
{
    struct ffx_cert old;
    if (text->length <= FFX_MANIFEST_MAX &&
        ffx_cert_parse(&old, (const char *)text->bytes,
                       (uint32_t)text->length) == 0 &&
        memcmp(&old.key, key, sizeof *key) == 0)
        return 0;
    return fail_with(error, FFX_ERR_CERT,
                     "%s is not a certificate of this key: move it away first",
                     path);
}

/* What is there is replaced only when that was asked for, and only when it is
 * of the same key. */
static int check_there(const char *base, const struct ffx_public_key *key,
                       int renew, struct pack_error *error)
{
    struct pack_buffer text;
    char *const path = keys_path_of(base, ".cert");
    int result = pack_read_file(path, &text, error);
    if (result != 0) {
        result = error->missing ? 0 : result;
    } else {
        result =
            renew ? refuse_other_cert(path, &text, key, error)
                  : fail_with(error, FFX_ERR_IO,
                              "%s is already there: --renew replaces it", path);
        pack_buffer_free(&text);
    }
    free(path);
    return result;
}

static char *base_of(const char *name)
{
    const size_t length = strlen(name), suffix = strlen(".pub");
    if (length > suffix && strcmp(name + length - suffix, ".pub") == 0)
        return strndup(name, length - suffix);
    return keys_base_of(name);
}

int pack_key_delegate(const char *name, const struct pack_delegation *how,
                      int renew, struct pack_error *error)
{
    struct pack_key key;
    memset(&key, 0, sizeof key);
    if (token_is_uri(name))
        return fail_with(error, FFX_ERR_ARGUMENT,
                         "a certificate lies beside a file: write the URI into "
                         "NAME.key, or the public key into NAME.pub, and name "
                         "that");
    int result = pack_public_key_load(name, &key.public_key, error);
    if (result != 0)
        return result;
    char *const base = base_of(name);
    result = check_there(base, &key.public_key, renew, error);
    if (result == 0)
        result = delegate(&key, how, error);
    if (result == 0)
        result = delegate_write(base, &key, error);
    free(base);
    pack_buffer_free(&key.cert);
    pack_buffer_free(&key.cert_signature);
    return result;
}
