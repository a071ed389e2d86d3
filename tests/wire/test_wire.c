/* SPDX-License-Identifier: Apache-2.0 */
/* Plays the dialogues of this folder (README.md) against `farfix sim run`. */
#include "child.h"
#include "fixture.h"
#include "server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES 640u
#define WAIT_MS 20000
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

struct dialogue {
    const char *path; /* the transcript */
    FILE *stream;
    unsigned number; /* of the line in hand */
    char state[FIXTURE_PATH];
    struct child sim;
    size_t sent;               /* bytes of the package */
    long done;                 /* the last percentage */
    char seen[LINE_MAX_BYTES]; /* a line of the screen that is not used up */
    int has_seen;
};

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

/* A placeholder at the start of `text`: its name, or null. */
static const char *placeholder(const char *text, char name[16])
{
    const char *end = *text == '{' ? strchr(text, '}') : NULL;
    if (end == NULL || end - text > 15)
        return NULL;
    snprintf(name, 16, "%.*s", (int)(end - text - 1), text + 1);
    return end + 1;
}

static void expand(const struct dialogue *dialogue, const char *text,
                   char out[LINE_MAX_BYTES])
{
    size_t length = 0;
    while (*text != '\0' && length + FIXTURE_PATH < LINE_MAX_BYTES) {
        char name[16], value[FIXTURE_PATH];
        const char *behind = placeholder(text, name);
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
        const char *behind = placeholder(wanted, name);
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

static void failed(const struct dialogue *dialogue, const char *what,
                   const char *detail)
{
    char path[300], line[512];
    snprintf(path, sizeof path, "%s.err", dialogue->state);
    FILE *errors = fopen(path, "r");
    while (errors != NULL && fgets(line, sizeof line, errors) != NULL)
        print_message("# %s", line);
    if (errors != NULL)
        fclose(errors);
    fail_msg("%s:%u: %s '%s'", dialogue->path, dialogue->number, what, detail);
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
        if (child_read(&dialogue->sim, line + length, 1, WAIT_MS) == 0) {
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
    child_write(&dialogue->sim, typed, strlen(typed));
    expect(dialogue, text);
}

static void send_package(struct dialogue *dialogue, const char *count)
{
    const size_t left = fixture.zip.length - dialogue->sent;
    const size_t length =
        strcmp(count, "rest") == 0 ? left : strtoul(count, NULL, 10);
    assert_true(length <= left);
    child_write(&dialogue->sim, fixture.zip.bytes + dialogue->sent, length);
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
    if (text[0] != '#' && text[0] != '\0')
        expect_group(dialogue, group);
    if (strncmp(text, "> ", 2) == 0)
        type_line(dialogue, text + 2);
    else if (text[0] == '<')
        expect(dialogue, text + (text[1] == ' ' ? 2 : 1));
    else if (strncmp(text, ": send ", 7) == 0)
        send_package(dialogue, text + 7);
    else if (text[0] != '#' && text[0] != '\0' && text[0] != ':')
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

static void place_package(const struct dialogue *dialogue, int flipped)
{
    char path[2 * FIXTURE_PATH];
    snprintf(path, sizeof path, "%s", dialogue->state);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/fota", dialogue->state);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/fota/update.zip", dialogue->state);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fwrite(fixture.zip.bytes, 1, fixture.zip.length, stream);
    if (flipped) {
        const size_t at = fixture.zip.length / 2;
        fseek(stream, (long)at, SEEK_SET);
        fputc(fixture.zip.bytes[at] ^ 1, stream);
    }
    fclose(stream);
}

/* ": sim" and ": package" lines, wherever they stand. */
static void start_module(struct dialogue *dialogue)
{
    static char words[8][LINE_MAX_BYTES];
    char line[LINE_MAX_BYTES], text[LINE_MAX_BYTES], errors[300];
    const char *argv[32] = {getenv("FARFIX"),
                            "sim",
                            "run",
                            "--stdio",
                            "--flash-speed",
                            "fast",
                            "--profile",
                            "note",
                            "--state",
                            dialogue->state,
                            "--release",
                            fixture.a_path,
                            "--trust",
                            fixture.trust_path};
    int count = 14, used = 0;
    assert_non_null(argv[0]);
    while (next_line(dialogue, line)) {
        expand(dialogue, line, text);
        if (strncmp(text, ": package ", 10) == 0)
            place_package(dialogue, strcmp(text + 10, "flipped") == 0);
        if (strcmp(text, ": customer root") == 0)
            place_root(dialogue);
        if (strncmp(text, ": sim ", 6) != 0)
            continue;
        /* An option and its value, which may hold blanks. */
        char *value = strchr(text + 6, ' ');
        assert_true(value != NULL && used < 8);
        snprintf(words[used], LINE_MAX_BYTES, "%.*s", (int)(value - text - 6),
                 text + 6);
        argv[count++] = words[used++];
        snprintf(words[used], LINE_MAX_BYTES, "%s", value + 1);
        argv[count++] = words[used++];
    }
    rewind(dialogue->stream);
    dialogue->number = 0;
    snprintf(errors, sizeof errors, "%s.err", dialogue->state);
    child_start(&dialogue->sim, argv, errors);
}

static void wait_for_boot(struct dialogue *dialogue)
{
    char line[LINE_MAX_BYTES];
    do
        read_screen(dialogue, line);
    while (strcmp(line, "SMS Ready") != 0);
}

static void play(void **context)
{
    struct dialogue dialogue = {.path = *context, .done = 0};
    struct group group = {.count = 0};
    char line[LINE_MAX_BYTES];
    dialogue.stream = fopen(dialogue.path, "r");
    assert_non_null(dialogue.stream);
    fixture_path(&fixture, strrchr(dialogue.path, '/') + 1, dialogue.state);
    start_module(&dialogue);
    wait_for_boot(&dialogue);
    while (next_line(&dialogue, line))
        play_line(&dialogue, line, &group);
    fclose(dialogue.stream);
    assert_int_equal(child_stop(&dialogue.sim, SIGTERM), 0);
}

/* --- one test per file --------------------------------------------------- */

static char *title_of(const char *path)
{
    char line[LINE_MAX_BYTES] = "";
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    if (fgets(line, sizeof line, stream) == NULL || strncmp(line, "# ", 2) != 0)
        fail_msg("%s does not begin with '# title'", path);
    fclose(stream);
    line[strcspn(line, "\n")] = '\0';
    for (char *p = line; *p != '\0'; p++)
        if (*p == ' ')
            *p = '_';
    return strdup(line + 2);
}

int main(void)
{
    glob_t found;
    if (glob("tests/wire/*.txt", 0, NULL, &found) != 0)
        return 1;
    struct CMUnitTest *tests = calloc(found.gl_pathc, sizeof *tests);
    char **titles = calloc(found.gl_pathc, sizeof *titles);
    for (size_t i = 0; i < found.gl_pathc; i++)
        tests[i] =
            (struct CMUnitTest){.name = titles[i] = title_of(found.gl_pathv[i]),
                                .test_func = play,
                                .initial_state = found.gl_pathv[i]};
    const int result = _cmocka_run_group_tests("wire", tests, found.gl_pathc,
                                               set_up_group, tear_down_group);
    for (size_t i = 0; i < found.gl_pathc; i++)
        free(titles[i]);
    free(titles);
    free(tests);
    globfree(&found);
    return result;
}
