/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The microcontroller of ports/microbit, in QEMU, with a supply that can be
 * cut: its flash outlives every QEMU, which runs from one power-up or reset to
 * the next. QEMU's own reset would load the first image again, so a reset is a
 * new QEMU, too, on the same wire.
 *
 * A cut inside an erase or a program: QEMU stands at a breakpoint in front of
 * it, and what a cut would leave (lab/lab_flash.h) goes into the flash.
 *
 * Every wait is bounded; what goes wrong with QEMU itself aborts.
 */
#ifndef FARFIX_TESTS_MCU_H
#define FARFIX_TESTS_MCU_H

#include "lab/lab_flash.h"
#include "microbit/microbit.h"

#include <pack/pack.h>
#include <poll.h>
#include <sys/types.h>

#define MCU_FDS 3

struct mcu {
    int line; /* its UART: bytes from and to whoever is the module */
    uint8_t flash[MICROBIT_FLASH_BYTES]; /* as it was when it went off */
    int resets; /* that it made itself, since mcu_make */
    int stands; /* 1: in front of a flash operation */

    pid_t pid; /* 0: it is off */
    int far_end, control, debugger;
    char directory[64];
    char heard[4096]; /* from QEMU: lines, the last one perhaps half */
    size_t heard_length;
    int asked_reset, watched;
    /* As the debugger says them: erase and program of the boot stage, then of
     * the application. */
    char breakpoints[4][32];
};

/* What the factory does. `folder` has boot.elf, boot.bin and app-a.elf, which
 * a watched board runs; `release` has one component, which the new board runs;
 * `trusted` is a release key, `store` a URL. */
void mcu_make(struct mcu *mcu, const char *folder,
              const struct pack_release *release,
              const struct ffx_public_key *trusted, const char *store);
/* The same board again, with a flash of its own that was kept. */
void mcu_again(struct mcu *mcu, const char *folder,
               const uint8_t flash[MICROBIT_FLASH_BYTES]);
void mcu_free(struct mcu *mcu);

/* Supply on. With `watched` it stands in front of each flash operation, those
 * of the application until it has asked for an update, until mcu_go_on. */
void mcu_power_up(struct mcu *mcu, int watched);
/* Supply off, between two instructions. */
void mcu_cut(struct mcu *mcu);
/* Supply off inside the operation that it stands in front of. */
void mcu_cut_torn(struct mcu *mcu, enum lab_tear tear, uint32_t seed);
/* Through the operation, and on to the next one. */
void mcu_go_on(struct mcu *mcu);

/* What to poll, its line first. Then mcu_turn, which takes what QEMU says: a
 * reset, or that it stands. Returns how many. */
unsigned mcu_wait(const struct mcu *mcu, struct pollfd fds[MCU_FDS]);
void mcu_turn(struct mcu *mcu);

/* What its RAM says; all 0 while it is off. */
void mcu_look(struct mcu *mcu, struct microbit_shared *shared);

/* What the application writes to ask for an update. It must be off. */
void mcu_request(struct mcu *mcu, uint32_t package_bytes);

#endif
