/* SPDX-License-Identifier: Apache-2.0 */
/* Rows a1 to a5: what a zip says twice or thrice, and not the same. */
#include "zip_rows_table.h"

#include "base/crc32.h"

#include <string.h>

/* --- methods ------------------------------------------------------------- */

/* Item a is deflated; b: 1 the local header says so, 2 the central one. */
static void deflated(struct plan *plan, const struct zip_row *row)
{
    struct plan_item *const item = &plan->items[row->a];
    const struct plan_bytes plain = item->data;
    const uint32_t crc = crc32_add(0, plain.at, plain.length);
    item->data = zip_deflated(plan, plain);
    plan_edit(plan, PLAN_SET, PLAN_BOTH, row->a, PLAN_SIZE, plain.length);
    plan_edit(plan, PLAN_SET, PLAN_BOTH, row->a, PLAN_CRC32, crc);
    if (row->b & 1)
        plan_edit(plan, PLAN_SET, PLAN_LOCAL, row->a, PLAN_METHOD, 8);
    if (row->b & 2)
        plan_edit(plan, PLAN_SET, PLAN_CENTRAL, row->a, PLAN_METHOD, 8);
}

/* --- sizes --------------------------------------------------------------- */

/* A descriptor behind item a. b: bits of DESCRIPTOR_*. */
enum {
    NO_SIGNATURE = 1,
    WIDE = 2, /* sizes of 64 bits */
    ZERO_PACKED = 4,
    ZERO_SIZE = 8,
    WRONG_CRC = 16,
    NO_FLAG = 32,    /* nobody says that it is there */
    LATE = 64,       /* the local header says nothing of its own */
    LOCAL_FLAG = 128 /* only the local header says that it is there */
};

static void described(struct plan *plan, const struct zip_row *row)
{
    struct plan_item *const item = &plan->items[row->a];
    const uint32_t wide = row->b & WIDE ? 8 : 4;
    const uint32_t start = row->b & NO_SIGNATURE ? 0 : 4;
    uint8_t *const at = plan_take(plan, start + 4 + 2 * wide);
    if (start != 0)
        plan_put(at, 0x08074b50, 4);
    plan_put(at + start,
             crc32_add(0, item->data.at, item->data.length) ^
                 (row->b & WRONG_CRC ? 1 : 0),
             4);
    plan_put(at + start + 4, row->b & ZERO_PACKED ? 0 : item->data.length,
             wide);
    plan_put(at + start + 4 + wide, row->b & ZERO_SIZE ? 0 : item->data.length,
             wide);
    item->behind = (struct plan_bytes){at, start + 4 + 2 * wide};
    if ((row->b & NO_FLAG) == 0)
        plan_edit(plan, PLAN_SET, row->b & LOCAL_FLAG ? PLAN_LOCAL : PLAN_BOTH,
                  row->a, PLAN_FLAGS, 8);
    if (row->b & LATE) {
        plan_edit(plan, PLAN_SET, PLAN_LOCAL, row->a, PLAN_CRC32, 0);
        plan_edit(plan, PLAN_SET, PLAN_LOCAL, row->a, PLAN_PACKED, 0);
        plan_edit(plan, PLAN_SET, PLAN_LOCAL, row->a, PLAN_SIZE, 0);
    }
}

/* Zip64 extra fields for item a. b: bits. */
enum {
    IN_LOCAL = 1,
    IN_CENTRAL = 2,
    ALL_ONES = 4,  /* the fields of 32 bits send there */
    OTHER = 8,     /* it names sizes that are 3 bytes less */
    TWICE = 16,    /* a second one says 0 */
    HUGE_SIZE = 32 /* it names 2^40 bytes */
};

