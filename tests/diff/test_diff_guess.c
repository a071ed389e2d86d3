/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "diff/diff_guess.h"
#include "diff/image_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define CANDIDATES 6u

/* --- help ---------------------------------------------------------------- */

struct bytes {
    uint8_t *at;
    size_t length;
};

static char directory[] = "/tmp/farfix-guess-XXXXXX";

/* `front` bytes that are not zero, then the file. */
static struct bytes slurp(const char *path, size_t front)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s is not there", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const size_t length = (size_t)ftell(file);
    rewind(file);
    struct bytes bytes = {malloc(front + length + 1), front + length};
    memset(bytes.at, 0x5a, front);
    assert_int_equal(fread(bytes.at + front, 1, length, file), length);
    fclose(file);
    return bytes;
}

static struct bytes join(struct bytes a, struct bytes b)
{
    a.at = realloc(a.at, a.length + b.length);
    memcpy(a.at + a.length, b.at, b.length);
    a.length += b.length;
    free(b.at);
    return a;
}

/* The best guess, from memory that ends where the image does. */
static struct diff_guess best_of(struct bytes image)
{
    struct diff_guess guesses[CANDIDATES];
    uint8_t *exact = malloc(image.length);
    memcpy(exact, image.at, image.length);
    assert_in_range(
        diff_guess(exact, image.length, NULL, 0, guesses, CANDIDATES), 1,
        CANDIDATES);
    free(exact);
    return guesses[0];
}

static void is_one_segment(const struct diff_guess *guess, struct bytes image,
                           uint32_t base)
{
    assert_int_equal(guess->segment_count, 1);
    assert_int_equal(guess->segments[0].offset, 0);
    assert_int_equal(guess->segments[0].length, image.length);
    assert_int_equal(guess->segments[0].base, base);
}

/* --- the demo's firmware ------------------------------------------------- */

struct known_image {
    const char *path;
    uint32_t base;
};

static const struct known_image images[] = {
    {"firmware/images/1529B05SIM7000G/modem.bin", 0x08000000},
    {"firmware/images/1529B06SIM7000G/modem.bin", 0x08000000},
    {"firmware/images/1529B05SIM7000G/ap.bin", 0x08020000},
    {"firmware/images/1529B06SIM7000G/ap.bin", 0x08020000},
};
#define IMAGES (sizeof images / sizeof images[0])

static void the_demos_firmware_is_found(void **state)
{
    (void)state;
    for (unsigned i = 0; i < IMAGES; i++) {
        struct bytes image = slurp(images[i].path, 0);
        const struct diff_guess guess = best_of(image);
        assert_int_equal(guess.arch, DIFF_ARCH_THUMB);
        assert_int_equal(guess.phase, 0);
        is_one_segment(&guess, image, images[i].base);
        assert_int_equal(guess.ram_low, 0x20000000);
        assert_in_range(guess.ram_high, 0x20010000, 0x20020000);
        free(image.at);
    }
}

static void a_header_of_any_length_shifts_base_and_phase(void **state)
{
    (void)state;
    static const uint32_t fronts[] = {1, 2, 3, 11, 16, 24, 64};
    for (unsigned i = 0; i < IMAGES; i++)
        for (unsigned k = 0; k < sizeof fronts / sizeof fronts[0]; k++) {
            struct bytes image = slurp(images[i].path, fronts[k]);
            const struct diff_guess guess = best_of(image);
            assert_int_equal(guess.arch, DIFF_ARCH_THUMB);
            assert_int_equal(guess.phase, fronts[k] % 4);
            is_one_segment(&guess, image, images[i].base - fronts[k]);
            assert_int_equal(guess.ram_low, 0x20000000);
            free(image.at);
        }
}

/* The border may be off by what points nowhere. */
static void two_images_in_one_are_two_segments(void **state)
{
    (void)state;
    for (unsigned shift = 0; shift < 4; shift++) {
        struct bytes modem = slurp(images[0].path, shift);
        const uint32_t border = (uint32_t)modem.length;
        struct bytes both = join(modem, slurp(images[2].path, 0));
        const struct diff_guess guess = best_of(both);
        const struct diff_segment *a = &guess.segments[0], *b = a + 1;
        assert_int_equal(guess.segment_count, 2);
        assert_int_equal(guess.phase, shift);
        assert_int_equal(a->offset, 0);
        assert_int_equal(a->base, 0x08000000 - shift);
        assert_int_equal(b->offset, a->length);
        assert_in_range(b->offset, border - 256, border + 256);
        assert_int_equal(b->base - b->offset, 0x08020000 - border);
        assert_int_equal(b->offset + b->length, both.length);
        free(both.at);
    }
}

