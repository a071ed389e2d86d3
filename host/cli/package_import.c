/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

static const struct cli_usage usage = {
    "farfix package import VENDOR.zip --model M --from V --to W --key "
    "PACKAGE.key",
    "Vouches for a package of the module's vendor, whose inside is not "
    "public:\n"
    "writes VENDOR.zip.info, a signed text with size, SHA-256, model, from- and"
    "\nto-version. From then on farfix checks the file like its own packages,\n"
    "from the store to the module. The file itself is not touched.",
    "  farfix package import B08.zip --model SIM7000G --from 1529B05SIM7000G "
    "\\\n"
    "      --to 1529B08SIM7000G --key store.key",
};

struct request {
    const char *file, *model, *from, *to, *key;
    int json;
};

static int copy_text(char *to, size_t size, const char *from)
{
    if (strlen(from) >= size)
        return -1;
    memcpy(to, from, strlen(from) + 1);
    return 0;
}

/* Text that is too long becomes text that is not valid. */
static void fill_names(struct ffx_offer *offer, const struct request *request)
{
    if (copy_text(offer->model, sizeof offer->model, request->model) != 0)
        memcpy(offer->model, "?", 2);
    if (copy_text(offer->from, sizeof offer->from, request->from) != 0)
        memcpy(offer->from, "?", 2);
    if (copy_text(offer->to, sizeof offer->to, request->to) != 0)
        memcpy(offer->to, "?", 2);
}

static int describe(struct ffx_offer *offer, const struct request *request,
                    struct pack_error *error)
{
    struct pack_buffer file;
    const int result = pack_read_file(request->file, &file, error);
    if (result != 0)
        return result;
    offer->size = (uint32_t)file.length;
    pack_sha256(file.bytes, file.length, offer->sha256);
    pack_buffer_free(&file);
    return 0;
}

static void report(const struct request *request, const char *info,
                   const struct ffx_offer *offer)
{
    char hex[2 * FFX_SHA256_BYTES + 1];
    cli_hex(hex, offer->sha256, FFX_SHA256_BYTES);
    if (!request->json) {
        printf("%s: %s %s -> %s, %u bytes\nsha256 %s\n", info, offer->model,
               offer->from, offer->to, offer->size, hex);
        return;
    }
    cli_json_open('{');
    cli_json_text("file", info);
    cli_json_text("model", offer->model);
    cli_json_text("from", offer->from);
    cli_json_text("to", offer->to);
    cli_json_number("size", offer->size);
    cli_json_text("sha256", hex);
    cli_json_close('}');
    cli_json_end();
}

static int run(const struct request *request)
{
    char info[4096];
    struct ffx_offer offer = {0};
    struct pack_key *key = NULL;
    struct pack_buffer text = {0};
    struct pack_error error;
    fill_names(&offer, request);
    if (snprintf(info, sizeof info, "%s.info", request->file) >=
        (int)sizeof info)
        return cli_fail(CLI_FAILED, "the path %.60s... is too long",
                        request->file);
    int result = describe(&offer, request, &error);
    if (result == 0)
        result = pack_key_load(request->key, &key, &error);
    if (result == 0)
        result = pack_offer(&offer, key, &text, &error);
    if (result == 0)
        result = pack_write_file(info, text.bytes, text.length, 0, &error);
    if (result == 0)
        report(request, info, &offer);
    pack_buffer_free(&text);
    pack_key_free(key);
    return result == 0 ? CLI_DONE : pack_common_fail(&error);
}

int cli_package_import(int argc, char **argv)
{
    struct request request = {0};
    const struct cli_option options[] = {
        {"--model", CLI_TEXT, &request.model, "M", "model it is made for"},
        {"--from", CLI_TEXT, &request.from, "V", "version it starts from"},
        {"--to", CLI_TEXT, &request.to, "W", "version it leads to"},
        {"--key", CLI_TEXT, &request.key, "KEY", "package or release key"},
        {"--json", CLI_FLAG, &request.json, NULL, "report as JSON"},
    };
    const int parsed =
        cli_parse(&usage, options, 5, argc, argv, &request.file, 1, 1);
    if (parsed >= 0)
        return parsed;
    if (request.model == NULL || request.from == NULL || request.to == NULL ||
        request.key == NULL)
        return cli_fail(CLI_USAGE,
                        "--model, --from, --to and --key are all needed: %s",
                        usage.synopsis);
    return run(&request);
}
