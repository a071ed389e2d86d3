/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prior ARCHIVE...: the table of src/delta/delta_prior.c
 *
 * Counts what the halfwords of Thumb code look like, by the fields of the
 * literal model (docs/patch-format.md, appendix A), over archives of object
 * files. `make prior` runs it. The same archives give the same bytes.
 *
 * Code is what the mapping symbols of the Arm ELF ABI call $t; literal pools,
 * $d, count as halfwords too, since new functions bring theirs. Objects are not
 * linked, so BL and B.W name no real target: only the first field of their
 * halfwords counts.
 */
#include "base/bytes.h"
#include "delta/delta_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS FIELD_SLOTS(0)

/* --- counts -------------------------------------------------------------- */

static struct {
    uint64_t ones, all;
} counts[SLOTS];
static uint64_t halfwords;

static const struct {
    uint32_t start, high, low; /* first slot; its bits of a halfword */
} fields[4] = {{0, 15, 11}, {32, 10, 6}, {1056, 5, 3}, {1312, 2, 0}};

static void count_field(uint32_t half, uint32_t which)
{
    const uint32_t width = fields[which].high - fields[which].low + 1;
    const uint32_t opcode = which > 0 ? half >> 11 : 0;
    uint32_t prefix = 1;
    for (uint32_t left = width; left-- > 0;) {
        const uint32_t bit = half >> (fields[which].low + left) & 1;
        const uint32_t at = fields[which].start + (opcode << width) + prefix;
        counts[at].ones += bit;
        counts[at].all++;
        prefix = prefix << 1 | bit;
    }
}

static void count_half(uint32_t half, uint32_t how_many)
{
    halfwords++;
    for (uint32_t which = 0; which < how_many; which++)
        count_field(half, which);
}

/* One instruction; its length. */
static uint32_t count_instruction(uint32_t half, uint32_t next)
{
    const int wide = half >> 11 > 0x1c;
    const int far = half >> 11 == 0x1e && (next & 0x9000) == 0x9000;
    count_half(half, far ? 1 : 4);
    if (wide)
        count_half(next, far ? 1 : 4);
    return wide ? 4 : 2;
}

/* --- objects ------------------------------------------------------------- */

#define SECTION_BYTES 40u /* Elf32_Shdr, Elf32_Sym: ELF specification 1.2 */
#define SYMBOL_BYTES 16u
enum { TYPE_CODE = 1, TYPE_SYMBOLS = 2, FLAG_EXECUTABLE = 4 };

struct object {
    const uint8_t *bytes;
    uint32_t size;
    const uint8_t *sections;
    uint32_t section_count;
};

static void fail(const char *what)
{
    fprintf(stderr, "prior: %s\n", what);
    exit(1);
}

static const uint8_t *within(const struct object *object, uint32_t offset,
                             uint32_t length)
{
    if (offset > object->size || length > object->size - offset)
        fail("a part of an object lies outside it");
    return object->bytes + offset;
}

static uint32_t word_of(const uint8_t *section, uint32_t index)
{
    return bytes_get32(section + 4 * index);
}

static const uint8_t *contents(const struct object *object,
                               const uint8_t *section, uint32_t *length)
{
    *length = word_of(section, 5);
    return within(object, word_of(section, 4), *length);
}

/* Writes the letters of the mapping symbols of section `which` to their
 * offsets. */
static void map_symbols(const struct object *object, const uint8_t *table,
                        uint32_t which, char *letters, uint32_t code_bytes)
{
    uint32_t length, names_length;
    const uint8_t *const symbols = contents(object, table, &length);
    if (word_of(table, 6) >= object->section_count)
        fail("symbols without names");
    const uint8_t *const names =
        contents(object, object->sections + SECTION_BYTES * word_of(table, 6),
                 &names_length);
    for (uint32_t at = 0; at + SYMBOL_BYTES <= length; at += SYMBOL_BYTES) {
        const uint32_t name = bytes_get32(symbols + at),
                       value = bytes_get32(symbols + at + 4);
        if (bytes_get16(symbols + at + 14) == which && value < code_bytes &&
            name < names_length && names_length - name > 2 &&
            names[name] == '$' && (names[name + 2] & ~'.') == 0)
            letters[value] = (char)names[name + 1];
    }
}

