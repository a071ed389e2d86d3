/* SPDX-License-Identifier: Apache-2.0 */
/* Rows c1 to c5 and bomb: where things stand, and how often they are used. */
#include "zip_rows_table.h"

#include "base/crc32.h"

#include <string.h>

static const char evil[] = "evil bytes";
#define EVIL_BYTES 10u

/* --- pieces of other archives -------------------------------------------- */

static struct plan_bytes end_record(struct plan *plan, uint32_t entries,
                                    uint32_t bytes, uint32_t offset,
                                    uint32_t comment)
{
    uint8_t *const at = plan_take(plan, 22);
    plan_put(at, 0x06054b50, 4);
    plan_put(at + 8, entries, 2);
    plan_put(at + 10, entries, 2);
    plan_put(at + 12, bytes, 4);
    plan_put(at + 16, offset, 4);
    plan_put(at + 20, comment, 2);
    return (struct plan_bytes){at, 22};
}

static void put_facts(uint8_t *at, const char *name)
{
    plan_put(at, 10, 2);
    plan_put(at + 8, 0x0021, 2);
    plan_put(at + 10, crc32_add(0, evil, EVIL_BYTES), 4);
    plan_put(at + 14, EVIL_BYTES, 4);
    plan_put(at + 18, EVIL_BYTES, 4);
    plan_put(at + 22, strlen(name), 2);
}

static struct plan_bytes local_entry(struct plan *plan, const char *name)
{
    const uint32_t length = (uint32_t)strlen(name);
    uint8_t *const at = plan_take(plan, 30 + length + EVIL_BYTES);
    plan_put(at, 0x04034b50, 4);
    put_facts(at + 4, name);
    memcpy(at + 30, name, length);
    memcpy(at + 30 + length, evil, EVIL_BYTES);
    return (struct plan_bytes){at, 30 + length + EVIL_BYTES};
}

static struct plan_bytes central_entry(struct plan *plan, const char *name,
                                       uint32_t offset)
{
    const uint32_t length = (uint32_t)strlen(name);
    uint8_t *const at = plan_take(plan, 46 + length);
    plan_put(at, 0x02014b50, 4);
    plan_put(at + 4, 0x0314, 2);
    put_facts(at + 6, name);
    plan_put(at + 38, 0x81a40000, 4);
    plan_put(at + 42, offset, 4);
    memcpy(at + 46, name, length);
    return (struct plan_bytes){at, 46 + length};
}

/* A whole archive of one entry that stands at `offset` of the file; its end
 * record says that `comment` bytes follow. */
static struct plan_bytes archive(struct plan *plan, const char *name,
                                 uint32_t offset, uint32_t comment)
{
    const struct plan_bytes local = local_entry(plan, name);
    const struct plan_bytes central = central_entry(plan, name, offset);
    return plan_join(
        plan, plan_join(plan, local, central),
        end_record(plan, 1, central.length, offset + local.length, comment));
}

static struct plan_bytes row_bytes(struct plan *plan, const struct zip_row *row)
{
    return plan_copy(plan, row->text, row->text_length);
}

/* --- c1: which entries there are ----------------------------------------- */

/* An entry `readme` before item a; b: 1 unlisted, 2 only listed. */
static void readme(struct plan *plan, const struct zip_row *row)
{
    struct plan_item *const item =
        plan_insert(plan, row->a, "readme", evil, EVIL_BYTES);
    item->no_central = row->b == 1;
    item->no_local = row->b == 2;
    if (item->no_local)
        item->points_to = AP;
}

static void unlisted(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].no_central = 1;
}

static void listed_only(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].no_local = 1;
}

static void before(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].before = row_bytes(plan, row);
}

static void entry_before(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].before = local_entry(plan, row->text);
}

static void behind(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].behind = row_bytes(plan, row);
}

/* Local entries where only a stream would look for them; b: 0 a comment of
 * the directory, 1 of the end record, 2 an extra field. */
