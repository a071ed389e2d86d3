/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a device trusts: rotation, revocation, delegation (A30), and the test
 * keys that no product takes (A42). The drill of A30 cuts the power at every
 * operation of every key change.
 */
#include "agent_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define NOR (&bench_geometries[0])
#define NONE FORGE_KEYS

/* --- rotation ------------------------------------------------------------ */

/* Update with `next` and `revoke` (NONE), signed by `signer`. */
static void rotate(struct bench *bench, enum forge_key signer,
                   enum forge_key next, enum forge_key revoke)
{
    struct bench_job job;
    bench_job_make(bench, &job, &bench->a, &bench->b, BENCH_IMAGES);
    job.forge.signer[FORGE_TEXT_RELEASE] = signer;
    job.forge.signer[FORGE_TEXT_CERT] = signer;
    job.forge.release.has_next_key = next != NONE;
    job.forge.release.has_revoke = revoke != NONE;
    if (next != NONE)
        job.forge.release.next_key = *forge_public(next);
    if (revoke != NONE)
        job.forge.release.revoke = *forge_public(revoke);
    struct forge_bytes zip = bench_job_build(&job);
    bench->package = &zip;
    bench_request(bench);
    assert_int_equal(bench_boot(bench), 0);
    bench->package = NULL;
    free(zip.bytes);
}

static void expect_keys(struct bench *bench, enum forge_key first,
                        enum forge_key second)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    const uint32_t count = second == NONE ? 1 : 2;
    assert_int_equal(state->status, FFX_STATUS_SUCCESS);
    assert_int_equal(bench_power_up(bench), 0);
    assert_int_equal(state->key_count, count);
    assert_memory_equal(&state->keys[0], forge_public(first),
                        sizeof state->keys[0]);
    if (count == 2)
        assert_memory_equal(&state->keys[1], forge_public(second),
                            sizeof state->keys[1]);
}

/* After an update B is A for the next one. */
static void go_on(struct bench *bench)
{
    const struct bench_release a = bench->a;
    bench->a = bench->b;
    bench->b = a;
    bench->b.version =
        bench->a.version[6] == '6' ? "1529B07SIM7000G" : "1529B06SIM7000G";
    bench->b.sequence = bench->a.sequence + 1;
}

static void a30_release_keys_rotate_with_success(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    rotate(&bench, FORGE_RELEASE, FORGE_OTHER, NONE);
    expect_keys(&bench, FORGE_RELEASE, FORGE_OTHER);
    go_on(&bench);
    rotate(&bench, FORGE_OTHER, NONE, FORGE_RELEASE);
    expect_keys(&bench, FORGE_OTHER, NONE);
    go_on(&bench);
    /* The revoked key's word counts no more. */
    rotate(&bench, FORGE_RELEASE, NONE, NONE);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_REFUSED);
    assert_int_equal(ffx_agent_state(&bench.agent)->error, FFX_ERR_SIGNATURE);
    /* Both at once. */
    rotate(&bench, FORGE_OTHER, FORGE_RELEASE, FORGE_OTHER);
    expect_keys(&bench, FORGE_RELEASE, NONE);
    bench_close(&bench);
}

static void a30_the_last_key_is_never_revoked(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    rotate(&bench, FORGE_RELEASE, NONE, FORGE_RELEASE);
    expect_keys(&bench, FORGE_RELEASE, NONE);
    bench_close(&bench);
}

static void
a30_a_third_key_takes_the_place_of_the_one_that_did_not_sign(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    rotate(&bench, FORGE_RELEASE, FORGE_OTHER, NONE);
    go_on(&bench);
    /* Known already: nothing changes. */
    rotate(&bench, FORGE_RELEASE, FORGE_OTHER, NONE);
    expect_keys(&bench, FORGE_RELEASE, FORGE_OTHER);
    go_on(&bench);
    rotate(&bench, FORGE_OTHER, FORGE_PACKAGE, NONE);
    expect_keys(&bench, FORGE_PACKAGE, FORGE_OTHER);
    go_on(&bench);
    /* Room is made before the new key comes. */
    rotate(&bench, FORGE_OTHER, FORGE_RELEASE, FORGE_OTHER);
    expect_keys(&bench, FORGE_PACKAGE, FORGE_RELEASE);
    bench_close(&bench);
}

