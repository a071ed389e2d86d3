/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to an opened package that a device does not ask. */
#include "pack/fail.h"
#include "pack/release.h"
#include "pack/trust.h"

#include "package/zip.h"

#include <string.h>

const struct ffx_part *pack_part(const struct ffx_manifest *manifest,
                                 const char *component)
{
    for (uint32_t i = 0; i < manifest->part_count; i++)
        if (strcmp(manifest->parts[i].name, component) == 0)
            return &manifest->parts[i];
    return NULL;
}

static int check_versions(const struct ffx_package *package,
                          const struct pack_release *from,
                          struct pack_error *error)
{
    const struct ffx_release *release = &package->release;
    if (strcmp(release->model, from->model) != 0)
        return fail_with(error, FFX_ERR_MODEL,
                         "the package is for model %s, the device is a %s",
                         release->model, from->model);
    if (strcmp(package->manifest.from, from->version) != 0)
        return fail_with(error, FFX_ERR_SOURCE,
                         "the package starts from version %s, the device runs "
                         "%s",
                         package->manifest.from, from->version);
    if (release->sequence <= from->sequence ||
        release->sequence - from->sequence > FFX_SEQUENCE_STEP)
        return fail_with(error, FFX_ERR_SEQUENCE,
                         "the package has sequence %u, a device at %u takes %u "
                         "to %llu",
                         release->sequence, from->sequence, from->sequence + 1,
                         (unsigned long long)from->sequence +
                             FFX_SEQUENCE_STEP);
    return 0;
}

static int check_signer(const struct ffx_package *package,
                        const struct pack_release *from,
                        struct pack_error *error)
{
    if (trust_holds(from, &package->config.trusted[package->release_key]))
        return 0;
    return fail_with(error, FFX_ERR_SIGNATURE,
                     "release %s is signed by a key that a device with %s need "
                     "not trust: neither signed it nor is named in it",
                     package->release.version, from->version);
}

/* A component that changes must be A's, one that does not must be B's. */
static int check_component(const struct ffx_package *package,
                           const struct ffx_image_facts *target,
                           const struct pack_component *source,
                           struct pack_error *error)
{
    const struct ffx_part *part = pack_part(&package->manifest, target->name);
    const uint32_t size = part != NULL ? part->from_size : target->size;
    const uint8_t *digest = part != NULL ? part->from_sha256 : target->sha256;
    if (source == NULL)
        return fail_with(error, FFX_ERR_SOURCE,
                         "the device has no component %s", target->name);
    if (source->image.length != size ||
        memcmp(source->sha256, digest, FFX_SHA256_BYTES) != 0)
        return fail_with(error, FFX_ERR_SOURCE,
                         "component %s of the device is not the one that the "
                         "package starts from",
                         target->name);
    if (target->size > source->slot_size)
        return fail_with(error, FFX_ERR_GEOMETRY,
                         "component %s has %u bytes, the slot only %u",
                         target->name, target->size, source->slot_size);
    return 0;
}

int pack_source_check(const struct ffx_package *package,
                      const struct pack_release *from, struct pack_error *error)
{
    int result = check_versions(package, from, error);
    if (result == 0)
        result = check_signer(package, from, error);
    for (uint32_t i = 0; result == 0 && i < package->release.component_count;
         i++) {
        const struct ffx_image_facts *target = &package->release.components[i];
        result = check_component(package, target,
                                 release_component(from, target->name), error);
    }
    return result;
}

/* --- the certificate ----------------------------------------------------- */

static uint32_t header_bytes(uint32_t fixed_entry)
{
    return ZIP_LOCAL_BYTES + (uint32_t)strlen(zip_fixed_name(fixed_entry));
}

int pack_certificate(const struct ffx_package *package, struct ffx_cert *cert)
{
    char text[FFX_MANIFEST_MAX];
    const uint32_t size = package->sizes[ZIP_CERT];
    if (!package->delegated || size > sizeof text)
        return FFX_ERR_CERT;
    const uint32_t offset =
        header_bytes(ZIP_RELEASE) + package->sizes[ZIP_RELEASE] +
        header_bytes(ZIP_RELEASE_SIG) + package->sizes[ZIP_RELEASE_SIG] +
        header_bytes(ZIP_CERT);
    const int result = ffx_read_at(&package->config.file, offset, text, size);
    return result != 0 ? result : ffx_cert_parse(cert, text, size);
}
