/* SPDX-License-Identifier: Apache-2.0 */
/* Saying with the release key what a release is. */
#include "pack/buffer.h"
#include "pack/crypto.h"
#include "pack/fail.h"
#include "pack/release.h"
#include "pack/sign.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* --- release keys that come and go --------------------------------------- */

static int same_key(const struct ffx_public_key *a,
                    const struct ffx_public_key *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* 1: `name` is the file of a key, which is loaded. */
static int load_named(const char *name,
                      int (*load)(const char *, struct ffx_public_key *,
                                  struct pack_error *),
                      struct ffx_public_key *key, struct pack_error *error)
{
    if (name == NULL || strcmp(name, PACK_KEY_NONE) == 0)
        return 0;
    const int result = load(name, key, error);
    return result != 0 ? result : 1;
}

static int load_named_keys(struct pack_release *release,
                           const struct pack_signing *how,
                           struct pack_error *error)
{
    const int next = load_named(how->next_key, pack_public_key_load,
                                &release->next_key, error);
    if (next < 0)
        return next;
    const int revoke =
        load_named(how->revoke, keys_load_public, &release->revoke, error);
    if (revoke < 0)
        return revoke;
    release->has_next_key = next;
    release->has_revoke = revoke;
    return 0;
}

/* `signer` is null where it is not known yet.
 *
 * A release whose signer goes without a successor would leave devices that
 * trust nobody else with a key that is said to be stolen: they keep it. */
static int check_named_keys(const struct pack_release *release,
                            const struct ffx_public_key *signer,
                            struct pack_error *error)
{
    const struct ffx_public_key *const next = &release->next_key;
    const struct ffx_public_key *const revoke = &release->revoke;
    if (signer != NULL && release->has_next_key && same_key(next, signer))
        return fail_with(error, FFX_ERR_ARGUMENT,
                         "--next-key is the key that signs: devices trust it "
                         "already; name the new one's .pub");
    if (!release->has_revoke)
        return 0;
    if (release->has_next_key && same_key(next, revoke))
        return fail_with(error, FFX_ERR_ARGUMENT,
                         "--next-key and --revoke name the same key: a device "
                         "cannot begin and cease to trust it at once");
    if (signer != NULL && !release->has_next_key && same_key(revoke, signer))
        return fail_with(error, FFX_ERR_ARGUMENT,
                         "--revoke is the key that signs, and no key follows: "
                         "add --next-key NEW.pub, or sign with the new key");
    return 0;
}

/* --- what lies there already --------------------------------------------- */

static int kept(const char *option, const char *line,
                const struct ffx_public_key *key, const char *path,
                struct pack_error *error)
{
    char print[PACK_FINGERPRINT];
    pack_fingerprint(print, key);
    return fail_with(error, FFX_ERR_BUSY,
                     "%s says %s of key %s: name it again with %s KEY.pub, or "
                     "drop it with %s " PACK_KEY_NONE,
                     path, line, print, option, option);
}

/* A key that is introduced has to stand in every release until the old one
 * goes: who signs again for new images must not lose it unawares. */
static int check_dropped(const char *directory, const struct pack_signing *how,
                         struct pack_error *error)
{
    char path[RELEASE_PATH];
    struct pack_buffer text;
    struct ffx_release old;
    if (release_path(path, directory, "release", error) != 0)
        return error->code;
    int result = pack_read_file(path, &text, error);
    if (result != 0)
        return error->missing ? 0 : result;
    if (text.length <= FFX_MANIFEST_MAX &&
        ffx_release_parse(&old, (const char *)text.bytes,
                          (uint32_t)text.length) == 0) {
        if (old.has_next_key && how->next_key == NULL)
            result = kept("--next-key", "next_key", &old.next_key, path, error);
        else if (old.has_revoke && how->revoke == NULL)
            result = kept("--revoke", "revoke", &old.revoke, path, error);
    }
    pack_buffer_free(&text);
    return result;
}

/* --- signing ------------------------------------------------------------- */

static int write_in(const char *directory, const char *name,
                    const struct pack_buffer *bytes, struct pack_error *error)
{
    char path[RELEASE_PATH];
    if (release_path(path, directory, name, error) != 0)
        return error->code;
    return pack_write_file(path, bytes->bytes, bytes->length, 0, error);
}

/* The signature goes first: an old text with a new signature is refused by
 * every reader, as is a new text with an old one. */
static int write_signed(const char *directory,
                        const struct pack_release *release,
                        struct pack_error *error)
{
    const int result =
        write_in(directory, "release.sig", &release->signature, error);
    return result != 0 ? result
                       : write_in(directory, "release", &release->text, error);
}

/* Images and keys: everything that is said. */
static int load_statement(const char *directory, const struct pack_signing *how,
                          const struct ffx_public_key *signer,
                          struct pack_release *release,
                          struct pack_error *error)
{
    int result = release_load_unsigned(directory, release, error);
    if (result != 0)
        return result;
    result = load_named_keys(release, how, error);
    if (result == 0)
        result = check_named_keys(release, signer, error);
    if (result == 0)
        result = check_dropped(directory, how, error);
    if (result == 0)
        release_text(release, &release->text);
    else
        pack_release_free(release);
    return result;
}

static int sign_with(const struct pack_key *key, const char *directory,
                     const struct pack_signing *how, struct pack_error *error)
{
    struct pack_release release;
    if (pack_key_delegation(key) != NULL)
        return fail_with(error, FFX_ERR_CERT,
                         "%s is a delegated package key: releases are signed "
                         "by the release key",
                         how->key);
    int result =
        load_statement(directory, how, pack_key_public(key), &release, error);
    if (result != 0)
        return result;
    result = sign_message(key, release.text.bytes, release.text.length,
                          &release.signature, error);
    if (result == 0)
        result = write_signed(directory, &release, error);
    pack_release_free(&release);
    return result;
}

int pack_release_sign(const char *directory, const struct pack_signing *how,
                      struct pack_error *error)
{
    struct pack_key *key;
    int result = pack_key_load(how->key, &key, error);
    if (result != 0)
        return result;
    result = sign_with(key, directory, how, error);
    pack_key_free(key);
    return result;
}

/* --- signing elsewhere --------------------------------------------------- */

int pack_release_prepare(const char *directory, const struct pack_signing *how,
                         struct pack_release *out, struct pack_error *error)
{
    char sig[RELEASE_PATH];
    int result = load_statement(directory, how, NULL, out, error);
    if (result != 0)
        return result;
    result = release_path(sig, directory, "release.sig", error);
    if (result == 0 && unlink(sig) != 0 && errno != ENOENT)
        result = fail_system(error, "remove", sig);
    if (result == 0)
        result = write_in(directory, "release", &out->text, error);
    if (result != 0)
        pack_release_free(out);
    return result;
}

static int take(const char *directory, const char *path,
                const struct ffx_public_key *key, struct pack_release *release,
                struct pack_error *error)
{
    struct pack_buffer raw;
    int result = release_load_text(directory, release, error);
    if (result == 0)
        result = check_named_keys(release, key, error);
    if (result == 0)
        result = pack_read_file(path, &raw, error);
    if (result != 0)
        return result;
    if (sign_normalise(raw.bytes, raw.length, &release->signature) != 0)
        result = fail_with(error, FFX_ERR_SIGNATURE,
                           "%s is no signature on P-256 in DER: openssl dgst "
                           "-sha256 -sign makes one",
                           path);
    else if (ffx_signature_check(pack_crypto(), key, release->text.bytes,
                                 (uint32_t)release->text.length,
                                 release->signature.bytes,
                                 (uint32_t)release->signature.length) != 0)
        result = fail_with(error, FFX_ERR_SIGNATURE,
                           "%s is not this key's signature of %s/release: sign "
                           "just that file, with SHA-256",
                           path, directory);
    else
        result = write_in(directory, "release.sig", &release->signature, error);
    pack_buffer_free(&raw);
    return result;
}

int pack_release_take_signature(const char *directory, const char *public_key,
                                const char *signature, struct pack_error *error)
{
    struct ffx_public_key key;
    struct pack_release release;
    int result = pack_public_key_load(public_key, &key, error);
    if (result == 0)
        result = release_load_unsigned(directory, &release, error);
    if (result != 0)
        return result;
    result = take(directory, signature, &key, &release, error);
    pack_release_free(&release);
    return result;
}
