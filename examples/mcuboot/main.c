/* SPDX-License-Identifier: Apache-2.0 */
/* What runs in slot 0 makes B in slot 1 from a package, and marks it for
 * MCUboot. Board and flash are those of ports/template. */
#include "fetch.h"

#include <farfix/slot.h>
#include <template/template_port.h>

#define SLOT_1 0x44000u /* in board_flash */
#define SLOT_BYTES 0x38000u

extern uint8_t slot_0[SLOT_BYTES];              /* by the linker script */
extern const struct ffx_public_key release_key; /* docs/doors.md */
extern const char running_version[];            /* as in release.ini */
extern const uint32_t running_sequence;

static uint8_t step[16384], work[32768] __attribute__((aligned(8)));
static struct ffx_slot slot;

/* On trial: B calls boot_write_img_confirmed() once it is content. */
static const struct ffx_slot_mcuboot mcuboot = {.permanent = 0};

int main(void)
{
    struct ffx_slot_config config = {
        .crypto = &board_crypto,
        .trusted = &release_key,
        .trusted_count = 1,
        .model = "BOARD-1",
        .version = running_version,
        .sequence = running_sequence,
        .component = "app",
        .source = {read_memory, slot_0, SLOT_BYTES},
        .flash = &board_flash,
        .target = {SLOT_1, SLOT_BYTES},
        .step_buffer = step,
        .step_bytes = sizeof step,
        .work = work,
        .work_bytes = sizeof work,
    };
    if (fetch(&config.package) != FFX_CAUSE_FETCHED)
        return 1;
    config.reserve = (uint32_t)ffx_slot_mcuboot_trailer(&board_flash, &mcuboot);
    int rc = ffx_slot_begin(&slot, &config);
    if (rc == FFX_OK)
        rc = ffx_slot_run(&slot);
    if (rc == FFX_OK)
        rc = ffx_slot_mcuboot_pending(&slot, &mcuboot);
    return rc; /* FFX_OK: reset, and MCUboot boots B */
}
