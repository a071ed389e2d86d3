/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/update_report.h"

#include <stdio.h>
#include <string.h>

void update_report_init(struct update_report *report,
                        const struct modem_link *link,
                        const struct ffx_driver *driver, const char *source,
                        const char *to)
{
    memset(report, 0, sizeof *report);
    report->link = link;
    report->driver = driver;
    report->source = source;
    report->to = to;
}

/* --- on the way ---------------------------------------------------------- */

static void show_progress(struct update_report *report,
                          const struct ffx_driver_event *event)
{
    const char *phase = ffx_driver_state_name(event->state);
    if (event->state == FFX_DRIVER_DOWNLOAD)
        report->bytes = event->done;
    if (report->link->trace)
        return;
    if (event->state == FFX_DRIVER_UPDATE)
        cli_progress(phase, (unsigned)event->percent);
    else
        cli_progress_bytes(phase, event->done, event->total);
}

void update_report_event(void *context, const struct ffx_driver_event *event)
{
    struct update_report *report = context;
    switch (event->kind) {
    case FFX_DRIVER_STATE:
        modem_link_trace(report->link, '#',
                         ffx_driver_state_name(event->state));
        break;
    case FFX_DRIVER_PROGRESS:
        show_progress(report, event);
        break;
    case FFX_DRIVER_HOLD_POWER:
        report->hold = event->on;
        modem_link_trace(report->link, '#',
                         event->on ? "hold power" : "power may go");
        break;
    case FFX_DRIVER_SENT:
        modem_link_trace(report->link, '>', event->text);
        break;
    case FFX_DRIVER_HEARD:
        modem_link_trace(report->link, '<', event->text);
        break;
    case FFX_DRIVER_FINISHED:
        report->cause = event->cause;
        report->detail = event->detail;
        break;
    case FFX_DRIVER_POSITION: /* a PC finds its place by asking the module */
        break;
    }
}

/* --- the end ------------------------------------------------------------- */

/* " (HTTP 503)", " (runs 1529B05SIM7000G)": what makes the cause concrete. */
static void put_detail(const struct update_report *report, char *text,
                       size_t capacity)
{
    const struct ffx_driver_found *found = &report->driver->found;
    const struct ffx_driver_facts *facts = &report->driver->config->facts;
    static const char *const settings[] = {"",     "IMEI", "CFUN",
                                           "CNMP", "CMNB", "APN"};
    text[0] = '\0';
    switch (report->cause) {
    case FFX_CAUSE_WRONG_MODEL:
        snprintf(text, capacity, " (it is a %s, the package is for %s)",
                 found->model, facts->model);
        break;
    case FFX_CAUSE_WRONG_SOURCE:
        snprintf(text, capacity, " (it runs %s, not %s)", found->version,
                 facts->from);
        break;
    case FFX_CAUSE_VERSION:
        snprintf(text, capacity, " (it runs %s)", found->version);
        break;
    case FFX_CAUSE_BATTERY:
        snprintf(text, capacity, " (%u mV)", (unsigned)found->millivolts);
        break;
    case FFX_CAUSE_NO_SPACE:
        snprintf(text, capacity, " (%u bytes free)",
                 (unsigned)found->free_bytes);
        break;
    case FFX_CAUSE_CHANGED:
        if (report->detail > 0 && report->detail <= FFX_SETTING_APN)
            snprintf(text, capacity, " (%s)", settings[report->detail]);
        break;
    case FFX_CAUSE_NO_PACKAGE:
        snprintf(text, capacity, " (CME %d)", (int)report->detail);
        break;
    case FFX_CAUSE_REFUSED:
    case FFX_CAUSE_FAILED_MODEM:
    case FFX_CAUSE_FAILED_AP:
    case FFX_CAUSE_NOT_STARTED:
        snprintf(text, capacity, " (CFOTA %d)", (int)found->status);
        break;
    default:
        if (report->cause >= FFX_CAUSE_DOWNLOAD_REFUSED &&
            report->cause <= FFX_CAUSE_FTP_FAILED && report->detail > 0)
            snprintf(text, capacity, " (%s %d)",
                     report->detail < 100 ? "FTP" : "HTTP",
                     (int)report->detail);
        break;
    }
}

static int exit_code(enum ffx_cause cause)
{
    if (cause == FFX_CAUSE_DONE || cause == FFX_CAUSE_DRY_RUN)
        return CLI_DONE;
    return cause == FFX_CAUSE_NOTHING ? CLI_NOTHING : CLI_FAILED;
}

static double seconds(const struct update_report *report)
{
    return (double)(posix_port_now_ms() - report->link->start_ms) / 1000;
}

