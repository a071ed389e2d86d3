/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For test_parsers.sh. `zip_judge write DIR` writes each row of zip_rows.h to
 * DIR/NAME.zip and the honest package to DIR/honest.zip; other parsers then
 * leave what they read beside them, and `zip_judge DIR` compares, with libzip
 * and our reader at hand. What parser P reads of a zip is the names it lists
 * (NAME.P.names; of 7z its listing of all facts) and all bytes one after the
 * other (NAME.P.bytes), each with its exit code (....code).
 */
#include "memo.h"
#include "zip_rows.h"

#include <zip.h>

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX (2u << 20) /* of one archive, from libzip */

enum { UNZIP, BSDTAR, SEVEN_ZIP, LIBZIP, PARSERS };
static const char *const parsers[PARSERS] = {"unzip", "bsdtar", "7z", "libzip"};

struct reading {
    int accepted;
    char *names; /* a line each; odd bytes are `?`: each escapes its own way */
    uint8_t *bytes;
    size_t length;
};

static struct forge forge;

/* --- files --------------------------------------------------------------- */

static const char *path(const char *directory, const char *id,
                        const char *ending)
{
    static char text[4096];
    const int length =
        snprintf(text, sizeof text, "%s/%s.%s", directory, id, ending);
    assert(length > 0 && (size_t)length < sizeof text);
    return text;
}

static void write_file(const char *name, const struct forge_bytes *file)
{
    FILE *const out = fopen(name, "wb");
    if (out == NULL ||
        fwrite(file->bytes, 1, file->length, out) != file->length ||
        fclose(out) != 0) {
        perror(name);
        exit(1);
    }
}

/* All of a file, and a NUL; nothing when it is not there. */
static uint8_t *read_all(const char *name, size_t *length)
{
    FILE *const in = fopen(name, "rb");
    long size = 0;
    if (in != NULL && fseek(in, 0, SEEK_END) == 0)
        size = ftell(in);
    uint8_t *const bytes = malloc((size_t)size + 1);
    assert(bytes != NULL && size >= 0);
    if (in != NULL)
        rewind(in);
    *length = in != NULL ? fread(bytes, 1, (size_t)size, in) : 0;
    bytes[*length] = '\0';
    if (in != NULL)
        fclose(in);
    return bytes;
}

/* --- readings ------------------------------------------------------------ */

/* 7z lists one fact a line, paths among them. */
static void keep_paths(char *listing)
{
    static const char path_is[] = "Path = ";
    char *to = listing;
    for (char *line = listing, *end; *line != '\0'; line = end) {
        end = line + strcspn(line, "\n");
        end += *end == '\n';
        if (strncmp(line, path_is, sizeof path_is - 1) != 0)
            continue;
        line += sizeof path_is - 1;
        memmove(to, line, (size_t)(end - line));
        to += end - line;
    }
    *to = '\0';
}

static void tame(char *names)
{
    for (; *names != '\0'; names++)
        if (!isalnum((unsigned char)*names) && strchr("._-/\n", *names) == NULL)
            *names = '?';
}

/* What a parser made of names or bytes; 0: it refused. */
static int read_part(const char *directory, const char *id, int parser,
                     const char *part, uint8_t **bytes, size_t *length)
{
    char ending[32];
    snprintf(ending, sizeof ending, "%s.%s.code", parsers[parser], part);
    uint8_t *const code = read_all(path(directory, id, ending), length);
    /* 1 is a warning of unzip and 7z, and an error of bsdtar. */
    const int most = parser == BSDTAR ? 0 : 1;
    const int accepted = *length > 0 && atoi((char *)code) <= most;
    free(code);
    snprintf(ending, sizeof ending, "%s.%s", parsers[parser], part);
    *bytes = read_all(path(directory, id, ending), length);
    return accepted;
}

static void read_parser(struct reading *reading, const char *directory,
                        const char *id, int parser)
{
    uint8_t *names;
    size_t length;
    const int listed =
        read_part(directory, id, parser, "names", &names, &length);
    const int read = read_part(directory, id, parser, "bytes", &reading->bytes,
                               &reading->length);
    reading->accepted = listed && read;
    reading->names = (char *)names;
    if (parser == SEVEN_ZIP)
        keep_paths(reading->names);
    tame(reading->names);
}

static uint8_t libzip_bytes[BYTES_MAX];

