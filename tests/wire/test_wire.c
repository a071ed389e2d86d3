/* SPDX-License-Identifier: Apache-2.0 */
/* Plays the dialogues of this folder (README.md) against the virtual module:
 * those that need a server against `farfix sim run`, the others against one
 * in this process, over a clock of its own. */
#include "child.h"
#include "fixture.h"
#include "server.h"
#include "transcript.h"
#include "virtual.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES TRANSCRIPT_LINE
#define WAIT_MS 20000
#define SILENCE_MS 700000u /* of virtual time */
#define END_MS 200u
#define PACKAGE_BYTES 109285 /* as in the note's example */

/* --- what all dialogues share -------------------------------------------- */

static struct fixture fixture;
static struct server_http http, https;
static struct server_ftp ftp;

static void publish(const char *directory)
{
    char command[2048];
    snprintf(command, sizeof command,
             "mkdir -p '%s/V1___V2' && cp '%s' '%s/V1___V2/' && cp '%s' '%s/'",
             directory, fixture.zip_path, directory, fixture.zip_path,
             directory);
    assert_int_equal(system(command), 0);
}

static int set_up_group(void **context)
{
    static const struct fixture_options options = {
        .version_a = "1529B03SIM7000G",
        .version_b = "1529B04SIM7000G",
        .components = {{"modem", 20000, 21000, 65536, 0},
                       {"ap", 85000, 86000, 131072, 0}}};
    char root[FIXTURE_PATH], prefix[FIXTURE_PATH], crt[FIXTURE_PATH],
        key[FIXTURE_PATH];
    (void)context;
    fixture_make(&fixture, &options);
    fixture_path(&fixture, "www", root);
    fixture_path(&fixture, "server", prefix);
    fixture_path(&fixture, "server.crt", crt);
    fixture_path(&fixture, "server.key", key);
    publish(root);
    server_certificate(prefix);
    server_http_start(&http, root, NULL, NULL);
    server_http_start(&https, root, crt, key);
    server_ftp_start(&ftp, fixture.directory, root,
                     (uint32_t)fixture.zip.length);
    return 0;
}

static int tear_down_group(void **context)
{
    (void)context;
    server_ftp_stop(&ftp);
    server_http_stop(&https);
    server_http_stop(&http);
    fixture_free(&fixture);
    return 0;
}

/* --- one dialogue -------------------------------------------------------- */

/* What the module must be: ": name value" lines, wherever they stand. */
struct setting {
    char name[16], value[LINE_MAX_BYTES];
};
#define SETTINGS 12

struct dialogue {
    const char *path; /* the transcript */
    FILE *stream;
    unsigned number; /* of the line in hand */
    struct setting settings[SETTINGS];
    int setting_count;
    int served; /* by a real server: a process */
    char state[FIXTURE_PATH];
    struct child sim;
    struct virtual *virtual;   /* null: the process */
    char heard[VIRTUAL_SAID];  /* of it ... */
    size_t heard_length, used; /* ... and how much was read */
    int silent;                /* echo is off */
    size_t sent;               /* bytes of the package */
    long done;                 /* the last percentage */
    char seen[LINE_MAX_BYTES]; /* a line of the screen that is not used up */
    int has_seen;
};

static const char *setting(const struct dialogue *dialogue, const char *name)
{
    for (int i = 0; i < dialogue->setting_count; i++)
        if (strcmp(dialogue->settings[i].name, name) == 0)
            return dialogue->settings[i].value;
    return NULL;
}

/* Names in braces that have one value. */
static const char *value_of(const struct dialogue *dialogue, const char *name,
                            char value[FIXTURE_PATH])
{
    if (strcmp(name, "size") == 0)
        snprintf(value, FIXTURE_PATH, "%zu", fixture.zip.length);
    else if (strcmp(name, "rest") == 0)
        snprintf(value, FIXTURE_PATH, "%zu",
                 fixture.zip.length - dialogue->sent);
    else if (strcmp(name, "http") == 0)
        snprintf(value, FIXTURE_PATH, "127.0.0.1:%u", http.port);
    else if (strcmp(name, "https") == 0)
        snprintf(value, FIXTURE_PATH, "127.0.0.1:%u", https.port);
    else if (strcmp(name, "ftp_port") == 0)
        snprintf(value, FIXTURE_PATH, "%u", ftp.port);
    else if (strcmp(name, "ftp_path") == 0)
        snprintf(value, FIXTURE_PATH, "%.200s/www/", fixture.directory);
    else if (strcmp(name, "ca") == 0)
        fixture_path(&fixture, "server.crt", value);
    else if (strcmp(name, "ftp") == 0)
        return "127.0.0.1";
    else if (strcmp(name, "user") == 0)
        return SERVER_FTP_USER;
    else if (strcmp(name, "password") == 0)
        return SERVER_FTP_PASSWORD;
    else if (strcmp(name, "from") == 0)
        return fixture.a.version;
    else if (strcmp(name, "to") == 0)
        return fixture.b.version;
    else
        return NULL;
    return value;
}

