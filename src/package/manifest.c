/* SPDX-License-Identifier: Apache-2.0 */
/* The three signed texts: tables of docs/package-format.md, 1.1 to 1.3. */
#include "package/lines.h"

#include "base/bytes.h"

#include <farfix/error.h>
#include <farfix/package.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct lines_field release_fields[] = {
    {"format", lines_format, 0},
    {"model", lines_model, offsetof(struct ffx_release, model)},
    {"version", lines_version, offsetof(struct ffx_release, version)},
    {"sequence", lines_count, offsetof(struct ffx_release, sequence)},
};

static const struct lines_field image_fields[] = {
    {"component", lines_component, offsetof(struct ffx_image_facts, name)},
    {"size", lines_count, offsetof(struct ffx_image_facts, size)},
    {"sha256", lines_digest, offsetof(struct ffx_image_facts, sha256)},
};

static const struct lines_field cert_fields[] = {
    {"format", lines_format, 0},
    {"model", lines_model, offsetof(struct ffx_cert, model)},
    {"public_key", lines_key, offsetof(struct ffx_cert, key)},
    {"max_sequence", lines_number, offsetof(struct ffx_cert, max_sequence)},
};

static const struct lines_field manifest_fields[] = {
    {"format", lines_format, 0},
    {"model", lines_model, offsetof(struct ffx_manifest, model)},
    {"from", lines_version, offsetof(struct ffx_manifest, from)},
    {"to", lines_version, offsetof(struct ffx_manifest, to)},
};

static const struct lines_field part_fields[] = {
    {"component", lines_component, offsetof(struct ffx_part, name)},
    {"from_size", lines_number, offsetof(struct ffx_part, from_size)},
    {"from_sha256", lines_digest, offsetof(struct ffx_part, from_sha256)},
    {"payload", lines_kind, offsetof(struct ffx_part, kind)},
    {"payload_size", lines_count, offsetof(struct ffx_part, payload_size)},
    {"payload_sha256", lines_digest, offsetof(struct ffx_part, payload_sha256)},
    {"sector", lines_count, offsetof(struct ffx_part, sector)},
    {"step", lines_count, offsetof(struct ffx_part, step)},
    {"ram", lines_number, offsetof(struct ffx_part, ram)},
};

/* May the component `second` stand somewhere behind `first`? */
static int in_order(const char *first, const char *second)
{
    if (bytes_same_text(first, "ap") && bytes_same_text(second, "modem"))
        return 0;
    return !bytes_same_text(first, second);
}

/* --- release ------------------------------------------------------------- */

static int read_images(struct lines *lines, struct ffx_release *release)
{
    uint32_t n = 0;
    do {
        struct ffx_image_facts *const image = &release->components[n];
        const int error =
            lines_fields(lines, image_fields, COUNT(image_fields), image);
        if (error != 0)
            return error;
        for (uint32_t i = 0; i < n; i++)
            if (!in_order(release->components[i].name, image->name))
                return FFX_ERR_MANIFEST;
        release->component_count = ++n;
    } while (n < FFX_COMPONENTS && lines_next_is(lines, "component"));
    return 0;
}

static int read_optional_key(struct lines *lines, const char *key,
                             uint8_t *present, struct ffx_public_key *to)
{
    const struct lines_field field = {key, lines_key, 0};
    *present = (uint8_t)lines_next_is(lines, key);
    return *present ? lines_fields(lines, &field, 1, to) : 0;
}

static int read_release(struct lines *lines, struct ffx_release *release)
{
    int error =
        lines_fields(lines, release_fields, COUNT(release_fields), release);
    if (error == 0)
        error = read_images(lines, release);
    if (error == 0)
        error = read_optional_key(lines, "next_key", &release->has_next_key,
                                  &release->next_key);
    if (error == 0)
        error = read_optional_key(lines, "revoke", &release->has_revoke,
                                  &release->revoke);
    return error;
}

int ffx_release_parse(struct ffx_release *release, const char *text,
                      uint32_t length)
{
    struct lines lines = {text, length};
    memset(release, 0, sizeof *release);
    if (length > FFX_MANIFEST_MAX || read_release(&lines, release) != 0)
        return FFX_ERR_MANIFEST;
    /* In an offer `to=none` says that there is nothing newer. */
    if (lines.left != 0 || bytes_same_text(release->version, "none"))
        return FFX_ERR_MANIFEST;
    return 0;
}

/* --- cert ---------------------------------------------------------------- */

int ffx_cert_parse(struct ffx_cert *cert, const char *text, uint32_t length)
{
    struct lines lines = {text, length};
    if (length > FFX_MANIFEST_MAX ||
        lines_fields(&lines, cert_fields, COUNT(cert_fields), cert) != 0)
        return FFX_ERR_MANIFEST;
    return lines.left == 0 ? 0 : FFX_ERR_MANIFEST;
}

/* --- package ------------------------------------------------------------- */

static int part_makes_sense(const struct ffx_part *part)
{
    if (part->kind == FFX_PAYLOAD_IMAGE && part->ram != 0)
        return 0;
    return part->step % part->sector == 0;
}

static int read_parts(struct lines *lines, struct ffx_manifest *manifest)
{
    uint32_t n = 0;
    do {
        struct ffx_part *const part = &manifest->parts[n];
        const int error =
            lines_fields(lines, part_fields, COUNT(part_fields), part);
        if (error != 0)
            return error;
        for (uint32_t i = 0; i < n; i++)
            if (!in_order(manifest->parts[i].name, part->name))
                return FFX_ERR_MANIFEST;
        if (!part_makes_sense(part))
            return FFX_ERR_MANIFEST;
        manifest->part_count = ++n;
    } while (n < FFX_COMPONENTS && lines_next_is(lines, "component"));
    return 0;
}

int ffx_manifest_parse(struct ffx_manifest *manifest, const char *text,
                       uint32_t length)
{
    struct lines lines = {text, length};
    memset(manifest, 0, sizeof *manifest);
    if (length > FFX_MANIFEST_MAX ||
        lines_fields(&lines, manifest_fields, COUNT(manifest_fields),
                     manifest) != 0 ||
        read_parts(&lines, manifest) != 0)
        return FFX_ERR_MANIFEST;
    return lines.left == 0 ? 0 : FFX_ERR_MANIFEST;
}
