/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"

#include <stdio.h>

static const struct cli_usage usage = {
    "farfix release sign DIR --key RELEASE.key [--next-key NEW.pub] "
    "[--revoke OLD.pub] | --prepare | --key RELEASE.pub --signature FILE",
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
    "release, and each one after it, by the old key with --next-key NEW.pub:"
    "\ndevices then trust both. When no device is left behind it, a release by"
    "\nthe new key with --revoke OLD.pub. A device never gives up its last "
    "key.\n\nA key that never meets this machine signs in two steps: --prepare "
    "writes\nDIR/release alone; where the key is, openssl signs that small "
    "text; and\n--signature takes what openssl wrote.",
    "  farfix release sign releases/1529B06 --key release.key\n"
    "  farfix release sign releases/1529B07 --key release.key --next-key "
    "new.pub\n"
    "  farfix release sign releases/1529B08 --key new.key --revoke "
    "release.pub\n"
    "  farfix release sign releases/1529B09 --prepare\n"
    "  openssl dgst -sha256 -sign release.key -out signature release\n"
    "  farfix release sign releases/1529B09 --key release.pub --signature "
    "signature",
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
    const int is_signed = release->signature.length > 0;
    if (json) {
        cli_json_open('{');
        cli_json_bool("signed", is_signed);
        cli_json_text("model", release->model);
        cli_json_text("version", release->version);
        cli_json_number("sequence", release->sequence);
        cli_json_key("components");
        cli_json_open('[');
    } else {
        printf("%s %s %s, sequence %u\n", is_signed ? "signed" : "prepared",
               release->model, release->version, release->sequence);
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

struct request {
    const char *directory, *signature;
    struct pack_signing how;
    int prepare, json;
};

static int check(const struct request *request)
{
    const struct pack_signing *const how = &request->how;
    if (request->prepare && (how->key != NULL || request->signature != NULL))
        return cli_fail(CLI_USAGE, "--prepare signs nothing: leave --key and "
                                   "--signature for later");
    if (request->signature != NULL && how->key == NULL)
        return cli_fail(CLI_USAGE, "--key RELEASE.pub is missing: whose "
                                   "signature is it?");
    if (request->signature != NULL &&
        (how->next_key != NULL || how->revoke != NULL))
        return cli_fail(CLI_USAGE, "--signature takes DIR/release as it is: "
                                   "--next-key and --revoke belong to "
                                   "--prepare");
    if (!request->prepare && how->key == NULL)
        return cli_fail(CLI_USAGE, "--key RELEASE.key is missing: who signs?");
    return 0;
}

static int sign(const struct request *request, struct pack_release *out,
                struct pack_error *error)
{
    int result;
    if (request->prepare)
        return pack_release_prepare(request->directory, &request->how, out,
                                    error);
    if (request->signature != NULL)
        result = pack_release_take_signature(
            request->directory, request->how.key, request->signature, error);
    else
        result = pack_release_sign(request->directory, &request->how, error);
    return result != 0 ? result
                       : pack_release_load(request->directory, out, error);
}

int cli_release_sign(int argc, char **argv)
{
    struct request request = {.directory = NULL};
    const struct cli_option options[] = {
        {"--key", CLI_TEXT, &request.how.key, "KEY",
         "the release key: private, PEM or pkcs11:"},
        {"--next-key", CLI_TEXT, &request.how.next_key, "PUB",
         "devices trust this key too, once they run it; or none"},
        {"--revoke", CLI_TEXT, &request.how.revoke, "PUB",
         "devices trust this key no more, once they run it; or none"},
        {"--prepare", CLI_FLAG, &request.prepare, NULL,
         "write DIR/release, to be signed elsewhere"},
        {"--signature", CLI_TEXT, &request.signature, "FILE",
         "signature of DIR/release; --key is the public key"},
        {"--json", CLI_FLAG, &request.json, NULL, "report as JSON"},
    };
    struct pack_release release;
    struct pack_error error;
    int code =
        cli_parse(&usage, options, 6, argc, argv, &request.directory, 1, 1);
    if (code >= 0)
        return code;
    code = check(&request);
    if (code != 0)
        return code;
    if (sign(&request, &release, &error) != 0)
        return pack_common_fail(&error);
    report(&release, request.json);
    pack_release_free(&release);
    return CLI_DONE;
}
