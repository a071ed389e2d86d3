/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest port: copy this folder, fill in template_board.c, done. There
 * is a ready one for Zephyr, ESP-IDF, Arduino, STM32 and POSIX beside it.
 *
 * Above the line is what the port gives to the application, below it what it
 * wants from the board.
 */
#ifndef FARFIX_TEMPLATE_PORT_H
#define FARFIX_TEMPLATE_PORT_H

#include <farfix/driver.h>

/* Walks the module to config->facts.to; returns when the walk has ended.
 * FFX_OK: *cause says how. Anything else: the config is wrong, nothing was
 * sent. One walk at a time. */
int template_update(const struct ffx_driver_config *config,
                    enum ffx_cause *cause);

/* That of the walk in hand, or of the last one: `found`, and what
 * ffx_driver_position tells. */
const struct ffx_driver *template_driver(void);

/* --- the board ----------------------------------------------------------- */

/* Bytes from the module: what is there already, at most `capacity`, at once;
 * or else waits up to `wait_ms` for the first. 0: none came. Bytes must be
 * kept (interrupt, DMA) while nobody is in here: at 115,200 baud 1 KiB comes
 * in 89 ms. */
uint32_t board_read(void *bytes, uint32_t capacity, uint32_t wait_ms);

/* Bytes for the module: how many went out, 0 when none can go now. Raw 8N1;
 * it may wait. */
uint32_t board_write(const void *bytes, uint32_t length);

/* Milliseconds since any moment; never goes back, may wrap. */
uint32_t board_now_ms(void);

/* Only for an agent (farfix/agent.h): your flash. */
extern const struct ffx_flash board_flash;
/* Only for an agent, a package or a read-back: digests and signatures. Who
 * has PSA Crypto takes ports/psa instead. */
extern const struct ffx_crypto board_crypto;

#endif
