/* SPDX-License-Identifier: Apache-2.0 */
/* The ring of bytes for the TE, in the caller's config.tx. */
#ifndef FARFIX_MODULE_TXRING_H
#define FARFIX_MODULE_TXRING_H

#include <farfix/module.h>

uint32_t txring_used(const struct ffx_module *module);
uint32_t txring_free(const struct ffx_module *module);
/* length <= txring_free is the caller's duty. */
void txring_put(struct ffx_module *module, const void *bytes, uint32_t length);
void txring_text(struct ffx_module *module, const char *text);

#endif
