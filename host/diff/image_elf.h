/* SPDX-License-Identifier: Apache-2.0 */
/* ELF32, little endian, for ARM. Room-internal; see image_file.h. */
#ifndef FARFIX_DIFF_IMAGE_ELF_H
#define FARFIX_DIFF_IMAGE_ELF_H

#include "diff/image_file.h"

/* Is it firmware, to be flattened? A program for an operating system, an
 * object file, another processor's ELF is not. */
int image_elf_is_firmware(const uint8_t *bytes, size_t length);
int image_elf_read(struct image_file *image, const uint8_t *bytes,
                   size_t length, struct diff_error *error);

/* Where the parts of an ELF file that is taken as it is run: its PT_LOADs, as
 * far as they are inside the file. Returns how many, 0 for what is no ELF. */
size_t image_elf_segments(const uint8_t *bytes, size_t length,
                          struct diff_segment *segments, size_t most);

#endif
