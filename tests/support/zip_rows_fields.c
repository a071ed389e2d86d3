/* SPDX-License-Identifier: Apache-2.0 */
/* Rows field and extra: what parsers pass over, and extra fields, comments. */
#include "zip_rows_table.h"

#include <string.h>

enum { IN_LOCAL = 1, IN_CENTRAL = 2 };

/* ap.bin gets an extra field of this number with the row's text. */
static void extra(struct plan *plan, const struct zip_row *row)
{
    struct plan_item *const item = &plan->items[AP];
    const struct plan_bytes field =
        plan_extra(plan, row->a, row->text, row->text_length);
    if (row->b & IN_LOCAL)
        item->local_extra = field;
    if (row->b & IN_CENTRAL)
        item->central_extra = field;
}

/* Extra bytes that are no field, or one that says it is longer. */
static void raw_extra(struct plan *plan, const struct zip_row *row)
{
    struct plan_item *const item = &plan->items[row->a];
    const struct plan_bytes bytes =
        plan_copy(plan, row->text, row->text_length);
    item->local_extra = bytes;
}

static void raw_central_extra(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].central_extra =
        plan_copy(plan, row->text, row->text_length);
}

static void comment(struct plan *plan, const struct zip_row *row)
{
    plan->items[row->a].comment = plan_copy(plan, row->text, row->text_length);
}

