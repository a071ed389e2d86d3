/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/release_ini.h"

#include "pack/buffer.h"
#include "pack/fail.h"
#include "pack/ini.h"

#include <string.h>

/* --- keys ---------------------------------------------------------------- */

/* One key of a section: where its value goes and what it may be. */
struct field {
    const char *name;
    size_t offset;     /* in struct pack_release or struct pack_component */
    size_t text_bytes; /* with NUL; 0: a uint32_t */
    int (*valid)(const char *text);
    const char *grammar; /* what to write instead, for the error */
};

#define RELEASE(field) offsetof(struct pack_release, field)
#define COMPONENT(field) offsetof(struct pack_component, field)
#define BYTES "a number of bytes such as 4096, 0x1000 or 4K"

static const struct field release_fields[] = {
    {"model", RELEASE(model), FFX_MODEL_MAX + 1, ffx_model_valid,
     "up to 16 letters, digits and '-', first and last alphanumeric"},
    {"version", RELEASE(version), FFX_VERSION_MAX + 1, ini_is_version,
     INI_VERSION_GRAMMAR},
    {"sequence", RELEASE(sequence), 0, NULL, "a number from 1 to 4294967295"},
};

static const struct field component_fields[] = {
    {"file", COMPONENT(file), sizeof((struct pack_component *)0)->file,
     ini_is_file, INI_FILE_GRAMMAR},
    {"slot_size", COMPONENT(slot_size), 0, NULL, BYTES},
    {"sector", COMPONENT(sector), 0, NULL, BYTES},
    {"step", COMPONENT(step), 0, NULL, BYTES},
    {"ram", COMPONENT(ram), 0, NULL, BYTES},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* --- sections ------------------------------------------------------------ */

struct parser {
    struct ini ini;
    struct pack_release *release;
    struct pack_error *error;
    int has_release;
    /* The open section; fields is null before the first. */
    const struct field *fields;
    size_t field_count;
    uint32_t seen; /* bit i: fields[i] has its value */
    unsigned section_line;
    char *object; /* what the offsets of fields count from */
};

static int check_geometry(const struct parser *parser,
                          const struct pack_component *component)
{
    const struct ini *ini = &parser->ini;
    if (component->sector == 0 || component->step == 0 ||
        component->step % component->sector != 0)
        return ini_fail(ini, parser->section_line, parser->error,
                        "component %s: step %u is not a multiple of sector %u",
                        component->name, component->step, component->sector);
    if (component->slot_size < component->sector)
        return ini_fail(ini, parser->section_line, parser->error,
                        "component %s: slot_size %u holds no sector of %u",
                        component->name, component->slot_size,
                        component->sector);
    return 0;
}

static int check_section(const struct parser *parser)
{
    if (parser->fields == component_fields)
        return check_geometry(parser, (const void *)parser->object);
    if (parser->fields == release_fields && parser->release->sequence == 0)
        return ini_fail(&parser->ini, parser->section_line, parser->error,
                        "sequence begins with 1 and grows with each release");
    return 0;
}

static int close_section(const struct parser *parser)
{
    for (size_t i = 0; i < parser->field_count; i++)
        if ((parser->seen >> i & 1) == 0)
            return ini_fail(&parser->ini, parser->section_line, parser->error,
                            "this section lacks '%s = ...', %s",
                            parser->fields[i].name, parser->fields[i].grammar);
    return check_section(parser);
}

static int open_component(struct parser *parser, const char *name)
{
    struct pack_release *release = parser->release;
    if (!ffx_component_valid(name))
        return ini_fail(&parser->ini, parser->ini.line, parser->error,
                        "[component NAME] wants a NAME such as modem, ap or "
                        "app, not '%.40s'",
                        name);
    for (uint32_t i = 0; i < release->component_count; i++)
        if (strcmp(release->components[i].name, name) == 0)
            return ini_fail(&parser->ini, parser->ini.line, parser->error,
                            "component %s stands here twice", name);
    if (release->component_count == FFX_COMPONENTS)
        return ini_fail(&parser->ini, parser->ini.line, parser->error,
                        "a release has at most %u components", FFX_COMPONENTS);
    struct pack_component *component =
        &release->components[release->component_count++];
    memcpy(component->name, name, strlen(name) + 1);
    parser->fields = component_fields;
    parser->field_count = COUNT(component_fields);
    parser->object = (char *)component;
    return 0;
}

static int open_section(struct parser *parser, const struct ini_line *line)
{
    int result = close_section(parser);
    parser->section_line = parser->ini.line;
    parser->seen = 0;
    if (result != 0)
        return result;
    if (strcmp(line->name, "component") == 0)
        return open_component(parser, line->value);
    if (strcmp(line->name, "release") != 0 || line->value[0] != '\0')
        return ini_fail(&parser->ini, parser->ini.line, parser->error,
                        "unknown section '%.40s': there are [release] and "
                        "[component NAME]",
                        line->name);
    if (parser->has_release)
        return ini_fail(&parser->ini, parser->ini.line, parser->error,
                        "[release] stands here twice");
    parser->has_release = 1;
    parser->fields = release_fields;
    parser->field_count = COUNT(release_fields);
    parser->object = (char *)parser->release;
    return 0;
}

/* --- values -------------------------------------------------------------- */

static int store_value(char *object, const struct field *field,
                       const char *value)
{
    uint32_t number;
    if (field->text_bytes == 0) {
        if (ini_number(value, &number) != 0)
            return -1;
        memcpy(object + field->offset, &number, sizeof number);
        return 0;
    }
    if (strlen(value) >= field->text_bytes || !field->valid(value))
        return -1;
    memcpy(object + field->offset, value, strlen(value) + 1);
    return 0;
}

static int set_key(struct parser *parser, const struct ini_line *line)
{
    const struct ini *ini = &parser->ini;
    size_t i = 0;
    while (i < parser->field_count &&
           strcmp(parser->fields[i].name, line->name) != 0)
        i++;
    if (i == parser->field_count)
        return ini_fail(ini, ini->line, parser->error,
                        "unknown key '%.40s' in this section", line->name);
    if ((parser->seen >> i & 1) != 0)
        return ini_fail(ini, ini->line, parser->error, "'%s' stands here twice",
                        line->name);
    parser->seen |= 1u << i;
    if (store_value(parser->object, &parser->fields[i], line->value) != 0)
        return ini_fail(ini, ini->line, parser->error, "%s = '%.80s' is not %s",
                        line->name, line->value, parser->fields[i].grammar);
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
    if (got == 0)
        got = close_section(parser);
    if (got != 0)
        return got;
    if (!parser->has_release || parser->release->component_count == 0)
        return ini_fail(&parser->ini, parser->ini.line, parser->error,
                        "[release] and at least one [component NAME] must be "
                        "here");
    return 0;
}

int release_ini_parse(const char *path, char *text, size_t length,
                      struct pack_release *release, struct pack_error *error)
{
    struct parser parser = {.release = release, .error = error};
    if (memchr(text, '\0', length) != NULL)
        return fail_with(error, FFX_ERR_MANIFEST,
                         "%s: not a text file: it holds a NUL", path);
    ini_start(&parser.ini, path, text);
    return parse(&parser);
}

int release_ini_read(const char *path, struct pack_release *release,
                     struct pack_error *error)
{
    struct pack_buffer text;
    int result = pack_read_file(path, &text, error);
    if (result != 0)
        return result;
    const size_t length = text.length;
    buffer_append(&text, "", 1);
    result =
        release_ini_parse(path, (char *)text.bytes, length, release, error);
    pack_buffer_free(&text);
    return result;
}
