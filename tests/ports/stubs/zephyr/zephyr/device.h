/* SPDX-License-Identifier: Apache-2.0 */
/* Stands for <zephyr/device.h> and <zephyr/devicetree.h> of Zephyr 3.7, as
 * far as farfix uses them. */
#ifndef STUB_ZEPHYR_DEVICE_H
#define STUB_ZEPHYR_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device {
    const char *name;
};

bool device_is_ready(const struct device *dev);

extern const struct device stub_modem;
#define DT_ALIAS(alias) stub_##alias
#define DEVICE_DT_GET(node) (&node)

#endif
