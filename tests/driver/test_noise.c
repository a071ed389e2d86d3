/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A package of 300 kB through the AT port of a line that loses, flips or
 * doubles bytes at random, both ways, at 115200 baud in virtual time.
 *
 * A chunk that lost a byte is not stored (CFSWFILE's input time passes): its
 * loss costs the chunk. A byte that was flipped or doubled is stored, and only
 * the read-back tells: AT+CFSWFILE can append, but not take back, so that it
 * costs the whole file. FARFIX_NOISE=N plays so many walks of each row,
 * FARFIX_WALK='loss 1e-4:17' plays one and shows its dialogue.
 */
#include "road.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKAGE 300000u
#define BAUD 115200u
#define WALKS 6u

static struct road road;
static uint8_t package[PACKAGE];

enum kind { LOST, FLIPPED, DOUBLED };

struct row {
    const char *name;
    double odds; /* of a byte, in either direction */
    enum kind kind;
    int arrives;       /* every walk of it; else ... */
    int fails_somehow; /* ... not only as noise or size */
    uint32_t tries;    /* 0: the default */
    unsigned goodput;  /* at least so many per cent of the clean line's */
};

static const struct row rows[] = {
    {"clean", 0, LOST, .arrives = 1, .goodput = 100},
    {"loss 1e-5", 1e-5, LOST, .arrives = 1, .goodput = 60},
    {"loss 1e-4", 1e-4, LOST, .arrives = 1, .goodput = 30},
    {"loss 1e-2", 1e-2, LOST, .fails_somehow = 1},
    {"flips 1e-6", 1e-6, FLIPPED, .arrives = 1, .tries = 8},
    {"doublings 1e-6", 1e-6, DOUBLED, .arrives = 1, .tries = 8},
    {"flips 1e-4", 1e-4, FLIPPED, .arrives = 0},
    {"doublings 1e-4", 1e-4, DOUBLED, .arrives = 0},
};
#define ROWS (sizeof rows / sizeof rows[0])

/* --- the line ------------------------------------------------------------ */

static const struct row *row;
static uint64_t coin;
static uint32_t hurt, moved;

static uint32_t toss(void)
{
    coin ^= coin << 13;
    coin ^= coin >> 7;
    coin ^= coin << 17;
    return (uint32_t)(coin >> 32);
}

static int damage(struct road *on, int to_module, uint8_t *byte)
{
    (void)on;
    (void)to_module;
    moved++;
    if (row->odds == 0 || toss() >= row->odds * 4294967296.0)
        return 1;
    hurt++;
    if (row->kind == FLIPPED)
        *byte ^= (uint8_t)(1u << toss() % 8u);
    return row->kind == LOST ? 0 : row->kind == DOUBLED ? 2 : 1;
}

/* Ten bits each, as long as they take. */
static void take_time(struct road *on)
{
    static uint32_t rest;
    rest += moved * 10000u;
    on->now_ms += rest / BAUD;
    rest %= BAUD;
    moved = 0;
}

static int read_package(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    (void)context;
    memcpy(buffer, package + offset, length);
    return FFX_OK;
}

/* --- a walk -------------------------------------------------------------- */

static void begin(uint32_t number)
{
    road_init(&road, FFX_ROUTE_PUSH);
    road.config.package =
        (struct ffx_read_at){.read = read_package, .size = PACKAGE};
    road.config.facts.size = PACKAGE;
    road.config.facts.sha256 = NULL;
    road.config.baud = BAUD;
    road.config.limits.download_tries = row->tries;
    road.free_bytes = 4 * PACKAGE;
    road.limit_ms = 4 * 3600 * 1000;
    road.damage = damage;
    road.turned = take_time;
    coin = 88172645463325252u + number * 0x9e3779b97f4a7c15u;
    hurt = moved = 0;
}

static int is_there(void)
{
    const struct road_file *file = road_file(&road, "update.zip");
    return file != NULL && file->size == PACKAGE &&
           memcmp(file->data, package, PACKAGE) == 0;
}

/* Milliseconds of the push and its read-back; 0: it did not arrive. */
static uint32_t arrives(uint32_t number)
{
    uint32_t from_ms = 0, to_ms = 0;
    begin(number);
    road_restart(&road);
    while (road_step(&road) && road.driver.state <= FFX_DRIVER_CHECK) {
        if (from_ms == 0 && road.driver.state == FFX_DRIVER_DOWNLOAD)
            from_ms = road.now_ms;
        to_ms = road.now_ms;
    }
    const int ended = ffx_driver_finished(&road.driver, &road.cause);
    if (!ended)
        assert_true(is_there()); /* it goes on to AT+CFOTA=1 */
    return ended ? 0 : to_ms - from_ms;
}

static uint32_t walks(void)
{
    const char *text = getenv("FARFIX_NOISE");
    return text != NULL ? (uint32_t)strtoul(text, NULL, 10) : WALKS;
}

static uint32_t clean_ms;

/* Nothing was begun, and the cause is the row's. */
static void fails_cleanly(uint32_t number)
{
    const int named =
        road.cause == FFX_CAUSE_NOISE || road.cause == FFX_CAUSE_SIZE;
    if (row->arrives || (!row->fails_somehow && !named) || road.requests != 0 ||
        strcmp(road.version, ROAD_FROM) != 0)
        fail_msg("FARFIX_WALK='%s:%u' ends as %s: %s", row->name,
                 (unsigned)number, ffx_cause_name(road.cause),
                 road_tail(&road));
}

static void play(uint32_t count)
{
    uint32_t arrived = 0, bytes = 0;
    uint64_t spent_ms = 0;
    for (uint32_t number = 0; number < count; number++) {
        const uint32_t ms = arrives(number);
        bytes += hurt;
        spent_ms += ms;
        arrived += ms != 0;
        if (ms == 0)
            fails_cleanly(number);
        road_end(&road);
    }
    const uint32_t mean_ms = arrived == 0 ? 0 : (uint32_t)(spent_ms / arrived);
    if (row->odds == 0)
        clean_ms = mean_ms;
    const uint32_t goodput =
        mean_ms == 0 ? 0 : (uint32_t)((uint64_t)clean_ms * 100 / mean_ms);
    printf("# %-15s %3u of %3u arrive, %5.1f bytes hurt, %6u ms, %3u %%\n",
           row->name, (unsigned)arrived, (unsigned)count, (double)bytes / count,
           (unsigned)mean_ms, (unsigned)goodput);
    assert_true(goodput >= row->goodput);
    if (!row->arrives && row->odds >= 1e-2)
        assert_int_equal(arrived, 0);
}

static void fill_package(void)
{
    uint32_t random = 1;
    for (uint32_t i = 0; i < PACKAGE; i++) {
        random = random * 1664525u + 1013904223u;
        package[i] = (uint8_t)(random >> 24);
    }
}

/* "loss 1e-4:17" */
static int replay(const char *which)
{
    const char *number = strrchr(which, ':');
    for (size_t i = 0; number != NULL && i < ROWS; i++) {
        if (strncmp(rows[i].name, which, (size_t)(number - which)) != 0)
            continue;
        row = &rows[i];
        const uint32_t ms = arrives((uint32_t)strtoul(number + 1, NULL, 10));
        printf("%s# %u ms, %s\n", road.log, (unsigned)ms,
               ms != 0 ? "arrived" : ffx_cause_name(road.cause));
        road_end(&road);
        return 0;
    }
    printf("# FARFIX_WALK=NAME:N, as a failure prints it\n");
    return 1;
}

static void each_line_does_what_it_can(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        row = &rows[i];
        play(walks());
    }
}

int main(void)
{
    const char *which = getenv("FARFIX_WALK");
    fill_package();
    if (which != NULL)
        return replay(which);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_does_what_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
