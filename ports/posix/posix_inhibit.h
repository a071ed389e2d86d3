/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks ModemManager to keep its hands off a module (D-Bus: InhibitDevice).
 *
 * The inhibition lives as long as the bus connection that asked for it, so it
 * is left to a child, mmcli, that lives no longer than we do: it is released
 * whatever becomes of us, SIGKILL included.
 */
#ifndef FARFIX_POSIX_INHIBIT_H
#define FARFIX_POSIX_INHIBIT_H

#include <sys/types.h>

struct posix_inhibit {
    pid_t child; /* 0: none */
    int output;  /* of the child */
};

/* `device` is ModemManager's uid: a path in sysfs (posix_names_usb). 1: it
 * leaves the device alone; 0: no mmcli, no ModemManager, or one that does not
 * know the device. Takes at most three seconds. */
int posix_inhibit_begin(struct posix_inhibit *inhibit, const char *device);
void posix_inhibit_end(struct posix_inhibit *inhibit);

#endif