static void hidden_entry(struct plan *plan, const struct zip_row *row)
{
    const struct plan_bytes entry = local_entry(plan, row->text);
    if (row->b == 0)
        plan->items[row->a].comment = entry;
    else if (row->b == 1)
        plan->comment = entry;
    else
        plan->items[row->a].local_extra =
            plan_extra(plan, 0x1337, entry.at, entry.length);
}

/* The directory's entry for item a points at bytes within `junk`. */
static void inner_entry(struct plan *plan, const struct zip_row *row)
{
    const struct plan_bytes inner = local_entry(plan, row->text);
    struct plan_item *const junk =
        plan_insert(plan, 8, "junk", inner.at, inner.length);
    junk->no_central = row->b == 1;
    struct plan_item *const entry =
        plan_insert(plan, 9, row->text, evil, EVIL_BYTES);
    entry->no_local = 1;
    entry->points_to = 8;
    plan_edit(plan, PLAN_ADD, PLAN_CENTRAL, 9, PLAN_OFFSET, 34);
}

/* The directory in another order; a, b: which two change places. */
static void directory_order(struct plan *plan, const struct zip_row *row)
{
    plan->order[row->a] = row->b;
    plan->order[row->b] = row->a;
}

static void directory_reversed(struct plan *plan, const struct zip_row *row)
{
    (void)row;
    for (uint32_t i = 0; i < plan->count; i++)
        plan->order[i] = plan->count - 1 - i;
}

/* Item a's entry in the directory is for item b's bytes. */
static void points_to(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].points_to = row->b;
}

/* --- c2: which end record ------------------------------------------------ */

static void comment(struct plan *plan, const struct zip_row *row)
{
    plan->comment = row_bytes(plan, row);
}

static void long_comment(struct plan *plan, const struct zip_row *row)
{
    plan->comment = (struct plan_bytes){plan_take(plan, row->a), row->a};
}

static void tail(struct plan *plan, const struct zip_row *row)
{
    plan->tail = row_bytes(plan, row);
}

/* A whole other archive behind the file. a: what is added to the length of
 * the comment that this makes of it; b: 1 it is a comment, 0 it is not. */
static void archive_behind(struct plan *plan, const struct zip_row *row)
{
    plan_lay(plan);
    const struct plan_bytes other = archive(plan, "ap.bin", plan->length, 0);
    if (row->b)
        plan->comment = other;
    else
        plan->tail = other;
    plan_edit(plan, PLAN_ADD, PLAN_END, 0, PLAN_END_COMMENT, row->a);
}

/* ... and before it; its end record takes the rest for a comment if it can. */
static void archive_before(struct plan *plan, const struct zip_row *row)
{
    plan_lay(plan);
    plan->items[0].before =
        archive(plan, "ap.bin", 0, row->a ? plan->length : 0);
}

/* A second end record for the directory. a: 0 behind the first, 1 as its
 * comment, 2 in front of it, 3 in front of the directory. */
static void end_twice(struct plan *plan, const struct zip_row *row)
{
    plan_lay(plan);
    const uint32_t bytes = plan->end - plan->directory;
    const struct plan_bytes record = end_record(
        plan, row->b ? row->b : plan->count, bytes, plan->directory, 0);
    if (row->a == 0)
        plan->tail = record;
    else if (row->a == 1)
        plan->comment = record;
    else if (row->a == 2)
        plan->between = record;
    else
        plan->gap = record;
}

static void empty_end(struct plan *plan, const struct zip_row *row)
{
    const struct plan_bytes record = end_record(plan, 0, 0, 0, 0);
    if (row->a == 0)
        plan->tail = record;
    else if (row->a == 1)
        plan->comment = record;
    else
        plan->items[0].before = record;
}

/* --- c4: where the directory is ------------------------------------------ */

