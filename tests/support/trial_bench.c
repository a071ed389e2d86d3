/* SPDX-License-Identifier: Apache-2.0 */
#include "trial_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* --- a device with packages ---------------------------------------------- */

struct trial_moment trial_bench_keep(struct bench *bench)
{
    return (struct trial_moment){lab_flash_snapshot(&bench->flash),
                                 bench->package};
}

void trial_bench_back(struct bench *bench, const struct trial_moment *moment)
{
    lab_flash_restore(&bench->flash, moment->flash);
    bench->package = moment->package;
    bench->removed = 0;
    assert_int_equal(bench_power_up(bench), 0);
}

void trial_bench_forget(struct trial_moment *moment)
{
    lab_snapshot_free(moment->flash);
    moment->flash = NULL;
}

/* B with its keys. */
static struct forge_bytes package_of_b(struct bench *bench,
                                       enum bench_kind kind)
{
    struct bench_job job;
    bench_job_make(bench, &job, &bench->a, &bench->b, kind);
    job.forge.release.has_next_key = 1;
    job.forge.release.next_key = *forge_public(FORGE_OTHER);
    job.forge.release.has_revoke = 1;
    job.forge.release.revoke = *forge_public(FORGE_RELEASE);
    return bench_job_build(&job);
}

void trial_bench_request(struct bench *bench, const struct forge_bytes *zip)
{
    bench->package = zip;
    bench_request(bench);
}

void trial_bench_boot(struct bench *bench)
{
    assert_int_equal(bench_boot(bench), 0);
}

static void make_packages(struct trial_bench *trial)
{
    struct bench *bench = &trial->bench;
    const uint32_t *size = bench->geometry->size_b;
    bench_release_make(bench, &trial->c, "1529B08SIM7000G", 9, size, 300);
    bench_release_make(bench, &trial->old, "1529B04SIM7000G", 5, size, 400);
    trial->images = package_of_b(bench, BENCH_IMAGES);
    trial->deltas = package_of_b(bench, BENCH_DELTAS);
    trial->delta_c = bench_package(bench, &bench->b, &trial->c, BENCH_DELTAS);
    trial->full_c = bench_package(bench, &bench->b, &trial->c, BENCH_IMAGES);
    trial->delta_a_c = bench_package(bench, &bench->a, &trial->c, BENCH_DELTAS);
    trial->full_old =
        bench_package(bench, &trial->c, &trial->old, BENCH_IMAGES);
}

void trial_bench_open(struct trial_bench *trial, uint32_t geometry,
                      uint8_t boots)
{
    struct bench *bench = &trial->bench;
    memset(trial, 0, sizeof *trial);
    bench_open_trial(bench, &bench_geometries[geometry], boots);
    make_packages(trial);
    trial_bench_request(bench, &trial->deltas);
    trial->requested = trial_bench_keep(bench);
    trial_bench_boot(bench);
    trial->running = trial_bench_keep(bench);
    for (uint32_t i = 0; i <= boots; i++)
        trial_bench_boot(bench);
    trial->ended = trial_bench_keep(bench);
}

void trial_bench_close(struct trial_bench *trial)
{
    bench_release_free(&trial->c);
    bench_release_free(&trial->old);
    free(trial->images.bytes);
    free(trial->deltas.bytes);
    free(trial->delta_c.bytes);
    free(trial->full_c.bytes);
    free(trial->delta_a_c.bytes);
    free(trial->full_old.bytes);
    trial_bench_forget(&trial->requested);
    trial_bench_forget(&trial->running);
    trial_bench_forget(&trial->ended);
    bench_close(&trial->bench);
}

/* --- verdicts ------------------------------------------------------------ */

void trial_bench_expect_key(const struct bench *bench, enum forge_key key)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    assert_int_equal(state->key_count, 1);
    assert_memory_equal(&state->keys[0], forge_public(key),
                        sizeof state->keys[0]);
}

const struct ffx_component *trial_bench_last(const struct bench *bench)
{
    const struct bench_geometry *geometry = bench->geometry;
    return &geometry->components[geometry->component_count - 1];
}

/* The release stands in the slots, and the record is A's all the same. */
void trial_bench_expect_running(struct bench *bench,
                                const struct bench_release *release,
                                uint32_t left)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    const uint64_t operations = bench->flash.operations;
    assert_int_equal(state->status, trial_bench_last(bench)->updating);
    assert_int_equal(state->trial, left + 1);
    assert_int_equal(state->begun, release->sequence);
    assert_int_equal(state->requested, 0);
    assert_int_equal(state->installing, 0);
    assert_int_equal(state->error, 0);
    assert_int_equal(bench->succeeded, 0);
    assert_int_equal(bench->removed, 0);
    assert_true(bench_holds(bench, release));
    bench_expect_facts(bench, &bench->a);
    trial_bench_expect_key(bench, FORGE_RELEASE);
    assert_true(ffx_agent_on_trial(&bench->agent));
    assert_true(ffx_agent_pending(&bench->agent));
    assert_true(ffx_agent_locked(&bench->agent));
    assert_int_equal(ffx_agent_request(&bench->agent), FFX_ERR_BUSY);
    assert_int_equal(ffx_agent_clear(&bench->agent), FFX_ERR_BUSY);
    assert_int_equal(ffx_agent_finish_vendor(&bench->agent, "V", 0),
                     FFX_ERR_BUSY);
    assert_int_equal(bench->flash.operations, operations);
}

/* Recovery with AT service, in flash as in RAM. */
void trial_bench_expect_ended(struct bench *bench, int status, int error)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    assert_int_equal(state->status, status);
    assert_int_equal(state->error, error);
    assert_int_equal(bench->failed, 1);
    assert_int_equal(bench->last_error, error);
    assert_int_equal(bench->last_status, status);
    assert_int_equal(bench->removed, 0);
    bench_expect_facts(bench, &bench->a);
    trial_bench_expect_key(bench, FORGE_RELEASE);
    assert_false(ffx_agent_on_trial(&bench->agent));
    assert_int_equal(ffx_agent_confirm(&bench->agent), FFX_ERR_BUSY);
    assert_int_equal(ffx_agent_clear(&bench->agent), FFX_ERR_BUSY);
    assert_false(ffx_agent_pending(&bench->agent));
    assert_false(ffx_agent_locked(&bench->agent));
    trial_bench_boot(bench);
    assert_int_equal(bench->flash.operations, 0);
    assert_int_equal(state->status, status);
    assert_int_equal(state->error, error);
}

void trial_bench_expect_unconfirmed(struct bench *bench)
{
    trial_bench_expect_ended(bench, trial_bench_last(bench)->failed,
                             FFX_ERR_TRIAL);
    assert_int_equal(ffx_agent_state(&bench->agent)->trial, FFX_TRIAL_FAILED);
    assert_true(bench_holds(bench, &bench->b));
}

void trial_bench_expect_confirmed(struct bench *bench,
                                  const struct bench_release *release,
                                  enum forge_key key)
{
    bench_expect_installed(bench, release);
    assert_int_equal(ffx_agent_state(&bench->agent)->trial, 0);
    assert_false(ffx_agent_on_trial(&bench->agent));
    trial_bench_expect_key(bench, key);
}
