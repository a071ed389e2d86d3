/* SPDX-License-Identifier: Apache-2.0 */
#include <farfix_esp_slot.h>

#include <farfix/error.h>

static int read_running(void *context, uint32_t offset, void *to,
                        uint32_t length)
{
    const struct farfix_esp_slot *const room = context;
    return esp_partition_read(room->running, offset, to, length) == ESP_OK
               ? FFX_OK
               : FFX_ERR_IO;
}

static int read_next(void *context, uint32_t address, void *to, uint32_t length)
{
    const struct farfix_esp_slot *const room = context;
    return esp_partition_read(room->next, address, to, length) == ESP_OK
               ? FFX_OK
               : FFX_ERR_IO;
}

static int program_next(void *context, uint32_t address, const void *data,
                        uint32_t length)
{
    const struct farfix_esp_slot *const room = context;
    return esp_partition_write(room->next, address, data, length) == ESP_OK
               ? FFX_OK
               : FFX_ERR_FLASH;
}

static int erase_next(void *context, uint32_t address)
{
    const struct farfix_esp_slot *const room = context;
    return esp_partition_erase_range(room->next, address,
                                     room->next->erase_size) == ESP_OK
               ? FFX_OK
               : FFX_ERR_FLASH;
}

void farfix_esp_slot(struct ffx_slot_config *config,
                     struct farfix_esp_slot *room,
                     const esp_partition_t *running,
                     const esp_partition_t *next)
{
    config->flash = NULL;
    if (next == NULL || next == running)
        return;
    room->running = running;
    room->next = next;
    room->region = (struct ffx_flash_region){
        .sector_bytes = next->erase_size,
        .sector_count = next->size / next->erase_size,
    };
    room->flash = (struct ffx_flash){
        .read = read_next,
        .program = program_next,
        .erase = erase_next,
        .context = room,
        .regions = &room->region,
        .region_count = 1,
        .write_unit = next->encrypted ? 16 : 1,
        .erased_value = 0xff,
    };
    config->source = (struct ffx_read_at){read_running, room, running->size};
    config->flash = &room->flash;
    config->target = (struct ffx_flash_area){0, next->size};
}
