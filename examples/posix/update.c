/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pushes a package to a module: update PORT FILE VERSION
 *
 *   ports=$(pkg-config --variable=portsdir farfix)
 *   cc update.c $ports/posix/posix_*.c -I$ports \
 *       $(pkg-config --cflags --libs farfix) -o update
 */
#include "posix/posix_port.h"

#include <farfix/driver.h>
#include <stdio.h>

static int read_file(void *context, uint32_t offset, void *to, uint32_t length)
{
    return fseek(context, (long)offset, SEEK_SET) == 0 &&
                   fread(to, 1, length, context) == length
               ? FFX_OK
               : FFX_ERR_IO;
}

int main(int count, char **words)
{
    static char line[512], command[1024];
    static struct ffx_driver driver;
    struct posix_port port;
    enum ffx_cause cause;
    FILE *file = count == 4 ? fopen(words[2], "rb") : NULL;
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return fputs("usage: update PORT FILE VERSION\n", stderr), 64;
    const struct ffx_driver_config config = {
        .line = line,
        .line_bytes = sizeof line,
        .command = command,
        .command_bytes = sizeof command,
        .route = FFX_ROUTE_PUSH,
        .package = {read_file, file, (uint32_t)ftell(file)},
        .facts = {.to = words[3]}};
    if (posix_port_open(&port, words[1], 115200, 0) != FFX_OK)
        return fprintf(stderr, "%s\n", port.error), 3;
    if (ffx_driver_init(&driver, &config, posix_port_now_ms()) != FFX_OK)
        return 64;
    for (;;) {
        char bytes[256];
        uint32_t n = ffx_driver_poll(&driver, posix_port_now_ms());
        const int wait_ms = n < 1000 ? (int)n : 1000;
        const void *out;
        while ((out = ffx_driver_buf(&driver, &n)) != NULL)
            ffx_driver_ack(&driver, (uint32_t)posix_port_write(&port, out, n));
        if (ffx_driver_finished(&driver, &cause))
            break;
        n = (uint32_t)posix_port_read(&port, bytes, sizeof bytes, wait_ms);
        ffx_driver_feed(&driver, bytes, n, posix_port_now_ms());
    }
    puts(ffx_cause_text(cause));
    return cause != FFX_CAUSE_DONE && cause != FFX_CAUSE_NOTHING;
}
