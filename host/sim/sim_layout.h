/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where things lie in flash.bin: the geometry of the release that left the
 * factory, as a small text beside it (docs/flash-layout.md, section 5), so
 * that later starts need no release.
 *
 *   journal: SIM_LAYOUT_RECORDS sectors
 *   scratch: SIM_LAYOUT_PLACES steps
 *   one slot per component, in order of update
 */
#ifndef FARFIX_SIM_LAYOUT_H
#define FARFIX_SIM_LAYOUT_H

#include "sim/sim_files.h"

#include <farfix/agent.h>

#define SIM_LAYOUT_RECORDS 8u /* sectors that take turns in the journal */
#define SIM_LAYOUT_PLACES 8u  /* steps that take turns in scratch */
#define SIM_LAYOUT_TEXT_MAX 512u

struct sim_slot {
    char name[FFX_COMPONENT_MAX + 1];
    uint32_t bytes;
};

struct sim_layout {
    uint32_t sector_bytes, step_bytes, ram_bytes;
    uint32_t slot_count;
    struct sim_slot slots[FFX_COMPONENTS];
};

/* FFX_ERR_GEOMETRY with the number that is out of range. */
int sim_layout_of(struct sim_layout *layout,
                  const struct ffx_sim_factory *factory,
                  struct ffx_sim_error *error);
/* Text of the file `layout`; returns its length. */
uint32_t sim_layout_text(const struct sim_layout *layout,
                         char text[SIM_LAYOUT_TEXT_MAX]);
/* Strict: what sim_layout_text would not write is FFX_ERR_STATE. */
int sim_layout_parse(struct sim_layout *layout, const char *text,
                     uint32_t length);

struct ffx_flash_area sim_layout_journal(const struct sim_layout *layout);
struct ffx_flash_area sim_layout_scratch(const struct sim_layout *layout);
struct ffx_flash_area sim_layout_slot(const struct sim_layout *layout,
                                      uint32_t index);
uint32_t sim_layout_bytes(const struct sim_layout *layout);

#endif
