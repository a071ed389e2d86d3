/* SPDX-License-Identifier: Apache-2.0 */
/* Text and PDU of an SMS, as octets: TS 23.038 and TS 23.040. */
#include "module/sms_pdu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct sms_pdu pdu;
static uint8_t octets[FFX_SMS_PDU_MAX];

static int read_hex(const char *hex)
{
    const int count =
        sms_hex(hex, (uint32_t)strlen(hex), octets, sizeof octets);
    assert_true(count >= 0);
    return sms_pdu_read(&pdu, octets, (uint32_t)count);
}

static const char *as_utf8(const struct sms_text *text)
{
    static char utf8[3 * SMS_SEPTETS_MAX + 1];
    struct ffx_at_text out;
    ffx_at_text_init(&out, utf8, sizeof utf8 - 1);
    sms_text_to_utf8(text, &out);
    assert_false(out.overflow);
    utf8[out.length] = '\0';
    return utf8;
}

static const char *text_of(const struct sms_pdu *read)
{
    struct sms_text text;
    sms_pdu_text(read, &text);
    return as_utf8(&text);
}

/* --- septets ------------------------------------------------------------- */

static void hello_is_packed_into_five_octets(void **state)
{
    static const uint8_t packed[] = {0xe8, 0x32, 0x9b, 0xfd, 0x06};
    uint8_t user[SMS_USER_MAX];
    struct sms_text text;
    (void)state;
    assert_int_equal(sms_text_from_utf8(&text, "hello"), 0);
    assert_int_equal(sms_text_to_septets(&text, user), 5);
    assert_memory_equal(user, packed, sizeof packed);
    assert_int_equal(user[5], 0);
    sms_text_from_septets(&text, packed, 0, 5);
    assert_string_equal(as_utf8(&text), "hello");
}

static void every_septet_goes_there_and_back(void **state)
{
    (void)state;
    for (int escape = 0; escape <= 1; escape++)
        for (int c = 0; c < 128; c++) {
            const char te[] = {'\x1b', (char)c};
            uint8_t user[SMS_USER_MAX];
            struct sms_text text, back;
            if (c == 0x1b) /* two of them: nothing that could come back */
                continue;
            assert_int_equal(sms_text_from_te(&text, SMS_GSM, te + !escape,
                                              1 + (uint32_t)escape),
                             0);
            assert_int_equal(text.count, 1);
            const int count = sms_text_to_septets(&text, user);
            assert_in_range(count, 1, 2);
            sms_text_from_septets(&back, user, 0, (uint32_t)count);
            assert_int_equal(back.count, 1);
            assert_int_equal(back.units[0], text.units[0]);
        }
}

static void a_message_takes_160_septets_or_70_units(void **state)
{
    char text[FFX_SMS_TEXT_MAX + 2];
    uint8_t user[SMS_USER_MAX];
    struct sms_text units, back;
    (void)state;
    for (uint32_t i = 0; i < 160; i++)
        text[i] = (char)('a' + i % 26);
    text[160] = '\0';
    assert_int_equal(sms_text_from_utf8(&units, text), 0);
    assert_int_equal(sms_text_to_septets(&units, user), 160);
    sms_text_from_septets(&back, user, 0, 160);
    assert_string_equal(as_utf8(&back), text);
    assert_int_equal(sms_text_to_ucs2(&units, user), FFX_ERR_BUFFER);
    units.count = 70;
    assert_int_equal(sms_text_to_ucs2(&units, user), 140);
    text[160] = 'x';
    text[161] = '\0';
    assert_int_equal(sms_text_from_utf8(&units, text), FFX_ERR_BUFFER);
    /* A brace takes two septets. */
    text[159] = '{';
    text[160] = '\0';
    assert_int_equal(sms_text_from_utf8(&units, text), 0);
    assert_int_equal(sms_text_to_septets(&units, user), FFX_ERR_BUFFER);
}

static void a_letter_that_the_alphabet_lacks_is_not_packed(void **state)
{
    uint8_t user[SMS_USER_MAX];
    struct sms_text text;
    (void)state;
    assert_int_equal(sms_text_from_utf8(&text, "\u0416"), 0);
    assert_int_equal(sms_text_to_septets(&text, user), FFX_ERR_SYNTAX);
    assert_int_equal(sms_text_to_ucs2(&text, user), 2);
    assert_int_equal(user[0] << 8 | user[1], 0x416);
}

