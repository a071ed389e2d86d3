/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict NOR flash with power cuts: an instrument, stricter than any part.
 *
 * A program of a write unit that was not erased since its last program is an
 * error even where real flash would forgive it. Every erase and program
 * counts as one operation; a planned cut at operation N leaves that operation
 * torn by a pattern and switches the supply off: from then on every call
 * answers FFX_ERR_POWER until lab_flash_power_up.
 *
 * A sector whose erase was cut counts as programmed all over, also where the
 * pattern left it blank: blankness after an unknown cut proves nothing.
 *
 * A call that breaks a rule changes nothing, answers FFX_ERR_FLASH and is
 * counted in `violations`; `complaint` says what the first one was.
 *
 * The coins of a tear follow from seed, pattern and the operation's kind,
 * address and length, and from nothing else: the same operation on the same
 * sector, torn in the same way, leaves the same bytes whatever came before,
 * so that exploring cut after cut comes to an end. What a cut would leave can
 * be asked beforehand (lab_flash_outcome); states are kept and compared with
 * the snapshots and digests of lab_snapshot.h.
 *
 * The backing file holds the bytes as they read, address 0 first, then one
 * byte of flags per write unit (LAB_UNIT_*). Each operation is written with
 * pwrite before it returns, the torn ones too, so a process may be killed at
 * any instant. A kill between the two halves of one operation errs on the
 * side of "programmed": a program writes its flags before its bytes, an erase
 * its bytes before its flags. Wear and counters are not kept in the file.
 *
 * An instrument that runs out of memory or loses its file would measure
 * nonsense: once open, it aborts.
 */
#ifndef FARFIX_LAB_FLASH_H
#define FARFIX_LAB_FLASH_H

#include "lab/lab_snapshot.h"

#include <farfix/error.h>
#include <farfix/flash.h>

/* How a cut tears the operation in hand (docs/reliability of the project:
 * fault models F1..F12). Users name the numbers in fault files: append only. */
enum lab_tear {
    LAB_TEAR_BEFORE,      /* F1, F5: nothing happened */
    LAB_TEAR_AFTER,       /* F2: all happened, the caller never heard */
    LAB_TEAR_FIRST_HALF,  /* F3, F6: the lower half by address */
    LAB_TEAR_ONE_BYTE,    /* F3: all but the last byte */
    LAB_TEAR_RANDOM_BITS, /* F4, F7: each bit by a coin */
    LAB_TEAR_GARBAGE,     /* the sector or range reads as noise */
    LAB_TEAR_LAST_HALF,   /* F3, F6: the upper half by address */
    LAB_TEAR_SPECKS,  /* F7, F9: one byte in 512 has moved; for a program all
                      * over its sector, outside the range as well */
    LAB_TEAR_QUARTER, /* F3, F6: the first quarter by address */
    LAB_TEAR_THREE_QUARTERS, /* F3, F6: all but the last quarter */
    LAB_TEAR_RANDOM_BITS_2,  /* F4, F7: other coins */
    LAB_TEAR_UNIT, /* F3: all write units but the last, of that its first half
                    * (a unit of one byte: half of its bits) */
    LAB_TEAR_UNSTABLE, /* F8, F12: all happened, but no read of it can be
                        * trusted: LAB_UNIT_UNSTABLE */
    LAB_TEARS,
    LAB_TEAR_BYTES /* F3, F6: the first n bytes by address, for sweeps at byte
                    * grain; only lab_flash_cut_bytes plans it */
};

/* A sector that does not do as it is told (F14). The silent ones answer 0. */
enum lab_fault {
    LAB_FAULT_NONE,
    LAB_FAULT_ERASE,          /* erase: FFX_ERR_FLASH, nothing happens */
    LAB_FAULT_PROGRAM,        /* program: FFX_ERR_FLASH, nothing happens */
    LAB_FAULT_ERASE_SILENT,   /* erase leaves the bytes */
    LAB_FAULT_PROGRAM_SILENT, /* program leaves the bytes */
    LAB_FAULTS
};

