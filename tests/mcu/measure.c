/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure FOLDER: one update of the board of ports/microbit in QEMU, from the
 * application's first question to B. Prints how deep the painted stacks were
 * written, and what went over the wire, for `make size`. FARFIX names the
 * program that serves the store.
 */
#include "mcu_rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_MS 60000

static struct mcu_releases releases;
static struct mcu_rig rig;

int main(int argc, char **argv)
{
    struct microbit_shared shared, boot = {0};
    struct child store;
    char url[64];
    uint32_t application = 0;
    uint64_t bytes = 0;
    if (argc != 2)
        return 1;
    mcu_releases_make(&releases, argv[1]);
    mcu_releases_serve(&releases, &store, url);
    mcu_rig_make(&rig, argv[1], &releases, url, NULL);
    const int64_t end_ms = mcu_rig_now_ms() + LIMIT_MS;
    mcu_power_up(&rig.mcu, 0);
    do {
        mcu_rig_turn(&rig);
        mcu_look(&rig.mcu, &shared);
        if (shared.doing == MICROBIT_UPDATES && bytes == 0)
            bytes = rig.passed;
        if (shared.doing != MICROBIT_APPLICATION)
            continue;
        boot = shared;
        if (shared.walk_stack > application)
            application = shared.walk_stack;
    } while (strcmp(shared.version, releases.b.version) != 0 &&
             mcu_rig_now_ms() < end_ms);
    const int done = strcmp(shared.version, releases.b.version) == 0;
    if (done)
        printf("stack boot %u\nstack app %u\nwire %u\npackage %zu\n",
               (unsigned)boot.stack, (unsigned)application,
               (unsigned)(rig.passed - bytes), releases.zip.length);
    mcu_rig_free(&rig);
    child_stop(&store, SIGTERM);
    mcu_releases_free(&releases);
    return done ? 0 : 1;
}
