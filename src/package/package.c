/* SPDX-License-Identifier: Apache-2.0 */
#include "package/signature.h"
#include "package/zip.h"

#include "base/bytes.h"
#include "base/crc32.h"

#include <farfix/error.h>

enum stage { STAGE_CLOSED, STAGE_PAYLOADS, STAGE_DIRECTORY, STAGE_GOOD };

/* The caller's buffer. check reads in bulk over all that follows hash. */
struct scratch {
    struct ffx_sha256 hash;
    char text[FFX_MANIFEST_MAX];
    uint8_t der[FFX_DER_MAX];
    uint8_t header[64];
};

_Static_assert(ZIP_LOCAL_MAX <= 64, "a local header fits the scratch");
_Static_assert(sizeof(struct scratch) + _Alignof(struct scratch) <=
                   FFX_PACKAGE_BUFFER_MIN,
               "FFX_PACKAGE_BUFFER_MIN holds the scratch at any alignment");
_Static_assert(FFX_PACKAGE_ENTRIES *ZIP_CENTRAL_MAX + ZIP_END_BYTES <=
                   FFX_MANIFEST_MAX,
               "directory and end fit the scratch");
_Static_assert(FFX_PACKAGE_SIGNED == ZIP_PAYLOADS, "six signed entries");

static uint32_t misalignment(const struct ffx_package *package)
{
    const uintptr_t align = _Alignof(struct scratch);
    return (uint32_t)(-(uintptr_t)package->config.buffer & (align - 1));
}

static struct scratch *scratch_of(const struct ffx_package *package)
{
    uint8_t *const buffer = package->config.buffer;
    return (struct scratch *)(void *)(buffer + misalignment(package));
}

/* --- entries ------------------------------------------------------------- */

/* While open walks the signed entries: offset + header + size <= file.size
 * for each entry behind which it looks. Once it has succeeded, for all. */

/* All but the offset. Size 0: the entry is not in this package. */
static void describe(const struct ffx_package *package, uint32_t i,
                     struct zip_entry *entry)
{
    entry->crc32 = package->crc32[i];
    if (i < ZIP_PAYLOADS) {
        const char *const name = zip_fixed_name(i);
        memcpy(entry->name, name, bytes_length(name) + 1);
        entry->size = package->sizes[i];
    } else {
        const struct ffx_part *const part =
            &package->manifest.parts[i - ZIP_PAYLOADS];
        zip_payload_name(entry->name, part->name, part->kind);
        entry->size = part->payload_size;
    }
}

static void locate(const struct ffx_package *package, uint32_t i,
                   struct zip_entry *entry)
{
    uint32_t offset = 0;
    for (uint32_t before = 0; before < i; before++) {
        describe(package, before, entry);
        if (entry->size != 0)
            offset += zip_local_bytes(entry) + entry->size;
    }
    describe(package, i, entry);
    entry->offset = offset;
}

static uint32_t entry_end(const struct ffx_package *package)
{
    return ZIP_PAYLOADS + package->manifest.part_count;
}

/* Reads the local header of entry `i` and compares it. Size and CRC-32 of
 * signed entries and the CRC-32 of payloads are the header's own word: they
 * are proven by what follows. */
static int read_local(struct ffx_package *package, uint32_t i,
                      struct zip_entry *entry)
{
    uint8_t *const header = scratch_of(package)->header;
    uint8_t expected[ZIP_LOCAL_MAX];
    locate(package, i, entry);
    const uint32_t bytes = zip_local_bytes(entry);
    if (bytes > package->config.file.size - entry->offset)
        return FFX_ERR_ZIP;
    const int error =
        ffx_read_at(&package->config.file, entry->offset, header, bytes);
    if (error != 0)
        return error;
    entry->crc32 = bytes_get32(header + ZIP_LOCAL_CRC32);
    if (i < ZIP_PAYLOADS)
        entry->size = bytes_get32(header + ZIP_LOCAL_SIZE);
    zip_local(expected, entry);
    return memcmp(header, expected, bytes) == 0 ? 0 : FFX_ERR_ZIP;
}

