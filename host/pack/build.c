/* SPDX-License-Identifier: Apache-2.0 */
/* From two releases and a key to the bytes of update.zip. */
#include "pack/buffer.h"
#include "pack/fail.h"
#include "pack/payloads.h"
#include "pack/read_back.h"
#include "pack/release.h"
#include "pack/sign.h"
#include "pack/trust.h"
#include "pack/zip_writer.h"

#include <string.h>

/* --- may these two releases and this key make a package? ----------------- */

static int check_releases(const struct pack_release *from,
                          const struct pack_release *to,
                          struct pack_error *error)
{
    if (strcmp(from->model, to->model) != 0)
        return fail_with(error, FFX_ERR_MODEL,
                         "release A is for model %s, release B for %s",
                         from->model, to->model);
    if (strcmp(from->version, to->version) == 0)
        return fail_with(error, FFX_ERR_SOURCE,
                         "both releases have version %s: a device could not "
                         "tell them apart",
                         from->version);
    if (to->sequence <= from->sequence)
        return fail_with(error, FFX_ERR_SEQUENCE,
                         "sequence must grow: release A has %u, release B %u",
                         from->sequence, to->sequence);
    if (to->sequence - from->sequence > FFX_SEQUENCE_STEP)
        return fail_with(error, FFX_ERR_SEQUENCE,
                         "sequence grows from %u to %u, but devices take at "
                         "most %u at once: choose a smaller one for B",
                         from->sequence, to->sequence, FFX_SEQUENCE_STEP);
    if (to->text.length == 0)
        return fail_with(error, FFX_ERR_SIGNATURE,
                         "release %s is not signed: sign it with farfix "
                         "release sign DIR --key RELEASE.key",
                         to->version);
    return 0;
}

static int check_components(const struct pack_release *from,
                            const struct pack_release *to,
                            struct pack_error *error)
{
    for (uint32_t i = 0; i < to->component_count; i++)
        if (release_component(from, to->components[i].name) == NULL)
            return fail_with(error, FFX_ERR_SOURCE,
                             "component %s is new in release %s: an update "
                             "changes components, it adds none",
                             to->components[i].name, to->version);
    for (uint32_t i = 0; i < from->component_count; i++)
        if (release_component(to, from->components[i].name) == NULL)
            return fail_with(error, FFX_ERR_SOURCE,
                             "release %s lacks component %s: list it, changed "
                             "or not",
                             to->version, from->components[i].name);
    return 0;
}

static int check_delegation(const struct ffx_cert *delegation,
                            const struct pack_release *to,
                            struct pack_error *error)
{
    if (strcmp(delegation->model, to->model) != 0)
        return fail_with(error, FFX_ERR_CERT,
                         "this package key is for model %s, the release for "
                         "%s: make a key with --model %s",
                         delegation->model, to->model, to->model);
    if (to->sequence > delegation->max_sequence)
        return fail_with(error, FFX_ERR_CERT,
                         "this package key ends with sequence %u, the release "
                         "has %u: make a new key with a higher --max-sequence",
                         delegation->max_sequence, to->sequence);
    return 0;
}

/* --- the package text ---------------------------------------------------- */

static int changes(const struct pack_component *from,
                   const struct pack_component *to)
{
    return from->image.length != to->image.length ||
           memcmp(from->sha256, to->sha256, FFX_SHA256_BYTES) != 0;
}

/* The components that change, in the order of `to`. */
struct changes {
    uint32_t count;
    struct payload payloads[FFX_COMPONENTS];
};

static int find_changes(struct changes *found, const struct pack_release *from,
                        const struct pack_release *to, int full,
                        struct pack_error *error)
{
    for (uint32_t i = 0; i < to->component_count; i++) {
        const struct pack_component *new_one = &to->components[i];
        const struct pack_component *old_one =
            release_component(from, new_one->name);
        if (!changes(old_one, new_one))
            continue;
        const int result = payload_make(&found->payloads[found->count++],
                                        old_one, new_one, full, error);
        if (result != 0)
            return result;
    }
    if (found->count == 0)
        return fail_with(error, PACK_NOTHING,
                         "nothing to do: %s and %s have the same images",
                         from->version, to->version);
    return 0;
}

static void free_changes(struct changes *found)
{
    for (uint32_t i = 0; i < found->count; i++)
        payload_free(&found->payloads[i]);
}

static void part_text(const struct payload *payload, struct pack_buffer *out)
{
    const struct pack_component *from = payload->from, *to = payload->to;
    const struct pack_buffer *bytes = payload_bytes(payload);
    uint8_t digest[FFX_SHA256_BYTES];
    pack_sha256(bytes->bytes, bytes->length, digest);
    buffer_print(out, "component=%s\nfrom_size=%zu\n", to->name,
                 from->image.length);
    buffer_hex_line(out, "from_sha256", from->sha256, FFX_SHA256_BYTES);
    buffer_print(out, "payload=%s\npayload_size=%zu\n",
                 payload->kind == FFX_PAYLOAD_DELTA ? "delta" : "image",
                 bytes->length);
    buffer_hex_line(out, "payload_sha256", digest, FFX_SHA256_BYTES);
    buffer_print(out, "sector=%u\nstep=%u\nram=%u\n", to->sector, to->step,
                 payload->ram);
}

