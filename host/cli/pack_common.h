/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of key, release and package share. */
#ifndef FARFIX_CLI_PACK_COMMON_H
#define FARFIX_CLI_PACK_COMMON_H

#include "pack/pack.h"

/* Prints the error and returns its exit code: CLI_NOTHING for PACK_NOTHING,
 * CLI_MISSING for a file that is not there, CLI_USAGE for what the command
 * line asked wrongly, else CLI_FAILED. */
int pack_common_fail(const struct pack_error *error);

/* First eight bytes of the key's SHA-256, as hex: to tell keys apart. */
void pack_common_fingerprint(char out[17], const struct ffx_public_key *key);

#endif