static void a30_keys_stay_when_a_release_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    bench.b.sequence = 4;
    rotate(&bench, FORGE_RELEASE, FORGE_OTHER, FORGE_RELEASE);
    bench_expect_refused(&bench, FFX_ERR_SEQUENCE);
    assert_int_equal(ffx_agent_state(&bench.agent)->key_count, 1);
    bench_close(&bench);
}

/* --- the drill ----------------------------------------------------------- */

/* One release that changes keys, and what a device trusts before and after. */
struct change {
    const char *name;
    enum forge_key before[2], signer, next, revoke, after[2];
};

static const struct change changes[] = {
    {"introduce",
     {FORGE_RELEASE, NONE},
     FORGE_RELEASE,
     FORGE_OTHER,
     NONE,
     {FORGE_RELEASE, FORGE_OTHER}},
    {"revoke key 1",
     {FORGE_RELEASE, FORGE_OTHER},
     FORGE_OTHER,
     NONE,
     FORGE_RELEASE,
     {FORGE_OTHER, NONE}},
    {"revoke key 2",
     {FORGE_RELEASE, FORGE_OTHER},
     FORGE_RELEASE,
     NONE,
     FORGE_OTHER,
     {FORGE_RELEASE, NONE}},
    {"both at once",
     {FORGE_RELEASE, NONE},
     FORGE_RELEASE,
     FORGE_OTHER,
     FORGE_RELEASE,
     {FORGE_OTHER, NONE}},
    {"a third key",
     {FORGE_RELEASE, FORGE_OTHER},
     FORGE_OTHER,
     FORGE_PACKAGE,
     NONE,
     {FORGE_PACKAGE, FORGE_OTHER}},
    {"revoke the last one",
     {FORGE_RELEASE, NONE},
     FORGE_RELEASE,
     NONE,
     FORGE_RELEASE,
     {FORGE_RELEASE, NONE}},
};

struct drill {
    struct bench bench;
    const struct change *change;
    struct forge_bytes zip;
    struct lab_snapshot *last; /* shortly before the keys change */
    const struct forge_bytes *package;
    uint64_t cuts;
};

static struct forge_bytes package_of(struct bench *bench,
                                     const struct change *change,
                                     enum forge_key cert_signer)
{
    struct bench_job job;
    bench_job_make(bench, &job, &bench->a, &bench->b, BENCH_IMAGES);
    job.forge.signer[FORGE_TEXT_RELEASE] = change->signer;
    job.forge.signer[FORGE_TEXT_CERT] = cert_signer;
    job.forge.release.has_next_key = change->next != NONE;
    job.forge.release.has_revoke = change->revoke != NONE;
    if (change->next != NONE)
        job.forge.release.next_key = *forge_public(change->next);
    if (change->revoke != NONE)
        job.forge.release.revoke = *forge_public(change->revoke);
    return bench_job_build(&job);
}

static int holds_keys(const struct ffx_agent_state *state,
                      const enum forge_key keys[2])
{
    const uint32_t count = keys[1] == NONE ? 1 : 2;
    if (state->key_count != count)
        return 0;
    for (uint32_t i = 0; i < count; i++)
        if (memcmp(&state->keys[i], forge_public(keys[i]),
                   sizeof state->keys[i]) != 0)
            return 0;
    return 1;
}

/* Before status 6 the old set to the byte, with it the new one: never none,
 * never a mixture. */
static void expect_whole_set(const struct drill *drill)
{
    const struct ffx_agent_state *state = ffx_agent_state(&drill->bench.agent);
    const int success = state->status == FFX_STATUS_SUCCESS;
    if (!holds_keys(state,
                    success ? drill->change->after : drill->change->before))
        fail_msg("%s on %s: status %u with %u keys, not the set of %s",
                 drill->change->name, drill->bench.geometry->name,
                 state->status, state->key_count, success ? "B" : "A");
}

/* What a boot stage and a firmware do until B is installed; FFX_ERR_POWER:
 * the supply went on the way. */
static int run_to_success(struct bench *bench)
{
    int rc = bench_boot(bench);
    if (rc == 0 && ffx_agent_on_trial(&bench->agent))
        rc = ffx_agent_confirm(&bench->agent);
    return rc;
}

