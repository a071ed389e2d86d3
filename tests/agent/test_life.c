/* SPDX-License-Identifier: Apache-2.0 */
/* A device's life around its updates: config, provision, CFOTA, vendor
 * packages, keys, idle boots. */
#include "agent_bench.h"
#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define NOR (&bench_geometries[0])

/* --- config -------------------------------------------------------------- */

static struct ffx_component wrong_components[2];
static struct ffx_flash wrong_flash;

static void no_crypto(struct ffx_agent_config *c)
{
    c->crypto = NULL;
}
static void no_open(struct ffx_agent_config *c)
{
    c->open_package = NULL;
}
static void no_step_buffer(struct ffx_agent_config *c)
{
    c->step_buffer = NULL;
}
static void small_step(struct ffx_agent_config *c)
{
    c->step_bytes = 2048;
}
static void huge_step(struct ffx_agent_config *c)
{
    c->step_bytes = 0x80000000;
}
static void no_work_of_some_size(struct ffx_agent_config *c)
{
    c->work = NULL;
}
static void no_components(struct ffx_agent_config *c)
{
    c->component_count = 0;
}
static void many_components(struct ffx_agent_config *c)
{
    c->component_count = FFX_COMPONENTS + 1;
}
static void same_name_twice(struct ffx_agent_config *c)
{
    wrong_components[1].name = "modem";
    c->components = wrong_components;
}
static void bad_name(struct ffx_agent_config *c)
{
    wrong_components[0].name = "Modem";
    c->components = wrong_components;
}
static void crossed_statuses(struct ffx_agent_config *c)
{
    wrong_components[0].failed = FFX_STATUS_FAILED_AP;
    c->components = wrong_components;
}
static void odd_unit(struct ffx_agent_config *c)
{
    wrong_flash.write_unit = 3;
    c->flash = &wrong_flash;
}
static void wide_unit(struct ffx_agent_config *c)
{
    wrong_flash.write_unit = 64;
    c->flash = &wrong_flash;
}
static void odd_erased_value(struct ffx_agent_config *c)
{
    wrong_flash.erased_value = 0x55;
    c->flash = &wrong_flash;
}
static void no_erase(struct ffx_agent_config *c)
{
    wrong_flash.erase = NULL;
    c->flash = &wrong_flash;
}

static void journal_half_a_sector(struct ffx_agent_config *c)
{
    c->journal.length = 12288 + 2048;
}
static void journal_beyond_the_device(struct ffx_agent_config *c)
{
    c->journal.address = 0x100000;
}
static void journal_of_two_sectors(struct ffx_agent_config *c)
{
    c->journal.length = 8192;
}
static void scratch_in_the_journal(struct ffx_agent_config *c)
{
    c->scratch.address = c->journal.address;
}
static void scratch_of_no_step(struct ffx_agent_config *c)
{
    c->scratch.length = 0;
}
static void step_of_no_sectors(struct ffx_agent_config *c)
{
    c->step_bytes = 6144;
}
static void scratch_of_half_a_step(struct ffx_agent_config *c)
{
    c->step_bytes = 16384;
}
static void slot_not_at_a_sector(struct ffx_agent_config *c)
{
    wrong_components[1].slot.address += 256;
    c->components = wrong_components;
}
static void slots_overlap(struct ffx_agent_config *c)
{
    wrong_components[0].slot.length += 8192;
    c->components = wrong_components;
}

static int init_with(const struct bench *bench,
                     void (*spoil)(struct ffx_agent_config *))
{
    struct ffx_agent agent;
    struct ffx_agent_config config = bench->config;
    memcpy(wrong_components, bench->geometry->components,
           sizeof wrong_components);
    wrong_flash = bench->flash.port;
    spoil(&config);
    return ffx_agent_init(&agent, &config);
}