static const char *advice(const struct update_report *report)
{
    return report->explanation[0] != '\0' ? report->explanation
                                          : ffx_cause_advice(report->cause);
}

/* What the walk has switched off and could not switch on again; "": nothing. */
static const char *owed(const struct update_report *report)
{
    static char line[64];
    const struct ffx_driver_position *position =
        ffx_driver_position(report->driver);
    const uint8_t saving = position->saving;
    const int edrx = saving & FFX_SAVING_EDRX ? sizeof position->edrx : 0;
    const int length =
        snprintf(line, sizeof line, "AT%s%s%s%.*s",
                 saving & FFX_SAVING_SLEEP ? "+CSCLK=1;" : "",
                 saving & FFX_SAVING_PSM ? "+CPSMS=1;" : "",
                 edrx > 0 ? "+CEDRXS=1," : "", edrx, position->edrx);
    if (line[length - 1] == ';')
        line[length - 1] = '\0';
    return saving != 0 ? line : "";
}

static void print_json(const struct update_report *report)
{
    const struct ffx_driver_found *found = &report->driver->found;
    const struct ffx_driver_position *position =
        ffx_driver_position(report->driver);
    cli_json_open('{');
    cli_json_text("result", report->refusal != NULL
                                ? "offer"
                                : ffx_cause_name(report->cause));
    cli_json_bool("ok", exit_code(report->cause) != CLI_FAILED);
    cli_json_text("text", report->refusal != NULL
                              ? report->refusal
                              : ffx_cause_text(report->cause));
    cli_json_text("next", advice(report));
    cli_json_number("detail", report->detail);
    cli_json_number("lwm2m", ffx_cause_lwm2m(report->cause));
    cli_json_text("owed", owed(report));
    cli_json_text("model", found->model);
    cli_json_text("imei", position->before.imei);
    cli_json_text("from", found->before);
    cli_json_text("version", found->version);
    cli_json_text("to", report->to);
    cli_json_number("cfota", found->status);
    cli_json_number("bytes", report->bytes);
    cli_json_number("data_used", position->data_used);
    cli_json_number("milliseconds", (long long)(seconds(report) * 1000));
    cli_json_close('}');
    cli_json_end();
}

static void print_dry_run(const struct update_report *report)
{
    char source[1100];
    const struct ffx_driver_found *found = &report->driver->found;
    printf("%s, IMEI %s, runs %s, CFOTA %u, %u mV", found->model,
           ffx_driver_position(report->driver)->before.imei, found->version,
           (unsigned)found->status, (unsigned)found->millivolts);
    if (found->rssi != 99)
        printf(", signal %u of 31%s", (unsigned)found->rssi,
               found->rssi < 10 ? " (weak)" : "");
    printf(", %u bytes free\n", (unsigned)found->free_bytes);
    printf("would fetch %s as /fota/update.zip, check it, say AT+CFOTA=1 and "
           "wait for %s\n",
           cli_masked(report->source, source, sizeof source), report->to);
}

static void print_success(const struct update_report *report)
{
    const struct ffx_driver_found *found = &report->driver->found;
    if (report->cause == FFX_CAUSE_DRY_RUN)
        print_dry_run(report);
    else
        printf("%s -> %s in %.0f s\n",
               found->before[0] != '\0' ? found->before : "?", found->version,
               seconds(report));
    fflush(stdout);
}

int update_report_refusal(struct update_report *report, int json,
                          const char *why, const char *next)
{
    report->refusal = why;
    snprintf(report->explanation, sizeof report->explanation, "%s", next);
    if (json)
        print_json(report);
    report->refusal = NULL;
    return cli_fail(CLI_FAILED, "%s; %s", why, next);
}

int update_report_end(const struct update_report *report, int json)
{
    char detail[128];
    const int code = exit_code(report->cause);
    if (json)
        print_json(report);
    else if (code == CLI_DONE)
        print_success(report);
    if (owed(report)[0] != '\0' && code != CLI_FAILED)
        fprintf(stderr, "power saving is still off: say %s to the module\n",
                owed(report));
    if (code == CLI_DONE || (json && code == CLI_NOTHING))
        return code;
    if (code == CLI_NOTHING)
        return cli_fail(CLI_NOTHING,
                        "the module already runs %s; nothing to do",
                        report->driver->found.version);
    put_detail(report, detail, sizeof detail);
    return cli_fail(CLI_FAILED, "%s%s; %s%s%s", ffx_cause_text(report->cause),
                    detail, advice(report),
                    owed(report)[0] != '\0' ? ", or say " : "", owed(report));
}
