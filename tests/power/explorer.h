/* SPDX-License-Identifier: Apache-2.0 */
/* What the explorer's files share: private to explore*.c. */
#ifndef FARFIX_TESTS_POWER_EXPLORER_H
#define FARFIX_TESTS_POWER_EXPLORER_H

#include "explore.h"
#include "view.h"

#define EXPLORE_NONE UINT32_MAX
#define EXPLORE_ENDED 0x80000000u /* of a link: status in the low bits */
#define EXPLORE_WAY_MAX 64        /* starts of a way that is told */

/* What a start finds in /fota, or is asked to do. */
enum explore_deed {
    EXPLORE_DELTAS,
    EXPLORE_IMAGES,
    EXPLORE_OTHER,
    EXPLORE_EMPTY,
    EXPLORE_ASK,
    EXPLORE_DEEDS
};

/* How a state came about: the start that was cut. */
struct cut {
    uint32_t from; /* state; EXPLORE_NONE: the first */
    uint8_t deed, luck, tear;
    uint32_t operation, bytes; /* 0: the start came to its end */
};

struct state {
    struct lab_snapshot *flash; /* null once it is explored */
    uint64_t digest;
    struct cut cut;
    uint32_t depth; /* cuts behind it */
    uint64_t rows;  /* of cuts that lead here */
};

/* A commit on the way: what follows from it. */
struct commit {
    uint32_t next; /* commit, or EXPLORE_ENDED | status */
    uint32_t points;
    uint64_t us;
};

struct explorer {
    struct rig *rig;
    struct bench *bench;
    struct lab_flash *flash;
    const struct explore_options *options;
    struct explore_figures *figures;
    struct view view;
    struct lab_snapshot *origin; /* runs A, nothing asked for */
    uint64_t images_id;          /* how a record names that package */
    const char *way;             /* the only one that is played, or null */

    struct table blank; /* digest of a sector -> blankness */
    struct table seen;  /* digest of a state -> 1 + index */
    struct state *states;
    uint32_t state_count, state_room;
    struct table made; /* digest of a commit -> 1 + index */
    struct commit *commits;
    uint32_t commit_count, commit_room;

    /* The start that runs. */
    uint32_t at;
    struct cut now;
    uint32_t link;       /* commit that it came past last, or EXPLORE_NONE */
    uint32_t points;     /* since then */
    uint64_t us;         /* when */
    struct commit first; /* what comes before its first commit */
    /* Digests of the journal and what rests on it, while nobody writes it. */
    uint32_t cuts_in[4096]; /* by sector */
    int journal_known;
    uint64_t journal;
    uint8_t care[4096];
};

/* --- what it says (explore_say.c) ---------------------------------------- */

extern const char explore_letters[]; /* by deed */

/* GEOMETRY, with a stuck sector GEOMETRY@FAULT.ADDRESS. */
void explore_name(const struct explorer *e, char *text, size_t room);

/* GEOMETRY/START/START...: deed, luck, operation.tear.bytes of each start that
 * led to state `s`, and of the last one; replays with FARFIX_CASE. An
 * operation 0: the start comes to its end. */
void explore_way(const struct explorer *e, uint32_t s, const struct cut *last,
                 char *text, size_t room);
void explore_say_journal(const struct explorer *e);
/* `rc`: what the agent answered. */
void explore_say_start(const struct explorer *e, uint32_t number,
                       const struct cut *cut, int rc);
/* Fails the test, and says what replays it. */
void explore_bad(struct explorer *e, const char *what);

/* --- verdicts (explore_verdict.c) ---------------------------------------- */

int explore_is_failed(int status);
int explore_is_updating(int status);
/* A start was loaded with this answer, and should have found this record. */
void explore_begun(struct explorer *e, int rc,
                   const struct view_record *record);
/* A start came to its end, not by a cut, with this answer of the agent.
 * `before`: the record that it started from. */
void explore_end(struct explorer *e, int rc, const struct view_record *before);
/* Nobody broke a rule of the flash or relied on poison. */
void explore_rules(struct explorer *e);

/* --- what a flash is told apart by (explore_digest.c) -------------------- */

int explore_is_journal(const struct explorer *e, uint32_t sector);
/* What a stuck sector holds comes back after every erase. */
void explore_hold_stuck(const struct explorer *e, uint8_t *care);
/* e->journal and e->care are of the flash as it is. */
void explore_know_journal(struct explorer *e);
/* Of all sectors that are relied on but one. */
uint64_t explore_sum(struct explorer *e, const uint8_t *care, uint32_t without);
uint64_t explore_digest_now(struct explorer *e);
/* The flash with one sector torn; `others`: the sum without it. */
uint64_t explore_digest_torn(struct explorer *e, uint32_t sector,
                             const uint8_t *bytes, const uint8_t *flags,
                             uint64_t digest, uint64_t others);

/* --- cuts (explore_cut.c) ------------------------------------------------ */

/* Depth counts only where the number of cuts is limited. */
uint64_t explore_with_depth(const struct explorer *e, uint64_t digest,
                            uint32_t depth);
/* Index of the state of this digest; `*is_new`: it has no flash yet. */
uint32_t explore_state_of(struct explorer *e, uint64_t digest,
                          const struct cut *cut, uint32_t depth, int *is_new);
/* The flash's `watch`: cuts this operation in every way. */
void explore_cut(void *context, const struct lab_operation *operation);

/* --- starts (explore_start.c) -------------------------------------------- */

/* Sectors that nobody may rely on any more hold noise from here on. */
void explore_poison(struct explorer *e);
const struct forge_bytes *explore_package(const struct explorer *e,
                                          enum explore_deed deed);
/* ffx_agent_step; reads of poison that nothing follows from do not count. */
int explore_step(struct explorer *e);
/* From state e->at, cut on its way, to its end or to a commit that an earlier
 * start came past. */
void explore_start(struct explorer *e, enum explore_deed deed,
                   enum lab_luck luck, const struct view_record *record);

/* --- the same by real cuts (explore_replay.c) ---------------------------- */

/* From the origin to state `s` without poison and without a short cut: it
 * must be the state that the explorer took it for. */
void explore_replay(struct explorer *e, uint32_t s);

/* --- one way alone (explore_case.c) -------------------------------------- */

/* Plays the way in FARFIX_CASE when it is of this device. */
void explore_case(struct explorer *e);

#endif
