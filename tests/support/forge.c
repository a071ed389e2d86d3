/* SPDX-License-Identifier: Apache-2.0 */
#include "forge.h"

#include "base/crc32.h"

#include <assert.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- keys ---------------------------------------------------------------- */

struct pair {
    mbedtls_ecp_group group;
    mbedtls_mpi secret;
    struct ffx_public_key public_key;
    int ready;
};

/* Blinding hides a secret from side channels; these secrets are public. */
static int no_random(void *context, unsigned char *out, size_t length)
{
    (void)context;
    memset(out, 0x5a, length);
    return 0;
}

static int choose_secret(mbedtls_mpi *secret, enum forge_key key)
{
    uint8_t bytes[16];
    if (key != FORGE_OWN)
        return mbedtls_mpi_lset(secret, 7001 + (int)key);
    return getentropy(bytes, sizeof bytes) |
           mbedtls_mpi_read_binary(secret, bytes, sizeof bytes);
}

static void make_pair(struct pair *pair, enum forge_key key)
{
    mbedtls_ecp_point point;
    size_t length = 0;
    mbedtls_ecp_point_init(&point);
    mbedtls_ecp_group_init(&pair->group);
    mbedtls_mpi_init(&pair->secret);
    int error = mbedtls_ecp_group_load(&pair->group, MBEDTLS_ECP_DP_SECP256R1);
    error |= choose_secret(&pair->secret, key);
    error |= mbedtls_ecp_mul(&pair->group, &point, &pair->secret,
                             &pair->group.G, no_random, NULL);
    error |= mbedtls_ecp_point_write_binary(
        &pair->group, &point, MBEDTLS_ECP_PF_UNCOMPRESSED, &length,
        pair->public_key.point, sizeof pair->public_key.point);
    assert(error == 0 && length == FFX_PUBLIC_KEY_BYTES);
    mbedtls_ecp_point_free(&point);
    pair->ready = 1;
}

static struct pair *pair_of(enum forge_key key)
{
    static struct pair pairs[FORGE_KEYS];
    if (!pairs[key].ready)
        make_pair(&pairs[key], key);
    return &pairs[key];
}

const struct ffx_public_key *forge_public(enum forge_key key)
{
    return &pair_of(key)->public_key;
}

/* --- signatures ---------------------------------------------------------- */

void forge_sha256(const void *bytes, size_t length,
                  uint8_t digest[FFX_SHA256_BYTES])
{
    const int error = mbedtls_sha256_ret(bytes, length, digest, 0);
    assert(error == 0);
}

static size_t put_integer(uint8_t *der, const mbedtls_mpi *number)
{
    /* One bit more than the number has: room for the sign. */
    const size_t length = mbedtls_mpi_bitlen(number) / 8 + 1;
    der[0] = 0x02;
    der[1] = (uint8_t)length;
    const int error = mbedtls_mpi_write_binary(number, der + 2, length);
    assert(error == 0);
    return 2 + length;
}

static void make_low(mbedtls_mpi *s, const mbedtls_mpi *order)
{
    mbedtls_mpi twice;
    mbedtls_mpi_init(&twice);
    int error = mbedtls_mpi_add_mpi(&twice, s, s);
    if (mbedtls_mpi_cmp_mpi(&twice, order) > 0)
        error |= mbedtls_mpi_sub_mpi(s, order, s);
    assert(error == 0);
    mbedtls_mpi_free(&twice);
}

static size_t sign(enum forge_key key, const uint8_t digest[FFX_SHA256_BYTES],
                   uint8_t der[FFX_DER_MAX])
{
    struct pair *const pair = pair_of(key);
    mbedtls_mpi r, s;
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    const int error = mbedtls_ecdsa_sign_det_ext(
        &pair->group, &r, &s, &pair->secret, digest, FFX_SHA256_BYTES,
        MBEDTLS_MD_SHA256, no_random, NULL);
    assert(error == 0);
    make_low(&s, &pair->group.N);
    size_t at = 2;
    at += put_integer(der + at, &r);
    at += put_integer(der + at, &s);
    der[0] = 0x30;
    der[1] = (uint8_t)(at - 2);
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
    return at;
}

#define SIGNED 64u

/* Signatures are deterministic, and hundreds of packages share a release or a
 * cert: what was signed lately is not signed again. */
size_t forge_signature(enum forge_key key, const void *text, size_t length,
                       uint8_t der[FFX_DER_MAX])
{
    static struct {
        enum forge_key key;
        uint8_t digest[FFX_SHA256_BYTES], der[FFX_DER_MAX];
        size_t length;
    } signatures[SIGNED];
    static unsigned count;
    uint8_t digest[FFX_SHA256_BYTES];
    unsigned i = 0;
    forge_sha256(text, length, digest);
    while (i < count && i < SIGNED &&
           (signatures[i].key != key ||
            memcmp(signatures[i].digest, digest, sizeof digest) != 0))
        i++;
    if (i == count || i == SIGNED) {
        i = count++ % SIGNED;
        signatures[i].key = key;
        memcpy(signatures[i].digest, digest, sizeof digest);
        signatures[i].length = sign(key, digest, signatures[i].der);
    }
    memcpy(der, signatures[i].der, signatures[i].length);
    return signatures[i].length;
}

