/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/trust.h"

#include "pack/crypto.h"
#include "pack/fail.h"
#include "pack/recover.h"
#include "pack/sign.h"

#include <string.h>

static int is_signed_by(const struct ffx_public_key *key,
                        const struct pack_buffer *text,
                        const struct pack_buffer *signature)
{
    return signature->length <= FFX_DER_MAX &&
           ffx_signature_check(pack_crypto(), key, text->bytes,
                               (uint32_t)text->length, signature->bytes,
                               (uint32_t)signature->length) == 0;
}

static void add(struct pack_keys *keys, const struct ffx_public_key *key)
{
    keys->key[keys->count++] = *key;
}

static int holds(const struct pack_keys *keys, const struct ffx_public_key *key)
{
    for (uint32_t i = 0; i < keys->count; i++)
        if (memcmp(&keys->key[i], key, sizeof *key) == 0)
            return 1;
    return 0;
}

/* Null: none. */
static const struct ffx_public_key *common(const struct pack_keys *a,
                                           const struct pack_keys *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (holds(b, &a->key[i]))
            return &a->key[i];
    return NULL;
}

/* A signature fits two keys. The one that nobody has stands in no other
 * signature or text, so that what two of these have in common is meant. */
static void find_signers(struct pack_keys *keys, const struct pack_buffer *text,
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

void pack_release_trust(const struct pack_release *release,
                        struct pack_trust *trust)
{
    memset(trust, 0, sizeof *trust);
    find_signers(&trust->signers, &release->text, &release->signature);
    for (uint32_t i = 0; i < trust->signers.count; i++)
        if (!release->has_revoke ||
            memcmp(&trust->signers.key[i], &release->revoke,
                   sizeof release->revoke) != 0)
            add(&trust->trusted, &trust->signers.key[i]);
    if (release->has_next_key)
        add(&trust->trusted, &release->next_key);
}

void pack_key_trust(const struct pack_key *key, struct pack_keys *certifiers)
{
    memset(certifiers, 0, sizeof *certifiers);
    if (pack_key_delegation(key) != NULL)
        find_signers(certifiers, &key->cert, &key->cert_signature);
    else
        add(certifiers, &key->public_key); /* the release's own signer, then */
}

int pack_trust_leads(const struct pack_trust *from, const struct pack_trust *to,
                     const struct pack_keys *certifiers)
{
    if (from->signers.count == 0)
        return common(&to->signers, certifiers) != NULL;
    return common(&to->signers, &from->trusted) != NULL &&
           common(certifiers, &from->trusted) != NULL;
}

int trust_holds(const struct pack_release *from,
                const struct ffx_public_key *key)
{
    struct pack_trust trust;
    if (from->text.length == 0)
        return 1;
    pack_release_trust(from, &trust);
    return holds(&trust.trusted, key);
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
                      const struct pack_release *to,
                      const struct pack_keys *signers,
                      const struct pack_keys *certifiers, struct trust *trust,
                      struct pack_error *error)
{
    struct pack_trust a;
    pack_release_trust(from, &a);
    const struct ffx_public_key *key = common(signers, &a.trusted);
    if (key == NULL)
        return fail_release(from, to, error);
    trust->keys[trust->count++] = *key;
    if (holds(certifiers, key))
        return 0;
    key = common(certifiers, &a.trusted);
    if (key == NULL)
        return fail_cert(from, error);
    trust->keys[trust->count++] = *key;
    return 0;
}

static int find_one(const struct pack_release *to,
                    const struct pack_keys *signers,
                    const struct pack_keys *certifiers, struct trust *trust,
                    struct pack_error *error)
{
    const struct ffx_public_key *const key = common(signers, certifiers);
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
    struct pack_keys signers, certifiers;
    trust->count = 0;
    find_signers(&signers, &to->text, &to->signature);
    pack_key_trust(key, &certifiers);
    if (pack_key_delegation(key) == NULL && !holds(&signers, &key->public_key))
        return fail_with(error, FFX_ERR_SIGNATURE,
                         "release %s is not signed by this key: name the "
                         "release key, or a package key with its .cert beside "
                         "it",
                         to->version);
    if (from->text.length == 0)
        return find_one(to, &signers, &certifiers, trust, error);
    return find_among(from, to, &signers, &certifiers, trust, error);
}
