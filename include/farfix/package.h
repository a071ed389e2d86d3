/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed packages: the reader of update.zip, of `next` documents and of
 * side-files. Formats: docs/package-format.md.
 *
 * Order is the defence. ffx_package_open finds `release`, `cert` and
 * `package` from their local headers, each bounded to FFX_MANIFEST_MAX bytes,
 * and checks their signatures before it looks at any other byte. After that
 * every byte of the file is either covered by a signed digest or compared
 * with the one value it may have.
 *
 *   open -> check (again, again, 0) -> payload open -> prepare -> next ...
 */
#ifndef FARFIX_PACKAGE_H
#define FARFIX_PACKAGE_H

#include <farfix/crypto.h>
#include <farfix/delta.h>
#include <farfix/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FFX_MODEL_MAX 16u      /* [A-Za-z0-9-]{1,16} */
#define FFX_VERSION_MAX 32u    /* [A-Za-z0-9._-]{1,32}, without "___" */
#define FFX_COMPONENT_MAX 8u   /* length of a name: modem, ap, app */
#define FFX_COMPONENTS 3u      /* most components of a release */
#define FFX_MANIFEST_MAX 2048u /* bytes of release, cert or package */
#define FFX_SIDEFILE_MAX 1024u /* bytes of a next document or side-file */
#define FFX_DER_MAX 72u        /* bytes of a P-256 signature in DER */
/* A sequence may rise by this much at once: a stolen key cannot push a
 * device to the end of the counter. */
#define FFX_SEQUENCE_STEP 65536u

struct ffx_public_key {
    uint8_t point[FFX_PUBLIC_KEY_BYTES];
};

/* What a component of a release is. */
struct ffx_image_facts {
    char name[FFX_COMPONENT_MAX + 1];
    uint32_t size;
    uint8_t sha256[FFX_SHA256_BYTES];
};

/* `release`: what B is. Signed by the release key. */
struct ffx_release {
    char model[FFX_MODEL_MAX + 1];
    char version[FFX_VERSION_MAX + 1];
    uint32_t sequence;
    uint32_t component_count;
    struct ffx_image_facts components[FFX_COMPONENTS];
    uint8_t has_next_key, has_revoke;
    struct ffx_public_key next_key; /* becomes trusted after success */
    struct ffx_public_key revoke;   /* stops being trusted after success */
};

enum ffx_payload_kind { FFX_PAYLOAD_IMAGE, FFX_PAYLOAD_DELTA };

/* How one component gets from A to B. */
struct ffx_part {
    char name[FFX_COMPONENT_MAX + 1];
    enum ffx_payload_kind kind;
    uint32_t from_size;
    uint8_t from_sha256[FFX_SHA256_BYTES];
    uint32_t payload_size;
    uint8_t payload_sha256[FFX_SHA256_BYTES];
    uint32_t sector, step, ram; /* bytes; geometry that the maker assumed */
};

/* `package`: A to B by these payloads. Signed by the package key. */
struct ffx_manifest {
    char model[FFX_MODEL_MAX + 1];
    char from[FFX_VERSION_MAX + 1];
    char to[FFX_VERSION_MAX + 1];
    uint32_t part_count;
    struct ffx_part parts[FFX_COMPONENTS];
};

/* `cert`: this package key may sign for this model up to this sequence. */
struct ffx_cert {
    char model[FFX_MODEL_MAX + 1];
    struct ffx_public_key key;
    uint32_t max_sequence;
};

/* --- manifests ----------------------------------------------------------- */

/* Text to struct. Strict: what is not byte for byte the canonical text is
 * FFX_ERR_MANIFEST. `text` need not end in NUL. */
int ffx_release_parse(struct ffx_release *release, const char *text,
                      uint32_t length);
int ffx_manifest_parse(struct ffx_manifest *manifest, const char *text,
                       uint32_t length);
int ffx_cert_parse(struct ffx_cert *cert, const char *text, uint32_t length);

/* 1 when `text` (with NUL) is a legal model, version, component name. */
int ffx_model_valid(const char *text);
int ffx_version_valid(const char *text);
int ffx_component_valid(const char *text);

/* Checks a DER signature over `message` against one key. Strict DER, r and s
 * in 1..n-1, s <= n/2, so that a signature has one spelling. */
int ffx_signature_check(const struct ffx_crypto *crypto,
                        const struct ffx_public_key *key, const void *message,
                        uint32_t message_length, const uint8_t *der,
                        uint32_t der_length);

