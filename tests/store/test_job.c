/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/fail.h"
#include "store/store_job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define BOUND_MS 30000

/* --- kinds of jobs whose end the test decides ---------------------------- */

static atomic_int gate_open, loads, makes, woken, most_at_once, at_once;

static void wait_for_gate(void)
{
    while (!atomic_load(&gate_open))
        usleep(1000);
}

static int fill(struct store_job *job)
{
    const size_t length = strlen(job->name) + 1;
    struct pack_buffer bytes = {(uint8_t *)strdup(job->name), length, length};
    job->blob = store_blob_new("text/plain", &bytes);
    return 0;
}

static int load_now(struct store *store, struct store_job *job)
{
    (void)store;
    atomic_fetch_add(&loads, 1);
    return fill(job);
}

static int load_later(struct store *store, struct store_job *job)
{
    wait_for_gate();
    return load_now(store, job);
}

static int pass_on(struct store *store, struct store_job *job)
{
    (void)store;
    (void)job;
    atomic_fetch_add(&loads, 1);
    return STORE_JOB_MAKE;
}

static int make_later(struct store *store, struct store_job *job)
{
    (void)store;
    const int now = atomic_fetch_add(&at_once, 1) + 1;
    if (now > atomic_load(&most_at_once))
        atomic_store(&most_at_once, now);
    wait_for_gate();
    atomic_fetch_sub(&at_once, 1);
    atomic_fetch_add(&makes, 1);
    return fill(job);
}

static int fail_it(struct store *store, struct store_job *job)
{
    (void)store;
    atomic_fetch_add(&loads, 1);
    return fail_with(&job->error, FFX_ERR_IO, "the disk is on fire");
}

static int fail_busy(struct store *store, struct store_job *job)
{
    (void)store;
    atomic_fetch_add(&loads, 1);
    return fail_with(&job->error, FFX_ERR_BUSY, "come again");
}

static int find_nothing(struct store *store, struct store_job *job)
{
    (void)store;
    atomic_fetch_add(&loads, 1);
    return fail_with(&job->error, PACK_NOTHING, "equal");
}

static const struct store_job_kind quick = {load_now, NULL};
static const struct store_job_kind gated = {load_later, NULL};
static const struct store_job_kind slow = {pass_on, make_later};
static const struct store_job_kind broken = {fail_it, NULL};
static const struct store_job_kind busy = {fail_busy, NULL};
static const struct store_job_kind nothing = {find_nothing, NULL};

/* --- the queue ----------------------------------------------------------- */

static int open_jobs(void **state)
{
    static char store; /* nobody looks into it */
    struct store_jobs *jobs = calloc(1, sizeof *jobs);
    gate_open = loads = makes = woken = most_at_once = at_once = 0;
    store_jobs_open(jobs, (struct store *)(void *)&store, 2);
    *state = jobs;
    return 0;
}

static int close_jobs(void **state)
{
    atomic_store(&gate_open, 1);
    store_jobs_stop(*state);
    store_jobs_close(*state);
    free(*state);
    return 0;
}

static struct store_job *start(struct store_jobs *jobs,
                               const struct store_job_kind *kind,
                               const char *name)
{
    struct store_job *job = calloc(1, sizeof *job);
    assert_non_null(job);
    job->kind = kind;
    snprintf(job->name, sizeof job->name, "%s", name);
    return store_job_start(jobs, job);
}

static void count_wake(void *context)
{
    (void)context;
    atomic_fetch_add(&woken, 1);
}

static void until_equal(atomic_int *number, int wanted)
{
    for (int ms = 0; atomic_load(number) != wanted; ms++) {
        if (ms == BOUND_MS)
            fail_msg("%d, not %d", atomic_load(number), wanted);
        usleep(1000);
    }
}

static void until_done(struct store_jobs *jobs, const struct store_job *job)
{
    for (int ms = 0; !store_job_done(jobs, job); ms++) {
        assert_true(ms < BOUND_MS);
        usleep(1000);
    }
}

/* --- tests --------------------------------------------------------------- */

