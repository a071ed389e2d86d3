/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes two components from A to B with the real agent on a flash of RAM and
 * says how deep the painted stack was written below each call of agent.h.
 * Package and images are in memory before the program starts; JOB says how
 * long they are (tests/size/test_painted.sh writes it). The digests are real
 * and have a stack of their own; every signature counts as right.
 */
#include "../../firmware/ap/sha256.h"
#include "machine.h"

#include <farfix/agent.h>

#include <stddef.h>
#include <string.h>

#define JOB ((const struct job *)0x21000000u)
#define PACKAGE ((const uint8_t *)0x21001000u)
#define FLASH ((uint8_t *)0x21100000u)

#define FLASH_BYTES 0x80000u
#define SECTOR 4096u
#define STEP 16384u
#define WORK 16384u

struct job {
    uint32_t package_bytes;
    uint32_t image_bytes[2]; /* of A, modem and ap; B's sequence is 6 */
};

/* Exit codes: a line before the exit says more. */
enum { DONE, REFUSED, NOT_UPDATED };

static const struct ffx_component components[2] = {
    {"modem",
     {0x40000, 0x10000},
     FFX_STATUS_UPDATING_MODEM,
     FFX_STATUS_FAILED_MODEM},
    {"ap", {0x50000, 0x30000}, FFX_STATUS_UPDATING_AP, FFX_STATUS_FAILED_AP},
};

/* --- ports: what they put on the stack is in no figure of the agent ------- */

static int port_read(void *context, uint32_t offset, void *buffer,
                     uint32_t length)
{
    memcpy(buffer, (const uint8_t *)context + offset, length);
    return 0;
}

static int port_program(void *context, uint32_t address, const void *data,
                        uint32_t length)
{
    memcpy((uint8_t *)context + address, data, length);
    return 0;
}

static int port_erase(void *context, uint32_t address)
{
    memset((uint8_t *)context + address, 0xff, SECTOR);
    return 0;
}

static int port_open(void *context, struct ffx_read_at *file)
{
    (void)context;
    file->read = port_read;
    file->context = (void *)(uintptr_t)PACKAGE;
    file->size = JOB->package_bytes;
    return 0;
}

static void port_nothing(void *context)
{
    (void)context;
}

static int port_verify(void *context,
                       const uint8_t public_key[FFX_PUBLIC_KEY_BYTES],
                       const uint8_t digest[FFX_SHA256_BYTES],
                       const uint8_t signature[FFX_SIGNATURE_BYTES])
{
    (void)context;
    (void)public_key;
    (void)digest;
    (void)signature;
    return 0;
}

/* Eight bytes here, the rest over there; arguments stay in r0 ... r3. */
uint64_t crypto_stack[128];
#define ELSEWHERE(member)                                                      \
    __asm volatile("push {r4, lr}\n"                                           \
                   "mov r4, sp\n"                                              \
                   "ldr ip, =crypto_stack + 1024\n"                            \
                   "mov sp, ip\n"                                              \
                   "ldr ip, =sha256_crypto\n"                                  \
                   "ldr ip, [ip, %0]\n"                                        \
                   "blx ip\n"                                                  \
                   "mov sp, r4\n"                                              \
                   "pop {r4, pc}\n"                                            \
                   :                                                           \
                   : "i"(offsetof(struct ffx_crypto, member)))
#define NAKED __attribute__((naked)) static
#pragma GCC diagnostic ignored "-Wunused-parameter"

NAKED int port_sha256_start(void *context, struct ffx_sha256 *hash)
{
    ELSEWHERE(sha256_start);
}

NAKED int port_sha256_update(void *context, struct ffx_sha256 *hash,
                             const void *data, uint32_t length)
{
    ELSEWHERE(sha256_update);
}

NAKED int port_sha256_finish(void *context, struct ffx_sha256 *hash,
                             uint8_t digest[FFX_SHA256_BYTES])
{
    ELSEWHERE(sha256_finish);
}

/* --- the device ---------------------------------------------------------- */

