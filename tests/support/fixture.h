/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two signed releases and the package between them, made by host/pack in a
 * temporary directory: what tests of agent, store, sim and driver start from.
 *
 *     struct fixture f;
 *     fixture_make(&f, NULL);              // SIM7000G, modem and ap
 *     ... f.zip.bytes, f.a.components[0].image, f.release_key ...
 *     fixture_free(&f);                    // and the directory is gone
 *
 *   DIR/release.key release.pub            the offline key
 *   DIR/package.key .pub .cert .cert.sig   delegated by it
 *   DIR/a  DIR/b                           release directories, both signed
 *   DIR/update.zip                         a to b, full images
 *
 * Keys are new each time; everything else is the same for the same options.
 * A helper that fails prints why and aborts: a test need not ask.
 */
#ifndef FARFIX_TESTS_FIXTURE_H
#define FARFIX_TESTS_FIXTURE_H

#include <pack/pack.h>

#define FIXTURE_PATH 256u

/* One component of the pair. A null name ends the list. */
struct fixture_component {
    const char *name;
    uint32_t size_a, size_b; /* bytes of the images */
    uint32_t slot_size;
    int unchanged; /* B's image is A's; size_b does not count */
};

/* 0 or null: the value in brackets. */
struct fixture_options {
    const char *model;     /* [SIM7000G] */
    const char *version_a; /* [1529B05SIM7000G] */
    const char *version_b; /* [1529B06SIM7000G] */
    uint32_t sequence_a;   /* [5] */
    uint32_t sequence_b;   /* [sequence_a + 1] */
    uint32_t sector;       /* [4096] bytes */
    uint32_t step;         /* [4 sectors] */
    int one_key;           /* 1: the release key signs the package as well */
    /* [modem 20000 -> 21000 in 64 KiB, ap 50000 -> 48111 in 128 KiB] */
    struct fixture_component components[FFX_COMPONENTS];
};

struct fixture {
    char directory[FIXTURE_PATH];
    char release_key_path[FIXTURE_PATH]; /* .key; trust_path is its .pub */
    char trust_path[FIXTURE_PATH];
    char package_key_path[FIXTURE_PATH]; /* = release_key_path with one_key */
    char a_path[FIXTURE_PATH], b_path[FIXTURE_PATH];
    char zip_path[FIXTURE_PATH];
    struct ffx_public_key release_key; /* what a device trusts */
    struct pack_key *package_key;
    struct pack_release a, b; /* with images, texts and signatures */
    struct pack_buffer zip;   /* update.zip */
};

void fixture_make(struct fixture *fixture,
                  const struct fixture_options *options);
/* Frees everything and removes the directory. */
void fixture_free(struct fixture *fixture);

/* DIR/NAME as a path that lives as long as the fixture's caller says. */
void fixture_path(const struct fixture *fixture, const char *name,
                  char path[FIXTURE_PATH]);

/* One more signed release directory DIR/NAME, images and geometry like B's
 * but other bytes (`seed` chooses them); to be loaded into `out`, freed by the
 * caller with pack_release_free. */
void fixture_release(const struct fixture *fixture, const char *name,
                     const char *model, const char *version, uint32_t sequence,
                     uint32_t seed, struct pack_release *out);

/* update.zip between any two releases, signed by the fixture's package key.
 * Aborts when pack_build refuses. */
void fixture_build(const struct fixture *fixture,
                   const struct pack_release *from,
                   const struct pack_release *to, struct pack_buffer *out);

/* `length` bytes that look like code: repetitive, never blank. The same seed
 * gives the same bytes; a few of them differ between neighbouring seeds. */
void fixture_image(uint8_t *out, uint32_t length, uint32_t seed);

#endif
