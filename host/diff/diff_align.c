/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/diff_align.h"
#include "base/bytes.h"
#include "diff/diff_paths.h"

#define STATES_MAX 64u
#define RECENT_MAX 8u
#define KNOWN 512u
#define RELATIVES 256u /* entries of the memories: about those of 16 KiB */
#define MOVED 32u
#define LOOK_AHEAD 48u /* turns: a run may begin before its exact match does */

const struct diff_costs diff_costs_usual = {
    .match = 2,
    .miss = 950,
    .miss_again = 850,
    .match_after = 80,
    .choice = 400,
    .address = 1400,
    .address_again = 500,
    .normal_miss = 750,
    .normal_match = 72,
    .literal = 480,
    .to_literal = 600,
    .back = 800,
    .recent = 1100,
    .other = 1800,
    .other_bit = 80,
    .hopeless = 3800,
};

/* --- places -------------------------------------------------------------- */

/* A turn and its place in the target, going up. */
struct cursor {
    const struct delta_order *order;
    struct ffx_step step;
    uint32_t begin, end; /* turns of the step */
};

static void set_step(struct cursor *cursor, uint32_t index)
{
    delta_order_step(cursor->order, index, &cursor->step);
    cursor->begin = delta_order_before(cursor->order, index);
    cursor->end = cursor->begin + cursor->step.length;
}

static uint32_t position_at(struct cursor *cursor, uint32_t turn)
{
    while (turn >= cursor->end)
        set_step(cursor, cursor->step.index + 1);
    return cursor->step.offset + (turn - cursor->begin);
}

/* --- states -------------------------------------------------------------- */

/* One that is a run on a diagonal; or the literal. */
struct state {
    int64_t cost;
    uint32_t diagonal;  /* of the literal: that of the run before it */
    uint32_t turn;      /* where it began, */
    uint32_t parent;    /* what came before it, */
    uint32_t link;      /* and this; DIFF_PATH_NONE: not yet a link */
    uint32_t reach_end; /* turn up to which its source can be read */
    int is_new;         /* and is the new image */
    uint32_t unit_begin, unit_end; /* turns */
    uint32_t left;     /* of the unit as predicted: the lowest byte is next */
    int missed;        /* a byte of the unit */
    uint32_t moves[3]; /* of its last addresses that were not as predicted */
};

struct align {
    const struct diff_job *job;
    const struct diff_candidates *candidates;
    const struct diff_costs *costs;
    struct delta_predictor predictor;
    int has_map;
    uint32_t turn, position;
    struct cursor here, ahead;
    struct diff_paths paths;
    struct state literal;
    struct state states[STATES_MAX];
    uint32_t count;
    uint32_t recent[RECENT_MAX]; /* diagonals, the last one first */
    uint32_t recent_count;
    /* Of the cheapest state at the begin of the turn. */
    int64_t best_cost;
    uint32_t best_link, last_diagonal;
    /* Of the predictor, which learns along the cheapest states. */
    uint32_t values[KNOWN], places[2][MOVED], moves[2][MOVED];
    uint16_t checks[KNOWN];
    struct delta_relative relatives[RELATIVES];
};

static struct state *find_best(struct align *align)
{
    struct state *best = &align->literal;
    for (uint32_t i = 0; i < align->count; i++)
        if (align->states[i].cost < best->cost)
            best = &align->states[i];
    return best;
}

/* The state began in this turn, behind the best one. */
static void begin(struct align *align, struct state *state, int64_t cost)
{
    state->cost = cost;
    state->turn = align->turn;
    state->parent = align->best_link;
    state->link = DIFF_PATH_NONE;
}

static int make_room(struct align *align)
{
    uint32_t *leaves[2 * STATES_MAX + 2];
    uint32_t count = 0;
    leaves[count++] = &align->literal.parent;
    leaves[count++] = &align->literal.link;
    for (uint32_t i = 0; i < align->count; i++) {
        leaves[count++] = &align->states[i].parent;
        leaves[count++] = &align->states[i].link;
    }
    return diff_paths_room(&align->paths, leaves, count);
}

/* Gives the state a link, so that others can follow it. */
static int link_state(struct align *align, struct state *state)
{
    if (state->link != DIFF_PATH_NONE)
        return 0;
    if (make_room(align) != 0)
        return -1;
    const struct diff_link link = {state->turn, state->diagonal, state->parent,
                                   state == &align->literal};
    state->link = diff_paths_add(&align->paths, &link);
    return 0;
}

