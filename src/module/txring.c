/* SPDX-License-Identifier: Apache-2.0 */
#include "module/txring.h"

#include "base/bytes.h"

uint32_t txring_used(const struct ffx_module *module)
{
    return module->tx_head - module->tx_tail;
}

uint32_t txring_free(const struct ffx_module *module)
{
    return module->config.tx_bytes - txring_used(module);
}

void txring_put(struct ffx_module *module, const void *bytes, uint32_t length)
{
    const uint8_t *from = bytes;
    const uint32_t at = module->tx_head & (module->config.tx_bytes - 1u);
    const uint32_t first = bytes_min(length, module->config.tx_bytes - at);
    memcpy(module->config.tx + at, from, first);
    memcpy(module->config.tx, from + first, length - first);
    module->tx_head += length;
}

void txring_text(struct ffx_module *module, const char *text)
{
    txring_put(module, text, bytes_length(text));
}

const uint8_t *ffx_module_tx(struct ffx_module *module, uint32_t *length)
{
    const uint32_t at = module->tx_tail & (module->config.tx_bytes - 1u);
    *length = bytes_min(txring_used(module), module->config.tx_bytes - at);
    return module->config.tx + at;
}
