/* SPDX-License-Identifier: Apache-2.0 */
/* Key files: PEM for the keys, our own text for the certificate. */
#include "pack/buffer.h"
#include "pack/delegate.h"
#include "pack/fail.h"
#include "pack/sign.h"
#include "pack/token.h"

#include "base/text.h"

#include <mbedtls/platform_util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_SUFFIX ".key"
/* A P-256 key in PEM: 241 bytes private, 178 public. */
#define PEM_BYTES 512u

/* --- paths --------------------------------------------------------------- */

char *keys_base_of(const char *path)
{
    const size_t length = strlen(path), suffix = strlen(KEY_SUFFIX);
    if (length > suffix && strcmp(path + length - suffix, KEY_SUFFIX) == 0)
        return strndup(path, length - suffix);
    return strdup(path);
}

char *keys_path_of(const char *base, const char *suffix)
{
    struct pack_buffer path = {0};
    buffer_append(&path, base, strlen(base));
    buffer_append(&path, suffix, strlen(suffix) + 1);
    return (char *)path.bytes;
}

/* --- loading ------------------------------------------------------------- */

static void free_secret(struct pack_buffer *buffer)
{
    if (buffer->bytes != NULL)
        mbedtls_platform_zeroize(buffer->bytes, buffer->capacity);
    pack_buffer_free(buffer);
}

static int take_point(const mbedtls_pk_context *pk, const char *path,
                      struct ffx_public_key *key, struct pack_error *error)
{
    size_t length;
    const mbedtls_ecp_keypair *pair =
        mbedtls_pk_can_do(pk, MBEDTLS_PK_ECKEY) ? mbedtls_pk_ec(*pk) : NULL;
    if (pair == NULL || pair->grp.id != MBEDTLS_ECP_DP_SECP256R1)
        return fail_with(error, FFX_ERR_SIGNATURE,
                         "%s is not a key on the curve P-256 (prime256v1): "
                         "make one with farfix key make",
                         path);
    if (mbedtls_ecp_check_pubkey(&pair->grp, &pair->Q) != 0 ||
        mbedtls_ecp_point_write_binary(&pair->grp, &pair->Q,
                                       MBEDTLS_ECP_PF_UNCOMPRESSED, &length,
                                       key->point, sizeof key->point) != 0)
        return fail_with(error, FFX_ERR_SIGNATURE,
                         "%s holds no point of the curve: the file is damaged",
                         path);
    return 0;
}

static int refuse_test_key(const struct ffx_public_key *key, const char *path,
                           struct pack_error *error)
{
    if (!ffx_key_is_test(key))
        return 0;
    return fail_with(error, FFX_ERR_TEST_KEY,
                     "%s is a test key that farfix publishes: anybody can sign "
                     "with it; make your own with farfix key make",
                     path);
}

static int private_key_error(int cause, const char *path,
                             struct pack_error *error)
{
    if (cause == MBEDTLS_ERR_PK_PASSWORD_REQUIRED)
        return fail_with(error, FFX_ERR_SIGNATURE,
                         "%s is protected by a password: decrypt it first "
                         "(openssl pkey -in %s -out ...)",
                         path, path);
    return fail_with(error, FFX_ERR_SIGNATURE,
                     "%s is not a private key in PEM (SEC1 or PKCS#8)", path);
}

/* `pem` ends with its NUL, as Mbed TLS takes it. */
static int parse_private(const char *path, const struct pack_buffer *pem,
                         struct pack_key *key, struct pack_error *error)
{
    const int cause =
        mbedtls_pk_parse_key(&key->pk, pem->bytes, pem->length, NULL, 0);
    if (cause != 0)
        return private_key_error(cause, path, error);
    int result = take_point(&key->pk, path, &key->public_key, error);
    if (result == 0)
        result = refuse_test_key(&key->public_key, path, error);
    if (result != 0)
        return result;
    const mbedtls_ecp_keypair *pair = mbedtls_pk_ec(key->pk);
    if (mbedtls_ecp_check_pub_priv(pair, pair) != 0)
        return fail_with(error, FFX_ERR_SIGNATURE,
                         "%s: private and public half do not belong together",
                         path);
    return 0;
}

static int parse_public(const char *path, const struct pack_buffer *pem,
                        struct ffx_public_key *key, struct pack_error *error)
{
    mbedtls_pk_context pk;
    int result;
    mbedtls_pk_init(&pk);
    if (mbedtls_pk_parse_public_key(&pk, pem->bytes, pem->length) != 0)
        result = fail_with(error, FFX_ERR_SIGNATURE,
                           "%s is not a public key in PEM", path);
    else
        result = take_point(&pk, path, key, error);
    mbedtls_pk_free(&pk);
    return result;
}