static const struct zip_row rows[] = {
    EDITS("field-local-signature", XOR(LOCAL, AP, SIGNATURE, 0x01000000)),
    EDITS("field-local-signature-of-a-descriptor",
          SET(LOCAL, AP, SIGNATURE, 0x08074b50)),
    EDITS("field-local-signature-release",
          SET(LOCAL, RELEASE, SIGNATURE, 0x30304b50)),
    EDITS("field-central-signature", XOR(CENTRAL, AP, SIGNATURE, 0x01000000)),
    EDITS("field-central-signature-of-a-local",
          SET(CENTRAL, RELEASE, SIGNATURE, 0x04034b50)),
    EDITS("field-digital-signature-record",
          SET(CENTRAL, AP, SIGNATURE, 0x05054b50)),
    EDITS("field-end-signature", XOR(END, 0, END_SIGNATURE, 0x01000000)),
    EDITS("field-end-signature-of-zip64",
          SET(END, 0, END_SIGNATURE, 0x06064b50)),

    EDITS("field-local-needs-0", SET(LOCAL, AP, NEEDED, 0)),
    EDITS("field-local-needs-2.0", SET(LOCAL, AP, NEEDED, 20)),
    EDITS("field-local-needs-4.5", SET(LOCAL, AP, NEEDED, 45)),
    EDITS("field-local-needs-6.3", SET(LOCAL, RELEASE, NEEDED, 63)),
    EDITS("field-local-needs-25.5", SET(LOCAL, AP, NEEDED, 255)),
    EDITS("field-local-needs-of-another-host", SET(LOCAL, AP, NEEDED, 0x030a)),
    EDITS("field-central-needs-0", SET(CENTRAL, AP, NEEDED, 0)),
    EDITS("field-central-needs-2.0", SET(CENTRAL, AP, NEEDED, 20)),
    EDITS("field-central-needs-4.5", SET(CENTRAL, MODEM, NEEDED, 45)),
    EDITS("field-central-needs-65535", SET(CENTRAL, AP, NEEDED, 0xffff)),
    EDITS("field-both-need-2.0", SET(BOTH, AP, NEEDED, 20)),
    EDITS("field-made-by-dos", SET(CENTRAL, AP, MADE_BY, 0x0014)),
    EDITS("field-made-by-ntfs", SET(CENTRAL, AP, MADE_BY, 0x0a14)),
    EDITS("field-made-by-mac", SET(CENTRAL, AP, MADE_BY, 0x1314)),
    EDITS("field-made-by-vfat", SET(CENTRAL, RELEASE, MADE_BY, 0x0e14)),
    EDITS("field-made-by-3.0", SET(CENTRAL, AP, MADE_BY, 0x031e)),
    EDITS("field-made-by-nobody", SET(CENTRAL, AP, MADE_BY, 0xffff)),

    EDITS("field-local-flag-1", SET(LOCAL, AP, FLAGS, 0x0002)),
    EDITS("field-local-flag-2", SET(LOCAL, AP, FLAGS, 0x0004)),
    EDITS("field-local-flag-3", SET(LOCAL, AP, FLAGS, 0x0008)),
    EDITS("field-local-flag-4", SET(LOCAL, AP, FLAGS, 0x0010)),
    EDITS("field-local-flag-5-patched", SET(LOCAL, AP, FLAGS, 0x0020)),
    EDITS("field-local-flag-6", SET(LOCAL, AP, FLAGS, 0x0040)),
    EDITS("field-local-flag-7", SET(LOCAL, AP, FLAGS, 0x0080)),
    EDITS("field-local-flag-8", SET(LOCAL, AP, FLAGS, 0x0100)),
    EDITS("field-local-flag-9", SET(LOCAL, AP, FLAGS, 0x0200)),
    EDITS("field-local-flag-10", SET(LOCAL, AP, FLAGS, 0x0400)),
    EDITS("field-local-flag-12", SET(LOCAL, AP, FLAGS, 0x1000)),
    EDITS("field-local-flag-13", SET(LOCAL, AP, FLAGS, 0x2000)),
    EDITS("field-local-flag-14", SET(LOCAL, AP, FLAGS, 0x4000)),
    EDITS("field-local-flag-15", SET(LOCAL, AP, FLAGS, 0x8000)),
    EDITS("field-local-all-flags", SET(LOCAL, AP, FLAGS, 0xffff)),
    EDITS("field-central-flag-1", SET(CENTRAL, AP, FLAGS, 0x0002)),
    EDITS("field-central-flag-2", SET(CENTRAL, AP, FLAGS, 0x0004)),
    EDITS("field-central-flag-3", SET(CENTRAL, AP, FLAGS, 0x0008)),
    EDITS("field-central-flag-4", SET(CENTRAL, AP, FLAGS, 0x0010)),
    EDITS("field-central-flag-5-patched", SET(CENTRAL, AP, FLAGS, 0x0020)),
    EDITS("field-central-flag-6", SET(CENTRAL, AP, FLAGS, 0x0040)),
    EDITS("field-central-flag-7", SET(CENTRAL, AP, FLAGS, 0x0080)),
    EDITS("field-central-flag-8", SET(CENTRAL, AP, FLAGS, 0x0100)),
    EDITS("field-central-flag-12", SET(CENTRAL, AP, FLAGS, 0x1000)),
    EDITS("field-central-flag-13", SET(CENTRAL, AP, FLAGS, 0x2000)),
    EDITS("field-central-flag-15", SET(CENTRAL, AP, FLAGS, 0x8000)),
    EDITS("field-central-all-flags", SET(CENTRAL, AP, FLAGS, 0xffff)),

    EDITS("field-local-time", SET(LOCAL, AP, TIME, 0x6000)),
    EDITS("field-central-time", SET(CENTRAL, AP, TIME, 0x6000)),
    EDITS("field-both-times", SET(BOTH, AP, TIME, 0x6000)),
    EDITS("field-time-of-31-hours", SET(BOTH, AP, TIME, 0xffff)),
    EDITS("field-local-date", SET(LOCAL, AP, DATE, 0x5a21)),
    EDITS("field-central-date", SET(CENTRAL, AP, DATE, 0x5a21)),
    EDITS("field-both-dates", SET(BOTH, RELEASE, DATE, 0x5a21)),
    EDITS("field-date-0", SET(BOTH, AP, DATE, 0)),
    EDITS("field-date-of-2107", SET(BOTH, AP, DATE, 0xff9f)),
    EDITS("field-month-15", SET(BOTH, AP, DATE, 0x01e1)),

    EDITS("field-disk-1", SET(CENTRAL, AP, DISK, 1)),
    EDITS("field-disk-65535", SET(CENTRAL, AP, DISK, 0xffff)),
    EDITS("field-disk-1-of-release", SET(CENTRAL, RELEASE, DISK, 1)),
    EDITS("field-end-disk-1", SET(END, 0, END_DISK, 1)),
    EDITS("field-end-start-1", SET(END, 0, END_START, 1)),
    EDITS("field-end-both-disks-1", SET(END, 0, END_DISK, 1),
          SET(END, 0, END_START, 1)),
    EDITS("field-end-disk-65535", SET(END, 0, END_DISK, 0xffff)),
    EDITS("field-internal-text", SET(CENTRAL, AP, INTERNAL, 1)),
    EDITS("field-internal-records", SET(CENTRAL, AP, INTERNAL, 2)),
    EDITS("field-internal-all", SET(CENTRAL, RELEASE, INTERNAL, 0xffff)),
    EDITS("field-extra-length-without-extra", SET(LOCAL, AP, EXTRA_LENGTH, 4)),
    EDITS("field-central-extra-length-without-extra",
          SET(CENTRAL, AP, EXTRA_LENGTH, 4)),
    EDITS("field-local-extra-of-65535", SET(LOCAL, AP, EXTRA_LENGTH, 0xffff)),
    EDITS("field-central-extra-of-65535",
          SET(CENTRAL, AP, EXTRA_LENGTH, 0xffff)),
    EDITS("field-comment-length-without-comment",
          SET(CENTRAL, AP, COMMENT_LENGTH, 7)),
    EDITS("field-comment-of-65535",
          SET(CENTRAL, RELEASE, COMMENT_LENGTH, 0xffff)),

    VERDICT("extra-time-local", FFX_ERR_ZIP, extra, 0x5455, IN_LOCAL,
            "\1\0\0\0\0"),
    VERDICT("extra-time-central", FFX_ERR_ZIP, extra, 0x5455, IN_CENTRAL,
            "\1\0\0\0\0"),
    VERDICT("extra-time-both", FFX_ERR_ZIP, extra, 0x5455,
            IN_LOCAL | IN_CENTRAL, "\1\0\0\0\0"),
    VERDICT("extra-owner", FFX_ERR_ZIP, extra, 0x7875, IN_LOCAL | IN_CENTRAL,
            "\1\4\0\0\0\0\4\0\0\0\0"),
    VERDICT("extra-ntfs", FFX_ERR_ZIP, extra, 0x000a, IN_CENTRAL,
            "\0\0\0\0\1\0\0\0"),
    VERDICT("extra-unix-link", FFX_ERR_ZIP, extra, 0x000d, IN_LOCAL,
            "\0\0\0\0\0\0\0\0\0\0\0\0/etc/passwd"),
    VERDICT("extra-asi-unix", FFX_ERR_ZIP, extra, 0x756e, IN_LOCAL,
            "\0\0\0\0\xff\xa1\0\0\0\0\0\0\0\0"),
    VERDICT("extra-patch-descriptor", FFX_ERR_ZIP, extra, 0x000f, IN_LOCAL,
            "\0\0\0\0"),
    VERDICT("extra-aes", FFX_ERR_ZIP, extra, 0x9901, IN_LOCAL | IN_CENTRAL,
            "\2\0AE\3\0\0"),
    VERDICT("extra-strong-encryption", FFX_ERR_ZIP, extra, 0x0017, IN_CENTRAL,
            "\2\0\x0e\x66\0\1\1\0"),
    VERDICT("extra-x509", FFX_ERR_ZIP, extra, 0x0014, IN_CENTRAL, "\0\0\0\0"),
    VERDICT("extra-unicode-comment", FFX_ERR_ZIP, extra, 0x6375, IN_CENTRAL,
            "\1\0\0\0\0hello"),
    VERDICT("extra-jar", FFX_ERR_ZIP, extra, 0xcafe, IN_LOCAL | IN_CENTRAL, ""),
    VERDICT("extra-alignment", FFX_ERR_ZIP, extra, 0xd935, IN_LOCAL,
            "\4\0\0\0\0\0"),
    VERDICT("extra-unknown", FFX_ERR_ZIP, extra, 0x1337, IN_LOCAL | IN_CENTRAL,
            "anything"),
    VERDICT("extra-zip64-empty", FFX_ERR_ZIP, extra, 0x0001,
            IN_LOCAL | IN_CENTRAL, ""),
    NAMED("extra-one-byte", raw_extra, AP, "x"),
    NAMED("extra-three-bytes", raw_extra, MODEM, "xyz"),
    NAMED("extra-that-reaches-out", raw_extra, AP, "\x55\x54\xff\xff\1\2"),
    NAMED("extra-of-zeros", raw_extra, RELEASE, "\0\0\0\0\0\0\0\0"),
    NAMED("extra-one-byte-central", raw_central_extra, AP, "x"),
    NAMED("extra-that-reaches-out-central", raw_central_extra, AP,
          "\1\0\xff\xff"),
    NAMED("extra-zip64-cut-short-central", raw_central_extra, AP,
          "\1\0\4\0\1\2\3\4"),
    NAMED("extra-of-the-last-entry-but-one", raw_extra, PACKAGE_SIG,
          "\xfe\xca\0\0"),
    NAMED("extra-of-cert", raw_extra, CERT, "\xfe\xca\0\0"),
    NAMED("extra-comment", comment, AP, "hello"),
    NAMED("extra-comment-of-release", comment, RELEASE, "\0"),
    NAMED("extra-comment-like-a-header", comment, MODEM, "PK\1\2PK\1\2"),
};

const struct zip_table zip_rows_fields = {rows, sizeof rows / sizeof *rows};