/* What a program of a unit that is programmed already does (F15). */
enum lab_rewrite {
    LAB_REWRITE_VIOLATION, /* it breaks a rule */
    LAB_REWRITE_AND,       /* plain NOR: cells move on from the erased value,
                            * never back; answers 0 */
    LAB_REWRITE_ERROR /* STM32L4 (PROGERR): FFX_ERR_FLASH; nothing happens, no
                       * operation is counted, no rule is broken */
};

/* How unstable units read (F8, F12). With ecc a bad read of one answers
 * FFX_ERR_ECC instead of wrong bytes. */
enum lab_luck {
    LAB_LUCK_GOOD, /* as the operation left them */
    LAB_LUCK_BAD,  /* wrong: noise, the same each time for one address */
    LAB_LUCK_COIN  /* each read tosses anew: as they were left, or noise */
};

/* Flags of a write unit. A program removes none; a whole erase all. */
#define LAB_UNIT_PROGRAMMED 1u /* must be erased before the next program */
#define LAB_UNIT_TORN 2u       /* with ecc: cannot be read until erased */
#define LAB_UNIT_UNSTABLE 4u   /* reads as enum lab_luck says */
#define LAB_UNIT_POISON 8u     /* nobody may rely on what it holds */

struct lab_flash_config {
    const struct ffx_flash_region *regions;
    uint32_t region_count;
    uint32_t write_unit;
    uint8_t erased_value;
    /* F11: the range of a torn operation answers FFX_ERR_ECC until erased,
     * unless nothing or all of it happened. */
    uint8_t ecc;
    enum lab_rewrite rewrite;
    uint32_t seed;    /* of the coins */
    const char *path; /* backing file kept in step, or null: memory only */
    /* Touching (reading, too) anything outside is a violation; null: the
     * whole device may be used. Must outlive the flash. */
    const struct ffx_flash_area *fence;
    uint32_t fence_count;
    /* What operations add to `spent_us`: one erase, each started 256 bytes of
     * a program, 1024 bytes of a read (shorter ones in proportion, rounded
     * up). 0: nothing. */
    uint32_t erase_us, program_us, read_us_per_kib;
};

/* One legal operation; an erase spans its sector. */
struct lab_operation {
    int erase;       /* 1 erase, 0 program */
    uint32_t sector; /* index */
    uint32_t address, length;
    const uint8_t *data; /* the caller's; null for an erase */
};

/* May not be moved while open: port.context points to it. */
struct lab_flash {
    struct ffx_flash port; /* hand this to the agent */
    struct lab_flash_config config;
    /* To read. Whoever wants other contents: lab_flash_put and so on. */
    const uint8_t *bytes;
    const uint8_t *written; /* LAB_UNIT_* per write unit */
    uint32_t size;
    uint32_t *wear;  /* erases per sector, torn ones included */
    uint8_t *faults; /* enum lab_fault per sector */
    uint32_t sector_count;
    uint64_t operations; /* erases and programs since the last power up */
    uint64_t cut_at;     /* operation that is torn; 0 never */
    enum lab_tear tear;
    uint32_t tear_bytes; /* of LAB_TEAR_BYTES */
    int off;             /* the supply is gone */
    int cuts_fired;
    int violations;          /* rules broken by the caller */
    char complaint[160];     /* the first violation, in words */
    uint64_t rewrites;       /* programs of programmed units, asked for */
    uint64_t poison_reads;   /* reads that touched a poisoned unit ... */
    uint32_t poison_read_at; /* ... and where the first of them did */
    uint64_t spent_us;       /* since the caller last set it to 0 */

    /* Called before an erase or program is carried out: no rule, no stuck
     * sector stands against it, and it does not count yet, so that
     * lab_flash_cut(flash, 1, ...) in here tears it. The function may look,
     * ask for outcomes and take snapshots, but not change the contents.
     * Null: nobody watches. */
    void (*watch)(void *context, const struct lab_operation *operation);
    void *watch_context;

