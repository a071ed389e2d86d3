/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "agent/record.h"
#include "base/bytes.h"
#include "base/crc32.h"

#include <farfix/error.h>

/* A state with something in every field. */
static struct ffx_agent_state full_state(void)
{
    struct ffx_agent_state state = {
        .status = FFX_STATUS_FAILED_AP,
        .requested = 1,
        .installing = 1,
        .component = 1,
        .lost = 1,
        .model = "SIM7000G-N",
        .sequence = 0x01020304,
        .error = FFX_ERR_RECOVERY,
        .key_count = 2,
        .begun = 0x01020399,
        .step = {7, 7 * 4096, 4096},
        .place = 0x1234,
        .step_crc32 = 0xdeadbeef,
    };
    for (uint32_t i = 0; i < FFX_COMPONENTS; i++) {
        state.installed[i] = (struct ffx_installed){
            .version = "12345678901234567890123456789012",
            .size = 1000 + i,
            .sequence = 0x01020304,
        };
        memset(state.installed[i].sha256, 0x10 + (int)i, FFX_SHA256_BYTES);
    }
    for (uint32_t i = 0; i < FFX_AGENT_KEYS; i++) {
        memset(state.keys[i].point, 0x20 + (int)i, FFX_PUBLIC_KEY_BYTES);
        state.keys[i].point[0] = 0x04;
    }
    memset(state.package, 0x77, sizeof state.package);
    memset(state.checkpoint.bytes, 0x88, sizeof state.checkpoint.bytes);
    return state;
}

static struct ffx_agent_state rest_state(void)
{
    struct ffx_agent_state state = {
        .status = FFX_STATUS_SUCCESS,
        .removing = 1,
        .model = "M",
        .sequence = 1,
        .place = 0x0203,
        .installed = {{.version = "1", .size = 1, .sequence = 1}},
        .key_count = 1,
    };
    state.keys[0].point[0] = 0x04;
    return state;
}

/* Without trial boot. */
static void encode(uint8_t *record, const struct ffx_agent_state *state,
                   uint32_t counter)
{
    const struct ffx_agent agent = {.state = *state};
    record_encode(&agent, record, counter);
}

static int decode(struct ffx_agent_state *state, uint32_t *counter,
                  const uint8_t *record)
{
    struct ffx_agent agent = {.state = {0}};
    const int rc = record_decode(&agent, counter, record);
    assert_true(rc == 0 || rc == FFX_ERR_STATE);
    *state = agent.state;
    return rc;
}

static int decodes(const uint8_t *record)
{
    struct ffx_agent_state state;
    uint32_t counter;
    return decode(&state, &counter, record) == 0;
}

static void mend_crc(uint8_t *record)
{
    bytes_put32(record + RECORD_CRC, crc32_add(0, record, RECORD_CRC));
}

static void every_field_comes_back(void **unused)
{
    (void)unused;
    const struct ffx_agent_state states[] = {full_state(), rest_state()};
    for (uint32_t i = 0; i < 2; i++) {
        for (uint32_t n = 0; n < 4; n++) {
            const uint32_t counter = n * 0x55555555u;
            uint8_t record[RECORD_BYTES], again[RECORD_BYTES];
            struct ffx_agent_state back;
            uint32_t says;
            encode(record, &states[i], counter);
            assert_int_equal(decode(&back, &says, record), 0);
            assert_int_equal(says, counter);
            assert_string_equal(back.model, states[i].model);
            assert_int_equal(back.place, states[i].place);
            assert_int_equal(back.begun, states[i].begun);
            assert_int_equal(back.removing, states[i].removing);
            encode(again, &back, says);
            assert_memory_equal(record, again, sizeof record);
        }
    }
}