/* A key in a token is named by its URI, or by a file that holds just that. */
static char *uri_of(const char *text)
{
    return token_is_uri(text) ? strndup(text, strcspn(text, "\r\n")) : NULL;
}

static int find_public(const char *uri, struct ffx_public_key *key,
                       struct pack_error *error)
{
    struct pack_buffer pem;
    int result = token_check_uri(uri, error);
    if (result == 0)
        result = token_public(uri, &pem, error);
    if (result != 0)
        return result;
    buffer_append(&pem, "", 1);
    result = parse_public(uri, &pem, key, error);
    pack_buffer_free(&pem);
    return result;
}

/* NAME.pub beside a file that holds a URI spares the token, and serves one
 * that keeps no public half. */
static int find_beside(const char *base, struct pack_key *key,
                       struct pack_error *error)
{
    struct pack_buffer pem;
    char *const path = keys_path_of(base, ".pub");
    int result = pack_read_file(path, &pem, error);
    if (result != 0 && error->missing)
        result = find_public(key->uri, &key->public_key, error);
    else if (result == 0) {
        buffer_append(&pem, "", 1);
        result = parse_public(path, &pem, &key->public_key, error);
        pack_buffer_free(&pem);
    }
    free(path);
    return result != 0 ? result : token_check_uri(key->uri, error);
}

static int load_private(const char *path, const char *base,
                        struct pack_key *key, struct pack_error *error)
{
    struct pack_buffer text;
    int result = 0;
    key->uri = uri_of(path);
    if (key->uri == NULL) {
        result = pack_read_file(path, &text, error);
        if (result != 0)
            return result;
        buffer_append(&text, "", 1);
        key->uri = uri_of((const char *)text.bytes);
        if (key->uri == NULL)
            result = parse_private(path, &text, key, error);
        free_secret(&text);
    }
    if (key->uri == NULL)
        return result;
    result = token_is_uri(path) ? find_public(key->uri, &key->public_key, error)
                                : find_beside(base, key, error);
    return result != 0 ? result
                       : refuse_test_key(&key->public_key, path, error);
}

/* The certificate beside a key, when there is one, must be for that key. */
static int load_cert(const char *base, struct pack_key *key,
                     struct pack_error *error)
{
    char *path = keys_path_of(base, ".cert"),
         *sig = keys_path_of(base, ".cert.sig");
    int result = pack_read_file(path, &key->cert, error);
    if (result != 0 && error->missing) {
        result = 0;
        goto done;
    }
    if (result == 0)
        result = pack_read_file(sig, &key->cert_signature, error);
    if (result != 0)
        goto done;
    if (key->cert.length > FFX_MANIFEST_MAX ||
        ffx_cert_parse(&key->delegation, (const char *)key->cert.bytes,
                       (uint32_t)key->cert.length) != 0)
        result = fail_with(error, FFX_ERR_CERT,
                           "%s is not a certificate of farfix key make", path);
    else if (memcmp(&key->delegation.key, &key->public_key,
                    sizeof key->public_key) != 0)
        result = fail_with(error, FFX_ERR_CERT,
                           "%s is the certificate of another key than %s.key",
                           path, base);
done:
    free(sig);
    free(path);
    return result;
}

int pack_key_load(const char *path, struct pack_key **out,
                  struct pack_error *error)
{
    struct pack_key *key = calloc(1, sizeof *key);
    char *base = keys_base_of(path);
    *out = NULL;
    if (key == NULL || base == NULL) {
        free(base);
        free(key);
        return fail_with(error, FFX_ERR_SPACE, "out of memory");
    }
    mbedtls_pk_init(&key->pk);
    int result = load_private(path, base, key, error);
    if (result == 0 && !token_is_uri(path)) /* beside it there is nothing */
        result = load_cert(base, key, error);
    free(base);
    if (result != 0)
        pack_key_free(key);
    else
        *out = key;
    return result;
}

void pack_key_free(struct pack_key *key)
{
    if (key == NULL)
        return;
    mbedtls_pk_free(&key->pk); /* wipes the private half */
    free(key->uri);
    pack_buffer_free(&key->cert);
    pack_buffer_free(&key->cert_signature);
    free(key);
}

const struct ffx_public_key *pack_key_public(const struct pack_key *key)
{
    return &key->public_key;
}

const struct ffx_cert *pack_key_delegation(const struct pack_key *key)
{
    return key->cert.length > 0 ? &key->delegation : NULL;
}

