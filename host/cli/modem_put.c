/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/modem_link.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

static const struct cli_usage usage = {
    "farfix modem put PORT FILE [DIR/NAME]",
    "Copies a file into the module (AT+CFSWFILE), in the place of one of the\n"
    "same name. Without DIR/NAME it goes to fota/ under its own name. DIR is\n"
    "custapp, fota, datatx or customer.",
    "  farfix modem put /dev/ttyUSB2 ca.pem customer/ca.pem",
};

static int put(struct modem_link *link, const struct pack_buffer *file,
               int directory, const char *name)
{
    switch (modem_link_put(link, directory, name, file->bytes, file->length)) {
    case FFX_OK:
        printf("%s: %zu bytes\n", name, file->length);
        return CLI_DONE;
    case FFX_ERR_SPACE:
        return cli_fail(CLI_FAILED, "the module's file system is full; delete "
                                    "files with AT+CFSDFILE");
    default:
        return cli_fail(CLI_FAILED,
                        "%s does not get across; an update may "
                        "hold it (farfix modem status), or check "
                        "the serial line (--flow, --baud)",
                        name);
    }
}

/* DIR/NAME, or the last part of the file's path in fota. -1: neither. */
static int find_place(const char *place, const char *path, const char **name)
{
    const char *slash = strrchr(place != NULL ? place : path, '/');
    *name = slash != NULL ? slash + 1 : path;
    if (!modem_link_name_valid(*name))
        return -1;
    if (place == NULL)
        return modem_link_directory("fota", 4);
    return slash != NULL ? modem_link_directory(place, (size_t)(slash - place))
                         : -1;
}

int cli_modem_put(int argc, char **argv)
{
    struct modem_options modem = {.baud = 115200};
    struct modem_link link;
    struct pack_buffer file;
    struct pack_error error;
    const char *words[3] = {NULL, NULL, NULL}, *name;
    const struct cli_option options[] = {MODEM_OPTIONS(modem)};
    const int parsed =
        cli_parse(&usage, options, sizeof options / sizeof options[0], argc,
                  argv, words, 2, 3);
    if (parsed >= 0)
        return parsed;
    const int directory = find_place(words[2], words[1], &name);
    if (directory < 0)
        return cli_fail(CLI_USAGE,
                        "the module cannot name a file so: DIR/NAME, "
                        "DIR one of custapp fota datatx customer, "
                        "NAME at most 50 characters");
    if (pack_read_file(words[1], &file, &error) != 0)
        return pack_common_fail(&error);
    cli_progress_lines(1);
    int code = file.length == 0 ? cli_fail(CLI_FAILED, "%s is empty", words[1])
                                : modem_link_start(&link, words[0], &modem);
    if (code == 0) {
        code = put(&link, &file, directory, name);
        modem_link_close(&link);
    }
    pack_buffer_free(&file);
    return code;
}
