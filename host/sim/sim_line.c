/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_line.h"

#include <string.h>
#include <termios.h>

#define FRAME_BITS 10 /* 8N1 */
/* What one byte may become: noise or inserted text, and itself twice. */
#define DAMAGED_BYTES (256u + SIM_FAULT_TEXT + 4u)
/* Two bytes, CR LF, become so many times as many. */
#define NEWLINE_FACTOR 4u

void sim_line_init(struct sim_line *line, const struct sim_clock *clock,
                   struct sim_faults *faults)
{
    line->clock = clock;
    line->faults = faults;
    sim_line_clear(line);
}

void sim_line_clear(struct sim_line *line)
{
    line->in.running = line->out.running = 0;
    line->fifo_length = line->shift_length = 0;
    line->quiet_us = line->deaf_us = 0;
    line->pause_ms = line->fragment_done = 0;
    line->after_cr = 0;
}

/* --- rates --------------------------------------------------------------- */

/* What a PTY's peer has set; 0 for a rate without a name here. */
static uint32_t tty_baud(int fd)
{
    static const struct {
        speed_t speed;
        uint32_t baud;
    } rates[] = {
        {B300, 300},         {B600, 600},         {B1200, 1200},
        {B2400, 2400},       {B4800, 4800},       {B9600, 9600},
        {B19200, 19200},     {B38400, 38400},     {B57600, 57600},
        {B115200, 115200},   {B230400, 230400},   {B460800, 460800},
        {B921600, 921600},   {B2000000, 2000000}, {B3000000, 3000000},
        {B4000000, 4000000},
    };
    struct termios mode;
    if (fd < 0 || tcgetattr(fd, &mode) != 0)
        return 0;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        if (cfgetospeed(&mode) == rates[i].speed)
            return rates[i].baud;
    return 0;
}

/* Auto-baud knows these (SIM7000 UART application note V1.01, chapter 4). */
static int detects(uint32_t baud)
{
    return baud == 9600 || baud == 19200 || baud == 38400 || baud == 57600 ||
           baud == 115200;
}

static int understood(const struct sim_line *line)
{
    const uint64_t a = line->te_baud, b = line->baud;
    if (a == 0)
        return 1;
    return a * 20 <= b * 21 && b * 20 <= a * 21;
}

/* The byte that a receiver at another rate samples. */
static uint8_t garbled(struct sim_line *line, uint8_t byte)
{
    if (understood(line))
        return byte;
    return (uint8_t)((uint32_t)byte << 1 ^ (uint32_t)byte >> 3 ^ 0x80u);
}

static void apply_baud(struct sim_line *line)
{
    if (line->shift_length > 0 || line->new_baud == line->baud)
        return;
    line->baud = line->new_baud;
    line->out.running = 0;
}

void sim_line_set_baud(struct sim_line *line, uint32_t baud)
{
    line->new_baud = baud;
    apply_baud(line);
}

/* --- pace ---------------------------------------------------------------- */

static int64_t byte_ns(uint32_t baud)
{
    return FRAME_BITS * INT64_C(1000000000) / baud;
}

/* How many of `wanted` bytes have passed by now. The first one of a burst
 * comes at once: nobody knows when it began. */
static uint32_t pace_allows(struct sim_pace *pace, uint32_t baud,
                            int64_t now_us, uint32_t wanted)
{
    if (baud == 0)
        return wanted;
    if (!pace->running) {
        pace->running = 1;
        pace->from_ns = now_us * 1000 - byte_ns(baud);
    }
    const int64_t count = (now_us * 1000 - pace->from_ns) / byte_ns(baud);
    if (count < 0)
        return 0; /* whoever embeds it set the clock back */
    return count < (int64_t)wanted ? (uint32_t)count : wanted;
}

static void pace_used(struct sim_pace *pace, uint32_t baud, uint32_t count)
{
    if (baud > 0)
        pace->from_ns += count * byte_ns(baud);
}

static int64_t pace_due_us(const struct sim_pace *pace, uint32_t baud)
{
    return (pace->from_ns + byte_ns(baud) + 999) / 1000;
}

