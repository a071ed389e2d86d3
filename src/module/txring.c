/* SPDX-License-Identifier: Apache-2.0 */
#include "module/txring.h"

#include "base/bytes.h"

uint32_t txring_used(const struct ffx_module_port *port)
{
    return port->tx_head - port->tx_tail;
}

uint32_t txring_free(const struct ffx_module_port *port)
{
    return port->config.tx_bytes - txring_used(port);
}

void txring_put(struct ffx_module_port *port, const void *bytes,
                uint32_t length)
{
    const uint8_t *from = bytes;
    const uint32_t at = port->tx_head & (port->config.tx_bytes - 1u);
    const uint32_t first = bytes_min(length, port->config.tx_bytes - at);
    memcpy(port->config.tx + at, from, first);
    memcpy(port->config.tx, from + first, length - first);
    port->tx_head += length;
}

void txring_take(struct ffx_module_port *port, uint32_t length)
{
    port->tx_tail += bytes_min(length, txring_used(port));
}

const uint8_t *ffx_module_tx(struct ffx_module *module, uint32_t port,
                             uint32_t *length)
{
    *length = 0;
    if (port >= module->config.port_count)
        return 0;
    const struct ffx_module_port *from = &module->ports[port];
    const uint32_t at = from->tx_tail & (from->config.tx_bytes - 1u);
    if (!from->held)
        *length = bytes_min(txring_used(from), from->config.tx_bytes - at);
    return from->config.tx + at;
}