/* How many operations before the end of an update the sweep begins: the
 * commits of success and of the file's end, two copies each, those of a trial,
 * and the last step. */
#define LAST_OPERATIONS 16u

static void drill_open(struct drill *drill, const struct change *change,
                       const struct bench_geometry *geometry, uint8_t trial)
{
    struct bench *bench = &drill->bench;
    memset(drill, 0, sizeof *drill);
    drill->change = change;
    bench_open_trial(bench, geometry, trial);
    bench->keys[0] = change->before[0];
    bench->keys[1] = change->before[1];
    bench->key_count = change->before[1] == NONE ? 1 : 2;
    bench_factory(bench);
    drill->zip = package_of(bench, change, change->signer);
    bench->package = &drill->zip;
    bench_request(bench);
    struct lab_snapshot *start = lab_flash_snapshot(&bench->flash);
    lab_flash_power_up(&bench->flash);
    assert_int_equal(run_to_success(bench), 0);
    bench_expect_installed(bench, &bench->b);
    expect_whole_set(drill);
    /* Once more, up to shortly before. */
    const uint64_t whole = bench->flash.operations;
    lab_flash_restore(&bench->flash, start);
    bench->package = &drill->zip;
    assert_int_equal(bench_power_up(bench), 0);
    while (bench->flash.operations + LAST_OPERATIONS < whole &&
           ffx_agent_step(&bench->agent) == 1)
        ;
    drill->last = lab_flash_snapshot(&bench->flash);
    lab_snapshot_free(start);
}

static void drill_close(struct drill *drill)
{
    lab_snapshot_free(drill->last);
    free(drill->zip.bytes);
    bench_close(&drill->bench);
}

/* The supply goes at `operation` (0: never), in the boot or in the confirm
 * behind it; then what the flash says, and a boot. 1: it had gone. */
static int cut_once(struct drill *drill, uint64_t operation, enum lab_tear tear)
{
    struct bench *bench = &drill->bench;
    lab_flash_power_up(&bench->flash);
    bench->flash.cuts_fired = 0;
    lab_flash_cut(&bench->flash, operation, tear);
    const int rc = run_to_success(bench);
    assert_true(rc == 0 || rc == FFX_ERR_POWER);
    if (rc == FFX_ERR_POWER)
        assert_int_equal(bench_power_up(bench), 0);
    expect_whole_set(drill);
    return rc == FFX_ERR_POWER;
}

static void expect_end(struct drill *drill)
{
    assert_int_equal(cut_once(drill, 0, LAB_TEAR_BEFORE), 0);
    bench_expect_installed(&drill->bench, &drill->bench.b);
    expect_whole_set(drill);
}

/* Each operation with each tear (of `stride` tears one, in turn); behind every
 * third one a second cut, which walks through the boot that mends the first.
 * Any number of cuts of such a change is tests/power's. */
static void drill_sweep(struct drill *drill, unsigned stride)
{
    struct bench *bench = &drill->bench;
    for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++)
        for (uint64_t n = 1 + tear % stride;; n += stride) {
            lab_flash_restore(&bench->flash, drill->last);
            bench->package = &drill->zip;
            if (!cut_once(drill, n, tear))
                break;
            drill->cuts++;
            if ((n + tear) % 3 == 0 &&
                cut_once(drill, 1 + (n * 7 + tear) % 9,
                         (enum lab_tear)((tear + n) % LAB_TEARS)))
                drill->cuts++;
            expect_end(drill);
        }
}

/* --- whom it refuses afterwards ------------------------------------------ */

static void expect_answer(struct bench *bench, enum forge_key release,
                          enum forge_key cert, int error)
{
    const struct change plain = {"", {0}, release, NONE, NONE, {0}};
    struct forge_bytes zip = package_of(bench, &plain, cert);
    const uint64_t wear = bench_slot_wear(bench);
    bench->package = &zip;
    bench_request(bench);
    assert_int_equal(bench_boot(bench), 0);
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    assert_int_equal(state->error, error);
    if (error != 0) {
        assert_int_equal(state->status, FFX_STATUS_REFUSED);
        assert_int_equal(bench_slot_wear(bench), wear);
    }
    bench->package = NULL;
    free(zip.bytes);
}

