/* SPDX-License-Identifier: Apache-2.0 */
#include "diff/image_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* --- help ---------------------------------------------------------------- */

struct bytes {
    uint8_t *at;
    size_t length;
};

static char directory[] = "/tmp/farfix-image-XXXXXX";

static void path_of(char path[256], const char *name)
{
    snprintf(path, 256, "%s/%s", directory, name);
}

static struct bytes slurp(const char *name)
{
    char path[256];
    path_of(path, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    struct bytes bytes = {.length = (size_t)ftell(file)};
    rewind(file);
    bytes.at = malloc(bytes.length + 1);
    assert_int_equal(fread(bytes.at, 1, bytes.length, file), bytes.length);
    fclose(file);
    return bytes;
}

static void shell(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* In the temporary directory. */
static void shell(const char *format, ...)
{
    char command[1024];
    const int start = snprintf(command, sizeof command, "cd %s && ", directory);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command + start, sizeof command - (size_t)start, format,
              arguments);
    va_end(arguments);
    if (system(command) != 0)
        fail_msg("%s", command);
}

static void spill(const char *name, const char *text)
{
    char path[256];
    path_of(path, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* From memory that ends where the file does, for ASan. */
static int open_bytes(struct image_file *image, const void *bytes,
                      size_t length, struct diff_error *error)
{
    uint8_t *exact = malloc(length);
    memcpy(exact, bytes, length);
    memset(error, 0, sizeof *error);
    const int result = image_file_open(image, exact, length, error);
    if (result == 0 && image->made == NULL) {
        assert_ptr_equal(image->bytes, exact);
        image->made = exact; /* the test closes it */
        image->bytes = exact;
    } else {
        free(exact);
    }
    return result;
}

static void open_text(struct image_file *image, const char *text)
{
    struct diff_error error;
    if (open_bytes(image, text, strlen(text), &error) != 0)
        fail_msg("%s: %s", text, error.text);
}

static void equals_file(const struct image_file *image, const char *name)
{
    const struct bytes want = slurp(name);
    assert_int_equal(image->length, want.length);
    assert_memory_equal(image->bytes, want.at, want.length);
    free(want.at);
}

static struct image_file open_file(const char *name)
{
    struct image_file image;
    struct diff_error error;
    const struct bytes bytes = slurp(name);
    if (open_bytes(&image, bytes.at, bytes.length, &error) != 0)
        fail_msg("%s: %s", name, error.text);
    free(bytes.at);
    return image;
}

/* --- a firmware by the real tools ---------------------------------------- */

/* Code in flash, data that is copied to RAM, a table behind a gap. The flash
 * begins in mid-page, which makes ld put the file's headers into a segment
 * when pages are large. */
static const char link_script[] =
    "MEMORY { FLASH (rx) : ORIGIN = 0x08026000, LENGTH = 256K\n"
    "         RAM (rwx) : ORIGIN = 0x20000100, LENGTH = 64K }\n"
    "SECTIONS {\n"
    "  .text : { *(.text*) *(.rodata*) } >FLASH\n"
    "  .data : { *(.data*) } >RAM AT >FLASH\n"
    "  .bss (NOLOAD) : { *(.bss*) } >RAM\n"
    "  .config 0x08028004 : { *(.config) }\n"
    "}\n";
static const char program[] =
    "int table[50] = {1, 2, 3}, zeros[9];\n"
    "__attribute__((section(\".config\"))) const char config[7] = \"farfix\";\n"
    "int _start(int x) { return table[x & 31] + zeros[x & 7] + config[0]; }\n";

static int build(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    spill("link.ld", link_script);
    spill("a.c", program);
    shell("for page in 0x1000 0x10000; do arm-none-eabi-gcc -mcpu=cortex-m3"
          " -mthumb -Os -nostdlib -T link.ld -Wl,-z,max-page-size=$page"
          " a.c -o $page.elf 2>ld.txt || { cat ld.txt; exit 1; }; done");
    shell("arm-none-eabi-objcopy -O binary 0x1000.elf a.bin");
    shell("arm-none-eabi-objcopy -O ihex 0x1000.elf a.hex");
    shell("arm-none-eabi-objcopy -I ihex -O binary --gap-fill 0xff a.hex"
          " hex.bin");
    return 0;
}

static int clean_up(void **state)
{
    (void)state;
    shell("rm -rf %s", directory);
    return 0;
}

static void elf_firmware_is_what_objcopy_makes_of_it(void **state)
{
    (void)state;
    static const char *const names[] = {"0x1000.elf", "0x10000.elf"};
    for (unsigned i = 0; i < 2; i++) {
        struct image_file image = open_file(names[i]);
        assert_int_equal(image.kind, IMAGE_ELF);
        equals_file(&image, "a.bin");
        assert_true(image.load_known);
        assert_int_equal(image.load, 0x08026000);
        image_file_close(&image);
    }
}

static void elf_segments_say_where_each_part_runs(void **state)
{
    (void)state;
    struct image_file image = open_file("0x1000.elf");
    const struct diff_segment *segment = image.segments;
    assert_int_equal(image.segment_count, 3);
    assert_int_equal(segment[0].offset, 0);
    assert_int_equal(segment[0].base, 0x08026000);
    assert_int_equal(segment[1].offset, segment[0].length);
    assert_int_equal(segment[1].length, 200);
    assert_int_equal(segment[1].base, 0x20000100);
    assert_int_equal(segment[2].offset, 0x2004);
    assert_int_equal(segment[2].base, 0x08028004);
    assert_int_equal(segment[2].offset + segment[2].length, image.length);
    image_file_close(&image);
}

static void an_elf_without_sections_is_its_segments(void **state)
{
    (void)state;
    struct image_file image;
    struct diff_error error;
    const struct bytes elf = slurp("0x1000.elf");
    memset(elf.at + 46, 0, 6); /* e_shentsize, e_shnum, e_shstrndx */
    assert_int_equal(open_bytes(&image, elf.at, elf.length, &error), 0);
    equals_file(&image, "a.bin");
    image_file_close(&image);
    free(elf.at);
}

static void hex_is_what_objcopy_makes_of_it(void **state)
{
    (void)state;
    struct image_file image = open_file("a.hex");
    assert_int_equal(image.kind, IMAGE_HEX);
    equals_file(&image, "hex.bin");
    assert_int_equal(image.load, 0x08026000);
    assert_int_equal(image.segment_count, 1);
    assert_int_equal(image.segments[0].length, image.length);
    assert_int_equal(image.segments[0].base, 0x08026000);
    image_file_close(&image);
}

static void raw_stays_as_it_is(void **state)
{
    (void)state;
    static const char *const raws[] = {"", ":", "raw", ":no hex either"};
    struct image_file image = open_file("a.bin");
    assert_int_equal(image.kind, IMAGE_RAW);
    assert_false(image.load_known);
    assert_int_equal(image.segment_count, 0);
    equals_file(&image, "a.bin");
    image_file_close(&image);
    for (unsigned i = 0; i < sizeof raws / sizeof raws[0]; i++) {
        open_text(&image, raws[i]);
        assert_int_equal(image.kind, IMAGE_RAW);
        assert_int_equal(image.length, strlen(raws[i]));
        image_file_close(&image);
    }
}

/* What a linker for an OS does: the headers of the file are loaded too. */
static void programs_for_an_os_are_raw_with_segments(void **state)
{
    (void)state;
    spill("os.c", "int data[20] = {1};\nint _start(void) { return data[3]; }");
    spill("os.ld", "PHDRS { all PT_LOAD FILEHDR PHDRS; }\nSECTIONS {\n"
                   ". = 0x10000 + SIZEOF_HEADERS;\n"
                   ".text : { *(.text*) } :all\n"
                   ".data : { *(.data*) } :all }\n");
    shell("arm-none-eabi-gcc -nostdlib -T os.ld os.c -o os.elf 2>ld.txt"
          " || { cat ld.txt; exit 1; }");
    const struct bytes elf = slurp("os.elf");
    struct image_file image = open_file("os.elf");
    assert_int_equal(image.kind, IMAGE_RAW);
    assert_int_equal(image.length, elf.length);
    assert_memory_equal(image.bytes, elf.at, elf.length);
    assert_int_equal(image.segment_count, 1);
    assert_int_equal(image.segments[0].offset, 0);
    assert_int_equal(image.segments[0].base, 0x10000);
    image_file_close(&image);
    free(elf.at);
}

static void another_processors_elf_is_raw(void **state)
{
    (void)state;
    struct image_file image;
    struct diff_error error;
    const struct bytes elf = slurp("0x1000.elf");
    elf.at[18] = 243; /* EM_RISCV */
    assert_int_equal(open_bytes(&image, elf.at, elf.length, &error), 0);
    assert_int_equal(image.kind, IMAGE_RAW);
    assert_int_equal(image.length, elf.length);
    image_file_close(&image);
    free(elf.at);
}

/* --- Intel HEX by hand --------------------------------------------------- */

static void hex_records_may_come_in_any_order_and_spelling(void **state)
{
    (void)state;
    struct image_file image;
    open_text(&image, "\r\n:02001000AABB89\r\n"
                      ":010013005597\r\n" /* behind a gap of one byte */
                      "\n:020000040001F9\n"
                      ":00000001FF\n");
    assert_int_equal(image.load, 0x10);
    assert_int_equal(image.length, 4);
    assert_memory_equal(image.bytes, "\xaa\xbb\xff\x55", 4);
    image_file_close(&image);
    open_text(&image, ":020000021000EC\n:01000400cc2F\n"
                      ":020000020000FC\n:0200000401e415\n:00000001ff");
    assert_int_equal(image.load, 0x10004);
    assert_int_equal(image.length, 1);
    image_file_close(&image);
}

struct bad {
    const char *text, *says;
};

static void damaged_hex_is_refused_by_line(void **state)
{
    (void)state;
    static const struct bad table[] = {
        {":02001000AABB88\n:00000001FF\n", "line 1: the checksum is 88, not"},
        {":02001000AABB89\n:0200", "line 2: the record is cut short"},
        {":02001000AABB89\n:02001200AABB", "line 2: the record is cut short"},
        {":02001000AABB89\n:02001200AABx87\n", "line 2: the record is cut"},
        {":02001000AABB89 \nS107\n", "line 2: does not begin with ':'"},
        {":02001000AABB8900\n:00000001FF\n", "line 1: something follows"},
        {":02001000AABB89\n", "line 2: the file ends without its end record"},
        {":00000001FF\n", "no bytes of an image"},
        {":00000001FF\n:02001000AABB89\n", "line 2: a record behind the end"},
        {":0000000EF2\n", "line 1: record type 0E"},
        {":01000004FFFC\n", "line 1: the record has the wrong length"},
        {":02001000AABB89\n:02001100AABB88\n:00000001FF\n",
         "line 1 and line 2 both hold address 0x00000011"},
        {":0100000055AA\n:020000041000EA\n:0100000055AA\n:00000001FF\n",
         "line 3 is at 0x10000000, 268435455 bytes behind"},
        {":02000004FFFFFC\n:02FFFF0001FE01\n:00000001FF\n",
         "line 2: the record runs over the end"},
        {":020000020001FB\n:02FFFF0001FE01\n:00000001FF\n",
         "line 2: the record runs over the end"},
    };
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct image_file image;
        struct diff_error error;
        const int result =
            open_bytes(&image, table[i].text, strlen(table[i].text), &error);
        if (result != FFX_ERR_IO || strstr(error.text, table[i].says) == NULL)
            fail_msg("case %u: %d, '%s'", i, result, error.text);
        assert_null(strchr(error.text, '\n'));
        assert_null(image.bytes);
    }
}

/* --- hostile ------------------------------------------------------------- */

static void a_cut_elf_is_refused_or_raw_at_every_length(void **state)
{
    (void)state;
    const struct bytes elf = slurp("0x1000.elf");
    for (size_t length = 0; length < elf.length; length += 1 + length / 100) {
        struct image_file image;
        struct diff_error error;
        const int result = open_bytes(&image, elf.at, length, &error);
        if (length >= 52)
            assert_int_equal(result, FFX_ERR_IO);
        if (result == 0) {
            assert_int_equal(image.length, length);
            image_file_close(&image);
        } else {
            assert_non_null(strstr(error.text, "offset "));
        }
    }
    free(elf.at);
}

/* Every byte of the headers with every value that has one bit more or less,
 * and some that are large. */
static void an_altered_elf_never_leaves_its_file(void **state)
{
    (void)state;
    static const uint8_t values[] = {1, 2, 4, 8, 16, 32, 64, 128, 255, 127};
    const struct bytes elf = slurp("0x1000.elf");
    for (size_t i = 0; i < 52 + 8 * 32; i++)
        for (unsigned bit = 0; bit < 10; bit++) {
            struct image_file image;
            struct diff_error error;
            const uint8_t was = elf.at[i];
            elf.at[i] = values[bit] ^ (bit < 8 ? was : 0);
            if (open_bytes(&image, elf.at, elf.length, &error) == 0) {
                assert_true(image.length <= IMAGE_FILE_FILL_MAX + elf.length);
                image_file_close(&image);
            }
            elf.at[i] = was;
        }
    free(elf.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elf_firmware_is_what_objcopy_makes_of_it),
        cmocka_unit_test(elf_segments_say_where_each_part_runs),
        cmocka_unit_test(an_elf_without_sections_is_its_segments),
        cmocka_unit_test(hex_is_what_objcopy_makes_of_it),
        cmocka_unit_test(raw_stays_as_it_is),
        cmocka_unit_test(programs_for_an_os_are_raw_with_segments),
        cmocka_unit_test(another_processors_elf_is_raw),
        cmocka_unit_test(hex_records_may_come_in_any_order_and_spelling),
        cmocka_unit_test(damaged_hex_is_refused_by_line),
        cmocka_unit_test(a_cut_elf_is_refused_or_raw_at_every_length),
        cmocka_unit_test(an_altered_elf_never_leaves_its_file),
    };
    return cmocka_run_group_tests(tests, build, clean_up);
}