/* --- switches ------------------------------------------------------------ */

static void remember(struct align *align, uint32_t diagonal)
{
    uint32_t at = 0;
    while (at < align->recent_count && align->recent[at] != diagonal)
        at++;
    if (at == align->recent_count) {
        if (align->recent_count < RECENT_MAX)
            align->recent_count++;
        at = align->recent_count - 1;
    }
    for (; at > 0; at--)
        align->recent[at] = align->recent[at - 1];
    align->recent[0] = diagonal;
}

static int is_recent(const struct align *align, uint32_t diagonal)
{
    for (uint32_t i = 0; i < align->recent_count; i++)
        if (align->recent[i] == diagonal)
            return 1;
    return 0;
}

static uint32_t switch_cost(const struct align *align, uint32_t diagonal)
{
    const struct diff_costs *const costs = align->costs;
    uint32_t distance = diagonal - align->last_diagonal, bits = 0;
    if (distance == 0)
        return costs->back;
    if (is_recent(align, diagonal))
        return costs->recent;
    if (distance >> 31 != 0)
        distance = 0 - distance;
    for (; distance > 0; distance >>= 1)
        bits++;
    return costs->other + bits * costs->other_bit;
}

/* What the state can read from this turn on; 0: nothing. */
static int find_reach(const struct align *align, struct state *state)
{
    const uint32_t source = align->position + state->diagonal;
    const struct delta_reach reach =
        delta_order_reach(align->here.order, align->here.step.index, source,
                          align->here.end - align->turn);
    state->reach_end = align->turn + reach.length;
    state->is_new = reach.is_new;
    return reach.length > 0;
}

static struct state *find_state(struct align *align, uint32_t diagonal)
{
    for (uint32_t i = 0; i < align->count; i++)
        if (align->states[i].diagonal == diagonal)
            return &align->states[i];
    return NULL;
}

/* A run on the diagonal may begin here. */
static void enter(struct align *align, uint32_t diagonal)
{
    const int64_t cost = align->best_cost + switch_cost(align, diagonal);
    struct state *state = find_state(align, diagonal);
    if (state == NULL) {
        if (align->count == STATES_MAX)
            return;
        state = &align->states[align->count];
        *state = (struct state){.diagonal = diagonal};
        if (!find_reach(align, state))
            return;
        align->count++;
    } else if (state->cost <= cost) {
        return;
    }
    begin(align, state, cost);
    state->unit_end = align->turn;
    state->missed = 0;
}

static void enter_candidates(struct align *align, uint32_t position)
{
    const uint32_t *diagonals = NULL;
    const uint32_t count =
        diff_candidates_at(align->candidates, position, &diagonals);
    for (uint32_t i = 0; i < count; i++)
        enter(align, diagonals[i]);
}

/* One of the next two bytes is as wanted. */
static int alike(const uint8_t *image, uint32_t length, uint32_t source,
                 const uint8_t *wanted)
{
    if (source >= length)
        return 0;
    return image[source] == wanted[0] ||
           (length - source > 1 && image[source + 1] == wanted[1]);
}

/* A run that can begin at any turn need not begin where even the normal
 * images differ. Most of them do, so this saves most of the time. */
static int worth_it(const struct align *align, uint32_t diagonal)
{
    const struct diff_candidates *const normal = align->candidates;
    const uint8_t *const wanted = normal->new_normal + align->position;
    const uint32_t source = align->position + diagonal;
    return alike(normal->old_normal, align->job->old_bytes, source, wanted) ||
           (align->here.step.index > 0 &&
            alike(normal->new_normal, align->job->new_bytes, source, wanted));
}

static void enter_all(struct align *align)
{
    const uint32_t end = align->job->new_bytes;
    for (uint32_t i = 0; align->turn == 0 && i < LOOK_AHEAD && i < end; i++)
        enter_candidates(align, position_at(&align->ahead, i));
    if (end - align->turn > LOOK_AHEAD)
        enter_candidates(align,
                         position_at(&align->ahead, align->turn + LOOK_AHEAD));
    enter_candidates(align, align->position);
    for (uint32_t i = 0; i < align->recent_count; i++)
        if (worth_it(align, align->recent[i]))
            enter(align, align->recent[i]);
}

