/* SPDX-License-Identifier: Apache-2.0 */
/* The radio's side: a small AT server over tables of networks and bands. */
#include "band.h"
#include "board.h"
#include "operator.h"
#include "radio.h"
#include "sms.h"

#include <inttypes.h>
#include <stdio.h>

int main(void);

static char line[FFX_AT_LINE_MAX + 1];

static int say_release(struct ffx_at_args *args)
{
    (void)args;
    printf("Revision:%s\n", board_release);
    return 0;
}

static int say_bands(struct ffx_at_args *args)
{
    uint32_t count;
    const struct band *bands = band_list(&count);
    (void)args;
    for (uint32_t i = 0; i < count; i++)
        printf("+CBAND: %u,\"%s\",%" PRIu32 ",%" PRIu32 "-%" PRIu32 "%s\n",
               bands[i].number, bands[i].region, bands[i].first_khz,
               bands[i].first, bands[i].last,
               bands[i].duplex_khz == 0 ? ",TDD" : "");
    return 0;
}

static int say_operator(struct ffx_at_args *args)
{
    char code[8];
    if (ffx_at_arg_string(args, code, sizeof code) != 1)
        return -1;
    const char *name = operator_name(code);
    if (name == NULL)
        return -1;
    printf("+COPN: \"%s\",\"%s\"\n", code, name);
    return 0;
}

static int say_pdu(struct ffx_at_args *args)
{
    char number[24], text[SMS_TEXT_MAX + 1];
    uint8_t pdu[SMS_PDU_MAX];
    if (ffx_at_arg_string(args, number, sizeof number) != 1 ||
        ffx_at_arg_string(args, text, sizeof text) != 1)
        return -1;
    const int length = sms_submit(pdu, number, text);
    if (length < 0)
        return -1;
    printf("+PDU: %d,", length - 1);
    for (int i = 0; i < length; i++)
        printf("%02X", pdu[i]);
    printf("\n");
    return 0;
}

static const struct radio_command commands[] = {
    {"+GMR", FFX_AT_EXECUTE, say_release},
    {"+CBAND", FFX_AT_READ, say_bands},
    {"+COPN", FFX_AT_WRITE, say_operator},
    {"+PDU", FFX_AT_WRITE, say_pdu},
};

static int run_of(const struct radio_command *table, unsigned count,
                  const struct ffx_at_command *command)
{
    for (unsigned i = 0; i < count; i++) {
        if (table[i].form != command->form ||
            !ffx_at_command_is(command, table[i].name))
            continue;
        struct ffx_at_args args;
        ffx_at_args_init(&args, command->arguments, command->arguments_length);
        return table[i].run(&args);
    }
    return 1;
}

static int run(const struct ffx_at_command *command)
{
    unsigned count;
    const struct radio_command *radio = radio_commands(&count);
    const int verdict = run_of(radio, count, command);
    if (verdict <= 0)
        return verdict;
    return run_of(commands, sizeof commands / sizeof commands[0], command);
}

static void answer(void)
{
    struct ffx_at_line commands_of_line;
    struct ffx_at_command command;
    int more, verdict = 0;
    ffx_at_line_init(&commands_of_line, line);
    while (verdict == 0 &&
           (more = ffx_at_line_next(&commands_of_line, &command)) != 0)
        verdict = more < 0 ? more : run(&command);
    puts(verdict == 0 ? "\nOK" : "\nERROR");
    fflush(stdout);
}

int main(void)
{
    struct ffx_at_reader reader;
    board_start();
    ffx_at_reader_init(&reader, line, sizeof line);
    puts("\nRDY");
    fflush(stdout);
    for (;;) {
        const int byte = board_get();
        const char c = (char)byte;
        int ready = 0;
        if (byte < 0)
            continue;
        ffx_at_reader_feed(&reader, &c, 1, &ready);
        if (ready)
            answer();
    }
}
