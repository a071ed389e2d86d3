/* SPDX-License-Identifier: Apache-2.0 */
/* The ring of bytes for the TE of one port, in the caller's config.tx. */
#ifndef FARFIX_MODULE_TXRING_H
#define FARFIX_MODULE_TXRING_H

#include <farfix/module.h>

uint32_t txring_used(const struct ffx_module_port *port);
uint32_t txring_free(const struct ffx_module_port *port);
/* length <= txring_free is the caller's duty. */
void txring_put(struct ffx_module_port *port, const void *bytes,
                uint32_t length);
/* The TE has got them. */
void txring_take(struct ffx_module_port *port, uint32_t length);

#endif
