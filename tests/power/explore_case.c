/* SPDX-License-Identifier: Apache-2.0 */
/* One way, as explore_bad told it, on a fresh device. */
#include "explorer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 1000000u /* whoever needs more goes round in circles */

int explore_is_case(void)
{
    return getenv("FARFIX_CASE") != NULL;
}

/* --- the way in words ---------------------------------------------------- */

/* 1: a number and, before it, this sign. */
static int number(const char **text, char sign, uint32_t *value)
{
    char *end;
    if (**text != sign || (*text)[1] < '0' || (*text)[1] > '9')
        return 0;
    *value = (uint32_t)strtoul(*text + 1, &end, 10);
    *text = end;
    return 1;
}

static int is_tear(uint32_t tear)
{
    return tear < LAB_TEARS || tear == LAB_TEAR_BYTES;
}

/* 1: a start; 0: the way is at its end; -1: that is none. */
static int read_start(const char **text, struct cut *cut)
{
    uint32_t tear;
    memset(cut, 0, sizeof *cut);
    if (**text == '\0')
        return 0;
    if (*(*text)++ != '/')
        return -1;
    const char *const deed = strchr(explore_letters, **text);
    if (**text == '\0' || deed == NULL)
        return -1;
    cut->deed = (uint8_t)(deed - explore_letters);
    const char luck = *++*text;
    if (luck != 'g' && luck != 'b')
        return -1;
    cut->luck = luck == 'b' ? LAB_LUCK_BAD : LAB_LUCK_GOOD;
    /* The digits follow without a sign before them. */
    if (!number(text, luck, &cut->operation) || !number(text, '.', &tear) ||
        !number(text, '.', &cut->bytes) || !is_tear(tear))
        return -1;
    cut->tear = (uint8_t)tear;
    return 1;
}

/* --- starts -------------------------------------------------------------- */

static struct view_record record_of(struct explorer *e, uint32_t luck)
{
    struct view_sector sectors[VIEW_RECORDS];
    struct view_record newest[2];
    uint8_t care[sizeof e->care] = {0};
    uint64_t digest;
    view_sectors(&e->view, sectors);
    view_journal(&e->view, sectors, newest, &digest, care);
    return newest[luck];
}

/* What the explorer has poisoned, starts that come to their end must not
 * rely on; those that are cut find what real ones would. */
static int run_on(struct explorer *e, int poisons)
{
    struct ffx_agent *const agent = &e->bench->agent;
    int rc = ffx_agent_pending(agent);
    for (uint32_t steps = 0; rc == 1; steps++) {
        const int committing = agent->commits;
        rc = explore_step(e);
        if (rc == 1 && committing && agent->commits == 0 && poisons)
            explore_poison(e);
        if (steps == STEPS_MAX)
            explore_bad(e, "a start goes round in circles");
    }
    return rc;
}

static int play(struct explorer *e, const struct cut *cut,
                const struct view_record *record)
{
    const int poisons = e->view.luck || cut->operation == 0;
    lab_flash_luck(e->flash, (enum lab_luck)cut->luck);
    e->bench->package = explore_package(e, (enum explore_deed)cut->deed);
    e->bench->removed = 0;
    e->flash->cuts_fired = 0;
    if (poisons)
        explore_poison(e);
    explore_begun(e, bench_power_up(e->bench), record);
    if (cut->tear == LAB_TEAR_BYTES)
        lab_flash_cut_bytes(e->flash, cut->operation, cut->bytes);
    else
        lab_flash_cut(e->flash, cut->operation, (enum lab_tear)cut->tear);
    return cut->deed == EXPLORE_ASK ? ffx_agent_request(&e->bench->agent)
                                    : run_on(e, poisons);
}

static void start(struct explorer *e, uint32_t number, const struct cut *cut)
{
    const struct view_record record = record_of(e, cut->luck);
    e->now = *cut;
    const int rc = play(e, cut, &record);
    explore_say_start(e, number, cut, rc);
    if (cut->operation == 0)
        explore_end(e, rc, &record);
    else if (e->flash->cuts_fired == 0)
        fail_msg("FARFIX_CASE: operation %u of start %u never came: it made "
                 "%llu and answered %d",
                 cut->operation, number,
                 (unsigned long long)e->flash->operations, rc);
    else if (rc != FFX_ERR_POWER)
        explore_bad(e, "the agent did not hear of the cut");
    explore_rules(e);
}

/* After a way that ends in a cut: the supply holds from here on. */
static struct cut last_of(struct explorer *e, const struct cut *cut)
{
    const struct view_record record = record_of(e, cut->luck);
    const enum explore_deed right =
        record.package == e->images_id ? EXPLORE_IMAGES : EXPLORE_DELTAS;
    return (struct cut){.deed = cut->deed == EXPLORE_ASK ? (uint8_t)right
                                                         : cut->deed,
                        .luck = cut->luck};
}

static void play_all(struct explorer *e, const char *way, const char *starts)
{
    struct cut cut = {0};
    uint32_t count = 0;
    int rc;
    while ((rc = read_start(&starts, &cut)) == 1) {
        start(e, ++count, &cut);
        e->now = cut;
        if (*starts == '\0')
            break;
    }
    if (rc < 0 || count == 0)
        fail_msg("FARFIX_CASE=%s: start %u is not /, one of %s, g or b, "
                 "operation.tear.bytes",
                 way, count + 1, explore_letters);
    explore_say_journal(e);
    if (cut.operation == 0)
        return;
    cut = last_of(e, &cut);
    start(e, count + 1, &cut);
}

void explore_case(struct explorer *e)
{
    const char *const way = getenv("FARFIX_CASE");
    char name[64];
    explore_name(e, name, sizeof name);
    const size_t length = strlen(name);
    if (strncmp(way, name, length) != 0 ||
        (way[length] != '/' && way[length] != '\0')) {
        print_message("# %s: passed over for FARFIX_CASE\n", name);
        return;
    }
    e->way = way;
    lab_flash_restore(e->flash, e->origin);
    play_all(e, way, way + length);
}
