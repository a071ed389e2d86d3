/* SPDX-License-Identifier: Apache-2.0 */
#include "spell.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void add(char *out,
                                                      const char *format, ...)
{
    const size_t length = strlen(out);
    va_list arguments;
    va_start(arguments, format);
    const int added =
        vsnprintf(out + length, SPELL_MAX - length, format, arguments);
    va_end(arguments);
    assert(added >= 0 && (size_t)added < SPELL_MAX - length);
}

void spell_hex(char *out, const char *key, const void *bytes, size_t length)
{
    const uint8_t *const p = bytes;
    add(out, "%s=", key);
    for (size_t i = 0; i < length; i++)
        add(out, "%02x", p[i]);
    add(out, "\n");
}

size_t spell_release(char *out, const struct ffx_release *release)
{
    out[0] = '\0';
    add(out, "format=1\nmodel=%s\nversion=%s\nsequence=%u\n", release->model,
        release->version, release->sequence);
    for (uint32_t i = 0; i < release->component_count; i++) {
        const struct ffx_image_facts *const image = &release->components[i];
        add(out, "component=%s\nsize=%u\n", image->name, image->size);
        spell_hex(out, "sha256", image->sha256, FFX_SHA256_BYTES);
    }
    if (release->has_next_key)
        spell_hex(out, "next_key", release->next_key.point,
                  FFX_PUBLIC_KEY_BYTES);
    if (release->has_revoke)
        spell_hex(out, "revoke", release->revoke.point, FFX_PUBLIC_KEY_BYTES);
    return strlen(out);
}

size_t spell_cert(char *out, const struct ffx_cert *cert)
{
    out[0] = '\0';
    add(out, "format=1\nmodel=%s\n", cert->model);
    spell_hex(out, "public_key", cert->key.point, FFX_PUBLIC_KEY_BYTES);
    add(out, "max_sequence=%u\n", cert->max_sequence);
    return strlen(out);
}

static void add_part(char *out, const struct ffx_part *part)
{
    add(out, "component=%s\nfrom_size=%u\n", part->name, part->from_size);
    spell_hex(out, "from_sha256", part->from_sha256, FFX_SHA256_BYTES);
    add(out, "payload=%s\npayload_size=%u\n",
        part->kind == FFX_PAYLOAD_IMAGE ? "image" : "delta",
        part->payload_size);
    spell_hex(out, "payload_sha256", part->payload_sha256, FFX_SHA256_BYTES);
    add(out, "sector=%u\nstep=%u\nram=%u\n", part->sector, part->step,
        part->ram);
}

size_t spell_manifest(char *out, const struct ffx_manifest *manifest)
{
    out[0] = '\0';
    add(out, "format=1\nmodel=%s\nfrom=%s\nto=%s\n", manifest->model,
        manifest->from, manifest->to);
    for (uint32_t i = 0; i < manifest->part_count; i++)
        add_part(out, &manifest->parts[i]);
    return strlen(out);
}

size_t spell_offer(char *out, const struct ffx_offer *offer)
{
    out[0] = '\0';
    add(out, "format=1\nmodel=%s\nfrom=%s\nto=%s\nsize=%u\n", offer->model,
        offer->from, offer->to[0] == '\0' ? "none" : offer->to, offer->size);
    spell_hex(out, "sha256", offer->sha256, FFX_SHA256_BYTES);
    return strlen(out);
}
