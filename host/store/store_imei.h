/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of devices, and lists of them: one IMEI a line, blank lines and
 * comments behind '#' apart. An IMEI is compared digit for digit, so a list
 * has to spell it as the device does: 15 digits (AT+GSN), 14 without the
 * check digit, or 16 with the software's version.
 */
#ifndef FARFIX_STORE_IMEI_H
#define FARFIX_STORE_IMEI_H

#include "pack/pack.h"

#define STORE_IMEI_MIN 14u
#define STORE_IMEI_MAX 16u
#define STORE_IMEIS_MAX 1000000u /* in a list */

/* 1: 14 to 16 digits. */
int store_imei_valid(const char *text);

struct store_imeis {
    uint64_t *sorted; /* a 1, then the digits: other lengths stay others */
    size_t count;
};

/* Fills `imeis`; `path` is for messages. FFX_ERR_MANIFEST, with file and
 * line; FFX_ERR_SPACE: more than STORE_IMEIS_MAX, or out of memory. After an
 * error it is empty. */
int store_imeis_parse(struct store_imeis *imeis, const char *path,
                      const char *text, size_t length,
                      struct pack_error *error);
/* The same from a file. Also FFX_ERR_IO. */
int store_imeis_read(struct store_imeis *imeis, const char *path,
                     struct pack_error *error);
void store_imeis_free(struct store_imeis *imeis);

/* `imei` is a valid one. */
int store_imeis_has(const struct store_imeis *imeis, const char *imei);

#endif
