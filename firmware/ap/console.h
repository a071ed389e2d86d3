/* SPDX-License-Identifier: Apache-2.0 */
/* The serial console: AT commands, read by the device core's src/at. */
#ifndef AP_CONSOLE_H
#define AP_CONSOLE_H

void console_start(void);
/* Takes what waits on the serial line and answers complete commands. */
void console_poll(void);

#endif