static void candidates_are_different_and_not_too_many(void **state)
{
    (void)state;
    struct diff_guess guesses[CANDIDATES], again[CANDIDATES];
    struct bytes both =
        join(slurp(images[0].path, 0), slurp(images[2].path, 0));
    const size_t count =
        diff_guess(both.at, both.length, NULL, 0, guesses, CANDIDATES);
    assert_in_range(count, 2, CANDIDATES);
    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(guesses[i].arch != guesses[k].arch ||
                        guesses[i].phase != guesses[k].phase ||
                        guesses[i].segment_count != guesses[k].segment_count ||
                        guesses[i].segments[0].base !=
                            guesses[k].segments[0].base);
    for (size_t most = 0; most <= count; most++)
        assert_int_equal(diff_guess(both.at, both.length, NULL, 0, again, most),
                         most);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(again[i].segment_count, guesses[i].segment_count);
        assert_memory_equal(again[i].segments, guesses[i].segments,
                            guesses[i].segment_count *
                                sizeof guesses[i].segments[0]);
        assert_int_equal(again[i].ram_low, guesses[i].ram_low);
        assert_int_equal(again[i].ram_high, guesses[i].ram_high);
    }
    free(both.at);
}

/* --- firmware of a fresh build ------------------------------------------- */

static const char program[] =
    "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
    "#include <time.h>\n"
    "static int up(const void *a, const void *b)\n"
    "{ return *(const int *)a - *(const int *)b; }\n"
    "static int down(const void *a, const void *b) { return up(b, a); }\n"
    "int (*const orders[])(const void *, const void *) = {up, down};\n"
    "const char *const names[] = {\"ascending\", \"descending\"};\n"
    "int numbers[100]; char line[200];\n"
    "int _start(int argc, char **argv)\n"
    "{\n"
    "    time_t now = strtoul(argv[1], 0, 10);\n"
    "    for (int i = 0; i < argc; i++) numbers[i] = atoi(argv[i]);\n"
    "    for (int i = 0; i < 2; i++) {\n"
    "        qsort(numbers, argc, sizeof *numbers, orders[i]);\n"
    "        printf(\"%s: the first is %d, %f\\n\", names[i], numbers[0],\n"
    "               strtod(argv[2], 0));\n"
    "    }\n"
    "    strftime(line, sizeof line, \"%A %d %B\", localtime(&now));\n"
    "    return puts(line);\n"
    "}\n";

static void spill(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* Links the program with newlib for `base`; raw, and as the file `elf`. */
static struct bytes build(const char *options, uint32_t base)
{
    char command[1024], path[256];
    snprintf(command, sizeof command,
             "MEMORY { FLASH (rx) : ORIGIN = 0x%08x, LENGTH = 1M\n"
             "         RAM (rwx) : ORIGIN = 0x20001000, LENGTH = 1M }\n"
             "SECTIONS { .text : { *(.text*) *(.rodata*) *(.ARM.*) } >FLASH\n"
             "  .data : { *(.data*) } >RAM AT >FLASH\n"
             "  .bss (NOLOAD) : { *(.bss*) *(COMMON) end = .; } >RAM }\n",
             base);
    spill("link.ld", command);
    spill("a.c", program);
    snprintf(
        command, sizeof command,
        "cd %s && arm-none-eabi-gcc %s -Os -w --specs=nosys.specs"
        " -nostartfiles -T link.ld a.c -o elf 2>ld.txt && "
        "arm-none-eabi-objcopy -O binary elf raw || { cat ld.txt; exit 1; }",
        directory, options);
    if (system(command) != 0)
        fail_msg("%s", command);
    snprintf(path, sizeof path, "%s/raw", directory);
    return slurp(path, 0);
}

static void other_cores_and_addresses_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        uint32_t base;
        int arch;
    } table[] = {
        {"-mthumb -mcpu=cortex-m0", 0, DIFF_ARCH_THUMB},
        {"-mthumb -mcpu=cortex-m0", 0x000f4000, DIFF_ARCH_THUMB},
        {"-mthumb -mcpu=cortex-m4", 0x90000000, DIFF_ARCH_THUMB},
        {"-mthumb -mcpu=cortex-m4 -mslow-flash-data", 0x08004000,
         DIFF_ARCH_THUMB},
        {"-marm -mcpu=arm7tdmi", 0x00208000, DIFF_ARCH_A32},
        {"-marm -mcpu=arm926ej-s", 0xc0008000, DIFF_ARCH_A32},
    };
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct bytes image = build(table[i].options, table[i].base);
        const struct diff_guess guess = best_of(image);
        if (guess.arch != table[i].arch || guess.phase != 0 ||
            guess.segment_count != 1 ||
            guess.segments[0].base != table[i].base ||
            guess.ram_low != 0x20000000)
            fail_msg("%s at 0x%08x: arch %d, phase %u, %zu at 0x%08x, RAM "
                     "from 0x%08x",
                     table[i].options, table[i].base, guess.arch, guess.phase,
                     guess.segment_count, guess.segments[0].base,
                     guess.ram_low);
        free(image.at);
    }
}