static void wide_sizes(struct plan *plan, const struct zip_row *row)
{
    struct plan_item *const item = &plan->items[row->a];
    const uint64_t size = row->b & HUGE_SIZE
                              ? (uint64_t)1 << 40
                              : item->data.length - (row->b & OTHER ? 3 : 0);
    uint8_t sizes[16] = {0};
    struct plan_bytes second = {NULL, 0};
    if (row->b & TWICE)
        second = plan_extra(plan, 1, sizes, sizeof sizes);
    plan_put(sizes, size, 8);
    plan_put(sizes + 8, size, 8);
    const struct plan_bytes extra =
        plan_join(plan, plan_extra(plan, 1, sizes, sizeof sizes), second);
    if (row->b & IN_LOCAL)
        item->local_extra = extra;
    if (row->b & IN_CENTRAL)
        item->central_extra = extra;
    for (uint32_t where = PLAN_LOCAL; where <= PLAN_CENTRAL; where++)
        if (row->b & ALL_ONES && row->b & (where == PLAN_LOCAL ? 1u : 2u)) {
            plan_edit(plan, PLAN_SET, (enum plan_where)where, row->a,
                      PLAN_PACKED, UINT32_MAX);
            plan_edit(plan, PLAN_SET, (enum plan_where)where, row->a, PLAN_SIZE,
                      UINT32_MAX);
        }
}

/* One byte more is asked for than package.sig has: the next header's first is
 * taken for its last, and no signature has it. */
static void longer_signature(struct plan *plan, const struct zip_row *row)
{
    plan_edit(plan, PLAN_ADD, PLAN_BOTH, row->a, PLAN_PACKED, 1);
    plan_edit(plan, PLAN_ADD, PLAN_BOTH, row->a, PLAN_SIZE, 1);
}

/* --- names --------------------------------------------------------------- */

static struct plan_bytes text_of(const struct zip_row *row)
{
    return (struct plan_bytes){(const uint8_t *)row->text, row->text_length};
}

static void local_name(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].name = text_of(row);
}

static void central_name(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].central_name = text_of(row);
}

static void both_names(struct plan *plan, const struct zip_row *row)
{
    local_name(plan, row);
    central_name(plan, row);
}

/* A Unicode path (0x7075) that calls ap.bin by the row's text. */
static struct plan_bytes unicode_path(struct plan *plan, uint32_t version,
                                      uint32_t crc, const char *text)
{
    const uint32_t length = (uint32_t)strlen(text);
    uint8_t *const bytes = plan_take(plan, 5 + length);
    bytes[0] = (uint8_t)version;
    plan_put(bytes + 1, crc, 4);
    memcpy(bytes + 5, text, length);
    return plan_extra(plan, 0x7075, bytes, 5 + length);
}

/* a: version; b: bits of IN_LOCAL, IN_CENTRAL, OTHER (a wrong CRC), TWICE. */
static void unicode(struct plan *plan, const struct zip_row *row)
{
    struct plan_item *const item = &plan->items[AP];
    const uint32_t crc = crc32_add(0, item->name.at, item->name.length) ^
                         (row->b & OTHER ? 0xffffu : 0);
    struct plan_bytes path = unicode_path(plan, row->a, crc, row->text);
    if (row->b & TWICE)
        path = plan_join(plan, path, unicode_path(plan, 1, crc, "other.bin"));
    if (row->b & IN_LOCAL)
        item->local_extra = path;
    if (row->b & IN_CENTRAL)
        item->central_extra = path;
}

/* --- directories --------------------------------------------------------- */

static void directory_entry(struct plan *plan, const struct zip_row *row)
{
    plan_insert(plan, row->a, row->text, "bytes", row->b);
}

