/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_boot.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACKAGE "update.zip"

/* How long playing one percent of a vendor package takes: ten seconds in
 * all. */
#define PLAY_US 100000u

/* --- what the TE sees ---------------------------------------------------- */

static void print(struct sim_boot *boot, const char *text)
{
    const size_t length = strlen(text) + 4;
    for (uint32_t port = 0; port < FFX_MODULE_PORTS; port++) {
        char *end = boot->out[port].text + boot->out[port].length;
        const size_t room = SIM_BOOT_OUT - boot->out[port].length;
        if (length >= room)
            continue;
        snprintf(end, room, "\r\n%s\r\n", text);
        boot->out[port].length += (uint32_t)length;
    }
}

static void print_percent(struct sim_boot *boot, uint32_t percent)
{
    char text[40];
    boot->percent = percent;
    snprintf(text, sizeof text, "+CFOTA: \"Updating\",%u", (unsigned)percent);
    print(boot, text);
}

static void started(struct sim_boot *boot)
{
    sim_log(&boot->log, "update begins at version %s", sim_boot_version(boot));
    print(boot, "+CFOTA: \"Start to update\"");
}

static void succeeded(struct sim_boot *boot)
{
    sim_log(&boot->log, "update done: version %s", sim_boot_version(boot));
    print(boot, "+CFOTA: \"Update successfully, please wait for reset\"");
}

static void failed(struct sim_boot *boot, int error, int status)
{
    sim_log(&boot->log, "update %s: %s (status %d)",
            status == FFX_STATUS_REFUSED ? "refused" : "failed",
            ffx_error_text(error), status);
    print(boot, "+CFOTA: \"Update failed, please wait for reset\"");
}

static void on_event(void *context, const struct ffx_agent_event *event)
{
    struct sim_boot *boot = context;
    switch (event->kind) {
    case FFX_AGENT_STARTED:
        started(boot);
        break;
    case FFX_AGENT_PROGRESS:
        print_percent(boot, event->percent);
        break;
    case FFX_AGENT_SUCCEEDED:
        succeeded(boot);
        break;
    case FFX_AGENT_FAILED:
        failed(boot, event->error, event->status);
        break;
    }
}

const uint8_t *sim_boot_tx(const struct sim_boot *boot, uint32_t port,
                           uint32_t *length)
{
    *length = boot->out[port].length;
    return (const uint8_t *)boot->out[port].text;
}

void sim_boot_tx_ack(struct sim_boot *boot, uint32_t port, uint32_t length)
{
    boot->out[port].length -= length;
    memmove(boot->out[port].text, boot->out[port].text + length,
            boot->out[port].length);
}

/* --- the package --------------------------------------------------------- */

static int read_package(void *context, uint32_t offset, void *buffer,
                        uint32_t length)
{
    const struct sim_boot *boot = context;
    return pread(boot->package, buffer, length, (off_t)offset) ==
                   (ssize_t)length
               ? FFX_OK
               : FFX_ERR_IO;
}

static void close_package(void *context)
{
    struct sim_boot *boot = context;
    if (boot->package >= 0)
        close(boot->package);
    boot->package = -1;
}

static int open_package(void *context, struct ffx_read_at *file)
{
    struct sim_boot *boot = context;
    struct stat facts;
    close_package(boot);
    boot->package = sim_files_open_file(boot->files, FFX_DIR_FOTA, PACKAGE);
    if (boot->package < 0 || fstat(boot->package, &facts) != 0)
        return FFX_ERR_NO_PACKAGE;
    *file = (struct ffx_read_at){
        .read = read_package, .context = boot, .size = (uint32_t)facts.st_size};
    return FFX_OK;
}

static void remove_package(void *context)
{
    const struct sim_boot *boot = context;
    sim_files_remove(boot->files, FFX_DIR_FOTA, PACKAGE);
}

/* --- a vendor's package -------------------------------------------------- */

