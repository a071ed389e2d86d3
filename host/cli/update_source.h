/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SOURCE of `farfix update`: which route it means, what the driver must know
 * of it, and what the trusted key says about it.
 */
#ifndef FARFIX_CLI_UPDATE_SOURCE_H
#define FARFIX_CLI_UPDATE_SOURCE_H

#include "cli/cli.h"
#include "cli/package_subject.h"

#include <farfix/driver.h>

struct update_source {
    const char *name; /* the caller's */
    enum ffx_route route;
    const char *url;
    struct ffx_driver_ftp ftp;
    char ftp_text[1024]; /* what `ftp` points into */
    struct pack_buffer file;
    uint8_t sha256[FFX_SHA256_BYTES];
    struct ffx_driver_facts facts;
    struct subject subject; /* what --trust checked */
    int checked;
    struct ffx_offer info; /* what --info says, signed */
};

/* What the command line says of it; null where it says nothing. */
struct update_request {
    const char *name; /* SOURCE */
    const char *to;   /* the version that it must lead to */
    const char *info; /* side-file or next document */
    const char *secrets;
    const struct cli_texts *trust; /* RELEASE.pub, one or two; or none */
};

/* Reads or parses it. With `trust` a file is checked here, before anything is
 * sent: it must be good and lead to `to`. With `info` the driver learns size
 * and digest, and compares what arrived. 0, or an exit code after its
 * message. */
int update_source_open(struct update_source *source,
                       const struct update_request *request);
void update_source_close(struct update_source *source);

/* The file as the driver reads it. */
void update_source_package(struct update_source *source,
                           struct ffx_read_at *package);

/* The module refused `file`: which check of ours would have, too. One line
 * without full stop, for a person. */
void update_source_explain(const struct pack_buffer *file,
                           const struct cli_texts *trust,
                           const struct ffx_driver_found *module,
                           const char *to, char *text, size_t capacity);

#endif
