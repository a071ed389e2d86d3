/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "posix/posix_port.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR 16       /* with all the rest it fits 80 columns */
#define RATE_MS 500u /* less tells nothing */
#define LINE_STEP 10u

static struct {
    char what[25]; /* the phase in hand */
    uint32_t start_ms, base, done;
    unsigned said; /* per cent of the last line */
    int shown;     /* a bar stands on the terminal */
    int lines;
} state;

void cli_progress_lines(int on)
{
    state.lines = on;
}

/* --- what stands in it --------------------------------------------------- */

/* A new phase, or one that began again: a download's next try. */
static void begin(const char *what, uint32_t done)
{
    if (strncmp(state.what, what, sizeof state.what - 1) == 0 &&
        done >= state.done) {
        state.done = done;
        return;
    }
    snprintf(state.what, sizeof state.what, "%s", what);
    state.start_ms = posix_port_now_ms();
    state.base = state.done = done;
    state.said = 0;
}

static const char *amount(double bytes, char out[16])
{
    if (bytes < 999.5)
        snprintf(out, 16, "%.0f B", bytes);
    else if (bytes < 999950)
        snprintf(out, 16, "%.1f kB", bytes / 1e3);
    else
        snprintf(out, 16, "%.1f MB", bytes / 1e6);
    return out;
}

/* "  1.2 MB of 3.0 MB  15.3 kB/s  2:03 left" */
static void describe(uint32_t total, char *out, size_t capacity)
{
    const uint32_t ms = posix_port_now_ms() - state.start_ms;
    const uint32_t came = state.done - state.base;
    char done[16], all[16], rate[16];
    size_t used = (size_t)snprintf(
        out, capacity, "  %s%s%s", amount(state.done, done),
        total > 0 ? " of " : "", total > 0 ? amount(total, all) : "");
    if (ms < RATE_MS || came == 0)
        return;
    const double per_second = came * 1000.0 / ms;
    used += (size_t)snprintf(out + used, capacity - used, "  %s/s",
                             amount(per_second, rate));
    if (total <= state.done)
        return;
    double left = (total - state.done) / per_second + 0.5;
    if (left > 359999)
        left = 359999;
    const unsigned seconds = (unsigned)left;
    if (seconds >= 3600)
        snprintf(out + used, capacity - used, "  %u:%02u:%02u left",
                 seconds / 3600, seconds / 60 % 60, seconds % 60);
    else
        snprintf(out + used, capacity - used, "  %u:%02u left", seconds / 60,
                 seconds % 60);
}

/* --- showing it ---------------------------------------------------------- */

static void show_bar(const char *what, unsigned percent, const char *detail)
{
    static const char full[] = "################";
    static const char empty[] = "................";
    const int done = (int)percent * BAR / 100;
    /* ESC [ K: whatever a longer line has left behind goes. */
    fprintf(stderr, "\r%-8.24s [%.*s%.*s] %3u %%%s\033[K", what, done, full,
            BAR - done, empty, percent, detail);
    fflush(stderr);
    state.shown = 1;
}

static void show(const char *what, unsigned percent, const char *detail)
{
    if (percent > 100)
        percent = 100;
    if (isatty(STDERR_FILENO)) {
        show_bar(what, percent, detail);
    } else if (state.lines && percent / LINE_STEP > state.said / LINE_STEP) {
        fprintf(stderr, "%s %u %%%s\n", what, percent, detail);
        state.said = percent;
    }
}

void cli_progress(const char *what, unsigned percent)
{
    begin(what, percent);
    show(what, percent, "");
}

void cli_progress_bytes(const char *what, uint32_t done, uint32_t total)
{
    char detail[80];
    begin(what, done);
    describe(total, detail, sizeof detail);
    show(what, total > 0 ? (unsigned)(done * UINT64_C(100) / total) : 0,
         detail);
}

void cli_progress_end(void)
{
    if (state.shown)
        fputc('\n', stderr);
    state.shown = 0;
}
