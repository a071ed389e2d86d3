/* SPDX-License-Identifier: Apache-2.0 */
/* What `farfix modem probe` wrote, for a virtual module. */
#ifndef FARFIX_CLI_SIM_QUIRKS_H
#define FARFIX_CLI_SIM_QUIRKS_H

#include <farfix/module.h>

/* Sets what section [quirks] of the file knows; the others stay. 0, or an exit
 * code after its message. */
int sim_quirks_read(const char *path, uint8_t quirks[FFX_QUIRKS]);

#endif
