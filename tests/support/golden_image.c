/* SPDX-License-Identifier: Apache-2.0 */
#include "golden_image.h"
#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>

static void need(int truth)
{
    if (!truth)
        abort();
}

/* --- programs: images as a linker makes them ------------------------------ */

#define FUNCTIONS_MAX 160u
#define POOL_MAX 8u
#define RAM_BASE 0x20000400u

struct program {
    const struct golden_recipe *recipe;
    struct golden_image *image;
    int is_new;
    uint32_t places[FUNCTIONS_MAX]; /* addresses, of the pass before */
    uint32_t bias;                  /* address of offset 0 */
    uint32_t pool[POOL_MAX], loads[POOL_MAX], pooled;
};

static uint32_t draw(uint32_t *random)
{
    *random = *random * 1664525u + 1013904223u;
    return *random >> 8;
}

static void put_byte(struct golden_image *image, uint32_t byte)
{
    need(image->length < GOLDEN_IMAGE_MAX);
    image->bytes[image->length++] = (uint8_t)byte;
}

static void put_half(struct program *program, uint32_t half)
{
    put_byte(program->image, half);
    put_byte(program->image, half >> 8);
}

static void put_word(struct program *program, uint32_t word)
{
    put_half(program, word);
    put_half(program, word >> 16);
}

static uint32_t here(const struct program *program)
{
    return program->image->length + program->bias;
}

static int is_arm(const struct program *program)
{
    return program->recipe->kind == GOLDEN_ARM;
}

static void put_call(struct program *program, uint32_t target)
{
    if (is_arm(program)) {
        const uint32_t words = (target - here(program) - 8) >> 2;
        put_word(program, 0xeb000000u | (words & 0xffffffu));
        return;
    }
    const uint32_t away = target - here(program) - 4;
    const uint32_t sign = away >> 24 & 1;
    const uint32_t j1 = ~(away >> 23 ^ sign) & 1, j2 = ~(away >> 22 ^ sign) & 1;
    put_half(program, 0xf000u | sign << 10 | (away >> 12 & 0x3ff));
    put_half(program, 0xd000u | j1 << 13 | j2 << 11 | (away >> 1 & 0x7ff));
}

/* MOVW and MOVT: both halves of an address. */
static void put_move(struct program *program, uint32_t reg, uint32_t value)
{
    for (uint32_t top = 0; top < 2; top++, value >>= 16) {
        if (is_arm(program)) {
            put_word(program, 0xe3000000u | top << 22 | (value & 0xf000) << 4 |
                                  reg << 12 | (value & 0xfff));
            continue;
        }
        put_half(program, 0xf240u | top << 7 | (value & 0x800) >> 1 |
                              (value >> 12 & 15));
        put_half(program, (value & 0x700) << 4 | reg << 8 | (value & 0xff));
    }
}

/* Loads a word of the pool that follows the function. */
static void put_load(struct program *program, uint32_t reg, uint32_t value)
{
    program->loads[program->pooled] = program->image->length;
    program->pool[program->pooled++] = value;
    if (is_arm(program))
        put_word(program, 0xe59f0000u | reg << 12);
    else
        put_half(program, 0x4800u | reg << 8);
}

/* The word is the distance from an ADD Rd, PC behind it. */
static void put_relative(struct program *program, uint32_t reg, uint32_t target)
{
    const uint32_t size = is_arm(program) ? 4 : 2;
    put_load(program, reg, target - here(program) - 3 * size);
    if (is_arm(program))
        put_word(program, 0xe08f0000u | reg << 12 | reg);
    else
        put_half(program, 0x4478u | reg);
}

static void put_pool(struct program *program)
{
    const uint32_t ahead = is_arm(program) ? 8 : 4;
    while (here(program) % 4 != 0)
        put_half(program, 0xbf00);
    for (uint32_t i = 0; i < program->pooled; i++) {
        const uint32_t from = program->loads[i];
        uint8_t *const load = &program->image->bytes[from];
        const uint32_t pc = (from + program->bias + ahead) & ~3u;
        const uint32_t away = here(program) - pc;
        if (is_arm(program))
            bytes_put32(load, bytes_get32(load) | away);
        else
            load[0] = (uint8_t)(away / 4);
        put_word(program, program->pool[i]);
    }
    program->pooled = 0;
}

/* Variables behind the twentieth moved. */
static uint32_t variable(const struct program *program, uint32_t which)
{
    return RAM_BASE + 4 * which + (program->is_new && which > 20 ? 16 : 0);
}

static void put_plain(struct program *program, uint32_t *random)
{
    static const uint16_t halves[8] = {0x4604, 0x6820, 0x2000, 0x3301,
                                       0x9b01, 0x4288, 0xd1fa, 0x6060};
    const uint32_t which = draw(random);
    if (is_arm(program))
        put_word(program, 0xe2800000u | (which & 0xff0ff));
    else
        put_half(program, halves[which & 7] ^ (which >> 3 & 3));
}

