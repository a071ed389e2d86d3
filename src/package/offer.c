/* SPDX-License-Identifier: Apache-2.0 */
/* next documents and side-files: docs/package-format.md, section 4. */
#include "package/lines.h"
#include "package/signature.h"

#include "base/bytes.h"
#include "base/text.h"

#include <farfix/error.h>

/* The longest cert: its four lines with the longest value each. */
#define CERT_TEXT_MAX                                                          \
    ((sizeof "format=1\n" - 1) + (sizeof "model=\n" - 1 + FFX_MODEL_MAX) +     \
     (sizeof "public_key=\n" - 1 + 2 * FFX_PUBLIC_KEY_BYTES) +                 \
     (sizeof "max_sequence=\n" - 1 + 10))

/* The lines, found but not read. */
struct frame {
    uint32_t signed_bytes; /* what stands before the line of sig */
    int delegated;
    struct lines_value cert, cert_sig, sig;
};

static int read_target(const struct lines_value *value, void *to)
{
    static const char none[4] = {'n', 'o', 'n', 'e'};
    if (value->length != sizeof none ||
        memcmp(value->text, none, sizeof none) != 0)
        return lines_version(value, to);
    *(char *)to = '\0';
    return 0;
}

static const struct lines_field offer_fields[] = {
    {"format", lines_format, 0},
    {"model", lines_model, offsetof(struct ffx_offer, model)},
    {"from", lines_version, offsetof(struct ffx_offer, from)},
    {"to", read_target, offsetof(struct ffx_offer, to)},
    {"size", lines_number, offsetof(struct ffx_offer, size)},
    {"sha256", lines_digest, offsetof(struct ffx_offer, sha256)},
};
#define OFFER_FIELDS (sizeof offer_fields / sizeof offer_fields[0])

static int find_lines(struct frame *frame, const char *text, uint32_t length)
{
    struct lines lines = {text, length};
    int error = 0;
    for (uint32_t i = 0; i < OFFER_FIELDS && error == 0; i++)
        error = lines_take(&lines, offer_fields[i].key, &frame->cert);
    frame->delegated = lines_next_is(&lines, "cert");
    if (error == 0 && frame->delegated)
        error = lines_take(&lines, "cert", &frame->cert);
    if (error == 0 && frame->delegated)
        error = lines_take(&lines, "cert_sig", &frame->cert_sig);
    frame->signed_bytes = length - lines.left;
    if (error == 0)
        error = lines_take(&lines, "sig", &frame->sig);
    return error == 0 && lines.left == 0 ? 0 : FFX_ERR_MANIFEST;
}

/* Is `sig`, in hex, a signature of the text by one of the keys? */
static int verify(const struct ffx_crypto *crypto,
                  const struct ffx_public_key *keys, uint32_t count,
                  const char *text, uint32_t length,
                  const struct lines_value *sig)
{
    struct ffx_sha256 hash;
    uint8_t digest[FFX_SHA256_BYTES];
    uint8_t der[FFX_DER_MAX];
    const uint32_t der_bytes = sig->length / 2;
    if (der_bytes > sizeof der ||
        text_hex(sig->text, sig->length, der, der_bytes) != 0)
        return FFX_ERR_MANIFEST;
    int result = signature_digest(crypto, &hash, text, length, digest);
    if (result == 0)
        result = signature_key(crypto, keys, count, digest, der, der_bytes);
    return result < 0 ? result : 0;
}

static int read_cert(struct ffx_cert *cert, const struct frame *frame,
                     const struct ffx_crypto *crypto,
                     const struct ffx_public_key *trusted, uint32_t count)
{
    uint8_t bytes[CERT_TEXT_MAX];
    const uint32_t length = frame->cert.length / 2;
    if (length > sizeof bytes ||
        text_hex(frame->cert.text, frame->cert.length, bytes, length) != 0)
        return FFX_ERR_MANIFEST;
    const char *const text = (const char *)bytes;
    const int error =
        verify(crypto, trusted, count, text, length, &frame->cert_sig);
    return error != 0 ? error : ffx_cert_parse(cert, text, length);
}

/* `none` has one spelling as well. */
static int target_makes_sense(const struct ffx_offer *offer)
{
    static const uint8_t zeros[FFX_SHA256_BYTES];
    if (offer->to[0] != '\0')
        return offer->size != 0;
    return offer->size == 0 && memcmp(offer->sha256, zeros, sizeof zeros) == 0;
}

static int parse(struct ffx_offer *offer, const char *text, uint32_t length)
{
    struct lines lines = {text, length};
    memset(offer, 0, sizeof *offer);
    const int error = lines_fields(&lines, offer_fields, OFFER_FIELDS, offer);
    if (error != 0)
        return error;
    return target_makes_sense(offer) ? 0 : FFX_ERR_MANIFEST;
}

int ffx_offer_read(struct ffx_offer *offer, const char *text, uint32_t length,
                   const struct ffx_crypto *crypto,
                   const struct ffx_public_key *trusted, uint32_t trusted_count)
{
    struct frame frame;
    struct ffx_cert cert;
    struct ffx_offer read;
    if (length > FFX_SIDEFILE_MAX || find_lines(&frame, text, length) != 0)
        return FFX_ERR_MANIFEST;
    int error = 0;
    if (frame.delegated)
        error = read_cert(&cert, &frame, crypto, trusted, trusted_count);
    if (error == 0)
        error = verify(crypto, frame.delegated ? &cert.key : trusted,
                       frame.delegated ? 1 : trusted_count, text,
                       frame.signed_bytes, &frame.sig);
    if (error == 0)
        error = parse(&read, text, frame.signed_bytes);
    if (error != 0)
        return error;
    if (frame.delegated && !bytes_same_text(cert.model, read.model))
        return FFX_ERR_CERT;
    *offer = read;
    return 0;
}
