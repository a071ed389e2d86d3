/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"

#include <farfix/delta.h>

#include <stdio.h>

static const struct cli_usage usage = {
    .synopsis = "farfix delta info PATCH [--json]",
    .about = "Prints what a patch says about itself, from its header.",
    .examples = "  farfix delta info ab.patch",
};

static void print_text(const struct ffx_delta_layout *layout, size_t bytes,
                       uint32_t ram)
{
    printf("patch    %zu bytes, format 0 (a draft)\n", bytes);
    printf("source   %u bytes, CRC-32 %08x\n", layout->source_bytes,
           layout->source_crc32);
    printf("target   %u bytes, CRC-32 %08x\n", layout->target_bytes,
           layout->target_crc32);
    if (layout->step_bytes != 0)
        printf("in place steps of %u bytes, %s\n", layout->step_bytes,
               layout->descending ? "from the top down" : "from 0 up");
    printf("ram      %u bytes\n", ram);
}

static void print_json(const struct ffx_delta_layout *layout, size_t bytes,
                       uint32_t ram)
{
    cli_json_open('{');
    cli_json_number("format", 0);
    cli_json_number("patch_bytes", (long long)bytes);
    cli_json_number("source_bytes", layout->source_bytes);
    cli_json_number("source_crc32", layout->source_crc32);
    cli_json_number("target_bytes", layout->target_bytes);
    cli_json_number("target_crc32", layout->target_crc32);
    cli_json_bool("in_place", layout->step_bytes != 0);
    cli_json_number("step", layout->step_bytes);
    cli_json_bool("descending", layout->descending != 0);
    cli_json_number("ram", ram);
    cli_json_close('}');
    cli_json_end();
}

int cli_delta_info(int argc, char **argv)
{
    int json = 0;
    const struct cli_option options[] = {
        {"--json", CLI_FLAG, &json, NULL, "report as JSON"},
    };
    const char *path;
    struct pack_buffer patch;
    struct pack_error error;
    struct ffx_delta_layout layout;
    struct ffx_read_at port;
    uint32_t ram;
    const int code = cli_parse(&usage, options, 1, argc, argv, &path, 1, 1);
    if (code >= 0)
        return code;
    if (pack_read_file(path, &patch, &error) != 0)
        return pack_common_fail(&error);
    pack_read_at(&patch, &port);
    const int result = ffx_delta_inspect(&port, &layout, &ram);
    if (result == 0)
        (json ? print_json : print_text)(&layout, patch.length, ram);
    pack_buffer_free(&patch);
    if (result != 0)
        return cli_fail(CLI_FAILED, "%s is not a patch of format 0", path);
    return CLI_DONE;
}
