/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bad servers as a table: what each does, and what must come of it. A row is
 * one test, named after the row; FARFIX_ROW=NAME plays one.
 *
 * Each is played in several sizes of pieces. Afterwards the file is exactly
 * what the row says, or the old one and the error has the row's number; the
 * stage is empty, no descriptor is left open, and none of it took long: where
 * a server falls silent, the clock goes on at once.
 */
#ifndef FARFIX_TESTS_ZOO_H
#define FARFIX_TESTS_ZOO_H

#include "bad_server.h"

#define ZOO_TIMEOUT_S 60u /* of one try */

struct zoo_row {
    const char *name;
    struct bad_script script;
    int error;        /* HTTP status or FTP error; 0: the file is stored */
    const char *file; /* then it is this, null: "hello"; */
    uint32_t times;   /* so often; 0: once */
    const char *url;  /* with %u for the port; null: the usual */
    uint32_t tries;   /* 0: one */
    uint32_t room;    /* bytes that the module can hold; 0: 22 MB; 1 is none */
    uint32_t size;    /* what FTPSIZE says; then nothing is stored */
    uint32_t offset;  /* FTPREST */
    const char *asks; /* must have been said to the server */
    uint8_t active, ascii, size_only;
    uint8_t whole;        /* never in pieces */
    uint8_t lasting;      /* a thread of the resolver outlives the row */
    const char *customer; /* a file in /customer; "root": our root's */
    uint8_t strangers;    /* trusts the system's roots instead of ours */
};

/* Rows of HTTP, of HTTPS when the script has TLS, of FTP. */
int zoo_main(const char *family, const struct zoo_row *rows, size_t count);

/* One more: fails the test when it was not so. */
void zoo_play(const struct zoo_row *row, uint32_t chunk);
int zoo_open(void **state);
int zoo_close(void **state);

#endif