/* The module's own rate counts for what it sends. */
static uint32_t out_baud(const struct sim_line *line)
{
    return line->te_baud == 0 ? 0 : line->baud > 0 ? line->baud : line->te_baud;
}

/* --- damage -------------------------------------------------------------- */

/* One byte and what became of it. */
struct passage {
    uint8_t bytes[DAMAGED_BYTES];
    uint32_t length;
    uint8_t byte;
    uint8_t copies;
    const struct sim_fault *event;
};

static void put_before(struct passage *passage, const void *bytes,
                       uint32_t length)
{
    const uint32_t room = DAMAGED_BYTES - 2u - passage->length;
    length = length < room ? length : room;
    memcpy(passage->bytes + passage->length, bytes, length);
    passage->length += length;
}

static void put_noise(struct sim_faults *faults, struct passage *passage,
                      uint32_t count)
{
    while (count-- > 0) {
        const uint8_t byte = (uint8_t)sim_faults_coin(faults, 256);
        put_before(passage, &byte, 1);
    }
}

static void flip(struct sim_faults *faults, struct passage *passage,
                 uint32_t bit)
{
    bit = bit < 8 ? bit : sim_faults_coin(faults, 8);
    passage->byte ^= (uint8_t)(1u << bit);
}

static void stand_still(struct sim_line *line, enum sim_trigger trigger,
                        uint32_t ms)
{
    if (trigger == SIM_ON_TX)
        line->pause_ms += ms;
    else
        line->deaf_us = sim_clock_us(line->clock) + (int64_t)ms * 1000;
}

static void befall(struct sim_line *line, const struct sim_fault *fault,
                   struct passage *passage)
{
    switch (fault->action) {
    case SIM_DROP:
        passage->copies = 0;
        break;
    case SIM_DOUBLE:
        passage->copies = 2;
        break;
    case SIM_FLIP:
        flip(line->faults, passage, fault->value[0]);
        break;
    case SIM_NOISE:
        put_noise(line->faults, passage, fault->value[0]);
        break;
    case SIM_BREAK:
        passage->byte = 0;
        break;
    case SIM_INSERT:
        put_before(passage, fault->text, fault->text_length);
        break;
    case SIM_PAUSE:
        stand_still(line, (enum sim_trigger)fault->trigger, fault->value[0]);
        break;
    default:
        passage->event = fault;
    }
}

static void pass(struct sim_line *line, enum sim_trigger trigger, uint8_t byte,
                 struct passage *passage)
{
    const struct sim_fault *fault;
    size_t cursor = 0;
    *passage = (struct passage){.byte = byte, .copies = 1};
    if (line->faults == NULL)
        return;
    sim_faults_count(line->faults, trigger);
    while ((fault = sim_faults_next(line->faults, trigger, &cursor)) != NULL)
        befall(line, fault, passage);
}

static int damages(const struct sim_line *line, enum sim_trigger trigger)
{
    return line->faults != NULL && sim_faults_wait_for(line->faults, trigger);
}

/* --- in ------------------------------------------------------------------ */

static void keep(struct sim_line *line, uint8_t byte)
{
    if (line->baud == 0 && line->te_baud > 0 && detects(line->te_baud) &&
        (byte | 0x20) == 'a') {
        line->baud = line->new_baud = line->te_baud;
        return;
    }
    byte = garbled(line, byte);
    if (line->fifo_length == SIM_LINE_FIFO)
        line->lost++;
    else
        line->fifo[line->fifo_length++] = byte;
}

/* 1: something else happened, and may have ended the module. */
static int take_damaged(struct sim_line *line, uint8_t byte,
                        sim_line_event *event, void *context)
{
    struct passage passage;
    pass(line, SIM_ON_RX, byte, &passage);
    for (uint32_t i = 0; i < passage.length; i++)
        keep(line, passage.bytes[i]);
    for (uint8_t i = 0; i < passage.copies; i++)
        keep(line, passage.byte);
    if (passage.event != NULL)
        event(context, passage.event);
    return passage.event != NULL;
}

