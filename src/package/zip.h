/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one container shape of update.zip (docs/package-format.md, section 3;
 * field names: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12, 4.3.16).
 *
 * There is no zip parser here. Given name, size, CRC-32 and offset, every
 * header has one spelling: the writer (host/pack) emits it, the reader
 * builds it again and compares byte for byte.
 *
 *   local header, name, bytes;  ...;  central header, name;  ...;  end
 */
#ifndef FARFIX_PACKAGE_ZIP_H
#define FARFIX_PACKAGE_ZIP_H

#include <farfix/package.h>

#define ZIP_LOCAL_BYTES 30u
#define ZIP_CENTRAL_BYTES 46u
#define ZIP_END_BYTES 22u
#define ZIP_NAME_MAX (FFX_COMPONENT_MAX + 6u) /* "modem" + ".patch" */
#define ZIP_LOCAL_MAX (ZIP_LOCAL_BYTES + ZIP_NAME_MAX)
#define ZIP_CENTRAL_MAX (ZIP_CENTRAL_BYTES + ZIP_NAME_MAX)

/* Where the two fields of a local header stand that the reader cannot derive
 * before it has read them. */
#define ZIP_LOCAL_CRC32 14u
#define ZIP_LOCAL_SIZE 22u

/* Entries 0 to 5 of every package, in the order of the file; cert and
 * cert.sig may be absent. Payloads follow. */
#define ZIP_RELEASE 0u
#define ZIP_RELEASE_SIG 1u
#define ZIP_CERT 2u
#define ZIP_CERT_SIG 3u
#define ZIP_PACKAGE 4u
#define ZIP_PACKAGE_SIG 5u
#define ZIP_PAYLOADS 6u /* the first of them */

/* A stored entry. offset + header + size <= size of the file < 4 GiB - 1. */
struct zip_entry {
    char name[ZIP_NAME_MAX + 1];
    uint32_t offset; /* of its local header */
    uint32_t size;
    uint32_t crc32;
};

/* "release" ... "package.sig". */
const char *zip_fixed_name(uint32_t entry);

/* "app.bin" or "app.patch". */
void zip_payload_name(char name[ZIP_NAME_MAX + 1], const char *component,
                      enum ffx_payload_kind kind);

/* Bytes of the header with its name, without building it. */
uint32_t zip_local_bytes(const struct zip_entry *entry);
uint32_t zip_central_bytes(const struct zip_entry *entry);

/* Build a header with its name into `out` and return its length. */
uint32_t zip_local(uint8_t out[ZIP_LOCAL_MAX], const struct zip_entry *entry);
uint32_t zip_central(uint8_t out[ZIP_CENTRAL_MAX],
                     const struct zip_entry *entry);
uint32_t zip_end(uint8_t out[ZIP_END_BYTES], uint32_t entries,
                 uint32_t directory_offset, uint32_t directory_bytes);

#endif
