/* SPDX-License-Identifier: Apache-2.0 */
/* A module without a release: it has a name, a version, and trusts nobody. */
#include "sim/sim_error.h"

#include "psa/psa_crypto.h"

#include <string.h>

#define SECTOR 4096u

/* On no curve: no signature is good under it. */
static const struct ffx_public_key nobody = {.point = {0x04}};

static const uint8_t image[SECTOR] = "a firmware that nobody can update";

int ffx_sim_plain(struct ffx_sim_factory *factory, const char *model,
                  const char *version)
{
    const struct ffx_crypto *crypto = psa_crypto();
    struct ffx_sha256 hash;
    *factory = (struct ffx_sim_factory){
        .model = model,
        .version = version,
        .image_count = 1,
        .images = {{.facts = {.name = "ap", .size = sizeof image},
                    .bytes = image,
                    .slot_bytes = sizeof image}},
        .sector_bytes = SECTOR,
        .step_bytes = SECTOR,
        .keys = &nobody,
        .key_count = 1};
    if (!ffx_model_valid(model) || !ffx_version_valid(version))
        return FFX_ERR_ARGUMENT;
    int result = crypto->sha256_start(crypto->context, &hash);
    if (result == FFX_OK)
        result =
            crypto->sha256_update(crypto->context, &hash, image, sizeof image);
    return result != FFX_OK
               ? result
               : crypto->sha256_finish(crypto->context, &hash,
                                       factory->images[0].facts.sha256);
}