/* --- update.zip ---------------------------------------------------------- */

struct ffx_package_config {
    const struct ffx_crypto *crypto;
    struct ffx_read_at file;
    /* Release keys, any of which may have signed. */
    const struct ffx_public_key *trusted;
    uint32_t trusted_count;
    /* Scratch for open and check, not used by later calls. Larger is faster:
     * a check reads this much at a time. */
    void *buffer;
    uint32_t buffer_bytes; /* >= FFX_MANIFEST_MAX + FFX_DER_MAX + 64 */
};

/* Where a stored entry's bytes stand in the file. */
struct ffx_package_entry {
    uint32_t header; /* offset of its local header */
    uint32_t offset; /* offset of its bytes */
    uint32_t size;
    uint32_t crc32;
};

/* release, release.sig, cert, cert.sig, package, package.sig, payloads */
#define FFX_PACKAGE_ENTRIES (6u + FFX_COMPONENTS)

struct ffx_package {
    struct ffx_package_config config;
    struct ffx_release release;
    struct ffx_manifest manifest;
    uint8_t release_key;        /* index in config.trusted that signed */
    uint8_t delegated;          /* a cert stands between the two keys */
    uint8_t digest[FFX_SHA256_BYTES]; /* of `package`: the package's name */
    uint32_t entry_count;
    struct ffx_package_entry entries[FFX_PACKAGE_ENTRIES];
    /* check's progress */
    uint32_t checked_entry, checked_bytes, running_crc32;
    struct ffx_sha256 hash;
};

/* Signed part: signatures, delegation, manifests, that both speak of the same
 * model and version and each part's component stands in the release. Reads no
 * byte behind the last signature but payload headers' fixed places.
 * FFX_ERR_ZIP, _MANIFEST, _SIGNATURE, _CERT, _IO. */
int ffx_package_open(struct ffx_package *package,
                     const struct ffx_package_config *config);

/* Rest of the file, one buffer's worth at each call: payload digests, every
 * zip header and the directory byte for byte, nothing behind it. 1: call
 * again; 0: the whole file is good; FFX_ERR_ZIP, FFX_ERR_PAYLOAD, _IO. */
int ffx_package_check(struct ffx_package *package);

/* The payload of part `i` as random-access bytes; `reader` must outlive the
 * use of `payload` and the package must stay where it is. */
struct ffx_payload_reader {
    const struct ffx_package *package;
    uint32_t offset;
};
void ffx_package_payload(const struct ffx_package *package, uint32_t i,
                         struct ffx_payload_reader *reader,
                         struct ffx_read_at *payload);

/* --- payloads: image or delta, one interface ------------------------------ */

struct ffx_payload {
    enum ffx_payload_kind kind;
    struct ffx_delta delta; /* its config serves the image as well */
    uint32_t next_index;    /* image: steps finished */
};

/* The calls of delta.h for either kind. For an image the order is ascending,
 * prepare is content when the payload is exactly target_bytes long, and
 * neither slot nor memory is used. */
int ffx_payload_open(struct ffx_payload *payload, enum ffx_payload_kind kind,
                     const struct ffx_delta_config *config);
int ffx_payload_prepare(struct ffx_payload *payload);
int ffx_payload_next(struct ffx_payload *payload, void *buffer,
                     struct ffx_step *step);
void ffx_payload_checkpoint(const struct ffx_payload *payload,
                            struct ffx_checkpoint *checkpoint);
int ffx_payload_restore(struct ffx_payload *payload,
                        const struct ffx_checkpoint *checkpoint);

/* --- next documents and vendor side-files -------------------------------- */

/* A file that can be fetched: its facts, signed by a package key. */
struct ffx_offer {
    char model[FFX_MODEL_MAX + 1];
    char from[FFX_VERSION_MAX + 1];
    char to[FFX_VERSION_MAX + 1]; /* "" when there is nothing for `from` */
    uint32_t size;
    uint8_t sha256[FFX_SHA256_BYTES];
};

/* Verifies and parses. Trust as for a package: the release keys, or a package
 * key that one of them delegated to in the document itself.
 * FFX_ERR_MANIFEST, _SIGNATURE, _CERT. */
int ffx_offer_read(struct ffx_offer *offer, const char *text, uint32_t length,
                   const struct ffx_crypto *crypto,
                   const struct ffx_public_key *trusted,
                   uint32_t trusted_count);

#ifdef __cplusplus
}
#endif
#endif
