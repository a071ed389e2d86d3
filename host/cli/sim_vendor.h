/* SPDX-License-Identifier: Apache-2.0 */
/* --vendor of `farfix sim run`: which opaque file the module plays. */
#ifndef FARFIX_CLI_SIM_VENDOR_H
#define FARFIX_CLI_SIM_VENDOR_H

#include <farfix/sim.h>

/* SHA256=FROM:TO, or VENDOR.zip with its side-file VENDOR.zip.info, which must
 * be signed under the key `trust` and be about this very file. 0, or an exit
 * code after its message. */
int sim_vendor_set(struct ffx_sim_vendor *vendor, const char *text,
                   const char *trust);

#endif
