/* SPDX-License-Identifier: Apache-2.0 */
/* Options that farfix update and farfix watch share, looked at before a port is
 * opened. */
#ifndef FARFIX_CLI_UPDATE_WORDS_H
#define FARFIX_CLI_UPDATE_WORDS_H

#include <farfix/driver.h>

/* 0, or -1: there is no such dialect. */
int update_words_dialect(const char *name, enum ffx_dialect *dialect);

/* 0, or an exit code after its message. `dialect`, `secrets` may be null. */
int update_words_check(const char *dialect, uint32_t update_limit,
                       const char *secrets);

#endif
