/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of an image at their addresses, and the flat image they make. What
 * Intel HEX and ELF have in common. Room-internal.
 */
#ifndef FARFIX_DIFF_IMAGE_PARTS_H
#define FARFIX_DIFF_IMAGE_PARTS_H

#include "diff/image_file.h"

struct image_part {
    uint32_t address; /* in flash; address + length <= 2^32 */
    uint32_t runs_at; /* address that its code and data are linked for */
    const uint8_t *bytes;
    uint32_t length; /* > 0 */
    uint32_t where;  /* line or offset in the file, for errors */
};

struct image_parts {
    struct image_part *list;
    size_t count, capacity;
};

/* Joins `part` to the last one when it goes on there, in flash, when it runs
 * and in memory. FFX_ERR_SPACE. */
int image_parts_add(struct image_parts *parts, const struct image_part *part,
                    struct diff_error *error);

/* Fills bytes, length, load and segments of `image` from all parts, in any
 * order. `place` is printed before `where`: "line ", "offset ". Errors of
 * image_file_open: nothing there, parts that overlap, too large, too much to
 * fill. */
int image_parts_flatten(struct image_parts *parts, uint8_t fill,
                        const char *place, struct image_file *image,
                        struct diff_error *error);
void image_parts_free(struct image_parts *parts);

/* Fills `error`, returns `code`. */
int image_parts_fail(struct diff_error *error, int code, const char *format,
                     ...) __attribute__((format(printf, 3, 4)));

#endif
