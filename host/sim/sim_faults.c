/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_faults.h"

#include <stdlib.h>
#include <string.h>

void sim_faults_init(struct sim_faults *faults)
{
    *faults = (struct sim_faults){.seed = 1, .coin = 1};
}

void sim_faults_clear(struct sim_faults *faults)
{
    faults->count = 0;
    memset(faults->armed, 0, sizeof faults->armed);
}

void sim_faults_free(struct sim_faults *faults)
{
    free(faults->rows);
    sim_faults_init(faults);
}

/* xorshift32 (Marsaglia, Xorshift RNGs, 2003): never 0. */
uint32_t sim_faults_coin(struct sim_faults *faults, uint32_t limit)
{
    uint32_t x = faults->coin;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    faults->coin = x;
    return limit > 0 ? x % limit : 0;
}

/* --- when ---------------------------------------------------------------- */

void sim_faults_count(struct sim_faults *faults, enum sim_trigger trigger)
{
    faults->seen[trigger]++;
}

void sim_faults_reach(struct sim_faults *faults, enum sim_trigger trigger,
                      uint64_t value)
{
    faults->seen[trigger] = value;
}

void sim_faults_rewind(struct sim_faults *faults, enum sim_trigger trigger)
{
    faults->seen[trigger] = 0;
    for (size_t i = 0; i < faults->count; i++)
        if (faults->rows[i].trigger == trigger)
            faults->rows[i].passed = 0;
}

/* Counted things pass each number once; time and percent may jump. */
static int jumps(uint8_t trigger)
{
    return trigger == SIM_ON_MS || trigger == SIM_ON_PERCENT ||
           trigger == SIM_ON_NOW;
}

static int is_due(struct sim_faults *faults, const struct sim_fault *fault)
{
    const uint64_t seen = faults->seen[fault->trigger];
    if (fault->when == SIM_AT)
        return fault->fired == 0 &&
               (jumps(fault->trigger) ? seen >= fault->n : seen == fault->n);
    if (fault->when == SIM_ODDS)
        return sim_faults_coin(faults, fault->n) == 0;
    return jumps(fault->trigger) ? seen / fault->n > fault->passed
                                 : seen % fault->n == 0;
}

const struct sim_fault *sim_faults_next(struct sim_faults *faults,
                                        enum sim_trigger trigger,
                                        size_t *cursor)
{
    while (faults->armed[trigger] > 0 && *cursor < faults->count) {
        struct sim_fault *fault = &faults->rows[(*cursor)++];
        if (fault->trigger != trigger || !is_due(faults, fault))
            continue;
        fault->fired++;
        if (fault->when == SIM_EVERY)
            fault->passed = (uint32_t)(faults->seen[trigger] / fault->n);
        if (fault->when == SIM_AT)
            faults->armed[trigger]--;
        return fault;
    }
    return NULL;
}

uint64_t sim_faults_due_ms(const struct sim_faults *faults)
{
    uint64_t due = UINT64_MAX;
    for (size_t i = 0; faults->armed[SIM_ON_MS] > 0 && i < faults->count; i++) {
        const struct sim_fault *fault = &faults->rows[i];
        if (fault->trigger != SIM_ON_MS ||
            (fault->when == SIM_AT && fault->fired > 0))
            continue;
        const uint64_t at = (uint64_t)fault->n * (fault->passed + 1u);
        due = at < due ? at : due;
    }
    return due;
}

/* Operation in which a coin of 1 in n first falls. */
static uint32_t first_by_coin(struct sim_faults *faults, uint32_t n)
{
    uint32_t operation = 1;
    while (operation < 1000000u && sim_faults_coin(faults, n) != 0)
        operation++;
    return operation;
}

const struct sim_fault *sim_faults_flash(struct sim_faults *faults,
                                         uint32_t *operation)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct sim_fault *fault = &faults->rows[i];
        if (fault->trigger != SIM_ON_FLASH ||
            (fault->when == SIM_AT && fault->fired > 0))
            continue;
        *operation = fault->when == SIM_ODDS ? first_by_coin(faults, fault->n)
                                             : fault->n;
        fault->fired++;
        if (fault->when == SIM_AT)
            faults->armed[SIM_ON_FLASH]--;
        return fault;
    }
    return NULL;
}