/* docs/flash-layout.md, section 1, by hand. */
static void fields_stand_where_the_format_page_says(void **unused)
{
    (void)unused;
    const struct ffx_agent_state state = full_state();
    uint8_t r[RECORD_BYTES];
    encode(r, &state, 2);
    assert_memory_equal(r, "FFX1\2\0\0\0\5\1\1\1\4\3\2\1", 16);
    assert_int_equal((int32_t)bytes_get32(r + 16), FFX_ERR_RECOVERY);
    assert_memory_equal(r + 20, "SIM7000G-N\0\0\0\0\0\0", 16);
    assert_memory_equal(r + 36 + 72, state.installed[1].version, 32);
    assert_int_equal(bytes_get32(r + 36 + 72 + 32), 1001);
    assert_int_equal(bytes_get32(r + 36 + 72 + 36), 0x01020304);
    assert_int_equal(r[36 + 2 * 72 + 40], 0x12);
    assert_int_equal(r[252], 2);
    assert_int_equal(r[253], 4);
    assert_int_equal(r[253 + 64], 0x20);
    assert_int_equal(r[253 + 65 + 64], 0x21);
    assert_int_equal(r[383], 0);
    assert_int_equal(r[384 + 31], 0x77);
    assert_int_equal(bytes_get32(r + 416), 7);
    assert_int_equal(bytes_get32(r + 420), 7 * 4096);
    assert_int_equal(bytes_get32(r + 424), 4096);
    assert_int_equal(bytes_get32(r + 428), 0xdeadbeef);
    assert_int_equal(r[432 + 63], 0x88);
    assert_int_equal(bytes_get32(r + 496), 0x01020399);
    assert_int_equal(bytes_get16(r + 500), 0x1234);
    assert_int_equal(r[502], 1);
    assert_int_equal(bytes_get32(r + 508), crc32_add(0, r, 508));
}

