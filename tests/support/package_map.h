/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each byte of a package is, as docs/package-format.md says it and from
 * the entries that a forge lists: on purpose nothing of src/package.
 */
#ifndef FARFIX_TESTS_PACKAGE_MAP_H
#define FARFIX_TESTS_PACKAGE_MAP_H

#include "forge.h"

enum map_class {
    MAP_NOTHING,
    MAP_TEXT,      /* under a signature */
    MAP_SIGNATURE, /* is one */
    MAP_PAYLOAD,   /* under a digest that a signed text holds */
    MAP_CONSTANT,  /* the same in every package */
    MAP_DERIVED,   /* follows from signed texts and the length of signatures */
    MAP_CRC32,     /* of bytes of the first three classes */
    MAP_CLASSES
};

struct map_byte {
    uint8_t class;
    uint8_t entry; /* that it is of; the end record: their count */
};

/* Fails the test unless the pieces of the package cover `length` bytes, each
 * byte once. Room for `length` bytes. */
void map_package(struct map_byte *map, uint32_t length,
                 const struct forge *forge);

/* Section 3.1 of the format page: the error for a wrong byte of this class. */
int map_verdict(enum map_class class);

#endif
