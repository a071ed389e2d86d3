/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of a fault: one table of actions, read and shown by it. */
#include "sim/sim_faults.h"

#include "lab/lab_flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 256u

static const char *const triggers[SIM_TRIGGERS] = {
    [SIM_ON_FLASH] = "flash", [SIM_ON_TX] = "tx-byte",
    [SIM_ON_RX] = "rx-byte",  [SIM_ON_LINE] = "line",
    [SIM_ON_URL] = "url",     [SIM_ON_WRITE] = "write",
    [SIM_ON_BOOT] = "boot",   [SIM_ON_PERCENT] = "percent",
    [SIM_ON_MS] = "ms",       [SIM_ON_NOW] = "now",
};

static const char *const whens[] = {"at", "every", "odds"};

#define ON(trigger) (1u << SIM_ON_##trigger)
#define BYTES (ON(TX) | ON(RX))
#define TIMES (ON(MS) | ON(NOW))
#define ANYWHERE (BYTES | ON(LINE) | ON(PERCENT) | TIMES)

typedef int known(uint32_t *mask, const char *word);

/* What an action is told: n a number, w a word, t the rest of the line; in
 * capitals: may be absent. */
struct rule {
    const char *name;
    uint32_t triggers;
    const char *arguments;
    uint32_t most[2]; /* largest numbers; of t: characters, 0: any */
    known *knows;     /* 0: the word is one; null: any is */
};

static int knows_damage(uint32_t *mask, const char *word)
{
    return strcmp(word, "none") == 0 ? 0 : ffx_module_damage_set(mask, word);
}

static int knows_bug(uint32_t *mask, const char *word)
{
    return strcmp(word, "none") == 0 ? 0 : ffx_module_bug_set(mask, word);
}

static int knows_flow(uint32_t *mask, const char *word)
{
    (void)mask;
    return strcmp(word, "works") != 0 && strcmp(word, "ignored") != 0 &&
           strcmp(word, "stuck") != 0;
}

#define RULE(NAME, TRIGGERS, ...)                                              \
    {                                                                          \
        .name = NAME, .triggers = TRIGGERS, .arguments = __VA_ARGS__           \
    }

