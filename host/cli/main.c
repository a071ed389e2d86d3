/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/verbs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define FARFIX_VERSION "0.1.0"

static const char about[] =
    "farfix " FARFIX_VERSION " - firmware over the air for SIM7000 modules\n"
    "\n"
    "  release A, release B --> package --> store --> (air) --> module\n"
    "\n";

static void print_verbs(FILE *out)
{
    fputs(about, out);
    for (size_t i = 0; i < cli_verb_count; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s %s", cli_verbs[i].noun,
                 cli_verbs[i].verb);
        fprintf(out, "  farfix %-18s %s\n", name, cli_verbs[i].summary);
    }
    fputs("\nfarfix NOUN VERB --help explains each.\n", out);
}

static int find_and_run(int argc, char **argv)
{
    for (size_t i = 0; i < cli_verb_count; i++) {
        const struct cli_verb *verb = &cli_verbs[i];
        if (strcmp(argv[1], verb->noun) != 0)
            continue;
        if (verb->verb[0] == '\0')
            return verb->run(argc - 2, argv + 2);
        if (argc > 2 && strcmp(argv[2], verb->verb) == 0)
            return verb->run(argc - 3, argv + 3);
    }
    return cli_fail(CLI_USAGE,
                    "no such command: %s %s; farfix --help lists all", argv[1],
                    argc > 2 ? argv[2] : "");
}

/* Who reads our words through a pipe or in a file must have them all. */
static int all_said(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    return cli_fail(CLI_FAILED, "cannot write to standard output: %s",
                    strerror(errno));
}

int main(int argc, char **argv)
{
    /* A file above the limit of `ulimit -f` is an error to name, as a full
     * disk is, not the end of a store that serves. */
    signal(SIGXFSZ, SIG_IGN);
    if (argc < 2) {
        print_verbs(stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_verbs(stdout);
        return CLI_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("farfix " FARFIX_VERSION);
        return CLI_DONE;
    }
    return all_said(find_and_run(argc, argv));
}
