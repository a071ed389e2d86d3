/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a TE types: the line reader, the splitter and the parameter readers
 * make progress and stay in their buffers, and the pieces in which the bytes
 * come (the first byte sets their size) do not matter. */
#include <farfix/at.h>

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_arguments(const struct ffx_at_command *command)
{
    struct ffx_at_args args;
    char text[24];
    int32_t number;
    ffx_at_args_init(&args, command->arguments, command->arguments_length);
    for (int i = 0; args.more; i++) {
        const int result = i % 2 == 0
                               ? ffx_at_arg_number(&args, &number)
                               : ffx_at_arg_string(&args, text, sizeof text);
        if (i % 2 == 1 && strlen(text) >= sizeof text)
            abort();
        if (result < 0 && i > 1000)
            abort();
        if (result < 0)
            break;
    }
}

static uint32_t split(const char *text)
{
    struct ffx_at_line line;
    struct ffx_at_command command;
    uint32_t count = 0;
    ffx_at_line_init(&line, text);
    while (ffx_at_line_next(&line, &command) == 1) {
        if (command.name < text || command.name_length == 0 ||
            line.next > line.end || ++count > FFX_AT_LINE_MAX)
            abort();
        read_arguments(&command);
    }
    return count;
}

/* A number that tells the sequence of lines. */
static uint32_t digest(const uint8_t *data, size_t size, size_t piece)
{
    struct ffx_at_reader reader;
    char line[FFX_AT_LINE_MAX + 1];
    uint32_t sum = 0;
    int ready;
    ffx_at_reader_init(&reader, line, sizeof line);
    for (size_t i = 0; i < size;) {
        const size_t left = size - i < piece ? size - i : piece;
        const uint32_t used =
            ffx_at_reader_feed(&reader, data + i, (uint32_t)left, &ready);
        if (used == 0 || used > left || reader.length > FFX_AT_LINE_MAX)
            abort();
        i += used;
        if (ready)
            sum = sum * 31u + split(line) * 2u + reader.too_long;
        for (const char *p = line; ready && *p != '\0'; p++)
            sum = sum * 33u + (uint8_t)*p;
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if (digest(data + 1, size - 1, 1u + data[0]) !=
        digest(data + 1, size - 1, size))
        abort();
    return 0;
}
