/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/zip_writer.h"

#include "base/crc32.h"
#include "pack/buffer.h"

#include <assert.h>
#include <string.h>

/* Everything in a package was read under PACK_FILE_MAX. */
_Static_assert((FFX_COMPONENTS + 1ull) * PACK_FILE_MAX < UINT32_MAX,
               "a package must stay below 4 GiB - 1");

void zip_writer_start(struct zip_writer *writer, struct pack_buffer *out)
{
    assert(out->length == 0);
    memset(writer, 0, sizeof *writer);
    writer->out = out;
}

void zip_writer_add(struct zip_writer *writer, const char *name,
                    const void *bytes, size_t length)
{
    uint8_t header[ZIP_LOCAL_MAX];
    assert(writer->count < FFX_PACKAGE_ENTRIES && length <= PACK_FILE_MAX);
    assert(strlen(name) <= ZIP_NAME_MAX);
    struct zip_entry *entry = &writer->entries[writer->count++];
    memcpy(entry->name, name, strlen(name) + 1);
    entry->offset = (uint32_t)writer->out->length;
    entry->size = (uint32_t)length;
    entry->crc32 = crc32_add(0, bytes, entry->size);
    buffer_append(writer->out, header, zip_local(header, entry));
    buffer_append(writer->out, bytes, length);
}

void zip_writer_finish(struct zip_writer *writer)
{
    uint8_t header[ZIP_CENTRAL_MAX], end[ZIP_END_BYTES];
    const size_t directory = writer->out->length;
    for (uint32_t i = 0; i < writer->count; i++)
        buffer_append(writer->out, header,
                      zip_central(header, &writer->entries[i]));
    const size_t directory_bytes = writer->out->length - directory;
    buffer_append(writer->out, end,
                  zip_end(end, writer->count, (uint32_t)directory,
                          (uint32_t)directory_bytes));
}
