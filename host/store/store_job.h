/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cannot be answered at once: a package to be read from disk or built, an
 * offer to be signed, a picture to be drawn. A job has a name; who asks for a
 * name that is in work joins its job, so everything is made once, whoever asks
 * meanwhile. Jobs run in threads of their own: one for what is quick (load),
 * the others for what takes seconds (make). No request waits for a thread,
 * requests are woken.
 */
#ifndef FARFIX_STORE_JOB_H
#define FARFIX_STORE_JOB_H

#include "store/store_blob.h"
#include "store/store_catalog.h"

#include <pthread.h>

struct store;
struct store_job;

/* What load answers when make has to do it. */
#define STORE_JOB_MAKE 2

struct store_job_kind {
    /* 0: job->blob is filled (a reference), or stays null where the kind says
     * so; STORE_JOB_MAKE; or a code, and job->error says why. */
    int (*load)(struct store *store, struct store_job *job);
    int (*make)(struct store *store, struct store_job *job); /* may be null */
};

/* Woken once: whatever it waited for is done. Any thread. */
struct store_waiter {
    void (*wake)(void *context);
    void *context;
    struct store_waiter *next;
};

struct store_job {
    const struct store_job_kind *kind;
    char name[STORE_NAME_MAX + 1];
    /* What the kind needs of these; own copies. */
    struct store_release from, to;
    struct store_vendor vendor;
    struct ffx_offer offer;
    struct store_blob *package; /* update.zip, to draw what it does */
    char component[FFX_COMPONENT_MAX + 1];
    /* The result, once store_job_done. */
    int result;
    struct pack_error error;
    struct store_blob *blob;
    /* private */
    atomic_uint references;
    int done; /* under the queue's lock */
    int64_t forget_ms;
    struct store_waiter *waiters;
    struct store_job *next;
};

/* Jobs that nobody has begun are at most so many of each kind: whoever asks for
 * what is to be built cannot keep those waiting who want what is there. More
 * are FFX_ERR_BUSY. */
#define STORE_JOBS_MAX 1000u
/* A failure is told again, not tried again, for so long. */
#define STORE_JOB_FAILED_MS 5000

struct store_job_list {
    struct store_job *first, **end;
    size_t count;
};

struct store_jobs {
    struct store *store;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct store_job_list load, make; /* to be begun */
    struct store_job *running, *failed;
    pthread_t threads[17];
    unsigned thread_count;
    int stopping;
};

/* One thread loads, `makers` (1 to 16) make. */
void store_jobs_open(struct store_jobs *jobs, struct store *store,
                     unsigned makers);
/* What is running comes to its end, what is not begun fails with
 * FFX_ERR_BUSY; everybody is woken. Nothing is begun any more. */
void store_jobs_stop(struct store_jobs *jobs);
/* After stop, once nobody can ask. */
void store_jobs_close(struct store_jobs *jobs);

/* A reference to the job of that name that is in work, or failed lately, or is
 * begun now: `job` (from calloc, kind, name and inputs filled) is taken over.
 * Null: too many. */
struct store_job *store_job_start(struct store_jobs *jobs,
                                  struct store_job *job);
int store_job_done(struct store_jobs *jobs, const struct store_job *job);
/* Wakes at once when it is done. */
void store_job_wait(struct store_jobs *jobs, struct store_job *job,
                    struct store_waiter *waiter);
void store_job_drop(struct store_job *job); /* null does nothing */

#endif