/* --- the signed part ----------------------------------------------------- */

/* Reads a whole small entry. */
static int read_entry(struct ffx_package *package, uint32_t i, void *to,
                      uint32_t most)
{
    struct zip_entry entry;
    const int error = read_local(package, i, &entry);
    if (error != 0)
        return error;
    const uint32_t start = entry.offset + zip_local_bytes(&entry);
    if (entry.size == 0 || entry.size > most ||
        entry.size > package->config.file.size - start)
        return FFX_ERR_ZIP;
    package->sizes[i] = (uint16_t)entry.size;
    package->crc32[i] = entry.crc32;
    return ffx_read_at(&package->config.file, start, to, entry.size);
}

static int crc_is_right(const struct ffx_package *package, uint32_t i,
                        const void *bytes)
{
    return crc32_add(0, bytes, package->sizes[i]) == package->crc32[i];
}

/* Reads text `i` and the signature behind it: which of the keys signed it.
 * The CRCs come last: what is not signed may not be called damaged. */
static int read_signed(struct ffx_package *package, uint32_t i,
                       const struct ffx_public_key *keys, uint32_t count)
{
    const struct ffx_crypto *const crypto = package->config.crypto;
    struct scratch *const scratch = scratch_of(package);
    int result = read_entry(package, i, scratch->text, sizeof scratch->text);
    if (result == 0)
        result = read_entry(package, i + 1, scratch->der, sizeof scratch->der);
    if (result == 0)
        result = signature_digest(crypto, &scratch->hash, scratch->text,
                                  package->sizes[i], package->digest);
    if (result != 0)
        return result;
    result = signature_key(crypto, keys, count, package->digest, scratch->der,
                           package->sizes[i + 1]);
    if (result < 0)
        return result;
    if (!crc_is_right(package, i, scratch->text) ||
        !crc_is_right(package, i + 1, scratch->der))
        return FFX_ERR_ZIP;
    return result;
}

static int read_release(struct ffx_package *package)
{
    const int key = read_signed(package, ZIP_RELEASE, package->config.trusted,
                                package->config.trusted_count);
    if (key < 0)
        return key;
    package->release_key = (uint8_t)key;
    return ffx_release_parse(&package->release, scratch_of(package)->text,
                             package->sizes[ZIP_RELEASE]);
}

static int read_cert(struct ffx_package *package, struct ffx_public_key *key)
{
    struct ffx_cert cert;
    int result = read_signed(package, ZIP_CERT, package->config.trusted,
                             package->config.trusted_count);
    if (result < 0)
        return result;
    package->cert_key = (uint8_t)result;
    result = ffx_cert_parse(&cert, scratch_of(package)->text,
                            package->sizes[ZIP_CERT]);
    if (result != 0)
        return result;
    if (!bytes_same_text(cert.model, package->release.model) ||
        cert.max_sequence < package->release.sequence)
        return FFX_ERR_CERT;
    *key = cert.key;
    return 0;
}

/* The key that must have signed `package`. */
static int find_package_key(struct ffx_package *package,
                            struct ffx_public_key *key)
{
    struct zip_entry entry;
    const int error = read_local(package, ZIP_CERT, &entry);
    if (error == 0) {
        package->delegated = 1;
        return read_cert(package, key);
    }
    package->cert_key = package->release_key;
    *key = package->config.trusted[package->release_key];
    return error == FFX_ERR_ZIP ? 0 : error;
}

static int read_manifest(struct ffx_package *package)
{
    struct ffx_public_key key;
    int result = find_package_key(package, &key);
    if (result != 0)
        return result;
    result = read_signed(package, ZIP_PACKAGE, &key, 1);
    if (result < 0)
        return result;
    return ffx_manifest_parse(&package->manifest, scratch_of(package)->text,
                              package->sizes[ZIP_PACKAGE]);
}

/* --- agreement of the two manifests -------------------------------------- */

static int part_agrees(const struct ffx_part *part,
                       const struct ffx_image_facts *image)
{
    if (part->kind != FFX_PAYLOAD_IMAGE)
        return 1;
    return part->payload_size == image->size &&
           memcmp(part->payload_sha256, image->sha256, FFX_SHA256_BYTES) == 0;
}

