/* SPDX-License-Identifier: Apache-2.0 */
/* A picture of what an update does to one component. */
#include "diff/map_svg.h"
#include "pack/buffer.h"
#include "pack/fail.h"
#include "pack/read_back.h"
#include "pack/release.h"

#include <stdio.h>
#include <string.h>

/* Null, and `error` says why there is no patch to draw. */
static const struct ffx_part *find_patch(const struct ffx_package *package,
                                         const char *component,
                                         struct pack_error *error)
{
    const struct ffx_part *part = pack_part(&package->manifest, component);
    if (part == NULL)
        fail_with(error, PACK_NOTHING,
                  "component %s is the same in %s and %s: there is no patch "
                  "to draw",
                  component, package->manifest.from, package->manifest.to);
    else if (part->kind != FFX_PAYLOAD_DELTA)
        fail_with(error, PACK_NOTHING,
                  "component %s travels from %s to %s as a full image: there "
                  "is no patch to draw",
                  component, package->manifest.from, package->manifest.to);
    else
        return part;
    return NULL;
}

static int draw(const struct pack_buffer *patch,
                const struct pack_component *old_one, const char *name,
                struct pack_buffer *svg, struct pack_error *error)
{
    struct diff_map map;
    const int result =
        diff_map_make(&map, patch->bytes, patch->length, old_one->image.bytes,
                      old_one->image.length);
    if (result != 0)
        return fail_with(error, result, "the patch of %s cannot be drawn: %s",
                         name, ffx_error_text(result));
    svg->bytes = (uint8_t *)map_svg_text(&map, name, &svg->length);
    svg->capacity = svg->length;
    diff_map_free(&map);
    return svg->bytes != NULL
               ? 0
               : fail_with(error, FFX_ERR_SPACE, "out of memory");
}

static int draw_part(const struct ffx_package *package,
                     const struct ffx_part *part,
                     const struct pack_component *old_one,
                     struct pack_buffer *svg, struct pack_error *error)
{
    struct ffx_payload_reader reader;
    struct ffx_read_at payload;
    struct pack_buffer patch = {0};
    char name[FFX_COMPONENT_MAX + 2 * FFX_VERSION_MAX + 8];
    const uint32_t i = (uint32_t)(part - package->manifest.parts);
    ffx_package_payload(package, i, &reader, &payload);
    int result = ffx_read_at(&payload, 0, buffer_reserve(&patch, payload.size),
                             payload.size);
    patch.length = payload.size;
    snprintf(name, sizeof name, "%s, %s to %s", part->name,
             package->manifest.from, package->manifest.to);
    if (result != 0)
        fail_with(error, result, "the patch of %s cannot be read: %s", name,
                  ffx_error_text(result));
    else
        result = draw(&patch, old_one, name, svg, error);
    pack_buffer_free(&patch);
    return result;
}

int pack_map(const struct pack_buffer *zip, const struct pack_release *from,
             const struct pack_release *to, const struct pack_key *key,
             const char *component, struct pack_buffer *svg,
             struct pack_error *error)
{
    const struct pack_component *old_one = release_component(from, component);
    struct ffx_package package;
    struct trust trust;
    memset(svg, 0, sizeof *svg);
    if (old_one == NULL || release_component(to, component) == NULL)
        return fail_with(error, FFX_ERR_ARGUMENT,
                         "there is no component %.40s in both %s and %s: name "
                         "one that release.ini names",
                         component, from->version, to->version);
    if (to->text.length == 0)
        return fail_with(error, FFX_ERR_SIGNATURE,
                         "release %s is not signed: sign it with farfix "
                         "release sign DIR --key RELEASE.key",
                         to->version);
    int result = trust_find(from, to, key, &trust, error);
    if (result == 0)
        result = read_back(&package, zip, &trust, from, to, error);
    if (result != 0)
        return result;
    const struct ffx_part *part = find_patch(&package, component, error);
    return part == NULL ? PACK_NOTHING
                        : draw_part(&package, part, old_one, svg, error);
}