/* Leaves those that will hardly catch up. */
static void give_up(struct align *align)
{
    const int64_t limit = align->best_cost + align->costs->hopeless;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < align->count; i++)
        if (align->states[i].cost <= limit)
            align->states[kept++] = align->states[i];
    align->count = kept;
}

/* What is best so far, and what may follow it in this turn. */
static int branch(struct align *align, struct state *best)
{
    const int is_literal = best == &align->literal;
    if (link_state(align, best) != 0)
        return -1;
    align->best_cost = best->cost;
    align->best_link = best->link;
    align->last_diagonal = best->diagonal;
    if (!is_literal)
        remember(align, best->diagonal);
    give_up(align);
    enter_all(align);
    const int64_t cost = align->best_cost + align->costs->to_literal;
    if (!is_literal && cost < align->literal.cost) {
        begin(align, &align->literal, cost);
        align->literal.diagonal = align->last_diagonal;
    }
    return 0;
}

/* --- bytes --------------------------------------------------------------- */

static uint32_t get_bytes(const uint8_t *bytes, uint32_t count)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < count && i < 4; i++)
        value |= (uint32_t)bytes[i] << 8 * i;
    return value;
}

/* Which of a state's moves the unit belongs to. -1: it is not the same but
 * for an address. */
static int move_of(enum delta_arch arch, const struct delta_unit *unit,
                   uint32_t truth, uint32_t *move)
{
    const uint32_t guess = unit->candidate[0];
    switch (unit->kind) {
    case DELTA_POINTER:
    case DELTA_RELATIVE:
    case DELTA_RAM:
        *move = truth - guess;
        if (*move + 0x10000 >= 0x20000)
            return -1;
        return unit->kind == DELTA_RAM ? 2 : 1;
    case DELTA_CALL:
    case DELTA_JUMP:
    case DELTA_OUTSIDE:
        *move = delta_code_target(arch, truth, 0) -
                delta_code_target(arch, guess, 0);
        return delta_code_same_form(arch, truth, unit->raw) ? 0 : -1;
    default:
        return -1;
    }
}

/* The unit is not as predicted first, but perhaps nearly. 1: it costs
 * nothing else than this. */
static int pay_for_near(const struct align *align, struct state *state,
                        const struct delta_unit *unit, uint32_t truth)
{
    uint32_t move = 0;
    for (uint32_t i = 1; i < unit->candidates; i++) {
        if (unit->candidate[i] == truth) {
            state->cost += align->costs->choice;
            return 1;
        }
    }
    const int which = move_of(align->job->space->arch, unit, truth, &move);
    if (which < 0)
        return 0;
    state->cost += state->moves[which] == move ? align->costs->address_again
                                               : align->costs->address;
    state->moves[which] = move;
    return 1;
}

/* What is predicted of the unit that the state begins in `turn`, of the step
 * that is made. */
static void predict(const struct align *align, const struct state *state,
                    uint32_t turn, struct delta_place *place,
                    struct delta_unit *unit)
{
    const struct diff_job *const job = align->job;
    const uint32_t position = align->position - (align->turn - turn);
    const uint32_t source = position + state->diagonal;
    const uint8_t *const bytes =
        (state->is_new ? job->new_image : job->old_image) + source;
    *place = (struct delta_place){.left = state->reach_end - turn,
                                  .old_position = source,
                                  .new_position = position,
                                  .is_new = state->is_new};
    if (source >= 4)
        place->before = bytes_get32(bytes - 4);
    place->bytes = bytes;
    delta_predict(&align->predictor, place, unit);
}

static void begin_unit(const struct align *align, struct state *state)
{
    struct delta_place place;
    struct delta_unit unit;
    predict(align, state, align->turn, &place, &unit);
    const uint32_t truth =
        get_bytes(align->job->new_image + align->position, unit.length);
    state->unit_begin = align->turn;
    state->unit_end = align->turn + unit.length;
    state->missed = 0;
    state->left = unit.candidate[0];
    if (truth != state->left && pay_for_near(align, state, &unit, truth))
        state->left = truth;
}

/* The reader will have learned from the unit that the cheapest state has just
 * finished, if that state stays the best one. */
static void learn(struct align *align, const struct state *state)
{
    struct delta_place place;
    struct delta_unit unit;
    if (state->unit_end != align->turn || state->unit_begin < state->turn ||
        state->unit_begin == state->unit_end ||
        state->unit_begin < align->here.begin)
        return;
    predict(align, state, state->unit_begin, &place, &unit);
    delta_predict_pass(&align->predictor, &unit, &place);
    delta_predict_learn(
        &align->predictor, &unit, &place,
        get_bytes(align->job->new_image + place.new_position, unit.length));
}

