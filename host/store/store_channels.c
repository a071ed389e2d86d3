/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_channels.h"
#include "pack/buffer.h"
#include "pack/fail.h"
#include "pack/ini.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAD_REQUEST 400
#define NOT_FOUND 404

int store_channel_valid(const char *name)
{
    const size_t length = strlen(name);
    return length >= 1 && length <= STORE_CHANNEL_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static int is_stable(const struct store_channel *channel)
{
    return strcmp(channel->name, STORE_CHANNEL_STABLE) == 0;
}

static const struct store_channel *find(const struct store_channels *channels,
                                        const char *model, const char *name)
{
    for (size_t i = 0; i < channels->count; i++)
        if (strcmp(channels->all[i].model, model) == 0 &&
            strcmp(channels->all[i].name, name) == 0)
            return &channels->all[i];
    return NULL;
}

/* --- keys ---------------------------------------------------------------- */

struct parser {
    struct ini ini;
    struct store_channels *channels;
    struct store_channel *open; /* null before the first section */
    unsigned seen;              /* bit i: keys[i] has its value */
    unsigned section_line;
    struct pack_error *error;
};

static int set_version(struct parser *parser, const char *value)
{
    if (!ini_is_version(value))
        return -1;
    strcpy(parser->open->version, value);
    return 0;
}

static int set_percent(struct parser *parser, const char *value)
{
    uint32_t percent;
    if (ini_number(value, &percent) != 0 || percent > 100)
        return -1;
    parser->open->percent = percent;
    return 0;
}

static int set_imei(struct parser *parser, const char *value)
{
    struct store_channel *channel = parser->open;
    if (strlen(value) >= sizeof channel->imei_file || !ini_is_file(value))
        return -1;
    strcpy(channel->imei_file, value);
    channel->line = parser->ini.line;
    return 0;
}

static const struct key {
    const char *name;
    int (*set)(struct parser *parser, const char *value);
    int for_stable;
    const char *grammar;
} keys[] = {
    {"version", set_version, 1, INI_VERSION_GRAMMAR},
    {"percent", set_percent, 0, "a number from 0 to 100"},
    {"imei", set_imei, 0, INI_FILE_GRAMMAR},
};

#define KEYS (sizeof keys / sizeof keys[0])

static int set_key(struct parser *parser, const struct ini_line *line)
{
    const struct ini *ini = &parser->ini;
    size_t i = 0;
    while (i < KEYS && strcmp(keys[i].name, line->name) != 0)
        i++;
    if (i == KEYS)
        return ini_fail(ini, ini->line, parser->error,
                        "unknown key '%.40s': a channel has version, percent "
                        "and imei",
                        line->name);
    if (parser->open == NULL)
        return ini_fail(ini, ini->line, parser->error,
                        "'%s' stands before the first [channel MODEL/NAME]",
                        line->name);
    if (is_stable(parser->open) && !keys[i].for_stable)
        return ini_fail(ini, ini->line, parser->error,
                        "'%s' cannot choose who is in stable: whoever has no "
                        "other channel is; remove the line",
                        line->name);
    if ((parser->seen >> i & 1) != 0)
        return ini_fail(ini, ini->line, parser->error, "'%s' stands here twice",
                        line->name);
    parser->seen |= 1u << i;
    if (keys[i].set(parser, line->value) != 0)
        return ini_fail(ini, ini->line, parser->error, "%s = '%.80s' is not %s",
                        line->name, line->value, keys[i].grammar);
    return 0;
}

/* --- sections ------------------------------------------------------------ */

static int close_section(const struct parser *parser)
{
    if (parser->open == NULL || parser->open->version[0] != '\0')
        return 0;
    return ini_fail(&parser->ini, parser->section_line, parser->error,
                    "channel %s/%s lacks 'version = ...', %s",
                    parser->open->model, parser->open->name,
                    INI_VERSION_GRAMMAR);
}

static int split(const char *text, struct store_channel *channel)
{
    const char *slash = strchr(text, '/');
    if (slash == NULL || slash - text > (ptrdiff_t)FFX_MODEL_MAX ||
        !store_channel_valid(slash + 1))
        return -1;
    memcpy(channel->model, text, (size_t)(slash - text));
    strcpy(channel->name, slash + 1);
    return ffx_model_valid(channel->model) ? 0 : -1;
}

static int check_room(const struct parser *parser,
                      const struct store_channel *added)
{
    const struct store_channels *channels = parser->channels;
    size_t same = 0;
    for (size_t i = 0; i < channels->count; i++)
        same += strcmp(channels->all[i].model, added->model) == 0;
    if (find(channels, added->model, added->name) != NULL)
        return ini_fail(&parser->ini, parser->ini.line, parser->error,
                        "channel %s/%s stands here twice", added->model,
                        added->name);
    if (same == STORE_CHANNELS_PER_MODEL)
        return ini_fail(&parser->ini, parser->ini.line, parser->error,
                        "a model has at most %u channels: remove one of %s",
                        STORE_CHANNELS_PER_MODEL, added->model);
    if (channels->count == STORE_CHANNELS_MAX)
        return ini_fail(&parser->ini, parser->ini.line, parser->error,
                        "there are at most %u channels: remove one",
                        STORE_CHANNELS_MAX);
    return 0;
}

static int open_section(struct parser *parser, const struct ini_line *line)
{
    struct store_channels *channels = parser->channels;
    struct store_channel added = {0};
    int result = close_section(parser);
    if (result != 0)
        return result;
    if (strcmp(line->name, "channel") != 0)
        return ini_fail(&parser->ini, parser->ini.line, parser->error,
                        "unknown section '%.40s': there is only [channel "
                        "MODEL/NAME]",
                        line->name);
    if (split(line->value, &added) != 0)
        return ini_fail(&parser->ini, parser->ini.line, parser->error,
                        "[channel '%.40s'] is not MODEL/NAME: a model, and up "
                        "to %u of a-z, 0-9 and '-'",
                        line->value, STORE_CHANNEL_MAX);
    result = check_room(parser, &added);
    if (result != 0)
        return result;
    parser->section_line = parser->ini.line;
    parser->seen = 0;
    parser->open = &channels->all[channels->count++];
    *parser->open = added;
    return 0;
}

/* --- the file ------------------------------------------------------------ */

static int parse(struct parser *parser)
{
    struct ini_line line;
    int got;
    while ((got = ini_next(&parser->ini, &line, parser->error)) > 0) {
        const int result = line.is_section ? open_section(parser, &line)
                                           : set_key(parser, &line);
        if (result != 0)
            return result;
    }
    return got != 0 ? got : close_section(parser);
}

int store_channels_parse(struct store_channels *channels, const char *path,
                         char *text, struct pack_error *error)
{
    struct parser parser = {.channels = channels, .error = error};
    channels->count = 0;
    channels->all = calloc(STORE_CHANNELS_MAX, sizeof *channels->all);
    if (channels->all == NULL)
        return fail_with(error, FFX_ERR_SPACE, "%s: out of memory", path);
    ini_start(&parser.ini, path, text);
    const int result = parse(&parser);
    if (result != 0)
        store_channels_close(channels);
    return result;
}

static char *join(const char *directory, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

/* A list that cannot be opened is the fault of the line that names it. */
static int read_list(struct store_channel *channel, const char *directory,
                     struct pack_error *error)
{
    struct pack_error cause;
    char *path = join(directory, channel->imei_file);
    if (path == NULL)
        return fail_with(error, FFX_ERR_SPACE, "%s: out of memory", directory);
    int result = store_imeis_read(&channel->imeis, path, &cause);
    if (result == FFX_ERR_IO)
        fail_with(error, result,
                  "%s/" STORE_CHANNELS_FILE ":%u: imei = %s: %.300s", directory,
                  channel->line, channel->imei_file, cause.text);
    else if (result != 0)
        *error = cause;
    free(path);
    return result;
}

static int read_lists(struct store_channels *channels, const char *directory,
                      struct pack_error *error)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < channels->count; i++)
        if (channels->all[i].imei_file[0] != '\0')
            result = read_list(&channels->all[i], directory, error);
    if (result != 0)
        store_channels_close(channels);
    return result;
}