static const struct zip_row rows[] = {
    EDITS("a1-local-deflate-release", SET(LOCAL, RELEASE, METHOD, 8)),
    EDITS("a1-local-deflate-cert", SET(LOCAL, CERT, METHOD, 8)),
    EDITS("a1-local-deflate-package-sig", SET(LOCAL, PACKAGE_SIG, METHOD, 8)),
    EDITS("a1-local-deflate-modem", SET(LOCAL, MODEM, METHOD, 8)),
    EDITS("a1-local-deflate-ap", SET(LOCAL, AP, METHOD, 8)),
    EDITS("a1-central-deflate-release", SET(CENTRAL, RELEASE, METHOD, 8)),
    EDITS("a1-central-deflate-cert-sig", SET(CENTRAL, CERT_SIG, METHOD, 8)),
    EDITS("a1-central-deflate-package", SET(CENTRAL, PACKAGE, METHOD, 8)),
    EDITS("a1-central-deflate-modem", SET(CENTRAL, MODEM, METHOD, 8)),
    EDITS("a1-central-deflate-ap", SET(CENTRAL, AP, METHOD, 8)),
    EDITS("a1-both-deflate-but-stored", SET(BOTH, AP, METHOD, 8)),
    SHAPE("a1-deflated-as-both-say", deflated, AP, 3),
    SHAPE("a1-deflated-as-local-says", deflated, AP, 1),
    SHAPE("a1-deflated-as-central-says", deflated, AP, 2),
    SHAPE("a1-deflated-and-nobody-says", deflated, AP, 0),
    SHAPE("a1-deflated-release", deflated, RELEASE, 3),
    SHAPE("a1-deflated-package-local", deflated, PACKAGE, 1),
    SHAPE("a1-deflated-modem-central", deflated, MODEM, 2),
    EDITS("a1-shrunk", SET(BOTH, AP, METHOD, 1)),
    EDITS("a1-imploded", SET(BOTH, AP, METHOD, 6)),
    EDITS("a1-deflate64", SET(BOTH, AP, METHOD, 9)),
    EDITS("a1-bzip2", SET(BOTH, AP, METHOD, 12)),
    EDITS("a1-lzma", SET(BOTH, AP, METHOD, 14)),
    EDITS("a1-zstd", SET(BOTH, AP, METHOD, 93)),
    EDITS("a1-xz", SET(BOTH, AP, METHOD, 95)),
    EDITS("a1-ppmd", SET(BOTH, AP, METHOD, 98)),
    EDITS("a1-aes", SET(BOTH, AP, METHOD, 99)),
    EDITS("a1-unknown", SET(BOTH, AP, METHOD, 0xffff)),
    EDITS("a1-local-lzma-central-deflate", SET(LOCAL, AP, METHOD, 14),
          SET(CENTRAL, AP, METHOD, 8)),

    EDITS("a2-local-packed-0", SET(LOCAL, AP, PACKED, 0)),
    EDITS("a2-local-size-0", SET(LOCAL, AP, SIZE, 0)),
    EDITS("a2-local-both-0", SET(LOCAL, AP, PACKED, 0),
          SET(LOCAL, AP, SIZE, 0)),
    EDITS("a2-central-packed-0", SET(CENTRAL, AP, PACKED, 0)),
    EDITS("a2-central-size-0", SET(CENTRAL, AP, SIZE, 0)),
    EDITS("a2-central-both-0", SET(CENTRAL, AP, PACKED, 0),
          SET(CENTRAL, AP, SIZE, 0)),
    EDITS("a2-size-0-everywhere", SET(BOTH, AP, SIZE, 0)),
    EDITS("a2-packed-0-everywhere", SET(BOTH, AP, PACKED, 0)),
    EDITS("a2-local-one-more", ADD(LOCAL, AP, PACKED, 1),
          ADD(LOCAL, AP, SIZE, 1)),
    EDITS("a2-local-one-less", ADD(LOCAL, AP, PACKED, -1),
          ADD(LOCAL, AP, SIZE, -1)),
    EDITS("a2-central-one-more", ADD(CENTRAL, AP, PACKED, 1),
          ADD(CENTRAL, AP, SIZE, 1)),
    EDITS("a2-central-one-less", ADD(CENTRAL, AP, PACKED, -1),
          ADD(CENTRAL, AP, SIZE, -1)),
    EDITS("a2-both-one-less", ADD(BOTH, AP, PACKED, -1),
          ADD(BOTH, AP, SIZE, -1)),
    EDITS("a2-both-one-more", ADD(BOTH, MODEM, PACKED, 1),
          ADD(BOTH, MODEM, SIZE, 1)),
    EDITS("a2-local-reaches-into-the-next", ADD(LOCAL, MODEM, PACKED, 100),
          ADD(LOCAL, MODEM, SIZE, 100)),
    EDITS("a2-local-2-31-less-1", SET(LOCAL, AP, PACKED, 0x7fffffff),
          SET(LOCAL, AP, SIZE, 0x7fffffff)),
    EDITS("a2-local-2-31", SET(LOCAL, AP, PACKED, 0x80000000),
          SET(LOCAL, AP, SIZE, 0x80000000)),
    EDITS("a2-local-2-32-less-1", SET(LOCAL, AP, PACKED, 0xffffffff),
          SET(LOCAL, AP, SIZE, 0xffffffff)),
    EDITS("a2-local-2-32-less-2", SET(LOCAL, AP, PACKED, 0xfffffffe),
          SET(LOCAL, AP, SIZE, 0xfffffffe)),
    EDITS("a2-central-2-31", SET(CENTRAL, AP, PACKED, 0x80000000),
          SET(CENTRAL, AP, SIZE, 0x80000000)),
    EDITS("a2-central-2-32-less-1", SET(CENTRAL, AP, PACKED, 0xffffffff),
          SET(CENTRAL, AP, SIZE, 0xffffffff)),
    EDITS("a2-release-2-31", SET(BOTH, RELEASE, PACKED, 0x80000000),
          SET(BOTH, RELEASE, SIZE, 0x80000000)),
    EDITS("a2-release-2049", SET(BOTH, RELEASE, PACKED, 2049),
          SET(BOTH, RELEASE, SIZE, 2049)),
    EDITS("a2-release-sig-73", SET(BOTH, RELEASE_SIG, PACKED, 73),
          SET(BOTH, RELEASE_SIG, SIZE, 73)),
    EDITS("a2-release-one-less", ADD(BOTH, RELEASE, PACKED, -1),
          ADD(BOTH, RELEASE, SIZE, -1)),
    EDITS("a2-cert-one-less", ADD(BOTH, CERT, PACKED, -1),
          ADD(BOTH, CERT, SIZE, -1)),
    VERDICT("a2-package-sig-one-more", FFX_ERR_SIGNATURE, longer_signature,
            PACKAGE_SIG, 0, ""),
    EDITS("a2-release-0", SET(BOTH, RELEASE, PACKED, 0),
          SET(BOTH, RELEASE, SIZE, 0)),
    EDITS("a2-package-sig-0", SET(BOTH, PACKAGE_SIG, PACKED, 0),
          SET(BOTH, PACKAGE_SIG, SIZE, 0)),
    SHAPE("a2-descriptor", described, AP, LATE),
    SHAPE("a2-descriptor-that-repeats", described, AP, 0),
    SHAPE("a2-descriptor-without-signature", described, AP,
          LATE | NO_SIGNATURE),
    SHAPE("a2-descriptor-of-64-bits", described, AP, LATE | WIDE),
    SHAPE("a2-descriptor-says-0", described, AP,
          LATE | ZERO_PACKED | ZERO_SIZE),
    SHAPE("a2-descriptor-size-0", described, AP, ZERO_SIZE),
    SHAPE("a2-descriptor-packed-0", described, AP, ZERO_PACKED),
    SHAPE("a2-descriptor-of-another-crc", described, AP, LATE | WRONG_CRC),
    SHAPE("a2-descriptor-nobody-speaks-of", described, AP, NO_FLAG),
    SHAPE("a2-descriptor-local-flag-only", described, AP, LATE | LOCAL_FLAG),
    SHAPE("a2-descriptor-of-release", described, RELEASE, LATE),
    SHAPE("a2-descriptor-of-package-sig", described, PACKAGE_SIG, 0),
    SHAPE("a2-descriptor-of-modem", described, MODEM, LATE | WIDE),
    EDITS("a2-flag-without-descriptor", SET(BOTH, AP, FLAGS, 8)),
    SHAPE("a2-zip64-in-local", wide_sizes, AP, IN_LOCAL | ALL_ONES),
    SHAPE("a2-zip64-in-central", wide_sizes, AP, IN_CENTRAL | ALL_ONES),
    SHAPE("a2-zip64-in-both", wide_sizes, AP, IN_LOCAL | IN_CENTRAL | ALL_ONES),
    SHAPE("a2-zip64-not-asked-for", wide_sizes, AP, IN_LOCAL | IN_CENTRAL),
    SHAPE("a2-zip64-says-less", wide_sizes, AP,
          IN_LOCAL | IN_CENTRAL | ALL_ONES | OTHER),
    SHAPE("a2-zip64-says-less-unasked", wide_sizes, AP,
          IN_LOCAL | IN_CENTRAL | OTHER),
    SHAPE("a2-zip64-twice", wide_sizes, AP,
          IN_LOCAL | IN_CENTRAL | ALL_ONES | TWICE),
    SHAPE("a2-zip64-of-a-terabyte", wide_sizes, AP,
          IN_LOCAL | IN_CENTRAL | ALL_ONES | HUGE_SIZE),
    SHAPE("a2-zip64-of-release", wide_sizes, RELEASE, IN_LOCAL | ALL_ONES),
    EDITS("a2-local-crc-0", SET(LOCAL, AP, CRC32, 0)),
    EDITS("a2-central-crc-0", SET(CENTRAL, AP, CRC32, 0)),
    EDITS("a2-both-crc-0", SET(BOTH, AP, CRC32, 0)),
    EDITS("a2-both-crc-flipped-ap", XOR(BOTH, AP, CRC32, 1)),
    EDITS("a2-both-crc-flipped-modem", XOR(BOTH, MODEM, CRC32, 0x80000000)),
    EDITS("a2-both-crc-flipped-release", XOR(BOTH, RELEASE, CRC32, 1)),
    EDITS("a2-both-crc-flipped-cert-sig", XOR(BOTH, CERT_SIG, CRC32, 1)),
    EDITS("a2-both-crc-flipped-package", XOR(BOTH, PACKAGE, CRC32, 1)),
    EDITS("a2-local-crc-flipped-modem", XOR(LOCAL, MODEM, CRC32, 0x100)),
    EDITS("a2-central-crc-flipped-cert", XOR(CENTRAL, CERT, CRC32, 0x100)),

    NAMED("a3-local-other", local_name, AP, "xp.bin"),
    NAMED("a3-central-other", central_name, AP, "xp.bin"),
    NAMED("a3-local-longer", local_name, AP, "ap.bin.exe"),
    NAMED("a3-central-longer", central_name, AP, "ap.bin.exe"),
    NAMED("a3-local-of-modem", local_name, AP, "modem.patch"),
    NAMED("a3-central-of-modem", central_name, AP, "modem.patch"),
    NAMED("a3-local-empty", local_name, AP, ""),
    NAMED("a3-central-empty", central_name, AP, ""),
    NAMED("a3-both-empty", both_names, AP, ""),
    NAMED("a3-local-delta", local_name, AP, "ap.patch"),
    NAMED("a3-central-delta", central_name, AP, "ap.patch"),
    NAMED("a3-release-local", local_name, RELEASE, "Release"),
    NAMED("a3-release-central", central_name, RELEASE, "released"),
    NAMED("a3-cert-local", local_name, CERT, "cart"),
    NAMED("a3-cert-central", central_name, CERT, "cart"),
    NAMED("a3-package-sig-local", local_name, PACKAGE_SIG, "package.sag"),
    NAMED("a3-package-sig-central", central_name, PACKAGE_SIG, "package.sag"),
    EDITS("a3-local-name-shorter", ADD(LOCAL, AP, NAME_LENGTH, -1)),
    EDITS("a3-central-name-shorter", ADD(CENTRAL, AP, NAME_LENGTH, -1)),
    EDITS("a3-local-name-longer", ADD(LOCAL, AP, NAME_LENGTH, 4)),
    EDITS("a3-name-end-becomes-extra", ADD(BOTH, AP, NAME_LENGTH, -4),
          ADD(BOTH, AP, EXTRA_LENGTH, 4)),
    EDITS("a3-local-name-of-65535", SET(LOCAL, AP, NAME_LENGTH, 0xffff)),
    EDITS("a3-central-name-of-65535", SET(CENTRAL, AP, NAME_LENGTH, 0xffff)),
    EDITS("a3-utf8-local", SET(LOCAL, AP, FLAGS, 0x800)),
    EDITS("a3-utf8-central", SET(CENTRAL, AP, FLAGS, 0x800)),
    EDITS("a3-utf8-both", SET(BOTH, AP, FLAGS, 0x800)),
    VERDICT("a3-unicode-path-local", FFX_ERR_ZIP, unicode, 1, IN_LOCAL,
            "evil.bin"),
    VERDICT("a3-unicode-path-central", FFX_ERR_ZIP, unicode, 1, IN_CENTRAL,
            "evil.bin"),
    VERDICT("a3-unicode-path-both", FFX_ERR_ZIP, unicode, 1,
            IN_LOCAL | IN_CENTRAL, "evil.bin"),
    VERDICT("a3-unicode-path-of-version-2", FFX_ERR_ZIP, unicode, 2,
            IN_LOCAL | IN_CENTRAL, "evil.bin"),
    VERDICT("a3-unicode-path-of-another-crc", FFX_ERR_ZIP, unicode, 1,
            IN_LOCAL | IN_CENTRAL | OTHER, "evil.bin"),
    VERDICT("a3-unicode-path-twice", FFX_ERR_ZIP, unicode, 1,
            IN_LOCAL | IN_CENTRAL | TWICE, "evil.bin"),
    VERDICT("a3-unicode-path-traverses", FFX_ERR_ZIP, unicode, 1,
            IN_LOCAL | IN_CENTRAL, "../../evil"),
    VERDICT("a3-unicode-path-is-the-name", FFX_ERR_ZIP, unicode, 1,
            IN_LOCAL | IN_CENTRAL, "ap.bin"),

    NAMED("a4-slash", both_names, AP, "ap.bin/"),
    NAMED("a4-slash-local", local_name, AP, "ap.bin/"),
    NAMED("a4-slash-central", central_name, AP, "ap.bin/"),
    NAMED("a4-backslash", both_names, AP, "ap.bin\\"),
    VERDICT("a4-empty-directory-first", FFX_ERR_ZIP, directory_entry, 0, 0,
            "a/"),
    VERDICT("a4-empty-directory-last", FFX_ERR_ZIP, directory_entry, 8, 0,
            "a/"),
    VERDICT("a4-directory-with-bytes", FFX_ERR_ZIP, directory_entry, 8, 5,
            "a/"),
    VERDICT("a4-directory-of-the-same-name", FFX_ERR_ZIP, directory_entry, 7, 0,
            "ap.bin/"),
    EDITS("a4-dos-directory", SET(CENTRAL, AP, EXTERNAL, 0x10)),
    EDITS("a4-dos-directory-by-dos", SET(CENTRAL, AP, EXTERNAL, 0x10),
          SET(CENTRAL, AP, MADE_BY, 0x0014)),
    EDITS("a4-unix-directory", SET(CENTRAL, AP, EXTERNAL, 0x41ed0000)),
    EDITS("a4-unix-directory-by-mac", SET(CENTRAL, AP, EXTERNAL, 0x41ed0000),
          SET(CENTRAL, AP, MADE_BY, 0x1314)),
    EDITS("a4-symlink", SET(CENTRAL, AP, EXTERNAL, 0xa1ff0000)),
    EDITS("a4-device", SET(CENTRAL, AP, EXTERNAL, 0x21b60000)),
    EDITS("a4-setuid", SET(CENTRAL, AP, EXTERNAL, 0x89ed0000)),
    EDITS("a4-no-attributes", SET(CENTRAL, AP, EXTERNAL, 0)),
    EDITS("a4-volume-label", SET(CENTRAL, AP, EXTERNAL, 0x08)),
    EDITS("a4-hidden", XOR(CENTRAL, MODEM, EXTERNAL, 0x02)),
    EDITS("a4-executable", SET(CENTRAL, RELEASE, EXTERNAL, 0x81ed0000)),

    EDITS("a5-local-encrypted", SET(LOCAL, AP, FLAGS, 1)),
    EDITS("a5-central-encrypted", SET(CENTRAL, AP, FLAGS, 1)),
    EDITS("a5-both-encrypted", SET(BOTH, AP, FLAGS, 1)),
    EDITS("a5-first-encrypted", SET(BOTH, RELEASE, FLAGS, 1)),
    EDITS("a5-release-local-encrypted", SET(LOCAL, RELEASE, FLAGS, 1)),
    EDITS("a5-modem-central-encrypted", SET(CENTRAL, MODEM, FLAGS, 1)),
    EDITS("a5-strongly-encrypted", SET(BOTH, AP, FLAGS, 0x41)),
    EDITS("a5-strong-but-not-encrypted", SET(BOTH, AP, FLAGS, 0x40)),
    EDITS("a5-masked-headers", SET(BOTH, AP, FLAGS, 0x2000)),
    EDITS("a5-masked-and-encrypted", SET(BOTH, AP, FLAGS, 0x2041)),
    EDITS("a5-aes-method", SET(BOTH, AP, FLAGS, 1), SET(BOTH, AP, METHOD, 99)),
};

const struct zip_table zip_rows_metadata = {rows, sizeof rows / sizeof *rows};
