/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transfer in hand, and what a fault of trigger `url` makes of it. The
 * network itself (sim_network.c) stays honest: faults stand between it and
 * the command core.
 */
#include "sim/sim_parts.h"

#include <stdio.h>
#include <string.h>

/* How long the network takes to fail or to give nothing. */
#define SOON_MS 300

static int64_t clock_ms(const struct ffx_sim *sim)
{
    return sim_clock_ms(&sim->clock);
}

static const struct sim_fault *next_fault(struct ffx_sim *sim)
{
    size_t cursor = 0;
    sim_faults_count(&sim->faults, SIM_ON_URL);
    return sim_faults_next(&sim->faults, SIM_ON_URL, &cursor);
}

int sim_trial_start(struct ffx_sim *sim,
                    const struct ffx_module_transfer *transfer)
{
    struct sim_trial *trial = &sim->trial;
    const struct sim_fault *fault = next_fault(sim);
    memset(trial, 0, sizeof *trial);
    trial->since_ms = clock_ms(sim);
    trial->dir = transfer->dir;
    trial->limit_ms = (int64_t)transfer->timeout_s * transfer->tries * 1000;
    snprintf(trial->name, sizeof trial->name, "%s", transfer->name);
    if (fault != NULL) {
        sim_trouble(sim, fault, 0);
        trial->copy = *fault;
        trial->fault = &trial->copy;
        trial->is_ftp = strncmp(transfer->url, "ftp:", 4) == 0;
        if (fault->action == SIM_STATUS || fault->action == SIM_STALL)
            return FFX_OK; /* no server ever sees it */
    }
    trial->stores = !transfer->size_only;
    const int result = sim_network_start(&sim->network, transfer);
    /* However fast the bytes come, they never become a file. */
    if (fault != NULL &&
        (fault->action == SIM_BROKEN || fault->action == SIM_PDP ||
         fault->action == SIM_OUTAGE))
        sim->network.stop = fault->value[0];
    return result;
}

/* --- ends ---------------------------------------------------------------- */

static void end(struct sim_trial *trial, uint16_t http_status,
                uint16_t ftp_error)
{
    trial->over = 1;
    trial->progress = (struct ffx_module_progress){
        .failed = 1, .http_status = http_status, .ftp_error = ftp_error};
}

/* The network may have been faster than the fault: a failed transfer leaves
 * no part of the new file. */
static void undo(struct ffx_sim *sim)
{
    struct ffx_module_progress real;
    sim_network_cancel(&sim->network);
    sim_network_progress(&sim->network, &real);
    if (sim->trial.stores && !real.failed)
        sim_files_remove(&sim->files, sim->trial.dir, sim->trial.name);
}

static void fail(struct ffx_sim *sim, uint16_t http_status, uint16_t ftp_error)
{
    undo(sim);
    end(&sim->trial, http_status, ftp_error);
}

/* --- what becomes of it --------------------------------------------------- */

typedef void handler(struct ffx_sim *sim, struct ffx_module_progress *progress);

static void give_status(struct ffx_sim *sim,
                        struct ffx_module_progress *progress)
{
    struct sim_trial *trial = &sim->trial;
    const uint16_t code = (uint16_t)trial->fault->value[0];
    *progress = (struct ffx_module_progress){.busy = 1};
    if (clock_ms(sim) - trial->since_ms >= SOON_MS)
        end(trial, trial->is_ftp ? 0 : code, trial->is_ftp ? code : 0);
}

static void stall(struct ffx_sim *sim, struct ffx_module_progress *progress)
{
    *progress = (struct ffx_module_progress){.busy = 1};
    if (clock_ms(sim) - sim->trial.since_ms >= sim->trial.limit_ms)
        end(&sim->trial, 601, 64);
}

/* The connection breaks in every try: it ends when the bytes are there. */
static void broken(struct ffx_sim *sim, struct ffx_module_progress *progress)
{
    if (!progress->failed && progress->received >= sim->trial.fault->value[0])
        fail(sim, 601, 61);
}

/* 1: so many bytes are there as the fault waits for. */
static int came_so_far(const struct ffx_sim *sim,
                       const struct ffx_module_progress *progress)
{
    const int stopped = progress->failed && sim->network.stop == 0;
    return stopped ||
           (progress->busy && progress->received >= sim->trial.fault->value[0]);
}

static void drop_pdp(struct ffx_sim *sim, struct ffx_module_progress *progress)
{
    if (!came_so_far(sim, progress))
        return;
    fail(sim, 601, 61);
    sim->trial.drops_pdp = 1;
}

/* Nobody hears how this transfer ends. */
static void lose_power(struct ffx_sim *sim,
                       struct ffx_module_progress *progress)
{
    if (!came_so_far(sim, progress))
        return;
    *progress = (struct ffx_module_progress){.busy = 1};
    sim->doom = SIM_CUT;
    sim->doom_ms = 0;
}

/* Bytes come as fast as the fault says, at most. */
static void slow(struct ffx_sim *sim, struct ffx_module_progress *progress)
{
    const uint64_t passed = (uint64_t)(clock_ms(sim) - sim->trial.since_ms);
    const uint64_t most = passed * sim->trial.fault->value[0] / 1000;
    if (passed >= (uint64_t)sim->trial.limit_ms && most < progress->received) {
        fail(sim, 601, 64);
        return;
    }
    if (most >= progress->received)
        return;
    progress->received = (uint32_t)most;
    progress->busy = 1;
    progress->failed = 0;
}

static void cut_short(struct ffx_sim *sim, struct ffx_module_progress *progress)
{
    struct sim_trial *trial = &sim->trial;
    const uint32_t length = trial->fault->value[0];
    if (progress->busy || progress->failed || progress->received <= length)
        return;
    sim_files_truncate(&sim->files, trial->dir, trial->name, length);
    trial->over = 1;
    trial->progress = *progress;
    trial->progress.received = trial->progress.total = length;
}

static void spoil(struct ffx_sim *sim, struct ffx_module_progress *progress)
{
    struct sim_trial *trial = &sim->trial;
    if (progress->busy || progress->failed || !trial->stores)
        return;
    sim_files_spoil(&sim->files, trial->dir, trial->name,
                    trial->fault->value[0]);
    trial->over = 1;
    trial->progress = *progress;
}

static handler *const handlers[SIM_ACTIONS] = {
    [SIM_STATUS] = give_status, [SIM_STALL] = stall,
    [SIM_BROKEN] = broken,      [SIM_PDP] = drop_pdp,
    [SIM_RATE] = slow,          [SIM_SHORT] = cut_short,
    [SIM_SPOILT] = spoil,       [SIM_OUTAGE] = lose_power,
};

void sim_trial_progress(struct ffx_sim *sim,
                        struct ffx_module_progress *progress)
{
    struct sim_trial *trial = &sim->trial;
    sim_network_progress(&sim->network, progress);
    if (trial->fault != NULL && !trial->over)
        handlers[trial->fault->action](sim, progress);
    if (trial->over)
        *progress = trial->progress;
    trial->busy = progress->busy;
}

void sim_trial_cancel(struct ffx_sim *sim)
{
    struct sim_trial *trial = &sim->trial;
    /* The core was told so, whatever the network knows. */
    if (trial->fault != NULL && trial->busy)
        undo(sim);
    sim_network_cancel(&sim->network);
    trial->fault = NULL;
    trial->over = trial->busy = trial->stores = 0;
}
