/* SPDX-License-Identifier: Apache-2.0 */
/* Rows b1 to b4: names twice, odd, for the same path, in another case. */
#include "zip_rows_table.h"

#include <string.h>

static const char evil[] = "evil bytes";

/* --- b1: the same name twice --------------------------------------------- */

enum {
    HERE_LOCAL = 1, /* the twin has a local header ... */
    HERE_CENTRAL = 2,
    FIRST = 4, /* it stands before the item, not last */
    SAME = 8   /* its bytes are the item's own */
};

/* A twin of item a with other bytes. */
static void twin(struct plan *plan, const struct zip_row *row)
{
    const struct plan_item item = plan->items[row->a];
    const uint32_t at = row->b & FIRST ? row->a : plan->count;
    struct plan_item *const other = plan_insert(plan, at, "", evil, 10);
    other->name = other->central_name = item.name;
    if (row->b & SAME)
        other->data = item.data;
    other->no_local = !(row->b & HERE_LOCAL);
    other->no_central = !(row->b & HERE_CENTRAL);
    if (other->no_local)
        other->points_to = row->b & FIRST ? row->a + 1 : row->a;
}

/* Item a takes the name of item b. */
static void named_as(struct plan *plan, const struct zip_row *row)
{
    struct plan_item *const item = &plan->items[row->a];
    item->name = item->central_name = plan->items[row->b].name;
}

/* --- b2: odd bytes ------------------------------------------------------- */

static void renamed(struct plan *plan, const struct zip_row *row)
{
    struct plan_item *const item = &plan->items[row->a];
    item->name = item->central_name =
        (struct plan_bytes){(const uint8_t *)row->text, row->text_length};
}

/* The third byte of ap.bin's name becomes a; b: 1 local, 2 central. */
static void odd_byte(struct plan *plan, const struct zip_row *row)
{
    struct plan_item *const item = &plan->items[AP];
    uint8_t *const name = plan_take(plan, item->name.length);
    memcpy(name, item->name.at, item->name.length);
    name[2] = (uint8_t)row->a;
    if (row->b & 1)
        item->name.at = name;
    if (row->b & 2)
        item->central_name.at = name;
}

/* --- b3, b4: other spellings --------------------------------------------- */

/* A further entry of the row's name, before item a. */
static void further(struct plan *plan, const struct zip_row *row)
{
    struct plan_item *const item = plan_insert(plan, row->a, "", evil, 10);
    item->name = item->central_name =
        (struct plan_bytes){(const uint8_t *)row->text, row->text_length};
}

