/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/map_svg.h"
#include "base/bytes.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Pixels. The grid begins at (GRID_X, GRID_Y), the panel of sources beside
 * it. */
#define PIXELS 9u /* of a cell */
#define EDGE 28u
#define STEP_X 90u
#define STEP_WIDE 9u
#define GRID_X 108u
#define GRID_Y 182u
#define GRID_WIDE (DIFF_MAP_COLUMNS * PIXELS)
#define FROM_X (GRID_X + GRID_WIDE + 32)
#define FROM_WIDE (DIFF_MAP_BINS * 2)
#define WIDE (FROM_X + FROM_WIDE + EDGE)
#define BELOW 78u

/* --- numbers and text ---------------------------------------------------- */

struct number {
    char text[16];
};

/* 1234567 as 1,234,567. */
static struct number grouped(uint32_t value)
{
    struct number number;
    char digits[16];
    const size_t length =
        (size_t)snprintf(digits, sizeof digits, "%u", (unsigned)value);
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            number.text[at++] = ',';
        number.text[at++] = digits[i];
    }
    number.text[at] = '\0';
    return number;
}

/* A size that may be a round one: "16 KiB", "420 bytes". */
static struct number size_of(uint32_t bytes)
{
    struct number number;
    if (bytes >= 1024 && bytes % 1024 == 0)
        snprintf(number.text, sizeof number.text, "%u KiB", bytes / 1024);
    else
        snprintf(number.text, sizeof number.text, "%u bytes", bytes);
    return number;
}

struct map_percent map_svg_percent(uint32_t part, uint32_t whole)
{
    struct map_percent percent;
    const uint64_t tenths =
        whole == 0 ? 0 : ((uint64_t)part * 1000 + whole / 2) / whole;
    if (part > 0 && tenths == 0)
        snprintf(percent.text, sizeof percent.text, "<0.1 %%");
    else
        snprintf(percent.text, sizeof percent.text, "%u.%u %%",
                 (unsigned)(tenths / 10), (unsigned)(tenths % 10));
    return percent;
}

const char *map_svg_how_text(enum delta_how how)
{
    static const char *const names[DIFF_MAP_HOWS] = {"copied", "predicted",
                                                     "changed", "new"};
    return names[how];
}

/* What XML and every font can show: ASCII. */
static void put_escaped(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '&' || c == '<' || c == '>' || c == '"')
            fprintf(out, "&#%u;", c);
        else
            fputc(c >= 0x20 && c < 0x7f ? c : '?', out);
    }
}