static void put_item(struct program *program, uint32_t *random)
{
    const uint32_t what = draw(random) % 16, reg = draw(random) % 7;
    const uint32_t callee =
        program->places[draw(random) % program->recipe->count];
    const uint32_t address = variable(program, draw(random) % 64);
    const uint32_t thumb = is_arm(program) ? 0 : 1;
    if (what < 3)
        put_call(program, callee);
    else if (what == 3)
        put_move(program, reg, address);
    else if (what > 6 || program->pooled == POOL_MAX)
        put_plain(program, random);
    else if (what == 4)
        put_relative(program, reg, callee);
    else
        put_load(program, reg, what == 5 ? address : callee | thumb);
}

/* Some functions grew, one shrank. */
static void put_function(struct program *program, uint32_t id)
{
    uint32_t random = program->recipe->seed + id * 7919u;
    uint32_t fresh = random ^ 0x5a5a5a5au;
    uint32_t items = 8 + draw(&random) % 24;
    if (is_arm(program))
        put_word(program, 0xe92d4010);
    else
        put_half(program, 0xb510);
    for (uint32_t i = 0; program->is_new && id % 16 == 9 && i < 3; i++)
        put_item(program, &fresh);
    for (items -= program->is_new && id == 11 ? 4 : 0; items > 0; items--)
        put_item(program, &random);
    if (is_arm(program))
        put_word(program, 0xe8bd8010);
    else
        put_half(program, 0xbd10);
    put_pool(program);
}

static void put_vectors(struct program *program)
{
    put_word(program, RAM_BASE + 0x1c00);
    for (uint32_t i = 1; i < 16; i++)
        put_word(program, program->places[i % program->recipe->count] | 1);
}

static void put_program(struct program *program)
{
    const struct golden_recipe *const recipe = program->recipe;
    struct golden_image *const image = program->image;
    image->length = 0;
    for (uint32_t i = 0; i < recipe->prefix; i++)
        put_byte(image, 'h' + i);
    program->bias = GOLDEN_BASE - recipe->prefix;
    put_vectors(program);
    for (uint32_t i = 0; i < recipe->count; i++) {
        const uint32_t id =
            (i + (program->is_new ? recipe->rotate : 0)) % recipe->count;
        if (recipe->parts && i == recipe->count / 2) {
            image->split = image->length;
            program->bias = GOLDEN_FAR_BASE - image->length;
        }
        program->places[id] = here(program);
        put_function(program, id);
    }
}

/* Where the functions stand is known after the first pass. */
static void make_program(struct golden_image *image,
                         const struct golden_recipe *recipe, int is_new)
{
    struct program program = {
        .recipe = recipe, .image = image, .is_new = is_new};
    put_program(&program);
    put_program(&program);
}

/* --- other images --------------------------------------------------------- */

static void make_noise(struct golden_image *image, uint32_t random,
                       uint32_t count)
{
    while (count-- > 0)
        put_byte(image, draw(&random));
}

/* Rows with a number, a value and a name; some values changed. */
static void make_table(struct golden_image *image,
                       const struct golden_recipe *recipe, int is_new)
{
    uint32_t random = recipe->seed;
    for (uint32_t i = 0; i < recipe->count; i++) {
        const uint32_t value = draw(&random);
        put_byte(image, i);
        put_byte(image, value + (is_new && i % 9 == 4 ? 1 : 0));
        for (uint32_t j = 0; j < 2 + value % 9; j++)
            put_byte(image, 'a' + draw(&random) % 26);
        if (is_new && i == recipe->count / 3)
            put_byte(image, '!');
    }
}

static void make_firmware(struct golden_image *image, const char *name,
                          int is_new)
{
    char path[120];
    snprintf(path, sizeof path, "firmware/images/1529B0%cSIM7000G/%s.bin",
             is_new ? '6' : '5', name);
    FILE *const stream = fopen(path, "rb");
    need(stream != NULL);
    image->length = (uint32_t)fread(image->bytes, 1, GOLDEN_IMAGE_MAX, stream);
    fclose(stream);
}

struct golden_image golden_image_make(const struct golden_recipe *recipe,
                                      int is_new)
{
    struct golden_image image = {malloc(GOLDEN_IMAGE_MAX), 0, 0};
    need(image.bytes != NULL);
    if (recipe->no_source && !is_new)
        return image;
    if (recipe->kind == GOLDEN_NOISE)
        make_noise(&image, recipe->seed + (uint32_t)is_new, recipe->count);
    else if (recipe->kind == GOLDEN_TABLE)
        make_table(&image, recipe, is_new);
    else if (recipe->kind == GOLDEN_FIRMWARE)
        make_firmware(&image, recipe->name, is_new);
    else
        make_program(&image, recipe, is_new);
    return image;
}
