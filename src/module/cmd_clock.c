/* SPDX-License-Identifier: Apache-2.0 */
/* AT+CCLK and AT+CLTS (manual 3.2 and 5.2). */
#include "module/answer.h"
#include "module/clock.h"
#include "module/settings.h"

static void put_two(struct ffx_at_text *out, const char *before, uint32_t value)
{
    ffx_at_put(out, before);
    ffx_at_put(out, value < 10 ? "0" : "");
    ffx_at_put_number(out, (int32_t)value);
}

/* "19/06/26,14:04:03+32" */
static int cclk_read(struct ffx_module *module, struct command_call *call)
{
    clock_poll(module);
    const struct clock_time time = clock_split(module->clock_s);
    const int west = module->clock_zone < 0;
    answer_named(call);
    put_two(&call->out, "\"", time.year % 100u);
    put_two(&call->out, "/", time.month);
    put_two(&call->out, "/", time.day);
    put_two(&call->out, ",", time.hour);
    put_two(&call->out, ":", time.minute);
    put_two(&call->out, ":", time.second);
    put_two(&call->out, west ? "-" : "+",
            (uint32_t)(west ? -module->clock_zone : module->clock_zone));
    ffx_at_put(&call->out, "\"");
    answer_end(call);
    return COMMAND_OK;
}

/* Two digits, and the character behind them when `end` is not 0. -1: not so. */
static int take_two(const char **text, char end)
{
    const char *p = *text;
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
        return -1;
    if (end != 0 && p[2] != end)
        return -1;
    *text = p + (end != 0 ? 3 : 2);
    return (p[0] - '0') * 10 + (p[1] - '0');
}

/* yy/MM/dd,hh:mm:ss into `fields`; what stands behind it, or null. */
static const char *take_moment(const char *text, struct clock_time *time)
{
    static const char ends[] = {'/', '/', ',', ':', ':', 0};
    int fields[sizeof ends];
    for (uint32_t i = 0; i < sizeof ends; i++) {
        fields[i] = take_two(&text, ends[i]);
        if (fields[i] < 0)
            return 0;
    }
    *time = (struct clock_time){
        .year = (uint16_t)(fields[0] + (fields[0] < 80 ? 2000 : 1900)),
        .month = (uint8_t)fields[1],
        .day = (uint8_t)fields[2],
        .hour = (uint8_t)fields[3],
        .minute = (uint8_t)fields[4],
        .second = (uint8_t)fields[5],
    };
    return text;
}

/* "+32" in quarters of an hour; absent: as it was. */
static int take_zone(const char *text, int8_t *zone)
{
    const char sign = text[0];
    if (sign == '\0')
        return 0;
    if (sign != '+' && sign != '-')
        return FFX_ERR_SYNTAX;
    text++;
    const int quarters = take_two(&text, 0);
    if (quarters < 0 || quarters > 56 || *text != '\0')
        return FFX_ERR_SYNTAX;
    *zone = (int8_t)(sign == '-' ? -quarters : quarters);
    return 0;
}

static int cclk_write(struct ffx_module *module, struct command_call *call)
{
    char text[24] = ""; /* take_two looks two characters ahead */
    struct clock_time time;
    uint32_t seconds;
    int8_t zone = module->clock_zone;
    if (command_string(call, text, sizeof text - 3u) != 1 ||
        ffx_at_args_end(&call->args) != 0)
        return COMMAND_REFUSED;
    const char *rest = take_moment(text, &time);
    if (rest == 0 || take_zone(rest, &zone) < 0 ||
        clock_join(&time, &seconds) < 0)
        return COMMAND_REFUSED;
    module->clock_s = seconds;
    module->clock_ms = module->now_ms;
    module->clock_zone = zone;
    return COMMAND_OK;
}

static int clts_read(struct ffx_module *module, struct command_call *call)
{
    answer_number(call, module->settings.local_time);
    return COMMAND_OK;
}

/* Takes effect when the module registers the next time. */
static int clts_write(struct ffx_module *module, struct command_call *call)
{
    return settings_write(module, call, 1, &module->settings.local_time);
}

static const struct command rows[] = {
    {"+CCLK", COMMAND_RECOVERY, .test = "", .read = cclk_read,
     .write = cclk_write},
    {"+CLTS", 0, "(0,1)", .read = clts_read, .write = clts_write},
};

const struct command_table cmd_clock_table = {rows,
                                              sizeof rows / sizeof rows[0]};
