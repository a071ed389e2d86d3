/* SPDX-License-Identifier: Apache-2.0 */
#include "package_map.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

/* Section 3, a letter for each byte: Constant, Derived, cRc. */
#define SIGNATURE "CCCC"
#define NEEDED_FLAGS_METHOD_TIME_DATE "CCCCCCCCCC"
#define CRC_SIZE_SIZE "RRRRDDDDDDDD"
#define NAME_LENGTH "DD"
static const char local_header[] =
    SIGNATURE NEEDED_FLAGS_METHOD_TIME_DATE CRC_SIZE_SIZE NAME_LENGTH
    "CC"; /* extra length */
static const char central_header[] =
    SIGNATURE "CC" /* made by */
    NEEDED_FLAGS_METHOD_TIME_DATE CRC_SIZE_SIZE NAME_LENGTH
              "CCCC"  /* extra, comment length */
              "CCCC"  /* disk, internal attributes */
              "CCCC"  /* external attributes */
              "DDDD"; /* offset */
static const char end_record[] = SIGNATURE "CCCC"     /* disks */
                                           "DDDD"     /* entries, entries */
                                           "DDDDDDDD" /* bytes, offset */
                                           "CC";      /* comment length */

struct cursor {
    struct map_byte *map;
    uint32_t at, length;
    uint8_t entry;
};

static void put(struct cursor *cursor, enum map_class class, uint32_t bytes)
{
    for (; bytes > 0; bytes--, cursor->at++) {
        assert_true(cursor->at < cursor->length);
        cursor->map[cursor->at] =
            (struct map_byte){(uint8_t) class, cursor->entry};
    }
}

static void put_header(struct cursor *cursor, const char *letters)
{
    for (; *letters != '\0'; letters++)
        put(cursor,
            *letters == 'C'   ? MAP_CONSTANT
            : *letters == 'D' ? MAP_DERIVED
                              : MAP_CRC32,
            1);
}

/* release, cert and package are called so always, payloads by component. */
static void put_name(struct cursor *cursor, const struct forge *forge,
                     uint32_t signed_entries)
{
    put(cursor, cursor->entry < signed_entries ? MAP_CONSTANT : MAP_DERIVED,
        (uint32_t)strlen(forge->entries[cursor->entry].name));
}

void map_package(struct map_byte *map, uint32_t length,
                 const struct forge *forge)
{
    const uint32_t signed_entries = forge->delegated ? 6 : 4;
    struct cursor cursor = {map, 0, length, 0};
    memset(map, 0, length * sizeof *map);
    for (; cursor.entry < forge->entry_count; cursor.entry++) {
        put_header(&cursor, local_header);
        put_name(&cursor, forge, signed_entries);
        put(&cursor,
            cursor.entry >= signed_entries ? MAP_PAYLOAD
            : cursor.entry % 2 == 0        ? MAP_TEXT
                                           : MAP_SIGNATURE,
            forge->entries[cursor.entry].length);
    }
    for (cursor.entry = 0; cursor.entry < forge->entry_count; cursor.entry++) {
        put_header(&cursor, central_header);
        put_name(&cursor, forge, signed_entries);
    }
    put_header(&cursor, end_record);
    assert_int_equal(cursor.at, length);
}

int map_verdict(enum map_class class)
{
    switch (class) {
    case MAP_TEXT:
    case MAP_SIGNATURE:
        return FFX_ERR_SIGNATURE;
    case MAP_PAYLOAD:
        return FFX_ERR_PAYLOAD;
    default:
        return FFX_ERR_ZIP;
    }
}