/* `format` must not make characters that XML knows. */
static void put_text(FILE *out, uint32_t x, uint32_t y, const char *class,
                     const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void put_text(FILE *out, uint32_t x, uint32_t y, const char *class,
                     const char *format, ...)
{
    char text[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(out, "<text x=\"%u\" y=\"%u\" class=\"%s\">", x, y, class);
    put_escaped(out, text);
    fputs("</text>\n", out);
}

static void put_rect(FILE *out, uint32_t x, uint32_t y, uint32_t wide,
                     uint32_t high, const char *class)
{
    fprintf(out,
            "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" "
            "class=\"%s\"/>\n",
            x, y, wide, high, class);
}

/* --- head ---------------------------------------------------------------- */

/* Classes c, p, d, n: copied, predicted, changed, new. The hues and how light
 * they are differ for every kind of colour blindness, and in grey. */
static const char *const how_classes[DIFF_MAP_HOWS] = {"c", "p", "d", "n"};

/* Letters can still be read when a page shows it 700 pixels wide. */
static const char style[] =
    "<style>\n"
    "text{font:13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',"
    "sans-serif;fill:#1f2730}\n"
    ".h{font-size:22px;font-weight:600}.b{font-weight:600}\n"
    ".m{fill:#5d6873}.s{font-size:12px;fill:#5d6873}\n"
    ".x{font:11px ui-monospace,'DejaVu Sans Mono',monospace;fill:#5d6873}\n"
    ".e{text-anchor:end}.k{font-size:10px;text-anchor:end}\n"
    ".g{fill:#fff}.l{stroke:#fff}.f{fill:#f1f3f5}\n"
    ".c{fill:#c9d2db}.p{fill:#1f78c1}.d{fill:#eba300}.n{fill:#b01356}\n"
    ".o{fill:#37424d}.w{fill:#b01356}.r{fill:#37424d}\n"
    ".t{fill:#000;fill-opacity:0}.t:hover{fill-opacity:.12}\n"
    "@media(prefers-color-scheme:dark){\n"
    "text{fill:#e6eaee}.m,.s,.x{fill:#98a3ae}\n"
    ".g{fill:#12161b}.l{stroke:#12161b}.f{fill:#1c232a}\n"
    ".c{fill:#3d4854}.p{fill:#55aef0}.d{fill:#f7c04a}.n{fill:#ef3f86}\n"
    ".o{fill:#ccd5de}.w{fill:#ef3f86}.r{fill:#ccd5de}\n"
    ".t{fill:#fff}}\n"
    "</style>\n";

/* Characters of a name that find room beside the heading; a longer one stands
 * above it. */
#define BESIDE 44u

static void put_head(const struct diff_map *map, const char *name, FILE *out)
{
    const struct ffx_delta_layout *const layout = &map->layout;
    const uint32_t high = GRID_Y + map->rows * PIXELS + BELOW;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" "
            "height=\"%u\" viewBox=\"0 0 %u %u\" role=\"img\">\n<title>",
            WIDE, high, WIDE, high);
    put_escaped(out, name);
    fprintf(out, ": where the new image comes from</title>\n%s", style);
    put_rect(out, 0, 0, WIDE, high, "g");
    put_text(out, EDGE, 42, "h", "Where the new image comes from");
    put_text(out, WIDE - EDGE, strlen(name) > BESIDE ? 20 : 42, "m e", "%s",
             name);
    put_text(out, EDGE, 66, "m",
             "A patch of %s bytes makes %s bytes (%s of them) out of an old "
             "image of %s bytes%s%s.",
             grouped(map->patch_bytes).text, grouped(layout->target_bytes).text,
             map_svg_percent(map->patch_bytes, layout->target_bytes).text,
             grouped(layout->source_bytes).text,
             layout->step_bytes != 0 ? ", in place " : "",
             layout->step_bytes != 0 ? diff_map_order_text(map) : "");
}

/* --- legend -------------------------------------------------------------- */

static const char *const meanings[DIFF_MAP_HOWS] = {
    "as it was in the old image", "moved code, adjusted by rule",
    "adjusted by bytes of the patch", "written out in the patch"};

static uint32_t scaled(uint32_t part, uint32_t whole, uint32_t pixels)
{
    return (uint32_t)(((uint64_t)part * pixels + whole / 2) / whole);
}

static void put_bar(const struct diff_map *map, FILE *out)
{
    uint32_t sum = 0;
    for (uint32_t how = 0; how < DIFF_MAP_HOWS; how++) {
        const uint32_t whole = map->layout.target_bytes;
        const uint32_t start = scaled(sum, whole, WIDE - 2 * EDGE);
        sum += map->bytes[how];
        const uint32_t end = scaled(sum, whole, WIDE - 2 * EDGE);
        if (end > start)
            put_rect(out, EDGE + start, 82, end - start, 12, how_classes[how]);
    }
}

static void put_legend(const struct diff_map *map, FILE *out)
{
    const uint32_t wide = (WIDE - 2 * EDGE) / 4;
    uint32_t x = EDGE;
    put_bar(map, out);
    for (uint32_t how = 0; how < DIFF_MAP_HOWS; how++) {
        if (!map->decoded && (how == DELTA_PREDICTED || how == DELTA_CHANGED))
            continue;
        put_rect(out, x, 106, 12, 12, how_classes[how]);
        put_text(
            out, x + 19, 116, "b", "%s %s", map_svg_how_text(how),
            map_svg_percent(map->bytes[how], map->layout.target_bytes).text);
        put_text(out, x + 19, 132, "s", "%s bytes",
                 grouped(map->bytes[how]).text);
        put_text(out, x + 19, 147, "s", "%s",
                 map->decoded || how == DELTA_NEW ? meanings[how]
                                                  : "adjusted or not");
        x += wide;
    }
}

/* --- cells --------------------------------------------------------------- */

#define SHADES 5u
/* From which share of a cell on, in 64ths. */
static const uint32_t shade_from[SHADES] = {1, 6, 16, 32, 50};
static const char *const shade_opacity[SHADES] = {".22", ".36", ".5", ".72",
                                                  "1"};

/* How a cell is drawn over the colour of copies: DIFF_MAP_HOWS * shade + how,
 * or 0 when next to nothing of it is anything else. */
static uint32_t look_of(const struct diff_map_cell *cell)
{
    uint32_t all = cell->bytes[DELTA_COPIED], most = DELTA_PREDICTED;
    for (uint32_t how = DELTA_PREDICTED; how < DIFF_MAP_HOWS; how++) {
        all += cell->bytes[how];
        if (cell->bytes[how] > cell->bytes[most])
            most = how;
    }
    const uint32_t other = all - cell->bytes[DELTA_COPIED];
    if (other * 64 < all || all == 0)
        return 0;
    uint32_t shade = 0;
    while (shade + 1 < SHADES && other * 64 >= shade_from[shade + 1] * all)
        shade++;
    return DIFF_MAP_HOWS * shade + most;
}

/* Runs of equal cells become one rectangle of the path. */
static void put_look(const struct diff_map *map, FILE *out, uint32_t look)
{
    int found = 0;
    for (uint32_t cell = 0; cell < map->rows * DIFF_MAP_COLUMNS; cell++) {
        const uint32_t column = cell % DIFF_MAP_COLUMNS;
        uint32_t length = 0;
        while (column + length < DIFF_MAP_COLUMNS &&
               look_of(&map->cells[cell + length]) == look)
            length++;
        if (length == 0)
            continue;
        if (!found)
            fprintf(out, "<path class=\"%s\" fill-opacity=\"%s\" d=\"",
                    how_classes[look % DIFF_MAP_HOWS],
                    shade_opacity[look / DIFF_MAP_HOWS]);
        fprintf(out, "M%u %uh%uv1h-%uz", column, cell / DIFF_MAP_COLUMNS,
                length, length);
        found = 1;
        cell += length - 1;
    }
    if (found)
        fputs("\"/>\n", out);
}

/* Whole rows, and what there is of the last one. */
static void put_ground(const struct diff_map *map, FILE *out)
{
    const uint32_t last = map->rows - 1;
    const uint32_t cells =
        (diff_map_row_bytes(map, last) + map->cell_bytes - 1) / map->cell_bytes;
    put_rect(out, 0, 0, DIFF_MAP_COLUMNS, last, "c");
    put_rect(out, 0, last, cells, 1, "c");
}

static void put_gaps(const struct diff_map *map, FILE *out)
{
    fprintf(out, "<path class=\"l\" d=\"");
    for (uint32_t row = 1; row < map->rows; row++)
        fprintf(out, "M0 %uh%u", row * PIXELS, GRID_WIDE);
    for (uint32_t column = 1; column < DIFF_MAP_COLUMNS; column++)
        fprintf(out, "M%u 0v%u", column * PIXELS, map->rows * PIXELS);
    fputs("\"/>\n", out);
}

static void put_cells(const struct diff_map *map, FILE *out)
{
    fprintf(out,
            "<g transform=\"translate(%u %u)\" "
            "shape-rendering=\"crispEdges\">\n<g transform=\"scale(%u)\">\n",
            GRID_X, GRID_Y, PIXELS);
    put_ground(map, out);
    for (uint32_t look = 1; look < SHADES * DIFF_MAP_HOWS; look++)
        if (look % DIFF_MAP_HOWS != DELTA_COPIED)
            put_look(map, out, look);
    fputs("</g>\n", out);
    put_gaps(map, out);
    fputs("</g>\n", out);
}

/* --- sources ------------------------------------------------------------- */

#define DENSITIES 3u
static const char *const densities[DENSITIES] = {".3", ".6", "1"};

/* What is drawn of a bin: 0 nothing, else 1 ... DENSITIES by its share of the
 * row, counting old or new bytes, whichever are more. */
static uint32_t density_at(const struct diff_map *map, uint32_t at, int is_new)
{
    const struct diff_map_source *const source = &map->sources[at];
    const uint32_t row_bytes = diff_map_row_bytes(map, at / DIFF_MAP_BINS);
    const uint32_t bytes = is_new ? source->from_new : source->from_old;
    if (bytes == 0 || is_new != (source->from_new > source->from_old))
        return 0;
    return bytes * 32 < row_bytes ? 1 : bytes * 8 < row_bytes ? 2 : 3;
}

static void put_density(const struct diff_map *map, FILE *out, int is_new,
                        uint32_t wanted)
{
    int found = 0;
    for (uint32_t at = 0; at < map->rows * DIFF_MAP_BINS; at++) {
        const uint32_t bin = at % DIFF_MAP_BINS;
        uint32_t length = 0;
        while (bin + length < DIFF_MAP_BINS &&
               density_at(map, at + length, is_new) == wanted)
            length++;
        if (length == 0)
            continue;
        if (!found)
            fprintf(out, "<path class=\"%s\" fill-opacity=\"%s\" d=\"",
                    is_new ? "w" : "o", densities[wanted - 1]);
        fprintf(out, "M%u %uh%uv1h-%uz", bin, at / DIFF_MAP_BINS, length,
                length);
        found = 1;
        at += length - 1;
    }
    if (found)
        fputs("\"/>\n", out);
}

static void put_sources(const struct diff_map *map, FILE *out)
{
    const uint32_t below = GRID_Y + map->rows * PIXELS + 14;
    put_rect(out, FROM_X, GRID_Y, FROM_WIDE, map->rows * PIXELS, "f");
    fprintf(out,
            "<g transform=\"translate(%u %u)scale(%u %u)\" "
            "shape-rendering=\"crispEdges\">\n",
            FROM_X, GRID_Y, FROM_WIDE / DIFF_MAP_BINS, PIXELS);
    for (uint32_t wanted = 1; wanted <= DENSITIES; wanted++) {
        put_density(map, out, 0, wanted);
        put_density(map, out, 1, wanted);
    }
    fputs("</g>\n", out);
    put_text(out, FROM_X, below, "x", "0");
    put_text(out, FROM_X + FROM_WIDE, below, "x e", "0x%x", map->slot_bytes);
}

/* --- margin -------------------------------------------------------------- */

/* Where a byte of the new image stands at the margin; its end stands below the
 * last row. */
static uint32_t y_of(const struct diff_map *map, uint32_t offset)
{
    if (offset >= map->layout.target_bytes)
        return GRID_Y + map->rows * PIXELS;
    return GRID_Y + scaled(offset, map->cell_bytes * DIFF_MAP_COLUMNS, PIXELS);
}

/* As many rows apart as can be read. */
static uint32_t label_rows(const struct diff_map *map)
{
    return map->rows > 24 ? 4 : map->rows > 8 ? 2 : 1;
}

static void put_offsets(const struct diff_map *map, FILE *out)
{
    for (uint32_t row = 0; row < map->rows; row += label_rows(map))
        put_text(out, map->steps > 1 ? STEP_X - 28 : GRID_X - 8,
                 GRID_Y + row * PIXELS + 8, "x e", "%x",
                 row * map->cell_bytes * DIFF_MAP_COLUMNS);
}

/* Step after step, or one of each row when a row has more of them: the
 * darker, the later it is made. */
static void put_steps(const struct diff_map *map, FILE *out)
{
    const uint32_t step_bytes = map->layout.step_bytes;
    const uint32_t row_bytes = map->cell_bytes * DIFF_MAP_COLUMNS;
    const uint32_t strip = step_bytes > row_bytes ? step_bytes : row_bytes;
    const uint32_t apart = step_bytes > row_bytes ? 1 : label_rows(map);
    if (map->steps < 2)
        return;
    for (uint32_t i = 0; i * strip < map->layout.target_bytes; i++) {
        const uint32_t start = y_of(map, i * strip);
        const uint32_t end = y_of(map, (i + 1) * strip);
        const uint32_t rank = map->ranks[i * strip / step_bytes];
        fprintf(out,
                "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" "
                "class=\"r\" fill-opacity=\".%02u\"/>\n",
                STEP_X, start, STEP_WIDE, end > start + 1 ? end - start - 1 : 1,
                12 + rank * 80 / (map->steps - 1));
        if (i % apart == 0 && (end >= start + 8 || i == 0))
            put_text(out, STEP_X - 4, start + 8, "m k", "%u", rank + 1);
    }
}

/* Rows say what they are when pointed at. */
static void put_tips(const struct diff_map *map, FILE *out)
{
    for (uint32_t row = 0; row < map->rows; row++) {
        const uint32_t start = row * map->cell_bytes * DIFF_MAP_COLUMNS;
        const uint32_t bytes = diff_map_row_bytes(map, row);
        uint32_t sums[DIFF_MAP_HOWS] = {0};
        for (uint32_t i = 0; i < DIFF_MAP_COLUMNS * DIFF_MAP_HOWS; i++)
            sums[i % DIFF_MAP_HOWS] +=
                map->cells[row * DIFF_MAP_COLUMNS + i / DIFF_MAP_HOWS]
                    .bytes[i % DIFF_MAP_HOWS];
        fprintf(out,
                "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" "
                "class=\"t\"><title>0x%x to 0x%x: ",
                GRID_X, GRID_Y + row * PIXELS, WIDE - EDGE - GRID_X, PIXELS,
                start, start + bytes - 1);
        for (uint32_t how = 0; how < DIFF_MAP_HOWS; how++)
            if (sums[how] > 0)
                fprintf(out, "%u %s ", sums[how], map_svg_how_text(how));
        fputs("</title></rect>\n", out);
    }
}

/* --- foot ---------------------------------------------------------------- */

static void put_foot(const struct diff_map *map, FILE *out)
{
    const uint32_t y = GRID_Y + map->rows * PIXELS;
    put_text(out, GRID_X, y + 22, "s", "One cell is %s, one row %s.",
             size_of(map->cell_bytes).text,
             size_of(map->cell_bytes * DIFF_MAP_COLUMNS).text);
    put_text(out, GRID_X, y + 38, "s",
             "A cell has the colour of what most of it is beside the copied "
             "bytes, paler the more of them it has.");
    if (map->steps > 1)
        put_text(out, GRID_X, y + 54, "s",
                 "Made in %u steps of %s, numbered in the order of their "
                 "turn.",
                 map->steps, size_of(map->layout.step_bytes).text);
    put_text(out, FROM_X, y + 38, "s",
             "Each row: the places it is copied from%s",
             map->steps > 1 ? "," : ".");
    if (map->steps == 1)
        return;
    put_rect(out, FROM_X, y + 46, 9, 9, "o");
    put_text(out, FROM_X + 14, y + 54, "s", "while still old");
    put_rect(out, FROM_X + 110, y + 46, 9, 9, "w");
    put_text(out, FROM_X + 124, y + 54, "s", "already new");
}

static void put_panel_titles(const struct diff_map *map, FILE *out)
{
    put_text(out, GRID_X, GRID_Y - 10, "b", "The new image");
    put_text(out, FROM_X, GRID_Y - 10, "b", "From where in the old image");
    put_text(out, STEP_X - 28, GRID_Y - 10, "s e", "offset");
    if (map->steps > 1)
        put_text(out, STEP_X + STEP_WIDE, GRID_Y - 10, "s e", "step");
}

void map_svg_write(const struct diff_map *map, const char *name, FILE *out)
{
    put_head(map, name, out);
    put_legend(map, out);
    put_panel_titles(map, out);
    put_cells(map, out);
    put_sources(map, out);
    put_offsets(map, out);
    put_steps(map, out);
    put_tips(map, out);
    put_foot(map, out);
    fputs("</svg>\n", out);
}

char *map_svg_text(const struct diff_map *map, const char *name, size_t *length)
{
    char *text = NULL;
    FILE *const out = open_memstream(&text, length);
    if (out == NULL)
        return NULL;
    map_svg_write(map, name, out);
    const int failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        return text;
    free(text);
    return NULL;
}
