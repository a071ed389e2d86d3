/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Old and new images of the golden patches (tests/delta/golden). What comes of
 * a recipe never changes, or the files would lose their images.
 */
#ifndef FARFIX_TESTS_GOLDEN_IMAGE_H
#define FARFIX_TESTS_GOLDEN_IMAGE_H

#include <stdint.h>

enum golden_kind {
    GOLDEN_NOISE,
    GOLDEN_THUMB,
    GOLDEN_ARM,
    GOLDEN_TABLE,
    GOLDEN_FIRMWARE
};

#define GOLDEN_IMAGE_MAX 131072u
#define GOLDEN_BASE 0x08004000u
#define GOLDEN_FAR_BASE 0x08200000u

/* The old and the new image follow from one recipe, and so does the patch. */
struct golden_recipe {
    enum golden_kind kind;
    uint32_t seed;
    uint32_t count;           /* functions, rows of a table, bytes of noise */
    uint32_t prefix;          /* bytes before the image, as of a header */
    uint32_t rotate;          /* the new image begins with this function */
    int parts;                /* 1: the second half runs somewhere else */
    int no_source;            /* 1: the old image is empty */
    const char *name;         /* of a GOLDEN_FIRMWARE image */
    uint32_t step_bytes, ram; /* for struct diff_options */
};

struct golden_image {
    uint8_t *bytes;
    uint32_t length;
    uint32_t split; /* where the second part begins; 0: one part */
};

struct golden_image golden_image_make(const struct golden_recipe *recipe,
                                      int is_new);

#endif