static int parse_buffer(struct store_channels *channels, const char *path,
                        struct pack_buffer *text, struct pack_error *error)
{
    if (text->length > 0 && memchr(text->bytes, '\0', text->length) != NULL)
        return fail_with(error, FFX_ERR_MANIFEST,
                         "%s: not a text file: it holds a NUL", path);
    buffer_append(text, "", 1);
    return store_channels_parse(channels, path, (char *)text->bytes, error);
}

int store_channels_read(struct store_channels *channels, const char *directory,
                        struct pack_error *error)
{
    struct pack_buffer text;
    char *path = join(directory, STORE_CHANNELS_FILE);
    memset(channels, 0, sizeof *channels);
    if (path == NULL)
        return fail_with(error, FFX_ERR_SPACE, "%s: out of memory", directory);
    int result = pack_read_regular(path, &text, error);
    if (result != 0 && error->missing) {
        free(path);
        return 0;
    }
    if (result == 0)
        result = parse_buffer(channels, path, &text, error);
    if (result == 0)
        result = read_lists(channels, directory, error);
    pack_buffer_free(&text);
    free(path);
    return result;
}

void store_channels_close(struct store_channels *channels)
{
    for (size_t i = 0; i < channels->count; i++)
        store_imeis_free(&channels->all[i].imeis);
    free(channels->all);
    memset(channels, 0, sizeof *channels);
}