static void a_config_that_breaks_its_contract_is_refused(void **state)
{
    (void)state;
    static void (*const argument[])(struct ffx_agent_config *) = {
        no_crypto,     no_open,          no_step_buffer,
        small_step,    huge_step,        no_work_of_some_size,
        no_components, many_components,  same_name_twice,
        bad_name,      crossed_statuses, odd_unit,
        wide_unit,     odd_erased_value, no_erase,
    };
    static void (*const geometry[])(struct ffx_agent_config *) = {
        journal_half_a_sector,  journal_beyond_the_device,
        journal_of_two_sectors, scratch_in_the_journal,
        scratch_of_no_step,     step_of_no_sectors,
        scratch_of_half_a_step, slot_not_at_a_sector,
        slots_overlap,
    };
    struct bench bench;
    bench_open(&bench, NOR);
    for (size_t i = 0; i < sizeof argument / sizeof argument[0]; i++)
        assert_int_equal(init_with(&bench, argument[i]), FFX_ERR_ARGUMENT);
    for (size_t i = 0; i < sizeof geometry / sizeof geometry[0]; i++)
        assert_int_equal(init_with(&bench, geometry[i]), FFX_ERR_GEOMETRY);
    assert_int_equal(bench.flash.operations, 0);
    bench_close(&bench);
}

/* --- provision ----------------------------------------------------------- */

static struct ffx_installed installed[FFX_COMPONENTS];
static struct ffx_public_key keys[FFX_AGENT_KEYS];

static struct ffx_provision facts(void)
{
    for (uint32_t i = 0; i < 2; i++) {
        memset(&installed[i], 0, sizeof installed[i]);
        strcpy(installed[i].version, "A");
        installed[i].size = 1;
        keys[i] = *forge_public(FORGE_RELEASE);
    }
    return (struct ffx_provision){"SIM7000G", 1, installed, keys, 1};
}

static void blank_device(struct bench *bench)
{
    lab_flash_blank(&bench->flash);
    assert_int_equal(bench_power_up(bench), FFX_ERR_STATE);
}

static void a_blank_device_has_no_state(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    blank_device(&bench);
    assert_int_equal(ffx_agent_status(&bench.agent), 0);
    assert_false(ffx_agent_pending(&bench.agent));
    assert_false(ffx_agent_locked(&bench.agent));
    assert_int_equal(ffx_agent_run(&bench.agent), 0);
    assert_int_equal(ffx_agent_request(&bench.agent), FFX_ERR_STATE);
    assert_int_equal(ffx_agent_clear(&bench.agent), FFX_ERR_STATE);
    assert_int_equal(ffx_agent_finish_vendor(&bench.agent, "B", 0),
                     FFX_ERR_BUSY);
    assert_int_equal(bench.flash.operations, 0);
    bench_close(&bench);
}

static void facts_out_of_range_are_not_provisioned(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    blank_device(&bench);
    struct ffx_provision wrong = facts();
    wrong.model = "-";
    assert_int_equal(ffx_agent_provision(&bench.agent, &wrong),
                     FFX_ERR_ARGUMENT);
    wrong = facts();
    wrong.key_count = 0;
    assert_int_equal(ffx_agent_provision(&bench.agent, &wrong),
                     FFX_ERR_ARGUMENT);
    wrong.key_count = 3;
    assert_int_equal(ffx_agent_provision(&bench.agent, &wrong),
                     FFX_ERR_ARGUMENT);
    wrong = facts();
    keys[0].point[0] = 0x02;
    assert_int_equal(ffx_agent_provision(&bench.agent, &wrong),
                     FFX_ERR_ARGUMENT);
    wrong = facts();
    strcpy(installed[1].version, "a___b");
    assert_int_equal(ffx_agent_provision(&bench.agent, &wrong),
                     FFX_ERR_ARGUMENT);
    wrong = facts();
    installed[0].size = 20481;
    assert_int_equal(ffx_agent_provision(&bench.agent, &wrong),
                     FFX_ERR_ARGUMENT);
    assert_int_equal(bench.flash.operations, 0);
    bench_close(&bench);
}

