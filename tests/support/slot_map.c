/* SPDX-License-Identifier: Apache-2.0 */
#include "slot_map.h"

#include <stdlib.h>
#include <string.h>

static uint8_t *block(uint32_t bytes)
{
    uint8_t *const memory = malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL)
        abort();
    return memory;
}

void slot_map_open(struct slot_map *map, uint32_t size, const uint8_t *source,
                   uint32_t source_bytes)
{
    *map = (struct slot_map){
        block(size), block(size), size, source_bytes, 0, 0,
    };
    memset(map->bytes, 0xff, size);
    memset(map->kinds, SLOT_MAP_NEVER, size);
    memset(map->kinds, SLOT_MAP_OLD, source_bytes);
    if (source_bytes > 0)
        memcpy(map->bytes, source, source_bytes);
}

void slot_map_close(struct slot_map *map)
{
    free(map->bytes);
    free(map->kinds);
}

void slot_map_write(struct slot_map *map, const struct ffx_step *step,
                    uint32_t step_bytes, const uint8_t *bytes)
{
    for (uint32_t i = 0; i < step_bytes && step->offset + i < map->size; i++) {
        const uint32_t at = step->offset + i;
        map->bytes[at] = i < step->length ? bytes[i] : 0xff;
        map->kinds[at] = i < step->length ? SLOT_MAP_NEW : SLOT_MAP_WIPED;
    }
}

uint32_t slot_map_readable(const struct slot_map *map, uint32_t offset,
                           uint32_t most)
{
    uint32_t length = 0;
    if (offset >= map->size || (map->kinds[offset] != SLOT_MAP_OLD &&
                                map->kinds[offset] != SLOT_MAP_NEW))
        return 0;
    while (length < most && length < map->size - offset &&
           map->kinds[offset + length] == map->kinds[offset])
        length++;
    return length;
}

int slot_map_allows(const struct slot_map *map, uint32_t offset,
                    uint32_t length)
{
    return slot_map_readable(map, offset, length) == length;
}

void slot_map_read(struct slot_map *map, uint32_t offset, void *buffer,
                   uint32_t length)
{
    const int sought = map->searching && offset <= map->source_bytes &&
                       length <= map->source_bytes - offset;
    if (!sought && !slot_map_allows(map, offset, length))
        map->mistakes++;
    memcpy(buffer, map->bytes + offset, length);
}

static int read_map(void *context, uint32_t offset, void *buffer,
                    uint32_t length)
{
    slot_map_read(context, offset, buffer, length);
    return 0;
}

struct ffx_read_at slot_map_port(struct slot_map *map)
{
    const struct ffx_read_at port = {read_map, map, map->size};
    return port;
}
