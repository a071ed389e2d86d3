/* SPDX-License-Identifier: Apache-2.0 */
/* Waits on a port until a look is due, and then does what farfix update PORT
 * STORE/ does, in a process of its own: nothing of one look is left to the
 * next. */
#include "cli/cli.h"
#include "cli/modem_link.h"
#include "cli/update_store.h"
#include "cli/update_words.h"
#include "cli/verbs.h"
#include "cli/watch_times.h"

#include <farfix/watch.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct cli_usage usage = {
    "farfix watch PORT STORE/ --trust RELEASE.pub [--every TIME] [--at HH:MM] "
    "[--spread TIME] [--least TIME] [--sms-from NUMBER]... [--sms-text TEXT] "
    "[--once] [--json]",
    "Stays, and looks again and again whether STORE has something newer for\n"
    "the module on PORT: as often as --every says, at a time of day, and when\n"
    "an SMS of one of the numbers says \"look now\". A look is farfix update\n"
    "PORT STORE/, and takes its options. Times are 90s, 15m, 6h, 1d.\n"
    "\n"
    "An SMS can say nothing but that: its whole text is compared. It is "
    "deleted;\n"
    "all others stay. Two looks are --least apart, whatever comes. With\n"
    "--sms-from the port is held between looks, else it is free. SIGHUP asks "
    "for\n"
    "a look, SIGTERM ends.\n"
    "\n"
    "Secrets come from --secrets FILE or the environment, as for update.",
    "  farfix watch /dev/ttyUSB2 http://fota.example.com/ --trust release.pub "
    "--every 6h --spread 30m --sms-from +4915112345678\n"
    "  farfix watch /dev/ttyUSB2 http://fota.example.com/ --trust release.pub "
    "--at 03:00",
};

#define DAY_MS 86400000u
#define FIRST_MS 60000u /* a start is a reason to look, but a fleet's is not */
#define LEAST_MS 900000u
#define END_MS 15000u
#define SOON_S 10 /* what came early by the clocks' difference came */
#define JUMP_S 2  /* the clock was set, or the machine slept */

struct request {
    const char *words[2]; /* PORT, STORE/ */
    const char *every, *at, *spread, *least, *text;
    struct cli_list senders;
    struct cli_texts trust;
    struct update_words how; /* of each look */
    struct modem_options modem;
    int once, json;
};

struct watcher {
    struct request request;
    uint32_t every_ms, day_minutes; /* --every, --at */
    struct modem_link link;
    struct ffx_watch_config config;
    struct ffx_watch watch;
    char line[512];
    int listens;    /* as it was told last */
    time_t drift_s; /* of the wall's clock against ours */
};

/* --- options ------------------------------------------------------------- */

static int take_time(const char *name, const char *text, uint32_t *ms)
{
    if (text == NULL || watch_times_parse(text, ms) == 0)
        return 0;
    return cli_fail(CLI_USAGE,
                    "%s wants a time such as 90s, 15m, 6h or 1d, up to 23d, "
                    "not '%s'",
                    name, text);
}

static int take_times(struct watcher *w)
{
    const struct request *request = &w->request;
    struct ffx_watch_config *config = &w->config;
    int code = take_time("--every", request->every, &w->every_ms);
    if (code == 0)
        code = take_time("--spread", request->spread, &config->spread_ms);
    if (code == 0)
        code = take_time("--least", request->least, &config->least_ms);
    if (code != 0)
        return code;
    if (request->at != NULL &&
        watch_times_day(request->at, &w->day_minutes) != 0)
        return cli_fail(CLI_USAGE, "--at wants a time of day, 03:00, not '%s'",
                        request->at);
    if (request->every != NULL && w->every_ms < 1000)
        return cli_fail(CLI_USAGE, "--every wants a second at least");
    if (request->every == NULL && request->at != NULL)
        w->every_ms = DAY_MS;
    if (w->every_ms == 0 && request->senders.count == 0)
        return cli_fail(CLI_USAGE, "nothing to wait for; add --every, --at or "
                                   "--sms-from");
    if (w->every_ms == 0 && config->spread_ms != 0)
        return cli_fail(CLI_USAGE, "--spread is of --every or --at");
    if (config->spread_ms > w->every_ms)
        return cli_fail(CLI_USAGE, "--spread is longer than --every");
    return -1;
}