/* A word of a literal pool; zeros are mostly addresses that the linker would
 * fill in. */
static void count_pool(uint32_t word)
{
    if (word == 0)
        return;
    count_half(word & 0xffff, 4);
    count_half(word >> 16, 4);
}

static void count_section(const uint8_t *code, const char *letters,
                          uint32_t length)
{
    char now = 0;
    for (uint32_t at = 0; at + 4 <= length;) {
        if (letters[at] != 0)
            now = letters[at];
        if (now == 't') {
            at += count_instruction(bytes_get16(code + at),
                                    bytes_get16(code + at + 2));
        } else if (now == 'd' && (at & 3) == 0) {
            count_pool(bytes_get32(code + at));
            at += 4;
        } else {
            at += 2;
        }
    }
}

static void count_object(const struct object *object)
{
    for (uint32_t i = 0; i < object->section_count; i++) {
        const uint8_t *const section = object->sections + SECTION_BYTES * i;
        uint32_t length;
        if (word_of(section, 1) != TYPE_CODE ||
            (word_of(section, 2) & FLAG_EXECUTABLE) == 0)
            continue;
        const uint8_t *const code = contents(object, section, &length);
        char *const letters = calloc(length + 1, 1);
        if (letters == NULL)
            fail("out of memory");
        for (uint32_t j = 0; j < object->section_count; j++) {
            const uint8_t *const table = object->sections + SECTION_BYTES * j;
            if (word_of(table, 1) == TYPE_SYMBOLS)
                map_symbols(object, table, i, letters, length);
        }
        count_section(code, letters, length);
        free(letters);
    }
}

static void open_object(const uint8_t *bytes, uint32_t size)
{
    struct object object = {.bytes = bytes, .size = size};
    if (size < 52 || memcmp(bytes, "\177ELF\1\1", 6) != 0)
        return;
    object.section_count = bytes_get16(bytes + 48);
    object.sections = within(&object, bytes_get32(bytes + 32),
                             object.section_count * SECTION_BYTES);
    count_object(&object);
}

/* --- archives ------------------------------------------------------------ */

#define MEMBER_BYTES 60u

static void count_archive(const uint8_t *bytes, uint32_t size)
{
    if (size < 8 || memcmp(bytes, "!<arch>\n", 8) != 0)
        fail("not an archive");
    for (uint32_t at = 8; at + MEMBER_BYTES <= size;) {
        const uint32_t length =
            (uint32_t)strtoul((const char *)bytes + at + 48, NULL, 10);
        at += MEMBER_BYTES;
        if (length > size - at)
            fail("an archive ends too soon");
        open_object(bytes + at, length);
        at += length + (length & 1);
    }
}

static void count_file(const char *name)
{
    FILE *const file = fopen(name, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        fail(name);
    const long size = ftell(file);
    uint8_t *const bytes = calloc(1, (size_t)size + 1);
    rewind(file);
    if (bytes == NULL || fread(bytes, 1, (size_t)size, file) != (size_t)size)
        fail(name);
    fclose(file);
    count_archive(bytes, (uint32_t)size);
    free(bytes);
}

/* --- table --------------------------------------------------------------- */

/* In 256ths, leaning to one half; neither bit is impossible. */
static unsigned prior_of(uint32_t slot)
{
    const unsigned p = (unsigned)((counts[slot].ones * 10 + 4) * 256 /
                                  (counts[slot].all * 10 + 8));
    return p < 1 ? 1 : p > 254 ? 254 : p;
}

static void print_table(void)
{
    int column = 0;
    printf("static const uint8_t priors[FIELD_SLOTS(0)] = {\n");
    for (uint32_t i = 0; i < SLOTS; i++) {
        char text[8];
        const int length = snprintf(text, sizeof text, " %u,", prior_of(i));
        if (column + length > 80) {
            putchar('\n');
            column = 0;
        }
        if (column == 0)
            column = printf("   ");
        column += printf("%s", text);
    }
    printf("\n};\n");
}

int main(int count, char **names)
{
    for (int i = 1; i < count; i++)
        count_file(names[i]);
    if (halfwords == 0)
        fail("no Thumb code in these archives");
    print_table();
    fprintf(stderr, "prior: %llu halfwords\n", (unsigned long long)halfwords);
    return 0;
}
