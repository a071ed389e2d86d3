/* SPDX-License-Identifier: Apache-2.0 */
#include "fake.h"

#include <stdio.h>

struct posix_port fake_line;
static char line[512], command[1024];

static int read_file(void *context, uint32_t offset, void *buffer,
                     uint32_t length)
{
    FILE *file = context;
    return fseek(file, (long)offset, SEEK_SET) == 0 &&
                   fread(buffer, 1, length, file) == length
               ? FFX_OK
               : FFX_ERR_IO;
}

int fake_main(int count, char **words,
              int (*update)(const struct ffx_driver_config *config,
                            enum ffx_cause *cause))
{
    FILE *file = count == 4 ? fopen(words[2], "rb") : NULL;
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return 64;
    const struct ffx_driver_config config = {
        .line = line,
        .line_bytes = sizeof line,
        .command = command,
        .command_bytes = sizeof command,
        .route = FFX_ROUTE_PUSH,
        .package = {read_file, file, (uint32_t)ftell(file)},
        .facts = {.to = words[3]},
    };
    if (posix_port_open(&fake_line, words[1], 115200, 0) != FFX_OK) {
        puts(fake_line.error);
        return 3;
    }
    enum ffx_cause cause = FFX_CAUSE_CONFIG;
    const int code = update(&config, &cause);
    posix_port_close(&fake_line);
    fclose(file);
    printf("%d %s\n", code, ffx_cause_name(cause));
    return code == FFX_OK && cause == FFX_CAUSE_DONE ? 0 : 1;
}
