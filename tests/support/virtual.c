/* SPDX-License-Identifier: Apache-2.0 */
#include "virtual.h"

#include "psa/psa_crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* While a transfer runs, its server gets this much real time a turn. */
#define SOCKET_MS 1

/* --- what the module says and does --------------------------------------- */

static int64_t tell_time(void *context)
{
    const struct virtual *v = context;
    return v->now_us;
}

static void keep(char *text, size_t capacity, size_t *length, const char *line)
{
    const size_t room = capacity - *length;
    const int written = snprintf(text + *length, room, "%s\n", line);
    if (written > 0 && (size_t)written < room)
        *length += (size_t)written;
}

static void take_log(void *context, const char *line)
{
    struct virtual *v = context;
    keep(v->log, sizeof v->log, &v->log_length, line);
}

static void take_trace(void *context, enum ffx_sim_trace kind, uint32_t port,
                       const void *bytes, uint32_t length)
{
    struct virtual *v = context;
    char line[32];
    size_t used = strlen(v->pins);
    (void)port;
    if (kind != FFX_SIM_PIN)
        return;
    snprintf(line, sizeof line, "%s %s", (const char *)bytes,
             length ? "high" : "low");
    keep(v->pins, sizeof v->pins, &used, line);
}

/* --- time ---------------------------------------------------------------- */

static void hear(struct virtual *v)
{
    const size_t room = sizeof v->said - 1 - v->said_length;
    v->said_length += ffx_sim_hear(v->sim, 0, v->said + v->said_length, room);
    v->said[v->said_length] = '\0';
}

/* One turn; time moves to what the module waits for, `limit_us` at most. */
static void turn(struct virtual *v, int64_t limit_us)
{
    struct pollfd fds[FFX_SIM_FDS];
    int timeout_ms;
    const unsigned count = ffx_sim_wait(v->sim, fds, &timeout_ms);
    /* Beside the line's own entry there is a socket: a server. */
    const int network = count > 1;
    poll(fds, count, network ? SOCKET_MS : 0);
    int ready = 0;
    for (unsigned i = 0; i < count; i++)
        ready |= fds[i].revents != 0;
    v->result = ffx_sim_step(v->sim, fds, count);
    hear(v);
    ffx_sim_wait(v->sim, fds, &timeout_ms);
    if (ready && timeout_ms == 0)
        return;
    int64_t step_us = timeout_ms < 0 ? limit_us : (int64_t)timeout_ms * 1000;
    if (network && step_us > SOCKET_MS * 1000)
        step_us = SOCKET_MS * 1000;
    v->now_us += step_us < limit_us ? step_us : limit_us;
}

static void pass(struct virtual *v, int64_t us, const char *until)
{
    const int64_t end_us = v->now_us + us;
    for (int turns = 0; v->result == 1; turns++) {
        if (until != NULL && strstr(v->said + v->told, until) != NULL)
            return;
        if (v->now_us >= end_us && turns > 2)
            return;
        if (turns > 2000000)
            fail_msg("the module turns without end");
        turn(v, end_us > v->now_us ? end_us - v->now_us : 0);
    }
}

static const char *news(struct virtual *v)
{
    const char *text = v->said + v->told;
    v->told = v->said_length;
    return text;
}

/* The buffer holds what was said since the last call, and nothing older. */
static void forget(struct virtual *v)
{
    if (v->told < v->said_length)
        return;
    v->said_length = v->told = 0;
    v->said[0] = '\0';
}

const char *virtual_send(struct virtual *v, const void *bytes, size_t length)
{
    const char *rest = bytes;
    forget(v);
    for (int turns = 0; length > 0 && turns < 1000000; turns++) {
        const size_t count = ffx_sim_say(v->sim, 0, rest, length);
        rest += count;
        length -= count;
        if (length > 0)
            turn(v, 1000);
    }
    pass(v, 20000, NULL);
    return news(v);
}

const char *virtual_say(struct virtual *v, const char *text)
{
    return virtual_send(v, text, strlen(text));
}

const char *virtual_wait(struct virtual *v, uint32_t ms)
{
    forget(v);
    pass(v, (int64_t)ms * 1000, NULL);
    return news(v);
}

const char *virtual_listen(struct virtual *v, const char *text,
                           uint32_t limit_ms)
{
    forget(v);
    pass(v, (int64_t)limit_ms * 1000, text);
    return strstr(v->said + v->told, text) != NULL ? news(v) : NULL;
}

const char *virtual_wait_for(struct virtual *v, const char *text,
                             uint32_t limit_ms)
{
    const char *heard = virtual_listen(v, text, limit_ms);
    if (heard == NULL)
        fail_msg("within %u ms no '%s' but '%s'; log: %s", (unsigned)limit_ms,
                 text, v->said + v->told, v->log);
    return heard;
}

const char *virtual_control(struct virtual *v, const char *command)
{
    static char reply[4096];
    ffx_sim_control(v->sim, command, reply, sizeof reply);
    return reply;
}

void virtual_do(struct virtual *v, const char *command)
{
    assert_string_equal(virtual_control(v, command), "ok\n");
}

