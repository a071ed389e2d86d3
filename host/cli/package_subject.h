/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `package info` and `package verify` look at: one of our packages, or a
 * vendor's file with its signed side-file NAME.info.
 */
#ifndef FARFIX_CLI_PACKAGE_SUBJECT_H
#define FARFIX_CLI_PACKAGE_SUBJECT_H

#include "cli/cli.h"
#include "pack/pack.h"

#define SUBJECT_PATH 4096u

struct subject_request {
    const char *path;       /* update.zip, VENDOR.zip or VENDOR.zip.info */
    struct cli_texts trust; /* RELEASE.pub, one or both of a rotation */
    const char *from;       /* release directory of the device, or null */
    int json;
};

struct subject {
    char path[SUBJECT_PATH], side_path[SUBJECT_PATH];
    struct pack_buffer file, side;
    struct ffx_public_key trust[CLI_TEXTS_MAX];
    uint32_t trust_count;
    struct pack_release from; /* only when has_from */
    int has_from;
    /* 1: `offer` speaks of the file; 0: `package` is the file. */
    int vendor;
    int opened; /* 0, or the error of the signed part: FFX_ERR_* */
    struct ffx_package package;
    struct ffx_offer offer;
    uint8_t scratch[65536];
};

/* Reads every file and opens what is there. An error of the signed part is no
 * failure of this function: see `opened`. 0, or as pack_read_file; free it in
 * either case. */
int subject_load(struct subject *subject, const struct subject_request *request,
                 struct pack_error *error);
void subject_free(struct subject *subject);

/* Has a vendor's file, opened well, the size and digest that its side-file
 * states? 0, or FFX_ERR_PAYLOAD. */
int subject_check_vendor(const struct subject *subject);

/* What a verb does with a loaded subject: its exit code. */
typedef int subject_verb(struct subject *subject,
                         const struct subject_request *request);

/* All of info and verify but what they say: arguments, load, verb, free. */
int subject_run(const struct cli_usage *usage, subject_verb *verb, int argc,
                char **argv);

/* "no trusted key made this signature: ..." with what to do next. */
const char *subject_cause(int error);

#endif