/* A directory that calls evil bytes ap.bin stands in front of the true one
 * (or, b: behind it) and a says who is pointed at: 0 true, 1 evil. */
static void two_directories(struct plan *plan, const struct zip_row *row)
{
    plan_lay(plan);
    const struct plan_bytes local = local_entry(plan, "ap.bin");
    const struct plan_bytes central =
        central_entry(plan, "ap.bin", plan->directory);
    plan->gap = row->b ? local : plan_join(plan, local, central);
    if (row->b)
        plan->between = central;
    if (row->a == 0)
        return;
    plan_lay(plan);
    const uint32_t at =
        row->b ? plan->end - central.length : plan->directory - central.length;
    plan_edit(plan, PLAN_SET, PLAN_END, 0, PLAN_END_OFFSET, at);
    plan_edit(plan, PLAN_SET, PLAN_END, 0, PLAN_END_BYTES, central.length);
    plan_edit(plan, PLAN_SET, PLAN_END, 0, PLAN_END_HERE, 1);
    plan_edit(plan, PLAN_SET, PLAN_END, 0, PLAN_END_TOTAL, 1);
}

/* a bytes in front that no offset counts. */
static void uncounted_prefix(struct plan *plan, const struct zip_row *row)
{
    plan->items[0].before =
        (struct plan_bytes){plan_take(plan, row->a), row->a};
    for (uint32_t i = 0; i < plan->count; i++)
        plan_edit(plan, PLAN_ADD, PLAN_CENTRAL, i, PLAN_OFFSET, 0 - row->a);
    plan_edit(plan, PLAN_ADD, PLAN_END, 0, PLAN_END_OFFSET, 0 - row->a);
}

static void counted_prefix(struct plan *plan, const struct zip_row *row)
{
    plan->items[0].before =
        (struct plan_bytes){plan_take(plan, row->a), row->a};
}

static void gap(struct plan *plan, const struct zip_row *row)
{
    const struct plan_bytes zeros = {plan_take(plan, row->a), row->a};
    if (row->b)
        plan->between = zeros;
    else
        plan->gap = zeros;
}

/* --- c5: zip64 ----------------------------------------------------------- */

/* What of the two records is there and true. */
enum {
    RECORD = 1,
    LOCATOR = 2,
    ONES_COUNT = 4, /* fields of the end record that send there */
    ONES_BYTES = 8,
    ONES_OFFSET = 16,
    ONES_DISK = 32,
    EVIL = 64,          /* it has a directory of its own */
    GAP = 128,          /* a byte stands between the two */
    ASTRAY = 256,       /* the locator points at the start of the file */
    FEWER = 512,        /* the record counts one entry less */
    DISK_1 = 1024,      /* the locator speaks of another disk */
    LONGER = 2048,      /* the record says that it is longer than it is */
    BACK_TO_BACK = 4096 /* two locators */
};

static struct plan_bytes wide_record(struct plan *plan, uint32_t flags,
                                     uint32_t bytes, uint32_t offset)
{
    const uint32_t entries =
        flags & EVIL ? 1 : plan->count - (flags & FEWER ? 1 : 0);
    uint8_t *const at = plan_take(plan, 56);
    plan_put(at, 0x06064b50, 4);
    plan_put(at + 4, flags & LONGER ? 200 : 44, 8);
    plan_put(at + 12, 0x032d, 2);
    plan_put(at + 14, 45, 2);
    plan_put(at + 24, entries, 8);
    plan_put(at + 32, entries, 8);
    plan_put(at + 40, bytes, 8);
    plan_put(at + 48, offset, 8);
    return (struct plan_bytes){at, 56};
}

static struct plan_bytes locator(struct plan *plan, uint32_t flags,
                                 uint32_t record)
{
    uint8_t *const at = plan_take(plan, 20);
    plan_put(at, 0x07064b50, 4);
    plan_put(at + 4, flags & DISK_1 ? 1 : 0, 4);
    plan_put(at + 8, flags & ASTRAY ? 0 : record, 8);
    plan_put(at + 16, flags & DISK_1 ? 2 : 1, 4);
    return (struct plan_bytes){at, 20};
}

