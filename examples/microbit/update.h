/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the store for the next release, and lets the module fetch it. */
#ifndef EXAMPLE_UPDATE_H
#define EXAMPLE_UPDATE_H

#include <stdint.h>

void update_start(void);
/* Call it all the time. When the package lies in the module, this does not
 * return: the boot stage goes on. */
void update_turn(uint32_t now_ms);

#endif