static void a_hundred_who_ask_for_one_name_get_one_job(void **state)
{
    struct store_job *jobs[100];
    struct store_waiter waiters[100];
    for (int i = 0; i < 100; i++) {
        jobs[i] = start(*state, &slow, "a");
        assert_ptr_equal(jobs[i], jobs[0]);
        waiters[i] = (struct store_waiter){count_wake, NULL, NULL};
        store_job_wait(*state, jobs[i], &waiters[i]);
    }
    assert_int_equal(woken, 0);
    atomic_store(&gate_open, 1);
    until_equal(&woken, 100);
    assert_int_equal(makes, 1);
    assert_string_equal((const char *)jobs[0]->blob->bytes.bytes, "a");
    for (int i = 0; i < 100; i++)
        store_job_drop(jobs[i]);
}

static void who_waits_for_what_is_done_is_woken_at_once(void **state)
{
    struct store_waiter waiter = {count_wake, NULL, NULL};
    struct store_job *job = start(*state, &quick, "a");
    until_done(*state, job);
    store_job_wait(*state, job, &waiter);
    assert_int_equal(woken, 1);
    store_job_drop(job);
}

static void what_is_done_is_begun_anew_for_who_asks_later(void **state)
{
    struct store_job *first = start(*state, &quick, "a");
    until_done(*state, first);
    struct store_job *second = start(*state, &quick, "a");
    assert_ptr_not_equal(first, second);
    until_done(*state, second);
    assert_int_equal(loads, 2);
    store_job_drop(first);
    store_job_drop(second);
}

static void what_is_quick_does_not_wait_for_what_is_slow(void **state)
{
    struct store_job *slows[20];
    char name[20];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "slow%d", i);
        slows[i] = start(*state, &slow, name);
    }
    struct store_job *job = start(*state, &quick, "quick");
    until_done(*state, job);
    assert_int_equal(makes, 0);
    store_job_drop(job);
    atomic_store(&gate_open, 1);
    until_equal(&makes, 20);
    assert_in_range(most_at_once, 1, 2); /* there are two who make */
    for (int i = 0; i < 20; i++)
        store_job_drop(slows[i]);
}

static void jobs_are_made_in_the_order_in_which_they_came(void **state)
{
    struct store_job *jobs[30];
    char name[20];
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof name, "slow%d", i);
        jobs[i] = start(*state, &slow, name);
    }
    until_equal(&loads, 30);
    struct store_job *joined = start(*state, &slow, "slow25");
    assert_ptr_equal(joined, jobs[25]); /* also while it waits for its turn */
    store_job_drop(joined);
    atomic_store(&gate_open, 1);
    until_done(*state, jobs[20]);
    int late = 0; /* the other of the two who make may be in one of them */
    for (int i = 0; i < 20; i++)
        late += !store_job_done(*state, jobs[i]);
    assert_in_range(late, 0, 1);
    until_equal(&makes, 30);
    for (int i = 0; i < 30; i++)
        store_job_drop(jobs[i]);
}

/* --- failures ------------------------------------------------------------ */

