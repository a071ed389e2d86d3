/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a module says, in whatever pieces: the reader makes progress,
 * stays in its buffer and gives terminated text. The first byte sets the
 * piece size; a line "+CFSRFILE: n" asks for raw data as the driver does. */
#include <farfix/at.h>

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ffx_at_response *response,
                  const struct ffx_at_event *event, uint32_t used,
                  uint32_t left)
{
    if (used == 0 || used > left)
        abort();
    if (response->length >= response->capacity)
        abort();
    if (event->kind == FFX_AT_LINE && (event->length >= response->capacity ||
                                       strlen(event->text) != event->length))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ffx_at_response response;
    char line[80];
    if (size < 2)
        return 0;
    const uint32_t piece = 1u + data[0];
    ffx_at_response_init(&response, line, sizeof line);
    for (size_t i = 1; i < size;) {
        struct ffx_at_event event;
        const size_t left = size - i < piece ? size - i : piece;
        const uint32_t used =
            ffx_at_response_feed(&response, data + i, (uint32_t)left, &event);
        check(&response, &event, used, (uint32_t)left);
        if (event.kind == FFX_AT_LINE &&
            strncmp(event.text, "+CFSRFILE: ", 11) == 0)
            ffx_at_response_raw(&response, (uint32_t)atoi(event.text + 11));
        i += used;
    }
    return 0;
}