static void expand(const struct dialogue *dialogue, const char *text,
                   char out[LINE_MAX_BYTES])
{
    size_t length = 0;
    while (*text != '\0' && length + FIXTURE_PATH < LINE_MAX_BYTES) {
        char name[16], value[FIXTURE_PATH];
        const char *behind = transcript_placeholder(text, name);
        const char *known =
            behind != NULL ? value_of(dialogue, name, value) : NULL;
        if (known == NULL) {
            out[length++] = *text++;
            continue;
        }
        length += (size_t)snprintf(out + length, FIXTURE_PATH, "%s", known);
        text = behind;
    }
    out[length] = '\0';
}

/* Characters at the start of `text` that a pattern takes. */
static size_t pattern_length(struct dialogue *dialogue, const char *name,
                             const char *text)
{
    if (strcmp(name, "ip") == 0)
        return strspn(text, "0123456789.");
    if (strcmp(name, "time") == 0)
        return strspn(text, "0123456789/,:+-");
    const size_t length = strspn(text, "0123456789");
    if (strcmp(name, "done") != 0)
        return length;
    const long done = strtol(text, NULL, 10);
    const int rises = done >= dialogue->done && done <= 100;
    dialogue->done = done;
    return rises ? length : 0;
}

static int matches(struct dialogue *dialogue, const char *wanted,
                   const char *text)
{
    while (*wanted != '\0') {
        char name[16];
        const char *behind = transcript_placeholder(wanted, name);
        if (behind == NULL) {
            if (*wanted++ != *text++)
                return 0;
            continue;
        }
        const size_t length = pattern_length(dialogue, name, text);
        if (length == 0)
            return 0;
        text += length;
        wanted = behind;
    }
    return *text == '\0';
}

/* --- the screen ---------------------------------------------------------- */

/* What it logged, if it is a process. */
static void show_log(const struct dialogue *dialogue)
{
    char path[300], line[512];
    snprintf(path, sizeof path, "%s.err", dialogue->state);
    FILE *errors = fopen(path, "r");
    while (errors != NULL && fgets(line, sizeof line, errors) != NULL)
        print_message("# %s", line);
    if (errors != NULL)
        fclose(errors);
}

static void failed(const struct dialogue *dialogue, const char *what,
                   const char *detail)
{
    show_log(dialogue);
    if (dialogue->virtual != NULL)
        print_message("# %s\n", dialogue->virtual->log);
    fail_msg("%s:%u: %s '%s'", dialogue->path, dialogue->number, what, detail);
}

/* `text` is what the virtual module has said since the last call. */
static void keep(struct dialogue *dialogue, const char *text)
{
    const struct virtual *v = dialogue->virtual;
    const size_t length = (size_t)(v->said + v->said_length - text);
    if (dialogue->used == dialogue->heard_length)
        dialogue->used = dialogue->heard_length = 0;
    assert_true(length <= sizeof dialogue->heard - dialogue->heard_length);
    memcpy(dialogue->heard + dialogue->heard_length, text, length);
    dialogue->heard_length += length;
}

static void pass(struct dialogue *dialogue, uint32_t ms)
{
    keep(dialogue, virtual_wait(dialogue->virtual, ms));
}

/* The next byte of the module; 0 when it is silent. */
static int hear(struct dialogue *dialogue, char *byte)
{
    if (dialogue->virtual == NULL)
        return child_read(&dialogue->sim, byte, 1, WAIT_MS) == 1;
    for (uint32_t ms = 0;
         dialogue->used == dialogue->heard_length && ms < SILENCE_MS; ms += 20)
        pass(dialogue, 20);
    if (dialogue->used == dialogue->heard_length)
        return 0;
    *byte = dialogue->heard[dialogue->used++];
    return 1;
}