static const struct rule rules[SIM_ACTIONS] = {
    [SIM_TEAR] = RULE("tear", ON(FLASH), "n", .most = {LAB_TEARS - 1u}),
    [SIM_WATCHDOG] = RULE("watchdog", ON(FLASH), ""),
    [SIM_DROP] = RULE("drop", BYTES, ""),
    [SIM_DOUBLE] = RULE("double", BYTES, ""),
    [SIM_FLIP] = RULE("flip", BYTES, "N", .most = {7}),
    [SIM_NOISE] = RULE("noise", BYTES, "n", .most = {256}),
    [SIM_BREAK] = RULE("break", BYTES, ""),
    [SIM_PAUSE] = RULE("pause", BYTES, "n", .most = {3600000}),
    [SIM_INSERT] = RULE("insert", BYTES, "t"),
    [SIM_FRAGMENT] =
        RULE("fragment", ON(LINE) | TIMES, "nn", .most = {4096, 10000}),
    [SIM_NEWLINE] = RULE("newline", ON(LINE) | TIMES, "t", .most = {8}),
    [SIM_LOSE] = RULE("lose", ON(LINE), ""),
    [SIM_MUTE] = RULE("mute", ON(LINE), ""),
    [SIM_LATE] = RULE("late", ON(LINE), "n", .most = {3600000}),
    [SIM_BARE] = RULE("bare", ON(LINE), ""),
    [SIM_UNKNOWN] = RULE("unknown", ON(LINE), "t"),
    [SIM_IGNORE] = RULE("ignore", ON(LINE), "t"),
    [SIM_EXPECT] = RULE("expect", ON(LINE), "n", .most = {FFX_FILE_CHUNK_MAX}),
    [SIM_ECHO] = RULE("echo", ON(LINE) | TIMES, "n", .most = {1}),
    [SIM_STUCK] = RULE("stuck", ON(LINE) | TIMES, ""),
    [SIM_HANG] = RULE("hang", ANYWHERE | ON(BOOT), ""),
    [SIM_RESET] = RULE("reset", ANYWHERE | ON(BOOT), ""),
    [SIM_CUT] = RULE("cut", ANYWHERE | ON(BOOT), ""),
    [SIM_STATUS] = RULE("status", ON(URL), "n", .most = {65535}),
    [SIM_STALL] = RULE("stall", ON(URL), ""),
    [SIM_BROKEN] = RULE("broken", ON(URL), "n", .most = {UINT32_MAX}),
    [SIM_SHORT] = RULE("short", ON(URL), "n", .most = {UINT32_MAX}),
    [SIM_SPOILT] =
        RULE("spoilt", ON(URL) | ON(PERCENT), "n", .most = {UINT32_MAX}),
    [SIM_RATE] = RULE("rate", ON(URL), "n", .most = {UINT32_MAX}),
    [SIM_PDP] =
        RULE("pdp", ON(URL) | ON(LINE) | TIMES, "N", .most = {UINT32_MAX}),
    [SIM_OUTAGE] = RULE("outage", ON(URL), "n", .most = {UINT32_MAX}),
    [SIM_SIGNAL] = RULE("signal", ON(LINE) | TIMES, "n", .most = {99}),
    [SIM_NETWORK] = RULE("network", ON(LINE) | TIMES, "n", .most = {6}),
    [SIM_TIME] = RULE("time", ON(LINE) | TIMES, "n", .most = {UINT32_MAX}),
    [SIM_SMS] = RULE("sms", ON(LINE) | TIMES, "wt"),
    [SIM_URC] = RULE("urc", ON(LINE) | TIMES, "t"),
    [SIM_DTR] = RULE("dtr", ON(LINE) | TIMES, "n", .most = {1}),
    [SIM_BATTERY] =
        RULE("battery", ON(LINE) | TIMES, "nn", .most = {100, 5000}),
    [SIM_FAIL] = RULE("fail", ON(WRITE), ""),
    [SIM_FULL] = RULE("full", ON(WRITE), ""),
    [SIM_DAMAGE] =
        RULE("damage", ON(BOOT) | ON(LINE) | TIMES, "w", .knows = knows_damage),
    [SIM_BUG] =
        RULE("bug", ON(BOOT) | ON(LINE) | TIMES, "w", .knows = knows_bug),
    [SIM_BAUD] =
        RULE("baud", ON(BOOT) | ON(LINE) | TIMES, "n", .most = {4000000}),
    [SIM_FLOW] = RULE("flow", ON(LINE) | TIMES, "w", .knows = knows_flow),
};

/* --- words --------------------------------------------------------------- */

static int find(const char *const *names, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], word) == 0)
            return (int)i;
    return -1;
}

static int find_action(const char *word)
{
    for (int i = 0; i < SIM_ACTIONS; i++)
        if (strcmp(rules[i].name, word) == 0)
            return i;
    return -1;
}

static const char *take_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t\r\n");
    char *end = word + strcspn(word, " \t\r\n");
    *rest = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return word;
}

static int take_number(char **rest, uint32_t most, uint32_t *number)
{
    const char *word = take_word(rest);
    const size_t length = strlen(word);
    if (length == 0 || length > 10 || strspn(word, "0123456789") != length)
        return -1;
    const unsigned long value = strtoul(word, NULL, 10);
    *number = (uint32_t)value;
    return value <= most ? 0 : -1;
}

/* --- text with escapes --------------------------------------------------- */

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, c | 0x20) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

/* One character behind a backslash; how many it takes, 0: none such. */
static size_t take_escape(const char *text, char *byte)
{
    static const char names[] = "rnt\\", bytes[] = "\r\n\t\\";
    const char *at = *text != '\0' ? strchr(names, *text) : NULL;
    if (at != NULL) {
        *byte = bytes[at - names];
        return 1;
    }
    const int high = *text == 'x' ? hex_value(text[1]) : -1;
    const int low = high >= 0 ? hex_value(text[2]) : -1;
    *byte = (char)(high * 16 + low);
    return low >= 0 ? 3 : 0;
}

static int take_text(const char *rest, struct sim_fault *fault)
{
    rest += strspn(rest, " \t");
    for (size_t used = 1; *rest != '\0'; rest += used) {
        used = 1;
        if (fault->text_length == SIM_FAULT_TEXT - 1)
            return -1;
        char byte = *rest;
        if (byte == '\\') {
            const size_t length = take_escape(rest + 1, &byte);
            if (length == 0)
                return -1;
            used += length;
        }
        fault->text[fault->text_length++] = byte;
    }
    return fault->text_length > 0 ? 0 : -1;
}