/* --- zip: from the format page, not from src/package/zip.c --------------- */

static void put(struct forge_bytes *out, const void *bytes, uint32_t length)
{
    out->bytes = realloc(out->bytes, out->length + length + 1);
    assert(out->bytes != NULL);
    if (length != 0)
        memcpy(out->bytes + out->length, bytes, length);
    out->length += length;
}

static void put_number(struct forge_bytes *out, uint32_t value, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        const uint8_t byte = (uint8_t)(value >> 8 * i);
        put(out, &byte, 1);
    }
}

static void put_filler(struct forge_bytes *out, uint32_t bytes)
{
    static uint8_t filler[65536];
    assert(bytes <= sizeof filler);
    memset(filler, 'x', sizeof filler);
    put(out, filler, bytes);
}

/* From "version needed" to "extra length": both headers have it. */
static void put_common(struct forge_bytes *out, const struct forge_entry *entry,
                       const struct forge_shape *shape, int late)
{
    const uint32_t size = late ? 0 : entry->length;
    const uint32_t crc = late ? 0 : crc32_add(0, entry->bytes, entry->length);
    put_number(out, 10, 2);
    put_number(out, shape->descriptor ? 8 : 0, 2);
    put_number(out, 0, 2);
    put_number(out, 0, 2);
    put_number(out, 0x0021, 2);
    put_number(out, crc, 4);
    put_number(out, size, 4);
    put_number(out, size, 4);
    put_number(out, (uint32_t)strlen(entry->name), 2);
}

static void put_local(struct forge_bytes *out, const struct forge_entry *entry,
                      const struct forge_shape *shape)
{
    put(out, "PK\3\4", 4);
    put_common(out, entry, shape, shape->descriptor);
    put_number(out, shape->local_extra, 2);
    put(out, entry->name, (uint32_t)strlen(entry->name));
    put_filler(out, shape->local_extra);
    put(out, entry->bytes, entry->length);
    if (!shape->descriptor)
        return;
    put(out, "PK\7\10", 4);
    put_number(out, crc32_add(0, entry->bytes, entry->length), 4);
    put_number(out, entry->length, 4);
    put_number(out, entry->length, 4);
}

static void put_central(struct forge_bytes *out,
                        const struct forge_entry *entry,
                        const struct forge_shape *shape, uint32_t offset)
{
    put(out, "PK\1\2", 4);
    put_number(out, 0x0314, 2);
    put_common(out, entry, shape, 0);
    put_number(out, shape->central_extra, 2);
    put_number(out, shape->central_comment, 2);
    put_number(out, 0, 2);
    put_number(out, 0, 2);
    put_number(out, 0x81a40000, 4);
    put_number(out, offset, 4);
    put(out, entry->name, (uint32_t)strlen(entry->name));
    put_filler(out, shape->central_extra + shape->central_comment);
}

struct forge_bytes forge_zip(const struct forge_entry *entries, uint32_t count,
                             const struct forge_shape *shape)
{
    struct forge_bytes out = {NULL, 0};
    uint32_t offsets[FORGE_ENTRIES];
    const uint32_t shift = shape->prefix_in_offsets ? 0 : shape->prefix;
    assert(count <= FORGE_ENTRIES);
    put_filler(&out, shape->prefix);
    for (uint32_t i = 0; i < count; i++) {
        offsets[i] = out.length - shift;
        put_local(&out, &entries[i], shape);
    }
    put_filler(&out, shape->gap);
    const uint32_t directory = out.length;
    for (uint32_t i = 0; i < count; i++)
        put_central(&out, &entries[i], shape, offsets[i]);
    const uint32_t bytes = out.length - directory;
    put(&out, "PK\5\6", 4);
    put_number(&out, 0, 4);
    put_number(&out, count, 2);
    put_number(&out, count, 2);
    put_number(&out, bytes, 4);
    put_number(&out, directory - shift, 4);
    put_number(&out, shape->comment, 2);
    put_filler(&out, shape->comment);
    return out;
}

/* --- packages ------------------------------------------------------------ */

static void set_name(char *to, const char *name)
{
    strcpy(to, name);
}

void forge_payload(struct forge *forge, uint32_t i, uint32_t length)
{
    struct ffx_part *const part = &forge->manifest.parts[i];
    uint32_t noise = 2463534242u + i;
    assert(length <= sizeof forge->payload[i]);
    for (uint32_t n = 0; n < length; n++) {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        forge->payload[i][n] = (uint8_t)noise;
    }
    part->payload_size = length;
    forge_sha256(forge->payload[i], length, part->payload_sha256);
    for (uint32_t n = 0; n < forge->release.component_count; n++) {
        struct ffx_image_facts *const image = &forge->release.components[n];
        if (part->kind == FFX_PAYLOAD_IMAGE &&
            strcmp(image->name, part->name) == 0) {
            image->size = length;
            memcpy(image->sha256, part->payload_sha256, FFX_SHA256_BYTES);
        }
    }
}

