/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_job.h"
#include "pack/fail.h"
#include "store/store_log.h"

#include <stdlib.h>
#include <string.h>

#define TOO_MUCH "this store has too much to do: ask again"

/* --- one job ------------------------------------------------------------- */

void store_job_drop(struct store_job *job)
{
    if (job == NULL || atomic_fetch_sub(&job->references, 1) != 1)
        return;
    free(job->from.path);
    free(job->to.path);
    free(job->vendor.path);
    store_blob_drop(job->package);
    store_blob_drop(job->blob);
    free(job);
}

static struct store_job *hold(struct store_job *job)
{
    atomic_fetch_add(&job->references, 1);
    return job;
}

/* --- lists: under the lock ----------------------------------------------- */

static void list_open(struct store_job_list *list)
{
    list->first = NULL;
    list->end = &list->first;
    list->count = 0;
}

static void push(struct store_job_list *list, struct store_job *job)
{
    job->next = NULL;
    *list->end = job;
    list->end = &job->next;
    list->count++;
}

static struct store_job *pop(struct store_job_list *list)
{
    struct store_job *job = list->first;
    if (job == NULL)
        return NULL;
    list->first = job->next;
    if (list->first == NULL)
        list->end = &list->first;
    list->count--;
    return job;
}

static void take_out(struct store_job **list, const struct store_job *job)
{
    while (*list != job)
        list = &(*list)->next;
    *list = job->next;
}

static struct store_job *find(struct store_job *list, const char *name)
{
    while (list != NULL && strcmp(list->name, name) != 0)
        list = list->next;
    return list;
}

static void forget_failures(struct store_jobs *jobs, int64_t now)
{
    struct store_job **at = &jobs->failed;
    while (*at != NULL) {
        struct store_job *job = *at;
        if (now < job->forget_ms) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        store_job_drop(job);
    }
}

static struct store_job *find_any(struct store_jobs *jobs, const char *name)
{
    struct store_job *found = find(jobs->running, name);
    if (found == NULL)
        found = find(jobs->load.first, name);
    if (found == NULL)
        found = find(jobs->make.first, name);
    if (found == NULL)
        found = find(jobs->failed, name);
    return found;
}

/* --- ends ---------------------------------------------------------------- */

/* With the lock held; gives it up while the waiters are woken. The list that
 * held the job does not any more, but its reference is still ours. */
static void finish(struct store_jobs *jobs, struct store_job *job)
{
    struct store_waiter *waiter = job->waiters;
    job->waiters = NULL;
    job->done = 1;
    if (job->result < 0 && job->result != FFX_ERR_BUSY) {
        job->forget_ms = store_now_ms() + STORE_JOB_FAILED_MS;
        job->next = jobs->failed;
        jobs->failed = hold(job);
    }
    pthread_mutex_unlock(&jobs->lock);
    while (waiter != NULL) {
        /* Its memory may be gone once it is awake. */
        struct store_waiter *next = waiter->next;
        waiter->wake(waiter->context);
        waiter = next;
    }
    store_job_drop(job);
    pthread_mutex_lock(&jobs->lock);
}

static void cancel(struct store_jobs *jobs, struct store_job_list *list)
{
    struct store_job *job;
    while ((job = pop(list)) != NULL) {
        job->result = fail_with(&job->error, FFX_ERR_BUSY,
                                "the store is stopping: ask again");
        finish(jobs, job);
    }
}

/* --- threads ------------------------------------------------------------- */

/* With the lock held: to the end of the other queue, if there is room. */
static void pass_on(struct store_jobs *jobs, struct store_job *job)
{
    if (jobs->make.count >= STORE_JOBS_MAX) {
        job->result = fail_with(&job->error, FFX_ERR_BUSY, TOO_MUCH);
        finish(jobs, job);
        return;
    }
    push(&jobs->make, job);
    pthread_cond_broadcast(&jobs->more);
}