static void say(struct dialogue *dialogue, const void *bytes, size_t length)
{
    if (dialogue->virtual == NULL)
        child_write(&dialogue->sim, bytes, length);
    else
        keep(dialogue, virtual_send(dialogue->virtual, bytes, length));
}

/* Reads up to LF; CR LF ends each line, an echoed CR may stand before it. */
static void read_screen(struct dialogue *dialogue, char line[LINE_MAX_BYTES])
{
    size_t length = 0;
    if (dialogue->has_seen) {
        memcpy(line, dialogue->seen, LINE_MAX_BYTES);
        dialogue->has_seen = 0;
        return;
    }
    do {
        if (!hear(dialogue, line + length)) {
            line[length] = '\0';
            failed(dialogue, "the module is silent behind", line);
        }
    } while (line[length++] != '\n' && length < LINE_MAX_BYTES);
    line[--length] = '\0';
    if (length == 0 || line[length - 1] != '\r')
        failed(dialogue, "a line does not end with CR LF:", line);
    while (length > 0 && line[length - 1] == '\r')
        line[--length] = '\0';
}

static void unread_screen(struct dialogue *dialogue, const char *line)
{
    memcpy(dialogue->seen, line, LINE_MAX_BYTES);
    dialogue->has_seen = 1;
}

static void expect(struct dialogue *dialogue, const char *wanted)
{
    char line[LINE_MAX_BYTES];
    read_screen(dialogue, line);
    if (!matches(dialogue, wanted, line)) {
        print_message("# wanted '%s'\n", wanted);
        failed(dialogue, "the screen shows", line);
    }
}

/* --- lines of a transcript ----------------------------------------------- */

static void type_line(struct dialogue *dialogue, const char *text)
{
    char typed[LINE_MAX_BYTES];
    snprintf(typed, sizeof typed, "%s\r", text);
    say(dialogue, typed, strlen(typed));
    if (!dialogue->silent)
        expect(dialogue, text);
}

/* Exactly these bytes, whatever lines they make. */
static void expect_bytes(struct dialogue *dialogue, const char *text)
{
    char wanted[LINE_MAX_BYTES], got[LINE_MAX_BYTES + 1] = "";
    const size_t length = transcript_unescape(text, wanted);
    for (size_t i = 0; i < length; i++) {
        if (!hear(dialogue, got + i) || got[i] != wanted[i])
            failed(dialogue, "other bytes:", got);
    }
}

static void expect_package(struct dialogue *dialogue, const char *range)
{
    char *end, byte;
    const size_t length = strtoul(range, &end, 10);
    const size_t from = strtoul(end, NULL, 10);
    assert_true(from + length <= fixture.zip.length);
    for (size_t i = from; i < from + length; i++)
        if (!hear(dialogue, &byte) || byte != (char)fixture.zip.bytes[i])
            failed(dialogue, "other bytes than the package's", range);
}

static void send_package(struct dialogue *dialogue, const char *count)
{
    const size_t left = fixture.zip.length - dialogue->sent;
    const size_t length =
        strcmp(count, "rest") == 0 ? left : strtoul(count, NULL, 10);
    assert_true(length <= left);
    say(dialogue, fixture.zip.bytes + dialogue->sent, length);
    dialogue->sent += length;
}

#define GROUP 4

struct group {
    char wanted[GROUP][LINE_MAX_BYTES];
    int count;
};

/* Lines of the group, any number of them, before the first that is none. */
static void expect_group(struct dialogue *dialogue, struct group *group)
{
    char line[LINE_MAX_BYTES];
    int again = group->count > 0;
    while (again) {
        read_screen(dialogue, line);
        again = 0;
        for (int i = 0; i < group->count && !again; i++)
            again = matches(dialogue, group->wanted[i], line);
        if (!again)
            unread_screen(dialogue, line);
    }
    group->count = 0;
}

