/* SPDX-License-Identifier: Apache-2.0 */
/* AT+SELFTEST: the device core's update agent on this very processor. */
#ifndef AP_SELFTEST_H
#define AP_SELFTEST_H

/* Prints one line per check. 0 when all are right, else -1. */
int selftest_run(void);

#endif
