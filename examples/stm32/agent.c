/* SPDX-License-Identifier: Apache-2.0 */
/* A boot loader's agent on an L476 of 1 MiB; it has the first 64 KiB, updates
 * what lies behind its own areas, and leaves crypto and package to you. */
#include <farfix/agent.h>
#include <farfix_stm32_flash.h>

extern const struct ffx_crypto board_crypto;
int board_open_package(void *context, struct ffx_read_at *file);
void board_close_package(void *context);
void board_remove_package(void *context);
uint32_t HAL_GetTick(void);

void NMI_Handler(void);
int update_application(void);
static struct farfix_stm32_flash flash;
static const struct farfix_stm32_flash_config part = {
    .bytes = 1024 * 1024,
    .banks = 2,
    .page_bytes = 2048,
    .now_ms = HAL_GetTick,
};
static const struct ffx_component components[] = {
    {"ap", {0x20000, 0xe0000}, FFX_STATUS_UPDATING_AP, FFX_STATUS_FAILED_AP},
};
static uint8_t step[8192], work[16384];
static struct ffx_agent agent;

void NMI_Handler(void)
{
    if (!farfix_stm32_flash_nmi())
        for (;;)
            ; /* something else: wait for the watchdog */
}

/* 0: ffx_agent_status says whether the application may be started. */
int update_application(void)
{
    static const struct ffx_agent_config config = {
        .flash = &flash.port,
        .crypto = &board_crypto,
        .journal = {0x10000, 8 * 2048},
        .scratch = {0x14000, 6 * sizeof step},
        .components = components,
        .component_count = 1,
        .step_buffer = step,
        .step_bytes = sizeof step,
        .work = work,
        .work_bytes = sizeof work,
        .open_package = board_open_package,
        .close_package = board_close_package,
        .remove_package = board_remove_package,
    };
    int rc = farfix_stm32_flash_init(&flash, &part);
    if (rc == 0)
        rc = ffx_agent_init(&agent, &config);
    if (rc == 0)
        rc = ffx_agent_load(&agent);
    return rc == 0 && ffx_agent_pending(&agent) ? ffx_agent_run(&agent) : rc;
}
