/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/update_words.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define UPDATE_LIMIT_MAX 86400u

int update_words_dialect(const char *name, enum ffx_dialect *dialect)
{
    static const char *const names[] = {"auto", "sim7000", "sim7070"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        *dialect = (enum ffx_dialect)i;
        return 0;
    }
    return -1;
}

int update_words_check(const struct update_words *words)
{
    enum ffx_dialect found;
    if (words->dialect != NULL &&
        update_words_dialect(words->dialect, &found) != 0)
        return cli_fail(CLI_USAGE,
                        "--dialect wants auto, sim7000 or sim7070, "
                        "not '%s'",
                        words->dialect);
    if (words->update_limit > UPDATE_LIMIT_MAX)
        return cli_fail(CLI_USAGE, "--update-limit takes at most %u seconds",
                        UPDATE_LIMIT_MAX);
    if (words->secrets != NULL && access(words->secrets, R_OK) != 0)
        return cli_fail(errno == ENOENT ? CLI_MISSING : CLI_FAILED,
                        "cannot open %s: %s; check --secrets", words->secrets,
                        strerror(errno));
    return 0;
}