static int parse(struct watcher *w, int argc, char **argv)
{
    struct request *request = &w->request;
    char shown[512];
    const struct cli_option options[] = {
        {"--trust", CLI_TEXTS, &request->trust, "PUB",
         "release key that you trust; two during a rotation"},
        {"--every", CLI_TEXT, &request->every, "TIME",
         "look so often (with --at: 1d)"},
        {"--at", CLI_TEXT, &request->at, "HH:MM", "look at this local time"},
        {"--spread", CLI_TEXT, &request->spread, "TIME",
         "a share of this later: each machine has its own"},
        {"--least", CLI_TEXT, &request->least, "TIME",
         "from the end of a look to the next (15m, or --every)"},
        {"--sms-from", CLI_LIST, &request->senders, "NUMBER",
         "who may send an SMS, +4915112345678; may be said again"},
        {"--sms-text", CLI_TEXT, &request->text, "TEXT",
         "what it must say (look now)"},
        {"--once", CLI_FLAG, &request->once, NULL,
         "end behind the first look, with its exit code"},
        {"--json", CLI_FLAG, &request->json, NULL,
         "a line of JSON for each event and each look"},
        UPDATE_OPTIONS(request->how, ", each look"),
        MODEM_OPTIONS(request->modem),
    };
    const int parsed =
        cli_parse(&usage, options, sizeof options / sizeof options[0], argc,
                  argv, request->words, 2, 2);
    if (parsed >= 0)
        return parsed;
    if (!update_store_is(request->words[1]))
        return cli_fail(CLI_USAGE, "%s is no store: its address ends in /",
                        cli_masked(request->words[1], shown, sizeof shown));
    const int code = update_words_check(&request->how);
    return code != 0 ? code : take_times(w);
}

/* --- when ---------------------------------------------------------------- */

/* Milliseconds since 1970. */
static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Milliseconds to the next time of --at, this machine's share in it, that is
 * not within `soon_s` seconds. */
static uint32_t until_day_time(const struct watcher *w, time_t soon_s)
{
    const int64_t now_ms = wall_ms();
    const int64_t share_ms =
        ffx_watch_share(w->config.spread_ms, w->config.seed);
    const time_t from = (time_t)((now_ms - share_ms) / 1000) + soon_s;
    const time_t next =
        watch_times_next(from, w->day_minutes, w->every_ms / 1000u);
    return (uint32_t)((int64_t)next * 1000 + share_ms - now_ms);
}

static time_t drift(void)
{
    struct timespec ours;
    clock_gettime(CLOCK_MONOTONIC, &ours);
    return time(NULL) - ours.tv_sec;
}

static void set_day_time(struct watcher *w, time_t soon_s)
{
    if (w->request.at == NULL)
        return;
    w->drift_s = drift();
    ffx_watch_at(&w->watch, until_day_time(w, soon_s), posix_port_now_ms());
}

static void follow_clock(struct watcher *w)
{
    const time_t now_s = drift();
    if (now_s > w->drift_s + JUMP_S || now_s < w->drift_s - JUMP_S)
        set_day_time(w, 0);
}

/* What no other machine of a fleet has, and no other module of this one. */
static uint32_t seed_of(const char *port)
{
    char text[4352], id[64] = "", host[128] = "";
    FILE *file = fopen("/etc/machine-id", "r");
    if (file != NULL) {
        if (fgets(id, sizeof id, file) == NULL)
            id[0] = '\0';
        fclose(file);
    }
    gethostname(host, sizeof host - 1);
    snprintf(text, sizeof text, "%s%s%.4000s", id, host, port);
    return ffx_watch_seed(text);
}

/* 0, or an exit code after its message. */
static int begin(struct watcher *w)
{
    const struct request *request = &w->request;
    struct ffx_watch_config *config = &w->config;
    config->line = w->line;
    config->line_bytes = sizeof w->line;
    config->senders = request->senders.text;
    config->sender_count = (uint32_t)request->senders.count;
    config->text = request->text;
    config->seed = seed_of(request->words[0]);
    config->every_ms = w->every_ms;
    if (w->every_ms > 0)
        config->first_ms = w->every_ms < FIRST_MS ? w->every_ms : FIRST_MS;
    if (config->least_ms == 0)
        config->least_ms =
            w->every_ms != 0 && w->every_ms < LEAST_MS ? w->every_ms : LEAST_MS;
    if (ffx_watch_init(&w->watch, config, posix_port_now_ms()) != FFX_OK)
        return cli_fail(CLI_USAGE,
                        "--sms-from wants a number of up to 20 digits, "
                        "--sms-text letters and digits");
    set_day_time(w, 0);
    return 0;
}

/* --- what it tells ------------------------------------------------------- */

static void tell(const struct watcher *w, const char *event, const char *key,
                 const char *value)
{
    if (!w->request.json) {
        printf("%s%s%s\n", event, value[0] != '\0' ? ": " : "", value);
        fflush(stdout);
        return;
    }
    cli_json_open('{');
    cli_json_text("event", event);
    cli_json_text("port", w->request.words[0]);
    if (key != NULL)
        cli_json_text(key, value);
    cli_json_close('}');
    cli_json_end();
}