static void a_failure_is_told_again_for_five_seconds(void **state)
{
    struct store_job *first = start(*state, &broken, "a"), *next;
    struct timespec began, now;
    until_done(*state, first);
    clock_gettime(CLOCK_MONOTONIC, &began);
    assert_int_equal(first->result, FFX_ERR_IO);
    for (int i = 0; i < 100; i++) {
        next = start(*state, &quick, "a");
        assert_ptr_equal(next, first);
        store_job_drop(next);
    }
    assert_int_equal(loads, 1);
    while ((next = start(*state, &quick, "a")) == first) {
        store_job_drop(next);
        clock_gettime(CLOCK_MONOTONIC, &now);
        assert_true(now.tv_sec - began.tv_sec < 30);
        usleep(20000);
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    assert_true(now.tv_sec - began.tv_sec >= 4);
    until_done(*state, next);
    assert_int_equal(next->result, 0);
    store_job_drop(first);
    store_job_drop(next);
}

static void what_passes_by_itself_is_not_remembered(void **state)
{
    static const struct store_job_kind *const kinds[] = {&busy, &nothing};
    for (int i = 0; i < 2; i++) {
        struct store_job *first = start(*state, kinds[i], "a");
        until_done(*state, first);
        assert_int_not_equal(first->result, 0);
        struct store_job *second = start(*state, &quick, "a");
        assert_ptr_not_equal(first, second);
        until_done(*state, second);
        assert_int_equal(second->result, 0);
        store_job_drop(first);
        store_job_drop(second);
    }
}

/* --- too many ------------------------------------------------------------ */

/* Fills both queues; how many jobs were taken. */
static int fill_up(struct store_jobs *jobs, const struct store_job_kind *kind,
                   struct store_job *taken[], int most)
{
    int count = 0;
    char name[20];
    while (count < most) {
        snprintf(name, sizeof name, "job%d", count);
        taken[count] = start(jobs, kind, name);
        if (taken[count] == NULL)
            break;
        count++;
    }
    return count;
}

static void too_many_to_load_are_refused_and_the_rest_is_done(void **state)
{
    enum { MOST = STORE_JOBS_MAX + 100 };
    static struct store_job *taken[MOST];
    const int count = fill_up(*state, &gated, taken, MOST);
    assert_in_range(count, STORE_JOBS_MAX, STORE_JOBS_MAX + 1);
    struct store_job *joined = start(*state, &gated, "job5");
    assert_ptr_equal(joined, taken[5]); /* whoever joins is no more */
    store_job_drop(joined);
    atomic_store(&gate_open, 1);
    for (int i = 0; i < count; i++) {
        until_done(*state, taken[i]);
        store_job_drop(taken[i]);
    }
    assert_int_equal(loads, count);
}

static void too_many_to_make_keep_nobody_from_what_is_there(void **state)
{
    enum { MOST = STORE_JOBS_MAX + 500 };
    static struct store_job *taken[MOST];
    int refused = 0;
    char name[20];
    for (int i = 0; i < MOST; i++) {
        snprintf(name, sizeof name, "job%d", i);
        while ((taken[i] = start(*state, &slow, name)) == NULL)
            usleep(1000); /* one loader, many who ask */
    }
    until_equal(&loads, MOST);
    struct store_job *there = start(*state, &quick, "there");
    assert_non_null(there);
    until_done(*state, there);
    assert_int_equal(there->result, 0);
    store_job_drop(there);
    for (int i = 0; i < MOST; i++)
        refused += store_job_done(*state, taken[i]) &&
                   taken[i]->result == FFX_ERR_BUSY;
    assert_in_range(refused, 490, 500); /* less what is in work */
    atomic_store(&gate_open, 1);
    for (int i = 0; i < MOST; i++) {
        until_done(*state, taken[i]);
        store_job_drop(taken[i]);
    }
}

/* --- the end ------------------------------------------------------------- */

static void stop_wakes_all_and_begins_nothing(void **state)
{
    struct store_jobs *jobs = *state;
    struct store_job *taken[50];
    struct store_waiter waiters[50];
    char name[20];
    for (int i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "job%d", i);
        taken[i] = start(jobs, &slow, name);
        waiters[i] = (struct store_waiter){count_wake, NULL, NULL};
        store_job_wait(jobs, taken[i], &waiters[i]);
    }
    until_equal(&at_once, 2);
    pthread_mutex_lock(&jobs->lock);
    jobs->stopping = 1; /* so that the gate does not let all through */
    pthread_mutex_unlock(&jobs->lock);
    atomic_store(&gate_open, 1);
    store_jobs_stop(jobs);
    assert_int_equal(woken, 50);
    assert_int_equal(makes, 2);
    for (int i = 0; i < 50; i++) {
        assert_true(store_job_done(jobs, taken[i]));
        assert_true(taken[i]->result == 0 || taken[i]->result == FFX_ERR_BUSY);
        store_job_drop(taken[i]);
    }
    assert_null(start(jobs, &quick, "late"));
    store_jobs_stop(jobs); /* once more does no harm */
}

int main(void)
{
#define JOBS(test) cmocka_unit_test_setup_teardown(test, open_jobs, close_jobs)
    const struct CMUnitTest tests[] = {
        JOBS(a_hundred_who_ask_for_one_name_get_one_job),
        JOBS(who_waits_for_what_is_done_is_woken_at_once),
        JOBS(what_is_done_is_begun_anew_for_who_asks_later),
        JOBS(what_is_quick_does_not_wait_for_what_is_slow),
        JOBS(jobs_are_made_in_the_order_in_which_they_came),
        JOBS(a_failure_is_told_again_for_five_seconds),
        JOBS(what_passes_by_itself_is_not_remembered),
        JOBS(too_many_to_load_are_refused_and_the_rest_is_done),
        JOBS(too_many_to_make_keep_nobody_from_what_is_there),
        JOBS(stop_wakes_all_and_begins_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