unsigned virtual_count(struct virtual *v, const char *name)
{
    unsigned count = 0;
    const char *at = strstr(virtual_control(v, "status"), name);
    assert_non_null(at);
    assert_int_equal(sscanf(at + strlen(name), " %u", &count), 1);
    return count;
}

void virtual_at_byte(struct virtual *v, const char *trigger, unsigned n,
                     const char *action)
{
    char command[256];
    const char *kind = trigger[0] == 'r' ? "rx-bytes" : "tx-bytes";
    snprintf(command, sizeof command, "at %s %u %s", trigger,
             virtual_count(v, kind) + n, action);
    virtual_do(v, command);
}

void virtual_has(struct virtual *v, const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("no '%s' in '%s'; log: %s", part, text, v->log);
}

void virtual_lacks(struct virtual *v, const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("'%s' in '%s'; log: %s", part, text, v->log);
}

void virtual_is_usable(struct virtual *v)
{
    virtual_do(v, "clear");
    virtual_say(v, "\r");
    virtual_say(v, "ATV1Q0E1\r");
    virtual_has(v, virtual_say(v, "AT\r"), "\r\nOK\r\n");
    assert_string_equal(virtual_say(v, "AT+GMR\r"), "AT+GMR\r" VIRTUAL_GMR);
}

void virtual_forget_log(struct virtual *v)
{
    v->log_length = 0;
    v->log[0] = '\0';
}

/* --- files --------------------------------------------------------------- */

static FILE *open_file(const struct virtual *v, const char *name,
                       const char *mode)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", v->state, name);
    return fopen(path, mode);
}

void virtual_put(struct virtual *v, const char *name, const void *bytes,
                 size_t length)
{
    FILE *file = open_file(v, name, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

long virtual_file(const struct virtual *v, const char *name, void *buffer,
                  size_t capacity)
{
    FILE *file = open_file(v, name, "r");
    if (file == NULL)
        return -1;
    const size_t got = fread(buffer, 1, capacity, file);
    assert_true(got <= capacity);
    fseek(file, 0, SEEK_END);
    const long length = ftell(file);
    fclose(file);
    return length;
}

/* --- start and end ------------------------------------------------------- */

static void set_factory(struct ffx_sim_factory *factory,
                        const struct fixture *fixture)
{
    const struct pack_release *a = &fixture->a;
    *factory = (struct ffx_sim_factory){.model = a->model,
                                        .version = a->version,
                                        .sequence = a->sequence,
                                        .image_count = a->component_count,
                                        .keys = &fixture->release_key,
                                        .key_count = 1};
    for (uint32_t i = 0; i < a->component_count; i++) {
        const struct pack_component *c = &a->components[i];
        struct ffx_sim_image *image = &factory->images[i];
        *image = (struct ffx_sim_image){.bytes = c->image.bytes,
                                        .slot_bytes = c->slot_size};
        snprintf(image->facts.name, sizeof image->facts.name, "%s", c->name);
        image->facts.size = (uint32_t)c->image.length;
        memcpy(image->facts.sha256, c->sha256, FFX_SHA256_BYTES);
        factory->sector_bytes = c->sector;
        factory->step_bytes = c->step;
        factory->ram_bytes = c->ram;
    }
}

void virtual_create(struct virtual *v, const struct fixture *fixture,
                    const struct virtual_options *options)
{
    struct ffx_sim_factory factory;
    struct ffx_sim_error error;
    memset(v, 0, sizeof *v);
    v->fixture = fixture;
    v->now_us = options->start_us;
    v->result = 1;
    snprintf(v->state, sizeof v->state, "/tmp/farfix-virtual-XXXXXX");
    assert_non_null(mkdtemp(v->state));
    if (options->version == NULL)
        set_factory(&factory, fixture);
    else
        assert_int_equal(
            ffx_sim_plain(&factory, options->model, options->version), 0);
    const struct ffx_sim_config config = {
        .state = v->state,
        .port = FFX_SIM_CALLS,
        .second = options->second,
        .baud = options->baud,
        .crypto = psa_crypto(),
        .factory = &factory,
        .profile = options->profile,
        .quirks = options->quirks,
        .imei = "866425030000006",
        .sim_pin = options->no_sim            ? NULL
                   : options->sim_pin != NULL ? options->sim_pin
                                              : "",
        .apn = options->no_apn ? NULL : "ctnb",
        .bugs = options->bugs,
        .damage = options->damage,
        .faults = options->faults,
        .off_ms = options->off_ms > 0 ? options->off_ms : 1000,
        .once = (uint8_t)options->once,
        .real_speed = (uint8_t)options->real_speed,
        .log = take_log,
        .trace = take_trace,
        .now_us = tell_time,
        .context = v,
    };
    if (ffx_sim_create(&v->sim, &config, &error) != FFX_OK)
        fail_msg("%s", error.text);
}

void virtual_start(struct virtual *v, const struct fixture *fixture,
                   const struct virtual_options *options)
{
    virtual_create(v, fixture, options);
    virtual_wait(v, 2000);
}

void virtual_end(struct virtual *v)
{
    char command[96];
    ffx_sim_destroy(v->sim);
    snprintf(command, sizeof command, "rm -rf %s", v->state);
    assert_int_equal(system(command), 0);
}
