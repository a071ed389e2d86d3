/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/token.h"

#include "pack/buffer.h"
#include "pack/fail.h"
#include "pack/openssl.h"

#include <stdlib.h>
#include <string.h>

#define SCHEME "pkcs11:"

int token_is_uri(const char *text)
{
    return strncmp(text, SCHEME, strlen(SCHEME)) == 0;
}

int token_check_uri(const char *uri, struct pack_error *error)
{
    for (const char *c = uri; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~')
            return fail_with(error, FFX_ERR_ARGUMENT,
                             "a PKCS#11 URI has no blanks and other odd "
                             "characters: write them as %%20 and so on");
    if (strstr(uri, "pin-value") != NULL)
        return fail_with(error, FFX_ERR_ARGUMENT,
                         "a PIN in a PKCS#11 URI can be seen by everybody: put "
                         "it into a file and write pin-source=file:PATH, or "
                         "into FARFIX_PKCS11_PIN");
    return 0;
}

/* --- how openssl is told ------------------------------------------------- */

/* The engine of libp11, which OpenSSL 4 will not know any more; the provider,
 * which Debian 12 does not have. */
static int uses_engine(int *engine, struct pack_error *error)
{
    char *const arguments[] = {"openssl", "engine", "pkcs11", NULL};
    const char *const chosen = getenv("FARFIX_PKCS11");
    struct openssl_run run = {.arguments = arguments};
    if (chosen == NULL || *chosen == '\0') {
        *engine = openssl_run(&run) == 0;
        pack_buffer_free(&run.out);
        return 0;
    }
    *engine = strcmp(chosen, "engine") == 0;
    if (*engine || strcmp(chosen, "provider") == 0)
        return 0;
    return fail_with(error, FFX_ERR_ARGUMENT,
                     "FARFIX_PKCS11=%.40s: it is engine or provider", chosen);
}

/* With where the PIN is, when it is in the environment. Allocated. */
static char *uri_with_pin(const char *uri, const char **pin)
{
    struct pack_buffer text = {0};
    *pin =
        strstr(uri, "pin-source") == NULL ? getenv("FARFIX_PKCS11_PIN") : NULL;
    buffer_print(&text, "%s", uri);
    if (*pin != NULL)
        buffer_print(&text, "%cpin-source=file:" OPENSSL_SECRET,
                     strchr(uri, '?') != NULL ? '&' : '?');
    buffer_append(&text, "", 1);
    return (char *)text.bytes;
}

static int fail_token(const char *what, const char *uri,
                      const struct openssl_run *run, struct pack_error *error)
{
    return fail_with(error, FFX_ERR_SIGNATURE,
                     "openssl cannot %s %s: %s (docs/keys.md tells what it "
                     "needs)",
                     what, uri, run->said);
}

static int run_openssl(struct openssl_run *run, const char *verb,
                       const char *uri, struct pack_buffer *out,
                       struct pack_error *error)
{
    const int result = openssl_run(run);
    *out = run->out;
    if (result == 0)
        return 0;
    pack_buffer_free(out);
    return fail_token(verb, uri, run, error);
}

/* --- public half --------------------------------------------------------- */

/* The public object, which most tokens show to everybody: no PIN is tried,
 * unless it is not found. */
int token_public(const char *uri, struct pack_buffer *pem,
                 struct pack_error *error)
{
    int engine;
    const char *pin;
    int result = uses_engine(&engine, error);
    if (result != 0)
        return result;
    char *const full = uri_with_pin(uri, &pin);
    char *const by_engine[] = {"openssl", "pkey",   "-engine", "pkcs11",
                               "-inform", "engine", "-in",     full,
                               "-pubout", "-pubin", NULL};
    char *const by_provider[] = {"openssl",   "pkey",    "-provider", "pkcs11",
                                 "-provider", "default", "-in",       full,
                                 "-pubout",   "-pubin",  NULL};
    struct openssl_run run = {.arguments = engine ? by_engine : by_provider,
                              .secret = pin};
    result = run_openssl(&run, "find", uri, pem, error);
    free(full);
    return result;
}

/* --- signing ------------------------------------------------------------- */

int token_sign(const char *uri, const void *message, size_t length,
               struct pack_buffer *ber, struct pack_error *error)
{
    int engine;
    const char *pin;
    int result = uses_engine(&engine, error);
    if (result != 0)
        return result;
    char *const full = uri_with_pin(uri, &pin);
    char *const by_engine[] = {"openssl", "dgst",        "-sha256", "-engine",
                               "pkcs11",  "-keyform",    "engine",  "-sign",
                               full,      OPENSSL_INPUT, NULL};
    char *const by_provider[] = {
        "openssl", "dgst",  "-sha256", "-provider",   "pkcs11", "-provider",
        "default", "-sign", full,      OPENSSL_INPUT, NULL};
    struct openssl_run run = {.arguments = engine ? by_engine : by_provider,
                              .input = message,
                              .length = length,
                              .secret = pin};
    result = run_openssl(&run, "sign with", uri, ber, error);
    free(full);
    return result;
}
