/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/image_file.h"
#include "diff/image_elf.h"
#include "diff/image_hex.h"

#include <stdlib.h>

static void take_as_it_is(struct image_file *image, const uint8_t *bytes,
                          size_t length)
{
    image->bytes = bytes;
    image->length = length;
    image->segment_count =
        image_elf_segments(bytes, length, image->segments, IMAGE_FILE_SEGMENTS);
}

int image_file_open(struct image_file *image, const uint8_t *bytes,
                    size_t length, struct diff_error *error)
{
    int result = 0;
    *image = (struct image_file){.kind = IMAGE_RAW};
    if (image_hex_is(bytes, length))
        result = image_hex_read(image, bytes, length, error);
    else if (image_elf_is_firmware(bytes, length))
        result = image_elf_read(image, bytes, length, error);
    else
        take_as_it_is(image, bytes, length);
    if (result != 0)
        image_file_close(image);
    return result;
}

void image_file_close(struct image_file *image)
{
    free(image->made);
    *image = (struct image_file){.kind = IMAGE_RAW};
}

const char *image_file_kind_text(enum image_kind kind)
{
    static const char *const texts[] = {"raw binary", "Intel HEX", "ELF"};
    return texts[kind];
}
