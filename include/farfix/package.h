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
 * FFX_ERR_MANIFEST, and the struct is then undefined. `text` need not end in
 * NUL. Trust nothing here before the text's signature was checked. */
int ffx_release_parse(struct ffx_release *release, const char *text,
                      uint32_t length);
int ffx_manifest_parse(struct ffx_manifest *manifest, const char *text,
                       uint32_t length);
int ffx_cert_parse(struct ffx_cert *cert, const char *text, uint32_t length);

/* 1 when `text` (with NUL) is a legal model, version, component name. */
int ffx_model_valid(const char *text);
int ffx_version_valid(const char *text);
int ffx_component_valid(const char *text);

/* 1: the private half of this key is published, in our tests or in RFC 6979:
 * anybody can sign with it, so that a product must never trust it. */
int ffx_key_is_test(const struct ffx_public_key *key);

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
    /* Scratch from the start of open until check is done: nobody else may
     * write there in between. Later calls do not touch it. A check reads
     * about this much at a time: larger is faster. Any alignment. */
    void *buffer;
    uint32_t buffer_bytes; /* >= FFX_PACKAGE_BUFFER_MIN */
};

/* One text, its signature, a header, a running digest and its alignment. */
#define FFX_PACKAGE_BUFFER_MIN                                                 \
    (FFX_MANIFEST_MAX + FFX_DER_MAX + 64u + sizeof(struct ffx_sha256) + 8u)

/* release, release.sig, cert, cert.sig, package, package.sig, payloads */
#define FFX_PACKAGE_SIGNED 6u
#define FFX_PACKAGE_ENTRIES (FFX_PACKAGE_SIGNED + FFX_COMPONENTS)

/* An open package. Caller-allocated, no end needed; may be moved while no
 * payload reader points to it. After an error of open all fields are 0.
 * Where an entry stands is not kept: it follows from the sizes before it. */
struct ffx_package {
    struct ffx_package_config config;
    struct ffx_release release;
    struct ffx_manifest manifest;
    uint8_t digest[FFX_SHA256_BYTES]; /* of `package`: the package's name */
    uint8_t release_key; /* index in config.trusted of release's signer */
    uint8_t cert_key;    /* of cert's, or of package's where there is none */
    uint8_t delegated;   /* a cert stands between the two keys */
    /* private */
    uint8_t stage;                      /* of check */
    uint8_t part;                       /* that check reads */
    uint16_t sizes[FFX_PACKAGE_SIGNED]; /* 0: not in this package */
    uint32_t crc32[FFX_PACKAGE_ENTRIES];
    uint32_t checked_bytes; /* of the part: <= its payload_size */
    uint32_t running_crc32; /* of those bytes */
};

/* The signed part: signatures, delegation, manifests; that both speak of the
 * same model and version, that each part's component stands in the release,
 * that the sizes add up to the file's. Reads no byte behind the last
 * signature. FFX_ERR_ARGUMENT, _BUFFER, _ZIP, _SIGNATURE, _MANIFEST, _CERT;
 * errors of the file (_IO) and of the crypto port as they come. */
int ffx_package_open(struct ffx_package *package,
                     const struct ffx_package_config *config);

/* The rest of the file, one buffer's worth at each call: payload digests, zip
 * headers and the directory byte for byte. 1: call again; 0: the whole file
 * is good; FFX_ERR_ZIP, _PAYLOAD, _IO; _BUSY: not open. After an error the
 * next call begins the present payload again: worth it for FFX_ERR_IO. */
int ffx_package_check(struct ffx_package *package);

/* The payload of part `i` (below manifest.part_count) as random-access bytes.
 * `reader` must outlive the use of `payload`, and the package must stay where
 * it is. Payload bytes are good only once check has said 0. */
struct ffx_payload_reader {
    const struct ffx_package *package;
    uint32_t offset;
};
void ffx_package_payload(const struct ffx_package *package, uint32_t i,
                         struct ffx_payload_reader *reader,
                         struct ffx_read_at *payload);

/* --- payloads: image or delta, one interface ----------------------------- */

struct ffx_payload {
    enum ffx_payload_kind kind;
    struct ffx_delta delta; /* config, stage and index serve the image too */
};

/* The calls of delta.h for either kind, with its errors. For an image the
 * order is ascending; prepare is content when the payload is exactly
 * target_bytes long (else FFX_ERR_GEOMETRY); neither slot nor memory is used;
 * FFX_ERR_BUSY: next or restore before prepare. open answers FFX_ERR_PATCH
 * for a kind that this build has no reader for. */
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
    char to[FFX_VERSION_MAX + 1]; /* "" when nothing is newer than `from` */
    uint32_t size;
    uint8_t sha256[FFX_SHA256_BYTES];
};

/* Verifies, then parses. Trust as for a package: the release keys, or a
 * package key that one of them delegated to in the document itself, for this
 * model; its max_sequence bounds the release, not the offer of it. `offer` is
 * written only on success. FFX_ERR_MANIFEST: not canonical; _SIGNATURE: no
 * trusted key; _CERT: delegated for another model; errors of the port. */
int ffx_offer_read(struct ffx_offer *offer, const char *text, uint32_t length,
                   const struct ffx_crypto *crypto,
                   const struct ffx_public_key *trusted,
                   uint32_t trusted_count);

#ifdef __cplusplus
}
#endif
#endif
