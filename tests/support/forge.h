/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A forger of packages: signs what it is told to and packs it in any shape.
 * The honest writer is host/pack; hostile inputs cannot come from there.
 *
 *   forge_default -> change structs -> forge_spell -> change texts
 *     -> forge_sign -> change signatures -> forge_pack -> change bytes
 */
#ifndef FARFIX_TESTS_FORGE_H
#define FARFIX_TESTS_FORGE_H

#include "spell.h"

/* Key pairs, the same in every run: published, and so refused by products.
 * FORGE_OWN is of this run alone, a key as makers have them. */
enum forge_key {
    FORGE_RELEASE,
    FORGE_PACKAGE,
    FORGE_OTHER,
    FORGE_OWN,
    FORGE_KEYS
};

const struct ffx_public_key *forge_public(enum forge_key key);

/* Deterministic, low s, DER: what openssl would accept and src/package too.
 * Returns the length. */
size_t forge_signature(enum forge_key key, const void *text, size_t length,
                       uint8_t der[FFX_DER_MAX]);

void forge_sha256(const void *bytes, size_t length,
                  uint8_t digest[FFX_SHA256_BYTES]);

struct forge_bytes {
    uint8_t *bytes; /* malloc: free it */
    uint32_t length;
};

/* A zip with everything a zip may have and a package may not. All zero: the
 * shape of a package. Shapes are what a lenient reader would still open. */
struct forge_shape {
    uint32_t prefix;          /* bytes before the first entry */
    uint32_t gap;             /* bytes before the directory */
    uint32_t local_extra;     /* bytes of extra field in local headers */
    uint32_t central_extra;   /* ... and in central headers */
    uint32_t central_comment; /* bytes of comment in central headers */
    uint32_t comment;         /* bytes of comment in the end record */
    int descriptor;           /* sizes and CRC follow the bytes */
    int prefix_in_offsets;    /* offsets count the prefix */
};

struct forge_entry {
    const char *name;
    const void *bytes;
    uint32_t length;
};

struct forge_bytes forge_zip(const struct forge_entry *entries, uint32_t count,
                             const struct forge_shape *shape);

#define FORGE_ENTRIES 16u

/* The three texts. */
enum forge_text { FORGE_TEXT_RELEASE, FORGE_TEXT_CERT, FORGE_TEXT_PACKAGE };

struct forge {
    struct ffx_release release;
    struct ffx_cert cert;
    struct ffx_manifest manifest;
    int delegated;
    enum forge_key signer[3]; /* of each text */
    uint8_t payload[FFX_COMPONENTS][4096];

    char text[3][SPELL_MAX];
    uint32_t text_length[3];
    uint8_t der[3][FFX_DER_MAX];
    uint32_t der_length[3];

    char names[FORGE_ENTRIES][24];
    struct forge_entry entries[FORGE_ENTRIES];
    uint32_t entry_count;
};

/* SIM7000G, 1529B05 to 1529B11, sequence 7, delegated; modem: a delta of 90
 * bytes, ap: an image of 200 bytes. */
void forge_default(struct forge *forge);

/* Payload `i` becomes `length` bytes of noise; facts in the structs follow. */
void forge_payload(struct forge *forge, uint32_t i, uint32_t length);

void forge_spell(struct forge *forge);
/* Replaces the first `old` in a text; asserts that it is there. */
void forge_edit(struct forge *forge, enum forge_text text, const char *old,
                const char *replacement);
void forge_sign(struct forge *forge);
/* Fills entries: release, release.sig, ... */
void forge_list(struct forge *forge);

/* All that is left after changes to the structs. */
struct forge_bytes forge_build(struct forge *forge);

/* A read_at port over memory. */
struct ffx_read_at forge_file(const struct forge_bytes *bytes);

#endif