/* ": name value" lines that act where they stand. */
static void act(struct dialogue *dialogue, const char *text)
{
    const char *value;
    if ((value = transcript_behind(text, ": send ")) != NULL) {
        send_package(dialogue, value);
    } else if ((value = transcript_behind(text, ": echo ")) != NULL) {
        dialogue->silent = strcmp(value, "off") == 0;
    } else if ((value = transcript_behind(text, ": wait ")) != NULL) {
        assert_non_null(dialogue->virtual);
        pass(dialogue, (uint32_t)strtoul(value, NULL, 10));
    } else if ((value = transcript_behind(text, ": control ")) != NULL) {
        assert_non_null(dialogue->virtual);
        if (strcmp(virtual_control(dialogue->virtual, value), "ok\n") != 0)
            failed(dialogue, "the module does not take", value);
    }
}

static void play_typed(struct dialogue *dialogue, const char *text)
{
    char bytes[LINE_MAX_BYTES];
    if (text[1] == '=')
        say(dialogue, bytes, transcript_unescape(text + 3, bytes));
    else
        type_line(dialogue, text + 2);
}

static void play_shown(struct dialogue *dialogue, const char *text)
{
    if (text[1] == '=')
        expect_bytes(dialogue, text + 3);
    else if (text[1] == ':')
        expect_package(dialogue, text + 3);
    else
        expect(dialogue, text + (text[1] == ' ' ? 2 : 1));
}

static void play_line(struct dialogue *dialogue, const char *raw,
                      struct group *group)
{
    char text[LINE_MAX_BYTES];
    expand(dialogue, raw, text);
    if (strncmp(text, "<*", 2) == 0 && group->count < GROUP) {
        memcpy(group->wanted[group->count++], text + (text[2] == ' ' ? 3 : 2),
               LINE_MAX_BYTES - 3);
        return;
    }
    if (text[0] == '#' || text[0] == '\0')
        return;
    expect_group(dialogue, group);
    if (text[0] == '>')
        play_typed(dialogue, text);
    else if (text[0] == '<')
        play_shown(dialogue, text);
    else if (text[0] == ':')
        act(dialogue, text);
    else
        failed(dialogue, "not a line of a transcript:", text);
}

static int next_line(struct dialogue *dialogue, char line[LINE_MAX_BYTES])
{
    if (fgets(line, LINE_MAX_BYTES, dialogue->stream) == NULL)
        return 0;
    line[strcspn(line, "\n")] = '\0';
    dialogue->number++;
    return 1;
}

/* --- the module ---------------------------------------------------------- */

/* As if it had been pushed: HTTPS trusts what lies there. */
static void place_root(const struct dialogue *dialogue)
{
    char command[3 * FIXTURE_PATH];
    snprintf(command, sizeof command,
             "mkdir -p '%.200s/customer' && cp '%.200s/server.crt' "
             "'%.200s/customer/'",
             dialogue->state, fixture.directory, dialogue->state);
    assert_int_equal(system(command), 0);
}

/* With one wrong bit in the middle: ": package flipped". */
static void flip(const struct setting *package, uint8_t *bytes)
{
    memcpy(bytes, fixture.zip.bytes, fixture.zip.length);
    if (strcmp(package->value, "flipped") == 0)
        bytes[fixture.zip.length / 2] ^= 1;
}

/* A name that no line may have, or null. */
static const char *stranger(const char *name)
{
    static const char *const known[] = {
        "sim",    "package", "customer", "profile", "quirk", "bug",   "damage",
        "faults", "model",   "without",  "pin",     "boot",  "file",  "send",
        "echo",   "wait",    "control",  "driver",  "with",  "alone", "module"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i], name) == 0)
            return NULL;
    return name;
}

static void read_settings(struct dialogue *dialogue)
{
    char line[LINE_MAX_BYTES], text[LINE_MAX_BYTES];
    while (next_line(dialogue, line)) {
        struct setting *next = &dialogue->settings[dialogue->setting_count];
        dialogue->served |= strstr(line, "{http") != NULL ||
                            strstr(line, "{ftp") != NULL ||
                            strncmp(line, ": sim ", 6) == 0;
        expand(dialogue, line, text);
        if (strncmp(text, ": ", 2) != 0)
            continue;
        const size_t length = strcspn(text + 2, " ");
        snprintf(next->name, sizeof next->name, "%.*s", (int)length, text + 2);
        snprintf(next->value, sizeof next->value, "%s",
                 text + 2 + length + (text[2 + length] == ' '));
        if (stranger(next->name) != NULL)
            failed(dialogue, "unknown:", text);
        if (strcmp(next->name, "send") != 0 && strcmp(next->name, "echo") != 0)
            dialogue->setting_count++;
        assert_true(dialogue->setting_count < SETTINGS);
    }
    rewind(dialogue->stream);
    dialogue->number = 0;
}

