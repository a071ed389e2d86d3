/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"
#include "diff/diff.h"
#include "pack/image.h"

#include <stdio.h>

static const struct cli_usage usage = {
    .synopsis = "farfix delta make OLD NEW -o PATCH [options]",
    .about =
        "Makes a patch that turns image OLD into image NEW. Each is a raw\n"
        "binary, Intel HEX or the ELF file of a firmware; their content says\n"
        "which. HEX and ELF are flattened, as objcopy -O binary does.\n"
        "\n"
        "A plain patch is for a device that has room for both images. With\n"
        "--in-place the device overwrites OLD step by step: the patch then\n"
        "never reads what an earlier step destroyed. What the images are,\n"
        "their instructions and addresses, is found from their bytes.",
    .examples = "  farfix delta make a.bin b.bin -o ab.patch\n"
                "  farfix delta make a.bin b.bin -o ab.patch --in-place "
                "--region 512K\n"
                "  farfix delta make a.elf b.elf -o ab.patch",
};

/* No image begins there: addresses end before. */
#define NO_BASE UINT32_MAX

struct request {
    const char *output;
    uint32_t ram, region, sector, step, base;
    int in_place, json;
};

static int check(const struct request *request)
{
    const int geometry = request->region || request->sector || request->step;
    if (request->output == NULL)
        return cli_fail(CLI_USAGE, "name the patch to write with -o PATCH");
    if (!request->in_place && geometry)
        return cli_fail(CLI_USAGE,
                        "--region, --sector and --step need --in-place");
    if (request->in_place && request->region == 0)
        return cli_fail(CLI_USAGE, "--in-place needs --region SIZE: the "
                                   "bytes of flash that hold the image");
    return -1;
}

/* Flash is erased in sectors: steps and the region are made of whole ones. */
static int fill_in(struct request *request)
{
    if (!request->in_place)
        return -1;
    if (request->sector == 0)
        request->sector = 4096;
    if (request->step == 0)
        request->step = 16384;
    if (request->step % request->sector != 0 ||
        request->region % request->sector != 0)
        return cli_fail(CLI_USAGE,
                        "--step %u and --region %u must be multiples of "
                        "--sector %u",
                        request->step, request->region, request->sector);
    return -1;
}

static void report(const struct request *request,
                   const struct diff_patch *patch, size_t new_bytes)
{
    if (request->json) {
        cli_json_open('{');
        cli_json_number("patch_bytes", (long long)patch->length);
        cli_json_number("target_bytes", (long long)new_bytes);
        cli_json_number("ram", patch->ram);
        cli_json_bool("smaller", patch->length < new_bytes);
        cli_json_close('}');
        cli_json_end();
        return;
    }
    printf("%s: %zu bytes, %.1f %% of the new image; its reader needs %u "
           "bytes of RAM\n",
           request->output, patch->length,
           100.0 * (double)patch->length / (double)new_bytes, patch->ram);
    if (patch->length >= new_bytes)
        fprintf(stderr, "farfix: note: the full image is smaller than this "
                        "patch: send that instead\n");
}

/* What a person says of the address goes before what the file says. */
static void say_where(const struct request *request,
                      const struct image_file *old_image,
                      struct diff_options *options)
{
    options->base_given = request->base != NO_BASE;
    if (options->base_given) {
        options->base = request->base;
        return;
    }
    options->segments = old_image->segments;
    options->segment_count = old_image->segment_count;
}

static int make(const struct request *request,
                const struct image_file *old_image,
                const struct image_file *new_image)
{
    struct diff_options options = {
        .step_bytes = request->step,
        .slot_bytes = request->region,
        .ram = request->ram,
    };
    struct diff_patch patch;
    struct diff_error error;
    struct pack_error file_error;
    say_where(request, old_image, &options);
    if (diff_make(old_image->bytes, old_image->length, new_image->bytes,
                  new_image->length, &options, &patch, &error) < 0)
        return cli_fail(CLI_FAILED, "no patch: %s", error.text);
    const int result = pack_write_file(request->output, patch.bytes,
                                       patch.length, 0, &file_error);
    if (result == 0)
        report(request, &patch, new_image->length);
    diff_patch_free(&patch);
    if (result != 0)
        return pack_common_fail(&file_error);
    return CLI_DONE;
}

/* Files that are not raw are worth a line: a HEX file may hold more, or
 * start elsewhere, than somebody thinks. */
static int read_image(const struct request *request, const char *path,
                      struct pack_buffer *bytes, struct image_file *image)
{
    struct pack_error error;
    if (image_read(path, bytes, image, &error) != 0)
        return pack_common_fail(&error);
    if (image->load_known && !request->json)
        printf("%s: %s, %zu bytes from 0x%08x\n", path,
               image_file_kind_text(image->kind), image->length, image->load);
    return CLI_DONE;
}

static int read_and_make(const struct request *request, const char **paths)
{
    struct pack_buffer old_bytes, new_bytes;
    struct image_file old_image, new_image;
    int code = read_image(request, paths[0], &old_bytes, &old_image);
    if (code != CLI_DONE)
        return code;
    code = read_image(request, paths[1], &new_bytes, &new_image);
    if (code == CLI_DONE) {
        code = make(request, &old_image, &new_image);
        pack_buffer_free(&new_bytes);
    }
    pack_buffer_free(&old_bytes);
    return code;
}

int cli_delta_make(int argc, char **argv)
{
    struct request request = {.base = NO_BASE};
    const struct cli_option options[] = {
        {"-o", CLI_TEXT, &request.output, "PATCH", "file to write"},
        {"--ram", CLI_NUMBER, &request.ram, "BYTES",
         "RAM of the device for the reader (8K, 16K, ...); default: any"},
        {"--in-place", CLI_FLAG, &request.in_place, NULL,
         "the device overwrites OLD"},
        {"--region", CLI_NUMBER, &request.region, "SIZE",
         "flash that holds the image"},
        {"--sector", CLI_NUMBER, &request.sector, "BYTES",
         "erase sector; default 4096"},
        {"--step", CLI_NUMBER, &request.step, "BYTES",
         "written at once, whole sectors; default 16384"},
        {"--base", CLI_NUMBER, &request.base, "ADDRESS",
         "where OLD's first byte runs; a raw binary is searched for it"},
        {"--json", CLI_FLAG, &request.json, NULL, "report as JSON"},
    };
    const char *paths[2];
    int code = cli_parse(&usage, options, sizeof options / sizeof options[0],
                         argc, argv, paths, 2, 2);
    if (code < 0)
        code = check(&request);
    if (code < 0)
        code = fill_in(&request);
    return code < 0 ? read_and_make(&request, paths) : code;
}
