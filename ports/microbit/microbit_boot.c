/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot stage: never updated itself. It starts the application, or, when
 * that has asked for it, rewrites it from a package that lies in the module's
 * file system. Meanwhile it owns the module: an application could not be read
 * from the flash that is being rewritten.
 */
#include "at-file/at_file.h"
#include "bearssl/bearssl_crypto.h"
#include "microbit/microbit.h"

#include <farfix/agent.h>
#include <farfix/error.h>

#include <stddef.h>
#include <string.h>

/* A module that restarts in the middle answers again after some ten seconds. */
#define PATIENCE_MS 60000u
#define RECOVERY_PAUSE_MS 2000u

#define FACTS MICROBIT_FACTS_AT
#define REQUEST ((const struct microbit_request *)MICROBIT_REQUEST)
#define SHARED MICROBIT_SHARED
#define ERASED 0xffffffffu

/* Interrupts are off here: what comes is a fault. Then the agent goes on after
 * a reset, as after every cut. */
extern void (*const microbit_boot_vectors[16])(void);
void startup_halt(void) __attribute__((noreturn));
int main(void) __attribute__((noreturn));

/* --- memory -------------------------------------------------------------- */

/* The reader of patches and, before it, the stack of a verification. */
#define WORK_BYTES 8192u
_Static_assert(BEARSSL_VERIFY_STACK <= WORK_BYTES,
               "a verification needs a stack");
static uint64_t work[WORK_BYTES / 8];
static uint32_t step[MICROBIT_STEP / 4];
static struct ffx_agent agent;
static struct at_file package;

/* --- the line ------------------------------------------------------------ */

static void line_put(void *context, uint8_t byte)
{
    (void)context;
    microbit_put(byte);
}

static int line_get(void *context)
{
    (void)context;
    return microbit_get();
}

static uint32_t line_now_ms(void *context)
{
    (void)context;
    return microbit_now_ms();
}

static const struct at_file_config line = {
    .directory = MICROBIT_PACKAGE_DIRECTORY,
    .name = MICROBIT_PACKAGE_NAME,
    .put = line_put,
    .get = line_get,
    .now_ms = line_now_ms,
    .patience_ms = PATIENCE_MS,
};

/* --- the agent's ports --------------------------------------------------- */

static int is_requested(void)
{
    return REQUEST->magic == MICROBIT_REQUEST_MAGIC &&
           REQUEST->not_bytes == ~REQUEST->bytes;
}

/* The request outlives the update: it says how long the file is. */
static int open_package(void *context, struct ffx_read_at *file)
{
    (void)context;
    if (!is_requested())
        return FFX_ERR_NO_PACKAGE;
    at_file_open(&package, &line, REQUEST->bytes, file);
    return 0;
}

static void close_package(void *context)
{
    (void)context;
    at_file_close(&package);
}

/* The application's: the next package lands under the same name. */
static void remove_package(void *context)
{
    (void)context;
}

static void show(void)
{
    const struct ffx_agent_state *const state = ffx_agent_state(&agent);
    SHARED->status = state->status;
    SHARED->error = state->error;
    SHARED->reads = package.commands;
    SHARED->stack = microbit_stack_used();
}

static void on_event(void *context, const struct ffx_agent_event *event)
{
    (void)context;
    SHARED->doing = MICROBIT_UPDATES;
    SHARED->percent = event->percent;
    show();
}

static void call_in_work(void *context, void (*job)(void *), void *argument)
{
    (void)context;
    microbit_call_on(work + WORK_BYTES / 8, job, argument);
}

static const struct bearssl_config crypto_config = {
    .curves = &br_ec_p256_m31,
    .call = call_in_work,
};
static struct ffx_crypto crypto;

static const struct ffx_component components[] = {
    {"app",
     {MICROBIT_SLOT, MICROBIT_SLOT_BYTES},
     FFX_STATUS_UPDATING_AP,
     FFX_STATUS_FAILED_AP},
};

