/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_factory.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int sim_factory_done(const struct sim_files *files)
{
    return faccessat(files->state, "flash.bin", F_OK, 0) == 0;
}

static int provision(struct sim_files *files, struct sim_flash *flash,
                     const struct ffx_sim_config *config,
                     struct ffx_sim_error *error)
{
    struct sim_boot *boot = malloc(sizeof *boot);
    if (boot == NULL)
        return sim_error(error, FFX_ERR_SPACE, "no memory for the module");
    int result = sim_boot_open(boot, config, files, flash, NULL, error);
    if (result == FFX_OK) {
        result = sim_boot_provision(boot, config->factory);
        if (result != FFX_OK)
            sim_error(error, result, "cannot make the module: %s",
                      ffx_error_text(result));
        sim_boot_close(boot);
    }
    free(boot);
    return result;
}

int sim_factory_make(struct sim_files *files,
                     const struct ffx_sim_config *config,
                     struct ffx_sim_error *error)
{
    struct sim_layout layout;
    struct sim_flash flash;
    char text[SIM_LAYOUT_TEXT_MAX];
    int result = sim_layout_of(&layout, config->factory, error);
    if (result == FFX_OK)
        result = sim_flash_open(&flash, &layout, config->state, "tmp/flash.bin",
                                1, error);
    if (result != FFX_OK)
        return result;
    result = provision(files, &flash, config, error);
    sim_flash_close(&flash);
    if (result != FFX_OK)
        return result;
    const uint32_t length = sim_layout_text(&layout, text);
    if (sim_files_save(files, "layout", text, length) != FFX_OK ||
        renameat(files->tmp, "flash.bin", files->state, "flash.bin") != 0)
        return sim_error(error, FFX_ERR_IO, "cannot write in %s",
                         config->state);
    return FFX_OK;
}

int sim_factory_layout(const struct sim_files *files, const char *directory,
                       struct sim_layout *layout, struct ffx_sim_error *error)
{
    char text[SIM_LAYOUT_TEXT_MAX];
    const uint32_t length = sim_files_load(files, "layout", text, sizeof text);
    if (sim_layout_parse(layout, text, length) == FFX_OK)
        return FFX_OK;
    return sim_error(error, FFX_ERR_STATE,
                     "%s/layout is missing or damaged; start afresh in a new "
                     "--state with --release and --trust",
                     directory);
}
