/* SPDX-License-Identifier: Apache-2.0 */
/* Stands for <zephyr/sys/ring_buffer.h> of Zephyr 3.7, as far as farfix uses
 * it. The members are the stub's own: they are private there, too. */
#ifndef STUB_ZEPHYR_RING_BUFFER_H
#define STUB_ZEPHYR_RING_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

struct ring_buf {
    uint8_t *data;
    uint32_t size, put, got;
};

void ring_buf_init(struct ring_buf *buf, uint32_t size, uint8_t *data);
bool ring_buf_is_empty(const struct ring_buf *buf);
uint32_t ring_buf_put(struct ring_buf *buf, const uint8_t *data, uint32_t size);
uint32_t ring_buf_get(struct ring_buf *buf, uint8_t *data, uint32_t size);

#endif