/* --- UTF-8 --------------------------------------------------------------- */

static void utf8_goes_there_and_back(void **state)
{
    static const char *const texts[] = {"", "a", "gr\u00fc\u00dfe \u20ac",
                                        "\u65e9\u4e0a\u597d", "a\U0001f600b"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sms_text text;
        assert_int_equal(sms_text_from_utf8(&text, texts[i]), 0);
        assert_string_equal(as_utf8(&text), texts[i]);
    }
}

static void what_is_no_utf8_is_refused(void **state)
{
    static const char *const texts[] = {"\x80",
                                        "a\xc3",
                                        "\xc3(",
                                        "\xc0\x80",
                                        "\xe0\x80\xaf",
                                        "\xed\xa0\x80",
                                        "\xe2\x82",
                                        "\xf0\x80\x80\xaf",
                                        "\xff",
                                        "\xf4\x90\x80\x80",
                                        "\xf8\x88\x80\x80\x80"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sms_text text;
        assert_int_equal(sms_text_from_utf8(&text, texts[i]), FFX_ERR_SYNTAX);
    }
}

static void a_text_for_a_person_has_no_control_characters(void **state)
{
    static const uint8_t ucs2[] = {0,    'a',  0, '\n', 0,    0,    0xd8, 0x00,
                                   0xdc, 0x00, 0, 'b',  0xdc, 0x00, 0xd8, 0x00};
    struct sms_text text;
    (void)state;
    sms_text_from_ucs2(&text, ucs2, sizeof ucs2);
    assert_string_equal(as_utf8(&text), "a  \U00010000b??");
}

/* --- what the TE sees ---------------------------------------------------- */

static void check_te(enum sms_charset charset, const char *utf8,
                     const char *expected)
{
    char te[700];
    struct sms_text text;
    struct ffx_at_text out;
    assert_int_equal(sms_text_from_utf8(&text, utf8), 0);
    ffx_at_text_init(&out, te, sizeof te - 1);
    sms_text_to_te(&text, charset, 0, text.count, &out);
    te[out.length] = '\0';
    assert_string_equal(te, expected);
}

static void each_character_set_has_its_spelling(void **state)
{
    (void)state;
    check_te(SMS_IRA, "a\u20ac@\n_", "a?@\n_");
    check_te(SMS_GSM, "\u00e9\u20ac_ \u0416", "\x05\x1b\x65\x11 ?");
    check_te(SMS_UCS2, "a\u20ac", "006120AC");
}

static void what_the_te_types_is_checked(void **state)
{
    struct sms_text text;
    (void)state;
    assert_int_equal(sms_text_from_te(&text, SMS_UCS2, "006120ac", 8), 0);
    assert_string_equal(as_utf8(&text), "a\u20ac");
    assert_int_equal(sms_text_from_te(&text, SMS_UCS2, "00612", 5),
                     FFX_ERR_SYNTAX);
    assert_int_equal(sms_text_from_te(&text, SMS_UCS2, "006g", 4),
                     FFX_ERR_SYNTAX);
    assert_int_equal(sms_text_from_te(&text, SMS_IRA, "\xe9", 1),
                     FFX_ERR_SYNTAX);
    assert_int_equal(sms_text_from_te(&text, SMS_GSM, "\xe9", 1),
                     FFX_ERR_SYNTAX);
}

/* --- PDUs ---------------------------------------------------------------- */

#define HELLO "0011000B916407281553F80000AA0AE8329BFD4697D9EC37"
#define DELIVER                                                                \
    "07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37"

static void a_submit_is_read(void **state)
{
    (void)state;
    assert_int_equal(read_hex(HELLO), 0);
    assert_true(sms_pdu_is_submit(&pdu));
    assert_int_equal(pdu.tpdu_length, 23);
    assert_string_equal(pdu.centre.digits, "");
    assert_string_equal(pdu.address.digits, "+46708251358");
    assert_int_equal(pdu.address.type, 145);
    assert_int_equal(pdu.stamp[0], 0xaa);
    assert_string_equal(text_of(&pdu), "hellohello");
    uint8_t again[FFX_SMS_PDU_MAX];
    assert_int_equal(sms_pdu_write(&pdu, again), 24);
    assert_memory_equal(again, octets, 24);
}

