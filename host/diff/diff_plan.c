/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff_plan.h"

#include <stdlib.h>

/* A copy that stays on its diagonal costs about one literal, one that leaves
 * it four. Values found by trial on firmware of several makers. */
#define STAY_LENGTH 3u
#define LEAVE_LENGTH 7u
#define LEAVE_GAIN 6u   /* bytes that leaving must win over staying */
#define SURE_LENGTH 64u /* long enough not to look further */

struct planner {
    struct diff_plan *plan;
    const struct diff_match *match;
    const struct ffx_delta_layout *layout;
    struct ffx_step step;
    uint32_t position; /* next byte to plan */
    uint32_t planned;  /* end of the last copy in this step */
    uint32_t diagonal; /* of the last copy */
};

static int add_copy(struct planner *planner, uint32_t source, uint32_t length)
{
    struct diff_plan *plan = planner->plan;
    if (plan->count == plan->capacity) {
        const size_t capacity = plan->capacity * 2 + 256;
        struct diff_copy *copies =
            realloc(plan->copies, capacity * sizeof *copies);
        if (copies == NULL)
            return -1;
        plan->copies = copies;
        plan->capacity = capacity;
    }
    plan->copies[plan->count++] =
        (struct diff_copy){planner->position, source, length};
    planner->diagonal = source - planner->position;
    planner->position += length;
    planner->planned = planner->position;
    return 0;
}

static uint32_t along(const struct planner *planner, uint32_t position,
                      uint32_t source, uint32_t most)
{
    return diff_match_along(planner->match, planner->layout,
                            planner->step.index, position, source, most);
}

/* How many of the next `length` bytes the present diagonal has right,
 * mismatches between them allowed. */
static uint32_t hits(const struct planner *planner, uint32_t length)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < length; i++) {
        const uint32_t position = planner->position + i;
        count += along(planner, position, position + planner->diagonal, 1);
    }
    return count;
}

/* A match may begin before the byte at which it was found. */
static void extend_back(struct planner *planner, struct diff_found *found)
{
    while (planner->position > planner->planned && found->source > 0 &&
           along(planner, planner->position - 1, found->source - 1,
                 found->length + 1) == found->length + 1) {
        planner->position--;
        found->source--;
        found->length++;
    }
}

static int plan_here(struct planner *planner)
{
    const uint32_t left =
        planner->step.offset + planner->step.length - planner->position;
    const uint32_t home = planner->position + planner->diagonal;
    const uint32_t stay = along(planner, planner->position, home, left);
    if (stay >= SURE_LENGTH || (stay > 0 && stay == left))
        return add_copy(planner, home, stay);
    struct diff_found found =
        diff_match_longest(planner->match, planner->layout, planner->step.index,
                           planner->position, left, planner->diagonal);
    if (found.length >= LEAVE_LENGTH && found.length > stay + LEAVE_GAIN &&
        found.length > hits(planner, found.length) + LEAVE_GAIN) {
        extend_back(planner, &found);
        return add_copy(planner, found.source, found.length);
    }
    if (stay >= STAY_LENGTH)
        return add_copy(planner, home, stay);
    planner->position++;
    return 0;
}

static int plan_step(struct planner *planner)
{
    const uint32_t end = planner->step.offset + planner->step.length;
    planner->position = planner->step.offset;
    planner->planned = planner->step.offset;
    while (planner->position < end)
        if (plan_here(planner) != 0)
            return -1;
    return 0;
}

int diff_plan_make(struct diff_plan *plan, const struct diff_match *match,
                   const struct ffx_delta_layout *layout)
{
    struct planner planner = {.plan = plan, .match = match, .layout = layout};
    const uint32_t steps = delta_layout_steps(layout);
    *plan = (struct diff_plan){0};
    for (uint32_t index = 0; index < steps; index++) {
        delta_layout_step(layout, index, &planner.step);
        if (plan_step(&planner) != 0)
            return -1;
    }
    return 0;
}

void diff_plan_close(struct diff_plan *plan)
{
    free(plan->copies);
}
