/* SPDX-License-Identifier: Apache-2.0 */
/* Rows entry and signed: a sound zip of the wrong entries, signatures, texts
 * or payloads. */
#include "zip_rows_table.h"

#include <assert.h>
#include <string.h>

/* --- entries ------------------------------------------------------------- */

static void swapped(struct plan *plan, const struct zip_row *row)
{
    const struct plan_item kept = plan->items[row->a];
    plan->items[row->a] = plan->items[row->b];
    plan->items[row->b] = kept;
    plan->items[row->a].points_to = row->a;
    plan->items[row->b].points_to = row->b;
}

/* b of them from item a on. */
static void missing(struct plan *plan, const struct zip_row *row)
{
    for (uint32_t i = 0; i < row->b; i++)
        plan_remove(plan, row->a);
}

static void further(struct plan *plan, const struct zip_row *row)
{
    plan_insert(plan, row->a, row->text, "hello", 5);
}

/* --- signatures ---------------------------------------------------------- */

static void set_data(struct plan *plan, uint32_t item, const void *bytes,
                     uint32_t length)
{
    plan->items[item].data = plan_copy(plan, bytes, length);
}

static void data_of(struct plan *plan, const struct zip_row *row)
{
    set_data(plan, row->a, row->text, row->text_length);
}

/* Item a becomes item b's bytes. */
static void bytes_of(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].data = plan->items[row->b].data;
}

/* Signature a is made by key b. */
static void signed_by(struct plan *plan, const struct zip_row *row)
{
    const struct plan_bytes text = plan->items[row->a - 1].data;
    uint8_t der[FFX_DER_MAX];
    const size_t length =
        forge_signature((enum forge_key)row->b, text.at, text.length, der);
    set_data(plan, row->a, der, (uint32_t)length);
}

/* Bit b of item a, counted from its end when b is negative. */
static void flipped(struct plan *plan, const struct zip_row *row)
{
    const struct plan_bytes data = plan->items[row->a].data;
    uint8_t *const bytes = plan_take(plan, data.length);
    memcpy(bytes, data.at, data.length);
    const uint32_t bit =
        row->b < 0x80000000 ? row->b : 8 * data.length + row->b;
    bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    plan->items[row->a].data.at = bytes;
}

/* Item a is b bytes longer or, b negative, shorter; the zip is sound. */
static void resized(struct plan *plan, const struct zip_row *row)
{
    const struct plan_bytes data = plan->items[row->a].data;
    const uint32_t length = data.length + row->b;
    uint8_t *const bytes = plan_take(plan, length);
    memcpy(bytes, data.at, length < data.length ? length : data.length);
    plan->items[row->a].data = (struct plan_bytes){bytes, length};
}

static void filled(struct plan *plan, const struct zip_row *row)
{
    const uint32_t length = plan->items[row->a].data.length;
    uint8_t *const bytes = plan_take(plan, length);
    memset(bytes, (int)row->b, length);
    plan->items[row->a].data.at = bytes;
}

/* One byte of a payload and then four that bring its CRC-32 back. */
static void same_crc(struct plan *plan, const struct zip_row *row)
{
    /* The generator of CRC-32 as bytes: what it divides changes nothing. */
    static const uint8_t zero[5] = {0x41, 0x06, 0x71, 0xdb, 0x01};
    struct plan_bytes *const data = &plan->items[row->a].data;
    uint8_t *const bytes = plan_take(plan, data->length);
    memcpy(bytes, data->at, data->length);
    for (uint32_t i = 0; i < sizeof zero; i++)
        bytes[row->b + i] ^= zero[i];
    data->at = bytes;
}

/* --- texts that are signed again ----------------------------------------- */

static void sign_again(struct plan *plan, uint32_t item, enum forge_key key)
{
    const struct plan_bytes text = plan->items[item].data;
    uint8_t der[FFX_DER_MAX];
    const size_t length = forge_signature(key, text.at, text.length, der);
    set_data(plan, item + 1, der, (uint32_t)length);
}