/* --- ... a process ------------------------------------------------------- */

struct options {
    const char *argv[40];
    char words[16][LINE_MAX_BYTES];
    int count, used;
};

static void add_option(struct options *options, const char *text)
{
    assert_true(options->used < 16);
    snprintf(options->words[options->used], LINE_MAX_BYTES, "%s", text);
    options->argv[options->count++] = options->words[options->used++];
}

/* An option and its value, which may hold blanks. */
static void add_sim(struct options *options, const char *text)
{
    char name[LINE_MAX_BYTES];
    const char *value = strchr(text, ' ');
    assert_non_null(value);
    snprintf(name, sizeof name, "%.*s", (int)(value - text), text);
    add_option(options, name);
    add_option(options, value + 1);
}

static void add_faults(const struct dialogue *dialogue, struct options *options,
                       const char *faults)
{
    char path[FIXTURE_PATH + 16];
    snprintf(path, sizeof path, "%s.faults", dialogue->state);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fprintf(stream, "%s\n", faults);
    fclose(stream);
    add_option(options, "--faults");
    add_option(options, path);
}

static void add_setting(struct dialogue *dialogue, struct options *options,
                        const struct setting *next)
{
    char name[20];
    if (strcmp(next->name, "customer") == 0) {
        place_root(dialogue);
    } else if (strcmp(next->name, "sim") == 0) {
        add_sim(options, next->value);
    } else if (strcmp(next->name, "faults") == 0) {
        add_faults(dialogue, options, next->value);
    } else if (strcmp(next->name, "quirk") == 0 ||
               strcmp(next->name, "bug") == 0) {
        snprintf(name, sizeof name, "--%s", next->name);
        add_option(options, name);
        add_option(options, next->value);
    } else {
        assert_true(strcmp(next->name, "driver") == 0 ||
                    strcmp(next->name, "with") == 0 ||
                    strcmp(next->name, "alone") == 0 ||
                    strcmp(next->name, "profile") == 0);
    }
}

static void start_process(struct dialogue *dialogue)
{
    static struct options options;
    char errors[300];
    const char *profile = setting(dialogue, "profile");
    options = (struct options){
        .argv = {getenv("FARFIX"), "sim", "run", "--stdio", "--flash-speed",
                 "fast", "--profile", profile != NULL ? profile : "note",
                 "--state", dialogue->state, "--release", fixture.a_path,
                 "--trust", fixture.trust_path},
        .count = 14};
    assert_non_null(options.argv[0]);
    for (int i = 0; i < dialogue->setting_count; i++)
        add_setting(dialogue, &options, &dialogue->settings[i]);
    snprintf(errors, sizeof errors, "%s.err", dialogue->state);
    child_start(&dialogue->sim, options.argv, errors);
}

static void wait_for_boot(struct dialogue *dialogue)
{
    char line[LINE_MAX_BYTES];
    do
        read_screen(dialogue, line);
    while (strcmp(line, "SMS Ready") != 0);
}

/* --- ... or one in this process ------------------------------------------ */

/* Each value of the list that `name`'s lines make. */
static void each(const struct dialogue *dialogue, const char *name,
                 int (*take)(void *to, const char *value), void *to)
{
    for (int i = 0; i < dialogue->setting_count; i++) {
        char list[LINE_MAX_BYTES];
        if (strcmp(dialogue->settings[i].name, name) != 0)
            continue;
        memcpy(list, dialogue->settings[i].value, sizeof list);
        for (char *value = strtok(list, ","); value; value = strtok(NULL, ","))
            if (take(to, value) != FFX_OK)
                failed(dialogue, "unknown:", value);
    }
}

static int take_quirk(void *to, const char *value)
{
    return ffx_module_quirk_set(to, value);
}

static int take_bug(void *to, const char *value)
{
    return ffx_module_bug_set(to, value);
}

static int take_damage(void *to, const char *value)
{
    return ffx_module_damage_set(to, value);
}