/* Neither what a release is nor who may package it is its word any more. */
static void expect_gone(struct bench *bench, enum forge_key gone,
                        enum forge_key stays)
{
    expect_answer(bench, gone, gone, FFX_ERR_SIGNATURE);
    expect_answer(bench, gone, stays, FFX_ERR_SIGNATURE);
    expect_answer(bench, stays, gone, FFX_ERR_SIGNATURE);
}

static void drill_all(uint8_t trial)
{
    for (uint32_t g = 0; g < BENCH_GEOMETRIES; g++) {
        uint64_t cuts = 0;
        for (uint32_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
            const struct change *change = &changes[i];
            struct drill drill;
            drill_open(&drill, change, &bench_geometries[g], trial);
            drill_sweep(&drill, g == 0 ? 1 : 2);
            /* The last plan came too late to cut anything. */
            assert_int_equal(bench_power_up(&drill.bench), 0);
            go_on(&drill.bench);
            if (change->revoke != NONE && change->revoke != change->after[0])
                expect_gone(&drill.bench, change->revoke, change->after[0]);
            cuts += drill.cuts;
            drill_close(&drill);
        }
        print_message("# keys %s, %u trial boots: %u cuts\n",
                      bench_geometries[g].name, trial, (unsigned)cuts);
        assert_true(cuts > 800);
    }
}

static void a30_key_sets_change_whole_whatever_is_cut(void **state)
{
    (void)state;
    drill_all(0);
}

static void a30_key_sets_change_whole_when_b_confirms_itself(void **state)
{
    (void)state;
    drill_all(2);
}

static void a30_a_revoked_key_is_refused_in_every_role(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    rotate(&bench, FORGE_RELEASE, FORGE_OTHER, NONE);
    go_on(&bench);
    rotate(&bench, FORGE_OTHER, NONE, FORGE_RELEASE);
    go_on(&bench);
    expect_gone(&bench, FORGE_RELEASE, FORGE_OTHER);
    expect_answer(&bench, FORGE_OTHER, FORGE_OTHER, 0);
    expect_keys(&bench, FORGE_OTHER, NONE);
    bench_close(&bench);
}

static void a30_each_of_two_keys_may_sign_either_statement(void **state)
{
    (void)state;
    static const enum forge_key keys[] = {FORGE_RELEASE, FORGE_OTHER};
    struct bench bench;
    bench_open(&bench, NOR);
    bench.keys[1] = FORGE_OTHER;
    bench.key_count = 2;
    bench_factory(&bench);
    for (uint32_t i = 0; i < 4; i++) {
        expect_answer(&bench, keys[i & 1], keys[i >> 1], 0);
        expect_keys(&bench, FORGE_RELEASE, FORGE_OTHER);
        go_on(&bench);
    }
    bench_close(&bench);
}

/* --- delegation ---------------------------------------------------------- */

static void a30_a_delegation_ends_with_its_sequence(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    for (uint32_t behind = 0; behind < 2; behind++) {
        struct bench_job job;
        bench_job_make(&bench, &job, &bench.a, &bench.b, BENCH_IMAGES);
        job.forge.cert.max_sequence = bench.b.sequence - behind;
        struct forge_bytes zip = bench_job_build(&job);
        bench_offer(&bench, &zip);
        if (behind != 0)
            bench_expect_refused(&bench, FFX_ERR_CERT);
        else
            bench_expect_installed(&bench, &bench.b);
        free(zip.bytes);
    }
    bench_close(&bench);
}

/* --- test keys ----------------------------------------------------------- */