int keys_load_public(const char *path, struct ffx_public_key *key,
                     struct pack_error *error)
{
    struct pack_buffer text;
    int result;
    if (token_is_uri(path))
        return find_public(path, key, error);
    if (pack_read_file(path, &text, error) != 0)
        return error->code;
    buffer_append(&text, "", 1);
    char *const uri = uri_of((const char *)text.bytes);
    if (uri != NULL)
        result = find_public(uri, key, error);
    else if (strstr((const char *)text.bytes, "PRIVATE KEY-----") != NULL)
        result = fail_with(error, FFX_ERR_SIGNATURE,
                           "%s is a private key: name the .pub file, and keep "
                           "the .key file to yourself",
                           path);
    else
        result = parse_public(path, &text, key, error);
    free(uri);
    free_secret(&text);
    return result;
}

int pack_public_key_load(const char *path, struct ffx_public_key *key,
                         struct pack_error *error)
{
    const int result = keys_load_public(path, key, error);
    return result != 0 ? result : refuse_test_key(key, path, error);
}

void pack_fingerprint(char out[PACK_FINGERPRINT],
                      const struct ffx_public_key *key)
{
    uint8_t digest[FFX_SHA256_BYTES];
    pack_sha256(key->point, sizeof key->point, digest);
    text_put_hex(out, digest, (PACK_FINGERPRINT - 1) / 2);
    out[PACK_FINGERPRINT - 1] = '\0';
}

/* --- making -------------------------------------------------------------- */

static int generate(struct pack_key *key, struct pack_error *error)
{
    if (mbedtls_pk_setup(&key->pk,
                         mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) != 0 ||
        mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(key->pk),
                            sign_random, NULL) != 0)
        return fail_with(error, FFX_ERR_IO,
                         "cannot make a key: the system gives no random bytes");
    return take_point(&key->pk, "the new key", &key->public_key, error);
}

static int refuse_to_overwrite(const char *base, struct pack_error *error)
{
    static const char *const suffixes[] = {KEY_SUFFIX, ".pub", ".cert",
                                           ".cert.sig"};
    int result = 0;
    for (size_t i = 0; i < 4 && result == 0; i++) {
        struct stat status;
        char *path = keys_path_of(base, suffixes[i]);
        if (lstat(path, &status) == 0)
            result = fail_with(error, FFX_ERR_IO,
                               "%s is already there: choose another name, or "
                               "move the old key away",
                               path);
        free(path);
    }
    return result;
}

int keys_write_beside(const char *base, const char *suffix, const void *bytes,
                      size_t length, int secret, struct pack_error *error)
{
    char *path = keys_path_of(base, suffix);
    const int result = pack_write_file(path, bytes, length, secret, error);
    free(path);
    return result;
}

/* The private key goes last: where it stands, everything else does too. */
static int write_key_files(const char *base, struct pack_key *key,
                           struct pack_error *error)
{
    unsigned char public_pem[PEM_BYTES], private_pem[PEM_BYTES];
    int result = 0;
    if (mbedtls_pk_write_pubkey_pem(&key->pk, public_pem, PEM_BYTES) != 0 ||
        mbedtls_pk_write_key_pem(&key->pk, private_pem, PEM_BYTES) != 0)
        result = fail_with(error, FFX_ERR_BUFFER, "cannot encode the key");
    if (result == 0 && key->cert.length > 0)
        result = delegate_write(base, key, error);
    if (result == 0)
        result = keys_write_beside(base, ".pub", public_pem,
                                   strlen((const char *)public_pem), 0, error);
    if (result == 0)
        result = keys_write_beside(base, KEY_SUFFIX, private_pem,
                                   strlen((const char *)private_pem), 1, error);
    mbedtls_platform_zeroize(private_pem, sizeof private_pem);
    return result;
}

int pack_key_make(const char *name, const struct pack_delegation *how,
                  struct pack_error *error)
{
    struct pack_key *key = calloc(1, sizeof *key);
    char *base = keys_base_of(name);
    int result = 0;
    if (key == NULL || base == NULL)
        result = fail_with(error, FFX_ERR_SPACE, "out of memory");
    if (key != NULL)
        mbedtls_pk_init(&key->pk);
    if (result == 0)
        result = refuse_to_overwrite(base, error);
    if (result == 0)
        result = generate(key, error);
    if (result == 0 && how != NULL)
        result = delegate(key, how, error);
    if (result == 0)
        result = write_key_files(base, key, error);
    free(base);
    pack_key_free(key);
    return result;
}
