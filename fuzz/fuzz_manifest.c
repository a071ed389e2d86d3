/* SPDX-License-Identifier: Apache-2.0 */
/* release, cert, package or offer, as the first byte says. A text that is
 * accepted has one spelling: writing the struct again gives the same text. */
#include "gullible.h"
#include "spell.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t respell_release(char *again, const char *text, uint32_t length)
{
    struct ffx_release release;
    return ffx_release_parse(&release, text, length) == 0
               ? spell_release(again, &release)
               : 0;
}

static size_t respell_cert(char *again, const char *text, uint32_t length)
{
    struct ffx_cert cert;
    return ffx_cert_parse(&cert, text, length) == 0 ? spell_cert(again, &cert)
                                                    : 0;
}

static size_t respell_manifest(char *again, const char *text, uint32_t length)
{
    struct ffx_manifest manifest;
    return ffx_manifest_parse(&manifest, text, length) == 0
               ? spell_manifest(again, &manifest)
               : 0;
}

/* The facts only: cert and signatures are not kept. */
static size_t respell_offer(char *again, const char *text, uint32_t length)
{
    static const struct ffx_public_key trusted;
    struct ffx_offer offer;
    return ffx_offer_read(&offer, text, length, gullible_crypto(), &trusted,
                          1) == 0
               ? spell_offer(again, &offer)
               : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static size_t (*const respell[])(char *, const char *, uint32_t) = {
        respell_release, respell_cert, respell_manifest, respell_offer};
    char again[SPELL_MAX];
    if (size == 0)
        return 0;
    const unsigned kind = data[0] % 4;
    const char *const text = (const char *)data + 1;
    const size_t length = size - 1;
    const size_t spelled = respell[kind](again, text, (uint32_t)length);
    if (spelled > length || (spelled != 0 && kind != 3 && spelled != length) ||
        memcmp(again, text, spelled) != 0)
        abort();
    return 0;
}
