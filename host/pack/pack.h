/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The maker's side of packages: keys, release directories, update.zip,
 * side-files and next documents. Formats: docs/package-format.md.
 *
 * Every function that can fail fills a `struct pack_error` with one line for
 * a person: what is wrong with which file, and what to do. It returns 0, a
 * negative FFX_ERR_*, or where said PACK_NOTHING. The same input gives the
 * same bytes, on every machine, at any time, in any locale.
 *
 * Memory: buffers belong to the caller, pack_*_free gives them back. Threads
 * may share a key and read-only arguments.
 */
#ifndef FARFIX_PACK_H
#define FARFIX_PACK_H

#include <farfix/error.h>
#include <farfix/package.h>

#include <stddef.h>

struct pack_error {
    int code;       /* FFX_ERR_*, or PACK_NOTHING */
    int missing;    /* a file or directory named by the caller is not there */
    int cause;      /* errno of a system call that failed, else 0 */
    char text[800]; /* one line */
};

/* Success without a result: B has nothing that A has not. */
#define PACK_NOTHING 1

/* Largest file that is read: ten times the module's file system. */
#define PACK_FILE_MAX (256u << 20)

/* A growing byte buffer; free with pack_buffer_free. */
struct pack_buffer {
    uint8_t *bytes;
    size_t length, capacity;
};
void pack_buffer_free(struct pack_buffer *buffer);
/* The whole file; `out` need not be initialised and is empty after an error.
 * FFX_ERR_IO (with `missing`), FFX_ERR_SPACE above PACK_FILE_MAX. */
int pack_read_file(const char *path, struct pack_buffer *out,
                   struct pack_error *error);
/* The same where others may put things: a pipe, a device or a directory is
 * FFX_ERR_IO at once. */
int pack_read_regular(const char *path, struct pack_buffer *out,
                      struct pack_error *error);
/* To a temporary name beside it, synced, then renamed: whole or not at all,
 * and a file that was there stays until then. Mode 0600 when `secret`, else
 * what the umask allows. FFX_ERR_IO. */
int pack_write_file(const char *path, const void *bytes, size_t length,
                    int secret, struct pack_error *error);
/* Is `name` a temporary name of pack_write_file? The length of the name that
 * the file was to have, or 0. */
size_t pack_temporary(const char *name);
/* Removes this temporary file from an open directory, unless its writer still
 * lives: in whatever process. 1: removed. */
int pack_sweep(int directory, const char *name);

/* Keeps no state: any thread, at any time. */
void pack_sha256(const void *bytes, size_t length,
                 uint8_t digest[FFX_SHA256_BYTES]);
/* The buffer as a port; it must stay as it is while the port is in use. */
void pack_read_at(const struct pack_buffer *buffer, struct ffx_read_at *out);

/* --- keys ---------------------------------------------------------------- */

struct pack_key; /* a private key, with its certificate if it is delegated */

/* What a release key lets a package key do. */
struct pack_delegation {
    const char *signed_by; /* the private release key */
    const char *model;     /* for packages of this one model */
    uint32_t max_sequence; /* up to this release */
};
/* A maker's choice when nobody says max_sequence: as far as a device that is
 * at sequence 0 would go in one step. A stolen package key ends there. */
#define PACK_MAX_SEQUENCE FFX_SEQUENCE_STEP

/* NAME.key (mode 0600) and NAME.pub as PEM, as openssl reads them; NAME may
 * end in ".key". For a package key (`how` not null) also NAME.cert and
 * NAME.cert.sig. Refuses to overwrite any of the four. */
int pack_key_make(const char *name, const struct pack_delegation *how,
                  struct pack_error *error);
/* NAME.cert and NAME.cert.sig for a public key NAME.pub, whose private half
 * lies elsewhere. A certificate of the same key that is there is replaced when
 * `renew` is not 0, any other never. */
int pack_key_delegate(const char *name, const struct pack_delegation *how,
                      int renew, struct pack_error *error);

/* A private key is named by a file in PEM, by the PKCS#11 URI of a key in a
 * token ("pkcs11:..."), or by a file that holds that URI as its one line. The
 * token's key is used through the program openssl (docs/keys.md), and what it
 * signs is not the same bytes each time. */

/* NAME.key, also as `openssl ecparam -genkey` or `openssl genpkey` wrote it;
 * NAME.cert and NAME.cert.sig are found beside it and must fit the key.
 * FFX_ERR_IO, FFX_ERR_SIGNATURE (no P-256 key), FFX_ERR_CERT, FFX_ERR_TEST_KEY
 * (one that farfix publishes; also where trust is given). */
int pack_key_load(const char *path, struct pack_key **key,
                  struct pack_error *error);
