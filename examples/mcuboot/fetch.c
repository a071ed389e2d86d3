/* SPDX-License-Identifier: Apache-2.0 */
/* The module fetches /customer/app.zip; its bytes end up in RAM. A patch fits
 * there; what does not goes to another flash, by `keep` and a read_at of it. */
#include "fetch.h"

#include <string.h>
#include <template/template_port.h>

static uint8_t bytes_of_it[32768];
static uint32_t size;

/* Bytes may come again, from the first one on as well. */
static void keep(void *context, uint32_t offset, const void *bytes, uint32_t n)
{
    (void)context;
    if (offset <= sizeof bytes_of_it && n <= sizeof bytes_of_it - offset)
        memcpy(bytes_of_it + offset, bytes, n);
    size = offset + n;
}

int read_memory(void *from, uint32_t offset, void *to, uint32_t n)
{
    memcpy(to, (const uint8_t *)from + offset, n);
    return FFX_OK;
}

enum ffx_cause fetch(struct ffx_read_at *package)
{
    static char line[256], command[320];
    static const struct ffx_driver_file app = {"/customer/app.zip", keep};
    static const struct ffx_driver_config config = {
        .line = line,
        .line_bytes = sizeof line,
        .command = command,
        .command_bytes = sizeof command,
        .route = FFX_ROUTE_HTTP,
        .url = "http://fota.example/BOARD-1/app.zip",
        .file = &app,
    };
    enum ffx_cause cause = FFX_CAUSE_CONFIG;
    if (template_update(&config, &cause) != FFX_OK)
        return FFX_CAUSE_CONFIG;
    if (size > sizeof bytes_of_it)
        return FFX_CAUSE_NO_SPACE;
    *package = (struct ffx_read_at){read_memory, bytes_of_it, size};
    return cause;
}
