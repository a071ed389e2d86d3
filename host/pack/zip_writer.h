/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the one shape of zip that docs/package-format.md section 3 allows,
 * with the header builders of the reader (src/package/zip.h). Room-internal.
 */
#ifndef FARFIX_PACK_ZIP_WRITER_H
#define FARFIX_PACK_ZIP_WRITER_H

#include "pack/pack.h"

#include "package/zip.h"

/* count <= FFX_PACKAGE_ENTRIES; out->length < 4 GiB - 1. */
struct zip_writer {
    struct pack_buffer *out;
    struct zip_entry entries[FFX_PACKAGE_ENTRIES];
    uint32_t count;
};

void zip_writer_start(struct zip_writer *writer, struct pack_buffer *out);
/* The next stored entry. */
void zip_writer_add(struct zip_writer *writer, const char *name,
                    const void *bytes, size_t length);
/* Directory and end record. */
void zip_writer_finish(struct zip_writer *writer);

#endif