static int read_entry(struct reading *reading, zip_t *archive, zip_uint64_t i)
{
    const char *const name = zip_get_name(archive, i, ZIP_FL_ENC_RAW);
    zip_file_t *const file = zip_fopen_index(archive, i, 0);
    if (name == NULL || file == NULL)
        return -1;
    strncat(reading->names, name, 400);
    strcat(reading->names, "\n");
    const zip_int64_t got = zip_fread(file, reading->bytes + reading->length,
                                      BYTES_MAX - reading->length);
    reading->length += got > 0 ? (size_t)got : 0;
    return zip_fclose(file) != 0 || got < 0 ? -1 : 0;
}

static void read_libzip(struct reading *reading, const char *name)
{
    int error = 0;
    zip_t *const archive = zip_open(name, ZIP_RDONLY, &error);
    memset(reading, 0, sizeof *reading);
    reading->names = calloc(64, 512);
    reading->bytes = libzip_bytes;
    assert(reading->names != NULL);
    if (archive == NULL)
        return;
    const zip_int64_t count = zip_get_num_entries(archive, 0);
    reading->accepted = count >= 0 && count < 64;
    for (zip_int64_t i = 0; reading->accepted && i < count; i++)
        if (read_entry(reading, archive, (zip_uint64_t)i) != 0)
            reading->accepted = 0;
    zip_discard(archive);
    tame(reading->names);
}

static void read_all_parsers(struct reading readings[PARSERS],
                             const char *directory, const char *id)
{
    for (int parser = 0; parser < LIBZIP; parser++)
        read_parser(&readings[parser], directory, id, parser);
    read_libzip(&readings[LIBZIP], path(directory, id, "zip"));
}

static void forget(struct reading readings[PARSERS])
{
    for (int parser = 0; parser < PARSERS; parser++) {
        free(readings[parser].names);
        if (readings[parser].bytes != libzip_bytes)
            free(readings[parser].bytes);
    }
}

static int same(const struct reading *a, const struct reading *b)
{
    return strcmp(a->names, b->names) == 0 && a->length == b->length &&
           memcmp(a->bytes, b->bytes, a->length) == 0;
}

static int read_ours(const struct forge_bytes *file)
{
    static struct ffx_package package;
    static uint8_t scratch[FFX_PACKAGE_BUFFER_MIN];
    const struct ffx_package_config config = {
        .crypto = memo_crypto(),
        .file = forge_file(file),
        .trusted = forge_public(FORGE_RELEASE),
        .trusted_count = 1,
        .buffer = scratch,
        .buffer_bytes = sizeof scratch,
    };
    int result = ffx_package_open(&package, &config);
    if (result == 0)
        do
            result = ffx_package_check(&package);
        while (result == 1);
    return result;
}

/* --- the verdict --------------------------------------------------------- */

static int lines;

static void sentence(int good, const char *text)
{
    printf("%s %d - %s\n", good ? "ok" : "not ok", ++lines, text);
}

static struct {
    unsigned rows, accepted[PARSERS];
    unsigned disagree, differ, agree, taken, sound;
    unsigned of_type[14];
} count;

/* Rows that are good zips of the very same content, so that a mistake of the
 * generator shows: everybody else has to take them. */
static const char *const sound[] = {
    "a1-deflated-as-both-say",
    "a2-descriptor",
    "a2-descriptor-of-64-bits",
    "a2-zip64-in-both",
    "extra-time-both",
    "c2-comment",
    "c4-gap-of-22",
    "c5-zip64-all",
};
#define SOUND (sizeof sound / sizeof *sound)

static const char *const types[14] = {"a1", "a2", "a3", "a4", "a5", "b1", "b2",
                                      "b3", "b4", "c1", "c2", "c3", "c4", "c5"};