static void all_ones(struct plan *plan, uint32_t flags)
{
    static const struct {
        uint32_t flag;
        enum plan_field field;
    } ones[] = {
        {ONES_COUNT, PLAN_END_HERE},  {ONES_COUNT, PLAN_END_TOTAL},
        {ONES_BYTES, PLAN_END_BYTES}, {ONES_OFFSET, PLAN_END_OFFSET},
        {ONES_DISK, PLAN_END_DISK},   {ONES_DISK, PLAN_END_START},
    };
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        if (flags & ones[i].flag)
            plan_edit(plan, PLAN_SET, PLAN_END, 0, ones[i].field, UINT32_MAX);
}

static void zip64(struct plan *plan, const struct zip_row *row)
{
    const uint32_t flags = row->a;
    plan_lay(plan);
    uint32_t bytes = plan->end - plan->directory, at = plan->directory;
    if (flags & EVIL) {
        const struct plan_bytes local = local_entry(plan, "ap.bin");
        const struct plan_bytes central =
            central_entry(plan, "ap.bin", plan->end);
        plan->between = plan_join(plan, local, central);
        bytes = central.length;
        at = plan->end + local.length;
    }
    const uint32_t record = plan->end + plan->between.length;
    if (flags & RECORD)
        plan->between =
            plan_join(plan, plan->between, wide_record(plan, flags, bytes, at));
    if (flags & GAP)
        plan->between = plan_join(plan, plan->between, plan_copy(plan, "", 1));
    if (flags & LOCATOR)
        plan->between =
            plan_join(plan, plan->between, locator(plan, flags, record));
    if (flags & BACK_TO_BACK)
        plan->between =
            plan_join(plan, plan->between, locator(plan, ASTRAY, 0));
    plan_edit(plan, PLAN_SET, PLAN_END, 0, PLAN_END_BYTES,
              plan->end - plan->directory);
    all_ones(plan, flags);
}

/* --- bombs --------------------------------------------------------------- */

/* ap.bin is a deflate stream of a zeros. b: 1 the sizes say so, 2 they say
 * the stream's, 3 only the directory says so. */
static void zeros(struct plan *plan, const struct zip_row *row)
{
    struct plan_item *const item = &plan->items[AP];
    uint32_t crc = 0;
    item->data = zip_deflated_zeros(plan, row->a);
    for (uint32_t i = 0; i < row->a; i++)
        crc = crc32_add(crc, "", 1);
    if (row->b != 2)
        plan_edit(plan, PLAN_SET, row->b == 3 ? PLAN_CENTRAL : PLAN_BOTH, AP,
                  PLAN_CRC32, crc);
    plan_edit(plan, PLAN_SET, row->b == 3 ? PLAN_CENTRAL : PLAN_BOTH, AP,
              PLAN_METHOD, 8);
    if (row->b != 2)
        plan_edit(plan, PLAN_SET, row->b == 3 ? PLAN_CENTRAL : PLAN_BOTH, AP,
                  PLAN_SIZE, row->a);
}

/* ap.bin keeps its bytes and says that they become a times as many. */
static void claimed_ratio(struct plan *plan, const struct zip_row *row)
{
    const uint32_t size = plan->items[AP].data.length;
    const enum plan_where where = row->b ? PLAN_CENTRAL : PLAN_BOTH;
    plan_edit(plan, PLAN_SET, where, AP, PLAN_METHOD, 8);
    plan_edit(plan, PLAN_SET, where, AP, PLAN_SIZE,
              row->a > UINT32_MAX / size ? UINT32_MAX - 1 : row->a * size);
}

