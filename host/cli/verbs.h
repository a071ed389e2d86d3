/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verbs. One line per file host/cli/NOUN_VERB.c. */
#ifndef FARFIX_CLI_VERBS_H
#define FARFIX_CLI_VERBS_H

#include <stddef.h>

struct cli_verb {
    const char *noun, *verb; /* verb "": the noun alone is the command */
    int (*run)(int argc, char **argv);
    const char *summary;
};

extern const struct cli_verb cli_verbs[];
extern const size_t cli_verb_count;

/* key, release, package */
int cli_key_make(int argc, char **argv);
int cli_key_delegate(int argc, char **argv);
int cli_release_sign(int argc, char **argv);
int cli_package_make(int argc, char **argv);
int cli_package_import(int argc, char **argv);
int cli_package_info(int argc, char **argv);
int cli_package_verify(int argc, char **argv);

/* store */
int cli_store_build(int argc, char **argv);
int cli_store_serve(int argc, char **argv);

/* sim */
int cli_sim_run(int argc, char **argv);
int cli_update(int argc, char **argv);
int cli_watch(int argc, char **argv);
int cli_modem_info(int argc, char **argv);
int cli_modem_status(int argc, char **argv);
int cli_modem_clear(int argc, char **argv);
int cli_modem_get(int argc, char **argv);
int cli_modem_put(int argc, char **argv);
int cli_modem_probe(int argc, char **argv);
int cli_modem_record(int argc, char **argv);
int cli_modem_replay(int argc, char **argv);

/* update, modem */

/* delta */
int cli_delta_make(int argc, char **argv);
int cli_delta_apply(int argc, char **argv);
int cli_delta_info(int argc, char **argv);

#endif