static const struct ffx_agent_config config = {
    .flash = &microbit_flash,
    .crypto = &crypto,
    .journal = {MICROBIT_JOURNAL, MICROBIT_JOURNAL_BYTES},
    .scratch = {MICROBIT_SCRATCH, MICROBIT_SCRATCH_BYTES},
    .components = components,
    .component_count = 1,
    .step_buffer = step,
    .step_bytes = MICROBIT_STEP,
    .work = work,
    .work_bytes = WORK_BYTES,
    .open_package = open_package,
    .close_package = close_package,
    .remove_package = remove_package,
    .event = on_event,
};

/* --- a boot -------------------------------------------------------------- */

__attribute__((noreturn)) static void stop(int error)
{
    SHARED->doing = MICROBIT_STOPPED;
    SHARED->error = error;
    startup_halt();
}

/* The first boot of a device. */
static int provision(void)
{
    if (FACTS->magic != MICROBIT_FACTS_MAGIC)
        return FFX_ERR_STATE;
    struct ffx_installed installed = {
        .size = FACTS->image_bytes,
        .sequence = FACTS->sequence,
    };
    struct ffx_public_key key;
    memcpy(installed.version, FACTS->version, sizeof installed.version);
    memcpy(installed.sha256, FACTS->image_sha256, FFX_SHA256_BYTES);
    memcpy(key.point, FACTS->key, FFX_PUBLIC_KEY_BYTES);
    const struct ffx_provision facts = {
        .model = FACTS->model,
        .sequence = FACTS->sequence,
        .installed = &installed,
        .keys = &key,
        .key_count = 1,
    };
    return ffx_agent_provision(&agent, &facts);
}

/* An update that was asked for is the agent's from now on. */
static void take_request(void)
{
    static const uint32_t taken = 0;
    if (!is_requested() || REQUEST->taken != ERASED)
        return;
    if (!ffx_agent_pending(&agent) && ffx_agent_request(&agent) != 0)
        return;
    (void)microbit_flash.program(NULL, (uint32_t)(uintptr_t)&REQUEST->taken,
                                 &taken, sizeof taken);
}

static int has_no_application(void)
{
    const int status = ffx_agent_status(&agent);
    return status >= FFX_STATUS_UPDATING_MODEM &&
           status <= FFX_STATUS_FAILED_AP;
}

/* Nobody else could ask for it again: the line was noisy, or the module away,
 * or a page did not take its bytes. */
static void recover(void)
{
    const uint32_t begin = microbit_now_ms();
    SHARED->doing = MICROBIT_RECOVERS;
    while (microbit_now_ms() - begin < RECOVERY_PAUSE_MS)
        continue;
    (void)ffx_agent_request(&agent);
}

__attribute__((noreturn)) static void start_application(void)
{
    const uint32_t *const vectors = (const uint32_t *)MICROBIT_SLOT;
    SHARED->doing = MICROBIT_APPLICATION;
    SHARED->vectors = MICROBIT_SLOT;
    microbit_leave(vectors);
}

int main(void)
{
    microbit_stack_paint();
    memset(SHARED, 0, sizeof *SHARED);
    SHARED->vectors = (uint32_t)(uintptr_t)microbit_boot_vectors;
    SHARED->doing = MICROBIT_BOOTS;
    microbit_start();
    bearssl_crypto(&crypto, &crypto_config);
    int error = ffx_agent_init(&agent, &config);
    if (error == 0)
        error = ffx_agent_load(&agent);
    if (error == FFX_ERR_STATE)
        error = provision();
    if (error != 0)
        stop(error);
    take_request();
    if (ffx_agent_pending(&agent))
        (void)ffx_agent_run(&agent);
    while (has_no_application()) {
        recover();
        (void)ffx_agent_run(&agent);
    }
    show();
    start_application();
}
