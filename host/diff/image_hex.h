/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intel HEX (Hexadecimal Object File Format, Intel 1988): lines of
 * ":LLAAAATT...CC". Room-internal; see image_file.h.
 */
#ifndef FARFIX_DIFF_IMAGE_HEX_H
#define FARFIX_DIFF_IMAGE_HEX_H

#include "diff/image_file.h"

/* Does the file begin, after empty lines, like a record? */
int image_hex_is(const uint8_t *bytes, size_t length);
int image_hex_read(struct image_file *image, const uint8_t *bytes,
                   size_t length, struct diff_error *error);

#endif
