/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the fakes: each plays the API of one world on the host, over a serial
 * line that a virtual module sits on. Interrupts come while the port waits.
 */
#ifndef FAKE_H
#define FAKE_H

#include <farfix/driver.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "posix/posix_port.h"

extern struct posix_port fake_line;

/* WALK: PORT PACKAGE VERSION, from the command line. Opens the line, makes
 * the config of a push, lets `update` walk, says how it ended. 0: it is
 * done, and farfix says so. */
int fake_main(int count, char **words,
              int (*update)(const struct ffx_driver_config *config,
                            enum ffx_cause *cause));

#ifdef __cplusplus
}
#endif
#endif
