/* SPDX-License-Identifier: Apache-2.0 */
#include <farfix/at.h>
#include <farfix/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* "+CGDCONT W 1,"IP" / +GMR X" : names, forms and arguments of a line; a
 * syntax error ends it with '#'. */
static const char *split(const char *text)
{
    static const char forms[] = {'X', 'R', 'T', 'W'};
    static char all[1000];
    struct ffx_at_line line;
    struct ffx_at_command c;
    int result;
    size_t n = 0;
    ffx_at_line_init(&line, text);
    all[0] = '\0';
    while ((result = ffx_at_line_next(&line, &c)) == 1)
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%.*s %c%s%.*s",
                              n > 0 ? " / " : "", (int)c.name_length, c.name,
                              forms[c.form], c.arguments_length ? " " : "",
                              (int)c.arguments_length, c.arguments);
    snprintf(all + n, sizeof all - n, "%s", result < 0 ? "#" : "");
    return all;
}

static const struct {
    const char *text, *commands;
} lines[] = {
    {"", ""},
    {"E", "E X"},
    {"E0", "E X 0"},
    {"e1v1", "e X 1 / v X 1"},
    {"&F0E0&W", "&F X 0 / E X 0 / &W X"},
    {"S0=1S3?S7", "S0 W 1 / S3 R / S7 X"},
    {"E1Q0S0=1S3=13V1X4;+IFC=0,0;+IPR=115200",
     "E X 1 / Q X 0 / S0 W 1 / S3 W 13 / V X 1 / X X 4 / +IFC W 0,0 / "
     "+IPR W 115200"},
    {"+GMR", "+GMR X"},
    {"+CFOTA?", "+CFOTA R"},
    {"+CFOTA=?", "+CFOTA T"},
    {"+CFOTA=1", "+CFOTA W 1"},
    {"+CFOTA=", "+CFOTA W"},
    {"+CFOTA=?x", "+CFOTA W ?x"},
    {"+GMR;+GSN", "+GMR X / +GSN X"},
    {"+GMR;", "+GMR X"},
    {" +GMR ; E0 ; +GSN", "+GMR X / E X 0 / +GSN X"},
    {"+X=\"a;b=c\",1;+Y=?;E", "+X W \"a;b=c\",1 / +Y T / E X"},
    {"*PSUTTZ?", "*PSUTTZ R"},
    {"+CGDCONT=1,\"IP\",\"\"", "+CGDCONT W 1,\"IP\",\"\""},
    /* what is not a command */
    {"+X=\"open", "#"},
    {"+GMR;;+GSN", "+GMR X#"},
    {"+GMR!", "#"},
    {"+GMR+GSN", "#"},
    {"&", "#"},
    {"0", "#"},
    {"E0!", "E X 0#"},
    {"\xff", "#"},
    {"+CFOTA?1", "#"},
};

static void lines_are_split_into_commands(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (strcmp(split(lines[i].text), lines[i].commands) != 0)
            fail_msg("\"%s\" gives \"%s\"", lines[i].text,
                     split(lines[i].text));
}

static void names_are_equal_in_any_letter_case_and_only_whole(void **state)
{
    struct ffx_at_line line;
    struct ffx_at_command command;
    (void)state;
    ffx_at_line_init(&line, "+cfSGfis=1");
    assert_int_equal(ffx_at_line_next(&line, &command), 1);
    assert_true(ffx_at_command_is(&command, "+CFSGFIS"));
    assert_false(ffx_at_command_is(&command, "+CFSGFI"));
    assert_false(ffx_at_command_is(&command, "+CFSGFIS2"));
    assert_false(ffx_at_command_is(&command, ""));
}

static void any_byte_at_any_place_ends(void **state)
{
    char text[64];
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        for (size_t at = 0; at < strlen(lines[i].text) && at < 60; at++)
            for (int byte = 1; byte < 256; byte++) {
                snprintf(text, sizeof text, "%s", lines[i].text);
                text[at] = (char)byte;
                split(text); /* ASan and the loop's end are the judges */
            }
    assert_string_equal(split("+GMR"), "+GMR X");
}

/* --- parameters ---------------------------------------------------------- */

static struct ffx_at_args args;

static void begin(const char *text)
{
    ffx_at_args_init(&args, text, (uint32_t)strlen(text));
}

