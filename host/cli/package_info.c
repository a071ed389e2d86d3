/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/package_subject.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

static const struct cli_usage usage = {
    "farfix package info update.zip --trust RELEASE.pub [--trust NEW.pub] "
    "[--from DIR_A] "
    "[--json]",
    "Shows what a package is, after its signatures were checked: model, from "
    "and\nto, sequence, who signed, and what happens to each component. The "
    "payloads\nare not read; farfix package verify does that. A vendor's file "
    "is shown by\nits signed side-file.",
    "  farfix package info update.zip --trust release.pub",
};

/* --- one of our packages ------------------------------------------------- */

static const char *const kind_names[] = {"image", "delta"};

static void print_signers(const struct subject *subject)
{
    char print[17];
    struct ffx_cert cert;
    pack_fingerprint(print, &subject->trust[subject->package.release_key]);
    printf("release by  key %s (trusted)\n", print);
    if (pack_certificate(&subject->package, &cert) != 0) {
        printf("package by  the same key\n");
        return;
    }
    pack_fingerprint(print, &cert.key);
    printf("package by  key %s, delegated for %s until sequence %u\n", print,
           cert.model, cert.max_sequence);
}

static void say_keys(const struct ffx_release *release, int json)
{
    pack_common_keys(release->has_next_key ? &release->next_key : NULL,
                     release->has_revoke ? &release->revoke : NULL, "", json);
}

static void print_components(const struct ffx_package *package)
{
    printf("\n%-10s %-10s %10s %10s %10s\n", "component", "payload", "from",
           "to", "in here");
    for (uint32_t i = 0; i < package->release.component_count; i++) {
        const struct ffx_image_facts *facts = &package->release.components[i];
        const struct ffx_part *part =
            pack_part(&package->manifest, facts->name);
        if (part == NULL)
            printf("%-10s %-10s %10u %10u %10s\n", facts->name, "unchanged",
                   facts->size, facts->size, "-");
        else
            printf("%-10s %-10s %10u %10u %10u\n", facts->name,
                   kind_names[part->kind], part->from_size, facts->size,
                   part->payload_size);
    }
}

static void print_package(const struct subject *subject)
{
    const struct ffx_package *package = &subject->package;
    char digest[2 * FFX_SHA256_BYTES + 1];
    cli_hex(digest, package->digest, FFX_SHA256_BYTES);
    printf("model       %s\n", package->release.model);
    printf("update      %s -> %s\n", package->manifest.from,
           package->manifest.to);
    printf("sequence    %u\n", package->release.sequence);
    print_signers(subject);
    say_keys(&package->release, 0);
    printf("file        %zu bytes\n", subject->file.length);
    printf("name        %s\n", digest);
    print_components(package);
}

static void json_component(const struct ffx_package *package,
                           const struct ffx_image_facts *facts)
{
    const struct ffx_part *part = pack_part(&package->manifest, facts->name);
    char digest[2 * FFX_SHA256_BYTES + 1];
    cli_hex(digest, facts->sha256, FFX_SHA256_BYTES);
    cli_json_open('{');
    cli_json_text("name", facts->name);
    cli_json_number("size", facts->size);
    cli_json_text("sha256", digest);
    cli_json_text("payload",
                  part != NULL ? kind_names[part->kind] : "unchanged");
    if (part != NULL) {
        cli_json_number("from_size", part->from_size);
        cli_json_number("payload_size", part->payload_size);
        cli_json_number("sector", part->sector);
        cli_json_number("step", part->step);
        cli_json_number("ram", part->ram);
    }
    cli_json_close('}');
}

static void json_signers(const struct subject *subject)
{
    char print[17];
    struct ffx_cert cert;
    pack_fingerprint(print, &subject->trust[subject->package.release_key]);
    cli_json_text("release_key", print);
    if (pack_certificate(&subject->package, &cert) != 0)
        return;
    pack_fingerprint(print, &cert.key);
    cli_json_text("package_key", print);
    cli_json_number("max_sequence", cert.max_sequence);
}

static void json_package(const struct subject *subject)
{
    const struct ffx_package *package = &subject->package;
    char digest[2 * FFX_SHA256_BYTES + 1];
    cli_hex(digest, package->digest, FFX_SHA256_BYTES);
    cli_json_open('{');
    cli_json_text("kind", "package");
    cli_json_text("model", package->release.model);
    cli_json_text("from", package->manifest.from);
    cli_json_text("to", package->manifest.to);
    cli_json_number("sequence", package->release.sequence);
    json_signers(subject);
    say_keys(&package->release, 1);
    cli_json_number("size", (long long)subject->file.length);
    cli_json_text("name", digest);
    cli_json_key("components");
    cli_json_open('[');
    for (uint32_t i = 0; i < package->release.component_count; i++)
        json_component(package, &package->release.components[i]);
    cli_json_close(']');
    cli_json_close('}');
    cli_json_end();
}

/* --- a vendor's file ----------------------------------------------------- */

static void print_offer(const struct subject *subject)
{
    const struct ffx_offer *offer = &subject->offer;
    char digest[2 * FFX_SHA256_BYTES + 1];
    cli_hex(digest, offer->sha256, FFX_SHA256_BYTES);
    printf("model       %s\n", offer->model);
    printf("update      %s -> %s\n", offer->from,
           offer->to[0] != '\0' ? offer->to : "none");
    printf("file        %u bytes, a vendor's: its inside is not public\n",
           offer->size);
    printf("sha256      %s\n", digest);
    printf("signed in   %s\n", subject->side_path);
}

static void json_offer(const struct subject *subject)
{
    const struct ffx_offer *offer = &subject->offer;
    char digest[2 * FFX_SHA256_BYTES + 1];
    cli_hex(digest, offer->sha256, FFX_SHA256_BYTES);
    cli_json_open('{');
    cli_json_text("kind", "vendor");
    cli_json_text("model", offer->model);
    cli_json_text("from", offer->from);
    cli_json_text("to", offer->to);
    cli_json_number("size", offer->size);
    cli_json_text("sha256", digest);
    cli_json_close('}');
    cli_json_end();
}

/* --- the verb ------------------------------------------------------------ */

static int show(struct subject *subject, const struct subject_request *request)
{
    struct pack_error error;
    if (subject->opened != 0)
        return cli_fail(CLI_FAILED, "%s: %s", request->path,
                        subject_cause(subject->opened));
    if (subject->vendor)
        (request->json ? json_offer : print_offer)(subject);
    else
        (request->json ? json_package : print_package)(subject);
    if (subject->vendor || !subject->has_from)
        return CLI_DONE;
    if (pack_source_check(&subject->package, &subject->from, &error) != 0)
        return pack_common_fail(&error);
    if (!request->json)
        printf("\na device that runs %s takes it\n", request->from);
    return CLI_DONE;
}

int cli_package_info(int argc, char **argv)
{
    return subject_run(&usage, show, argc, argv);
}
