/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/package_subject.h"
#include "cli/verbs.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct cli_usage usage = {
    "farfix package verify update.zip --trust RELEASE.pub [--trust NEW.pub] "
    "[--from DIR_A] "
    "[--json]",
    "Checks every byte of a package as a device does, one line per check, and\n"
    "ends with \"good\" or the cause. With --from also whether a device that "
    "runs\nrelease A would take it. A vendor's file is checked against its "
    "signed\nside-file NAME.info.",
    "  farfix package verify update.zip --trust release.pub --from "
    "releases/1529B05",
};

/* --- checks -------------------------------------------------------------- */

#define CHECKS 8u

struct check {
    const char *name;
    int good;
    char text[800];
};

struct report {
    struct check checks[CHECKS];
    size_t count;
};

/* Notes a check; returns `good`, so that the next one can depend on it. */
__attribute__((format(printf, 4, 5))) static int
note(struct report *report, const char *name, int good, const char *format, ...)
{
    struct check *check = &report->checks[report->count++];
    va_list arguments;
    check->name = name;
    check->good = good;
    va_start(arguments, format);
    vsnprintf(check->text, sizeof check->text, format, arguments);
    va_end(arguments);
    return good;
}

static const char *signed_part(int error)
{
    switch (error) {
    case FFX_ERR_ZIP:
        return "container";
    case FFX_ERR_CERT:
        return "delegation";
    case FFX_ERR_MANIFEST:
        return "text";
    default:
        return "signature";
    }
}

static void note_key(struct report *report, const char *words,
                     const struct ffx_public_key *key)
{
    char print[PACK_FINGERPRINT];
    pack_fingerprint(print, key);
    note(report, "keys", 1, "key %s is %s once this release runs", print,
         words);
}

static void check_signed_part(const struct subject *subject,
                              struct report *report)
{
    const struct ffx_package *package = &subject->package;
    struct ffx_cert cert;
    char print[17];
    pack_fingerprint(print, &subject->trust[subject->package.release_key]);
    note(report, "release", 1, "%s %s, sequence %u, signed by trusted key %s",
         package->release.model, package->release.version,
         package->release.sequence, print);
    if (pack_certificate(package, &cert) == 0) {
        pack_fingerprint(print, &cert.key);
        note(report, "delegation", 1, "key %s may package %s until sequence %u",
             print, cert.model, cert.max_sequence);
    }
    if (package->release.has_next_key)
        note_key(report, "trusted", &package->release.next_key);
    if (package->release.has_revoke)
        note_key(report, "trusted no more", &package->release.revoke);
    note(report, "package", 1, "%s -> %s, signed by key %s",
         package->manifest.from, package->manifest.to, print);
}

static int check_payloads(struct subject *subject, struct report *report)
{
    int result;
    do
        result = ffx_package_check(&subject->package);
    while (result == 1);
    if (result != 0)
        return note(report, "payloads", 0, "%s", subject_cause(result));
    return note(report, "payloads", 1,
                "%u as signed, and no other byte in the file",
                subject->package.manifest.part_count);
}

static void check_package(struct subject *subject,
                          const struct subject_request *request,
                          struct report *report)
{
    struct pack_error error;
    check_signed_part(subject, report);
    if (!check_payloads(subject, report) || !subject->has_from)
        return;
    const int good =
        pack_source_check(&subject->package, &subject->from, &error) == 0;
    note(report, "source", good, good ? "%s is what it starts from" : "%s",
         good ? request->from : error.text);
}

static void check_vendor_source(const struct subject *subject,
                                struct report *report)
{
    const struct ffx_offer *offer = &subject->offer;
    const int good = strcmp(offer->model, subject->from.model) == 0 &&
                     strcmp(offer->from, subject->from.version) == 0;
    note(report, "source", good, "made for %s %s, the device is %s %s",
         offer->model, offer->from, subject->from.model, subject->from.version);
}

static void check_vendor(const struct subject *subject, struct report *report)
{
    const struct ffx_offer *offer = &subject->offer;
    uint8_t digest[FFX_SHA256_BYTES];
    note(report, "side-file", 1, "%s %s -> %s, signed", offer->model,
         offer->from, offer->to[0] != '\0' ? offer->to : "none");
    if (!note(report, "size", offer->size == subject->file.length,
              offer->size == subject->file.length
                  ? "%zu bytes as signed"
                  : "%zu bytes, signed are %u: fetch the file again",
              subject->file.length, offer->size))
        return;
    pack_sha256(subject->file.bytes, subject->file.length, digest);
    const int same = memcmp(digest, offer->sha256, sizeof digest) == 0;
    if (note(report, "digest", same,
             same ? "SHA-256 as signed"
                  : "SHA-256 differs from the signed one: fetch the file "
                    "again") &&
        subject->has_from)
        check_vendor_source(subject, report);
}

/* --- what a person or a program reads ------------------------------------ */

static void print_lines(const struct report *report)
{
    for (size_t i = 0; i < report->count; i++)
        printf("%-7s %-11s %s\n", report->checks[i].good ? "ok" : "FAILED",
               report->checks[i].name, report->checks[i].text);
}

static void print_json(const struct report *report, int good)
{
    cli_json_open('{');
    cli_json_bool("good", good);
    cli_json_key("checks");
    cli_json_open('[');
    for (size_t i = 0; i < report->count; i++) {
        cli_json_open('{');
        cli_json_text("check", report->checks[i].name);
        cli_json_bool("good", report->checks[i].good);
        cli_json_text("text", report->checks[i].text);
        cli_json_close('}');
    }
    cli_json_close(']');
    cli_json_close('}');
    cli_json_end();
}

static int verify(struct subject *subject,
                  const struct subject_request *request)
{
    struct report report = {.count = 0};
    if (subject->opened != 0)
        note(&report, signed_part(subject->opened), 0, "%s",
             subject_cause(subject->opened));
    else if (subject->vendor)
        check_vendor(subject, &report);
    else
        check_package(subject, request, &report);
    const struct check *last = &report.checks[report.count - 1];
    if (request->json)
        print_json(&report, last->good);
    else
        print_lines(&report);
    if (last->good && !request->json)
        puts("good");
    fflush(stdout);
    if (last->good)
        return CLI_DONE;
    return cli_fail(CLI_FAILED, "%s is not good: %s: %s", request->path,
                    last->name, last->text);
}

int cli_package_verify(int argc, char **argv)
{
    return subject_run(&usage, verify, argc, argv);
}
