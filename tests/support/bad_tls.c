/* SPDX-License-Identifier: Apache-2.0 */
#include "bad_tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY 86400

static void must(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "%s failed\n", what);
    ERR_print_errors_fp(stderr);
    abort();
}

/* --- certificates -------------------------------------------------------- */

struct paper {
    EVP_PKEY *key;
    X509 *certificate;
};

/* What is wrong with a certificate; zeros: nothing. */
struct flaw {
    int rsa_bits; /* 0: P-256 */
    int from, to; /* days from now; 0, 0: a day before and after */
    const char *digest;
    const char *host; /* null: 127.0.0.1 */
    const char *usage;
    int is_ca;
};

static const struct flaw flaws[BAD_CERTS] = {
    [BAD_CERT_EXPIRED] = {.from = -3, .to = -1},
    [BAD_CERT_NOT_YET] = {.from = 1, .to = 3},
    [BAD_CERT_OTHER_HOST] = {.host = "DNS:other.example"},
    [BAD_CERT_NO_HOST] = {.host = ""},
    [BAD_CERT_RSA_512] = {.rsa_bits = 512},
    [BAD_CERT_RSA_1024] = {.rsa_bits = 1024},
    [BAD_CERT_MD5] = {.digest = "MD5"},
    [BAD_CERT_SHA1] = {.digest = "SHA1"},
    [BAD_CERT_CLIENT_ONLY] = {.usage = "clientAuth"},
};

/* RSA: there is no ECDSA with MD5. */
static const struct flaw ca = {.is_ca = 1, .rsa_bits = 2048};
static const struct flaw expired_ca = {.is_ca = 1, .from = -3, .to = -1};

static void extend(X509 *certificate, X509 *issuer, int id, const char *value)
{
    X509V3_CTX context;
    char text[64];
    snprintf(text, sizeof text, "%s", value);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, id, text);
    must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1,
         "X509_add_ext");
    X509_EXTENSION_free(extension);
}

static void name_it(X509 *certificate, const char *name)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
}

/* By itself when there is no issuer. */
static struct paper make(const char *name, const struct flaw *flaw,
                         const struct paper *issuer)
{
    static long serial;
    struct paper paper;
    paper.key = flaw->rsa_bits > 0 ? EVP_RSA_gen((unsigned)flaw->rsa_bits)
                                   : EVP_EC_gen("P-256");
    paper.certificate = X509_new();
    must(paper.key != NULL && paper.certificate != NULL, "EVP_EC_gen");
    const struct paper *by = issuer != NULL ? issuer : &paper;
    X509 *const certificate = paper.certificate;
    const int ever = flaw->from == 0 && flaw->to == 0;
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate),
                    (ever ? -1 : flaw->from) * (long)DAY);
    X509_gmtime_adj(X509_getm_notAfter(certificate),
                    (ever ? 1 : flaw->to) * (long)DAY);
    name_it(certificate, name);
    X509_set_issuer_name(certificate, X509_get_subject_name(by->certificate));
    X509_set_pubkey(certificate, paper.key);
    extend(certificate, by->certificate, NID_basic_constraints,
           flaw->is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
    const char *host = flaw->host != NULL ? flaw->host : "IP:127.0.0.1";
    if (!flaw->is_ca && host[0] != '\0')
        extend(certificate, by->certificate, NID_subject_alt_name, host);
    if (flaw->usage != NULL)
        extend(certificate, by->certificate, NID_ext_key_usage, flaw->usage);
    must(X509_sign(certificate, by->key,
                   EVP_get_digestbyname(flaw->digest != NULL ? flaw->digest
                                                             : "SHA256")) > 0,
         "X509_sign");
    return paper;
}

static struct paper root, old_root, stranger, end_entity, papers[BAD_CERTS];
static char root_path[64], root_pem[8192];

static void free_paper(struct paper *paper)
{
    X509_free(paper->certificate);
    EVP_PKEY_free(paper->key);
}

static void forget_papers(void)
{
    unlink(root_path);
    free_paper(&root);
    free_paper(&old_root);
    free_paper(&stranger);
    free_paper(&end_entity);
    for (int i = 0; i < BAD_CERTS; i++)
        free_paper(&papers[i]);
}

static const struct paper *issuer_of(int kind)
{
    switch (kind) {
    case BAD_CERT_SELF_SIGNED:
        return NULL;
    case BAD_CERT_UNKNOWN_CA:
        return &stranger;
    case BAD_CERT_NOT_A_CA:
        return &end_entity;
    case BAD_CERT_EXPIRED_CA:
        return &old_root;
    default:
        return &root;
    }
}