    /* Inside matters of the instrument. */
    uint8_t *cells, *flags; /* what `bytes` and `written` show */
    struct ffx_flash_area *sectors;
    struct lab_page **pages; /* per sector; null: changed since */
    uint64_t *digests;       /* of the sectors without a page; 0 unknown */
    uint8_t *torn;           /* room for the outcome of a cut */
    enum lab_luck luck;
    uint64_t tosses; /* reads of unstable units since lab_flash_luck */
    int file;        /* descriptor of the backing file, or -1 */
};

/* Allocates; the file is created erased (whole or not at all) or loaded.
 * FFX_ERR_ARGUMENT: no such geometry; FFX_ERR_SPACE: no memory; FFX_ERR_IO:
 * the file cannot be read or written, or was made for another geometry. On
 * error there is nothing to close. */
int lab_flash_open(struct lab_flash *flash,
                   const struct lab_flash_config *config);
void lab_flash_close(struct lab_flash *flash);

/* --- cuts ---------------------------------------------------------------- */

/* Plans a cut: `operation` 1 is the next one. 0 takes the plan back. An
 * operation that a stuck sector refuses counts as well; cut, it leaves
 * everything as it was. */
void lab_flash_cut(struct lab_flash *flash, uint64_t operation,
                   enum lab_tear tear);
/* Plans LAB_TEAR_BYTES. With 0 bytes, or as many as there are, the range is
 * torn none the less: begun, and not known to be finished. */
void lab_flash_cut_bytes(struct lab_flash *flash, uint64_t operation,
                         uint32_t bytes);
/* Supply on again: contents stay, the plan is gone, counting starts anew. */
void lab_flash_power_up(struct lab_flash *flash);

/* What the whole sector of the operation would hold if it were torn so, to
 * the byte what a cut leaves; nothing changes. `bytes` is for LAB_TEAR_BYTES.
 * The operation must be legal, such as `watch` is told of. Room: the sector's
 * length, and one byte for each of its write units.
 * BEFORE is the present sector, AFTER the whole operation, except that an
 * erase which was cut leaves every unit PROGRAMMED. A poisoned sector stays
 * poisoned, and noise, all over, whatever tears its erase. */
void lab_flash_outcome(const struct lab_flash *flash,
                       const struct lab_operation *operation,
                       enum lab_tear tear, uint32_t bytes,
                       uint8_t *sector_bytes, uint8_t *sector_flags);

/* --- sectors ------------------------------------------------------------- */

uint32_t lab_flash_sector_count(const struct lab_flash *flash);
struct ffx_flash_area lab_flash_sector_area(const struct lab_flash *flash,
                                            uint32_t index);
/* Index of the sector that holds `address`, which the device has. */
uint32_t lab_flash_sector_index(const struct lab_flash *flash,
                                uint32_t address);
/* Erases of all sectors of the area together. */
uint64_t lab_flash_wear(const struct lab_flash *flash,
                        const struct ffx_flash_area *area);

/* --- past the port: no rule, no count, no wear, no time ------------------- */

/* Sticks the sector that holds `address`, or heals it (LAB_FAULT_NONE). */
void lab_flash_stick(struct lab_flash *flash, uint32_t address,
                     enum lab_fault fault);
/* A factory's gang programmer: the bytes are there and their units are
 * PROGRAMMED, whatever was there before. */
void lab_flash_put(struct lab_flash *flash, uint32_t address, const void *data,
                   uint32_t length);
/* As lab_flash_put, with one value all over. */
void lab_flash_fill(struct lab_flash *flash, uint32_t address, uint8_t value,
                    uint32_t length);
/* The whole device erased, as its maker delivers it. */
void lab_flash_blank(struct lab_flash *flash);
/* F13: the bits of `mask` flip at rest. */
void lab_flash_rot(struct lab_flash *flash, uint32_t address, uint8_t mask);
/* From here on nobody may rely on what these sectors hold: they read as noise
 * that follows from the address, and each such read is counted in
 * poison_reads. A whole erase ends it. */
void lab_flash_poison(struct lab_flash *flash,
                      const struct ffx_flash_area *area);
/* How unstable units read from here on, also after a power up; the coins of
 * LAB_LUCK_COIN start anew. */
void lab_flash_luck(struct lab_flash *flash, enum lab_luck luck);

#endif