/* With the lock held, given up meanwhile. */
static int run(struct store_jobs *jobs, struct store_job *job,
               int (*work)(struct store *store, struct store_job *job))
{
    job->next = jobs->running;
    jobs->running = job;
    pthread_mutex_unlock(&jobs->lock);
    const int result = work(jobs->store, job);
    pthread_mutex_lock(&jobs->lock);
    take_out(&jobs->running, job);
    return result;
}

/* What is quick comes from one list, what is left of it goes to the other. */
static void *work_off(struct store_jobs *jobs, struct store_job_list *list)
{
    const int loads = list == &jobs->load;
    struct store_job *job;
    pthread_mutex_lock(&jobs->lock);
    while (!jobs->stopping) {
        if ((job = pop(list)) == NULL) {
            pthread_cond_wait(&jobs->more, &jobs->lock);
            continue;
        }
        job->result = run(jobs, job, loads ? job->kind->load : job->kind->make);
        if (loads && job->result == STORE_JOB_MAKE)
            pass_on(jobs, job);
        else
            finish(jobs, job);
    }
    pthread_mutex_unlock(&jobs->lock);
    return NULL;
}

static void *load(void *context)
{
    struct store_jobs *jobs = context;
    return work_off(jobs, &jobs->load);
}

static void *make(void *context)
{
    struct store_jobs *jobs = context;
    return work_off(jobs, &jobs->make);
}

void store_jobs_open(struct store_jobs *jobs, struct store *store,
                     unsigned makers)
{
    memset(jobs, 0, sizeof *jobs);
    jobs->store = store;
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_cond_init(&jobs->more, NULL);
    list_open(&jobs->load);
    list_open(&jobs->make);
    for (unsigned i = 0; i < makers + 1; i++) {
        void *(*const body)(void *) = i == 0 ? load : make;
        store_must(pthread_create(&jobs->threads[i], NULL, body, jobs) == 0
                       ? jobs
                       : NULL);
        jobs->thread_count++;
    }
}

void store_jobs_stop(struct store_jobs *jobs)
{
    pthread_mutex_lock(&jobs->lock);
    jobs->stopping = 1;
    pthread_cond_broadcast(&jobs->more);
    pthread_mutex_unlock(&jobs->lock);
    for (unsigned i = 0; i < jobs->thread_count; i++)
        pthread_join(jobs->threads[i], NULL);
    jobs->thread_count = 0;
    pthread_mutex_lock(&jobs->lock);
    cancel(jobs, &jobs->load);
    cancel(jobs, &jobs->make);
    forget_failures(jobs, INT64_MAX);
    pthread_mutex_unlock(&jobs->lock);
}

void store_jobs_close(struct store_jobs *jobs)
{
    if (jobs->store == NULL)
        return;
    pthread_cond_destroy(&jobs->more);
    pthread_mutex_destroy(&jobs->lock);
}

/* --- asking -------------------------------------------------------------- */

static struct store_job *begin(struct store_jobs *jobs, struct store_job *job)
{
    if (jobs->stopping || jobs->load.count >= STORE_JOBS_MAX)
        return NULL;
    push(&jobs->load, hold(job));
    pthread_cond_broadcast(&jobs->more);
    return hold(job);
}

struct store_job *store_job_start(struct store_jobs *jobs,
                                  struct store_job *job)
{
    atomic_init(&job->references, 1);
    pthread_mutex_lock(&jobs->lock);
    forget_failures(jobs, store_now_ms());
    struct store_job *found = find_any(jobs, job->name);
    found = found != NULL ? hold(found) : begin(jobs, job);
    pthread_mutex_unlock(&jobs->lock);
    store_job_drop(job);
    return found;
}

int store_job_done(struct store_jobs *jobs, const struct store_job *job)
{
    pthread_mutex_lock(&jobs->lock);
    const int done = job->done;
    pthread_mutex_unlock(&jobs->lock);
    return done;
}

void store_job_wait(struct store_jobs *jobs, struct store_job *job,
                    struct store_waiter *waiter)
{
    pthread_mutex_lock(&jobs->lock);
    const int done = job->done;
    if (!done) {
        waiter->next = job->waiters;
        job->waiters = waiter;
    }
    pthread_mutex_unlock(&jobs->lock);
    if (done)
        waiter->wake(waiter->context);
}