static int package_digest(struct sim_boot *boot,
                          uint8_t digest[FFX_SHA256_BYTES])
{
    const struct ffx_crypto *crypto = boot->config->crypto;
    struct ffx_sha256 hash;
    struct ffx_read_at file;
    uint32_t at = 0;
    int result = open_package(boot, &file);
    if (result == FFX_OK)
        result = crypto->sha256_start(crypto->context, &hash);
    while (result == FFX_OK && at < file.size) {
        uint8_t part[4096];
        const uint32_t length =
            file.size - at < sizeof part ? file.size - at : sizeof part;
        result = ffx_read_at(&file, at, part, length);
        if (result == FFX_OK)
            result =
                crypto->sha256_update(crypto->context, &hash, part, length);
        at += length;
    }
    close_package(boot);
    return result != FFX_OK
               ? result
               : crypto->sha256_finish(crypto->context, &hash, digest);
}

static int is_vendor_package(struct sim_boot *boot)
{
    const struct ffx_sim_vendor *vendor = boot->config->vendor;
    uint8_t digest[FFX_SHA256_BYTES];
    return vendor != NULL &&
           ffx_agent_status(&boot->agent) == FFX_STATUS_REQUESTED &&
           package_digest(boot, digest) == FFX_OK &&
           memcmp(digest, vendor->sha256, sizeof digest) == 0;
}

static int finish_vendor(struct sim_boot *boot, int error)
{
    const int result =
        ffx_agent_finish_vendor(&boot->agent, boot->config->vendor->to, error);
    boot->playing = -1;
    /* Nothing was written: a reset would play it once more, and so on. */
    if (result == FFX_ERR_POWER || result == FFX_ERR_FLASH)
        return result;
    if (result != FFX_OK || error != FFX_OK) {
        failed(boot, error != FFX_OK ? error : result, FFX_STATUS_REFUSED);
        return 0;
    }
    remove_package(boot);
    succeeded(boot);
    return 0;
}

static int play_vendor(struct sim_boot *boot)
{
    const struct ffx_sim_vendor *vendor = boot->config->vendor;
    if (vendor->model[0] != '\0' &&
        strcmp(vendor->model, ffx_agent_state(&boot->agent)->model) != 0)
        return finish_vendor(boot, FFX_ERR_MODEL);
    if (strcmp(vendor->from, sim_boot_version(boot)) != 0)
        return finish_vendor(boot, FFX_ERR_SOURCE);
    boot->flash->lab.spent_us += PLAY_US;
    print_percent(boot, (uint32_t)boot->playing);
    if (boot->playing++ < 100)
        return 1;
    return finish_vendor(boot, FFX_OK);
}

/* --- opening ------------------------------------------------------------- */

static void set_components(struct sim_boot *boot)
{
    const struct sim_layout *layout = &boot->flash->layout;
    for (uint32_t i = 0; i < layout->slot_count; i++) {
        const int modem = strcmp(layout->slots[i].name, "modem") == 0;
        boot->components[i] = (struct ffx_component){
            .name = layout->slots[i].name,
            .slot = sim_layout_slot(layout, i),
            .updating =
                modem ? FFX_STATUS_UPDATING_MODEM : FFX_STATUS_UPDATING_AP,
            .failed = modem ? FFX_STATUS_FAILED_MODEM : FFX_STATUS_FAILED_AP};
    }
}

static void set_agent_config(struct sim_boot *boot)
{
    const struct sim_layout *layout = &boot->flash->layout;
    boot->agent_config =
        (struct ffx_agent_config){.flash = &boot->flash->lab.port,
                                  .crypto = boot->config->crypto,
                                  .journal = sim_layout_journal(layout),
                                  .scratch = sim_layout_scratch(layout),
                                  .components = boot->components,
                                  .component_count = layout->slot_count,
                                  .step_buffer = boot->step_buffer,
                                  .step_bytes = layout->step_bytes,
                                  .work = boot->work,
                                  .work_bytes = layout->ram_bytes,
                                  .open_package = open_package,
                                  .close_package = close_package,
                                  .remove_package = remove_package,
                                  .event = on_event,
                                  .context = boot};
}

