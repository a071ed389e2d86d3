/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole update.zip through open and check, with a crypto port that believes
 * everything. An odd first byte has the CRC-32s put right first, so that
 * changed texts reach their parsers. A file that is accepted has one
 * spelling: packing what was read from it gives the same bytes.
 */
#include "forge.h"
#include "gullible.h"

#include "base/bytes.h"
#include "base/crc32.h"

#include <stdlib.h>
#include <string.h>

#define LOCAL_BYTES 30u
#define CENTRAL_BYTES 46u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Walks local headers, then central ones, as far as they make sense. */
static void repair(uint8_t *file, uint32_t length)
{
    uint32_t crcs[FORGE_ENTRIES], count = 0, at = 0;
    while (count < FORGE_ENTRIES && length - at > LOCAL_BYTES &&
           bytes_get32(file + at) == 0x04034b50) {
        const uint32_t header = LOCAL_BYTES + bytes_get16(file + at + 26);
        const uint32_t bytes = bytes_get32(file + at + 22);
        if (header > length - at || bytes > length - at - header)
            break;
        crcs[count] = crc32_add(0, file + at + header, bytes);
        bytes_put32(file + at + 14, crcs[count++]);
        at += header + bytes;
    }
    for (uint32_t i = 0; i < count && length - at > CENTRAL_BYTES; i++) {
        const uint32_t header = CENTRAL_BYTES + bytes_get16(file + at + 28);
        if (header > length - at)
            break;
        bytes_put32(file + at + 16, crcs[i]);
        at += header;
    }
}

/* Signatures and payloads, which the structs do not keep, from the file. */
static struct forge_bytes pack_again(const struct ffx_package *package,
                                     const uint8_t *file)
{
    static const struct forge_shape plain;
    static struct forge forge;
    uint32_t at = 0;
    forge.release = package->release;
    forge.manifest = package->manifest;
    forge.delegated = package->delegated;
    forge_spell(&forge);
    forge.text_length[FORGE_TEXT_CERT] = package->sizes[2];
    for (int i = 0; i < 3; i++)
        forge.der_length[i] = package->sizes[2 * i + 1];
    forge_list(&forge);
    for (uint32_t i = 0; i < forge.entry_count; i++) {
        struct forge_entry *const entry = &forge.entries[i];
        at += LOCAL_BYTES + (uint32_t)strlen(entry->name);
        if (entry->bytes != forge.text[FORGE_TEXT_RELEASE] &&
            entry->bytes != forge.text[FORGE_TEXT_PACKAGE])
            entry->bytes = file + at;
        at += entry->length;
    }
    return forge_zip(forge.entries, forge.entry_count, &plain);
}

static void read_file(const struct forge_bytes *file)
{
    static struct ffx_package package;
    static uint8_t scratch[FFX_PACKAGE_BUFFER_MIN];
    static const struct ffx_public_key trusted;
    const struct ffx_package_config config = {
        .crypto = gullible_crypto(),
        .file = forge_file(file),
        .trusted = &trusted,
        .trusted_count = 1,
        .buffer = scratch,
        .buffer_bytes = sizeof scratch,
    };
    int result = ffx_package_open(&package, &config);
    if (result != 0)
        return;
    do
        result = ffx_package_check(&package);
    while (result == 1);
    if (result != 0)
        return;
    struct forge_bytes again = pack_again(&package, file->bytes);
    if (again.length != file->length ||
        memcmp(again.bytes, file->bytes, again.length) != 0)
        abort();
    free(again.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct forge_bytes file = {malloc(size), (uint32_t)size - 1};
    if (file.bytes == NULL)
        abort();
    memcpy(file.bytes, data + 1, file.length);
    if (data[0] & 1)
        repair(file.bytes, file.length);
    read_file(&file);
    free(file.bytes);
    return 0;
}
