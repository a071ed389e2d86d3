/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"

#include <stdio.h>

static const struct cli_usage usage = {
    "farfix release sign DIR --key RELEASE.key [--next-key NEW.pub] "
    "[--revoke OLD.pub] [--json]",
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
    "  ram = 32K                   # for the reader of a delta\n\n"
    "A release may also change whom devices trust, once they run it. First a\n"
    "release, and each one after it, by the old key with --next-key NEW.pub: "
    "\ndevices then trust both. When no device is left behind it, a release by"
    "\nthe new key with --revoke OLD.pub. A device never gives up its last "
    "key.",
    "  farfix release sign releases/1529B06 --key release.key\n"
    "  farfix release sign releases/1529B07 --key release.key --next-key "
    "new.pub\n"
    "  farfix release sign releases/1529B08 --key new.key --revoke release.pub",
};

/* --- what a person or a program reads ------------------------------------ */

static void report_component(const struct pack_component *component, int json)
{
    char digest[2 * FFX_SHA256_BYTES + 1];
    cli_hex(digest, component->sha256, FFX_SHA256_BYTES);
    if (!json) {
        printf("  %-8s %9zu bytes  sha256 %s\n", component->name,
               component->image.length, digest);
        return;
    }
    cli_json_open('{');
    cli_json_text("name", component->name);
    cli_json_number("size", (long long)component->image.length);
    cli_json_text("sha256", digest);
    cli_json_close('}');
}

static void report(const struct pack_release *release, int json)
{
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
    for (uint32_t i = 0; i < release->component_count; i++)
        report_component(&release->components[i], json);
    if (json)
        cli_json_close(']');
    pack_common_keys(release->has_next_key ? &release->next_key : NULL,
                     release->has_revoke ? &release->revoke : NULL, "  ", json);
    if (json) {
        cli_json_close('}');
        cli_json_end();
    }
}

/* --- the verb ------------------------------------------------------------ */

int cli_release_sign(int argc, char **argv)
{
    const char *directory = NULL;
    struct pack_signing how = {.key = NULL};
    int json = 0;
    const struct cli_option options[] = {
        {"--key", CLI_TEXT, &how.key, "KEY", "the release key (private, PEM)"},
        {"--next-key", CLI_TEXT, &how.next_key, "PUB",
         "devices trust this key too, once they run it; or none"},
        {"--revoke", CLI_TEXT, &how.revoke, "PUB",
         "devices trust this key no more, once they run it; or none"},
        {"--json", CLI_FLAG, &json, NULL, "report as JSON"},
    };
    struct pack_release release;
    struct pack_error error;
    const int parsed =
        cli_parse(&usage, options, 4, argc, argv, &directory, 1, 1);
    if (parsed >= 0)
        return parsed;
    if (how.key == NULL)
        return cli_fail(CLI_USAGE, "--key RELEASE.key is missing: who signs?");
    if (pack_release_sign(directory, &how, &error) != 0 ||
        pack_release_load(directory, &release, &error) != 0)
        return pack_common_fail(&error);
    report(&release, json);
    pack_release_free(&release);
    return CLI_DONE;
}