static void a_device_is_provisioned_once(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct ffx_provision again = facts();
    again.sequence = 0;
    assert_int_equal(ffx_agent_provision(&bench.agent, &again), FFX_ERR_BUSY);
    assert_int_equal(ffx_agent_state(&bench.agent)->sequence, 5);
    assert_int_equal(bench_power_up(&bench), 0);
    assert_int_equal(ffx_agent_state(&bench.agent)->sequence, 5);
    bench_close(&bench);
}

static void a_cut_while_provisioning_can_be_repeated(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    for (uint64_t n = 1; n <= 4; n++)
        for (enum lab_tear tear = 0; tear < LAB_TEARS; tear++) {
            const struct ffx_provision provision = facts();
            blank_device(&bench);
            lab_flash_cut(&bench.flash, n, tear);
            assert_int_equal(ffx_agent_provision(&bench.agent, &provision),
                             FFX_ERR_POWER);
            if (bench_power_up(&bench) == FFX_ERR_STATE)
                assert_int_equal(ffx_agent_provision(&bench.agent, &provision),
                                 0);
            else if (ffx_agent_pending(&bench.agent))
                assert_int_equal(ffx_agent_run(&bench.agent), 0);
            assert_int_equal(bench_boot(&bench), 0);
            assert_int_equal(bench.flash.operations, 0);
            assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_IDLE);
            assert_int_equal(ffx_agent_state(&bench.agent)->sequence, 1);
        }
    bench_close(&bench);
}

static void a_record_of_another_layout_is_not_trusted(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    const struct ffx_provision again = facts();
    bench.config.component_count = 1;
    assert_int_equal(bench_power_up(&bench), FFX_ERR_GEOMETRY);
    assert_int_equal(ffx_agent_provision(&bench.agent, &again), FFX_ERR_BUSY);
    assert_int_equal(bench.flash.operations, 0);
    bench.config.component_count = 2;
    assert_int_equal(bench_power_up(&bench), 0);
    bench_close(&bench);
}

/* --- CFOTA --------------------------------------------------------------- */

static void cfota_follows_the_table_of_states(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_IDLE);
    assert_int_equal(ffx_agent_clear(&bench.agent), 0);
    assert_int_equal(bench.flash.operations, 0);
    assert_int_equal(ffx_agent_request(&bench.agent), FFX_ERR_NO_PACKAGE);
    assert_int_equal(bench.flash.operations, 0);
    bench.package = &zip;
    bench_request(&bench);
    assert_true(ffx_agent_locked(&bench.agent));
    assert_true(ffx_agent_pending(&bench.agent));
    assert_int_equal(ffx_agent_request(&bench.agent), FFX_ERR_BUSY);
    assert_int_equal(ffx_agent_clear(&bench.agent), 0);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_IDLE);
    assert_false(ffx_agent_locked(&bench.agent));
    assert_int_equal(bench_boot(&bench), 0);
    assert_int_equal(bench.started, 0);
    bench_request(&bench);
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    /* 6 stays until something else is said. */
    assert_int_equal(ffx_agent_request(&bench.agent), FFX_ERR_NO_PACKAGE);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_SUCCESS);
    assert_int_equal(ffx_agent_clear(&bench.agent), 0);
    assert_int_equal(bench_power_up(&bench), 0);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_IDLE);
    free(zip.bytes);
    bench_close(&bench);
}

