/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/trust.h"

#include "pack/crypto.h"
#include "pack/fail.h"
#include "pack/recover.h"
#include "pack/sign.h"

#include <string.h>

#define KEYS_MAX 3u /* two candidates of a signature, and next_key */

struct keys {
    struct ffx_public_key key[KEYS_MAX];
    uint32_t count;
};

static int is_signed_by(const struct ffx_public_key *key,
                        const struct pack_buffer *text,
                        const struct pack_buffer *signature)
{
    return signature->length <= FFX_DER_MAX &&
           ffx_signature_check(pack_crypto(), key, text->bytes,
                               (uint32_t)text->length, signature->bytes,
                               (uint32_t)signature->length) == 0;
}

static void add(struct keys *keys, const struct ffx_public_key *key)
{
    keys->key[keys->count++] = *key;
}

static int holds(const struct keys *keys, const struct ffx_public_key *key)
{
    for (uint32_t i = 0; i < keys->count; i++)
        if (memcmp(&keys->key[i], key, sizeof *key) == 0)
            return 1;
    return 0;
}

/* Null: none. */
static const struct ffx_public_key *common(const struct keys *a,
                                           const struct keys *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (holds(b, &a->key[i]))
            return &a->key[i];
    return NULL;
}

/* A signature fits two keys. The one that nobody has stands in no other
 * signature or text, so that what two of these have in common is meant. */
static void find_signers(struct keys *keys, const struct pack_buffer *text,
                         const struct pack_buffer *signature)
{
    struct ffx_public_key found[2];
    const int count = recover_keys(text->bytes, text->length, signature->bytes,
                                   signature->length, found);
    keys->count = 0;
    for (int i = 0; i < count; i++)
        if (is_signed_by(&found[i], text, signature))
            add(keys, &found[i]);
}

static void find_trusted(struct keys *trusted, const struct pack_release *from)
{
    struct keys signers;
    find_signers(&signers, &from->text, &from->signature);
    trusted->count = 0;
    for (uint32_t i = 0; i < signers.count; i++)
        if (!from->has_revoke ||
            memcmp(&signers.key[i], &from->revoke, sizeof from->revoke) != 0)
            add(trusted, &signers.key[i]);
    if (from->has_next_key)
        add(trusted, &from->next_key);
}

int trust_holds(const struct pack_release *from,
                const struct ffx_public_key *key)
{
    struct keys trusted;
    if (from->text.length == 0)
        return 1;
    find_trusted(&trusted, from);
    return holds(&trusted, key);
}

/* --- who signed what ----------------------------------------------------- */

static int fail_release(const struct pack_release *from,
                        const struct pack_release *to, struct pack_error *error)
{
    return fail_with(error, FFX_ERR_SIGNATURE,
                     "release %s is signed by a key that devices with %s need "
                     "not trust: go by a release that the old key signs with "
                     "--next-key, and name it in each until the old key goes",
                     to->version, from->version);
}

static int fail_cert(const struct pack_release *from, struct pack_error *error)
{
    return fail_with(error, FFX_ERR_SIGNATURE,
                     "the certificate of this package key is not signed by a "
                     "key that devices with %s trust: farfix key delegate "
                     "makes a new one",
                     from->version);
}

/* A names its keys: B's signer must be among them. Where both keys can be
 * one, it is one. */
static int find_among(const struct pack_release *from,
                      const struct pack_release *to, const struct keys *release,
                      const struct keys *cert, struct trust *trust,
                      struct pack_error *error)
{
    struct keys trusted;
    find_trusted(&trusted, from);
    const struct ffx_public_key *key = common(release, &trusted);
    if (key == NULL)
        return fail_release(from, to, error);
    trust->keys[trust->count++] = *key;
    if (holds(cert, key))
        return 0;
    key = common(cert, &trusted);
    if (key == NULL)
        return fail_cert(from, error);
    trust->keys[trust->count++] = *key;
    return 0;
}

static int find_one(const struct pack_release *to, const struct keys *release,
                    const struct keys *cert, struct trust *trust,
                    struct pack_error *error)
{
    const struct ffx_public_key *const key = common(release, cert);
    if (key == NULL)
        return fail_with(error, FFX_ERR_SIGNATURE,
                         "release %s and the certificate of this package key "
                         "are not signed by the same release key",
                         to->version);
    trust->keys[trust->count++] = *key;
    return 0;
}

int trust_find(const struct pack_release *from, const struct pack_release *to,
               const struct pack_key *key, struct trust *trust,
               struct pack_error *error)
{
    struct keys release, cert = {.count = 0};
    const int delegated = pack_key_delegation(key) != NULL;
    trust->count = 0;
    find_signers(&release, &to->text, &to->signature);
    if (delegated)
        find_signers(&cert, &key->cert, &key->cert_signature);
    else
        add(&cert, &key->public_key); /* the release's own signer, then */
    if (!delegated && !holds(&release, &key->public_key))
        return fail_with(error, FFX_ERR_SIGNATURE,
                         "release %s is not signed by this key: name the "
                         "release key, or a package key with its .cert beside "
                         "it",
                         to->version);
    if (from->text.length == 0)
        return find_one(to, &release, &cert, trust, error);
    return find_among(from, to, &release, &cert, trust, error);
}
