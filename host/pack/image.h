/* SPDX-License-Identifier: Apache-2.0 */
/* An image by its path: what release.ini and `farfix delta` name. */
#ifndef FARFIX_PACK_IMAGE_H
#define FARFIX_PACK_IMAGE_H

#include "diff/image_file.h"
#include "pack/pack.h"

/* `out` gets the flat image of a raw binary, Intel HEX or ELF file; empty
 * after an error. `about` gets what the file says of it; it points into `out`
 * and needs no image_file_close. FFX_ERR_IO (with `missing`), FFX_ERR_SPACE. */
int image_read(const char *path, struct pack_buffer *out,
               struct image_file *about, struct pack_error *error);

#endif