static void tell_waiting(const struct watcher *w)
{
    char text[64] = "";
    uint32_t ms;
    if (ffx_watch_next(&w->watch, posix_port_now_ms(), &ms)) {
        const time_t next = (time_t)((wall_ms() + ms + 500) / 1000);
        struct tm tm;
        localtime_r(&next, &tm);
        strftime(text, sizeof text,
                 w->request.json ? "%Y-%m-%dT%H:%M:%S%z"
                                 : "next look %Y-%m-%d %H:%M:%S",
                 &tm);
    }
    tell(w, "waiting", "next", text);
}

static void tell_listening(struct watcher *w)
{
    if (w->listens == w->watch.listens)
        return;
    w->listens = w->watch.listens;
    tell(w, w->listens ? "listening" : "deaf", "why",
         w->listens ? "SMS are heard" : "the module does not answer");
}

static void tell_looked(const struct watcher *w, int code)
{
    static const char *const ends[] = {"done", "failed", "nothing", "missing"};
    tell(w, "looked", "end",
         code >= 0 && code < 4 ? ends[code] : "not usable as it is called");
}

/* --- a look -------------------------------------------------------------- */

static volatile sig_atomic_t stop_signal, asked;
static volatile pid_t looker;

static void ask(int number)
{
    asked = number;
}

static void stop(int number)
{
    stop_signal = number;
    if (looker > 0)
        kill(looker, SIGTERM);
}

/* Without SA_RESTART: a wait ends. */
static void take_signal(int number, void (*handler)(int))
{
    const struct sigaction action = {.sa_handler = handler};
    sigaction(number, &action, NULL);
}

static void take_ends(void (*handler)(int))
{
    take_signal(SIGINT, handler);
    take_signal(SIGTERM, handler);
}

#define WORDS_MAX 40u
struct words {
    char *text[WORDS_MAX + 1];
    int count;
};

static void add_word(struct words *words, const char *word)
{
    if ((size_t)words->count < WORDS_MAX)
        words->text[words->count++] = strdup(word);
}

static void add_option(struct words *words, const char *name, const char *value)
{
    if (value == NULL)
        return;
    add_word(words, name);
    add_word(words, value);
}

static void add_number(struct words *words, const char *name, uint32_t value)
{
    char text[16];
    snprintf(text, sizeof text, "%u", (unsigned)value);
    add_option(words, name, value != 0 ? text : NULL);
}

/* The command line of the look. ModemManager's hands are kept off by whoever
 * holds the port between the looks. */
static void put_words(const struct watcher *w, struct words *words)
{
    const struct request *request = &w->request;
    for (size_t i = 0; i < request->trust.count; i++)
        add_option(words, "--trust", request->trust.text[i]);
    add_option(words, "--channel", request->how.channel);
    add_option(words, "--secrets", request->how.secrets);
    add_option(words, "--apn", request->how.apn);
    add_option(words, "--dialect", request->how.dialect);
    add_option(words, "--flow", request->modem.flow);
    add_number(words, "--data-limit", request->how.data_limit);
    add_number(words, "--tries", request->how.tries);
    add_number(words, "--update-limit", request->how.update_limit);
    add_number(words, "--baud", request->modem.baud);
    if (request->json)
        add_word(words, "--json");
    if (request->modem.trace)
        add_word(words, "--trace");
    if (request->modem.no_inhibit || request->senders.count > 0)
        add_word(words, "--no-inhibit");
    add_word(words, "--");
    add_word(words, request->words[0]);
    add_word(words, request->words[1]);
}

static void become_update(const struct watcher *w, pid_t parent)
{
    struct words words = {.count = 0};
    take_ends(SIG_DFL);
    take_signal(SIGHUP, SIG_DFL);
    take_signal(SIGPIPE, SIG_DFL);
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
        _exit(CLI_FAILED);
    put_words(w, &words);
    const int code = cli_update(words.count, words.text);
    exit(fflush(stdout) == 0 ? code : CLI_FAILED);
}

/* The exit code of farfix update; -1: told to stop before it began. */
static int look(struct watcher *w, enum ffx_watch_reason reason)
{
    int status = 0;
    const pid_t parent = getpid();
    tell(w, "look", "reason", ffx_watch_reason_name(reason));
    if (stop_signal != 0)
        return -1;
    posix_port_close(&w->link.port); /* opened anew by the next read */
    fflush(stderr);
    looker = fork();
    if (looker == 0)
        become_update(w, parent);
    if (looker < 0)
        return cli_fail(CLI_FAILED, "no process for a look; try again later");
    if (stop_signal != 0)
        kill(looker, SIGTERM);
    while (waitpid(looker, &status, 0) < 0 && errno == EINTR)
        ;
    looker = 0;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : CLI_FAILED;
    if (stop_signal == 0)
        tell_looked(w, code);
    return code;
}