static void numbers_stay_inside_int32(void **state)
{
    static const struct {
        const char *text;
        int result;
        int32_t value;
    } numbers[] = {
        {"0", 1, 0},
        {"007", 1, 7},
        {" 12 ", 1, 12},
        {"2147483647", 1, INT32_MAX},
        {"-2147483648", 1, INT32_MIN},
        {"2147483648", FFX_ERR_SYNTAX, 0},
        {"-2147483649", FFX_ERR_SYNTAX, 0},
        {"99999999999999999999", FFX_ERR_SYNTAX, 0},
        {"", 0, 0},
        {" ", 0, 0},
        {"-", FFX_ERR_SYNTAX, 0},
        {"1x", FFX_ERR_SYNTAX, 0},
        {"1 2", FFX_ERR_SYNTAX, 0},
        {"\"1\"", FFX_ERR_SYNTAX, 0},
        {"+1", FFX_ERR_SYNTAX, 0},
        {"0x10", FFX_ERR_SYNTAX, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        int32_t value = 0;
        begin(numbers[i].text);
        const int result = ffx_at_arg_number(&args, &value);
        if (result != numbers[i].result ||
            (result == 1 && value != numbers[i].value))
            fail_msg("\"%s\": %d, %d", numbers[i].text, result, value);
    }
}

static void strings_come_quoted_or_bare(void **state)
{
    char text[12];
    (void)state;
    begin("\"a,b;c\",x.cer ,\"\",");
    assert_int_equal(ffx_at_arg_string(&args, text, sizeof text), 1);
    assert_string_equal(text, "a,b;c");
    assert_int_equal(ffx_at_arg_string(&args, text, sizeof text), 1);
    assert_string_equal(text, "x.cer");
    assert_int_equal(ffx_at_args_end(&args), FFX_ERR_SYNTAX);
    assert_int_equal(ffx_at_arg_string(&args, text, sizeof text), 1);
    assert_string_equal(text, "");
    assert_int_equal(ffx_at_arg_string(&args, text, sizeof text), 0);
    assert_int_equal(ffx_at_args_end(&args), 0);
    assert_int_equal(ffx_at_arg_string(&args, text, sizeof text), 0);
}

static void a_string_must_fit_and_close(void **state)
{
    char text[4];
    (void)state;
    begin("\"abc\"");
    assert_int_equal(ffx_at_arg_string(&args, text, sizeof text), 1);
    begin("\"abcd\"");
    assert_int_equal(ffx_at_arg_string(&args, text, sizeof text),
                     FFX_ERR_BUFFER);
    assert_string_equal(text, "");
    begin("\"abc");
    assert_int_equal(ffx_at_arg_string(&args, text, sizeof text),
                     FFX_ERR_SYNTAX);
    begin("\"a\"b");
    assert_int_equal(ffx_at_arg_string(&args, text, sizeof text),
                     FFX_ERR_SYNTAX);
    begin("a\"b");
    assert_int_equal(ffx_at_arg_string(&args, text, sizeof text),
                     FFX_ERR_SYNTAX);
}

/* Its end is not passed by, however often somebody asks. */
static void a_string_that_does_not_close_ends_with_the_text(void **state)
{
    char text[4];
    int32_t value;
    (void)state;
    begin("1,\"abc");
    assert_int_equal(ffx_at_arg_number(&args, &value), 1);
    assert_int_equal(ffx_at_arg_string(&args, text, sizeof text),
                     FFX_ERR_SYNTAX);
    assert_ptr_equal(args.next, args.end);
    assert_int_equal(ffx_at_arg_number(&args, &value), 0);
    assert_int_equal(ffx_at_arg_string(&args, text, sizeof text), 0);
    assert_ptr_equal(args.next, args.end);
}

static void empty_parameters_are_absent_ones(void **state)
{
    int32_t value = 5;
    (void)state;
    begin(",,3");
    assert_int_equal(ffx_at_arg_number(&args, &value), 0);
    assert_int_equal(ffx_at_arg_number(&args, &value), 0);
    assert_int_equal(value, 5);
    assert_int_equal(ffx_at_args_end(&args), FFX_ERR_SYNTAX);
    assert_int_equal(ffx_at_arg_number(&args, &value), 1);
    assert_int_equal(value, 3);
    assert_int_equal(ffx_at_args_end(&args), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_split_into_commands),
        cmocka_unit_test(names_are_equal_in_any_letter_case_and_only_whole),
        cmocka_unit_test(any_byte_at_any_place_ends),
        cmocka_unit_test(numbers_stay_inside_int32),
        cmocka_unit_test(strings_come_quoted_or_bare),
        cmocka_unit_test(a_string_must_fit_and_close),
        cmocka_unit_test(a_string_that_does_not_close_ends_with_the_text),
        cmocka_unit_test(empty_parameters_are_absent_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
