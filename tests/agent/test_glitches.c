/* SPDX-License-Identifier: Apache-2.0 */
/* Flash that goes wrong once and does as it is told the next time. */
#include "agent/task.h"
#include "agent_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

enum fault { FLIP, ECC, FAULTS };

static struct {
    int (*read)(void *, uint32_t, void *, uint32_t);
    uint32_t reads, bad; /* the bad one's number, from 1; 0: none */
    enum fault fault;
} port;

static int read_badly(void *context, uint32_t address, void *buffer,
                      uint32_t length)
{
    const int rc = port.read(context, address, buffer, length);
    if (rc != 0 || ++port.reads != port.bad || length == 0)
        return rc;
    if (port.fault == ECC)
        return FFX_ERR_ECC;
    ((uint8_t *)buffer)[length / 2] ^= 0x10;
    return 0;
}

/* Boots with one bad read. 0: there were fewer. */
static int boot_badly(struct bench *bench, const struct lab_snapshot *start,
                      const struct forge_bytes *zip, uint32_t bad,
                      enum fault fault)
{
    lab_flash_restore(&bench->flash, start);
    bench->package = zip;
    port.reads = 0;
    port.bad = bad;
    port.fault = fault;
    assert_int_equal(bench_boot(bench), 0);
    return port.reads >= bad;
}

/* Asked for and not begun: installed, or refused with A untouched. */
static void expect_a_or_b(struct bench *bench, uint32_t bad, enum fault fault)
{
    const int status = ffx_agent_status(&bench->agent);
    if (status == FFX_STATUS_SUCCESS && bench_holds(bench, &bench->b))
        return;
    if (status == FFX_STATUS_REFUSED && bench_holds(bench, &bench->a))
        return;
    fail_msg("%s: read %u, fault %d: status %d, error %d",
             bench->geometry->name, (unsigned)bad, (int)fault, status,
             (int)ffx_agent_state(&bench->agent)->error);
}

/* Cut in mid-update: it is never taken for one that has not begun, and the
 * component is not given up. */
static void expect_the_way_on(struct bench *bench, uint32_t bad,
                              enum fault fault)
{
    const struct ffx_agent_state *state = ffx_agent_state(&bench->agent);
    const int failed = state->status == FFX_STATUS_FAILED_MODEM ||
                       state->status == FFX_STATUS_FAILED_AP;
    if (state->status == FFX_STATUS_SUCCESS && bench_holds(bench, &bench->b))
        return;
    if (failed && !state->lost)
        return;
    fail_msg("%s: read %u, fault %d: status %d, error %d, lost %d",
             bench->geometry->name, (unsigned)bad, (int)fault, state->status,
             (int)state->error, state->lost);
}

static void sweep(const struct bench_geometry *geometry, uint64_t cut,
                  void (*expect)(struct bench *, uint32_t, enum fault))
{
    struct bench bench;
    bench_open(&bench, geometry);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    bench.package = &zip;
    bench_request(&bench);
    lab_flash_cut(&bench.flash, cut, LAB_TEAR_RANDOM_BITS);
    if (cut != 0)
        assert_int_equal(bench_boot(&bench), FFX_ERR_POWER);
    struct lab_snapshot *start = lab_flash_snapshot(&bench.flash);

    port.read = bench.flash.port.read;
    bench.flash.port.read = read_badly;
    uint32_t bad = 1;
    for (enum fault fault = FLIP; fault < FAULTS; fault++)
        for (bad = 1; boot_badly(&bench, start, &zip, bad, fault); bad++)
            expect(&bench, bad, fault);
    assert_true(bad > 100);
    lab_snapshot_free(start);
    free(zip.bytes);
    bench_close(&bench);
}

static void one_bad_read_costs_at_most_a_refusal(void **state)
{
    (void)state;
    sweep(&bench_geometries[0], 0, expect_a_or_b);
    sweep(&bench_geometries[2], 0, expect_a_or_b);
}

static void after_a_cut_one_bad_read_costs_at_most_another_request(void **state)
{
    (void)state;
    sweep(&bench_geometries[0], 20, expect_the_way_on);
    sweep(&bench_geometries[2], 14, expect_the_way_on);
}

/* --- reads while a step of a delta is made --------------------------- */