static void a_deliver_is_read(void **state)
{
    char stamp[40];
    struct ffx_at_text out;
    (void)state;
    assert_int_equal(read_hex(DELIVER), 0);
    assert_false(sms_pdu_is_submit(&pdu));
    assert_string_equal(pdu.centre.digits, "+27381000015");
    assert_string_equal(pdu.address.digits, "27838890001");
    ffx_at_text_init(&out, stamp, sizeof stamp - 1);
    sms_put_stamp(&out, pdu.stamp);
    stamp[out.length] = '\0';
    assert_string_equal(stamp, "99/03/29,15:16:59+08");
    assert_string_equal(text_of(&pdu), "hellohello");
}

static void a_name_may_stand_for_the_sender(void **state)
{
    (void)state;
    assert_int_equal(read_hex("00040AD0E8329BFD060000993092516195800161"), 0);
    assert_string_equal(pdu.address.digits, "hello");
}

static void text_begins_behind_its_header(void **state)
{
    (void)state;
    /* Part 1 of 2; "hi" behind six octets of header: septet 7. */
    assert_int_equal(read_hex("0051000B916407281553F80000AA09"
                              "050003070201D069"),
                     0);
    assert_string_equal(text_of(&pdu), "hi");
    assert_int_equal(read_hex("0051000B916407281553F80008AA08"
                              "050003070201263A"),
                     0);
    assert_string_equal(text_of(&pdu), "\u263a");
}

/* Of the header's length, of the digits, of the user data. */
static void lengths_that_lie_are_refused(void **state)
{
    static const char *const lies[] = {
        "",
        "00",
        "0B91",
        "0011000B916407281553F80000AA0AE8329BFD4697D9EC3700",
        "0011000B916407281553F80000AA0BE8329BFD4697D9EC37",
        "0011001791640728155300000000000000000000AA0161",
        "0011000B91640728155318000000AA00",
        "0011000A9164F72815530000AA00",
        "0051000B916407281553F80000AA09080003070201D069",
        "0051000B916407281553F80000AA00",
        "0011000B916407281553F80000AAFF",
        "0012000B916407281553F80000AA00",
        "0C9164072815530000000000000011000A9164072815530000AA00",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++)
        if (read_hex(lies[i]) != FFX_ERR_SYNTAX)
            fail_msg("%s was taken", lies[i]);
}

static void no_pdu_reads_beyond_its_end(void **state)
{
    static const char *const good[] = {HELLO, DELIVER};
    (void)state;
    for (size_t g = 0; g < 2; g++)
        for (uint32_t length = 0; length < strlen(good[g]) / 2; length++) {
            char hex[400];
            snprintf(hex, sizeof hex, "%.*s", (int)(2 * length), good[g]);
            assert_int_equal(read_hex(hex), FFX_ERR_SYNTAX);
        }
}

