/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The openssl program as a child: how farfix reaches keys in tokens without a
 * PKCS#11 library of its own. Room-internal.
 */
#ifndef FARFIX_PACK_OPENSSL_H
#define FARFIX_PACK_OPENSSL_H

#include "pack/pack.h"

/* Where the child finds its secret: arguments and environment are open to
 * others, and files outlive us. */
#define OPENSSL_SECRET "/dev/fd/3"
/* ... and its input. Standard input is empty: without a terminal openssl would
 * take for a PIN what it reads there, and three such tries may lock a token. */
#define OPENSSL_INPUT "/dev/fd/4"

struct openssl_run {
    char *const *arguments; /* "openssl", what it is to do, null */
    const void *input;      /* what OPENSSL_INPUT holds */
    size_t length;
    const char *secret;     /* what OPENSSL_SECRET holds; null: nothing */
    struct pack_buffer out; /* its standard output; the caller frees it */
    char said[160];         /* one line of what it complained of */
};

/* 0: it ended well; FFX_ERR_IO: it did not, or could not be started. No shell
 * is in between. It may ask for a PIN at the terminal. */
int openssl_run(struct openssl_run *run);

#endif
