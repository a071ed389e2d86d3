/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patch maker: old and new image in, a patch of docs/patch-format.md out.
 *
 * Deterministic: the same images and options give the same bytes on every
 * machine. Memory: 10 to 30 bytes per byte of image; 2 to 4 CPU seconds per MB.
 */
#ifndef FARFIX_DIFF_H
#define FARFIX_DIFF_H

#include <farfix/error.h>

#include <stddef.h>
#include <stdint.h>

/* Bytes [offset, offset + length) of an image run at address `base`. */
struct diff_segment {
    uint32_t offset, length, base;
};

/* What the maker may count on in the device. */
struct diff_options {
    /* Steps of an update in place: a multiple of the erase sector. 0: the
     * old image stands elsewhere and the new one is made at once. */
    uint32_t step_bytes;
    uint32_t slot_bytes; /* in place: where both images must fit */
    uint32_t ram;        /* bytes for the reader beside its struct; 0: any */
    /* Where the old image runs, as far as somebody knows; hints only. */
    uint32_t base; /* of its first byte, with base_given */
    int base_given;
    const struct diff_segment *segments; /* from its HEX or ELF file */
    size_t segment_count;
};

struct diff_error {
    int code;       /* FFX_ERR_* */
    char text[200]; /* one line */
};

/* A patch; free with diff_patch_free. */
struct diff_patch {
    uint8_t *bytes;
    size_t length;
    uint32_t ram; /* what its reader needs beside its struct */
};

/* Makes the patch. 0; 1: made, but not smaller than the new image, which a
 * caller who can should send instead; negative: `error` is filled.
 * FFX_ERR_ARGUMENT: an empty new image or an image above 64 MiB,
 * FFX_ERR_GEOMETRY: the slot is too small, FFX_ERR_BUFFER: no format works in
 * so little RAM, FFX_ERR_SPACE: this machine is out of memory. */
int diff_make(const uint8_t *old_image, size_t old_bytes,
              const uint8_t *new_image, size_t new_bytes,
              const struct diff_options *options, struct diff_patch *patch,
              struct diff_error *error);
void diff_patch_free(struct diff_patch *patch);

#endif
