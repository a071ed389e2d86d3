/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/config.h"
#include "agent/record.h"

#include "base/bytes.h"

#include <farfix/error.h>

#define STEP_MIN 4096u
#define STEP_MAX (1u << 30) /* twice a step fits the cursor */
#define PLACES_MAX 65536u   /* the record's field has 16 bits */

/* --- ports and names ----------------------------------------------------- */

static int has_ports(const struct ffx_agent_config *config)
{
    const struct ffx_flash *const flash = config->flash;
    const struct ffx_crypto *const crypto = config->crypto;
    return flash && flash->read && flash->program && flash->erase &&
           flash->regions && crypto && crypto->sha256_start &&
           crypto->sha256_update && crypto->sha256_finish && crypto->verify &&
           config->open_package && config->close_package &&
           config->remove_package;
}

static int has_buffers(const struct ffx_agent_config *config)
{
    return config->step_buffer && config->step_bytes >= STEP_MIN &&
           config->step_bytes <= STEP_MAX &&
           (config->work || config->work_bytes == 0) &&
           config->trial_boots < FFX_TRIAL_FAILED - 1;
}

static int has_flash_facts(const struct ffx_flash *flash)
{
    return flash->write_unit != 0 && flash->write_unit <= FFX_WRITE_UNIT_MAX &&
           (flash->write_unit & (flash->write_unit - 1)) == 0 &&
           (flash->erased_value == 0x00 || flash->erased_value == 0xff);
}

static int name_taken(const struct ffx_agent_config *config, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (bytes_same_text(config->components[k].name,
                            config->components[i].name))
            return 1;
    return 0;
}

static int statuses_right(const struct ffx_component *component)
{
    return (component->updating == FFX_STATUS_UPDATING_MODEM &&
            component->failed == FFX_STATUS_FAILED_MODEM) ||
           (component->updating == FFX_STATUS_UPDATING_AP &&
            component->failed == FFX_STATUS_FAILED_AP);
}

static int has_components(const struct ffx_agent_config *config)
{
    if (!config->components || config->component_count == 0 ||
        config->component_count > FFX_COMPONENTS)
        return 0;
    for (uint32_t i = 0; i < config->component_count; i++) {
        const struct ffx_component *const component = &config->components[i];
        if (!component->name || !ffx_component_valid(component->name) ||
            name_taken(config, i) || !statuses_right(component))
            return 0;
    }
    return 1;
}

/* --- areas --------------------------------------------------------------- */

static int journal_fits(const struct ffx_agent_config *config)
{
    const struct ffx_flash_area *const journal = &config->journal;
    struct ffx_flash_area sector;
    uint32_t count = 0, bytes = 0;
    if (!ffx_flash_aligned(config->flash, journal))
        return 0;
    for (uint32_t at = 0; at < journal->length; at += bytes, count++) {
        if (ffx_flash_sector(config->flash, journal->address + at, &sector) !=
                0 ||
            (at != 0 && sector.length != bytes))
            return 0;
        bytes = sector.length;
    }
    return bytes >= record_bytes(config) && count >= FFX_JOURNAL_SECTORS &&
           count <= FFX_JOURNAL_SECTORS_MAX;
}

/* Each step of the area starts at a sector's start. */
static int steps_fit(const struct ffx_agent_config *config,
                     const struct ffx_flash_area *area)
{
    struct ffx_flash_area sector;
    if (!ffx_flash_aligned(config->flash, area))
        return 0;
    for (uint32_t at = 0; at < area->length; at += config->step_bytes) {
        if (ffx_flash_sector(config->flash, area->address + at, &sector) != 0 ||
            sector.address != area->address + at)
            return 0;
        if (config->step_bytes > area->length - at)
            break;
    }
    return 1;
}

static int sectors_fit(const struct ffx_agent_config *config)
{
    const struct ffx_flash *const flash = config->flash;
    for (uint32_t i = 0; i < flash->region_count; i++)
        if (flash->regions[i].sector_bytes == 0 ||
            flash->regions[i].sector_bytes % flash->write_unit != 0)
            return 0;
    return 1;
}

static int overlap(const struct ffx_flash_area *a,
                   const struct ffx_flash_area *b)
{
    return a->address < b->address + b->length &&
           b->address < a->address + a->length;
}

/* The areas in one row: journal, scratch, slots. */
static const struct ffx_flash_area *
area_at(const struct ffx_agent_config *config, uint32_t i)
{
    if (i == 0)
        return &config->journal;
    return i == 1 ? &config->scratch : &config->components[i - 2].slot;
}

static int disjoint(const struct ffx_agent_config *config)
{
    for (uint32_t i = 0; i < 2 + config->component_count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (overlap(area_at(config, i), area_at(config, k)))
                return 0;
    return 1;
}

static int areas_fit(const struct ffx_agent_config *config)
{
    const uint32_t step = config->step_bytes;
    if (!sectors_fit(config) || !journal_fits(config) ||
        !steps_fit(config, &config->scratch) ||
        config->scratch.length % step != 0 ||
        config->scratch.length / step > PLACES_MAX)
        return 0;
    for (uint32_t i = 0; i < config->component_count; i++)
        if (!steps_fit(config, &config->components[i].slot))
            return 0;
    return disjoint(config);
}

int config_check(const struct ffx_agent_config *config)
{
    if (!has_ports(config) || !has_buffers(config) ||
        !has_flash_facts(config->flash) || !has_components(config))
        return FFX_ERR_ARGUMENT;
    return areas_fit(config) ? 0 : FFX_ERR_GEOMETRY;
}

/* --- record -------------------------------------------------------------- */

static int step_fits(const struct ffx_agent_config *config,
                     const struct ffx_agent_state *state)
{
    const uint32_t slot = config->components[state->component].slot.length;
    const struct ffx_step *const step = &state->step;
    return step->offset % config->step_bytes == 0 && step->offset < slot &&
           step->length <= config->step_bytes &&
           step->length <= slot - step->offset &&
           state->place < config->scratch.length / config->step_bytes;
}

int config_fits(const struct ffx_agent_config *config,
                const struct ffx_agent_state *state)
{
    for (uint32_t i = 0; i < FFX_COMPONENTS; i++)
        if ((state->installed[i].version[0] != '\0') !=
            (i < config->component_count))
            return 0;
    return state->component < config->component_count &&
           (config->trial_boots != 0 || state->trial == 0) &&
           step_fits(config, state);
}
