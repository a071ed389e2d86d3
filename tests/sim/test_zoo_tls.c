/* SPDX-License-Identifier: Apache-2.0 */
/* HTTPS servers whose certificate, version, suite or handshake is wrong, and
 * connections that end where they should not. */
#include "zoo.h"

#include <openssl/ssl.h>

#define STEPS(...)                                                             \
    (const struct bad_step[])                                                  \
    {                                                                          \
        __VA_ARGS__, OVER                                                      \
    }
#define PLAN(...)                                                              \
    &(const struct bad_tls_plan)                                               \
    {                                                                          \
        __VA_ARGS__                                                            \
    }
#define GOOD HEAD "\r\nhello"
#define HEAD "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
#define FILE_STEPS STEPS(REQUEST, SAY(GOOD), GOODBYE, CLOSE)

/* A server that would serve the file, if it were let. */
#define TLS(title, result, ...)                                                \
    {                                                                          \
        .name = title, .error = result, .script = {                            \
            .steps = FILE_STEPS,                                               \
            .tls = PLAN(__VA_ARGS__)                                           \
        }                                                                      \
    }
#define CUT(title, how, bytes)                                                 \
    TLS(title, 601, .cut = how, .cut_after = bytes),                           \
        TLS(title " (TLS 1.2)", 601, .version = TLS1_2_VERSION, .cut = how,    \
            .cut_after = bytes)
/* The handshake is good, what follows is not. */
#define TALK(title, result, ...)                                               \
    {                                                                          \
        .name = title, .error = result, .script = {                            \
            .steps = STEPS(__VA_ARGS__),                                       \
            .tls = PLAN(.version = 0)                                          \
        }                                                                      \
    }

