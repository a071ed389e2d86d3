/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a flash says to an agent that starts on it, told from its bytes: the
 * newest record, which sectors it rests on, and a digest of all that the
 * agent's doings can depend on.
 *
 * Two flashes of one digest differ in counters that are all moved by the same
 * number, in what a journal sector without a legible record holds, and in
 * sectors that nobody may rely on: scratch that is not promised, and a
 * promised step's place in the slot. That nobody does rely on those is not
 * believed: the explorer poisons them, and the flash tells of every read
 * (lab_flash_poison).
 */
#ifndef FARFIX_TESTS_POWER_VIEW_H
#define FARFIX_TESTS_POWER_VIEW_H

#include "rig.h"
#include "table.h"

/* A record, as far as it matters here. */
struct view_record {
    int valid;
    uint32_t counter;
    uint8_t status, requested, installing, component, removing;
    uint32_t index, offset, length; /* of the step in hand */
    uint16_t place;
    uint64_t package; /* digest of the name of the package in work */
    uint64_t content; /* ... and of all but the counter */
};

/* One sector as it is, or as a torn operation would leave it. */
struct view_sector {
    const uint8_t *bytes, *flags;
};

#define VIEW_RECORDS 16u /* most sectors of a journal */

/* How an agent may rely on a sector. */
enum view_care {
    VIEW_FREE,  /* not at all */
    VIEW_BLANK, /* it looks whether it is blank: what is behind an image */
    VIEW_HELD   /* on every byte */
};

struct view {
    const struct bench *bench;
    const struct bench_geometry *geometry;
    struct lab_flash *flash;
    uint32_t first, count; /* sectors of the journal */
    int luck;              /* 1: cuts may leave cells unstable */
    uint64_t images;       /* how a record names a package of full images */
    struct table known;    /* digest of a record's bytes -> index */
    struct view_record *records;
    size_t record_count, record_room;
};

void view_open(struct view *view, struct bench *bench);
void view_close(struct view *view);

/* The journal's sectors as they are now. */
void view_sectors(const struct view *view,
                  struct view_sector sectors[VIEW_RECORDS]);

/* Newest record of each luck (lab_luck GOOD, BAD) that these sectors give.
 * `digest`: of the journal as a whole. care[i] rises to how an agent may rely
 * on sector i which starts from here, now or once more of these records are
 * gone: from the newest down to the first that is known to stand twice.
 * Journal sectors are not among them, they have the digest. */
void view_journal(struct view *view,
                  const struct view_sector sectors[VIEW_RECORDS],
                  struct view_record newest[2], uint64_t *digest,
                  uint8_t *care);

#endif
