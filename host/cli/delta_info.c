/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"
#include "diff/map_svg.h"
#include "pack/image.h"

#include <farfix/delta.h>

#include <stdlib.h>
#include <string.h>

static const struct cli_usage usage = {
    .synopsis = "farfix delta info PATCH [--old OLD] [--map OUT.svg] [--json]",
    .about = "Says what a patch is and what it does. The patch alone tells\n"
             "what is copied and what is new; with the old image also what\n"
             "becomes of the copied bytes: they stay, change as predicted\n"
             "(addresses in code that moved), or change otherwise. --map\n"
             "draws it: open OUT.svg in a browser.",
    .examples = "  farfix delta info ab.patch\n"
                "  farfix delta info ab.patch --old a.bin --map ab.svg",
};

/* --- text ---------------------------------------------------------------- */

static const char *arch_text(const struct diff_map *map)
{
    static const char *const names[] = {"data", "thumb", "arm"};
    return names[map->space.arch];
}

static uint32_t data_bytes(const struct diff_map *map)
{
    return map->patch_bytes - map->header_bytes - map->control_bytes;
}

static void print_space(const struct delta_space *space)
{
    for (uint32_t i = 0; i < space->segment_count; i++) {
        const struct delta_segment *const segment = &space->segments[i];
        printf("segment    0x%x, %u bytes, runs at 0x%08x", segment->offset,
               segment->length, segment->offset + segment->bias);
        if (segment->new_bias != 0)
            printf(", new at 0x%08x",
                   segment->offset + segment->bias + segment->new_bias);
        putchar('\n');
    }
    if (space->ram_bytes > 0)
        printf("variables  0x%08x, %u bytes\n", space->ram_low,
               space->ram_bytes);
}

static void print_classes(const struct diff_map *map)
{
    for (enum delta_how how = DELTA_COPIED; how <= DELTA_NEW; how++)
        if (map->decoded || how == DELTA_COPIED || how == DELTA_NEW)
            printf("%-10s %u bytes, %s\n", map_svg_how_text(how),
                   map->bytes[how],
                   map_svg_percent(map->bytes[how], map->layout.target_bytes)
                       .text);
}

static void print_text(const struct diff_map *map)
{
    const struct ffx_delta_layout *const layout = &map->layout;
    printf("patch      %u bytes, format %u: header %u, control %u, data %u\n",
           map->patch_bytes, DELTA_FORMAT, map->header_bytes,
           map->control_bytes, data_bytes(map));
    printf("source     %u bytes, CRC-32 %08x\n", layout->source_bytes,
           layout->source_crc32);
    printf("target     %u bytes, CRC-32 %08x\n", layout->target_bytes,
           layout->target_crc32);
    if (layout->step_bytes != 0)
        printf("in place   steps of %u bytes: %u, %s\n", layout->step_bytes,
               map->steps, diff_map_order_text(map));
    printf("ram        %u bytes\n", map->ram);
    printf("code       %s, words at %u modulo 4\n", arch_text(map),
           (4 - layout->phase) % 4);
    print_space(&map->space);
    printf("copies     %u\n", map->copies);
    print_classes(map);
}

/* --- JSON ---------------------------------------------------------------- */

static void put_segments(const struct delta_space *space)
{
    cli_json_key("segments");
    cli_json_open('[');
    for (uint32_t i = 0; i < space->segment_count; i++) {
        const struct delta_segment *const segment = &space->segments[i];
        const uint32_t runs_at = segment->offset + segment->bias;
        cli_json_open('{');
        cli_json_number("offset", segment->offset);
        cli_json_number("bytes", segment->length);
        cli_json_number("base", runs_at);
        cli_json_number("new_base", runs_at + segment->new_bias);
        cli_json_close('}');
    }
    cli_json_close(']');
}

static void put_classes(const struct diff_map *map)
{
    cli_json_number("copied_bytes", map->bytes[DELTA_COPIED]);
    if (map->decoded) {
        cli_json_number("predicted_bytes", map->bytes[DELTA_PREDICTED]);
        cli_json_number("changed_bytes", map->bytes[DELTA_CHANGED]);
    }
    cli_json_number("new_bytes", map->bytes[DELTA_NEW]);
}

