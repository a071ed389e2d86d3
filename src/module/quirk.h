/* SPDX-License-Identifier: Apache-2.0 */
/* Where the documents disagree, the module does as its config says. */
#ifndef FARFIX_MODULE_QUIRK_H
#define FARFIX_MODULE_QUIRK_H

#include <farfix/module.h>

static inline int quirk_is(const struct ffx_module *module,
                           enum ffx_quirk quirk, uint8_t value)
{
    return module->quirks[quirk] == value;
}

/* 1: every switch has the value that it is set to. */
int quirk_values_exist(const uint8_t values[FFX_QUIRKS]);

#endif
