/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A microcontroller in QEMU, wired to a virtual module in this process: a byte
 * pipe and nothing else. The clock is the real one, since QEMU's is.
 */
#ifndef FARFIX_TESTS_MCU_RIG_H
#define FARFIX_TESTS_MCU_RIG_H

#include "child.h"
#include "mcu.h"

#include <farfix/sim.h>

/* Two releases of the example, signed, and the package between them. */
struct mcu_releases {
    char directory[64]; /* releases/1.0 and 1.1, release.key, release.pub */
    struct ffx_public_key trusted;
    struct pack_key *key;
    struct pack_release a, b;
    struct pack_buffer zip;
};

/* `folder` has app-a.bin and app-b.bin. */
void mcu_releases_make(struct mcu_releases *releases, const char *folder);
void mcu_releases_free(struct mcu_releases *releases);

/* `farfix store serve` over them, until `store` is stopped; its address. */
void mcu_releases_serve(const struct mcu_releases *releases,
                        struct child *store, char url[64]);

struct mcu_rig {
    struct mcu mcu;
    struct ffx_sim *sim;
    const struct mcu_releases *releases;
    char state[64];
    uint8_t to_mcu[4096]; /* said by the module, not taken yet */
    size_t to_mcu_length;
    uint64_t passed;     /* bytes on the wire, both ways */
    uint64_t operations; /* of flash, while it was watched */
};

/* A module that is not as the note says; as in struct ffx_sim_config. */
struct mcu_module {
    const char *faults;
    enum ffx_module_profile profile;
    const uint8_t *quirks;
};

/* New ones; the microcontroller is off. `module` may be null. */
void mcu_rig_make(struct mcu_rig *rig, const char *folder,
                  const struct mcu_releases *releases, const char *store,
                  const struct mcu_module *module);
void mcu_rig_free(struct mcu_rig *rig);

/* A file in the module, as if it had fetched it. */
void mcu_rig_put(struct mcu_rig *rig, const char *name,
                 const struct pack_buffer *file);

/* Waits a moment and moves bytes, whatever stands meanwhile. */
void mcu_rig_turn(struct mcu_rig *rig);

/* Until the application of this version runs, at most so long; 0 or -1. */
int mcu_rig_until(struct mcu_rig *rig, const char *version, uint32_t limit_ms);

/* Exactly this release stands in the slot, and nothing behind it. */
int mcu_rig_holds(const struct mcu_rig *rig,
                  const struct pack_release *release);

int64_t mcu_rig_now_ms(void);

#endif
