/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ffx_flash over the flash of the STM32 itself: for an agent that updates the
 * MCU it runs on.
 *
 *     static struct farfix_stm32_flash flash;
 *     static const struct farfix_stm32_flash_config part = {
 *         .bytes = 1024 * 1024, .banks = 1, .now_ms = HAL_GetTick};
 *     farfix_stm32_flash_init(&flash, &part);
 *     agent_config.flash = &flash.port;
 *
 * Compile farfix_stm32_flash.c and the file of the family beside it:
 *
 *     stm32_flash_f4.c  F4: sectors of 16, 64 and 128 KiB; units of 1, 2 or 4
 *                       bytes                                       (RM0090)
 *     stm32_flash_l4.c  L4 and G4: pages of 2 or 4 KiB; units of 8 bytes, once
 *                       between two erases           (RM0351, RM0394, RM0440)
 *     stm32_flash_h7.c  H742 to H753, H72x, H73x: sectors of 128 KiB; units of
 *                       32 bytes, once between two erases  (RM0433, RM0468)
 *
 * Registers have the names of ST's device headers, which CubeMX's main.h
 * includes. L4+, H7A3 and H7R/S have other geometries: not for them.
 *
 * Address 0 of the port is FLASH_BASE. The second bank follows the first one
 * without a gap, also on an H7 of two short banks, where the bus has a gap:
 * there let no image lie across the border. Banks must not be swapped (BFB2
 * with UFB_MODE or FB_MODE, SWAP_BANK): sector numbers do not swap with them.
 *
 * What stands still, and for how long. Whoever fetches from the bank in work
 * stalls until it is ready: code, constants, interrupt handlers, vector table.
 * The other bank can be read meanwhile. As the datasheets say, with the longest
 * in brackets:
 *
 *     F4  erase 16 KiB 0.25 s (0.8), 64 KiB 0.6 s (2.4), 128 KiB 1 s (4);
 *         byte or word 16 us (100). The longest times are those of bytes.
 *     L4, G4  erase 22 ms (25); 8 bytes 82 us (91)
 *     H7  erase 128 KiB 1 s (4); 32 bytes 0.1 ms (0.6)
 *
 * Nothing here has to run from RAM: a stalled processor goes on. What may not
 * stall (a UART without DMA, a motor) belongs in the other bank or, with its
 * vectors, in RAM. A watchdog must be longer than the longest erase, since
 * `idle` runs only while the processor does; the independent one does not
 * stop for flash. SysTick loses ticks during a stall, so that bounds measured
 * by now_ms come late, not early.
 *
 * A reset in mid-operation leaves the unit or sector torn, and no register
 * set. ECC may refuse to read a torn unit: on L4 and G4 see
 * farfix_stm32_flash_nmi; on the H7 the driver sees to it by FAULTMASK, 256
 * bytes at a time, for which it must run privileged. Nobody else may use the
 * controller while a call is under way; it is locked after each.
 */
#ifndef FARFIX_STM32_FLASH_H
#define FARFIX_STM32_FLASH_H

#include <farfix/error.h>
#include <farfix/flash.h>

/* Two banks of an F4: three runs of sectors each. */
#define FARFIX_STM32_FLASH_REGIONS 6u

struct farfix_stm32_flash_config {
    uint32_t bytes; /* all of it, as the part is sold: both banks */
    /* 1 or 2, as the option bytes have it (DB1M, DUALBANK, DBANK): they are
     * looked at, since a wrong number would erase other sectors. On the H7
     * there is nothing to look at: H742 to H753 have 2, but the H750 1, as
     * H72x and H73x have. */
    uint32_t banks;
    /* L4 2048; G4 2048, or 4096 where two banks are used as one (DBANK = 0);
     * F4 and H7 0. */
    uint32_t page_bytes;
    /* F4: bytes that are programmed at a time, which is also the write unit. 4
     * from 2.7 V on, 2 from 2.1 V, 1 or 0 from 1.8 V. Others: 0. */
    uint32_t parallelism;
    /* Milliseconds that go round at 2^32, such as HAL_GetTick; null: polls
     * alone bound a wait. */
    uint32_t (*now_ms)(void);
    uint32_t timeout_ms; /* of one erase or unit; 0: 10,000 */
    /* Looks at the busy flag before it is given up, clock or not: a clock may
     * stand still. 0: 2^29, nine seconds or more at 550 MHz. */
    uint32_t polls;
    void (*idle)(void); /* at each look; may feed a watchdog; null: nothing */
};

/* The caller's memory; to read, but for `port`, which goes to the agent. */
struct farfix_stm32_flash {
    struct ffx_flash port;
    struct farfix_stm32_flash_config config;
    struct ffx_flash_region regions[FARFIX_STM32_FLASH_REGIONS];
    uint32_t bank_bytes;
    uint32_t bank_stride; /* from bank to bank on the bus */
    uint32_t kept;        /* of a register, while an operation is under way */
};

/* Touches no register but to look. May not be moved afterwards. The port's
 * errors: FFX_ERR_FLASH for a refused, failed or endless operation (flags are
 * cleared, the next one can work), FFX_ERR_ECC for a unit that cannot be read.
 * FFX_ERR_ARGUMENT: the family has no such geometry, the option bytes know of
 * another number of banks, or banks are swapped (seen on the H7 only). */
int farfix_stm32_flash_init(struct farfix_stm32_flash *flash,
                            const struct farfix_stm32_flash_config *config);

/* L4 and G4 raise NMI where ECC gives up. Call this in NMI_Handler: 1, it was
 * a read of the driver, which answers FFX_ERR_ECC: just return. 0: it was
 * something else, and yours. Without it a torn record stops the agent for
 * good. */
int farfix_stm32_flash_nmi(void);

#endif