static void an_elf_files_own_headers_are_believed(void **state)
{
    (void)state;
    char path[256];
    struct diff_guess guess;
    free(build("-mthumb -mcpu=cortex-m4", 0x08000000).at);
    snprintf(path, sizeof path, "%s/elf", directory);
    struct bytes elf = slurp(path, 0);
    elf.at[16] = 3; /* ET_DYN: not to be flattened */
    struct image_file image;
    struct diff_error error;
    assert_int_equal(image_file_open(&image, elf.at, elf.length, &error), 0);
    assert_int_equal(image.kind, IMAGE_RAW);
    guess = best_of(elf);
    assert_int_equal(guess.arch, DIFF_ARCH_THUMB);
    assert_true(image.segment_count > 0);
    assert_int_equal(guess.segment_count, image.segment_count);
    assert_memory_equal(guess.segments, image.segments,
                        guess.segment_count * sizeof guess.segments[0]);
    image_file_close(&image);
    free(elf.at);
}

static void what_is_known_is_believed(void **state)
{
    (void)state;
    struct diff_guess guesses[CANDIDATES];
    struct bytes image = slurp(images[0].path, 2);
    const struct diff_segment known = {0, (uint32_t)image.length, 0x0800fffe};
    const size_t count =
        diff_guess(image.at, image.length, &known, 1, guesses, CANDIDATES);
    assert_int_equal(count, 1);
    assert_int_equal(guesses[0].phase, 2);
    assert_int_equal(guesses[0].arch, DIFF_ARCH_THUMB);
    is_one_segment(&guesses[0], image, 0x0800fffe);
    free(image.at);
}

/* --- what is no firmware ------------------------------------------------- */

static void noise_and_blanks_and_text_have_no_base(void **state)
{
    (void)state;
    struct bytes image = {malloc(70000), 70000};
    uint32_t noise = 1;
    for (unsigned kind = 0; kind < 4; kind++) {
        for (size_t i = 0; i < image.length; i++) {
            noise = noise * 1664525 + 1013904223;
            image.at[i] = kind == 0   ? 0
                          : kind == 1 ? 0xff
                          : kind == 2 ? (uint8_t)(noise >> 24)
                                      : (uint8_t) "text and no end "[i % 16];
        }
        const struct diff_guess guess = best_of(image);
        assert_int_equal(guess.arch, DIFF_ARCH_NONE);
        assert_int_equal(guess.segment_count, 0);
    }
    free(image.at);
}

static void every_length_is_taken(void **state)
{
    (void)state;
    struct bytes image = slurp(images[0].path, 3);
    for (size_t length = 0; length < 3000; length += 1 + length / 40)
        best_of((struct bytes){image.at + 3 - length % 4, length});
    free(image.at);
}

/* All functions, and words that point at them at all distances: the most
 * votes that bytes can give. */
static void an_image_full_of_votes_ends(void **state)
{
    (void)state;
    struct bytes image = {malloc(300000), 300000};
    for (size_t i = 0; i + 8 <= image.length; i += 8) {
        const uint32_t address = 0x08000001 + 2 * (uint32_t)i;
        bytes_put32(image.at + i, i < 150000 ? 0xb510b510 : address);
        bytes_put32(image.at + i + 4, i < 150000 ? 0x00b500b5 : address + 4);
    }
    best_of(image);
    free(image.at);
}

static int make_directory(void **state)
{
    (void)state;
    return mkdtemp(directory) != NULL ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_demos_firmware_is_found),
        cmocka_unit_test(a_header_of_any_length_shifts_base_and_phase),
        cmocka_unit_test(two_images_in_one_are_two_segments),
        cmocka_unit_test(candidates_are_different_and_not_too_many),
        cmocka_unit_test(other_cores_and_addresses_are_found),
        cmocka_unit_test(an_elf_files_own_headers_are_believed),
        cmocka_unit_test(what_is_known_is_believed),
        cmocka_unit_test(noise_and_blanks_and_text_have_no_base),
        cmocka_unit_test(every_length_is_taken),
        cmocka_unit_test(an_image_full_of_votes_ends),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
