/* SPDX-License-Identifier: Apache-2.0 */
/* Patch headers: what is taken has one spelling, and numbers in range. */
#include "base/bytes.h"
#include "delta/delta_layout.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ffx_delta_layout layout;
    uint8_t header[DELTA_HEADER_MAX];
    const uint32_t length = size < 64 ? (uint32_t)size : 64;
    uint8_t *const exact = malloc(length + 1u);
    if (exact == NULL)
        abort();
    if (length > 0)
        memcpy(exact + 1, data, length);
    const int parsed = delta_layout_parse(&layout, exact + 1, length);
    if (parsed > 0 &&
        ((uint32_t)parsed > length ||
         delta_layout_put(&layout, header) != (uint32_t)parsed ||
         memcmp(header, exact + 1, (uint32_t)parsed) != 0 ||
         layout.target_bytes == 0 || layout.target_bytes > DELTA_SIZE_MAX ||
         layout.source_bytes > DELTA_SIZE_MAX ||
         delta_layout_steps(&layout) > DELTA_STEPS_MAX))
        abort();
    free(exact);
    return 0;
}