static void default_parts(struct forge *forge)
{
    static const char *const names[] = {"modem", "ap"};
    forge->release.component_count = forge->manifest.part_count = 2;
    for (uint32_t i = 0; i < 2; i++) {
        struct ffx_image_facts *const image = &forge->release.components[i];
        struct ffx_part *const part = &forge->manifest.parts[i];
        set_name(image->name, names[i]);
        set_name(part->name, names[i]);
        image->size = 5000 + i;
        memset(image->sha256, (int)(0xb0 + i), FFX_SHA256_BYTES);
        part->from_size = 4000 + i;
        memset(part->from_sha256, (int)(0xa0 + i), FFX_SHA256_BYTES);
        part->sector = 4096;
        part->step = 16384;
    }
    forge->manifest.parts[0].kind = FFX_PAYLOAD_DELTA;
    forge->manifest.parts[0].ram = 8192;
    forge_payload(forge, 0, 90);
    forge_payload(forge, 1, 200);
}

void forge_default(struct forge *forge)
{
    memset(forge, 0, sizeof *forge);
    set_name(forge->release.model, "SIM7000G");
    set_name(forge->release.version, "1529B11SIM7000G");
    forge->release.sequence = 7;
    set_name(forge->cert.model, "SIM7000G");
    forge->cert.key = *forge_public(FORGE_PACKAGE);
    forge->cert.max_sequence = 100;
    set_name(forge->manifest.model, "SIM7000G");
    set_name(forge->manifest.from, "1529B05SIM7000G");
    set_name(forge->manifest.to, "1529B11SIM7000G");
    forge->delegated = 1;
    forge->signer[FORGE_TEXT_PACKAGE] = FORGE_PACKAGE;
    default_parts(forge);
}

void forge_spell(struct forge *forge)
{
    forge->text_length[0] =
        (uint32_t)spell_release(forge->text[0], &forge->release);
    forge->text_length[1] = (uint32_t)spell_cert(forge->text[1], &forge->cert);
    forge->text_length[2] =
        (uint32_t)spell_manifest(forge->text[2], &forge->manifest);
}

void forge_edit(struct forge *forge, enum forge_text text, const char *old,
                const char *replacement)
{
    char edited[SPELL_MAX];
    char *const at = strstr(forge->text[text], old);
    assert(at != NULL);
    const int length = snprintf(
        edited, sizeof edited, "%.*s%s%s", (int)(at - forge->text[text]),
        forge->text[text], replacement, at + strlen(old));
    assert(length >= 0 && (size_t)length < sizeof edited);
    strcpy(forge->text[text], edited);
    forge->text_length[text] = (uint32_t)length;
}

void forge_sign(struct forge *forge)
{
    for (int i = 0; i < 3; i++)
        forge->der_length[i] =
            (uint32_t)forge_signature(forge->signer[i], forge->text[i],
                                      forge->text_length[i], forge->der[i]);
}

static void list(struct forge *forge, const char *name, const char *ending,
                 const void *bytes, uint32_t length)
{
    const uint32_t i = forge->entry_count++;
    snprintf(forge->names[i], sizeof forge->names[i], "%s%s", name, ending);
    forge->entries[i] = (struct forge_entry){forge->names[i], bytes, length};
}

void forge_list(struct forge *forge)
{
    static const char *const names[] = {"release", "cert", "package"};
    forge->entry_count = 0;
    for (int i = 0; i < 3; i++) {
        if (i == FORGE_TEXT_CERT && !forge->delegated)
            continue;
        list(forge, names[i], "", forge->text[i], forge->text_length[i]);
        list(forge, names[i], ".sig", forge->der[i], forge->der_length[i]);
    }
    for (uint32_t i = 0; i < forge->manifest.part_count; i++) {
        const struct ffx_part *const part = &forge->manifest.parts[i];
        list(forge, part->name,
             part->kind == FFX_PAYLOAD_IMAGE ? ".bin" : ".patch",
             forge->payload[i], part->payload_size);
    }
}

struct forge_bytes forge_build(struct forge *forge)
{
    static const struct forge_shape plain;
    forge_spell(forge);
    forge_sign(forge);
    forge_list(forge);
    return forge_zip(forge->entries, forge->entry_count, &plain);
}

static int read_bytes(void *context, uint32_t offset, void *buffer,
                      uint32_t length)
{
    memcpy(buffer, (const uint8_t *)context + offset, length);
    return 0;
}

struct ffx_read_at forge_file(const struct forge_bytes *bytes)
{
    return (struct ffx_read_at){read_bytes, bytes->bytes, bytes->length};
}