static const struct zip_row rows[] = {
    SHAPE("b1-ap-last", twin, AP, HERE_LOCAL | HERE_CENTRAL),
    SHAPE("b1-ap-first", twin, AP, HERE_LOCAL | HERE_CENTRAL | FIRST),
    SHAPE("b1-ap-local-last", twin, AP, HERE_LOCAL),
    SHAPE("b1-ap-local-first", twin, AP, HERE_LOCAL | FIRST),
    SHAPE("b1-ap-central-last", twin, AP, HERE_CENTRAL),
    SHAPE("b1-ap-central-first", twin, AP, HERE_CENTRAL | FIRST),
    SHAPE("b1-ap-the-same-bytes", twin, AP, HERE_LOCAL | HERE_CENTRAL | SAME),
    SHAPE("b1-modem-last", twin, MODEM, HERE_LOCAL | HERE_CENTRAL),
    SHAPE("b1-modem-first", twin, MODEM, HERE_LOCAL | HERE_CENTRAL | FIRST),
    SHAPE("b1-release-last", twin, RELEASE, HERE_LOCAL | HERE_CENTRAL),
    SHAPE("b1-release-first", twin, RELEASE, HERE_LOCAL | HERE_CENTRAL | FIRST),
    SHAPE("b1-release-again", twin, RELEASE,
          HERE_LOCAL | HERE_CENTRAL | FIRST | SAME),
    SHAPE("b1-release-sig-last", twin, RELEASE_SIG, HERE_LOCAL | HERE_CENTRAL),
    SHAPE("b1-cert-first", twin, CERT, HERE_LOCAL | HERE_CENTRAL | FIRST),
    SHAPE("b1-cert-local-last", twin, CERT, HERE_LOCAL),
    SHAPE("b1-package-last", twin, PACKAGE, HERE_LOCAL | HERE_CENTRAL),
    SHAPE("b1-package-first", twin, PACKAGE, HERE_LOCAL | HERE_CENTRAL | FIRST),
    SHAPE("b1-package-central-last", twin, PACKAGE, HERE_CENTRAL),
    SHAPE("b1-package-sig-again", twin, PACKAGE_SIG,
          HERE_LOCAL | HERE_CENTRAL | SAME),
    SHAPE("b1-modem-is-called-ap", named_as, MODEM, AP),
    SHAPE("b1-ap-is-called-modem", named_as, AP, MODEM),
    SHAPE("b1-cert-is-called-release", named_as, CERT, RELEASE),
    SHAPE("b1-package-is-called-cert", named_as, PACKAGE, CERT),

    SHAPE("b2-nul", odd_byte, 0x00, 3),
    SHAPE("b2-nul-local", odd_byte, 0x00, 1),
    SHAPE("b2-nul-central", odd_byte, 0x00, 2),
    SHAPE("b2-soh", odd_byte, 0x01, 3),
    SHAPE("b2-newline", odd_byte, 0x0a, 3),
    SHAPE("b2-escape", odd_byte, 0x1b, 3),
    SHAPE("b2-blank", odd_byte, ' ', 3),
    SHAPE("b2-quote", odd_byte, '"', 3),
    SHAPE("b2-star", odd_byte, '*', 3),
    SHAPE("b2-colon", odd_byte, ':', 3),
    SHAPE("b2-less", odd_byte, '<', 3),
    SHAPE("b2-question", odd_byte, '?', 3),
    SHAPE("b2-pipe", odd_byte, '|', 3),
    SHAPE("b2-dollar", odd_byte, '$', 3),
    SHAPE("b2-tilde", odd_byte, '~', 3),
    SHAPE("b2-delete", odd_byte, 0x7f, 3),
    SHAPE("b2-80", odd_byte, 0x80, 3),
    SHAPE("b2-c0", odd_byte, 0xc0, 3),
    SHAPE("b2-ff", odd_byte, 0xff, 3),
    SHAPE("b2-ff-central", odd_byte, 0xff, 2),
    NAMED("b2-nul-behind", renamed, AP, "ap.bin\0"),
    NAMED("b2-nul-and-more", renamed, AP, "ap.bin\0.txt"),
    NAMED("b2-nul-before", renamed, AP, "\0ap.bin"),
    NAMED("b2-release-nul", renamed, RELEASE, "release\0"),
    NAMED("b2-overlong-dot", renamed, AP, "ap\300\256bin"),
    NAMED("b2-right-to-left", renamed, AP, "ap\xe2\x80\xae.bin"),
    NAMED("b2-no-width", renamed, AP, "ap\xe2\x80\x8b.bin"),
    NAMED("b2-byte-order-mark", renamed, RELEASE, "\xef\xbb\xbfrelease"),
    NAMED("b2-full-width-a", renamed, AP, "\xef\xbd\x81p.bin"),
    NAMED("b2-device-name", renamed, AP, "CON"),
    NAMED("b2-stream-name", renamed, AP, "ap.bin::$DATA"),
    NAMED("b2-blank-behind", renamed, AP, "ap.bin "),
    NAMED("b2-dot-behind", renamed, AP, "ap.bin."),
    NAMED("b2-percent", renamed, AP, "ap%2ebin"),

    NAMED("b3-absolute", renamed, AP, "/ap.bin"),
    NAMED("b3-here", renamed, AP, "./ap.bin"),
    NAMED("b3-above", renamed, AP, "../ap.bin"),
    NAMED("b3-above-four", renamed, AP, "../../../../ap.bin"),
    NAMED("b3-down-and-up", renamed, AP, "a/../ap.bin"),
    NAMED("b3-here-behind", renamed, AP, "ap.bin/."),
    NAMED("b3-above-behind", renamed, AP, "ap.bin/.."),
    NAMED("b3-two-slashes", renamed, AP, "//ap.bin"),
    NAMED("b3-three-dots", renamed, AP, ".../ap.bin"),
    NAMED("b3-in-a-directory", renamed, AP, "a/ap.bin"),
    NAMED("b3-backslash", renamed, AP, "\\ap.bin"),
    NAMED("b3-above-by-backslash", renamed, AP, "..\\ap.bin"),
    NAMED("b3-mixed-slashes", renamed, AP, "..\\../ap.bin"),
    NAMED("b3-drive", renamed, AP, "C:ap.bin"),
    NAMED("b3-drive-root", renamed, AP, "C:\\ap.bin"),
    NAMED("b3-share", renamed, AP, "\\\\host\\ap.bin"),
    NAMED("b3-dot", renamed, AP, "."),
    NAMED("b3-dots", renamed, AP, ".."),
    NAMED("b3-slash", renamed, AP, "/"),
    NAMED("b3-passwd", renamed, AP, "/etc/passwd"),
    NAMED("b3-release-here", renamed, RELEASE, "./release"),
    NAMED("b3-release-absolute", renamed, RELEASE, "/release"),
    NAMED("b3-package-above", renamed, PACKAGE, "../package"),
    NAMED("b3-modem-here", renamed, MODEM, "./modem.patch"),
    NAMED("b3-cert-here", renamed, CERT, "./cert"),
    NAMED("b3-further-absolute", further, 8, "/ap.bin"),
    NAMED("b3-further-here", further, 8, "./ap.bin"),
    NAMED("b3-further-above", further, 8, "../ap.bin"),
    NAMED("b3-further-down-and-up", further, 8, "c/../ap.bin"),
    NAMED("b3-further-two-slashes", further, 8, "//ap.bin"),
    NAMED("b3-further-backslash", further, 8, "\\ap.bin"),
    NAMED("b3-further-first-absolute", further, 0, "/release"),
    NAMED("b3-further-first-here", further, 0, "./release"),
    NAMED("b3-further-before-cert", further, CERT, "./cert"),
    NAMED("b3-further-before-package", further, PACKAGE, "./package"),
    NAMED("b3-further-before-modem", further, MODEM, "./modem.patch"),

    NAMED("b4-all-upper", renamed, AP, "AP.BIN"),
    NAMED("b4-first-upper", renamed, AP, "Ap.bin"),
    NAMED("b4-ending-upper", renamed, AP, "ap.BIN"),
    NAMED("b4-release-upper", renamed, RELEASE, "RELEASE"),
    NAMED("b4-signature-upper", renamed, RELEASE_SIG, "release.SIG"),
    NAMED("b4-cert-upper", renamed, CERT, "CERT"),
    NAMED("b4-package-upper", renamed, PACKAGE, "Package"),
    NAMED("b4-modem-upper", renamed, MODEM, "MODEM.PATCH"),
    NAMED("b4-further-upper", further, 8, "AP.BIN"),
    NAMED("b4-further-upper-first", further, 0, "RELEASE"),
    NAMED("b4-further-ending-upper", further, AP, "ap.BIN"),
    NAMED("b4-further-long-s", further, 8,
          "relea\xc5\xbf"
          "e"),
    NAMED("b4-further-package", further, PACKAGE, "PACKAGE"),
};

const struct zip_table zip_rows_names = {rows, sizeof rows / sizeof *rows};