/* The first line of text a that begins with what stands before `|` becomes
 * what stands behind it; b is the key that signs. */
static void line(struct plan *plan, const struct zip_row *row)
{
    const struct plan_bytes text = plan->items[row->a].data;
    const char *const bar = strchr(row->text, '|');
    const uint32_t key = (uint32_t)(bar - row->text);
    const uint32_t more = row->text_length - key - 1;
    uint32_t at = 0, end;
    while (memcmp(text.at + at, row->text, key) != 0) {
        while (text.at[at++] != '\n') {}
        assert(at + key < text.length);
    }
    for (end = at; text.at[end] != '\n'; end++) {}
    end++;
    uint8_t *const edited = plan_take(plan, text.length + more);
    memcpy(edited, text.at, at);
    memcpy(edited + at, bar + 1, more);
    memcpy(edited + at + more, text.at + end, text.length - end);
    plan->items[row->a].data =
        (struct plan_bytes){edited, text.length + more - (end - at)};
    sign_again(plan, row->a, (enum forge_key)row->b);
}

/* Text a with the row's text behind it. */
static void longer_text(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].data =
        plan_join(plan, plan->items[row->a].data,
                  plan_copy(plan, row->text, row->text_length));
    sign_again(plan, row->a, (enum forge_key)row->b);
}

/* Text a without its last byte. */
static void shorter_text(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].data.length--;
    sign_again(plan, row->a, (enum forge_key)row->b);
}

#define BAD_SIGNATURE(id, shape, a, b, text)                                   \
    VERDICT("signed-" id, FFX_ERR_SIGNATURE, shape, a, b, text)
#define BAD_TEXT(id, a, text)                                                  \
    VERDICT("signed-text-" id, FFX_ERR_MANIFEST, line, a,                      \
            (a) == PACKAGE ? FORGE_PACKAGE : FORGE_RELEASE, text)

