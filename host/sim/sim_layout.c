/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_layout.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FLASH_BYTES_MAX (64u * 1024u * 1024u)
#define RAM_BYTES_MAX (1024u * 1024u)

/* --- ranges -------------------------------------------------------------- */

static int power_of_two(uint32_t number)
{
    return number != 0 && (number & (number - 1)) == 0;
}

/* Null, or what is wrong. */
static const char *sizes_wrong(const struct sim_layout *layout)
{
    if (!power_of_two(layout->sector_bytes) || layout->sector_bytes < 512 ||
        layout->sector_bytes > 65536)
        return "sector is not 512 ... 65536, a power of two";
    if (layout->step_bytes < 4096 || layout->step_bytes > 1024 * 1024 ||
        layout->step_bytes % layout->sector_bytes != 0)
        return "step is not 4096 ... 1 MiB, whole sectors";
    if (layout->ram_bytes > RAM_BYTES_MAX)
        return "ram is above 1 MiB";
    return NULL;
}

static const char *slots_wrong(const struct sim_layout *layout)
{
    uint32_t left = FLASH_BYTES_MAX;
    for (uint32_t i = 0; i < layout->slot_count; i++) {
        const struct sim_slot *slot = &layout->slots[i];
        if (!ffx_component_valid(slot->name))
            return "a component has no legal name";
        if (slot->bytes == 0 || slot->bytes % layout->sector_bytes != 0)
            return "slot_size is not whole sectors";
        if (slot->bytes > left)
            return "the slots are above 64 MiB";
        left -= slot->bytes;
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(slot->name, layout->slots[j].name) == 0)
                return "two components have the same name";
    }
    return layout->slot_count == 0 ? "there is no component" : NULL;
}

static const char *layout_wrong(const struct sim_layout *layout)
{
    const char *wrong = sizes_wrong(layout);
    return wrong != NULL ? wrong : slots_wrong(layout);
}

int sim_layout_of(struct sim_layout *layout,
                  const struct ffx_sim_factory *factory,
                  struct ffx_sim_error *error)
{
    *layout = (struct sim_layout){.sector_bytes = factory->sector_bytes,
                                  .step_bytes = factory->step_bytes,
                                  .ram_bytes = factory->ram_bytes,
                                  .slot_count = factory->image_count};
    for (uint32_t i = 0; i < factory->image_count; i++) {
        const struct ffx_sim_image *image = &factory->images[i];
        memcpy(layout->slots[i].name, image->facts.name,
               sizeof layout->slots[i].name);
        layout->slots[i].bytes = image->slot_bytes;
        if (image->facts.size > image->slot_bytes)
            return sim_error(error, FFX_ERR_GEOMETRY,
                             "release.ini: image %s has %u bytes, its slot %u",
                             image->facts.name, (unsigned)image->facts.size,
                             (unsigned)image->slot_bytes);
    }
    const char *wrong = layout_wrong(layout);
    return wrong == NULL
               ? FFX_OK
               : sim_error(error, FFX_ERR_GEOMETRY, "release.ini: %s", wrong);
}

/* --- text ---------------------------------------------------------------- */

static const char text_head[] = "format=1\nsector=%u\nstep=%u\nram=%u\n";

uint32_t sim_layout_text(const struct sim_layout *layout,
                         char text[SIM_LAYOUT_TEXT_MAX])
{
    int length = snprintf(
        text, SIM_LAYOUT_TEXT_MAX, text_head, (unsigned)layout->sector_bytes,
        (unsigned)layout->step_bytes, (unsigned)layout->ram_bytes);
    for (uint32_t i = 0; i < layout->slot_count; i++)
        length += snprintf(text + length, SIM_LAYOUT_TEXT_MAX - (size_t)length,
                           "slot=%s:%u\n", layout->slots[i].name,
                           (unsigned)layout->slots[i].bytes);
    return (uint32_t)length;
}

/* Reads leniently, then demands that writing gives the same bytes. */
int sim_layout_parse(struct sim_layout *layout, const char *text,
                     uint32_t length)
{
    char copy[SIM_LAYOUT_TEXT_MAX], again[SIM_LAYOUT_TEXT_MAX];
    int at = 0, count = 0;
    *layout = (struct sim_layout){0};
    if (length >= sizeof copy)
        return FFX_ERR_STATE;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (sscanf(copy, "format=1\nsector=%u\nstep=%u\nram=%u\n%n",
               &layout->sector_bytes, &layout->step_bytes, &layout->ram_bytes,
               &at) != 3)
        return FFX_ERR_STATE;
    while (layout->slot_count < FFX_COMPONENTS) {
        struct sim_slot *slot = &layout->slots[layout->slot_count];
        if (sscanf(copy + at, "slot=%8[a-z0-9]:%u\n%n", slot->name,
                   &slot->bytes, &count) != 2)
            break;
        at += count;
        layout->slot_count++;
    }
    if (layout_wrong(layout) != NULL ||
        sim_layout_text(layout, again) != length ||
        memcmp(again, text, length) != 0)
        return FFX_ERR_STATE;
    return FFX_OK;
}

/* --- areas --------------------------------------------------------------- */

struct ffx_flash_area sim_layout_journal(const struct sim_layout *layout)
{
    return (struct ffx_flash_area){0,
                                   SIM_LAYOUT_RECORDS * layout->sector_bytes};
}

struct ffx_flash_area sim_layout_scratch(const struct sim_layout *layout)
{
    return (struct ffx_flash_area){SIM_LAYOUT_RECORDS * layout->sector_bytes,
                                   SIM_LAYOUT_PLACES * layout->step_bytes};
}

struct ffx_flash_area sim_layout_slot(const struct sim_layout *layout,
                                      uint32_t index)
{
    const struct ffx_flash_area scratch = sim_layout_scratch(layout);
    uint32_t address = scratch.address + scratch.length;
    for (uint32_t i = 0; i < index; i++)
        address += layout->slots[i].bytes;
    return (struct ffx_flash_area){
        address, index < layout->slot_count ? layout->slots[index].bytes : 0};
}

uint32_t sim_layout_bytes(const struct sim_layout *layout)
{
    return sim_layout_slot(layout, layout->slot_count).address;
}