void pack_key_free(struct pack_key *key);
const struct ffx_public_key *pack_key_public(const struct pack_key *key);
/* What the certificate allows; null for a key that nobody delegated. */
const struct ffx_cert *pack_key_delegation(const struct pack_key *key);
/* NAME.pub, or where a token's key is. A private key is refused: trust is given
 * to public keys. */
int pack_public_key_load(const char *path, struct ffx_public_key *key,
                         struct pack_error *error);

/* First eight bytes of a key's SHA-256 as hex: to tell keys apart. */
#define PACK_FINGERPRINT 17u
void pack_fingerprint(char out[PACK_FINGERPRINT],
                      const struct ffx_public_key *key);

/* --- releases ------------------------------------------------------------ */

/* A release directory: release.ini, one image per component and, once signed,
 * release and release.sig.
 *
 *     [release]                   # model, version, sequence
 *     model = SIM7000G
 *     version = 1529B05SIM7000G
 *     sequence = 5
 *     [component ap]              # modem, ap or app; at most FFX_COMPONENTS
 *     file = ap.bin               # a plain name in the same directory; raw,
 *                                 # Intel HEX or a firmware's ELF
 *     slot_size = 2M              # bytes; 0x and K, M are understood
 *     sector = 4K                 # largest erase sector of the slot
 *     step = 16K                  # a multiple of sector
 *     ram = 32K                   # what a device has for a delta's reader
 *
 * Every key must be there once; what is not known is an error. */
struct pack_component {
    char name[FFX_COMPONENT_MAX + 1];
    char file[64];
    uint32_t slot_size, sector, step, ram; /* release.ini */
    struct pack_buffer image;
    uint8_t sha256[FFX_SHA256_BYTES];
};

struct pack_release {
    char model[FFX_MODEL_MAX + 1];
    char version[FFX_VERSION_MAX + 1];
    uint32_t sequence;
    uint32_t component_count;
    struct pack_component components[FFX_COMPONENTS];
    /* What the signed text says of release keys (docs/keys.md). */
    int has_next_key, has_revoke;
    struct ffx_public_key next_key, revoke;
    /* After `release sign`; both empty before. */
    struct pack_buffer text, signature;
};

/* Reads release.ini, the images, and release and release.sig when they are
 * there; whether that signature is good only who trusts a key can say.
 * Components come out in the order modem, ap, others. FFX_ERR_IO,
 * FFX_ERR_MANIFEST (release.ini; the text names file and line),
 * FFX_ERR_GEOMETRY (an image that its slot does not hold), FFX_ERR_DIGEST (a
 * `release` that is not about these images: sign again), FFX_ERR_SIGNATURE (no
 * signature, or one in another spelling than readers take). */
int pack_release_load(const char *directory, struct pack_release *release,
                      struct pack_error *error);
void pack_release_free(struct pack_release *release);

/* Who signs a release, and what becomes of release keys on a device once it
 * runs. Public keys, by their files; PACK_KEY_NONE: the text says nothing;
 * null: the same, but a text that lies there and says something stays. */
struct pack_signing {
    const char *key;      /* private release key */
    const char *next_key; /* is trusted from then on */
    const char *revoke;   /* is trusted no more */
};
#define PACK_KEY_NONE "none"

/* Writes release and release.sig. FFX_ERR_CERT: a delegated key;
 * FFX_ERR_ARGUMENT: next_key or revoke that would leave devices with the keys
 * they have, or with none that anybody holds; FFX_ERR_BUSY: the text there
 * says something of keys, and `how` does not. */
int pack_release_sign(const char *directory, const struct pack_signing *how,
                      struct pack_error *error);

/* In two halves, for a key that is never on this machine: writes release alone
 * (how->key is not looked at) and removes a release.sig, which would be of
 * another text. `out` is the release, with text and without signature. */
int pack_release_prepare(const char *directory, const struct pack_signing *how,
                         struct pack_release *out, struct pack_error *error);
/* ... and takes a signature of it that was made elsewhere, in any spelling:
 * verifies it under the public key, and writes release.sig. */
int pack_release_take_signature(const char *directory, const char *public_key,
                                const char *signature,
                                struct pack_error *error);

/* --- whose word counts --------------------------------------------------- */

/* Keys that may have signed: a signature fits two. The one that nobody has
 * stands in no other signature or text, so what two of these sets have in
 * common is meant. */
#define PACK_KEYS_MAX 3u
struct pack_keys {
    struct ffx_public_key key[PACK_KEYS_MAX];
    uint32_t count;
};

/* What a signed release tells: who signed it, and whom a device that runs it
 * trusts for sure. Nothing of an unsigned one. */