/* a entries of the directory for the bytes of ap.bin. */
static void full_overlap(struct plan *plan, const struct zip_row *row)
{
    for (uint32_t i = 0; i < row->a; i++) {
        struct plan_item *const item =
            plan_insert(plan, plan->count, row->text, NULL, 0);
        item->data = plan->items[AP].data;
        item->no_local = 1;
        item->points_to = AP;
    }
}

/* Each entry's bytes, from item a on, are all that follow it up to the
 * directory (b: to the end record): earlier entries quote the local headers of
 * later ones. */
static void quoted_overlap(struct plan *plan, const struct zip_row *row)
{
    plan_lay(plan);
    const uint32_t end = row->b ? plan->end : plan->directory;
    for (uint32_t i = row->a; i < plan->count; i++) {
        const uint32_t header = 30 + plan->items[i].name.length;
        const uint32_t size = end - plan->local[i] - header;
        plan_edit(plan, PLAN_SET, PLAN_BOTH, i, PLAN_PACKED, size);
        plan_edit(plan, PLAN_SET, PLAN_BOTH, i, PLAN_SIZE, size);
    }
}

/* A zip in a zip, a deep, as a further entry. */
static void nested(struct plan *plan, const struct zip_row *row)
{
    struct plan_bytes inner = archive(plan, "ap.bin", 0, 0);
    for (uint32_t i = 1; i < row->a; i++) {
        struct plan_bytes local = local_entry(plan, "a.zip");
        local.length -= EVIL_BYTES;
        inner = plan_join(plan, local, inner);
    }
    plan_insert(plan, row->b, "a.zip", inner.at, inner.length);
}

