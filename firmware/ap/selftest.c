/* SPDX-License-Identifier: Apache-2.0 */
/* The agent works on a piece of RAM that obeys flash rules: a factory record,
 * a request, a reset, and a package that must be refused. */
#include "selftest.h"

#include "board.h"
#include "sha256.h"

#include <farfix/agent.h>
#include <farfix/error.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 4096u
#define SECTORS 4u /* journal, journal, scratch, slot */

static uint8_t *flash_bytes;

static int flash_read(void *context, uint32_t address, void *buffer,
                      uint32_t length)
{
    (void)context;
    memcpy(buffer, flash_bytes + address, length);
    return 0;
}

/* Programming clears bits and never sets one. */
static int flash_program(void *context, uint32_t address, const void *data,
                         uint32_t length)
{
    (void)context;
    for (uint32_t i = 0; i < length; i++) {
        if (flash_bytes[address + i] != 0xff)
            return FFX_ERR_FLASH;
        flash_bytes[address + i] = ((const uint8_t *)data)[i];
    }
    return 0;
}

static int flash_erase(void *context, uint32_t address)
{
    (void)context;
    memset(flash_bytes + address, 0xff, SECTOR);
    return 0;
}

static const struct ffx_flash_region regions[] = {{SECTOR, SECTORS}};
static const struct ffx_flash flash = {
    .read = flash_read,
    .program = flash_program,
    .erase = flash_erase,
    .regions = regions,
    .region_count = 1,
    .write_unit = 4,
    .erased_value = 0xff,
};

static const char foreign[] = "PK\3\4 this is nobody's package, and unsigned";

static int foreign_read(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    (void)context;
    memcpy(buffer, foreign + offset, length);
    return 0;
}

static int package_open(void *context, struct ffx_read_at *file)
{
    (void)context;
    *file = (struct ffx_read_at){.read = foreign_read, .size = sizeof foreign};
    return 0;
}

static void package_leave(void *context)
{
    (void)context;
}

static int boot(struct ffx_agent *agent, void *step)
{
    static const struct ffx_component component = {
        .name = "app",
        .slot = {3 * SECTOR, SECTOR},
        .updating = FFX_STATUS_UPDATING_AP,
        .failed = FFX_STATUS_FAILED_AP,
    };
    const struct ffx_agent_config config = {
        .flash = &flash,
        .crypto = &sha256_crypto,
        .journal = {{0, SECTOR}, {SECTOR, SECTOR}},
        .scratch = {2 * SECTOR, SECTOR},
        .components = &component,
        .component_count = 1,
        .step_buffer = step,
        .step_bytes = SECTOR,
        .open_package = package_open,
        .close_package = package_leave,
        .remove_package = package_leave,
    };
    const int error = ffx_agent_init(agent, &config);
    return error != 0 ? error : ffx_agent_load(agent);
}

static int provision(struct ffx_agent *agent)
{
    struct ffx_installed installed = {.size = SECTOR, .sequence = 1};
    struct ffx_sha256 hash;
    const struct ffx_public_key key = {.point = {4}};
    const struct ffx_provision facts = {
        .model = "SIM7000G",
        .sequence = 1,
        .installed = &installed,
        .keys = &key,
        .key_count = 1,
    };
    strncpy(installed.version, board_release, FFX_VERSION_MAX);
    sha256_crypto.sha256_start(NULL, &hash);
    sha256_crypto.sha256_update(NULL, &hash, flash_bytes + 3 * SECTOR, SECTOR);
    sha256_crypto.sha256_finish(NULL, &hash, installed.sha256);
    return ffx_agent_provision(agent, &facts);
}

static int report(const char *what, int is, int expected)
{
    printf("+SELFTEST: \"%s\",%d,\"%s\"\n", what, is,
           is == expected ? "right" : "WRONG");
    return is == expected ? 0 : -1;
}

static int digest_of_abc(void)
{
    static const uint8_t expected[4] = {0xba, 0x78, 0x16, 0xbf};
    struct ffx_sha256 hash;
    uint8_t digest[FFX_SHA256_BYTES];
    sha256_crypto.sha256_start(NULL, &hash);
    sha256_crypto.sha256_update(NULL, &hash, "abc", 3);
    sha256_crypto.sha256_finish(NULL, &hash, digest);
    return memcmp(digest, expected, sizeof expected);
}

static int walk(struct ffx_agent *agent, void *step)
{
    int bad = report("digest", digest_of_abc(), 0);
    bad |= report("blank flash", boot(agent, step), FFX_ERR_STATE);
    bad |= report("factory record", provision(agent), 0);
    bad |= report("boot", boot(agent, step), 0);
    bad |= report("idle", ffx_agent_status(agent), FFX_STATUS_IDLE);
    bad |= report("request", ffx_agent_request(agent), 0);
    bad |= report("boot with a request", boot(agent, step), 0);
    bad |= report("update", ffx_agent_run(agent), 0);
    bad |= report("refused", ffx_agent_status(agent), FFX_STATUS_REFUSED);
    bad |= report("boot after it", boot(agent, step), 0);
    bad |= report("clear", ffx_agent_clear(agent), 0);
    return bad | report("idle again", ffx_agent_status(agent), FFX_STATUS_IDLE);
}

int selftest_run(void)
{
    struct ffx_agent *const agent = malloc(sizeof *agent);
    void *const step = malloc(SECTOR);
    int bad = -1;
    flash_bytes = malloc(SECTORS * SECTOR);
    if (agent != NULL && step != NULL && flash_bytes != NULL) {
        memset(flash_bytes, 0xff, SECTORS * SECTOR);
        bad = walk(agent, step);
    }
    free(flash_bytes);
    free(step);
    free(agent);
    return bad;
}