/* The parts are a subsequence of the release's components. */
static int parts_agree(const struct ffx_package *package)
{
    const struct ffx_release *const release = &package->release;
    uint32_t image = 0;
    for (uint32_t i = 0; i < package->manifest.part_count; i++) {
        const struct ffx_part *const part = &package->manifest.parts[i];
        while (image < release->component_count &&
               !bytes_same_text(release->components[image].name, part->name))
            image++;
        if (image == release->component_count ||
            !part_agrees(part, &release->components[image]))
            return 0;
    }
    return 1;
}

static int manifests_agree(const struct ffx_package *package)
{
    const struct ffx_release *const release = &package->release;
    const struct ffx_manifest *const manifest = &package->manifest;
    return bytes_same_text(manifest->model, release->model) &&
           bytes_same_text(manifest->to, release->version) &&
           parts_agree(package);
}

/* Entries, directory and end record are exactly the file. From here on no
 * sum of offsets and sizes can overflow. */
static int sizes_add_up(const struct ffx_package *package)
{
    uint32_t left = package->config.file.size;
    for (uint32_t i = 0; i < entry_end(package); i++) {
        struct zip_entry entry;
        describe(package, i, &entry);
        if (entry.size == 0)
            continue;
        const uint32_t headers =
            zip_local_bytes(&entry) + zip_central_bytes(&entry);
        if (headers > left || entry.size > left - headers)
            return 0;
        left -= headers + entry.size;
    }
    return left == ZIP_END_BYTES;
}

static int open_signed_part(struct ffx_package *package)
{
    int error = read_release(package);
    if (error == 0)
        error = read_manifest(package);
    if (error != 0)
        return error;
    if (!manifests_agree(package))
        return FFX_ERR_MANIFEST;
    return sizes_add_up(package) ? 0 : FFX_ERR_ZIP;
}

int ffx_package_open(struct ffx_package *package,
                     const struct ffx_package_config *config)
{
    memset(package, 0, sizeof *package);
    if (config->trusted_count == 0 || config->trusted_count > UINT8_MAX)
        return FFX_ERR_ARGUMENT;
    if (config->buffer_bytes < FFX_PACKAGE_BUFFER_MIN)
        return FFX_ERR_BUFFER;
    /* zip64 begins where a 32-bit field is all ones. */
    if (config->file.size == UINT32_MAX)
        return FFX_ERR_ZIP;
    package->config = *config;
    const int error = open_signed_part(package);
    if (error != 0)
        memset(package, 0, sizeof *package);
    else
        package->stage = STAGE_PAYLOADS;
    return error;
}

/* --- the rest of the file ------------------------------------------------ */

static int begin_payload(struct ffx_package *package)
{
    const uint32_t i = ZIP_PAYLOADS + package->part;
    const struct ffx_crypto *const crypto = package->config.crypto;
    struct zip_entry entry;
    const int error = read_local(package, i, &entry);
    if (error != 0)
        return error;
    package->crc32[i] = entry.crc32;
    package->running_crc32 = 0;
    return crypto->sha256_start(crypto->context, &scratch_of(package)->hash);
}

static uint32_t payload_offset(const struct ffx_package *package, uint32_t part)
{
    struct zip_entry entry;
    locate(package, ZIP_PAYLOADS + part, &entry);
    return entry.offset + zip_local_bytes(&entry);
}

static int hash_payload(struct ffx_package *package)
{
    const struct ffx_part *const part = &package->manifest.parts[package->part];
    const struct ffx_crypto *const crypto = package->config.crypto;
    struct scratch *const scratch = scratch_of(package);
    uint8_t *const bulk = (uint8_t *)scratch + sizeof scratch->hash;
    const uint32_t room = package->config.buffer_bytes - misalignment(package) -
                          (uint32_t)sizeof scratch->hash;
    const uint32_t bytes =
        bytes_min(room, part->payload_size - package->checked_bytes);
    const uint32_t offset =
        payload_offset(package, package->part) + package->checked_bytes;
    int error = ffx_read_at(&package->config.file, offset, bulk, bytes);
    if (error == 0)
        error =
            crypto->sha256_update(crypto->context, &scratch->hash, bulk, bytes);
    package->running_crc32 = crc32_add(package->running_crc32, bulk, bytes);
    package->checked_bytes += bytes;
    return error;
}