/* --- who is in which ----------------------------------------------------- */

static uint32_t bucket(const struct store_channel *channel, const char *imei)
{
    char text[FFX_MODEL_MAX + FFX_VERSION_MAX + STORE_IMEI_MAX + 3];
    uint8_t digest[FFX_SHA256_BYTES];
    const int length = snprintf(text, sizeof text, "%s/%s/%s", channel->model,
                                channel->version, imei);
    pack_sha256(text, (size_t)length, digest);
    return ((uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 |
            (uint32_t)digest[2] << 8 | digest[3]) %
           100;
}

static int takes(const struct store_channel *channel, const char *imei)
{
    return store_imeis_has(&channel->imeis, imei) ||
           (channel->percent > 0 && bucket(channel, imei) < channel->percent);
}

static void print_names(const struct store_channels *channels,
                        const char *model, char *text, size_t size)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < channels->count; i++) {
        const struct store_channel *channel = &channels->all[i];
        if (strcmp(channel->model, model) != 0 || is_stable(channel))
            continue;
        snprintf(text + length, size - length, ", %s", channel->name);
        length += strlen(text + length);
    }
}

static int choose_named(const struct store_channels *channels,
                        const char *model, const char *name,
                        const struct store_channel **out, char *why)
{
    if (!store_channel_valid(name)) {
        snprintf(why, STORE_CHANNELS_WHY,
                 "channel is not a name: up to %u of a-z, 0-9 and '-'",
                 STORE_CHANNEL_MAX);
        return BAD_REQUEST;
    }
    *out = find(channels, model, name);
    if (*out != NULL || strcmp(name, STORE_CHANNEL_STABLE) == 0)
        return 0;
    snprintf(why, STORE_CHANNELS_WHY,
             "model %s has no channel %s: ask for " STORE_CHANNEL_STABLE, model,
             name);
    print_names(channels, model, why, STORE_CHANNELS_WHY);
    return NOT_FOUND;
}

int store_channels_choose(const struct store_channels *channels,
                          const char *model, const char *imei,
                          const char *channel, const struct store_channel **out,
                          char why[STORE_CHANNELS_WHY])
{
    *out = NULL;
    why[0] = '\0';
    if (imei[0] != '\0' && !store_imei_valid(imei)) {
        snprintf(why, STORE_CHANNELS_WHY, "imei is not 14 to 16 digits");
        return BAD_REQUEST;
    }
    if (channel[0] != '\0')
        return choose_named(channels, model, channel, out, why);
    for (size_t i = 0; imei[0] != '\0' && i < channels->count; i++)
        if (strcmp(channels->all[i].model, model) == 0 &&
            takes(&channels->all[i], imei)) {
            *out = &channels->all[i];
            return 0;
        }
    *out = find(channels, model, STORE_CHANNEL_STABLE);
    return 0;
}

int store_channels_reserved(const struct store_channels *channels,
                            const char *model, const char *version)
{
    for (size_t i = 0; i < channels->count; i++) {
        const struct store_channel *channel = &channels->all[i];
        if (!is_stable(channel) && strcmp(channel->model, model) == 0 &&
            strcmp(channel->version, version) == 0)
            return 1;
    }
    return 0;
}