static void one_flipped_bit_anywhere_is_refused(void **unused)
{
    (void)unused;
    const struct ffx_agent_state state = full_state();
    uint8_t record[RECORD_BYTES];
    encode(record, &state, 0);
    for (uint32_t bit = 0; bit < 8 * RECORD_BYTES; bit++) {
        record[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(decodes(record));
        record[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(decodes(record));
}

static void blank_and_empty_places_are_no_records(void **unused)
{
    (void)unused;
    uint8_t record[RECORD_BYTES];
    memset(record, 0xff, sizeof record);
    assert_false(decodes(record));
    memset(record, 0, sizeof record);
    assert_false(decodes(record));
    mend_crc(record);
    assert_false(decodes(record));
}

struct wrong {
    uint32_t at;
    uint8_t value;
};

static void refuse_each(const struct ffx_agent_state *state,
                        const struct wrong *wrongs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t record[RECORD_BYTES];
        encode(record, state, 0);
        assert_true(decodes(record));
        assert_int_not_equal(record[wrongs[i].at], wrongs[i].value);
        record[wrongs[i].at] = wrongs[i].value;
        mend_crc(record);
        if (decodes(record))
            fail_msg("byte %u = %u was taken", wrongs[i].at, wrongs[i].value);
    }
}

/* The CRC is right in all of these. */
static void a_field_out_of_its_range_is_refused(void **unused)
{
    (void)unused;
    static const struct wrong wrongs[] = {
        {0, 'G'},  {8, 0},     {8, 9},    {8, 6},    {8, 1},    {9, 2},
        {10, 2},   {11, 3},    {15, 2},   {19, 0},   {20, '-'}, {29, '_'},
        {30, '-'}, {31, 'x'},  {36, '.'}, {67, '.'}, {38, '/'}, {252, 0},
        {252, 3},  {252, 1},   {253, 3},  {318, 2},  {383, 1},  {502, 2},
        {503, 1},  {503, 255}, {504, 1},  {507, 1},
    };
    const struct ffx_agent_state state = full_state();
    refuse_each(&state, wrongs, sizeof wrongs / sizeof wrongs[0]);
}

static void a_state_at_rest_tells_of_no_package(void **unused)
{
    (void)unused;
    static const struct wrong wrongs[] = {
        {9, 1},   {10, 1},  {11, 1},  {16, 0xff}, {38, 'x'}, {37, 0xff},
        {108, 1}, {140, 1}, {384, 1}, {416, 1},   {432, 1},  {495, 1},
        {496, 1}, {502, 1}, {503, 1}, {318, 4},   {8, 1},    {8, 2},
        {8, 7},   {8, 3},   {8, 8},   {383, 2},   {507, 1},
    };
    const struct ffx_agent_state state = rest_state();
    refuse_each(&state, wrongs, sizeof wrongs / sizeof wrongs[0]);
}

/* --- trial boot ---------------------------------------------------------- */

/* In another order than the release's. */
static const struct ffx_component two[] = {{.name = "ap"}, {.name = "modem"}};

static struct ffx_agent trial_agent(void)
{
    struct ffx_agent agent = {
        .config = {.components = two, .component_count = 2, .trial_boots = 3},
        .state = full_state(),
    };
    struct ffx_release *const release = &agent.package.release;
    agent.state.status = FFX_STATUS_UPDATING_AP;
    agent.state.requested = agent.state.installing = 0;
    agent.state.error = 0;
    agent.state.lost = 0;
    agent.state.trial = 4;
    agent.package.release_key = 1;
    release->component_count = 2;
    release->sequence = agent.state.begun;
    memcpy(release->version, "98765432109876543210987654321098", 33);
    for (uint32_t i = 0; i < 2; i++) {
        memcpy(release->components[i].name, i == 0 ? "modem" : "ap", i ? 3 : 6);
        release->components[i].size = 500 + i;
        memset(release->components[i].sha256, 0x60 + (int)i, FFX_SHA256_BYTES);
    }
    release->has_next_key = release->has_revoke = 1;
    memset(release->next_key.point, 0x91, FFX_PUBLIC_KEY_BYTES);
    memset(release->revoke.point, 0x92, FFX_PUBLIC_KEY_BYTES);
    return agent;
}

static void the_release_on_trial_stands_in_a_second_block(void **unused)
{
    (void)unused;
    const struct ffx_agent agent = trial_agent();
    uint8_t r[RECORD_MAX];
    assert_int_equal(record_bytes(&agent.config), sizeof r);
    record_encode(&agent, r, 8);
    assert_int_equal(r[503], 4);
    assert_memory_equal(r + 512, "\1\1\1\0", 4);
    assert_memory_equal(r + 516, agent.package.release.version, 32);
    assert_int_equal(bytes_get32(r + 548), 501); /* ap comes first here */
    assert_int_equal(r[548 + 35], 0x61);
    assert_int_equal(bytes_get32(r + 584), 500);
    assert_int_equal(r[656], 0x91);
    assert_int_equal(r[721], 0x92);
    assert_int_equal(bytes_get32(r + 1020), crc32_add(0, r + 512, 508));
}

static void the_release_on_trial_comes_back(void **unused)
{
    (void)unused;
    const struct ffx_agent agent = trial_agent();
    struct ffx_agent back = {.config = agent.config};
    uint8_t record[RECORD_MAX], again[RECORD_MAX];
    uint32_t counter;
    record_encode(&agent, record, 8);
    memset(&back.package, 0x5a, sizeof back.package);
    assert_int_equal(record_decode(&back, &counter, record), 0);
    assert_string_equal(back.package.release.version,
                        agent.package.release.version);
    assert_int_equal(back.package.release.sequence, agent.state.begun);
    assert_int_equal(back.package.release.component_count, 2);
    assert_int_equal(back.package.release_key, 1);
    record_encode(&back, again, 8);
    assert_memory_equal(record, again, sizeof record);
}

static void one_flipped_bit_of_the_second_block_is_refused(void **unused)
{
    (void)unused;
    struct ffx_agent agent = trial_agent();
    uint8_t record[RECORD_MAX];
    uint32_t counter;
    for (int on = 0; on < 2; on++) {
        agent.state = on ? trial_agent().state : rest_state();
        record_encode(&agent, record, 8);
        struct ffx_agent back = {.config = agent.config};
        assert_int_equal(record_decode(&back, &counter, record), 0);
        for (uint32_t bit = 8 * RECORD_BYTES; bit < 8 * RECORD_MAX; bit++) {
            record[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_equal(record_decode(&back, &counter, record),
                             FFX_ERR_STATE);
            record[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_comes_back),
        cmocka_unit_test(fields_stand_where_the_format_page_says),
        cmocka_unit_test(one_flipped_bit_anywhere_is_refused),
        cmocka_unit_test(blank_and_empty_places_are_no_records),
        cmocka_unit_test(a_field_out_of_its_range_is_refused),
        cmocka_unit_test(a_state_at_rest_tells_of_no_package),
        cmocka_unit_test(the_release_on_trial_stands_in_a_second_block),
        cmocka_unit_test(the_release_on_trial_comes_back),
        cmocka_unit_test(one_flipped_bit_of_the_second_block_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