struct pack_trust {
    struct pack_keys signers, trusted;
};
void pack_release_trust(const struct pack_release *release,
                        struct pack_trust *trust);
/* Who delegated to a package key; a release key speaks for itself. */
void pack_key_trust(const struct pack_key *key, struct pack_keys *certifiers);
/* 1: by these keys a device that runs A may take a package to B. During a
 * rotation it may have to go by a release between. */
int pack_trust_leads(const struct pack_trust *from, const struct pack_trust *to,
                     const struct pack_keys *certifiers);

/* --- packages ------------------------------------------------------------ */

/* How a component travels. */
struct pack_part {
    const char *component;
    int is_delta; /* 0: its full image */
    size_t bytes, image_bytes;
};

struct pack_options {
    int full; /* 1: full images only */
    /* Told of each component that travels; may be NULL. */
    void (*tell)(const struct pack_part *part);
};

/* Builds update.zip from A to B: a payload for each component whose digest
 * changes; a delta in place, or the full image where that is smaller or B's
 * `ram` is not enough for any delta. What comes out was accepted, and deltas
 * were applied, by the device's own reader under the keys that a device with
 * A trusts: the one that signed A, and A's next_key (docs/keys.md). Where A is
 * not signed, under the one key that signed both B and the certificate.
 *
 * PACK_NOTHING: no component changes. FFX_ERR_MODEL, FFX_ERR_SOURCE (equal
 * versions, other components), FFX_ERR_SEQUENCE, FFX_ERR_CERT (this key may
 * not), FFX_ERR_SIGNATURE (B unsigned, or B or the certificate signed by a key
 * that a device with A need not trust). */
int pack_build(const struct pack_release *from, const struct pack_release *to,
               const struct pack_key *key, const struct pack_options *options,
               struct pack_buffer *out, struct pack_error *error);

/* Is `zip`, which lay where others may write, a package from A to B that a
 * device with A takes under the keys that it trusts? Our own reader reads every
 * byte. 0; the codes of pack_build, and those of the reader. */
int pack_check(const struct pack_buffer *zip, const struct pack_release *from,
               const struct pack_release *to, const struct pack_key *key,
               struct pack_error *error);

/* Does the certificate of `key` reach to this release? 0; FFX_ERR_CERT. */
int pack_release_check(const struct pack_release *release,
                       const struct pack_key *key, struct pack_error *error);

/* Would a device that runs release A take this opened package? 0, or
 * FFX_ERR_MODEL, FFX_ERR_SOURCE, FFX_ERR_SEQUENCE, FFX_ERR_GEOMETRY, or
 * FFX_ERR_SIGNATURE: A speaks of other release keys (docs/keys.md). */
int pack_source_check(const struct ffx_package *package,
                      const struct pack_release *from,
                      struct pack_error *error);

/* How this component gets to B; null for one that does not change. */
const struct ffx_part *pack_part(const struct ffx_manifest *manifest,
                                 const char *component);

/* Draws what `zip`, a package from A to B, does to this component: the SVG of
 * host/diff/map_svg.h, the same bytes each time. Our own reader reads the
 * whole package first, which `key` has signed. PACK_NOTHING: the component does
 * not change, or travels as a full image; FFX_ERR_ARGUMENT: A or B has no such
 * component; FFX_ERR_SPACE, and the codes of pack_check. It applies the patch:
 * seconds for large images. */
int pack_map(const struct pack_buffer *zip, const struct pack_release *from,
             const struct pack_release *to, const struct pack_key *key,
             const char *component, struct pack_buffer *svg,
             struct pack_error *error);

/* What the certificate inside an opened package allows, to show it to a
 * person. FFX_ERR_CERT: not delegated; FFX_ERR_IO. */
int pack_certificate(const struct ffx_package *package, struct ffx_cert *cert);

/* A signed offer: a next document, or the side-file of a vendor package.
 * `to` "" says that there is nothing for `from`. FFX_ERR_ARGUMENT: not a
 * legal model or version; FFX_ERR_CERT: a key for another model. */
int pack_offer(const struct ffx_offer *offer, const struct pack_key *key,
               struct pack_buffer *out, struct pack_error *error);

/* The facts of an offer, verified under the release key that stands behind
 * `key`: `key` itself, or the one that signed its certificate.
 * FFX_ERR_MANIFEST, FFX_ERR_SIGNATURE, FFX_ERR_CERT. */
int pack_offer_read(struct ffx_offer *offer, const struct pack_buffer *text,
                    const struct pack_key *key, struct pack_error *error);

/* 1: `file` has the size and digest that the offer states. */
int pack_offer_is_about(const struct ffx_offer *offer,
                        const struct pack_buffer *file);

#endif
