/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

const char explore_letters[] = "dionA";

static const char *const deeds[EXPLORE_DEEDS] = {
    "deltas", "images", "another package", "no package", "CFOTA=1",
};

void explore_name(const struct explorer *e, char *text, size_t room)
{
    const char *const name = e->bench->geometry->name;
    if (e->options->fault == LAB_FAULT_NONE)
        snprintf(text, room, "%s", name);
    else
        snprintf(text, room, "%s@%d.%u", name, (int)e->options->fault,
                 e->options->fault_address);
}

void explore_way(const struct explorer *e, uint32_t s, const struct cut *last,
                 char *text, size_t room)
{
    const struct cut *cuts[EXPLORE_WAY_MAX];
    int count = 0;
    explore_name(e, text, room);
    size_t at = strlen(text);
    cuts[count++] = last;
    for (; s != 0 && count < EXPLORE_WAY_MAX; s = e->states[s].cut.from)
        cuts[count++] = &e->states[s].cut;
    while (count-- > 0 && at < room)
        at += (size_t)snprintf(
            text + at, room - at, "/%c%c%u.%u.%u",
            explore_letters[cuts[count]->deed], cuts[count]->luck ? 'b' : 'g',
            cuts[count]->operation, cuts[count]->tear, cuts[count]->bytes);
}

void explore_say_journal(const struct explorer *e)
{
    for (uint32_t i = 0; i < e->view.count; i++) {
        const uint32_t address =
            lab_flash_sector_area(e->flash, e->view.first + i).address;
        const uint8_t *const r = e->flash->bytes + address;
        const int legible = r[0] == 'F';
        print_message(
            "# journal %u: %.4s counter %u status %u installing %u "
            "component %u step %u place %u flags %u\n",
            i, legible ? (const char *)r : "none", bytes_get32(r + 4), r[8],
            r[10], r[11], r[416], r[500],
            e->flash->written[address / e->bench->geometry->write_unit]);
    }
}

void explore_say_start(const struct explorer *e, uint32_t number,
                       const struct cut *cut, int rc)
{
    const struct ffx_agent_state *const state =
        ffx_agent_state(&e->bench->agent);
    char torn[64] = "to its end";
    if (cut->operation != 0)
        snprintf(torn, sizeof torn, "operation %u torn %u, %u bytes",
                 cut->operation, cut->tear, cut->bytes);
    print_message("# start %u: %s, %s luck, %s: %d after %llu operations, "
                  "status %u, error %d\n",
                  number, deeds[cut->deed], cut->luck ? "bad" : "good", torn,
                  rc, (unsigned long long)e->flash->operations, state->status,
                  (int)state->error);
}

/* The last start was not cut: it replays to its end. */
void explore_bad(struct explorer *e, const char *what)
{
    char way[1024];
    const struct ffx_agent_state *const state =
        ffx_agent_state(&e->bench->agent);
    const struct cut last = {.deed = e->now.deed, .luck = e->now.luck};
    if (e->way == NULL)
        explore_way(e, e->at, &last, way, sizeof way);
    explore_say_journal(e);
    fail_msg("%s: status %d, error %d, after operation %llu, %s; "
             "FARFIX_CASE=%s",
             what, state->status, (int)state->error,
             (unsigned long long)e->flash->operations, e->flash->complaint,
             e->way == NULL ? way : e->way);
}

void explore_print(const struct bench_geometry *geometry,
                   const struct explore_figures *figures)
{
    if (explore_is_case())
        return;
    print_message(
        "# %-14s %7llu states, %9llu cut points (%9llu cuts), %7llu boots, "
        "%llu replayed, longest boot %5.1f s, in %.1f s\n",
        geometry->name, (unsigned long long)figures->states,
        (unsigned long long)figures->points, (unsigned long long)figures->fired,
        (unsigned long long)figures->boots,
        (unsigned long long)figures->replayed,
        (double)figures->longest_us / 1e6, figures->seconds);
}