/* ": file fota/name N": the first N bytes of the package. */
static void place_files(const struct dialogue *dialogue)
{
    static uint8_t package[2 * PACKAGE_BYTES];
    assert_true(fixture.zip.length <= sizeof package);
    for (int i = 0; i < dialogue->setting_count; i++) {
        const struct setting *next = &dialogue->settings[i];
        char name[64];
        unsigned long length;
        if (strcmp(next->name, "package") == 0) {
            flip(next, package);
            virtual_put(dialogue->virtual, "fota/update.zip", package,
                        fixture.zip.length);
        }
        if (strcmp(next->name, "file") == 0) {
            assert_int_equal(sscanf(next->value, "%63s %lu", name, &length), 2);
            assert_true(length <= fixture.zip.length);
            virtual_put(dialogue->virtual, name, fixture.zip.bytes, length);
        }
    }
}

static int lacks(const struct dialogue *dialogue, const char *what)
{
    const char *without = setting(dialogue, "without");
    return without != NULL && strcmp(without, what) == 0;
}

static enum ffx_module_profile profile_of(const struct dialogue *dialogue)
{
    const char *profile = setting(dialogue, "profile");
    if (profile == NULL)
        return FFX_PROFILE_NOTE;
    enum ffx_module_profile found = FFX_PROFILE_NOTE;
    assert_int_equal(ffx_module_profile_set(&found, profile), FFX_OK);
    return found;
}

static void start_virtual(struct dialogue *dialogue)
{
    static struct virtual virtual;
    static uint8_t quirks[FFX_QUIRKS];
    static char model[64];
    struct virtual_options options = {.quirks = quirks,
                                      .profile = profile_of(dialogue),
                                      .no_sim = lacks(dialogue, "sim"),
                                      .no_apn = lacks(dialogue, "bearer"),
                                      .sim_pin = setting(dialogue, "pin"),
                                      .faults = setting(dialogue, "faults")};
    ffx_module_quirks(options.profile, quirks);
    each(dialogue, "quirk", take_quirk, quirks);
    each(dialogue, "bug", take_bug, &options.bugs);
    each(dialogue, "damage", take_damage, &options.damage);
    if (setting(dialogue, "model") != NULL) {
        snprintf(model, sizeof model, "%.63s", setting(dialogue, "model"));
        options.version = strchr(model, ' ') + 1;
        *strchr(model, ' ') = '\0';
        options.model = model;
    }
    virtual_create(&virtual, &fixture, &options);
    dialogue->virtual = &virtual;
    place_files(dialogue);
    if (setting(dialogue, "boot") == NULL)
        virtual_wait(&virtual, 2000);
}

static void end_virtual(struct dialogue *dialogue)
{
    char rest[LINE_MAX_BYTES];
    pass(dialogue, END_MS);
    snprintf(rest, sizeof rest, "%.*s",
             (int)(dialogue->heard_length - dialogue->used),
             dialogue->heard + dialogue->used);
    if (rest[0] != '\0')
        failed(dialogue, "the dialogue ends, the module does not:", rest);
    virtual_end(dialogue->virtual);
}

/* --- play ---------------------------------------------------------------- */

static void play(void **context)
{
    static struct dialogue dialogue;
    struct group group = {.count = 0};
    char line[LINE_MAX_BYTES];
    dialogue = (struct dialogue){.path = *context};
    dialogue.stream = fopen(dialogue.path, "r");
    assert_non_null(dialogue.stream);
    fixture_path(&fixture, strrchr(dialogue.path, '/') + 1, dialogue.state);
    read_settings(&dialogue);
    if (setting(&dialogue, "module") != NULL) {
        fclose(dialogue.stream);
        return; /* what another family says: nothing that this one does */
    }
    if (dialogue.served) {
        start_process(&dialogue);
        wait_for_boot(&dialogue);
    } else {
        start_virtual(&dialogue);
    }
    while (next_line(&dialogue, line))
        play_line(&dialogue, line, &group);
    fclose(dialogue.stream);
    if (dialogue.served)
        assert_int_equal(child_stop(&dialogue.sim, SIGTERM), 0);
    else
        end_virtual(&dialogue);
}

int main(void)
{
    return transcript_run("wire", play, set_up_group, tear_down_group);
}
