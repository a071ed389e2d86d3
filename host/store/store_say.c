/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "store/store_log.h"
#include "store/store_state.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT "text/plain; charset=utf-8"
#define ZIP "application/zip"

/* --- answers ------------------------------------------------------------- */

void store_say(struct store_answer *answer, int status, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    answer->status = status;
    answer->type = TEXT;
    if (length < 0)
        return;
    answer->text.bytes = (uint8_t *)text;
    answer->text.length = answer->text.capacity = (size_t)length;
    answer->size = (uint64_t)length;
}

void store_say_file(struct store_answer *answer, const char *path,
                    uint32_t size, const uint8_t sha256[FFX_SHA256_BYTES])
{
    struct stat status;
    answer->file = open(path, O_RDONLY | O_CLOEXEC);
    if (answer->file < 0 || fstat(answer->file, &status) != 0 ||
        status.st_size != (off_t)size) {
        store_log("%s is not the file of %u bytes that it was", path, size);
        store_answer_free(answer);
        store_say(answer, 500, "this package is damaged on the server\n");
        return;
    }
    answer->status = 200;
    answer->type = ZIP;
    answer->size = size;
    answer->etag[0] = '"';
    text_put_hex(answer->etag + 1, sha256, FFX_SHA256_BYTES);
    memcpy(answer->etag + 1 + 2 * FFX_SHA256_BYTES, "\"", 2);
}

void store_answer_free(struct store_answer *answer)
{
    if (answer->file >= 0)
        close(answer->file);
    answer->file = -1;
    pack_buffer_free(&answer->text);
}
