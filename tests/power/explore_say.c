/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>

const char explore_letters[] = "dionA";

void explore_way(const struct explorer *e, uint32_t s, const struct cut *last,
                 char *text, size_t room)
{
    const struct cut *cuts[EXPLORE_WAY_MAX];
    int count = 0;
    size_t at = (size_t)snprintf(text, room, "%s", e->bench->geometry->name);
    cuts[count++] = last;
    for (; s != 0 && count < EXPLORE_WAY_MAX; s = e->states[s].cut.from)
        cuts[count++] = &e->states[s].cut;
    while (count-- > 0 && at < room)
        at += (size_t)snprintf(
            text + at, room - at, "/%c%c%u.%u.%u",
            explore_letters[cuts[count]->deed], cuts[count]->luck ? 'b' : 'g',
            cuts[count]->operation, cuts[count]->tear, cuts[count]->bytes);
}

void explore_bad(struct explorer *e, const char *what)
{
    char way[1024];
    const struct ffx_agent_state *const state =
        ffx_agent_state(&e->bench->agent);
    explore_way(e, e->at, &e->now, way, sizeof way);
    for (uint32_t i = 0; i < e->view.count; i++) {
        const uint8_t *const r =
            e->flash->bytes +
            lab_flash_sector_area(e->flash, e->view.first + i).address;
        print_message(
            "# journal %u: %.4s counter %u status %u installing %u "
            "component %u step %u place %u flags %u\n",
            i, (const char *)r, r[4] | r[5] << 8, r[8], r[10], r[11], r[416],
            r[500],
            e->flash->written[lab_flash_sector_area(e->flash, e->view.first + i)
                                  .address /
                              e->bench->geometry->write_unit]);
    }
    fail_msg("%s: status %d, error %d, %s; way %s", what, state->status,
             (int)state->error, e->flash->complaint, way);
}

void explore_print(const struct bench_geometry *geometry,
                   const struct explore_figures *figures)
{
    print_message(
        "# %-14s %7llu states, %9llu cut points (%9llu cuts), %7llu boots, "
        "%llu replayed, longest boot %5.1f s, in %.1f s\n",
        geometry->name, (unsigned long long)figures->states,
        (unsigned long long)figures->points, (unsigned long long)figures->fired,
        (unsigned long long)figures->boots,
        (unsigned long long)figures->replayed,
        (double)figures->longest_us / 1e6, figures->seconds);
}
