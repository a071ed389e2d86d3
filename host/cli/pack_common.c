/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pack_common.h"

#include "cli/cli.h"

static enum cli_exit exit_code(const struct pack_error *error)
{
    if (error->missing)
        return CLI_MISSING;
    if (error->code == PACK_NOTHING)
        return CLI_NOTHING;
    return error->code == FFX_ERR_ARGUMENT ? CLI_USAGE : CLI_FAILED;
}

int pack_common_fail(const struct pack_error *error)
{
    return cli_fail(exit_code(error), "%s", error->text);
}

void pack_common_fingerprint(char out[17], const struct ffx_public_key *key)
{
    uint8_t digest[FFX_SHA256_BYTES];
    pack_sha256(key->point, sizeof key->point, digest);
    cli_hex(out, digest, 8);
}
