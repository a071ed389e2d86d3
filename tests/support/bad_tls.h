/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TLS of a bad server, by OpenSSL over memory: certificates that are wrong
 * in one way each, old versions, weak suites, and a handshake that ends after
 * any byte. Certificates are made once per process.
 */
#ifndef FARFIX_TESTS_BAD_TLS_H
#define FARFIX_TESTS_BAD_TLS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum bad_certificate {
    BAD_CERT_GOOD,    /* for 127.0.0.1, by the root of bad_tls_root */
    BAD_CERT_EXPIRED, /* yesterday */
    BAD_CERT_NOT_YET, /* from tomorrow */
    BAD_CERT_SELF_SIGNED,
    BAD_CERT_OTHER_HOST, /* for other.example */
    BAD_CERT_NO_HOST,    /* names 127.0.0.1 as a common name only */
    BAD_CERT_UNKNOWN_CA,
    BAD_CERT_RSA_512,
    BAD_CERT_RSA_1024,
    BAD_CERT_MD5,
    BAD_CERT_SHA1,
    BAD_CERT_NOT_A_CA,    /* issued by a good certificate that is no CA */
    BAD_CERT_CLIENT_ONLY, /* extended key usage: clientAuth */
    BAD_CERT_EXPIRED_CA,  /* good, by a root that has expired */
    BAD_CERTS
};

enum bad_tls_cut { BAD_TLS_WHOLE, BAD_TLS_CLOSE, BAD_TLS_RESET, BAD_TLS_HUSH };

struct bad_tls_plan {
    enum bad_certificate certificate;
    int version;         /* 0: any; else TLS1_VERSION ..., the only one */
    const char *ciphers; /* null: the usual */
    int wants_client;    /* a client must show a certificate */
    enum bad_tls_cut cut;
    uint32_t cut_after; /* bytes of the handshake that go out before */
};

struct bad_tls {
    const struct bad_tls_plan *plan;
    void *context, *session; /* SSL_CTX, SSL; null: none */
    char out[65536];
    uint32_t out_length, sent;
    int over;   /* the handshake was cut */
    int failed; /* it came to nothing by itself: an alert says so */
};

/* PEM file of the root, in a directory of the process; removed at exit. */
const char *bad_tls_root(void);
/* The same as text. */
const char *bad_tls_root_pem(void);

void bad_tls_open(struct bad_tls *tls, const struct bad_tls_plan *plan);
void bad_tls_close(struct bad_tls *tls);
/* A new connection. */
void bad_tls_begin(struct bad_tls *tls);

/* Bytes that came from the peer go in; what the peer says comes out. */
void bad_tls_feed(struct bad_tls *tls, const void *bytes, size_t length);
/* 0: nothing yet, or the handshake is not done. */
size_t bad_tls_read(struct bad_tls *tls, void *bytes, size_t length);
/* 1 once the handshake is done. */
int bad_tls_ready(struct bad_tls *tls);
void bad_tls_write(struct bad_tls *tls, const void *bytes, size_t length);
void bad_tls_goodbye(struct bad_tls *tls);
/* What has to go out: at most `length` bytes, 0: nothing. */
const char *bad_tls_pending(struct bad_tls *tls, size_t *length);
void bad_tls_sent(struct bad_tls *tls, size_t length);

#endif
