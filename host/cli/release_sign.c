/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"

#include <stdio.h>

static const struct cli_usage usage = {
    "farfix release sign DIR --key RELEASE.key",
    "Says with the release key what the release in DIR is: writes DIR/release\n"
    "(model, version, sequence, size and SHA-256 of each image) and\n"
    "DIR/release.sig. DIR holds release.ini and the images that it names:\n\n"
    "  [release]\n"
    "  model = SIM7000G\n"
    "  version = 1529B06SIM7000G   # what AT+GMR will say\n"
    "  sequence = 6                # grows with each release\n"
    "  [component ap]              # modem, ap, or app on an MCU\n"
    "  file = ap.bin\n"
    "  slot_size = 2M\n"
    "  sector = 4K                 # largest erase sector\n"
    "  step = 16K                  # a multiple of sector\n"
    "  ram = 32K                   # for the reader of a delta",
    "  farfix release sign releases/1529B06 --key release.key",
};

static void report(const struct pack_release *release, int json)
{
    char digest[2 * FFX_SHA256_BYTES + 1];
    if (json) {
        cli_json_open('{');
        cli_json_text("model", release->model);
        cli_json_text("version", release->version);
        cli_json_number("sequence", release->sequence);
        cli_json_key("components");
        cli_json_open('[');
    } else {
        printf("signed %s %s, sequence %u\n", release->model, release->version,
               release->sequence);
    }
    for (uint32_t i = 0; i < release->component_count; i++) {
        const struct pack_component *component = &release->components[i];
        cli_hex(digest, component->sha256, FFX_SHA256_BYTES);
        if (!json) {
            printf("  %-8s %9zu bytes  sha256 %s\n", component->name,
                   component->image.length, digest);
            continue;
        }
        cli_json_open('{');
        cli_json_text("name", component->name);
        cli_json_number("size", (long long)component->image.length);
        cli_json_text("sha256", digest);
        cli_json_close('}');
    }
    if (json) {
        cli_json_close(']');
        cli_json_close('}');
        cli_json_end();
    }
}

int cli_release_sign(int argc, char **argv)
{
    const char *directory = NULL, *key = NULL;
    int json = 0;
    const struct cli_option options[] = {
        {"--key", CLI_TEXT, &key, "KEY", "the release key (private, PEM)"},
        {"--json", CLI_FLAG, &json, NULL, "report as JSON"},
    };
    struct pack_release release;
    struct pack_error error;
    const int parsed =
        cli_parse(&usage, options, 2, argc, argv, &directory, 1, 1);
    if (parsed >= 0)
        return parsed;
    if (key == NULL)
        return cli_fail(CLI_USAGE, "--key RELEASE.key is missing: who signs?");
    if (pack_release_sign(directory, key, &error) != 0 ||
        pack_release_load(directory, &release, &error) != 0)
        return pack_common_fail(&error);
    report(&release, json);
    pack_release_free(&release);
    return CLI_DONE;
}
