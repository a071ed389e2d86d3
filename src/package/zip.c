/* SPDX-License-Identifier: Apache-2.0 */
#include "package/zip.h"

#include "base/bytes.h"

/* The headers with zeros where name, size, CRC-32 and offset go. Written as
 * on the wire, so that they can be read beside the format page. */
static const uint8_t local_template[ZIP_LOCAL_BYTES] = {
    'P',  'K', 3, 4, /* signature */
    10,   0,         /* version needed: 1.0 */
    0,    0,   0, 0, /* flags, method: stored */
    0,    0,         /* time */
    0x21, 0,         /* date: 1980-01-01 */
    0,    0,   0, 0, /* CRC-32 */
    0,    0,   0, 0, /* compressed size */
    0,    0,   0, 0, /* size */
    0,    0,         /* name length */
    0,    0,         /* extra length */
};

static const uint8_t central_template[ZIP_CENTRAL_BYTES] = {
    'P',  'K', 1,    2,    /* signature */
    0x14, 3,               /* made by: Unix, 2.0 */
    10,   0,               /* version needed */
    0,    0,   0,    0,    /* flags, method */
    0,    0,   0x21, 0,    /* time, date */
    0,    0,   0,    0,    /* CRC-32 */
    0,    0,   0,    0,    /* compressed size */
    0,    0,   0,    0,    /* size */
    0,    0,               /* name length */
    0,    0,   0,    0,    /* extra, comment length */
    0,    0,   0,    0,    /* disk, internal attributes */
    0,    0,   0xa4, 0x81, /* external attributes: regular file, 0644 */
    0,    0,   0,    0,    /* offset of the local header */
};

static const uint8_t end_template[ZIP_END_BYTES] = {
    'P', 'K', 5, 6, /* signature; all else is counted or zero */
};

static const char *const fixed_names[ZIP_PAYLOADS] = {
    "release", "release.sig", "cert", "cert.sig", "package", "package.sig",
};

const char *zip_fixed_name(uint32_t entry)
{
    return fixed_names[entry];
}

void zip_payload_name(char name[ZIP_NAME_MAX + 1], const char *component,
                      enum ffx_payload_kind kind)
{
    const char *const ending = kind == FFX_PAYLOAD_DELTA ? ".patch" : ".bin";
    const uint32_t length = bytes_length(component);
    memcpy(name, component, length);
    memcpy(name + length, ending, bytes_length(ending) + 1);
}

uint32_t zip_local_bytes(const struct zip_entry *entry)
{
    return ZIP_LOCAL_BYTES + bytes_length(entry->name);
}

uint32_t zip_central_bytes(const struct zip_entry *entry)
{
    return ZIP_CENTRAL_BYTES + bytes_length(entry->name);
}

/* CRC-32, both sizes and name length stand together in either header. */
static void put_facts(uint8_t *at, const struct zip_entry *entry)
{
    bytes_put32(at, entry->crc32);
    bytes_put32(at + 4, entry->size);
    bytes_put32(at + 8, entry->size);
    bytes_put16(at + 12, (uint16_t)bytes_length(entry->name));
}

uint32_t zip_local(uint8_t out[ZIP_LOCAL_MAX], const struct zip_entry *entry)
{
    const uint32_t bytes = zip_local_bytes(entry);
    memcpy(out, local_template, ZIP_LOCAL_BYTES);
    put_facts(out + ZIP_LOCAL_CRC32, entry);
    memcpy(out + ZIP_LOCAL_BYTES, entry->name, bytes - ZIP_LOCAL_BYTES);
    return bytes;
}

uint32_t zip_central(uint8_t out[ZIP_CENTRAL_MAX],
                     const struct zip_entry *entry)
{
    const uint32_t bytes = zip_central_bytes(entry);
    memcpy(out, central_template, ZIP_CENTRAL_BYTES);
    put_facts(out + 16, entry);
    bytes_put32(out + 42, entry->offset);
    memcpy(out + ZIP_CENTRAL_BYTES, entry->name, bytes - ZIP_CENTRAL_BYTES);
    return bytes;
}

uint32_t zip_end(uint8_t out[ZIP_END_BYTES], uint32_t entries,
                 uint32_t directory_offset, uint32_t directory_bytes)
{
    memcpy(out, end_template, ZIP_END_BYTES);
    bytes_put16(out + 8, (uint16_t)entries);
    bytes_put16(out + 10, (uint16_t)entries);
    bytes_put32(out + 12, directory_bytes);
    bytes_put32(out + 16, directory_offset);
    return ZIP_END_BYTES;
}
