/* SPDX-License-Identifier: Apache-2.0 */
#include "slot_map.h"

#include <string.h>

void slot_map_fill(struct slot_map *map, uint32_t size, uint32_t source_bytes)
{
    map->size = size;
    map->mistakes = 0;
    for (uint32_t i = 0; i < size; i++) {
        map->bytes[i] = (uint8_t)(i * 37 >> 3);
        map->kinds[i] = i < source_bytes ? SLOT_MAP_OLD : SLOT_MAP_NEVER;
    }
}

void slot_map_write(struct slot_map *map, const struct ffx_step *step,
                    uint32_t step_bytes, const uint8_t *bytes)
{
    for (uint32_t i = 0; i < step_bytes; i++) {
        const uint32_t at = step->offset + i;
        map->bytes[at] = i < step->length ? bytes[i] : 0xff;
        map->kinds[at] = i < step->length ? SLOT_MAP_NEW : SLOT_MAP_WIPED;
    }
}

int slot_map_allows(const struct slot_map *map, uint32_t offset,
                    uint32_t length)
{
    if (offset >= map->size || length > map->size - offset)
        return 0;
    for (uint32_t i = 0; i < length; i++)
        if (map->kinds[offset + i] != map->kinds[offset])
            return 0;
    return map->kinds[offset] == SLOT_MAP_OLD ||
           map->kinds[offset] == SLOT_MAP_NEW;
}

static int read_map(void *context, uint32_t offset, void *buffer,
                    uint32_t length)
{
    struct slot_map *map = context;
    if (!slot_map_allows(map, offset, length))
        map->mistakes++;
    memcpy(buffer, map->bytes + offset, length);
    return 0;
}

struct ffx_read_at slot_map_port(struct slot_map *map)
{
    const struct ffx_read_at port = {read_map, map, map->size};
    return port;
}
