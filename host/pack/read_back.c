/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/read_back.h"
#include "pack/crypto.h"
#include "pack/fail.h"
#include "pack/sign.h"

#include "package/zip.h"

#include <string.h>

static int open_and_check(struct ffx_package *package,
                          const struct ffx_package_config *config)
{
    int result = ffx_package_open(package, config);
    while (result == 0 && (result = ffx_package_check(package)) == 1)
        result = 0;
    return result;
}

/* The first entry of an opened package is the text that was signed for B. */
static int leads_to(const struct pack_buffer *zip,
                    const struct ffx_package *package,
                    const struct pack_release *to)
{
    const size_t start = ZIP_LOCAL_BYTES + strlen(zip_fixed_name(ZIP_RELEASE));
    return package->sizes[ZIP_RELEASE] == to->text.length &&
           memcmp(zip->bytes + start, to->text.bytes, to->text.length) == 0;
}

int read_back(struct ffx_package *package, const struct pack_buffer *zip,
              const struct trust *trust, const struct pack_release *from,
              const struct pack_release *to, struct pack_error *error)
{
    uint8_t scratch[65536];
    struct ffx_package_config config = {
        .crypto = pack_crypto(),
        .trusted = trust->keys,
        .trusted_count = trust->count,
        .buffer = scratch,
        .buffer_bytes = sizeof scratch,
    };
    pack_read_at(zip, &config.file);
    int result = open_and_check(package, &config);
    if (result != 0)
        return fail_with(error, result,
                         "the package is not used: our own reader refuses it "
                         "(%s)",
                         ffx_error_text(result));
    if (!leads_to(zip, package, to))
        return fail_with(error, FFX_ERR_MANIFEST,
                         "the package is not used: it leads to %s, not to this "
                         "release %s",
                         package->release.version, to->version);
    result = pack_source_check(package, from, error);
    /* From here on nobody reads them, and they end with us or the caller. */
    package->config.buffer = NULL;
    package->config.buffer_bytes = 0;
    package->config.trusted = NULL;
    package->config.trusted_count = 0;
    return result;
}