static void write_roots(void)
{
    BIO *memory = BIO_new(BIO_s_mem());
    snprintf(root_path, sizeof root_path, "/tmp/farfix-root-XXXXXX");
    const int fd = mkstemp(root_path);
    PEM_write_bio_X509(memory, root.certificate);
    PEM_write_bio_X509(memory, old_root.certificate);
    const int length = BIO_read(memory, root_pem, sizeof root_pem - 1);
    BIO_free(memory);
    must(fd >= 0 && length > 0 && write(fd, root_pem, (size_t)length) == length,
         root_path);
    close(fd);
}

static void make_papers(void)
{
    if (root.key != NULL)
        return;
    root = make("root", &ca, NULL);
    old_root = make("old root", &expired_ca, NULL);
    stranger = make("stranger", &ca, NULL);
    end_entity = make("end entity", &flaws[BAD_CERT_GOOD], &root);
    for (int i = 0; i < BAD_CERTS; i++)
        papers[i] = make("127.0.0.1", &flaws[i], issuer_of(i));
    write_roots();
    atexit(forget_papers);
}

const char *bad_tls_root(void)
{
    make_papers();
    return root_path;
}

const char *bad_tls_root_pem(void)
{
    make_papers();
    return root_pem;
}

/* --- a session ----------------------------------------------------------- */

void bad_tls_open(struct bad_tls *tls, const struct bad_tls_plan *plan)
{
    make_papers();
    const struct paper *paper = &papers[plan->certificate];
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    must(context != NULL, "SSL_CTX_new");
    tls->plan = plan;
    tls->context = context;
    /* The server is as careless as can be: the client has to notice. */
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_min_proto_version(context, plan->version != 0 ? plan->version
                                                              : TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, plan->version != 0 ? plan->version
                                                              : TLS1_3_VERSION);
    if (plan->ciphers != NULL)
        must(SSL_CTX_set_cipher_list(context, plan->ciphers) == 1,
             plan->ciphers);
    must(SSL_CTX_use_certificate(context, paper->certificate) == 1 &&
             SSL_CTX_use_PrivateKey(context, paper->key) == 1,
         "SSL_CTX_use_certificate");
    if (plan->certificate == BAD_CERT_NOT_A_CA)
        SSL_CTX_add1_chain_cert(context, end_entity.certificate);
    if (plan->wants_client)
        SSL_CTX_set_verify(
            context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

void bad_tls_close(struct bad_tls *tls)
{
    SSL_free(tls->session);
    SSL_CTX_free(tls->context);
    tls->session = tls->context = NULL;
}

void bad_tls_begin(struct bad_tls *tls)
{
    SSL_free(tls->session);
    tls->session = SSL_new(tls->context);
    must(tls->session != NULL, "SSL_new");
    SSL_set_bio(tls->session, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(tls->session);
    tls->out_length = tls->sent = 0;
    tls->over = tls->failed = 0;
}

int bad_tls_ready(struct bad_tls *tls)
{
    if (tls->session == NULL || tls->over)
        return 0;
    const int result = SSL_do_handshake(tls->session);
    if (result <= 0 && SSL_get_error(tls->session, result) == SSL_ERROR_SSL)
        tls->failed = 1;
    ERR_clear_error();
    return SSL_is_init_finished(tls->session) == 1;
}

void bad_tls_feed(struct bad_tls *tls, const void *bytes, size_t length)
{
    BIO_write(SSL_get_rbio(tls->session), bytes, (int)length);
    bad_tls_ready(tls);
}

size_t bad_tls_read(struct bad_tls *tls, void *bytes, size_t length)
{
    const int count = SSL_read(tls->session, bytes, (int)length);
    ERR_clear_error();
    return count > 0 ? (size_t)count : 0;
}

void bad_tls_write(struct bad_tls *tls, const void *bytes, size_t length)
{
    SSL_write(tls->session, bytes, (int)length);
    ERR_clear_error();
}

void bad_tls_goodbye(struct bad_tls *tls)
{
    SSL_shutdown(tls->session);
    ERR_clear_error();
}

const char *bad_tls_pending(struct bad_tls *tls, size_t *length)
{
    *length = 0;
    if (tls->session == NULL || tls->over)
        return NULL;
    const int count =
        BIO_read(SSL_get_wbio(tls->session), tls->out + tls->out_length,
                 (int)(sizeof tls->out - tls->out_length));
    if (count > 0)
        tls->out_length += (uint32_t)count;
    *length = tls->out_length;
    if (tls->plan->cut != BAD_TLS_WHOLE &&
        *length >= tls->plan->cut_after - tls->sent) {
        *length = tls->plan->cut_after - tls->sent;
        tls->over = *length == 0 && (tls->sent > 0 || count > 0);
    }
    return *length > 0 ? tls->out : NULL;
}

void bad_tls_sent(struct bad_tls *tls, size_t length)
{
    tls->out_length -= (uint32_t)length;
    memmove(tls->out, tls->out + length, tls->out_length);
    tls->sent += (uint32_t)length;
    if (tls->plan->cut != BAD_TLS_WHOLE && tls->sent == tls->plan->cut_after)
        tls->over = 1;
}