static void judge(const struct zip_row *row, const char *directory,
                  const struct reading *honest)
{
    struct reading readings[PARSERS];
    int disagree = 0, differ = 0, accepted = 0;
    read_all_parsers(readings, directory, row->id);
    for (int p = 0; p < PARSERS; p++) {
        count.accepted[p] += (unsigned)readings[p].accepted;
        accepted += readings[p].accepted;
        if (!readings[p].accepted)
            continue;
        differ |= !same(&readings[p], honest);
        for (int q = 0; q < p; q++)
            disagree |=
                readings[q].accepted && !same(&readings[p], &readings[q]);
    }
    struct forge_bytes file = zip_row_make(row, &forge);
    if (read_ours(&file) == 0 && ++count.taken > 0)
        printf("# taken: %s%s\n", row->id, differ ? ", by others read so" : "");
    free(file.bytes);
    count.disagree += (unsigned)disagree;
    count.differ += (unsigned)differ;
    const int agree = accepted == PARSERS && !differ;
    count.agree += (unsigned)agree;
    for (size_t i = 0; i < SOUND; i++)
        count.sound += agree && strcmp(row->id, sound[i]) == 0;
    for (int t = 0; t < 14; t++)
        count.of_type[t] +=
            (unsigned)(disagree && zip_row_is_of(row, types[t]));
    if (getenv("FARFIX_ROW") != NULL)
        for (int p = 0; p < PARSERS; p++)
            printf("# %s %s: %zu bytes of\n%s", parsers[p],
                   readings[p].accepted ? "reads" : "refuses",
                   readings[p].length, readings[p].names);
    count.rows++;
    forget(readings);
}

static void judge_honest(const char *directory, struct reading *honest)
{
    struct reading readings[PARSERS];
    size_t at = 0;
    honest->names = calloc(FORGE_ENTRIES, 32);
    honest->bytes = malloc(65536);
    assert(honest->names != NULL && honest->bytes != NULL);
    for (uint32_t i = 0; i < forge.entry_count; i++) {
        strcat(strcat(honest->names, forge.entries[i].name), "\n");
        memcpy(honest->bytes + at, forge.entries[i].bytes,
               forge.entries[i].length);
        at += forge.entries[i].length;
    }
    honest->length = at;
    read_all_parsers(readings, directory, "honest");
    for (int p = 0; p < PARSERS; p++) {
        char text[120];
        snprintf(text, sizeof text, "%s reads names and bytes that are signed",
                 parsers[p]);
        sentence(readings[p].accepted && same(&readings[p], honest), text);
    }
    forget(readings);
}

static void say_counts(void)
{
    unsigned ambiguous = 0;
    printf("# %u zips; unzip opens %u, bsdtar %u, 7z %u, libzip %u\n",
           count.rows, count.accepted[UNZIP], count.accepted[BSDTAR],
           count.accepted[SEVEN_ZIP], count.accepted[LIBZIP]);
    printf("# two disagree on %u; one differs from what is signed on %u; all "
           "read what is signed on %u\n",
           count.disagree, count.differ, count.agree);
    for (int t = 0; t < 14; t++) {
        printf("# type %s: two disagree on %u\n", types[t], count.of_type[t]);
        ambiguous += count.of_type[t] > 0;
    }
    sentence(
        count.sound == SOUND,
        "deflate, descriptors, zip64 and comments are made as they should");
    sentence(count.rows > 300, "more than 300 hostile zips were read by all");
    sentence(count.taken == 0,
             "whatever others make of such a zip, we refuse it");
    sentence(count.disagree >= 40,
             "of many, two parsers read different things");
    sentence(ambiguous >= 7, "and of half the types of ambiguity");
}

static void write_rows(const char *directory)
{
    static const struct zip_row nothing = {.id = "honest"};
    struct forge_bytes file = zip_row_make(&nothing, &forge);
    write_file(path(directory, "honest", "zip"), &file);
    free(file.bytes);
    for (uint32_t i = 0; i < zip_row_count(); i++) {
        if (!zip_row_is_wanted(zip_row(i)))
            continue;
        file = zip_row_make(zip_row(i), &forge);
        write_file(path(directory, zip_row(i)->id, "zip"), &file);
        free(file.bytes);
    }
}

int main(int argc, char **argv)
{
    struct reading honest = {0};
    forge_default(&forge);
    forge_spell(&forge);
    forge_sign(&forge);
    forge_list(&forge);
    if (argc == 3 && strcmp(argv[1], "write") == 0) {
        write_rows(argv[2]);
        return 0;
    }
    if (argc != 2)
        return 64;
    judge_honest(argv[1], &honest);
    for (uint32_t i = 0; i < zip_row_count(); i++)
        if (zip_row_is_wanted(zip_row(i)))
            judge(zip_row(i), argv[1], &honest);
    free(honest.names);
    free(honest.bytes);
    if (getenv("FARFIX_ROW") == NULL)
        say_counts();
    return 0;
}