static void package_text(const struct pack_release *from,
                         const struct pack_release *to,
                         const struct changes *found, struct pack_buffer *out)
{
    buffer_print(out, "format=1\nmodel=%s\nfrom=%s\nto=%s\n", to->model,
                 from->version, to->version);
    for (uint32_t i = 0; i < found->count; i++)
        part_text(&found->payloads[i], out);
}

/* --- update.zip ---------------------------------------------------------- */

static void add_fixed(struct zip_writer *zip, uint32_t entry,
                      const struct pack_buffer *bytes)
{
    zip_writer_add(zip, zip_fixed_name(entry), bytes->bytes, bytes->length);
}

static void write_zip(const struct pack_release *to, const struct pack_key *key,
                      const struct changes *found,
                      const struct pack_buffer *text,
                      const struct pack_buffer *signature,
                      struct pack_buffer *out)
{
    struct zip_writer zip;
    zip_writer_start(&zip, out);
    add_fixed(&zip, ZIP_RELEASE, &to->text);
    add_fixed(&zip, ZIP_RELEASE_SIG, &to->signature);
    if (pack_key_delegation(key) != NULL) {
        add_fixed(&zip, ZIP_CERT, &key->cert);
        add_fixed(&zip, ZIP_CERT_SIG, &key->cert_signature);
    }
    add_fixed(&zip, ZIP_PACKAGE, text);
    add_fixed(&zip, ZIP_PACKAGE_SIG, signature);
    for (uint32_t i = 0; i < found->count; i++) {
        const struct payload *payload = &found->payloads[i];
        const struct pack_buffer *bytes = payload_bytes(payload);
        char name[ZIP_NAME_MAX + 1];
        zip_payload_name(name, payload->to->name, payload->kind);
        zip_writer_add(&zip, name, bytes->bytes, bytes->length);
    }
    zip_writer_finish(&zip);
}

/* --- all of it ----------------------------------------------------------- */

static void tell(const struct pack_options *options,
                 const struct changes *found)
{
    for (uint32_t i = 0; i < found->count && options->tell != NULL; i++) {
        const struct payload *const payload = &found->payloads[i];
        const struct pack_part part = {
            payload->to->name, payload->kind == FFX_PAYLOAD_DELTA,
            payload_bytes(payload)->length, payload->to->image.length};
        options->tell(&part);
    }
}

static int build(const struct pack_release *from, const struct pack_release *to,
                 const struct pack_key *key, const struct trust *trust,
                 const struct pack_options *options, struct pack_buffer *out,
                 struct pack_error *error)
{
    struct pack_buffer text = {0}, signature = {0};
    struct changes found = {0};
    struct ffx_package package;
    int result = find_changes(&found, from, to, options->full, error);
    if (result == 0) {
        package_text(from, to, &found, &text);
        result = sign_message(key, text.bytes, text.length, &signature, error);
    }
    if (result == 0) {
        write_zip(to, key, &found, &text, &signature, out);
        result = read_back(&package, out, trust, from, to, error);
    }
    if (result == 0)
        tell(options, &found);
    free_changes(&found);
    pack_buffer_free(&text);
    pack_buffer_free(&signature);
    return result;
}

int pack_release_check(const struct pack_release *release,
                       const struct pack_key *key, struct pack_error *error)
{
    const struct ffx_cert *delegation = pack_key_delegation(key);
    return delegation != NULL ? check_delegation(delegation, release, error)
                              : 0;
}

/* May there be a package from A to B by this key? Then `trust` is whom a
 * device must trust. */
static int check_all(const struct pack_release *from,
                     const struct pack_release *to, const struct pack_key *key,
                     struct trust *trust, struct pack_error *error)
{
    int result = check_releases(from, to, error);
    if (result == 0)
        result = check_components(from, to, error);
    if (result == 0 && pack_key_delegation(key) != NULL)
        result = check_delegation(pack_key_delegation(key), to, error);
    return result != 0 ? result : trust_find(from, to, key, trust, error);
}

int pack_build(const struct pack_release *from, const struct pack_release *to,
               const struct pack_key *key, const struct pack_options *options,
               struct pack_buffer *out, struct pack_error *error)
{
    struct trust trust;
    memset(out, 0, sizeof *out);
    int result = check_all(from, to, key, &trust, error);
    if (result == 0)
        result = build(from, to, key, &trust, options, out, error);
    if (result != 0)
        pack_buffer_free(out);
    return result;
}

int pack_check(const struct pack_buffer *zip, const struct pack_release *from,
               const struct pack_release *to, const struct pack_key *key,
               struct pack_error *error)
{
    struct trust trust;
    struct ffx_package package;
    const int result = check_all(from, to, key, &trust, error);
    if (result != 0)
        return result;
    return read_back(&package, zip, &trust, from, to, error);
}