static void pay_predicted(const struct align *align, struct state *state,
                          uint8_t truth)
{
    const struct diff_costs *const costs = align->costs;
    if (align->turn >= state->unit_end)
        begin_unit(align, state);
    if ((uint8_t)state->left == truth) {
        state->cost += state->missed ? costs->match_after : costs->match;
    } else {
        state->cost += state->missed ? costs->miss_again : costs->miss;
        state->missed = 1;
    }
    state->left >>= 8;
}

static void pay_normal(const struct align *align, struct state *state,
                       uint8_t truth)
{
    const uint32_t source = align->position + state->diagonal;
    const struct diff_candidates *const normal = align->candidates;
    const struct diff_job *const job = align->job;
    if ((state->is_new ? normal->new_normal : normal->old_normal)[source] !=
        normal->new_normal[align->position])
        state->cost += align->costs->normal_miss;
    else if ((state->is_new ? job->new_image : job->old_image)[source] != truth)
        state->cost += align->costs->normal_match;
    else
        state->cost += align->costs->match;
}

/* Each state pays for the byte of this turn; those that cannot are gone. */
static void pay(struct align *align)
{
    const uint8_t truth = align->job->new_image[align->position];
    uint32_t kept = 0;
    align->literal.cost += align->costs->literal;
    for (uint32_t i = 0; i < align->count; i++) {
        struct state *const state = &align->states[i];
        if (align->turn >= state->reach_end && !find_reach(align, state))
            continue;
        if (align->has_map)
            pay_predicted(align, state, truth);
        else
            pay_normal(align, state, truth);
        if (kept < i)
            align->states[kept] = *state;
        kept++;
    }
    align->count = kept;
}

/* --- all ----------------------------------------------------------------- */

static void begin_step(struct align *align)
{
    struct delta_lessons lessons;
    delta_predict_carry(&align->predictor, &lessons);
    delta_predict_reset(&align->predictor, &lessons);
}

static int find_path(struct align *align, struct diff_runs *runs)
{
    const uint32_t end = align->job->new_bytes;
    for (align->turn = 0; align->turn < end; align->turn++) {
        struct state *const best = find_best(align);
        align->position = position_at(&align->here, align->turn);
        if (align->turn == align->here.begin)
            begin_step(align);
        if (best != &align->literal && align->has_map)
            learn(align, best);
        if (branch(align, best) != 0)
            return -1;
        pay(align);
    }
    struct state *const best = find_best(align);
    if (link_state(align, best) != 0)
        return -1;
    return diff_paths_runs(&align->paths, best->link, end, runs);
}

static void open_predictor(struct align *align, const struct delta_map *map)
{
    struct delta_predictor *const predictor = &align->predictor;
    predictor->space = align->job->space;
    predictor->map = map;
    predictor->known.values = align->values;
    predictor->known.checks = align->checks;
    predictor->known.mask = KNOWN - 1;
    predictor->ram.places = align->places[0];
    predictor->ram.moves = align->moves[0];
    predictor->ram.capacity = MOVED;
    predictor->targets.places = align->places[1];
    predictor->targets.moves = align->moves[1];
    predictor->targets.capacity = MOVED;
    predictor->relatives.entries = align->relatives;
    predictor->relatives.mask = RELATIVES - 1;
    const struct delta_lessons nothing = {{0}, {0}};
    delta_predict_reset(predictor, &nothing);
}

int diff_align(const struct diff_job *job,
               const struct diff_candidates *candidates,
               const struct delta_map *map, const struct diff_costs *costs,
               struct diff_runs *runs)
{
    struct align align = {
        .job = job,
        .candidates = candidates,
        .costs = costs,
        .has_map = map != NULL,
        .here = {.order = job->order},
        .ahead = {.order = job->order},
        .literal = {.parent = DIFF_PATH_NONE, .link = DIFF_PATH_NONE},
    };
    *runs = (struct diff_runs){0};
    open_predictor(&align, map);
    set_step(&align.here, 0);
    set_step(&align.ahead, 0);
    const int status =
        diff_paths_open(&align.paths) == 0 ? find_path(&align, runs) : -1;
    diff_paths_close(&align.paths);
    return status;
}