static void print_json(const struct diff_map *map)
{
    const struct ffx_delta_layout *const layout = &map->layout;
    cli_json_open('{');
    cli_json_number("format", DELTA_FORMAT);
    cli_json_number("patch_bytes", map->patch_bytes);
    cli_json_number("header_bytes", map->header_bytes);
    cli_json_number("control_bytes", map->control_bytes);
    cli_json_number("data_bytes", data_bytes(map));
    cli_json_number("source_bytes", layout->source_bytes);
    cli_json_number("source_crc32", layout->source_crc32);
    cli_json_number("target_bytes", layout->target_bytes);
    cli_json_number("target_crc32", layout->target_crc32);
    cli_json_bool("in_place", layout->step_bytes != 0);
    cli_json_number("step", layout->step_bytes);
    cli_json_number("steps", map->steps);
    cli_json_text("order", diff_map_order_text(map));
    cli_json_number("ram", map->ram);
    cli_json_text("code", arch_text(map));
    cli_json_number("phase", layout->phase);
    put_segments(&map->space);
    cli_json_number("variables", map->space.ram_low);
    cli_json_number("variables_bytes", map->space.ram_bytes);
    cli_json_number("copies", map->copies);
    put_classes(map);
    cli_json_close('}');
    cli_json_end();
}

/* --- picture ------------------------------------------------------------- */

static const char *name_in(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static int draw(const struct diff_map *map, const char *patch_path,
                const char *path)
{
    size_t length = 0;
    struct pack_error error;
    char *const text = map_svg_text(map, name_in(patch_path), &length);
    if (text == NULL)
        return cli_fail(CLI_FAILED, "out of memory");
    const int result = pack_write_file(path, text, length, 0, &error);
    free(text);
    return result == 0 ? CLI_DONE : pack_common_fail(&error);
}

/* --- verb ---------------------------------------------------------------- */

struct request {
    const char *patch_path, *old_path, *map_path;
    int json;
};

static int say_why(const struct request *request, int result)
{
    if (result == FFX_ERR_SOURCE)
        return cli_fail(CLI_FAILED,
                        "%s was not made from %s: find the image it was made "
                        "from",
                        request->patch_path, request->old_path);
    if (result == FFX_ERR_PATCH)
        return cli_fail(CLI_FAILED,
                        "%s is not a patch of format %u, or damaged: fetch or "
                        "make it again",
                        request->patch_path, DELTA_FORMAT);
    return cli_fail(CLI_FAILED, "%s: %s", request->patch_path,
                    ffx_error_text(result));
}

static int show(const struct request *request, const struct pack_buffer *patch,
                const struct pack_buffer *old_image)
{
    static const uint8_t empty[1];
    struct diff_map map;
    const uint8_t *const old_bytes = request->old_path == NULL ? NULL
                                     : old_image->bytes != NULL
                                         ? old_image->bytes
                                         : empty;
    const int result = diff_map_make(&map, patch->bytes, patch->length,
                                     old_bytes, old_image->length);
    if (result != 0)
        return say_why(request, result);
    (request->json ? print_json : print_text)(&map);
    const int code = request->map_path != NULL
                         ? draw(&map, request->patch_path, request->map_path)
                         : CLI_DONE;
    diff_map_free(&map);
    return code;
}

int cli_delta_info(int argc, char **argv)
{
    struct request request = {0};
    const struct cli_option options[] = {
        {"--json", CLI_FLAG, &request.json, NULL, "report as JSON"},
        {"--map", CLI_TEXT, &request.map_path, "OUT.svg",
         "draw where the new image comes from"},
        {"--old", CLI_TEXT, &request.old_path, "OLD",
         "the image the patch was made from"},
    };
    struct pack_buffer patch, old_image = {0};
    struct image_file about_old;
    struct pack_error error;
    int code =
        cli_parse(&usage, options, 3, argc, argv, &request.patch_path, 1, 1);
    if (code >= 0)
        return code;
    if (pack_read_file(request.patch_path, &patch, &error) != 0)
        return pack_common_fail(&error);
    if (request.old_path != NULL &&
        image_read(request.old_path, &old_image, &about_old, &error) != 0)
        code = pack_common_fail(&error);
    else
        code = show(&request, &patch, &old_image);
    pack_buffer_free(&patch);
    pack_buffer_free(&old_image);
    return code;
}
