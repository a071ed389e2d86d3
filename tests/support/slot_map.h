/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot that remembers of every byte what it is: old, new, or destroyed by a
 * step that was written. It answers every read, and counts those that an
 * update in place must not make (docs/patch-format.md, section 2).
 */
#ifndef FARFIX_TESTS_SLOT_MAP_H
#define FARFIX_TESTS_SLOT_MAP_H

#include <farfix/delta.h>

#define SLOT_MAP_MAX 1024u

enum slot_map_kind {
    SLOT_MAP_NEVER, /* behind the source, not written yet */
    SLOT_MAP_OLD,
    SLOT_MAP_NEW,
    SLOT_MAP_WIPED /* erased with the last step, behind its end */
};

/* size <= SLOT_MAP_MAX */
struct slot_map {
    uint8_t bytes[SLOT_MAP_MAX];
    enum slot_map_kind kinds[SLOT_MAP_MAX];
    uint32_t size;
    unsigned mistakes; /* reads of what may not be read, or of two kinds */
};

/* A source of a fixed pattern; the same each time. */
void slot_map_fill(struct slot_map *map, uint32_t size, uint32_t source_bytes);

/* Erases the step's `step_bytes` and writes what the step is long. */
void slot_map_write(struct slot_map *map, const struct ffx_step *step,
                    uint32_t step_bytes, const uint8_t *bytes);

/* 1 when these bytes are all old or all new. */
int slot_map_allows(const struct slot_map *map, uint32_t offset,
                    uint32_t length);

/* The slot as a port; `map` must outlive it. */
struct ffx_read_at slot_map_port(struct slot_map *map);

#endif
