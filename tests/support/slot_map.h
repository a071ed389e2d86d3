/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot that remembers of every byte what it is: old, new, or destroyed by a
 * step that was written. It answers every read, and counts those that an
 * update must not make (docs/patch-format.md, section 2).
 */
#ifndef FARFIX_TESTS_SLOT_MAP_H
#define FARFIX_TESTS_SLOT_MAP_H

#include <farfix/delta.h>

enum slot_map_kind {
    SLOT_MAP_NEVER, /* behind the source, not written yet */
    SLOT_MAP_OLD,
    SLOT_MAP_NEW,
    SLOT_MAP_WIPED /* erased with the last step, behind its end */
};

struct slot_map {
    uint8_t *bytes, *kinds; /* malloc, exactly `size` each */
    uint32_t size, source_bytes;
    /* 1: whatever stands below source_bytes may be read. So prepare finds out
     * whether it is the source. */
    int searching;
    unsigned mistakes; /* reads of what may not be read, or of two kinds */
};

/* `size` >= source_bytes; what is behind the source is 0xff. */
void slot_map_open(struct slot_map *map, uint32_t size, const uint8_t *source,
                   uint32_t source_bytes);
void slot_map_close(struct slot_map *map);

/* Erases the step's `step_bytes`, as far as the slot has them, and writes what
 * the step is long. */
void slot_map_write(struct slot_map *map, const struct ffx_step *step,
                    uint32_t step_bytes, const uint8_t *bytes);

/* 1 when these bytes are all old or all new. */
int slot_map_allows(const struct slot_map *map, uint32_t offset,
                    uint32_t length);
/* How many bytes from there on are; at most `most`. */
uint32_t slot_map_readable(const struct slot_map *map, uint32_t offset,
                           uint32_t most);

void slot_map_read(struct slot_map *map, uint32_t offset, void *buffer,
                   uint32_t length);
/* The slot as a port; `map` must outlive it. */
struct ffx_read_at slot_map_port(struct slot_map *map);

#endif
