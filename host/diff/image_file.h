/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image as its maker keeps it: raw binary, Intel HEX or ELF in, the bytes
 * that stand in the device's flash out, with what the file says about the
 * addresses they run at.
 *
 * The content decides which of the three it is, never a name:
 *
 *   ':' and ten hex digits    Intel HEX, record types 00 to 05. Gaps become
 *                             0xff, as flash that nobody programmed.
 *   ELF32, little endian,     firmware: flattened by physical addresses, as
 *   ARM, linked for no OS     `objcopy -O binary` does; gaps become 0x00.
 *   anything else             the image itself, as it is.
 *
 * "For no OS": ET_EXEC without PT_INTERP and PT_DYNAMIC, whose code does not
 * begin right behind the file's own headers. Linux programs and libraries are
 * updated as files, so they are taken as they are; their program headers
 * still tell the segments.
 */
#ifndef FARFIX_DIFF_IMAGE_FILE_H
#define FARFIX_DIFF_IMAGE_FILE_H

#include "diff/diff.h"

/* Enough for text, data and a few special memories; of more, the first. */
#define IMAGE_FILE_SEGMENTS 8u
/* Limits of a flattened image, and of the gaps in it. */
#define IMAGE_FILE_MAX (512u << 20)
#define IMAGE_FILE_FILL_MAX (64u << 20)

enum image_kind { IMAGE_RAW, IMAGE_HEX, IMAGE_ELF };

struct image_file {
    enum image_kind kind;
    const uint8_t *bytes; /* the image: the file's own bytes, or `made` */
    size_t length;
    uint8_t *made; /* allocated for HEX and ELF; null for raw */
    /* Address of the image's first byte in flash; HEX and ELF know it. */
    uint32_t load;
    int load_known;
    /* By ascending offset, without overlap. */
    struct diff_segment segments[IMAGE_FILE_SEGMENTS];
    size_t segment_count;
};

/* `bytes` is the whole file; it must outlive a raw image. 0, or negative with
 * `error` filled: one line that names the line of HEX or the offset in ELF and
 * what to do; the caller puts the file's name in front.
 * FFX_ERR_IO: a damaged file, or one too large when flat; FFX_ERR_SPACE: this
 * machine is out of memory. */
int image_file_open(struct image_file *image, const uint8_t *bytes,
                    size_t length, struct diff_error *error);
void image_file_close(struct image_file *image);

/* "raw binary", "Intel HEX", "ELF". */
const char *image_file_kind_text(enum image_kind kind);

#endif