/* --- a fault ------------------------------------------------------------- */

static int take_argument(char kind, char **rest, const struct rule *rule,
                         size_t *numbers, struct sim_fault *fault)
{
    const size_t at = *numbers;
    const char *word;
    uint32_t mask = 0;
    switch (kind) {
    case 'N':
        if ((*rest)[strspn(*rest, " \t\r\n")] == '\0') {
            fault->value[at] = rule->most[at] + 1u;
            return 0;
        }
        /* fall through */
    case 'n':
        return take_number(rest, rule->most[(*numbers)++], &fault->value[at]);
    case 'w':
        word = take_word(rest);
        snprintf(fault->word, sizeof fault->word, "%s", word);
        return *word != '\0' && strlen(word) < sizeof fault->word &&
                       (rule->knows == NULL || rule->knows(&mask, word) == 0)
                   ? 0
                   : -1;
    default:
        if (take_text(*rest, fault) != 0 ||
            (rule->most[0] > 0 && fault->text_length > rule->most[0]))
            return -1;
        *rest += strlen(*rest);
        return 0;
    }
}

static int take_action(char **rest, struct sim_fault *fault)
{
    const int action = find_action(take_word(rest));
    size_t numbers = 0;
    if (action < 0 || (rules[action].triggers & 1u << fault->trigger) == 0)
        return -1;
    fault->action = (uint8_t)action;
    for (const char *kind = rules[action].arguments; *kind != '\0'; kind++)
        if (take_argument(*kind, rest, &rules[action], &numbers, fault) != 0)
            return -1;
    return (*rest)[strspn(*rest, " \t\r\n")] == '\0' ? 0 : -1;
}

static int take_trigger(char **rest, struct sim_fault *fault, int instant)
{
    const char *word = take_word(rest);
    if (instant && strcmp(word, "now") == 0) {
        fault->trigger = SIM_ON_NOW;
        return 0;
    }
    const int when = find(whens, sizeof whens / sizeof whens[0], word);
    const int trigger =
        when >= 0 ? find(triggers, SIM_ON_NOW, take_word(rest)) : -1;
    if (trigger < 0 || take_number(rest, 1000000000u, &fault->n) != 0)
        return -1;
    fault->when = (uint8_t)when;
    fault->trigger = (uint8_t)trigger;
    /* Time passes, it does not come by a coin. */
    if (when == SIM_ODDS && (trigger == SIM_ON_MS || trigger == SIM_ON_PERCENT))
        return -1;
    /* Only a percentage and a time can be 0. */
    return fault->n > 0 || (when == SIM_AT &&
                            (trigger == SIM_ON_PERCENT || trigger == SIM_ON_MS))
               ? 0
               : -1;
}

/* What happened at once is over: its row is free again. */
static struct sim_fault *spent_row(const struct sim_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        if (faults->rows[i].trigger == SIM_ON_NOW && faults->rows[i].fired > 0)
            return &faults->rows[i];
    return NULL;
}

static int keep(struct sim_faults *faults, const struct sim_fault *fault)
{
    struct sim_fault *spent = spent_row(faults);
    if (spent != NULL) {
        *spent = *fault;
        faults->armed[fault->trigger]++;
        return FFX_OK;
    }
    if (faults->count == SIM_FAULTS_MAX)
        return FFX_ERR_SPACE;
    if (faults->count == faults->capacity) {
        const size_t capacity = faults->capacity > 0 ? 2 * faults->capacity : 8;
        struct sim_fault *rows = realloc(faults->rows, capacity * sizeof *rows);
        if (rows == NULL)
            return FFX_ERR_SPACE;
        faults->rows = rows;
        faults->capacity = capacity;
    }
    faults->rows[faults->count++] = *fault;
    faults->armed[fault->trigger]++;
    return FFX_OK;
}