static void nothing_moves_in_2_and_4(void **state)
{
    (void)state;
    struct bench bench;
    uint32_t seen = 0;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    bench.package = &zip;
    bench_request(&bench);
    assert_int_equal(bench_power_up(&bench), 0);
    while (ffx_agent_step(&bench.agent) == 1) {
        const int status = ffx_agent_status(&bench.agent);
        if (status != FFX_STATUS_UPDATING_MODEM &&
            status != FFX_STATUS_UPDATING_AP)
            continue;
        seen |= 1u << status;
        assert_int_equal(ffx_agent_request(&bench.agent), FFX_ERR_BUSY);
        assert_int_equal(ffx_agent_clear(&bench.agent), FFX_ERR_BUSY);
        assert_int_equal(ffx_agent_finish_vendor(&bench.agent, "B", 0),
                         FFX_ERR_BUSY);
        assert_true(ffx_agent_locked(&bench.agent));
        assert_true(ffx_agent_pending(&bench.agent));
    }
    assert_int_equal(seen, 1u << 2 | 1u << 4);
    bench_expect_installed(&bench, &bench.b);
    free(zip.bytes);
    bench_close(&bench);
}

static void a_journal_that_fails_leaves_cfota_unsaid(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    bench.package = &zip;
    for (uint32_t at = 0; at < NOR->journal.length; at += 4096)
        lab_flash_stick(&bench.flash, NOR->journal.address + at,
                        LAB_FAULT_PROGRAM);
    assert_int_equal(ffx_agent_request(&bench.agent), FFX_ERR_FLASH);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_IDLE);
    /* The second copy cannot be mended; the firmware may start all the same. */
    assert_int_equal(bench_boot(&bench), FFX_ERR_FLASH);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_IDLE);
    free(zip.bytes);
    bench_close(&bench);
}

/* --- vendor packages ----------------------------------------------------- */

static void a_vendor_package_changes_versions_only(void **state)
{
    (void)state;
    struct bench bench;
    const struct forge_bytes opaque = {NULL, 0};
    bench_open(&bench, NOR);
    assert_int_equal(ffx_agent_finish_vendor(&bench.agent, "V", 0),
                     FFX_ERR_BUSY);
    bench.package = &opaque;
    bench_request(&bench);
    assert_int_equal(ffx_agent_finish_vendor(&bench.agent, "a___b", 0),
                     FFX_ERR_ARGUMENT);
    assert_int_equal(ffx_agent_finish_vendor(&bench.agent, "V", 1),
                     FFX_ERR_ARGUMENT);
    assert_int_equal(ffx_agent_finish_vendor(&bench.agent, "V", 0), 0);
    assert_int_equal(bench.removed, 1);
    assert_int_equal(bench_boot(&bench), 0);
    assert_int_equal(bench.flash.operations, 0);
    const struct ffx_agent_state *now = ffx_agent_state(&bench.agent);
    assert_int_equal(now->status, FFX_STATUS_SUCCESS);
    assert_string_equal(now->installed[0].version, "V");
    assert_string_equal(now->installed[1].version, "V");
    assert_int_equal(now->installed[1].size, bench.a.size[1]);
    assert_int_equal(now->sequence, 5);
    assert_true(bench_holds(&bench, &bench.a));
    bench_close(&bench);
}

static void a_vendor_package_that_fails_is_refused(void **state)
{
    (void)state;
    struct bench bench;
    const struct forge_bytes opaque = {NULL, 0};
    bench_open(&bench, NOR);
    bench.package = &opaque;
    bench_request(&bench);
    assert_int_equal(
        ffx_agent_finish_vendor(&bench.agent, NULL, FFX_ERR_SOURCE), 0);
    assert_int_equal(bench_power_up(&bench), 0);
    bench_expect_refused(&bench, FFX_ERR_SOURCE);
    bench_close(&bench);
}

/* --- the boot after ------------------------------------------------------ */

/* The power goes once the file is deleted: the record still has `removing`. */
static void cut_behind_success(struct bench *bench,
                               const struct forge_bytes *zip)
{
    bench_reset(bench);
    bench->package = zip;
    bench_request(bench);
    assert_int_equal(bench_power_up(bench), 0);
    do
        assert_int_equal(ffx_agent_step(&bench->agent), 1);
    while (!bench->removed);
}

