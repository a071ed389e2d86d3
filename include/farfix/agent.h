/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The update agent: takes the firmware in flash from A to B in place, and
 * survives a power cut at any instant.
 *
 * It belongs to the boot stage, which is never updated itself:
 *
 *   boot:  ffx_agent_init, ffx_agent_load
 *          if ffx_agent_pending:  ffx_agent_run  (prints progress events)
 *          start the firmware, or offer recovery when the status is 3 or 5
 *   AT:    AT+CFOTA=1 -> ffx_agent_request, reset
 *          AT+CFOTA=0 -> ffx_agent_clear
 *          AT+CFOTA?  -> ffx_agent_status
 *
 * Everything is checked before the first erase of a component slot. From then
 * on each step goes  make -> scratch -> commit -> slot, and every commit is one
 * self-checking record, said twice (docs/flash-layout.md), so that after a cut
 * the newest valid record alone says how to go on.
 *
 * Recovery (3, 5): the package was lost or changed meanwhile, a sector does
 * not take its bytes any more, or an image came out wrong. CFOTA=1 then takes
 * the very package that was begun and goes on where it stood, or a package of
 * full images of the begun release or a newer one and starts over. A package
 * refused there leaves 3 or 5 and everything that the other one needs. (With
 * one place in scratch, images that were begun and cut need to be finished.)
 *
 * Memory: the structs, one step buffer, one work buffer for the payload
 * reader. No heap. Nothing is thread safe; callbacks must not call back.
 */
#ifndef FARFIX_AGENT_H
#define FARFIX_AGENT_H

#include <farfix/package.h>