/* --- the loop ------------------------------------------------------------ */

static int hears(const struct watcher *w)
{
    return w->request.senders.count > 0;
}

static void write_out(struct watcher *w)
{
    uint32_t length;
    const char *bytes;
    while ((bytes = ffx_watch_buf(&w->watch, &length)) != NULL) {
        char command[sizeof w->watch.command];
        const size_t went = posix_port_write(&w->link.port, bytes, length);
        if (went == 0)
            return;
        snprintf(command, sizeof command, "%.*s", (int)length - 1, bytes);
        if (went == length)
            modem_link_trace(&w->link, '>', command);
        ffx_watch_ack(&w->watch, (uint32_t)went);
    }
}

/* For --trace alone: the watch reads its own way. */
static void trace(struct watcher *w, const char *bytes, size_t length)
{
    for (size_t used = 0; w->link.trace && used < length;) {
        struct ffx_at_event event;
        used += ffx_at_response_feed(&w->link.response, bytes + used,
                                     (uint32_t)(length - used), &event);
        if (event.kind != FFX_AT_NOTHING && event.kind != FFX_AT_TOO_LONG)
            modem_link_trace(&w->link, '<', event.text);
    }
}

static void turn(struct watcher *w, uint32_t wait_ms)
{
    char bytes[1024];
    if (wait_ms > 1000)
        wait_ms = 1000;
    write_out(w);
    if (!hears(w)) {
        struct timespec pause = {wait_ms / 1000, wait_ms % 1000 * 1000000L};
        nanosleep(&pause, NULL);
        return;
    }
    const size_t got =
        posix_port_read(&w->link.port, bytes, sizeof bytes, (int)wait_ms);
    trace(w, bytes, got);
    ffx_watch_feed(&w->watch, bytes, (uint32_t)got, posix_port_now_ms());
}

/* The module's settings as they were; a second signal waits for nothing. */
static void put_back(struct watcher *w)
{
    const uint32_t start_ms = posix_port_now_ms();
    take_ends(SIG_DFL);
    ffx_watch_end(&w->watch, start_ms);
    while (!ffx_watch_ended(&w->watch) &&
           posix_port_now_ms() - start_ms < END_MS)
        turn(w, ffx_watch_poll(&w->watch, posix_port_now_ms()));
}

static int wait_and_look(struct watcher *w)
{
    int code = CLI_DONE;
    while (stop_signal == 0) {
        enum ffx_watch_reason reason;
        if (asked) {
            asked = 0;
            ffx_watch_ask(&w->watch);
        }
        const uint32_t wait_ms = ffx_watch_poll(&w->watch, posix_port_now_ms());
        if (!ffx_watch_due(&w->watch, &reason)) {
            turn(w, wait_ms);
            tell_listening(w);
            follow_clock(w);
            continue;
        }
        code = look(w, reason);
        if (code < 0)
            break;
        if (stop_signal != 0) /* the module may be at work: nothing is said */
            return w->request.once ? code : CLI_DONE;
        ffx_watch_resume(&w->watch, posix_port_now_ms());
        if (w->request.once)
            break;
        set_day_time(w, SOON_S);
        tell_waiting(w);
    }
    put_back(w);
    return w->request.once && code >= 0 ? code : CLI_DONE;
}

static int run(struct watcher *w)
{
    const struct request *request = &w->request;
    struct update_store store; /* a bad key is told now, not at night */
    int code = update_store_open(&store, request->words[1],
                                 request->how.channel, &request->trust);
    if (code == 0)
        code = begin(w);
    if (code == 0)
        code = modem_link_open(&w->link, request->words[0], &request->modem);
    if (code != 0)
        return code;
    if (!hears(w))
        modem_link_close(&w->link);
    take_ends(stop);
    take_signal(SIGHUP, ask);
    take_signal(SIGPIPE, stop);    /* nobody reads any more */
    take_signal(SIGCHLD, SIG_DFL); /* whoever started us may have ignored it */
    tell_waiting(w);
    code = wait_and_look(w);
    tell(w, "end", NULL, "");
    modem_link_close(&w->link);
    return code;
}

int cli_watch(int argc, char **argv)
{
    static struct watcher watcher;
    watcher.request.modem.baud = 115200;
    watcher.link.port.fd = -1;
    const int parsed = parse(&watcher, argc, argv);
    return parsed >= 0 ? parsed : run(&watcher);
}
