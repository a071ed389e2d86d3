/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of the module as ffx_read_at: what a boot stage needs to leave its
 * package where the module has put it. AT, CFSINIT, CFSRFILE, CFSTERM and
 * nothing else; no network, no interrupt, no heap.
 *
 * A UART has no checksum, and a patch that was misread spoils an image. So
 * every byte is read until two readings in a row agree. A module that is
 * silent, restarts, chatters, or still speaks of what an earlier boot has
 * asked, is taken up again until `patience_ms` have passed.
 */
#ifndef FARFIX_AT_FILE_H
#define FARFIX_AT_FILE_H

#include <farfix/at.h>
#include <farfix/flash.h>

/* Largest read command; the manual allows 10,240. */
#define AT_FILE_CHUNK 1024u
/* Bytes that one command reads ahead: readers of patches take 64 at a time. */
#define AT_FILE_AHEAD 256u

struct at_file_config {
    uint32_t directory; /* 0 ... 3: custapp, fota, datatx, customer */
    const char *name;   /* at most 32 characters, no quote among them */
    /* One byte to the module; it may wait. */
    void (*put)(void *context, uint8_t byte);
    /* The next byte of the module, or -1 when there is none. */
    int (*get)(void *context);
    uint32_t (*now_ms)(void *context); /* never goes back, may wrap */
    void *context;
    /* Of one read; more than a module's own restart takes. */
    uint32_t patience_ms;
};

/* Caller-allocated; not to be moved while it is open. */
struct at_file {
    const struct at_file_config *config;
    uint32_t size, chunk;
    uint32_t ahead_offset, ahead_length; /* what `ahead` holds */
    uint32_t commands;                   /* read commands so far */
    uint32_t heard_ms; /* end of the command, or the file's last byte */
    struct ffx_at_response response;
    uint8_t ready; /* the module listens, CFSINIT was said */
    char line[96];
    uint8_t ahead[AT_FILE_AHEAD];
};

/* Sends nothing yet. `file` reads until close; its size is the caller's word,
 * since it has to come from where the file comes from. */
void at_file_open(struct at_file *from, const struct at_file_config *config,
                  uint32_t size, struct ffx_read_at *file);

/* CFSTERM. What a module says then is not waited for long. */
void at_file_close(struct at_file *from);

#endif
