/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nRF51 of a BBC micro:bit: 256 KiB of flash, 16 KiB of RAM, a Cortex-M0,
 * one UART, and on that UART a SIM7000. `qemu-system-arm -M microbit` is one.
 *
 * Everything polls. Pins: transmit P0.03, receive P0.02 (rings 0 and 1 of the
 * board's edge). Without RTS and CTS nothing may be sent to the UART while
 * the flash is erased, which stops the processor for 22 ms: a module speaks
 * when it is asked.
 */
#ifndef FARFIX_MICROBIT_H
#define FARFIX_MICROBIT_H

#include <farfix/flash.h>

#include <stdint.h>

/* --- where things lie: docs/flash-layout.md, section 7 ------------------ */

#define MICROBIT_PAGE 1024u
#define MICROBIT_STEP 4096u
#define MICROBIT_FACTS 0x0f000u
#define MICROBIT_REQUEST 0x0f400u
#define MICROBIT_JOURNAL 0x10000u
#define MICROBIT_JOURNAL_BYTES (8u * MICROBIT_PAGE)
#define MICROBIT_SCRATCH 0x12000u
#define MICROBIT_SCRATCH_BYTES (8u * MICROBIT_STEP)
#define MICROBIT_SLOT 0x1a000u
#define MICROBIT_SLOT_BYTES 0x26000u
#define MICROBIT_FLASH_BYTES 0x40000u

#define MICROBIT_RAM 0x20000000u
#define MICROBIT_RAM_BYTES 0x4000u

/* What runs, for a debugger's eyes, and a test's. */
enum microbit_doing {
    MICROBIT_BOOTS = 1,
    MICROBIT_UPDATES,     /* percent, status */
    MICROBIT_RECOVERS,    /* waits before it tries again: status 3 or 5 */
    MICROBIT_STOPPED,     /* error: facts or journal are no good */
    MICROBIT_APPLICATION, /* which says more in `version` */
};

/*
 * The first 80 bytes of RAM belong to boot stage and application together.
 * The Cortex-M0 has no VTOR: the vectors at address 0 are the boot stage's for
 * ever, and each of them jumps through the table at `vectors`. The boot stage
 * sets it right before it starts the application: an application whose image
 * begins with a vector table, as every image does, has nothing to do but to
 * leave this memory alone.
 */
struct microbit_shared {
    uint32_t vectors; /* address: the running program has 16 + 32 */
    uint32_t doing;   /* enum microbit_doing */
    uint32_t status;  /* the agent's, as AT+CFOTA? has it */
    uint32_t percent; /* of an update */
    int32_t error;    /* why the status is 7, 3 or 5, or it stopped */
    uint32_t reads;   /* read commands that this boot sent */
    uint32_t stack;   /* bytes of its stack that this boot has used */
    /* The application's own words. */
    char version[36];
    uint32_t walk[3];    /* the example's: begun, cause, detail of the last */
    uint32_t walk_stack; /* bytes of its stack that it has used */
};
#define MICROBIT_SHARED ((struct microbit_shared *)MICROBIT_RAM)
#define MICROBIT_SHARED_BYTES 80u

/*
 * What the factory writes at MICROBIT_FACTS with the boot stage: whom this
 * device trusts, and what it runs. The first boot makes the journal of it.
 */
#define MICROBIT_FACTS_MAGIC 0x46465846u /* "FXFF" */
struct microbit_facts {
    uint32_t magic;
    uint32_t sequence;
    uint32_t image_bytes;
    uint8_t image_sha256[32];
    char model[20];   /* NUL-terminated, padded with NUL; so are these */
    char version[36]; /* of the image that the factory writes */
    char store[64];   /* "http://host:8080" */
    uint8_t key[65];  /* release key: SEC 1, uncompressed */
    uint8_t padding[3];
};

/*
 * What the application writes at MICROBIT_REQUEST, on an erased page, for the
 * boot stage: take the file of so many bytes. The boot stage programs `taken`.
 */
#define MICROBIT_REQUEST_MAGIC 0x46465852u /* "RXFF" */
struct microbit_request {
    uint32_t magic;
    uint32_t bytes;
    uint32_t not_bytes; /* ~bytes: a torn request is none */
    uint32_t taken;     /* erased: not yet */
};

#define MICROBIT_FACTS_AT ((const struct microbit_facts *)MICROBIT_FACTS)

/* The package is this file of the module. */
#define MICROBIT_PACKAGE_DIRECTORY 3u /* /customer/; HTTPTOFS takes no datatx */
#define MICROBIT_PACKAGE_NAME "app.zip"
#define MICROBIT_PACKAGE_PATH "/customer/" MICROBIT_PACKAGE_NAME

/* --- the board ---------------------------------------------------------- */

/* Clock, timer, UART at 115,200 8N1. */
void microbit_start(void);
/* Milliseconds, about since the supply came; wraps. Call it once a day. */
uint32_t microbit_now_ms(void);
/* The next byte that came, or -1. */
int microbit_get(void);
void microbit_put(uint8_t byte);
void microbit_reset(void) __attribute__((noreturn));

/* Not in the boot stage. From now on each byte that comes raises an interrupt,
 * whose handler calls microbit_get until it says -1, and every 4 ms there is
 * one whose handler is microbit_tick: so that the processor may sleep. */
void microbit_interrupts(void);
void microbit_tick(void);
void microbit_sleep(void);
#define MICROBIT_UART_VECTOR (16u + 2u)
#define MICROBIT_TICK_VECTOR (16u + 9u)

/* Pages of 1 KiB from address 0, words of 4 bytes. */
extern const struct ffx_flash microbit_flash;

/* Asks the boot stage for an update with the package of so many bytes. Returns
 * FFX_ERR_FLASH, or does not return: the boot stage runs. */
int microbit_request_update(uint32_t package_bytes);

/* work(argument) on the stack that ends at `top`. */
void microbit_call_on(void *top, void (*work)(void *), void *argument);

/* Leaves for the program whose vector table this is, with its stack. */
void microbit_leave(const uint32_t *vectors) __attribute__((noreturn));

/* Paints what is free of the stack; how much of it was used since. */
void microbit_stack_paint(void);
uint32_t microbit_stack_used(void);

#endif
