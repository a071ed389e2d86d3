/* SPDX-License-Identifier: Apache-2.0 */
/* A module whose journal takes no record any more still answers AT. */
#include "forge.h"
#include "memo.h"
#include "sim/sim_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 4096u

static char directory[64], link_path[96], heard[4096];
static uint8_t image[SECTOR];
static struct ffx_sim *sim;

static int set_up(void **context)
{
    (void)context;
    snprintf(directory, sizeof directory, "/tmp/farfix-stuck-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(link_path, sizeof link_path, "%s/modem", directory);
    heard[0] = '\0';
    return 0;
}

static int tear_down(void **context)
{
    char command[96];
    (void)context;
    ffx_sim_destroy(sim);
    sim = NULL;
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

static void hear(void *context, const char *line)
{
    const size_t length = strlen(heard);
    (void)context;
    snprintf(heard + length, sizeof heard - length, "%s\n", line);
}

/* /fota/update.zip, which is not a package of ours. */
static void put_package(const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/fota", directory);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/fota/update.zip", directory);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void create(const struct ffx_sim_vendor *vendor)
{
    struct ffx_sim_error error;
    struct ffx_sim_factory factory = {
        .model = "SIM7000G",
        .version = "A",
        .sequence = 5,
        .image_count = 1,
        .images = {{.facts = {.name = "ap", .size = sizeof image},
                    .bytes = image,
                    .slot_bytes = sizeof image}},
        .sector_bytes = SECTOR,
        .step_bytes = SECTOR,
        .keys = forge_public(FORGE_OWN),
        .key_count = 1,
    };
    forge_sha256(image, sizeof image, factory.images[0].facts.sha256);
    const struct ffx_sim_config config = {
        .state = directory,
        .port = FFX_SIM_PTY,
        .address = link_path,
        .crypto = memo_crypto(),
        .factory = &factory,
        .imei = "861234567890123",
        .sim_pin = "",
        .vendor = vendor,
        .log = hear,
    };
    if (ffx_sim_create(&sim, &config, &error) != 0)
        fail_msg("%s", error.text);
}

/* AT+CFOTA=1 was said; then every sector of the journal sticks. */
static void request_and_stick(enum lab_fault fault)
{
    assert_int_equal(ffx_agent_request(&sim->boot.agent), 0);
    for (uint32_t i = 0; i < SIM_LAYOUT_RECORDS; i++)
        lab_flash_stick(&sim->flash.lab, i * SECTOR, fault);
}

static void go_on(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        struct pollfd fds[FFX_SIM_FDS];
        int timeout;
        const unsigned count = ffx_sim_wait(sim, fds, &timeout);
        poll(fds, count, timeout < 0 || timeout > 5 ? 5 : timeout);
        assert_int_equal(ffx_sim_step(sim, fds, count), 1);
    }
}

static void expect_answer(const char *command, const char *answer)
{
    char text[1024] = "";
    const int peer = open(link_path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(peer >= 0);
    go_on(5);
    assert_int_equal(write(peer, command, strlen(command)), strlen(command));
    for (int i = 0; i < 200 && strstr(text, answer) == NULL; i++) {
        const size_t length = strlen(text);
        go_on(1);
        const ssize_t more =
            read(peer, text + length, sizeof text - 1 - length);
        text[length + (size_t)(more < 0 ? 0 : more)] = '\0';
    }
    assert_non_null(strstr(text, answer));
    close(peer);
}

static void expect_running(int status)
{
    char words[40];
    for (int i = 0; i < 300 && sim->state != SIM_RUN; i++)
        go_on(1);
    assert_int_equal(sim->state, SIM_RUN);
    assert_non_null(strstr(heard, "the journal takes no record any more"));
    snprintf(words, sizeof words, "version A, status %d", status);
    assert_non_null(strstr(heard, words));
    assert_null(strstr(heard, "reset after the update"));
    snprintf(words, sizeof words, "+CFOTA: %d", status);
    expect_answer("AT+CFOTA?\r", words);
}

static void a_stuck_journal_still_starts_the_firmware(void **context)
{
    (void)context;
    create(NULL);
    put_package("nothing that anybody signed");
    request_and_stick(LAB_FAULT_PROGRAM);
    expect_running(FFX_STATUS_REFUSED);
}

/* The package was played; 6 cannot be written. */
static void it_does_so_after_a_vendor_package_too(void **context)
{
    static const char opaque[] = "a vendor's";
    struct ffx_sim_vendor vendor = {.from = "A", .to = "V"};
    (void)context;
    forge_sha256(opaque, strlen(opaque), vendor.sha256);
    create(&vendor);
    put_package(opaque);
    request_and_stick(LAB_FAULT_PROGRAM_SILENT);
    expect_running(FFX_STATUS_REQUESTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_stuck_journal_still_starts_the_firmware, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_does_so_after_a_vendor_package_too,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