static const struct ffx_flash_region region = {SECTOR, FLASH_BYTES / SECTOR};
static const struct ffx_flash flash = {
    .read = port_read,
    .program = port_program,
    .erase = port_erase,
    .context = FLASH,
    .regions = &region,
    .region_count = 1,
    .write_unit = 8,
    .erased_value = 0xff,
};
static const struct ffx_crypto crypto = {
    .sha256_start = port_sha256_start,
    .sha256_update = port_sha256_update,
    .sha256_finish = port_sha256_finish,
    .verify = port_verify,
};
static uint64_t step_buffer[STEP / 8], work[WORK / 8];
static const struct ffx_agent_config config = {
    .flash = &flash,
    .crypto = &crypto,
    .journal = {0x0000, 3 * SECTOR},
    .scratch = {0x10000, 8 * STEP},
    .components = components,
    .component_count = 2,
    .step_buffer = step_buffer,
    .step_bytes = STEP,
    .work = work,
    .work_bytes = WORK,
    .open_package = port_open,
    .close_package = port_nothing,
    .remove_package = port_nothing,
};

/* The images are there already: everything around them is erased. */
static void erase_rest(void)
{
    memset(FLASH, 0xff, components[0].slot.address);
    for (uint32_t i = 0; i < 2; i++) {
        const struct ffx_flash_area *const slot = &components[i].slot;
        memset(FLASH + slot->address + JOB->image_bytes[i], 0xff,
               slot->length - JOB->image_bytes[i]);
    }
}

static void know_images(struct ffx_installed installed[2])
{
    static struct ffx_sha256 hash;
    memset(installed, 0, 2 * sizeof *installed);
    for (uint32_t i = 0; i < 2; i++) {
        strcpy(installed[i].version, "1529B05SIM7000G");
        installed[i].size = JOB->image_bytes[i];
        installed[i].sequence = 5;
        sha256_crypto.sha256_start(NULL, &hash);
        sha256_crypto.sha256_update(NULL, &hash,
                                    FLASH + components[i].slot.address,
                                    JOB->image_bytes[i]);
        sha256_crypto.sha256_finish(NULL, &hash, installed[i].sha256);
    }
}

/* --- calls --------------------------------------------------------------- */

static struct ffx_agent agent;
static struct ffx_provision facts;

static int init(void)
{
    return ffx_agent_init(&agent, &config);
}
static int load(void)
{
    return ffx_agent_load(&agent);
}
static int provision(void)
{
    return ffx_agent_provision(&agent, &facts);
}
static int request(void)
{
    return ffx_agent_request(&agent);
}
static int run(void)
{
    return ffx_agent_run(&agent);
}
static int clear(void)
{
    return ffx_agent_clear(&agent);
}

/* The functions above have no frame: they jump. */
static void measure(const char *name, int (*call)(void), int right)
{
    const uint32_t stack = machine_stack_pointer();
    machine_stack_paint();
    const int rc = call();
    machine_say(name, machine_stack_depth(stack));
    if (rc == right)
        return;
    machine_say("failed_with", (uint32_t)-rc);
    machine_exit(REFUSED);
}

static void boot(void)
{
    memset(&agent, 0xa5, sizeof agent);
    measure("ffx_agent_init", init, 0);
}

int main(void);

int main(void)
{
    static struct ffx_installed installed[2];
    static const struct ffx_public_key key = {.point = {0x04}};
    erase_rest();
    know_images(installed);
    facts = (struct ffx_provision){"SIM7000G", 5, installed, &key, 1};
    boot();
    measure("ffx_agent_provision", provision, 0);
    measure("ffx_agent_request", request, 0);
    boot();
    measure("ffx_agent_load", load, 0);
    measure("ffx_agent_run", run, 0);
    if (ffx_agent_status(&agent) != FFX_STATUS_SUCCESS) {
        machine_say("status", (uint32_t)ffx_agent_status(&agent));
        machine_say("error", (uint32_t)-ffx_agent_state(&agent)->error);
        machine_exit(NOT_UPDATED);
    }
    measure("ffx_agent_clear", clear, 0);
    machine_exit(DONE);
}

/* The start-up code that the demo's firmware has, too, wants one. */
void board_tick(void);
void board_tick(void)
{
}