int sim_boot_open(struct sim_boot *boot, const struct ffx_sim_config *config,
                  struct sim_files *files, struct sim_flash *flash,
                  struct sim_faults *faults, struct ffx_sim_error *error)
{
    memset(boot, 0, sizeof *boot);
    boot->config = config;
    boot->files = files;
    boot->flash = flash;
    boot->faults = faults;
    boot->log = (struct sim_log){config->log, config->context};
    boot->package = boot->playing = -1;
    boot->step_buffer = malloc(flash->layout.step_bytes);
    boot->work = malloc(flash->layout.ram_bytes + 1u);
    if (boot->step_buffer == NULL || boot->work == NULL) {
        sim_boot_close(boot);
        return sim_error(error, FFX_ERR_SPACE, "no memory for one step");
    }
    set_components(boot);
    set_agent_config(boot);
    const int result = ffx_agent_init(&boot->agent, &boot->agent_config);
    if (result == FFX_OK)
        return FFX_OK;
    sim_boot_close(boot);
    return sim_error(error, result,
                     "the update agent cannot use the layout: "
                     "%s; change release.ini",
                     ffx_error_text(result));
}

void sim_boot_close(struct sim_boot *boot)
{
    close_package(boot);
    free(boot->step_buffer);
    free(boot->work);
    boot->step_buffer = boot->work = NULL;
}

int sim_boot_provision(struct sim_boot *boot,
                       const struct ffx_sim_factory *factory)
{
    struct ffx_installed installed[FFX_COMPONENTS] = {0};
    for (uint32_t i = 0; i < factory->image_count; i++) {
        const struct ffx_sim_image *image = &factory->images[i];
        const struct ffx_flash_area slot = boot->components[i].slot;
        lab_flash_put(&boot->flash->lab, slot.address, image->bytes,
                      image->facts.size);
        snprintf(installed[i].version, sizeof installed[i].version, "%s",
                 factory->version);
        installed[i].size = image->facts.size;
        installed[i].sequence = factory->sequence;
        memcpy(installed[i].sha256, image->facts.sha256, FFX_SHA256_BYTES);
    }
    const struct ffx_provision provision = {.model = factory->model,
                                            .sequence = factory->sequence,
                                            .installed = installed,
                                            .keys = factory->keys,
                                            .key_count = factory->key_count};
    return ffx_agent_provision(&boot->agent, &provision);
}

/* --- running ------------------------------------------------------------- */

int sim_boot_power_up(struct sim_boot *boot)
{
    close_package(boot);
    boot->playing = -1;
    for (uint32_t port = 0; port < FFX_MODULE_PORTS; port++)
        boot->out[port].length = 0;
    lab_flash_power_up(&boot->flash->lab);
    const int result = ffx_agent_init(&boot->agent, &boot->agent_config);
    return result != FFX_OK ? result : ffx_agent_load(&boot->agent);
}

int sim_boot_pending(const struct sim_boot *boot)
{
    return ffx_agent_pending(&boot->agent);
}

/* A watchdog's reset finds a flash part that ends its operation by itself. */
static void plan_cut(struct sim_boot *boot)
{
    uint32_t operation;
    const struct sim_fault *cut = sim_faults_flash(boot->faults, &operation);
    boot->watchdog = cut != NULL && cut->action == SIM_WATCHDOG;
    if (cut != NULL)
        lab_flash_cut(&boot->flash->lab, operation,
                      boot->watchdog ? LAB_TEAR_AFTER
                                     : (enum lab_tear)cut->value[0]);
}

void sim_boot_begin(struct sim_boot *boot)
{
    plan_cut(boot);
    sim_faults_rewind(boot->faults, SIM_ON_PERCENT);
    boot->percent = 0;
    boot->flash->lab.spent_us = 0;
    if (is_vendor_package(boot)) {
        boot->playing = 0;
        started(boot);
    }
}

int sim_boot_step(struct sim_boot *boot)
{
    const int result =
        boot->playing >= 0 ? play_vendor(boot) : ffx_agent_step(&boot->agent);
    if (result != FFX_ERR_POWER && result <= 0)
        lab_flash_cut(&boot->flash->lab, 0, LAB_TEAR_BEFORE);
    return result;
}

const char *sim_boot_version(const struct sim_boot *boot)
{
    const struct sim_layout *layout = &boot->flash->layout;
    uint32_t index = layout->slot_count - 1;
    for (uint32_t i = 0; i < layout->slot_count; i++)
        if (strcmp(layout->slots[i].name, "ap") == 0)
            index = i;
    return ffx_agent_state(&boot->agent)->installed[index].version;
}
