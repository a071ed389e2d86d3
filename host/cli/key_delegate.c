/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

static const struct cli_usage usage = {
    "farfix key delegate STORE.pub --signed-by RELEASE.key --model M "
    "[--max-sequence N] [--renew]",
    "Lets a package key sign packages for one model up to one release: writes\n"
    "STORE.cert and STORE.cert.sig beside STORE.pub. The private half stays\n"
    "where it is: on the server, in a key file of openssl, in an HSM. Put the\n"
    "two files beside the server's STORE.key.\n\n"
    "A delegation ends with its last sequence: devices and farfix refuse what\n"
    "it packages behind that. With --renew the same key goes on: a "
    "certificate\n"
    "of this key that is there is replaced. Also after a change of the "
    "release\n"
    "key, signed by the new one.",
    "  farfix key delegate store.pub --signed-by release.key --model SIM7000G\n"
    "  farfix key delegate store.pub --signed-by release.key --model SIM7000G "
    "\\\n      --max-sequence 131072 --renew",
};

static int base_length(const char *name)
{
    const size_t length = strlen(name);
    const int has = length > 4 && (strcmp(name + length - 4, ".pub") == 0 ||
                                   strcmp(name + length - 4, ".key") == 0);
    return (int)(has ? length - 4 : length);
}

static int report(const char *name, const struct pack_delegation *how, int json)
{
    char path[4096], print[PACK_FINGERPRINT];
    struct ffx_public_key key;
    struct pack_error error;
    if (pack_public_key_load(name, &key, &error) != 0)
        return pack_common_fail(&error);
    pack_fingerprint(print, &key);
    snprintf(path, sizeof path, "%.*s.cert", base_length(name), name);
    if (json) {
        cli_json_open('{');
        cli_json_text("role", "package");
        cli_json_text("certificate", path);
        cli_json_text("fingerprint", print);
        cli_json_text("model", how->model);
        cli_json_number("max_sequence", how->max_sequence);
        cli_json_close('}');
        cli_json_end();
        return CLI_DONE;
    }
    printf("package key %s\n", print);
    printf("  %s  may sign packages for %s up to sequence %u\n", path,
           how->model, how->max_sequence);
    return CLI_DONE;
}

int cli_key_delegate(int argc, char **argv)
{
    const char *name = NULL;
    struct pack_delegation how = {.max_sequence = PACK_MAX_SEQUENCE};
    int renew = 0, json = 0;
    const struct cli_option options[] = {
        {"--signed-by", CLI_TEXT, &how.signed_by, "KEY",
         "release key that delegates"},
        {"--model", CLI_TEXT, &how.model, "M", "the one model it may sign for"},
        {"--max-sequence", CLI_NUMBER, &how.max_sequence, "N",
         "last release it may package (default 65536)"},
        {"--renew", CLI_FLAG, &renew, NULL,
         "replace the certificate of this key"},
        {"--json", CLI_FLAG, &json, NULL, "report as JSON"},
    };
    struct pack_error error;
    const int parsed = cli_parse(&usage, options, 5, argc, argv, &name, 1, 1);
    if (parsed >= 0)
        return parsed;
    if (how.signed_by == NULL || how.model == NULL)
        return cli_fail(CLI_USAGE, "--signed-by RELEASE.key and --model M are "
                                   "both needed: who delegates, and what for?");
    if (pack_key_delegate(name, &how, renew, &error) != 0)
        return pack_common_fail(&error);
    return report(name, &how, json);
}