static struct {
    struct ffx_flash fine;
    const struct ffx_agent *agent;
    uint32_t step, reads, bad;
} maker;

static int read_badly_in_step(void *context, uint32_t address, void *buffer,
                              uint32_t length)
{
    const int rc = maker.fine.read(context, address, buffer, length);
    if (rc == 0 && length != 0 && maker.agent->task == TASK_MAKE &&
        maker.agent->part == 0 && maker.agent->steps == maker.step &&
        ++maker.reads == maker.bad)
        ((uint8_t *)buffer)[length / 2] ^= 0x10;
    return rc;
}

/* Modem's first step, or its last; 0: there were fewer reads. */
static int misread_step(struct bench *bench, const struct forge_bytes *zip,
                        uint32_t step, uint32_t bad)
{
    bench_reset(bench);
    bench->package = zip;
    bench_request(bench);
    maker.step = step;
    maker.bad = bad;
    maker.reads = 0;
    bench->flash.port.read = read_badly_in_step;
    assert_int_equal(bench_boot(bench), 0);
    bench->flash.port = maker.fine;
    return maker.reads >= bad;
}

/* A delta sees at its last step that it went wrong. What was misread then is
 * read again; what was misread before is in the slot for good. */
static void only_a_misread_that_is_in_the_slot_gives_a_delta_up(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, &bench_geometries[0]);
    struct forge_bytes deltas =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    struct forge_bytes images =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    const uint32_t last = (bench.b.size[0] - 1) / bench.geometry->step_bytes;
    uint32_t again = 0, lost = 0;
    maker.fine = bench.flash.port;
    maker.agent = &bench.agent;
    for (uint32_t bad = 1; misread_step(&bench, &deltas, last, bad); bad++) {
        bench_expect_installed(&bench, &bench.b);
        again++;
    }
    for (uint32_t bad = 1; misread_step(&bench, &deltas, 0, bad); bad++) {
        const struct ffx_agent_state *now = ffx_agent_state(&bench.agent);
        if (now->status != FFX_STATUS_SUCCESS) { /* a byte that counts */
            assert_int_equal(now->status, FFX_STATUS_FAILED_MODEM);
            assert_int_equal(now->error, FFX_ERR_PATCH);
            assert_true(now->lost);
            bench.package = &images;
            bench_request(&bench);
            assert_int_equal(bench_boot(&bench), 0);
            lost++;
        }
        bench_expect_installed(&bench, &bench.b);
    }
    print_message("# %u reads of a last step, %u lost of a first\n", again,
                  lost);
    assert_true(again > 0 && lost > 0);
    free(deltas.bytes);
    free(images.bytes);
    bench_close(&bench);
}

/* --- erases and programs ------------------------------------------------- */

static struct {
    struct ffx_flash fine;
    uint32_t operations, bad;
} writer;

static int program_badly(void *context, uint32_t address, const void *data,
                         uint32_t length)
{
    if (++writer.operations == writer.bad)
        return FFX_ERR_FLASH;
    return writer.fine.program(context, address, data, length);
}

static int erase_badly(void *context, uint32_t address)
{
    if (++writer.operations == writer.bad)
        return FFX_ERR_FLASH;
    return writer.fine.erase(context, address);
}

static void one_bad_erase_or_program_costs_nothing(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, &bench_geometries[0]);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
    writer.fine = bench.flash.port;
    writer.bad = 0;
    do {
        bench_reset(&bench);
        bench.package = &zip;
        bench_request(&bench);
        bench.flash.port.program = program_badly;
        bench.flash.port.erase = erase_badly;
        writer.operations = 0;
        writer.bad++;
        assert_int_equal(bench_boot(&bench), 0);
        bench_expect_installed(&bench, &bench.b);
        bench.flash.port = writer.fine;
    } while (writer.operations >= writer.bad);
    assert_true(writer.bad > 40);
    free(zip.bytes);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_bad_read_costs_at_most_a_refusal),
        cmocka_unit_test(
            after_a_cut_one_bad_read_costs_at_most_another_request),
        cmocka_unit_test(only_a_misread_that_is_in_the_slot_gives_a_delta_up),
        cmocka_unit_test(one_bad_erase_or_program_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
