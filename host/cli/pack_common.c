/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pack_common.h"

#include "cli/cli.h"

#include <stdio.h>

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

int pack_common_trust(const struct cli_texts *trust,
                      struct ffx_public_key keys[CLI_TEXTS_MAX],
                      struct pack_error *error)
{
    int result = 0;
    for (size_t i = 0; i < trust->count && result == 0; i++)
        result = pack_public_key_load(trust->text[i], &keys[i], error);
    return result;
}

static void say_key(const char *name, const char *words,
                    const struct ffx_public_key *key, const char *indent,
                    int json)
{
    char print[PACK_FINGERPRINT];
    if (key == NULL)
        return;
    pack_fingerprint(print, key);
    if (json)
        cli_json_text(name, print);
    else
        printf("%s%s key %s\n", indent, words, print);
}

void pack_common_keys(const struct ffx_public_key *next_key,
                      const struct ffx_public_key *revoke, const char *indent,
                      int json)
{
    say_key("next_key", "next key   ", next_key, indent, json);
    say_key("revoke", "revokes    ", revoke, indent, json);
}
