/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"
#include "pack/apply.h"
#include "pack/image.h"

#include <farfix/delta.h>

static const struct cli_usage usage = {
    .synopsis = "farfix delta apply OLD PATCH -o NEW",
    .about = "Applies a patch with the reader that devices run. OLD is a raw\n"
             "binary, Intel HEX or ELF, NEW a raw binary. A patch made with\n"
             "--in-place is applied as a device would: in a copy of OLD whose\n"
             "steps are erased and overwritten one by one.",
    .examples = "  farfix delta apply a.bin ab.patch -o b.bin",
};

static void show(unsigned percent)
{
    cli_progress("applying", percent);
}

static int say_why(int result, const char **paths)
{
    if (result == FFX_ERR_SOURCE)
        return cli_fail(CLI_FAILED, "%s was not made from %s: its CRC differs",
                        paths[1], paths[0]);
    return cli_fail(CLI_FAILED, "%s: %s: fetch or make it again", paths[1],
                    ffx_error_text(result));
}

/* The patch itself says which device it is for. */
static int apply(const char **paths, const char *output,
                 const struct pack_buffer *old_image,
                 const struct pack_buffer *patch)
{
    struct ffx_delta_layout layout;
    struct ffx_read_at port;
    struct apply_device device;
    struct pack_buffer new_image;
    struct pack_error error;
    pack_read_at(patch, &port);
    if (ffx_delta_inspect(&port, &layout, &device.ram) != 0)
        return cli_fail(CLI_FAILED,
                        "%s is not a patch of format 1: make one "
                        "with farfix delta make",
                        paths[1]);
    if (layout.source_bytes != old_image->length)
        return cli_fail(CLI_FAILED,
                        "%s is for an image of %u bytes, %s has %zu: find the "
                        "image it was made from",
                        paths[1], layout.source_bytes, paths[0],
                        old_image->length);
    device.step_bytes = layout.step_bytes;
    int result = apply_patch(old_image, patch, &device, &new_image, show);
    cli_progress_end();
    if (result != 0)
        return say_why(result, paths);
    result =
        pack_write_file(output, new_image.bytes, new_image.length, 0, &error);
    pack_buffer_free(&new_image);
    return result == 0 ? CLI_DONE : pack_common_fail(&error);
}

int cli_delta_apply(int argc, char **argv)
{
    const char *output = NULL;
    const struct cli_option options[] = {
        {"-o", CLI_TEXT, &output, "NEW", "file to write"},
    };
    const char *paths[2];
    struct pack_buffer old_image, patch;
    struct image_file about_old;
    struct pack_error error;
    int code = cli_parse(&usage, options, 1, argc, argv, paths, 2, 2);
    if (code >= 0)
        return code;
    if (output == NULL)
        return cli_fail(CLI_USAGE, "name the image to write with -o NEW");
    if (image_read(paths[0], &old_image, &about_old, &error) != 0)
        return pack_common_fail(&error);
    if (pack_read_file(paths[1], &patch, &error) != 0) {
        code = pack_common_fail(&error);
    } else {
        code = apply(paths, output, &old_image, &patch);
        pack_buffer_free(&patch);
    }
    pack_buffer_free(&old_image);
    return code;
}
