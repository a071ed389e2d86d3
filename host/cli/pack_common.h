/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of key, release and package share. */
#ifndef FARFIX_CLI_PACK_COMMON_H
#define FARFIX_CLI_PACK_COMMON_H

#include "cli/cli.h"
#include "pack/pack.h"

/* Prints the error and returns its exit code: CLI_NOTHING for PACK_NOTHING,
 * CLI_MISSING for a file that is not there, CLI_USAGE for what the command
 * line asked wrongly, else CLI_FAILED. */
int pack_common_fail(const struct pack_error *error);

/* The keys of --trust, in their order. Codes of pack_public_key_load. */
int pack_common_trust(const struct cli_texts *trust,
                      struct ffx_public_key keys[CLI_TEXTS_MAX],
                      struct pack_error *error);

/* What a release does with release keys, by fingerprint; null: nothing. As
 * lines that begin with `indent`, or as members of a JSON object. */
void pack_common_keys(const struct ffx_public_key *next_key,
                      const struct ffx_public_key *revoke, const char *indent,
                      int json);

#endif
