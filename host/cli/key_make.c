/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

static const struct cli_usage usage = {
    "farfix key make NAME [--signed-by RELEASE.key --model M "
    "[--max-sequence N]]",
    "Makes a P-256 key pair: NAME.key (PEM, readable by you alone) and "
    "NAME.pub."
    "\n\n"
    "Without --signed-by it is a release key: it says what firmware is genuine."
    "\nKeep it offline; devices carry its public half.\n\n"
    "With --signed-by it is a package key for one model: it may only say how to"
    "\nget from one genuine release to the next, and lives on the server. The\n"
    "permission is NAME.cert with NAME.cert.sig; keep both beside the key.",
    "  farfix key make release\n"
    "  farfix key make store --signed-by release.key --model SIM7000G",
};

/* Without the ending that key files have. */
static int base_length(const char *name)
{
    const size_t length = strlen(name);
    const int has = length > 4 && strcmp(name + length - 4, ".key") == 0;
    return (int)(has ? length - 4 : length);
}

static int report(const char *name, const char *model, uint32_t max_sequence,
                  int json)
{
    char path[4096], print[17];
    struct ffx_public_key key;
    struct pack_error error;
    const int base = base_length(name);
    snprintf(path, sizeof path, "%.*s.pub", base, name);
    if (pack_public_key_load(path, &key, &error) != 0)
        return pack_common_fail(&error);
    pack_fingerprint(print, &key);
    if (json) {
        cli_json_open('{');
        cli_json_text("role", model != NULL ? "package" : "release");
        cli_json_text("public_key", path);
        cli_json_text("fingerprint", print);
        if (model != NULL) {
            cli_json_text("model", model);
            cli_json_number("max_sequence", max_sequence);
        }
        cli_json_close('}');
        cli_json_end();
        return CLI_DONE;
    }
    printf("%s key %s\n", model != NULL ? "package" : "release", print);
    printf("  %.*s.key   keep it secret%s\n", base, name,
           model != NULL ? "" : ", and offline");
    printf("  %.*s.pub   give it to everybody\n", base, name);
    if (model != NULL)
        printf("  %.*s.cert  may sign packages for %s up to sequence %u\n",
               base, name, model, max_sequence);
    return CLI_DONE;
}

int cli_key_make(int argc, char **argv)
{
    const char *name = NULL;
    struct pack_delegation how = {.max_sequence = PACK_MAX_SEQUENCE};
    int json = 0;
    const struct cli_option options[] = {
        {"--signed-by", CLI_TEXT, &how.signed_by, "KEY",
         "release key that delegates to the new key"},
        {"--model", CLI_TEXT, &how.model, "M", "the one model it may sign for"},
        {"--max-sequence", CLI_NUMBER, &how.max_sequence, "N",
         "last release it may package (default 65536)"},
        {"--json", CLI_FLAG, &json, NULL, "report as JSON"},
    };
    struct pack_error error;
    const int parsed = cli_parse(&usage, options, 4, argc, argv, &name, 1, 1);
    if (parsed >= 0)
        return parsed;
    if ((how.signed_by == NULL) != (how.model == NULL))
        return cli_fail(CLI_USAGE, "--signed-by and --model belong together: a "
                                   "package key is for one model");
    if (how.signed_by == NULL && how.max_sequence != PACK_MAX_SEQUENCE)
        return cli_fail(CLI_USAGE, "--max-sequence limits a package key: add "
                                   "--signed-by RELEASE.key --model M");
    if (pack_key_make(name, how.signed_by != NULL ? &how : NULL, &error) != 0)
        return pack_common_fail(&error);
    return report(name, how.model, how.max_sequence, json);
}
