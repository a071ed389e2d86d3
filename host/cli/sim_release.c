/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sim_release.h"

#include "cli/cli.h"

#include <psa/psa_crypto.h>

#include <string.h>

static int fail(const struct pack_error *error)
{
    return cli_fail(error->missing ? CLI_MISSING : CLI_FAILED, "%s",
                    error->text);
}

/* The images were compared with `release` when it was loaded; what is left
 * is who signed it. */
static int check_signature(const struct sim_release *out, const char *directory,
                           const char *trust)
{
    const struct pack_release *release = &out->release;
    if (release->text.length == 0 || release->signature.length == 0)
        return cli_fail(CLI_FAILED,
                        "%s is not signed; run: farfix release sign %s --key "
                        "RELEASE.key",
                        directory, directory);
    const int result = ffx_signature_check(
        psa_crypto(), &out->trust, release->text.bytes,
        (uint32_t)release->text.length, release->signature.bytes,
        (uint32_t)release->signature.length);
    return result == FFX_OK
               ? 0
               : cli_fail(CLI_FAILED,
                          "%s/release.sig was not made by the key of %s: %s",
                          directory, trust, ffx_error_text(result));
}

/* The virtual module has one kind of sector and one step buffer. */
static int set_geometry(struct sim_release *out, const char *directory)
{
    struct ffx_sim_factory *factory = &out->factory;
    const struct pack_component *first = &out->release.components[0];
    factory->sector_bytes = first->sector;
    factory->step_bytes = first->step;
    for (uint32_t i = 0; i < out->release.component_count; i++) {
        const struct pack_component *component = &out->release.components[i];
        struct ffx_sim_image *image = &factory->images[i];
        if (component->sector != first->sector ||
            component->step != first->step)
            return cli_fail(CLI_FAILED,
                            "%s/release.ini: sector and step of %s differ "
                            "from those of %s; the virtual module has one "
                            "kind of flash",
                            directory, component->name, first->name);
        if (component->ram > factory->ram_bytes)
            factory->ram_bytes = component->ram;
        memcpy(image->facts.name, component->name, sizeof image->facts.name);
        memcpy(image->facts.sha256, component->sha256, FFX_SHA256_BYTES);
        image->facts.size = (uint32_t)component->image.length;
        image->bytes = component->image.bytes;
        image->slot_bytes = component->slot_size;
    }
    return 0;
}

int sim_release_load(struct sim_release *out, const char *directory,
                     const char *trust)
{
    struct pack_error error;
    memset(out, 0, sizeof *out);
    if (pack_public_key_load(trust, &out->trust, &error) != 0 ||
        pack_release_load(directory, &out->release, &error) != 0)
        return fail(&error);
    out->factory =
        (struct ffx_sim_factory){.model = out->release.model,
                                 .version = out->release.version,
                                 .sequence = out->release.sequence,
                                 .image_count = out->release.component_count,
                                 .keys = &out->trust,
                                 .key_count = 1};
    int result = check_signature(out, directory, trust);
    if (result == 0)
        result = set_geometry(out, directory);
    if (result != 0)
        pack_release_free(&out->release);
    return result;
}

void sim_release_free(struct sim_release *release)
{
    pack_release_free(&release->release);
}
