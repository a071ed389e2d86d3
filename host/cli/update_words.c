/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/update_words.h"

#include "cli/cli.h"

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

int update_words_check(const char *dialect, uint32_t update_limit,
                       const char *secrets)
{
    enum ffx_dialect found;
    if (dialect != NULL && update_words_dialect(dialect, &found) != 0)
        return cli_fail(CLI_USAGE,
                        "--dialect wants auto, sim7000 or sim7070, "
                        "not '%s'",
                        dialect);
    if (update_limit > UPDATE_LIMIT_MAX)
        return cli_fail(CLI_USAGE, "--update-limit takes at most %u seconds",
                        UPDATE_LIMIT_MAX);
    if (secrets != NULL && access(secrets, R_OK) != 0)
        return cli_fail(errno == ENOENT ? CLI_MISSING : CLI_FAILED,
                        "cannot open %s: %s; check --secrets", secrets,
                        strerror(errno));
    return 0;
}
