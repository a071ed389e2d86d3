/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/image.h"
#include "pack/fail.h"

int image_read(const char *path, struct pack_buffer *out,
               struct image_file *about, struct pack_error *error)
{
    struct diff_error cause;
    int result = pack_read_file(path, out, error);
    if (result != 0)
        return result;
    result = image_file_open(about, out->bytes, out->length, &cause);
    if (result != 0) {
        pack_buffer_free(out);
        return fail_with(error, result, "%s: %s", path, cause.text);
    }
    if (about->made != NULL) {
        pack_buffer_free(out);
        out->bytes = about->made;
        out->length = out->capacity = about->length;
        about->made = NULL;
    }
    return 0;
}