static const struct zip_row rows[] = {
    SHAPE("c1-unlisted-first", readme, 0, 1),
    SHAPE("c1-unlisted-before-cert", readme, CERT, 1),
    SHAPE("c1-unlisted-before-modem", readme, MODEM, 1),
    SHAPE("c1-unlisted-last", readme, 8, 1),
    SHAPE("c1-only-listed-first", readme, 0, 2),
    SHAPE("c1-only-listed-last", readme, 8, 2),
    SHAPE("c1-ap-unlisted", unlisted, AP, 0),
    SHAPE("c1-release-unlisted", unlisted, RELEASE, 0),
    SHAPE("c1-cert-sig-unlisted", unlisted, CERT_SIG, 0),
    SHAPE("c1-ap-only-listed", listed_only, AP, 0),
    SHAPE("c1-cert-only-listed", listed_only, CERT, 0),
    NAMED("c1-entry-in-front", entry_before, RELEASE, "release"),
    NAMED("c1-entry-between", entry_before, AP, "modem.patch"),
    NAMED("c1-bytes-in-front", before, RELEASE, "x"),
    NAMED("c1-bytes-between-signed", before, PACKAGE, "\0\0\0\0"),
    NAMED("c1-bytes-between-payloads", before, AP, "\0"),
    NAMED("c1-bytes-behind-payload", behind, AP, "0123456789ab"),
    NAMED("c1-end-record-between", before, AP,
          "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    NAMED("c1-directory-header-between", before, MODEM, "PK\1\2"),
    VERDICT("c1-entry-in-a-comment", FFX_ERR_ZIP, hidden_entry, RELEASE, 0,
            "ap.bin"),
    VERDICT("c1-entry-in-the-last-comment", FFX_ERR_ZIP, hidden_entry, AP, 0,
            "ap.bin"),
    VERDICT("c1-entry-in-the-end-comment", FFX_ERR_ZIP, hidden_entry, 0, 1,
            "ap.bin"),
    VERDICT("c1-entry-in-an-extra-field", FFX_ERR_ZIP, hidden_entry, AP, 2,
            "ap.bin"),
    VERDICT("c1-entry-within-an-entry", FFX_ERR_ZIP, inner_entry, 0, 0,
            "evil.bin"),
    VERDICT("c1-entry-within-an-unlisted-one", FFX_ERR_ZIP, inner_entry, 0, 1,
            "ap.bin"),
    SHAPE("c1-directory-reversed", directory_reversed, 0, 0),
    SHAPE("c1-directory-ap-before-modem", directory_order, MODEM, AP),
    SHAPE("c1-directory-package-first", directory_order, RELEASE, PACKAGE),
    SHAPE("c1-ap-for-modem", points_to, AP, MODEM),
    SHAPE("c1-modem-for-ap", points_to, MODEM, AP),
    SHAPE("c1-release-for-package", points_to, RELEASE, PACKAGE),

    NAMED("c2-comment", comment, 0, "x"),
    NAMED("c2-comment-of-22", comment, 0, "0123456789012345678901"),
    NAMED("c2-comment-like-an-end", comment, 0, "PK\5\6"),
    SHAPE("c2-comment-of-65535", long_comment, 65535, 0),
    EDITS("c2-comment-length-1", SET(END, 0, END_COMMENT, 1)),
    EDITS("c2-comment-length-65535", SET(END, 0, END_COMMENT, 65535)),
    NAMED("c2-byte-behind", tail, 0, "\0"),
    NAMED("c2-newline-behind", tail, 0, "\n"),
    NAMED("c2-four-behind", tail, 0, "PK\5\6"),
    SHAPE("c2-end-twice", end_twice, 0, 0),
    SHAPE("c2-end-in-its-comment", end_twice, 1, 0),
    SHAPE("c2-first-end-counts-one", end_twice, 2, 1),
    SHAPE("c2-end-before-the-directory", end_twice, 3, 0),
    SHAPE("c2-second-end-counts-one", end_twice, 0, 1),
    SHAPE("c2-end-in-its-comment-counts-one", end_twice, 1, 1),
    SHAPE("c2-empty-archive-behind", empty_end, 0, 0),
    SHAPE("c2-empty-archive-as-comment", empty_end, 1, 0),
    SHAPE("c2-empty-archive-in-front", empty_end, 2, 0),
    SHAPE("c2-archive-behind", archive_behind, 0, 0),
    SHAPE("c2-archive-as-comment", archive_behind, 0, 1),
    SHAPE("c2-archive-and-one-more", archive_behind, 1, 1),
    SHAPE("c2-archive-and-one-less", archive_behind, 0xffffffff, 1),
    SHAPE("c2-archive-in-front", archive_before, 0, 0),
    SHAPE("c2-archive-in-front-comments-the-rest", archive_before, 1, 0),

    EDITS("c3-here-one-less", ADD(END, 0, END_HERE, -1)),
    EDITS("c3-here-one-more", ADD(END, 0, END_HERE, 1)),
    EDITS("c3-here-0", SET(END, 0, END_HERE, 0)),
    EDITS("c3-total-one-less", ADD(END, 0, END_TOTAL, -1)),
    EDITS("c3-total-one-more", ADD(END, 0, END_TOTAL, 1)),
    EDITS("c3-total-0", SET(END, 0, END_TOTAL, 0)),
    EDITS("c3-total-65535", SET(END, 0, END_TOTAL, 65535)),
    EDITS("c3-both-one-less", ADD(END, 0, END_HERE, -1),
          ADD(END, 0, END_TOTAL, -1)),
    EDITS("c3-both-one-more", ADD(END, 0, END_HERE, 1),
          ADD(END, 0, END_TOTAL, 1)),
    EDITS("c3-both-1", SET(END, 0, END_HERE, 1), SET(END, 0, END_TOTAL, 1)),
    EDITS("c3-both-0", SET(END, 0, END_HERE, 0), SET(END, 0, END_TOTAL, 0)),
    EDITS("c3-bytes-of-one-less", ADD(END, 0, END_BYTES, -52)),
    EDITS("c3-bytes-one-less", ADD(END, 0, END_BYTES, -1)),
    EDITS("c3-bytes-one-more", ADD(END, 0, END_BYTES, 1)),
    EDITS("c3-bytes-0", SET(END, 0, END_BYTES, 0)),
    EDITS("c3-all-one-less", ADD(END, 0, END_HERE, -1),
          ADD(END, 0, END_TOTAL, -1), ADD(END, 0, END_BYTES, -52)),
    EDITS("c3-here-and-bytes-one-less", ADD(END, 0, END_HERE, -1),
          ADD(END, 0, END_BYTES, -52)),

    EDITS("c4-directory-one-before", ADD(END, 0, END_OFFSET, -1)),
    EDITS("c4-directory-one-behind", ADD(END, 0, END_OFFSET, 1)),
    EDITS("c4-directory-at-0", SET(END, 0, END_OFFSET, 0)),
    EDITS("c4-directory-outside", SET(END, 0, END_OFFSET, 0x7fffffff)),
    EDITS("c4-directory-at-4-GiB", SET(END, 0, END_OFFSET, 0xfffffffe)),
    EDITS("c4-local-one-before", ADD(CENTRAL, AP, OFFSET, -1)),
    EDITS("c4-local-one-behind", ADD(CENTRAL, AP, OFFSET, 1)),
    EDITS("c4-local-at-0", SET(CENTRAL, AP, OFFSET, 0)),
    EDITS("c4-local-outside", SET(CENTRAL, AP, OFFSET, 0x7fffffff)),
    EDITS("c4-release-at-1", SET(CENTRAL, RELEASE, OFFSET, 1)),
    SHAPE("c4-evil-directory-unused", two_directories, 0, 0),
    SHAPE("c4-evil-directory-used", two_directories, 1, 0),
    SHAPE("c4-evil-directory-behind-unused", two_directories, 0, 1),
    SHAPE("c4-evil-directory-behind-used", two_directories, 1, 1),
    SHAPE("c4-prefix-of-1", uncounted_prefix, 1, 0),
    SHAPE("c4-prefix-of-64", uncounted_prefix, 64, 0),
    SHAPE("c4-prefix-of-4096", uncounted_prefix, 4096, 0),
    SHAPE("c4-counted-prefix-of-1", counted_prefix, 1, 0),
    SHAPE("c4-counted-prefix-of-64", counted_prefix, 64, 0),
    SHAPE("c4-gap-of-1", gap, 1, 0),
    SHAPE("c4-gap-of-22", gap, 22, 0),
    SHAPE("c4-gap-before-the-end", gap, 1, 1),
    SHAPE("c4-gap-of-20-before-the-end", gap, 20, 1),

    SHAPE("c5-zip64-unasked", zip64, RECORD | LOCATOR, 0),
    SHAPE("c5-zip64-count", zip64, RECORD | LOCATOR | ONES_COUNT, 0),
    SHAPE("c5-zip64-bytes", zip64, RECORD | LOCATOR | ONES_BYTES, 0),
    SHAPE("c5-zip64-offset", zip64, RECORD | LOCATOR | ONES_OFFSET, 0),
    SHAPE("c5-zip64-disk", zip64, RECORD | LOCATOR | ONES_DISK, 0),
    SHAPE("c5-zip64-all", zip64,
          RECORD | LOCATOR | ONES_COUNT | ONES_BYTES | ONES_OFFSET, 0),
    SHAPE("c5-zip64-all-and-disk", zip64,
          RECORD | LOCATOR | ONES_COUNT | ONES_BYTES | ONES_OFFSET | ONES_DISK,
          0),
    SHAPE("c5-evil-unasked", zip64, RECORD | LOCATOR | EVIL, 0),
    SHAPE("c5-evil-count", zip64, RECORD | LOCATOR | EVIL | ONES_COUNT, 0),
    SHAPE("c5-evil-bytes", zip64, RECORD | LOCATOR | EVIL | ONES_BYTES, 0),
    SHAPE("c5-evil-offset", zip64, RECORD | LOCATOR | EVIL | ONES_OFFSET, 0),
    SHAPE("c5-evil-disk", zip64, RECORD | LOCATOR | EVIL | ONES_DISK, 0),
    SHAPE("c5-evil-all", zip64,
          RECORD | LOCATOR | EVIL | ONES_COUNT | ONES_BYTES | ONES_OFFSET, 0),
    SHAPE("c5-evil-gap", zip64,
          RECORD | LOCATOR | EVIL | GAP | ONES_COUNT | ONES_OFFSET, 0),
    SHAPE("c5-locator-only", zip64, LOCATOR, 0),
    SHAPE("c5-record-only", zip64, RECORD, 0),
    SHAPE("c5-record-only-asked", zip64, RECORD | ONES_OFFSET, 0),
    SHAPE("c5-asked-and-nothing-there", zip64, ONES_COUNT | ONES_OFFSET, 0),
    SHAPE("c5-locator-astray", zip64, RECORD | LOCATOR | ASTRAY, 0),
    SHAPE("c5-locator-astray-asked", zip64,
          RECORD | LOCATOR | ASTRAY | ONES_OFFSET, 0),
    SHAPE("c5-locator-of-another-disk", zip64, RECORD | LOCATOR | DISK_1, 0),
    SHAPE("c5-record-counts-less", zip64, RECORD | LOCATOR | FEWER | ONES_COUNT,
          0),
    SHAPE("c5-record-too-long", zip64, RECORD | LOCATOR | LONGER | ONES_OFFSET,
          0),
    SHAPE("c5-two-locators", zip64, RECORD | LOCATOR | BACK_TO_BACK, 0),
    SHAPE("c5-gap-before-the-locator", zip64, RECORD | LOCATOR | GAP, 0),

    SHAPE("bomb-1-kB", zeros, 1000, 1),
    SHAPE("bomb-10-kB", zeros, 10000, 1),
    SHAPE("bomb-100-kB", zeros, 100000, 1),
    SHAPE("bomb-1-MB", zeros, 1000000, 1),
    SHAPE("bomb-nobody-speaks-of", zeros, 100000, 2),
    SHAPE("bomb-the-directory-speaks-of", zeros, 100000, 3),
    SHAPE("bomb-claims-10", claimed_ratio, 10, 0),
    SHAPE("bomb-claims-100", claimed_ratio, 100, 0),
    SHAPE("bomb-claims-1000", claimed_ratio, 1000, 0),
    SHAPE("bomb-claims-10-to-the-4", claimed_ratio, 10000, 0),
    SHAPE("bomb-claims-10-to-the-5", claimed_ratio, 100000, 0),
    SHAPE("bomb-claims-10-to-the-6", claimed_ratio, 1000000, 0),
    SHAPE("bomb-directory-claims-1000", claimed_ratio, 1000, 1),
    SHAPE("bomb-directory-claims-10-to-the-6", claimed_ratio, 1000000, 1),
    NAMED("bomb-one-more-entry-of-ap", full_overlap, 1, "a.bin"),
    NAMED("bomb-ten-entries-of-ap", full_overlap, 10, "a.bin"),
    NAMED("bomb-entries-all-called-ap", full_overlap, 10, "ap.bin"),
    SHAPE("bomb-payloads-quote", quoted_overlap, MODEM, 0),
    SHAPE("bomb-all-quote", quoted_overlap, RELEASE, 0),
    SHAPE("bomb-last-takes-the-directory", quoted_overlap, AP, 1),
    SHAPE("bomb-zip-in-the-zip", nested, 1, 8),
    SHAPE("bomb-zip-in-front", nested, 1, 0),
    SHAPE("bomb-zip-in-zip-in-zip", nested, 12, 8),
};

const struct zip_table zip_rows_structure = {rows, sizeof rows / sizeof *rows};
