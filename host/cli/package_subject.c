/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/package_subject.h"
#include "cli/pack_common.h"
#include "pack/fail.h"

#include <psa/psa_crypto.h>

#include <stdio.h>
#include <string.h>

#define SIDE_SUFFIX ".info"

static int parse_arguments(struct subject_request *request,
                           const struct cli_usage *usage, int argc, char **argv)
{
    const struct cli_option options[] = {
        {"--trust", CLI_TEXTS, &request->trust, "PUB",
         "public release key that you trust; two during a rotation"},
        {"--from", CLI_TEXT, &request->from, "DIR_A",
         "release on the device: would it take the package?"},
        {"--json", CLI_FLAG, &request->json, NULL, "report as JSON"},
    };
    memset(request, 0, sizeof *request);
    const int parsed =
        cli_parse(usage, options, 3, argc, argv, &request->path, 1, 1);
    if (parsed >= 0)
        return parsed;
    if (request->trust.count == 0)
        return cli_fail(CLI_USAGE, "--trust RELEASE.pub is missing: without a "
                                   "key that you trust, nothing can be said");
    return -1;
}

/* --- loading ------------------------------------------------------------- */

static int ends_in_suffix(const char *path)
{
    const size_t length = strlen(path), suffix = strlen(SIDE_SUFFIX);
    return length > suffix && strcmp(path + length - suffix, SIDE_SUFFIX) == 0;
}

static int set_paths(struct subject *subject, const char *path,
                     struct pack_error *error)
{
    const size_t length = strlen(path);
    if (length + sizeof SIDE_SUFFIX > SUBJECT_PATH)
        return fail_with(error, FFX_ERR_BUFFER, "the path %.60s... is too long",
                         path);
    subject->vendor = ends_in_suffix(path);
    memcpy(subject->path, path, length + 1);
    if (subject->vendor)
        subject->path[length - strlen(SIDE_SUFFIX)] = '\0';
    snprintf(subject->side_path, SUBJECT_PATH, "%.4090s" SIDE_SUFFIX,
             subject->path);
    return 0;
}

static int open_package(struct subject *subject)
{
    struct ffx_package_config config = {
        .crypto = psa_crypto(),
        .trusted = subject->trust,
        .trusted_count = subject->trust_count,
        .buffer = subject->scratch,
        .buffer_bytes = sizeof subject->scratch,
    };
    pack_read_at(&subject->file, &config.file);
    return ffx_package_open(&subject->package, &config);
}

static int open_side_file(struct subject *subject)
{
    if (subject->side.length > FFX_SIDEFILE_MAX)
        return FFX_ERR_MANIFEST;
    return ffx_offer_read(&subject->offer, (const char *)subject->side.bytes,
                          (uint32_t)subject->side.length, psa_crypto(),
                          subject->trust, subject->trust_count);
}

/* A file that is not our container may have somebody who vouches for it. */
static int open_subject(struct subject *subject, struct pack_error *error)
{
    if (!subject->vendor) {
        subject->opened = open_package(subject);
        if (subject->opened != FFX_ERR_ZIP)
            return 0;
    }
    const int result =
        pack_read_file(subject->side_path, &subject->side, error);
    if (result != 0 && error->missing && !subject->vendor)
        return 0;
    if (result != 0)
        return result;
    subject->vendor = 1;
    subject->opened = open_side_file(subject);
    return 0;
}

int subject_load(struct subject *subject, const struct subject_request *request,
                 struct pack_error *error)
{
    memset(subject, 0, sizeof *subject);
    int result = pack_common_trust(&request->trust, subject->trust, error);
    subject->trust_count = (uint32_t)request->trust.count;
    if (result == 0)
        result = set_paths(subject, request->path, error);
    if (result == 0)
        result = pack_read_file(subject->path, &subject->file, error);
    if (result == 0 && request->from != NULL) {
        result = pack_release_load(request->from, &subject->from, error);
        subject->has_from = result == 0;
    }
    return result != 0 ? result : open_subject(subject, error);
}

void subject_free(struct subject *subject)
{
    pack_buffer_free(&subject->file);
    pack_buffer_free(&subject->side);
    pack_release_free(&subject->from);
}

int subject_run(const struct cli_usage *usage, subject_verb *verb, int argc,
                char **argv)
{
    static struct subject subject;
    struct subject_request request;
    struct pack_error error;
    const int parsed = parse_arguments(&request, usage, argc, argv);
    if (parsed >= 0)
        return parsed;
    const int code = subject_load(&subject, &request, &error) != 0
                         ? pack_common_fail(&error)
                         : verb(&subject, &request);
    subject_free(&subject);
    return code;
}

int subject_check_vendor(const struct subject *subject)
{
    return pack_offer_is_about(&subject->offer, &subject->file)
               ? 0
               : FFX_ERR_PAYLOAD;
}

/* --- causes -------------------------------------------------------------- */

const char *subject_cause(int error)
{
    static const struct {
        int error;
        const char *text;
    } causes[] = {
        {FFX_ERR_ZIP, "truncated, altered, or not made by farfix: fetch it "
                      "again; a vendor's file needs its .info "
                      "(farfix package import)"},
        {FFX_ERR_MANIFEST, "a signed text is not in its one canonical form: "
                           "make it again with farfix"},
        {FFX_ERR_SIGNATURE, "not signed by the trusted key: do not use it, or "
                            "name the right key with --trust (in a rotation "
                            "both, old and new)"},
        {FFX_ERR_CERT, "the package key may not sign for this model and "
                       "sequence: make it again with a key that may"},
        {FFX_ERR_PAYLOAD, "a payload differs from its signed digest: fetch it "
                          "again"},
    };
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
        if (causes[i].error == error)
            return causes[i].text;
    return ffx_error_text(error);
}