static const struct zip_row rows[] = {
    SHAPE("entry-release-and-its-sig-swapped", swapped, 0, 1),
    SHAPE("entry-release-and-cert-swapped", swapped, RELEASE, CERT),
    SHAPE("entry-cert-and-package-swapped", swapped, CERT, PACKAGE),
    SHAPE("entry-cert-sig-and-package-swapped", swapped, CERT_SIG, PACKAGE),
    SHAPE("entry-release-and-package-swapped", swapped, RELEASE, PACKAGE),
    SHAPE("entry-package-sig-and-modem-swapped", swapped, PACKAGE_SIG, MODEM),
    SHAPE("entry-payloads-swapped", swapped, MODEM, AP),
    SHAPE("entry-release-last", swapped, RELEASE, AP),
    SHAPE("entry-release-missing", missing, RELEASE, 1),
    SHAPE("entry-release-sig-missing", missing, RELEASE_SIG, 1),
    SHAPE("entry-cert-missing", missing, CERT, 1),
    SHAPE("entry-cert-sig-missing", missing, CERT_SIG, 1),
    SHAPE("entry-package-missing", missing, PACKAGE, 1),
    SHAPE("entry-package-sig-missing", missing, PACKAGE_SIG, 1),
    SHAPE("entry-modem-missing", missing, MODEM, 1),
    SHAPE("entry-ap-missing", missing, AP, 1),
    SHAPE("entry-payloads-missing", missing, MODEM, 2),
    SHAPE("entry-release-only", missing, RELEASE_SIG, 7),
    SHAPE("entry-signed-release-only", missing, CERT, 6),
    SHAPE("entry-none", missing, RELEASE, 8),
    NAMED("entry-readme-first", further, 0, "readme"),
    NAMED("entry-readme-second", further, 1, "readme"),
    NAMED("entry-readme-third", further, 2, "readme"),
    NAMED("entry-readme-fourth", further, 3, "readme"),
    NAMED("entry-readme-fifth", further, 4, "readme"),
    NAMED("entry-readme-sixth", further, 5, "readme"),
    NAMED("entry-readme-seventh", further, 6, "readme"),
    NAMED("entry-readme-eighth", further, 7, "readme"),
    NAMED("entry-readme-last", further, 8, "readme"),
    NAMED("entry-third-payload", further, 8, "app.bin"),
    NAMED("entry-jar-signature", further, 0, "META-INF/MANIFEST.MF"),

    BAD_SIGNATURE("cert-and-sig-missing", missing, CERT, 2, ""),
    VERDICT("signed-release-sig-empty", FFX_ERR_ZIP, data_of, RELEASE_SIG, 0,
            ""),
    VERDICT("signed-cert-sig-empty", FFX_ERR_ZIP, data_of, CERT_SIG, 0, ""),
    VERDICT("signed-package-sig-empty", FFX_ERR_ZIP, data_of, PACKAGE_SIG, 0,
            ""),
    VERDICT("signed-release-sig-of-73", FFX_ERR_ZIP, data_of, RELEASE_SIG, 0,
            "0123456789012345678901234567890123456789012345678901234567890123"
            "456789012"),
    BAD_SIGNATURE("release-sig-of-one-byte", data_of, RELEASE_SIG, 0, "0"),
    BAD_SIGNATURE("release-sig-of-text", data_of, RELEASE_SIG, 0, "restart"),
    BAD_SIGNATURE("release-sig-of-ones", data_of, RELEASE_SIG, 0,
                  "\x30\6\2\1\1\2\1\1"),
    BAD_SIGNATURE("package-sig-of-zeros", data_of, PACKAGE_SIG, 0,
                  "\x30\6\2\1\0\2\1\0"),
    BAD_SIGNATURE("release-sig-all-zero", filled, RELEASE_SIG, 0, ""),
    BAD_SIGNATURE("package-sig-all-ones", filled, PACKAGE_SIG, 0xff, ""),
    BAD_SIGNATURE("release-sig-first-bit", flipped, RELEASE_SIG, 0, ""),
    BAD_SIGNATURE("release-sig-last-bit", flipped, RELEASE_SIG, 0xffffffff, ""),
    BAD_SIGNATURE("cert-sig-last-bit", flipped, CERT_SIG, 0xffffffff, ""),
    BAD_SIGNATURE("package-sig-last-bit", flipped, PACKAGE_SIG, 0xffffffff, ""),
    BAD_SIGNATURE("release-sig-one-less", resized, RELEASE_SIG, 0xffffffff, ""),
    BAD_SIGNATURE("package-sig-one-more", resized, PACKAGE_SIG, 1, ""),
    BAD_SIGNATURE("release-by-another-key", signed_by, RELEASE_SIG, FORGE_OTHER,
                  ""),
    BAD_SIGNATURE("release-by-the-package-key", signed_by, RELEASE_SIG,
                  FORGE_PACKAGE, ""),
    BAD_SIGNATURE("cert-by-another-key", signed_by, CERT_SIG, FORGE_OTHER, ""),
    BAD_SIGNATURE("cert-by-itself", signed_by, CERT_SIG, FORGE_PACKAGE, ""),
    BAD_SIGNATURE("package-by-another-key", signed_by, PACKAGE_SIG, FORGE_OTHER,
                  ""),
    BAD_SIGNATURE("package-by-the-release-key", signed_by, PACKAGE_SIG,
                  FORGE_RELEASE, ""),
    BAD_SIGNATURE("release-sig-is-cert-sig", bytes_of, RELEASE_SIG, CERT_SIG,
                  ""),
    BAD_SIGNATURE("package-sig-is-release-sig", bytes_of, PACKAGE_SIG,
                  RELEASE_SIG, ""),
    BAD_SIGNATURE("cert-sig-is-package-sig", bytes_of, CERT_SIG, PACKAGE_SIG,
                  ""),
    BAD_SIGNATURE("release-is-cert", bytes_of, RELEASE, CERT, ""),
    BAD_SIGNATURE("release-first-bit", flipped, RELEASE, 0, ""),
    BAD_SIGNATURE("release-last-bit", flipped, RELEASE, 0xffffffff, ""),
    BAD_SIGNATURE("cert-first-bit", flipped, CERT, 0, ""),
    BAD_SIGNATURE("package-last-bit", flipped, PACKAGE, 0xffffffff, ""),
    BAD_SIGNATURE("release-one-less", resized, RELEASE, 0xffffffff, ""),
    BAD_SIGNATURE("package-one-more", resized, PACKAGE, 1, ""),

    BAD_TEXT("format-2", RELEASE, "format=|format=2\n"),
    BAD_TEXT("format-01", RELEASE, "format=|format=01\n"),
    BAD_TEXT("no-format", CERT, "format=|"),
    BAD_TEXT("format-of-package", PACKAGE, "format=|format=2\n"),
    BAD_TEXT("carriage-return", RELEASE, "format=|format=1\r\n"),
    BAD_TEXT("blank", RELEASE, "format=|format= 1\n"),
    BAD_TEXT("empty-line", RELEASE, "format=|format=1\n\n"),
    BAD_TEXT("comment", RELEASE, "format=|# comment\nformat=1\n"),
    BAD_TEXT("nul", RELEASE, "format=|format=1\0\n"),
    BAD_TEXT("line-twice", RELEASE, "format=|format=1\nformat=1\n"),
    BAD_TEXT("unknown-line", PACKAGE, "format=|format=1\nmode=1\n"),
    BAD_TEXT("sequence-0", RELEASE, "sequence=|sequence=0\n"),
    BAD_TEXT("sequence-2-32", RELEASE, "sequence=|sequence=4294967296\n"),
    BAD_TEXT("sequence-of-zeros", RELEASE, "sequence=|sequence=006\n"),
    BAD_TEXT("sequence-negative", RELEASE, "sequence=|sequence=-1\n"),
    BAD_TEXT("size-2-32", RELEASE, "size=|size=4294967296\n"),
    BAD_TEXT("no-version", RELEASE, "version=|"),
    BAD_TEXT("version-none", RELEASE, "version=|version=none\n"),
    BAD_TEXT("version-of-slashes", RELEASE, "version=|version=../x\n"),
    BAD_TEXT("long-model", RELEASE, "model=|model=SIM7000GSIM7000GG\n"),
    BAD_TEXT("digest-in-capitals", RELEASE,
             "sha256=|sha256=ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFAB"
             "CDEFABCDEFABCD\n"),
    BAD_TEXT("short-digest", RELEASE, "sha256=|sha256=00\n"),
    BAD_TEXT("component-of-dots", PACKAGE, "component=|component=../ap\n"),
    BAD_TEXT("component-twice", PACKAGE, "component=modem|component=ap\n"),
    BAD_TEXT("component-unknown", PACKAGE, "component=modem|component=wifi\n"),
    BAD_TEXT("payload-of-another-kind", PACKAGE, "payload=|payload=script\n"),
    BAD_TEXT("payload-0", PACKAGE, "payload_size=|payload_size=0\n"),
    BAD_TEXT("payload-2-32", PACKAGE,
             "payload_size=|payload_size=4294967296\n"),
    BAD_TEXT("modem-is-an-image", PACKAGE, "payload=delta|payload=image\n"),
    BAD_TEXT("sector-0", PACKAGE, "sector=|sector=0\n"),
    BAD_TEXT("step-0", PACKAGE, "step=|step=0\n"),
    BAD_TEXT("to-another-version", PACKAGE, "to=|to=1529B99SIM7000G\n"),
    BAD_TEXT("package-of-another-model", PACKAGE, "model=|model=SIM7000E\n"),
    BAD_TEXT("key-of-another-curve", CERT, "public_key=|public_key=02\n"),
    VERDICT("signed-text-behind-release", FFX_ERR_MANIFEST, longer_text,
            RELEASE, FORGE_RELEASE, "x"),
    VERDICT("signed-line-behind-cert", FFX_ERR_MANIFEST, longer_text, CERT,
            FORGE_RELEASE, "format=1\n"),
    VERDICT("signed-line-behind-package", FFX_ERR_MANIFEST, longer_text,
            PACKAGE, FORGE_PACKAGE, "\n"),
    VERDICT("signed-release-without-its-end", FFX_ERR_MANIFEST, shorter_text,
            RELEASE, FORGE_RELEASE, ""),
    VERDICT("signed-package-without-its-end", FFX_ERR_MANIFEST, shorter_text,
            PACKAGE, FORGE_PACKAGE, ""),
    VERDICT("signed-cert-of-another-model", FFX_ERR_CERT, line, CERT,
            FORGE_RELEASE, "model=|model=SIM7000E\n"),
    VERDICT("signed-cert-of-a-longer-model", FFX_ERR_CERT, line, CERT,
            FORGE_RELEASE, "model=|model=SIM7000G-N\n"),
    VERDICT("signed-cert-up-to-4", FFX_ERR_CERT, line, CERT, FORGE_RELEASE,
            "max_sequence=|max_sequence=4\n"),
    VERDICT("signed-release-of-another-model", FFX_ERR_CERT, line, RELEASE,
            FORGE_RELEASE, "model=|model=SIM7000E\n"),
    VERDICT("signed-size-of-payload-less", FFX_ERR_ZIP, line, PACKAGE,
            FORGE_PACKAGE, "payload_size=|payload_size=1\n"),
    VERDICT("signed-size-of-payload-2-31", FFX_ERR_ZIP, line, PACKAGE,
            FORGE_PACKAGE, "payload_size=|payload_size=2147483648\n"),
    VERDICT("signed-size-of-payload-2-32-less-1", FFX_ERR_ZIP, line, PACKAGE,
            FORGE_PACKAGE, "payload_size=|payload_size=4294967295\n"),

    VERDICT("signed-modem-first-bit", FFX_ERR_PAYLOAD, flipped, MODEM, 0, ""),
    VERDICT("signed-modem-last-bit", FFX_ERR_PAYLOAD, flipped, MODEM,
            0xffffffff, ""),
    VERDICT("signed-ap-first-bit", FFX_ERR_PAYLOAD, flipped, AP, 0, ""),
    VERDICT("signed-ap-last-bit", FFX_ERR_PAYLOAD, flipped, AP, 0xffffffff, ""),
    VERDICT("signed-modem-of-zeros", FFX_ERR_PAYLOAD, filled, MODEM, 0, ""),
    VERDICT("signed-ap-erased", FFX_ERR_PAYLOAD, filled, AP, 0xff, ""),
    VERDICT("signed-modem-of-the-same-crc", FFX_ERR_PAYLOAD, same_crc, MODEM, 9,
            ""),
    VERDICT("signed-ap-of-the-same-crc", FFX_ERR_PAYLOAD, same_crc, AP, 20, ""),
    VERDICT("signed-modem-one-less", FFX_ERR_ZIP, resized, MODEM, 0xffffffff,
            ""),
    VERDICT("signed-modem-one-more", FFX_ERR_ZIP, resized, MODEM, 1, ""),
    VERDICT("signed-ap-one-less", FFX_ERR_ZIP, resized, AP, 0xffffffff, ""),
    VERDICT("signed-ap-one-more", FFX_ERR_ZIP, resized, AP, 1, ""),
    VERDICT("signed-ap-empty", FFX_ERR_ZIP, data_of, AP, 0, ""),
    VERDICT("signed-ap-is-modem", FFX_ERR_ZIP, bytes_of, AP, MODEM, ""),
};

const struct zip_table zip_rows_signed = {rows, sizeof rows / sizeof *rows};
