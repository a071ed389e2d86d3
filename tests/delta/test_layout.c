/* SPDX-License-Identifier: Apache-2.0 */
/* Headers, and what may be read of a slot that is being rewritten. */
#include "base/bytes.h"
#include "delta/delta_layout.h"
#include "delta_case.h"
#include "slot_map.h"

#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* --- header -------------------------------------------------------------- */

static const struct ffx_delta_layout usual = {
    .source_bytes = 0x12345,
    .target_bytes = 0x23456,
    .step_bytes = 4096,
    .profile = 2,
    .phase = 3,
    .source_crc32 = 1,
    .target_crc32 = 0x89abcdef,
};

static void a_header_comes_back_as_it_was_put(void **state)
{
    static const uint32_t sizes[] = {1,     127,     128,     16383,
                                     16384, 2097151, 2097152, 1u << 26};
    struct ffx_delta_layout layout = usual, back;
    uint8_t header[DELTA_HEADER_MAX];
    (void)state;
    for (size_t i = 0; i < 8 * 4 * 4 * 2; i++) {
        layout.source_bytes = i == 0 ? 0 : sizes[i % 8];
        layout.target_bytes = sizes[(i + 3) % 8];
        layout.profile = i / 8 % 4;
        layout.phase = i / 32 % 4;
        layout.step_bytes = i / 128 ? layout.target_bytes / 9 + 1 : 0;
        const uint32_t length = delta_layout_put(&layout, header);
        assert_in_range(length, 12, DELTA_HEADER_MAX);
        assert_int_equal(delta_layout_parse(&back, header, length), length);
        assert_memory_equal(&back, &layout, sizeof back);
        for (uint32_t less = 0; less < length; less++)
            assert_int_equal(delta_layout_parse(&back, header, less),
                             FFX_ERR_PATCH);
    }
}

/* What is taken is what would be put. */
static void every_byte_of_a_header_has_one_meaning(void **state)
{
    uint8_t header[DELTA_HEADER_MAX], again[DELTA_HEADER_MAX];
    struct ffx_delta_layout back;
    (void)state;
    const uint32_t length = delta_layout_put(&usual, header);
    for (uint32_t at = 0; at < length; at++)
        for (unsigned value = 0; value < 256; value++) {
            const uint8_t good = header[at];
            header[at] = (uint8_t)value;
            const int parsed = delta_layout_parse(&back, header, length);
            if (parsed > 0) {
                assert_int_equal(delta_layout_put(&back, again), parsed);
                assert_memory_equal(again, header, (uint32_t)parsed);
            } else {
                assert_int_equal(parsed, FFX_ERR_PATCH);
            }
            if (at == 0 || (at == 1 && value >> 5 != DELTA_FORMAT))
                assert_int_equal(parsed > 0, value == good);
            header[at] = good;
        }
}

/* magic, flags, source, target as bytes; 8 of CRC. */
static int parse(const char *numbers, uint32_t length, uint32_t flags)
{
    uint8_t header[32] = {0xfd, (uint8_t)(DELTA_FORMAT << 5 | flags)};
    struct ffx_delta_layout back;
    memcpy(header + 2, numbers, length);
    return delta_layout_parse(&back, header, 2 + length + 8);
}

static void headers_out_of_range_are_refused(void **state)
{
    (void)state;
    assert_int_equal(parse("\0\1", 2, 0), 12);
    assert_int_equal(parse("\0\0", 2, 0), FFX_ERR_PATCH);
    assert_int_equal(parse("\x80\0\1", 3, 0), FFX_ERR_PATCH);
    assert_int_equal(parse("\1\x81\0", 3, 0), FFX_ERR_PATCH);
    assert_int_equal(parse("\1\x81\x80\0", 4, 0), FFX_ERR_PATCH);
    assert_int_equal(parse("\1\x81\x80\x80\0", 5, 0), FFX_ERR_PATCH);
    assert_int_equal(parse("\1\x81\x80\x80\x80\1", 6, 0), FFX_ERR_PATCH);
    assert_int_equal(parse("\x80\x80\x80\x20\1", 5, 0), 15);
    assert_int_equal(parse("\x81\x80\x80\x20\1", 5, 0), FFX_ERR_PATCH);
    assert_int_equal(parse("\1\x81\x80\x80\x20", 5, 0), FFX_ERR_PATCH);
    assert_int_equal(parse("\1\1\x81\x80\x80\x20", 6, 4), FFX_ERR_PATCH);
    assert_int_equal(parse("\1\1\0", 3, 4), FFX_ERR_PATCH);
    assert_int_equal(parse("\1\1\1", 3, 4), 13);
    assert_int_equal(parse("\1\x80\x80\1\1", 5, 4), 15);
    assert_int_equal(parse("\1\x81\x80\1\1", 5, 4), FFX_ERR_PATCH);
}

/* --- reach --------------------------------------------------------------- */

static void compare(const struct slot_map *map, const struct delta_order *order,
                    uint32_t index)
{
    for (uint32_t offset = 0; offset < map->size + 3; offset++)
        for (uint32_t most = 1; most < 400; most = most * 5 + 1) {
            const struct delta_reach reach =
                delta_order_reach(order, index, offset, most);
            const uint32_t length = slot_map_readable(map, offset, most);
            if (reach.length != length ||
                (length > 0 &&
                 (reach.is_new != 0) != (map->kinds[offset] == SLOT_MAP_NEW)))
                fail_msg("index %u offset %u: %u, not %u", index, offset,
                         reach.length, length);
        }
    assert_int_equal(delta_order_reach(order, index, UINT32_MAX, 9).length, 0);
}

static void reach_agrees_with_a_slot_that_is_really_rewritten(void **state)
{
    static const uint8_t bytes[400];
    (void)state;
    for (uint32_t seed = 1; seed <= 60; seed++) {
        struct delta_case it;
        struct slot_map map;
        struct ffx_step step;
        struct delta_shape shape = delta_shape_draw(seed, 20 + seed);
        delta_case_make(&it, &shape);
        slot_map_open(&map, shape.step_bytes ? 300 : shape.source_bytes, bytes,
                      shape.source_bytes);
        uint32_t made = 0;
        for (uint32_t index = 0; index < it.order.steps; index++) {
            compare(&map, &it.order, index);
            assert_int_equal(delta_order_before(&it.order, index), made);
            delta_order_step(&it.order, index, &step);
            made += step.length;
            if (shape.step_bytes != 0)
                slot_map_write(&map, &step, shape.step_bytes, bytes);
        }
        assert_int_equal(delta_order_before(&it.order, it.order.steps), made);
        assert_int_equal(made, shape.target_bytes);
        slot_map_close(&map);
        delta_case_free(&it);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_comes_back_as_it_was_put),
        cmocka_unit_test(every_byte_of_a_header_has_one_meaning),
        cmocka_unit_test(headers_out_of_range_are_refused),
        cmocka_unit_test(reach_agrees_with_a_slot_that_is_really_rewritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