#ifdef __cplusplus
extern "C" {
#endif

/* AT+CFOTA? (application note V1.01, chapter 3). */
enum ffx_status {
    FFX_STATUS_REQUESTED = 1,      /* CFOTA=1 ... the first erase */
    FFX_STATUS_UPDATING_MODEM = 2, /* first erase ... complete */
    FFX_STATUS_FAILED_MODEM = 3,   /* recovery with AT service */
    FFX_STATUS_UPDATING_AP = 4,
    FFX_STATUS_FAILED_AP = 5,
    FFX_STATUS_SUCCESS = 6, /* every component verified */
    FFX_STATUS_REFUSED = 7, /* refused before the first erase: A untouched */
    FFX_STATUS_IDLE = 8     /* nothing asked for, or cleared */
};

/* One image that can be updated. Order in the config is order of work. */
struct ffx_component {
    const char *name;           /* as in `release`: "modem", "ap", "app" */
    struct ffx_flash_area slot; /* whole sectors */
    uint8_t updating, failed;   /* statuses: modem 2, 3; ap and app 4, 5 */
};

enum ffx_agent_event_kind {
    FFX_AGENT_STARTED,  /* begins or, after a cut, goes on */
    FFX_AGENT_PROGRESS, /* percent, 0..100, never falls within one boot */
    FFX_AGENT_SUCCEEDED,
    FFX_AGENT_FAILED /* error says why; status 7, 3 or 5 */
};

struct ffx_agent_event {
    enum ffx_agent_event_kind kind;
    uint32_t percent;
    int error;
    int status;
};

/* At least three, so that the record of a cut commit, which may be legible by
 * luck alone, never costs the last record that is sure. */
#define FFX_JOURNAL_SECTORS 3u
#define FFX_JOURNAL_SECTORS_MAX 32u

struct ffx_agent_config {
    const struct ffx_flash *flash;
    const struct ffx_crypto *crypto;

    /* Equal sectors of 512 bytes or more (1,024 with trial boot), one record
     * in each: FFX_JOURNAL_SECTORS..FFX_JOURNAL_SECTORS_MAX of them take
     * turns. Eight are recommended (wear; a stuck one is passed over): each is
     * erased once for every count / 2 steps of an update. */
    struct ffx_flash_area journal;
    /* Whole steps: length / step_bytes of them take turns (wear; a stuck one
     * is passed over). 1..65536; eight or more are recommended. With one a
     * step costs two commits, else one. */
    struct ffx_flash_area scratch;
    const struct ffx_component *components;
    uint32_t component_count; /* 1..FFX_COMPONENTS */

    /* One step. A multiple of every sector in slots and scratch, so that each
     * step starts at a sector; packages made for another step size are
     * refused.  4096..2^30. Also the agent's scratch memory at all times. */
    void *step_buffer;
    uint32_t step_bytes;
    /* RAM for the payload reader: the profile. 0 takes full images only. */
    void *work;
    uint32_t work_bytes;

    /* Trial boot, for firmware that can judge itself: so many boots may start
     * B before it has said ffx_agent_confirm; then the status is 3 or 5. 0:
     * none, B counts as installed once its digest is right. At most 253. Fixed
     * for the life of a device: it sets the length of the records. */
    uint8_t trial_boots;
    /* 0 in every product: keys of ffx_key_is_test are not provisioned, and a
     * release that one of them signed, or that introduces one, is refused. 1
     * is for tests and benches. */
    uint8_t allow_test_keys;

    /* Opens /fota/update.zip. FFX_ERR_NO_PACKAGE when there is none. The
     * file must not change until close_package: see ffx_agent_locked. After
     * FFX_ERR_POWER nothing is closed: the next open starts afresh. */
    int (*open_package)(void *context, struct ffx_read_at *file);
    void (*close_package)(void *context);
    /* Deletes the file once status 6 is in the journal. May be called again
     * after a cut, for a file that is gone. Failure is ignored: a file left
     * behind is refused (FFX_ERR_SOURCE, status 7) when it is asked for, and
     * may be overwritten. */
    void (*remove_package)(void *context);
    /* May be null. */
    void (*event)(void *context, const struct ffx_agent_event *event);
    void *context;
};

/* What stands in a component's slot: written from signed lines only, after
 * the slot's digest was equal. */
struct ffx_installed {
    char version[FFX_VERSION_MAX + 1];
    uint32_t size;
    uint8_t sha256[FFX_SHA256_BYTES];
    uint32_t sequence;
};

#define FFX_AGENT_KEYS 2u /* two during a rotation */

#define FFX_TRIAL_FAILED 255u /* in trial: it did not confirm itself */

/*
 * The agent's whole state: one journal record holds all of it.
 *
 *   requested          ==> status is 1, 3 or 5;  status 1 ==> requested
 *   installing or lost ==> status is 2..5
 *   removing           ==> status is 6
 *   trial 1..254       ==> status is 2 or 4, nothing is installing
 *   trial 255          ==> status is 3 or 5
 *   status 2..5        ==> begun > sequence; else everything from `component`
 *                          on that tells of a package in work is 0
 *   error != 0        <==> status is 3, 5 or 7
 *   1 <= key_count <= FFX_AGENT_KEYS
 */
struct ffx_agent_state {
    uint8_t status;     /* enum ffx_status */
    uint8_t requested;  /* AT+CFOTA=1 was said and is not answered yet */
    uint8_t installing; /* scratch holds the step below; the slot may be torn */
    uint8_t component;  /* being updated: index in config.components */
    uint8_t lost;     /* the component cannot be completed from where it stands:
                   * only a package of full images can mend it */
    uint8_t removing; /* the package of this success is to be deleted */
    uint8_t trial;    /* 1..254: B is whole and on trial, for one boot less
                       * than this; 255: it did not confirm itself */
    char model[FFX_MODEL_MAX + 1];
    uint32_t sequence; /* of the installed release */
    int32_t error;     /* why status 7, 3 or 5 was reached; else 0 */
    struct ffx_installed installed[FFX_COMPONENTS];
    uint8_t key_count;
    struct ffx_public_key keys[FFX_AGENT_KEYS];
    uint16_t place; /* where in scratch the newest step stands; outlives the
                     * update, so that wear goes round over all of them */
    /* From here to the end: 0 unless a package is in work. */
    uint8_t package[FFX_SHA256_BYTES]; /* digest of `package` being applied */
    uint32_t begun;       /* sequence of the release being applied */
    struct ffx_step step; /* the step in hand; finished when not installing:
                           * then index counts it, too */
    uint32_t step_crc32;  /* of the scratch copy, padded to write units */
    struct ffx_checkpoint checkpoint; /* the payload reader's, after step */
};

/* Where the journal stands; private to src/agent. */
struct ffx_journal {
    uint32_t sector_bytes;
    uint32_t counter; /* of the newest record; odd: a second copy; goes round */
    uint32_t holes;   /* bit i: what sector i holds cannot be read now */
    uint32_t stuck;   /* bit i: sector i took no record in this boot */
    uint8_t count;    /* of sectors */
    uint8_t newest;   /* sector of the newest record; 255: there is none */
    uint8_t victim;   /* sector that takes the next record; 255: none does */
    uint8_t erased;   /* the victim is, a moment ago */
    uint8_t half;     /* the first copy of a commit is durable */
    uint8_t settled;  /* a commit was made in this boot */
    uint8_t twin;     /* the newest state stands in two sectors */
    uint8_t tries;    /* of the victim */
};

/* Private, and public only so that it can be allocated. May not be moved
 * after ffx_agent_load. */
struct ffx_agent {
    struct ffx_agent_config config;
    struct ffx_agent_state state;
    struct ffx_journal journal;
    struct ffx_package package;
    struct ffx_payload payload;
    struct ffx_payload_reader reader;
    struct ffx_step step; /* made, not promised in the journal yet */
    uint32_t step_crc32;
    uint32_t cursor; /* bytes done of the present task */
    uint32_t steps;  /* finished steps of `part` */
    uint16_t place;  /* of `step` in scratch */
    uint8_t task;    /* what ffx_agent_step does next */
    uint8_t commits; /* records to write before that */
    uint8_t mode;    /* how the package was accepted */
    uint8_t part;    /* component in work: index in config.components */
    uint8_t look;    /* component that a check looks at; the payload's */
    uint8_t opened;  /* the package file is open */
    uint8_t ready;   /* the payload stands at step `steps` of `part` */
    uint8_t percent;
    uint8_t tries;
    uint8_t in_slot; /* the step that the record promises stands in its slot */
};

/* Facts of a device that leaves the factory. */
struct ffx_provision {
    const char *model;
    uint32_t sequence;
    const struct ffx_installed *installed; /* one per component */
    const struct ffx_public_key *keys;     /* trusted release keys */
    uint32_t key_count;                    /* 1..FFX_AGENT_KEYS */
};

/* Checks the config. FFX_ERR_ARGUMENT: a callback or buffer is missing, a
 * name or status is not one of those above; FFX_ERR_GEOMETRY: an area is not
 * made of whole sectors or steps, or two overlap. Touches no flash. */
int ffx_agent_init(struct ffx_agent *agent,
                   const struct ffx_agent_config *config);

/* Reads the newest valid record. Writes nothing, so that an idle boot costs
 * no wear. FFX_ERR_STATE: none, the device was never provisioned;
 * FFX_ERR_GEOMETRY: the record was written under another config. */
int ffx_agent_load(struct ffx_agent *agent);

/* Writes the first record of a device. The slots must hold the images.
 * FFX_ERR_ARGUMENT: a fact is out of its range; FFX_ERR_TEST_KEY: a key that
 * everybody can sign with; FFX_ERR_BUSY: the journal
 * holds a valid record, nothing changed (a cut in here may leave it so: load
 * then finds the facts); FFX_ERR_FLASH: the journal takes no record. */
int ffx_agent_provision(struct ffx_agent *agent,
                        const struct ffx_provision *provision);

/* 1 when the boot stage must run the agent before the firmware: an update is
 * asked for, under way or on trial, or only one journal sector holds the
 * newest state (a cut came between its two copies; run writes them anew). */
int ffx_agent_pending(const struct ffx_agent *agent);

/* One bounded piece of work (about a step buffer's worth of reading) or one
 * flash operation. 1: call again; 0: done, see the status. Failures of package
 * or slot are not errors here: they end in status 7, 3 or 5 with 0.
 * FFX_ERR_POWER: the supply is gone; init and load before the next call.
 * FFX_ERR_FLASH: the journal takes no record any more. An
 * update stops there: the status is 7 (nothing was touched yet), 3 or 5, but
 * only in RAM; load and run try again. A state at rest stays as it is, and
 * the firmware may be started. */
int ffx_agent_step(struct ffx_agent *agent);

/* Steps until it does not return 1. */
int ffx_agent_run(struct ffx_agent *agent);

/* AT+CFOTA=1: sets the flag; the caller then resets. FFX_ERR_NO_PACKAGE (or
 * what open_package said); FFX_ERR_BUSY while 1, 2 or 4 is under way or
 * recovery was asked for already; FFX_ERR_FLASH: nothing changed. */
int ffx_agent_request(struct ffx_agent *agent);

/* 1 while B runs on trial (config.trial_boots): start it. Each run of a boot
 * counts one start before it says 0; the boot that installed B is free. */
int ffx_agent_on_trial(const struct ffx_agent *agent);

/* B, started on trial, is content with itself. Called by the firmware, after
 * init and load: status 6, facts, sequence and keys in one commit, then the
 * package is removed. FFX_ERR_BUSY: nothing is on trial; FFX_ERR_FLASH:
 * nothing changed. Never confirmed: status 3 or 5 with FFX_ERR_TRIAL, and
 * recovery takes full images whose release is not older, or deltas whose
 * source is what stands in the slots. */
int ffx_agent_confirm(struct ffx_agent *agent);

/* AT+CFOTA=0: status 8. FFX_ERR_BUSY in 2..5: nothing changes there.
 * FFX_ERR_FLASH: nothing changed. */
int ffx_agent_clear(struct ffx_agent *agent);

/* The boot stage played an opaque vendor package, which the agent cannot
 * read, in place of ffx_agent_run. error 0: status 6, and every component's
 * record gets `version`; slots and sequence stay; remove_package is called.
 * Else status 7 and `error` (negative). FFX_ERR_BUSY unless the status is 1;
 * FFX_ERR_ARGUMENT: no legal version, or a positive error. */
int ffx_agent_finish_vendor(struct ffx_agent *agent, const char *version,
                            int error);

/* AT+CFOTA? */
int ffx_agent_status(const struct ffx_agent *agent);

/* 1 while nobody may write the package file: statuses 1, 2, 4, and 3 or 5
 * from CFOTA=1 to its answer. */
int ffx_agent_locked(const struct ffx_agent *agent);

/* Whole state, read only: version for AT+GMR, model, error. */
const struct ffx_agent_state *ffx_agent_state(const struct ffx_agent *agent);

#ifdef __cplusplus
}
#endif
#endif