static void a42_a_product_is_not_provisioned_with_a_test_key(void **state)
{
    (void)state;
    struct bench bench;
    struct ffx_public_key keys[2] = {*forge_public(FORGE_OWN)};
    bench_open(&bench, NOR);
    struct ffx_installed installed[FFX_COMPONENTS];
    memset(installed, 0, sizeof installed);
    for (uint32_t i = 0; i < NOR->component_count; i++)
        strcpy(installed[i].version, "1");
    const struct ffx_provision facts = {"SIM7000G", 5, installed, keys, 2};
    bench.config.allow_test_keys = 0;
    for (enum forge_key key = 0; key < FORGE_OWN; key++) {
        keys[1] = *forge_public(key);
        lab_flash_fill(&bench.flash, NOR->journal.address, NOR->erased_value,
                       NOR->journal.length);
        assert_int_equal(bench_power_up(&bench), FFX_ERR_STATE);
        assert_int_equal(ffx_agent_provision(&bench.agent, &facts),
                         FFX_ERR_TEST_KEY);
        assert_int_equal(bench.flash.operations, 0);
    }
    keys[1] = *forge_public(FORGE_OWN);
    assert_int_equal(ffx_agent_provision(&bench.agent, &facts), 0);
    bench_close(&bench);
}

/* A product that trusts a key of its own. */
static void open_product(struct bench *bench)
{
    bench_open(bench, NOR);
    bench->keys[0] = FORGE_OWN;
    bench_factory(bench);
    bench->config.allow_test_keys = 0;
}

static void a42_a_product_takes_no_release_that_introduces_a_test_key(void **s)
{
    (void)s;
    struct bench bench;
    open_product(&bench);
    for (enum forge_key next = 0; next < FORGE_OWN; next++) {
        bench_reset(&bench);
        rotate(&bench, FORGE_OWN, next, NONE);
        bench_expect_refused(&bench, FFX_ERR_TEST_KEY);
        assert_int_equal(ffx_agent_state(&bench.agent)->key_count, 1);
    }
    bench_reset(&bench);
    rotate(&bench, FORGE_OWN, NONE, FORGE_RELEASE);
    expect_keys(&bench, FORGE_OWN, NONE);
    bench_close(&bench);
}

/* A board of the laboratory that became a product. */
static void open_converted(struct bench *bench)
{
    open_product(bench);
    bench->config.allow_test_keys = 1;
    bench->keys[1] = FORGE_OTHER;
    bench->key_count = 2;
    bench_factory(bench);
    bench->config.allow_test_keys = 0;
    bench_reset(bench);
}

/* Nobody's word counts there. */
static void a42_a_product_takes_no_release_that_a_test_key_signed(void **state)
{
    (void)state;
    struct bench bench;
    open_converted(&bench);
    rotate(&bench, FORGE_OTHER, NONE, NONE);
    bench_expect_refused(&bench, FFX_ERR_TEST_KEY);
    bench_reset(&bench);
    expect_answer(&bench, FORGE_OTHER, FORGE_OWN, FFX_ERR_TEST_KEY);
    bench_reset(&bench);
    rotate(&bench, FORGE_OWN, NONE, FORGE_OTHER);
    expect_keys(&bench, FORGE_OWN, NONE);
    bench_close(&bench);
}

/* Nor may it say who packages what the maker's own key signed. */
static void a42_a_product_takes_no_delegation_that_a_test_key_signed(void **s)
{
    (void)s;
    struct bench bench;
    open_converted(&bench);
    expect_answer(&bench, FORGE_OWN, FORGE_OTHER, FFX_ERR_TEST_KEY);
    bench_reset(&bench);
    expect_answer(&bench, FORGE_OWN, FORGE_OWN, 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a30_release_keys_rotate_with_success),
        cmocka_unit_test(a30_the_last_key_is_never_revoked),
        cmocka_unit_test(
            a30_a_third_key_takes_the_place_of_the_one_that_did_not_sign),
        cmocka_unit_test(a30_keys_stay_when_a_release_is_refused),
        cmocka_unit_test(a30_key_sets_change_whole_whatever_is_cut),
        cmocka_unit_test(a30_key_sets_change_whole_when_b_confirms_itself),
        cmocka_unit_test(a30_a_revoked_key_is_refused_in_every_role),
        cmocka_unit_test(a30_each_of_two_keys_may_sign_either_statement),
        cmocka_unit_test(a30_a_delegation_ends_with_its_sequence),
        cmocka_unit_test(a42_a_product_is_not_provisioned_with_a_test_key),
        cmocka_unit_test(
            a42_a_product_takes_no_release_that_introduces_a_test_key),
        cmocka_unit_test(a42_a_product_takes_no_release_that_a_test_key_signed),
        cmocka_unit_test(
            a42_a_product_takes_no_delegation_that_a_test_key_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