static void
a_file_that_outlived_its_update_is_deleted_by_the_next_boot(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    cut_behind_success(&bench, &zip);
    bench.package = &zip; /* the file system had not written it through */
    assert_int_equal(bench_power_up(&bench), 0);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_SUCCESS);
    assert_true(ffx_agent_pending(&bench.agent));
    assert_false(ffx_agent_locked(&bench.agent));
    assert_int_equal(bench_boot(&bench), 0);
    bench_expect_installed(&bench, &bench.b);
    assert_int_equal(bench.started, 0);
    assert_int_equal(bench.succeeded, 1);
    assert_int_equal(bench_boot(&bench), 0);
    assert_int_equal(bench.flash.operations, 0);
    assert_int_equal(bench.succeeded, 0);
    free(zip.bytes);
    bench_close(&bench);
}

static void keep_the_file(void *context)
{
    (void)context;
}

static void a_file_that_cannot_be_deleted_does_no_harm(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    bench.config.remove_package = keep_the_file;
    bench_reset(&bench);
    bench.package = &zip;
    bench_request(&bench);
    assert_int_equal(bench_boot(&bench), 0);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_SUCCESS);
    assert_true(bench_holds(&bench, &bench.b));
    const uint64_t wear = bench_slot_wear(&bench);
    assert_int_equal(bench_boot(&bench), 0);
    assert_int_equal(bench.flash.operations, 0);
    bench_request(&bench);
    assert_int_equal(bench_boot(&bench), 0);
    assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_REFUSED);
    assert_int_equal(ffx_agent_state(&bench.agent)->error, FFX_ERR_SOURCE);
    assert_int_equal(bench_slot_wear(&bench), wear);
    assert_true(bench_holds(&bench, &bench.b));
    free(zip.bytes);
    bench_close(&bench);
}

static void an_idle_boot_writes_nothing(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(bench_boot(&bench), 0);
        assert_int_equal(ffx_agent_run(&bench.agent), 0);
        assert_int_equal(bench.flash.operations, 0);
        assert_int_equal(bench.started + bench.succeeded + bench.failed, 0);
    }
    bench_close(&bench);
}

/* The record that a boot found may have been readable by luck: from the
 * first look at the package on it may go. */
static void a_boot_that_finds_work_says_so_again_first(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    for (uint64_t n = 5; n <= 35; n += 5) {
        bench_reset(&bench);
        bench.package = &zip;
        bench_request(&bench);
        lab_flash_cut(&bench.flash, n, LAB_TEAR_RANDOM_BITS);
        assert_int_equal(bench_boot(&bench), FFX_ERR_POWER);
        assert_int_equal(bench_power_up(&bench), 0);
        const uint32_t found =
            NOR->journal.address + bench.agent.journal.newest * 4096u;
        const int status = ffx_agent_status(&bench.agent);
        while (bench.flash.operations < 2)
            assert_int_equal(ffx_agent_step(&bench.agent), 1);
        lab_flash_fill(&bench.flash, found, 0x69, 4096);
        assert_int_equal(bench_power_up(&bench), 0);
        assert_int_equal(ffx_agent_status(&bench.agent), status);
        assert_int_equal(bench_boot(&bench), 0);
        bench_expect_installed(&bench, &bench.b);
    }
    free(zip.bytes);
    bench_close(&bench);
}

/* A bit of the newest record flips, or of its twin. */
static void rot_a_record(struct bench *bench, uint32_t behind)
{
    assert_int_equal(bench_power_up(bench), 0);
    const uint32_t counter = bench->agent.journal.counter - behind;
    for (uint32_t at = NOR->journal.address;; at += 4096)
        if (bytes_get32(bench->flash.bytes + at + 4) == counter) {
            lab_flash_rot(&bench->flash, at + 20, 1);
            return;
        }
}