static int end_payload(struct ffx_package *package)
{
    const uint32_t i = ZIP_PAYLOADS + package->part;
    const struct ffx_part *const part = &package->manifest.parts[package->part];
    const struct ffx_crypto *const crypto = package->config.crypto;
    uint8_t digest[FFX_SHA256_BYTES];
    const int error = crypto->sha256_finish(crypto->context,
                                            &scratch_of(package)->hash, digest);
    if (error != 0)
        return error;
    if (memcmp(digest, part->payload_sha256, FFX_SHA256_BYTES) != 0)
        return FFX_ERR_PAYLOAD;
    return package->running_crc32 == package->crc32[i] ? 0 : FFX_ERR_ZIP;
}

static int check_some(struct ffx_package *package)
{
    const struct ffx_part *const part = &package->manifest.parts[package->part];
    int error = 0;
    if (package->checked_bytes == 0)
        error = begin_payload(package);
    if (error == 0)
        error = hash_payload(package);
    if (error == 0 && package->checked_bytes == part->payload_size)
        error = end_payload(package);
    return error;
}

static int check_payloads(struct ffx_package *package)
{
    const int error = check_some(package);
    if (error != 0) {
        package->checked_bytes = 0;
        return error;
    }
    if (package->checked_bytes <
        package->manifest.parts[package->part].payload_size)
        return 1;
    package->checked_bytes = 0;
    package->part++;
    if (package->part == package->manifest.part_count)
        package->stage = STAGE_DIRECTORY;
    return 1;
}

/* Compares the directory at `bytes` with the one that the entries give. */
static int directory_is_right(const struct ffx_package *package,
                              const uint8_t *bytes, uint32_t directory)
{
    uint8_t expected[ZIP_CENTRAL_MAX];
    uint32_t at = 0, entries = 0;
    for (uint32_t i = 0; i < entry_end(package); i++) {
        struct zip_entry entry;
        locate(package, i, &entry);
        if (entry.size == 0)
            continue;
        const uint32_t length = zip_central(expected, &entry);
        if (memcmp(bytes + at, expected, length) != 0)
            return 0;
        at += length;
        entries++;
    }
    zip_end(expected, entries, directory, at);
    return memcmp(bytes + at, expected, ZIP_END_BYTES) == 0;
}

static int check_directory(struct ffx_package *package)
{
    uint8_t *const bytes = (uint8_t *)scratch_of(package)->text;
    const uint32_t last = package->manifest.part_count - 1;
    const uint32_t start = payload_offset(package, last) +
                           package->manifest.parts[last].payload_size;
    const int error = ffx_read_at(&package->config.file, start, bytes,
                                  package->config.file.size - start);
    if (error != 0)
        return error;
    if (!directory_is_right(package, bytes, start))
        return FFX_ERR_ZIP;
    package->stage = STAGE_GOOD;
    return 0;
}

int ffx_package_check(struct ffx_package *package)
{
    switch (package->stage) {
    case STAGE_PAYLOADS:
        return check_payloads(package);
    case STAGE_DIRECTORY:
        return check_directory(package);
    case STAGE_GOOD:
        return 0;
    default:
        return FFX_ERR_BUSY;
    }
}

/* --- payload bytes ------------------------------------------------------- */

static int read_payload(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    const struct ffx_payload_reader *const reader = context;
    return ffx_read_at(&reader->package->config.file, reader->offset + offset,
                       buffer, length);
}

void ffx_package_payload(const struct ffx_package *package, uint32_t i,
                         struct ffx_payload_reader *reader,
                         struct ffx_read_at *payload)
{
    reader->package = package;
    reader->offset = payload_offset(package, i);
    payload->read = read_payload;
    payload->context = reader;
    payload->size = package->manifest.parts[i].payload_size;
}
