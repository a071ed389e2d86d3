/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A zip as somebody would draw it: pieces in the order of the file, then
 * fields that get other values. It begins as the listed entries of a forge,
 * packed as docs/package-format.md says, and may become whatever APPNOTE.TXT
 * allows, or does not.
 *
 *   plan_begin -> change pieces -> plan_edit -> plan_pack
 */
#ifndef FARFIX_TESTS_ZIP_PLAN_H
#define FARFIX_TESTS_ZIP_PLAN_H

#include "forge.h"

#define PLAN_ITEMS 20u
#define PLAN_EDITS 40u
#define PLAN_ROOM 262144u

struct plan_bytes {
    const uint8_t *at;
    uint32_t length;
};

/* before, local header, name, extra, data, behind; and what the directory
 * says of it. Null pieces are empty. */
struct plan_item {
    struct plan_bytes before;
    struct plan_bytes name, local_extra, data, behind;
    struct plan_bytes central_name, central_extra, comment;
    int no_local, no_central;
    uint32_t points_to; /* the item whose local header it is an entry for */
};

enum plan_where { PLAN_LOCAL, PLAN_CENTRAL, PLAN_BOTH, PLAN_END };

enum plan_field {
    PLAN_SIGNATURE,
    PLAN_NEEDED,
    PLAN_FLAGS,
    PLAN_METHOD,
    PLAN_TIME,
    PLAN_DATE,
    PLAN_CRC32,
    PLAN_PACKED, /* compressed size */
    PLAN_SIZE,
    PLAN_NAME_LENGTH,
    PLAN_EXTRA_LENGTH,
    PLAN_MADE_BY, /* from here on: only in central headers */
    PLAN_COMMENT_LENGTH,
    PLAN_DISK,
    PLAN_INTERNAL,
    PLAN_EXTERNAL,
    PLAN_OFFSET,
    PLAN_END_SIGNATURE, /* from here on: only in the end record */
    PLAN_END_DISK,
    PLAN_END_START, /* disk on which the directory starts */
    PLAN_END_HERE,  /* entries on this disk */
    PLAN_END_TOTAL,
    PLAN_END_BYTES, /* of the directory */
    PLAN_END_OFFSET,
    PLAN_END_COMMENT,
    PLAN_FIELDS
};

/* How a field gets its value. */
enum plan_how { PLAN_KEEP, PLAN_SET, PLAN_ADD, PLAN_XOR };

struct plan_edit {
    enum plan_how how;
    enum plan_where where;
    uint32_t item;
    enum plan_field field;
    uint32_t value;
};

struct plan {
    const struct forge *forge;
    struct plan_item items[PLAN_ITEMS];
    uint32_t count;
    uint32_t order[PLAN_ITEMS]; /* of the directory: indexes of items */
    /* Before the directory, before the end record, of and behind that. */
    struct plan_bytes gap, between, comment, tail;
    struct plan_edit edits[PLAN_EDITS];
    uint32_t edit_count;

    /* Where things stand; plan_lay says it. */
    uint32_t local[PLAN_ITEMS], central[PLAN_ITEMS], directory, end, length;

    uint8_t room[PLAN_ROOM]; /* of pieces that were made for this plan */
    uint32_t used;
};

/* An honest package of the listed entries. */
void plan_begin(struct plan *plan, const struct forge *forge);

/* Room for a piece, filled with zeros; it lasts as long as the plan. */
uint8_t *plan_take(struct plan *plan, uint32_t length);
struct plan_bytes plan_copy(struct plan *plan, const void *bytes,
                            uint32_t length);
struct plan_bytes plan_text(const char *text);
/* `a` and `b` in one. */
struct plan_bytes plan_join(struct plan *plan, struct plan_bytes a,
                            struct plan_bytes b);
/* An extra field: number, length, bytes. */
struct plan_bytes plan_extra(struct plan *plan, uint32_t number,
                             const void *bytes, uint32_t length);
void plan_put(uint8_t *at, uint64_t value, uint32_t bytes);

/* A further item before item `at` (count: last), which it also is in the
 * directory; later ones move up. */
struct plan_item *plan_insert(struct plan *plan, uint32_t at, const char *name,
                              const void *bytes, uint32_t length);
void plan_remove(struct plan *plan, uint32_t item);

void plan_edit(struct plan *plan, enum plan_how how, enum plan_where where,
               uint32_t item, enum plan_field field, uint32_t value);

/* Offsets of the pieces as they are now. */
void plan_lay(struct plan *plan);

/* The file; free .bytes. */
struct forge_bytes plan_pack(struct plan *plan);

#endif