/* Every octet takes every value: refused, or read so that it can be shown. */
static void any_octet_may_have_any_value(void **state)
{
    static const char *const good[] = {HELLO, DELIVER};
    (void)state;
    for (size_t g = 0; g < 2; g++) {
        uint8_t bad[FFX_SMS_PDU_MAX];
        assert_int_equal(read_hex(good[g]), 0);
        const uint32_t length = (uint32_t)strlen(good[g]) / 2;
        for (uint32_t at = 0; at < length; at++)
            for (int value = 0; value < 256; value++) {
                memcpy(bad, octets, length);
                bad[at] = (uint8_t)value;
                if (sms_pdu_read(&pdu, bad, length) != 0)
                    continue;
                text_of(&pdu);
                assert_in_range(strlen(pdu.address.digits), 0, SMS_DIGITS + 1);
            }
    }
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2000; i++) {
        struct sms_pdu out, in;
        char number[SMS_DIGITS + 1] = "";
        memset(&out, 0, sizeof out);
        for (uint32_t k = 0; k <= i % SMS_DIGITS; k++)
            number[k] = "0123456789*#abc"[(i + k) % 15];
        assert_int_equal(sms_address_set(&out.address, number, 0), 0);
        assert_int_equal(sms_address_set(&out.centre, "+8613800100500", 0), 0);
        out.first_octet =
            i % 2 ? SMS_SUBMIT | (uint8_t)(i % 4 << 3) : SMS_NO_MORE;
        out.dcs = i % 3 == 0 ? 0x08 : i % 3 == 1 ? 0x04 : 0;
        out.user_length = (uint8_t)(i % (i % 3 == 2 ? 161 : 141));
        for (uint32_t k = 0; k < sms_pdu_user_octets(&out); k++)
            out.user[k] = (uint8_t)(i * 7 + k);
        const uint32_t length = sms_pdu_write(&out, octets);
        assert_in_range(length, 1, FFX_SMS_PDU_MAX);
        assert_int_equal(sms_pdu_read(&in, octets, length), 0);
        in.tpdu_length = 0;
        memset(&in.stamp, 0, sizeof in.stamp);
        assert_memory_equal(&in, &out, sizeof in);
    }
}

static void the_coding_is_what_dcs_says(void **state)
{
    (void)state;
    for (int dcs = 0; dcs < 256; dcs++) {
        enum sms_coding coding = SMS_CODING_7BIT;
        if (dcs < 0x80) /* general groups, compressed or not */
            coding = dcs & 0x20             ? SMS_CODING_8BIT
                     : (dcs & 0x0c) == 0x04 ? SMS_CODING_8BIT
                     : (dcs & 0x0c) == 0x08 ? SMS_CODING_UCS2
                                            : SMS_CODING_7BIT;
        else if (dcs >= 0xe0 && dcs < 0xf0)
            coding = SMS_CODING_UCS2;
        else if (dcs >= 0xf0 && (dcs & 4))
            coding = SMS_CODING_8BIT;
        assert_int_equal(sms_pdu_coding((uint8_t)dcs), coding);
    }
}

static void a_number_is_what_can_be_dialled(void **state)
{
    struct sms_address address;
    (void)state;
    assert_int_equal(sms_address_set(&address, "*100#", 0), 0);
    assert_int_equal(address.type, 129);
    assert_int_equal(sms_address_set(&address, "491511", 145), 0);
    assert_string_equal(address.digits, "+491511");
    assert_int_equal(sms_address_set(&address, "+", 0), FFX_ERR_SYNTAX);
    assert_int_equal(sms_address_set(&address, "", 0), FFX_ERR_SYNTAX);
    assert_int_equal(sms_address_set(&address, "12d", 0), FFX_ERR_SYNTAX);
    assert_int_equal(sms_address_set(&address, "1", 208), FFX_ERR_SYNTAX);
    assert_int_equal(sms_address_set(&address, "+1", 129), FFX_ERR_SYNTAX);
    assert_int_equal(sms_address_set(&address, "123456789012345678901", 0),
                     FFX_ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_is_packed_into_five_octets),
        cmocka_unit_test(every_septet_goes_there_and_back),
        cmocka_unit_test(a_message_takes_160_septets_or_70_units),
        cmocka_unit_test(a_letter_that_the_alphabet_lacks_is_not_packed),
        cmocka_unit_test(utf8_goes_there_and_back),
        cmocka_unit_test(what_is_no_utf8_is_refused),
        cmocka_unit_test(a_text_for_a_person_has_no_control_characters),
        cmocka_unit_test(each_character_set_has_its_spelling),
        cmocka_unit_test(what_the_te_types_is_checked),
        cmocka_unit_test(a_submit_is_read),
        cmocka_unit_test(a_deliver_is_read),
        cmocka_unit_test(a_name_may_stand_for_the_sender),
        cmocka_unit_test(text_begins_behind_its_header),
        cmocka_unit_test(lengths_that_lie_are_refused),
        cmocka_unit_test(no_pdu_reads_beyond_its_end),
        cmocka_unit_test(any_octet_may_have_any_value),
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(the_coding_is_what_dcs_says),
        cmocka_unit_test(a_number_is_what_can_be_dialled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