static const struct zoo_row rows[] = {
    TLS("TLS as it should be", 0, .version = 0),
    TLS("TLS 1.2 as it should be", 0, .version = TLS1_2_VERSION),
    TLS("TLS 1.3 as it should be", 0, .version = TLS1_3_VERSION),

    /* --- certificates ------------------------------------------------- */
    TLS("a certificate that has expired", 601, .certificate = BAD_CERT_EXPIRED),
    {.name = "a certificate that has expired is not tried again",
     .script = {.steps = FILE_STEPS,
                .tls = PLAN(.certificate = BAD_CERT_EXPIRED)},
     .error = 601,
     .tries = 3},
    TLS("a certificate of tomorrow", 601, .certificate = BAD_CERT_NOT_YET),
    TLS("a self-signed certificate", 601, .certificate = BAD_CERT_SELF_SIGNED),
    TLS("a certificate of another host", 601,
        .certificate = BAD_CERT_OTHER_HOST),
    TLS("a certificate by an unknown root", 601,
        .certificate = BAD_CERT_UNKNOWN_CA),
    TLS("a certificate by one that is no CA", 601,
        .certificate = BAD_CERT_NOT_A_CA),
    TLS("a certificate by a root that has expired", 601,
        .certificate = BAD_CERT_EXPIRED_CA),
    TLS("a certificate for clients", 601, .certificate = BAD_CERT_CLIENT_ONLY),
    TLS("a key of RSA-512", 601, .certificate = BAD_CERT_RSA_512),
    TLS("a key of RSA-1024", 601, .certificate = BAD_CERT_RSA_1024),
    TLS("a certificate signed with MD5", 601, .certificate = BAD_CERT_MD5),
    TLS("a certificate signed with SHA-1", 601, .certificate = BAD_CERT_SHA1),
    /* libcurl still looks at the common name when there is no other; a root
     * that we trust has signed it. */
    TLS("a host in the common name only", 0, .certificate = BAD_CERT_NO_HOST),
    {.name = "a root that the system does not know",
     .script = {.steps = FILE_STEPS, .tls = PLAN(.version = 0)},
     .error = 601,
     .strangers = 1},
    {.name = "a root in /customer",
     .script = {.steps = FILE_STEPS, .tls = PLAN(.version = 0)},
     .customer = "root",
     .strangers = 1},
    {.name = "a damaged root in /customer",
     .script = {.steps = FILE_STEPS, .tls = PLAN(.version = 0)},
     .error = 601,
     .customer = "-----BEGIN CERTIFICATE-----\nAAAA\n",
     .strangers = 1},
    {.name = "a file in /customer that is no root",
     .script = {.steps = FILE_STEPS, .tls = PLAN(.version = 0)},
     .customer = "just a text"},

    /* --- versions, suites, clients ------------------------------------ */
    TLS("TLS 1.0", 601, .version = TLS1_VERSION),
    TLS("TLS 1.1", 601, .version = TLS1_1_VERSION),
    TLS("a suite that does not encrypt", 601, .version = TLS1_2_VERSION,
        .ciphers = "ECDHE-ECDSA-NULL-SHA"),
    TLS("a suite without a certificate", 601, .version = TLS1_2_VERSION,
        .ciphers = "AECDH-AES128-SHA"),
    TLS("wants a certificate of the client", 601, .wants_client = 1),
    TLS("wants a certificate of the client (TLS 1.2)", 601,
        .version = TLS1_2_VERSION, .wants_client = 1),

    /* --- the handshake ends ------------------------------------------- */
    CUT("closed after a byte of TLS", BAD_TLS_CLOSE, 1),
    CUT("closed after the head of a record", BAD_TLS_CLOSE, 5),
    CUT("closed in the server's hello", BAD_TLS_CLOSE, 60),
    CUT("closed in the certificate", BAD_TLS_CLOSE, 500),
    CUT("reset after a byte of TLS", BAD_TLS_RESET, 1),
    CUT("reset in the server's hello", BAD_TLS_RESET, 60),
    CUT("reset in the certificate", BAD_TLS_RESET, 500),
    CUT("silent after a byte of TLS", BAD_TLS_HUSH, 1),
    CUT("silent in the server's hello", BAD_TLS_HUSH, 60),
    CUT("silent in the certificate", BAD_TLS_HUSH, 500),
    {.name = "silent where TLS should begin",
     .script = {.steps = STEPS(HUSH)},
     .error = 601,
     .url = "https://127.0.0.1:%u/f"},
    {.name = "closed where TLS should begin",
     .script = {.steps = STEPS(CLOSE)},
     .error = 601,
     .url = "https://127.0.0.1:%u/f"},
    {.name = "plain HTTP on the port of https",
     .script = {.steps = STEPS(SAY("HTTP/1.1 400 No\r\n\r\n"), CLOSE)},
     .error = 601,
     .url = "https://127.0.0.1:%u/f"},
    {.name = "random bytes on the port of https",
     .script = {.steps = STEPS(ENDLESS("\x16\x03\x03\x40\x01\xff\x13"))},
     .error = 601,
     .url = "https://127.0.0.1:%u/f"},
    {.name = "https on the port of http",
     .script = {.steps = FILE_STEPS, .tls = PLAN(.version = 0)},
     .error = 601,
     .url = "http://127.0.0.1:%u/f"},

    /* --- the connection ends ------------------------------------------ */
    TALK("no close_notify behind the file", 0, REQUEST, SAY(GOOD), CLOSE),
    TALK("no close_notify in the file", 601, REQUEST, SAY(HEAD "\r\nhel"),
         CLOSE),
    TALK("close_notify in the file", 601, REQUEST, SAY(HEAD "\r\nhel"), GOODBYE,
         CLOSE),
    TALK("close_notify in the head", 601, REQUEST, SAY(HEAD), GOODBYE, CLOSE),
    TALK("close_notify, and the rest in the clear", 601, REQUEST,
         SAY(HEAD "\r\nhel"), GOODBYE, RAW("lo"), CLOSE),
    TALK("no length, and close_notify", 600, REQUEST,
         SAY("HTTP/1.1 200 OK\r\n\r\nhello"), GOODBYE, CLOSE),
    TALK("no length, and no close_notify", 600, REQUEST,
         SAY("HTTP/1.1 200 OK\r\n\r\nhello"), CLOSE),
    TALK("an alert in the clear in the file", 601, REQUEST, SAY(HEAD "\r\nhel"),
         RAW("\x15\x03\x03\0\x02\x02\x50"), CLOSE),
    TALK("a forged record in the file", 601, REQUEST, SAY(HEAD "\r\nhel"),
         RAW("\x17\x03\x03\0\x12"
             "012345678901234567"),
         SAY("lo"), CLOSE),
    TALK("half a record in the file", 601, REQUEST, SAY(HEAD "\r\nhel"),
         RAW("\x17\x03\x03\0\x12"
             "01234"),
         CLOSE),
    TALK("reset in the file, inside TLS", 601, REQUEST, SAY(HEAD "\r\nhel"),
         RESET),
    TALK("silent in the file, inside TLS", 601, REQUEST, SAY(HEAD "\r\nhel"),
         HUSH),
    TALK("silent after the handshake", 601, REQUEST, HUSH),
    TALK("a record for each byte", 0, REQUEST, TRICKLE(GOOD, 1000), GOODBYE,
         CLOSE),
    TALK("302 from https to http", 302, REQUEST,
         SAY("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/f\r\n"
             "Content-Length: 0\r\n\r\n"),
         GOODBYE, CLOSE),
};

int main(void)
{
    return zoo_main("TLS", rows, sizeof rows / sizeof rows[0]);
}
