/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/modem_link.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <string.h>

static const struct cli_usage usage = {
    "farfix modem get PORT DIR/NAME -o FILE",
    "Copies a file out of the module (AT+CFSRFILE). DIR is custapp, fota,\n"
    "datatx or customer.",
    "  farfix modem get /dev/ttyUSB2 fota/update.zip -o update.zip",
};

static int get(struct modem_link *link, const char *path, int directory,
               const char *out)
{
    struct pack_buffer file;
    struct pack_error error;
    const int result =
        modem_link_get(link, directory, strchr(path, '/') + 1, &file);
    int code = CLI_DONE;
    if (result == FFX_ERR_NO_PACKAGE)
        code = cli_fail(CLI_FAILED, "the module has no %s", path);
    else if (result != FFX_OK)
        code = cli_fail(CLI_FAILED,
                        "%s does not come through; check the "
                        "serial line (--flow, --baud)",
                        path);
    else if (pack_write_file(out, file.bytes, file.length, 0, &error) != 0)
        code = cli_fail(CLI_FAILED, "%s", error.text);
    else
        printf("%s: %zu bytes\n", out, file.length);
    pack_buffer_free(&file);
    return code;
}

int cli_modem_get(int argc, char **argv)
{
    struct modem_options modem = {.baud = 115200};
    struct modem_link link;
    const char *words[2], *out = NULL;
    const struct cli_option options[] = {
        {"-o", CLI_TEXT, &out, "FILE", "where it goes"},
        MODEM_OPTIONS(modem),
    };
    const int parsed =
        cli_parse(&usage, options, sizeof options / sizeof options[0], argc,
                  argv, words, 2, 2);
    if (parsed >= 0)
        return parsed;
    const char *slash = strchr(words[1], '/');
    const int directory =
        slash != NULL
            ? modem_link_directory(words[1], (size_t)(slash - words[1]))
            : -1;
    if (directory < 0 || !modem_link_name_valid(slash + 1))
        return cli_fail(CLI_USAGE,
                        "'%s' is no file of a module: DIR/NAME, DIR "
                        "one of custapp fota datatx customer",
                        words[1]);
    if (out == NULL)
        return cli_fail(CLI_USAGE, "-o FILE is missing");
    cli_progress_lines(1);
    int code = modem_link_start(&link, words[0], &modem);
    if (code != 0)
        return code;
    code = get(&link, words[1], directory, out);
    modem_link_close(&link);
    return code;
}
