/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

static const struct cli_usage usage = {
    "farfix package make --from DIR_A --to DIR_B --key PACKAGE.key [--full] "
    "-o update.zip",
    "Makes the package that takes a device from release A to release B, reads\n"
    "it back with the device's own reader, and writes it. Components that do\n"
    "not change are left out. B must be signed (farfix release sign).\n\n"
    "A component travels as a delta, applied in place in the steps that B's\n"
    "release.ini names, or as its full image where that is smaller.",
    "  farfix package make --from releases/1529B05 --to releases/1529B06 \\\n"
    "      --key store.key -o update.zip",
};

struct request {
    const char *from, *to, *key, *out;
    int json;
    struct pack_options options;
};

/* What each component costs the air. */
static void say_part(const struct pack_part *part)
{
    if (part->is_delta)
        printf("%s: a patch of %zu bytes, %.1f %% of the full image\n",
               part->component, part->bytes,
               100.0 * (double)part->bytes / (double)part->image_bytes);
    else
        printf("%s: the full image, %zu bytes: no patch was made, or none is "
               "smaller\n",
               part->component, part->bytes);
}

static void report(const struct request *request,
                   const struct pack_release *from,
                   const struct pack_release *to, const struct pack_buffer *zip)
{
    uint8_t digest[FFX_SHA256_BYTES];
    char hex[2 * FFX_SHA256_BYTES + 1];
    pack_sha256(zip->bytes, zip->length, digest);
    cli_hex(hex, digest, FFX_SHA256_BYTES);
    if (!request->json) {
        printf("%s: %s %s -> %s, %zu bytes\nsha256 %s\n", request->out,
               to->model, from->version, to->version, zip->length, hex);
        return;
    }
    cli_json_open('{');
    cli_json_text("file", request->out);
    cli_json_text("model", to->model);
    cli_json_text("from", from->version);
    cli_json_text("to", to->version);
    cli_json_number("sequence", to->sequence);
    cli_json_number("size", (long long)zip->length);
    cli_json_text("sha256", hex);
    cli_json_close('}');
    cli_json_end();
}

/* Fills what it can; everything is freed by the caller. */
static int make(const struct request *request, struct pack_release *from,
                struct pack_release *to, struct pack_key **key,
                struct pack_buffer *zip, struct pack_error *error)
{
    int result = pack_release_load(request->from, from, error);
    if (result == 0)
        result = pack_release_load(request->to, to, error);
    if (result == 0)
        result = pack_key_load(request->key, key, error);
    if (result == 0)
        result = pack_build(from, to, *key, &request->options, zip, error);
    if (result == 0)
        result =
            pack_write_file(request->out, zip->bytes, zip->length, 0, error);
    return result;
}

static int run(struct request *request)
{
    struct pack_release from, to;
    struct pack_key *key = NULL;
    struct pack_buffer zip = {0};
    struct pack_error error;
    memset(&from, 0, sizeof from);
    memset(&to, 0, sizeof to);
    if (!request->json)
        request->options.tell = say_part;
    const int result = make(request, &from, &to, &key, &zip, &error);
    if (result == 0)
        report(request, &from, &to, &zip);
    pack_buffer_free(&zip);
    pack_key_free(key);
    pack_release_free(&to);
    pack_release_free(&from);
    return result == 0 ? CLI_DONE : pack_common_fail(&error);
}

int cli_package_make(int argc, char **argv)
{
    struct request request = {0};
    const struct cli_option options[] = {
        {"--from", CLI_TEXT, &request.from, "DIR_A", "release in the field"},
        {"--to", CLI_TEXT, &request.to, "DIR_B", "signed release to go to"},
        {"--key", CLI_TEXT, &request.key, "KEY",
         "package key with its .cert beside it, or the release key"},
        {"--full", CLI_FLAG, &request.options.full, NULL,
         "full images instead of deltas"},
        {"-o", CLI_TEXT, &request.out, "FILE", "where the package goes"},
        {"--json", CLI_FLAG, &request.json, NULL, "report as JSON"},
    };
    const int parsed = cli_parse(&usage, options, 6, argc, argv, NULL, 0, 0);
    if (parsed >= 0)
        return parsed;
    if (request.from == NULL || request.to == NULL || request.key == NULL ||
        request.out == NULL)
        return cli_fail(CLI_USAGE,
                        "--from, --to, --key and -o are all needed: %s",
                        usage.synopsis);
    return run(&request);
}