/* A record that rots at rest is written again from its twin. */
static void a_rotten_record_is_mended_by_the_next_boot(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    for (uint32_t behind = 0; behind < 2; behind++) {
        bench_reset(&bench);
        rot_a_record(&bench, behind);
        assert_int_equal(bench_power_up(&bench), 0);
        assert_true(ffx_agent_pending(&bench.agent));
        assert_int_equal(bench_boot(&bench), 0);
        assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_IDLE);
        rot_a_record(&bench, behind ^ 1);
        assert_int_equal(bench_boot(&bench), 0);
        assert_int_equal(ffx_agent_state(&bench.agent)->sequence, 5);
    }
    bench_close(&bench);
}

/* The next package may be there already. */
static void a_rotten_record_of_success_costs_no_package(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench, NOR);
    struct forge_bytes zip =
        bench_package(&bench, &bench.a, &bench.b, BENCH_IMAGES);
    for (uint32_t behind = 0; behind < 2; behind++) {
        bench_reset(&bench);
        bench.package = &zip;
        bench_request(&bench);
        assert_int_equal(bench_boot(&bench), 0);
        bench_expect_installed(&bench, &bench.b);
        rot_a_record(&bench, behind);
        bench.package = &zip;
        assert_int_equal(bench_boot(&bench), 0);
        assert_int_equal(ffx_agent_status(&bench.agent), FFX_STATUS_SUCCESS);
        assert_ptr_equal(bench.package, &zip);
    }
    free(zip.bytes);
    bench_close(&bench);
}

/* --- steps --------------------------------------------------------------- */

static void a_step_is_at_most_one_flash_operation(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < BENCH_GEOMETRIES; i++) {
        struct bench bench;
        bench_open(&bench, &bench_geometries[i]);
        struct forge_bytes zip =
            bench_package(&bench, &bench.a, &bench.b, BENCH_DELTAS);
        bench.config.event = NULL;
        bench.package = &zip;
        bench_request(&bench);
        assert_int_equal(bench_power_up(&bench), 0);
        uint64_t before;
        int rc;
        do {
            before = bench.flash.operations;
            rc = ffx_agent_step(&bench.agent);
            assert_true(bench.flash.operations - before <= 1);
        } while (rc == 1);
        assert_int_equal(rc, 0);
        bench_expect_installed(&bench, &bench.b);
        free(zip.bytes);
        bench_close(&bench);
    }
}

static void the_agent_fits_two_kibibytes(void **state)
{
    (void)state;
    /* Pointers count twice here; Cortex-M3 is `make size`'s business. */
    assert_true(sizeof(struct ffx_agent) <= 2048);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_config_that_breaks_its_contract_is_refused),
        cmocka_unit_test(a_blank_device_has_no_state),
        cmocka_unit_test(facts_out_of_range_are_not_provisioned),
        cmocka_unit_test(a_device_is_provisioned_once),
        cmocka_unit_test(a_cut_while_provisioning_can_be_repeated),
        cmocka_unit_test(a_record_of_another_layout_is_not_trusted),
        cmocka_unit_test(cfota_follows_the_table_of_states),
        cmocka_unit_test(nothing_moves_in_2_and_4),
        cmocka_unit_test(a_journal_that_fails_leaves_cfota_unsaid),
        cmocka_unit_test(a_vendor_package_changes_versions_only),
        cmocka_unit_test(a_vendor_package_that_fails_is_refused),
        cmocka_unit_test(
            a_file_that_outlived_its_update_is_deleted_by_the_next_boot),
        cmocka_unit_test(a_file_that_cannot_be_deleted_does_no_harm),
        cmocka_unit_test(an_idle_boot_writes_nothing),
        cmocka_unit_test(a_boot_that_finds_work_says_so_again_first),
        cmocka_unit_test(a_rotten_record_is_mended_by_the_next_boot),
        cmocka_unit_test(a_rotten_record_of_success_costs_no_package),
        cmocka_unit_test(a_step_is_at_most_one_flash_operation),
        cmocka_unit_test(the_agent_fits_two_kibibytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