static int add_line(struct sim_faults *faults, char *line, int instant)
{
    struct sim_fault fault = {0};
    char copy[LINE_BYTES], *rest = copy;
    snprintf(copy, sizeof copy, "%s", line);
    const char *first = take_word(&rest);
    if (first[0] == '\0' || first[0] == '#')
        return FFX_OK;
    if (strcmp(first, "seed") == 0) {
        if (take_number(&rest, UINT32_MAX, &faults->seed) != 0 ||
            *take_word(&rest) != '\0')
            return FFX_ERR_SYNTAX;
        faults->coin = faults->seed != 0 ? faults->seed : 0x9e3779b9u;
        return FFX_OK;
    }
    if (take_trigger(&line, &fault, instant) != 0 ||
        take_action(&line, &fault) != 0)
        return FFX_ERR_SYNTAX;
    return keep(faults, &fault);
}

/* --- messages ------------------------------------------------------------ */

/* Trigger of a line, or -1. */
static int trigger_of(const char *line)
{
    char copy[LINE_BYTES], *rest = copy;
    snprintf(copy, sizeof copy, "%s", line);
    const char *word = take_word(&rest);
    if (strcmp(word, "now") == 0)
        return SIM_ON_NOW;
    return find(whens, sizeof whens / sizeof whens[0], word) < 0
               ? -1
               : find(triggers, SIM_ON_NOW, take_word(&rest));
}

static void append(char *text, size_t capacity, const char *word,
                   const char *rest)
{
    const size_t length = strlen(text);
    snprintf(text + length, capacity - length, " %s%s", word, rest);
}

/* What may follow: triggers, or the actions of the line's trigger. */
static void list_known(int trigger, char *text, size_t capacity)
{
    text[0] = '\0';
    for (size_t i = 0; trigger < 0 && i < SIM_ON_NOW; i++)
        append(text, capacity, triggers[i], "");
    for (size_t i = 0; trigger >= 0 && i < SIM_ACTIONS; i++)
        if (rules[i].triggers & 1u << trigger)
            append(text, capacity, rules[i].name,
                   rules[i].arguments[0] ? " .." : "");
}

static int explain(int code, const char *line, const char *name,
                   unsigned number, struct ffx_sim_error *error)
{
    char where[96] = "", list[300];
    if (name != NULL)
        snprintf(where, sizeof where, "%.70s, line %u: ", name, number);
    if (code == FFX_ERR_SPACE)
        return sim_error(error, code, "%smore than %u faults", where,
                         SIM_FAULTS_MAX);
    const int trigger = trigger_of(line);
    list_known(trigger, list, sizeof list);
    if (trigger < 0)
        return sim_error(error, code,
                         "%s'%.60s' is no fault: at|every|odds TRIGGER N "
                         "ACTION; triggers:%s",
                         where, line, list);
    return sim_error(error, code, "%s'%.60s' is no fault; %s knows:%s", where,
                     line, triggers[trigger], list);
}

int sim_faults_add(struct sim_faults *faults, const char *text,
                   const char *name, int instant, struct ffx_sim_error *error)
{
    for (unsigned number = 1; *text != '\0'; number++) {
        char line[LINE_BYTES], copy[LINE_BYTES];
        const size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        line[strcspn(line, "\r")] = '\0';
        memcpy(copy, line, sizeof copy);
        const int result = length < sizeof line
                               ? add_line(faults, copy, instant)
                               : FFX_ERR_SYNTAX;
        if (result != FFX_OK)
            return explain(result, line, name, number, error);
        text += length + (text[length] == '\n');
    }
    return FFX_OK;
}

void sim_faults_show(const struct sim_fault *fault, char *text, size_t capacity)
{
    const struct rule *rule = &rules[fault->action];
    int length = fault->trigger == SIM_ON_NOW
                     ? snprintf(text, capacity, "now %s", rule->name)
                     : snprintf(text, capacity, "%s %s %u %s",
                                whens[fault->when], triggers[fault->trigger],
                                (unsigned)fault->n, rule->name);
    size_t numbers = 0;
    for (const char *kind = rule->arguments; *kind != '\0'; kind++) {
        char *end = text + length;
        const size_t room = capacity - (size_t)length;
        if (*kind == 'w')
            length += snprintf(end, room, " %s", fault->word);
        else if (*kind == 't')
            length += snprintf(end, room, " ...");
        else if (*kind == 'n' || fault->value[numbers] <= rule->most[numbers])
            length +=
                snprintf(end, room, " %u", (unsigned)fault->value[numbers++]);
    }
}