static int take(struct sim_line *line, const uint8_t *bytes, size_t length,
                sim_line_event *event, void *context)
{
    if (length > 0 && damages(line, SIM_ON_RX))
        return take_damaged(line, bytes[0], event, context);
    for (size_t i = 0; i < length; i++)
        keep(line, bytes[i]);
    if (line->faults != NULL)
        line->faults->seen[SIM_ON_RX] += length;
    return 0;
}

static void show(const struct sim_line *line, int out, const void *bytes,
                 size_t length)
{
    if (line->trace != NULL && length > 0)
        line->trace(line->trace_context, out, bytes, length);
}

/* Bytes that may be read now: as many as fit, or as many as get lost. */
static uint32_t wanted(const struct sim_line *line, int lossy)
{
    const uint32_t room = SIM_LINE_FIFO - line->fifo_length;
    return room == 0 && lossy ? 512u : room;
}

void sim_line_drop(struct sim_line *line)
{
    uint8_t bytes[512];
    while (line->te_baud == 0 &&
           sim_port_read(&line->port, bytes, sizeof bytes) == sizeof bytes)
        continue;
}

void sim_line_receive(struct sim_line *line, int lossy, sim_line_event *event,
                      void *context)
{
    uint8_t bytes[512];
    const int64_t now_us = sim_clock_us(line->clock);
    if (line->follow_tty)
        line->te_baud = tty_baud(line->port.in);
    if (now_us < line->deaf_us)
        return;
    uint32_t left =
        pace_allows(&line->in, line->te_baud, now_us, wanted(line, lossy));
    if (wanted(line, lossy) == 0)
        line->in.running = 0; /* the TE waits, no credit */
    while (left > 0 && now_us >= line->deaf_us) {
        /* A byte that may pause the line, or end the module, comes alone. */
        const uint32_t most =
            damages(line, SIM_ON_RX) ? 1u : (uint32_t)sizeof bytes;
        const uint32_t some = left < most ? left : most;
        const size_t count = sim_port_read(&line->port, bytes, some);
        pace_used(&line->in, line->te_baud, (uint32_t)count);
        show(line, 0, bytes, count);
        if (take(line, bytes, count, event, context) != 0)
            return;
        left -= (uint32_t)count;
        if (count < some) {
            line->in.running = 0; /* the line is idle */
            break;
        }
    }
}

void sim_line_taken(struct sim_line *line, uint32_t length)
{
    line->fifo_length -= length;
    memmove(line->fifo, line->fifo + length, line->fifo_length);
}

/* --- out ----------------------------------------------------------------- */

static void shift_in(struct sim_line *line, uint8_t byte)
{
    line->shift[line->shift_length++] = garbled(line, byte);
}

/* CR LF as the fault wants it; a CR waits for what follows. */
static void shift_line_end(struct sim_line *line, uint8_t byte)
{
    const int ends = line->after_cr && byte == '\n';
    if (line->newline_length == 0) {
        shift_in(line, byte);
        return;
    }
    if (line->after_cr && !ends)
        shift_in(line, '\r');
    line->after_cr = byte == '\r';
    for (uint8_t i = 0; ends && i < line->newline_length; i++)
        shift_in(line, (uint8_t)line->newline[i]);
    if (!ends && byte != '\r')
        shift_in(line, byte);
}

void sim_line_end(struct sim_line *line)
{
    if (line->after_cr && line->shift_length < SIM_LINE_SHIFT)
        shift_in(line, '\r');
    line->after_cr = 0;
}

uint32_t sim_line_room(const struct sim_line *line)
{
    const uint32_t most = line->newline_length > 0 ? sizeof line->newline : 1u;
    const uint32_t longest =
        most > 1 ? DAMAGED_BYTES * NEWLINE_FACTOR : DAMAGED_BYTES;
    const uint32_t spare = damages(line, SIM_ON_TX) ? longest : 0;
    const uint32_t room = SIM_LINE_SHIFT - line->shift_length;
    if (line->pause_ms > 0 || line->new_baud != line->baud || room < spare)
        return 0;
    return (room - spare) / most;
}

uint32_t sim_line_put(struct sim_line *line, const uint8_t *bytes,
                      uint32_t length, sim_line_event *event, void *context)
{
    uint32_t count = 0;
    while (count < length && sim_line_room(line) > 0) {
        struct passage passage;
        pass(line, SIM_ON_TX, bytes[count++], &passage);
        for (uint32_t i = 0; i < passage.length; i++)
            shift_line_end(line, passage.bytes[i]);
        for (uint8_t i = 0; i < passage.copies; i++)
            shift_line_end(line, passage.byte);
        if (passage.event != NULL) {
            event(context, passage.event);
            break;
        }
    }
    return count;
}

void sim_line_insert(struct sim_line *line, const void *bytes, uint32_t length)
{
    const uint32_t room = SIM_LINE_SHIFT - line->shift_length;
    const uint8_t *byte = bytes;
    for (uint32_t i = 0; i < length && i < room; i++)
        shift_in(line, byte[i]);
}

static uint32_t one_fragment(const struct sim_line *line, uint32_t length)
{
    const uint32_t left = line->fragment - line->fragment_done;
    return line->fragment > 0 && left < length ? left : length;
}

static void went(struct sim_line *line, uint32_t count, int64_t now_us)
{
    line->shift_length -= count;
    memmove(line->shift, line->shift + count, line->shift_length);
    pace_used(&line->out, out_baud(line), count);
    line->fragment_done += count;
    if (line->fragment > 0 && line->fragment_done >= line->fragment) {
        line->fragment_done = 0;
        line->quiet_us = now_us + (int64_t)line->fragment_ms * 1000;
    }
}

void sim_line_send(struct sim_line *line)
{
    const int64_t now_us = sim_clock_us(line->clock);
    uint32_t count = 1;
    while (now_us >= line->quiet_us && line->shift_length > 0 && count > 0) {
        count = pace_allows(&line->out, out_baud(line), now_us,
                            one_fragment(line, line->shift_length));
        if (count > 0)
            count = (uint32_t)sim_port_write(&line->port, line->shift, count);
        show(line, 1, line->shift, count);
        went(line, count, now_us);
    }
    if (line->shift_length > 0)
        return;
    line->out.running = 0;
    if (line->pause_ms > 0)
        line->quiet_us = now_us + (int64_t)line->pause_ms * 1000;
    line->pause_ms = 0;
    apply_baud(line);
}

int sim_line_empty(const struct sim_line *line)
{
    return line->shift_length == 0 && line->pause_ms == 0;
}

/* --- poll ---------------------------------------------------------------- */

static void wait_until(const struct sim_line *line, int *timeout_ms,
                       int64_t due_us)
{
    sim_clock_wait(line->clock, timeout_ms, (due_us + 999) / 1000);
}

/* 1: the port may be read when it has something. */
static int reads(struct sim_line *line, int lossy, int *timeout_ms)
{
    const int64_t now_us = sim_clock_us(line->clock);
    if (wanted(line, lossy) == 0)
        return 0;
    if (now_us < line->deaf_us) {
        wait_until(line, timeout_ms, line->deaf_us);
        return 0;
    }
    if (line->te_baud == 0 || !line->in.running)
        return 1;
    const int64_t due_us = pace_due_us(&line->in, line->te_baud);
    if (now_us >= due_us)
        return 1;
    wait_until(line, timeout_ms, due_us);
    return 0;
}

static int writes(struct sim_line *line, int *timeout_ms)
{
    const int64_t now_us = sim_clock_us(line->clock);
    if (line->shift_length == 0)
        return 0;
    int64_t due_us = line->quiet_us;
    if (out_baud(line) > 0 && line->out.running &&
        pace_due_us(&line->out, out_baud(line)) > due_us)
        due_us = pace_due_us(&line->out, out_baud(line));
    if (now_us >= due_us)
        return 1;
    wait_until(line, timeout_ms, due_us);
    return 0;
}

unsigned sim_line_wait(struct sim_line *line, int held, int lossy,
                       struct pollfd *fds, int *timeout_ms)
{
    const int in = !held && reads(line, lossy, timeout_ms);
    const int out = writes(line, timeout_ms);
    return sim_port_wait(&line->port, in, out, fds, timeout_ms);
}
