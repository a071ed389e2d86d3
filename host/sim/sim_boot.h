/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot stage: runs the update agent when there is work, and prints what
 * the note shows meanwhile (chapter 5.3). It is never updated itself.
 *
 *   sim_boot_power_up -> pending? -> sim_boot_begin -> sim_boot_step ... 0
 */
#ifndef FARFIX_SIM_BOOT_H
#define FARFIX_SIM_BOOT_H

#include "sim/sim_faults.h"
#include "sim/sim_flash.h"
#include "sim/sim_log.h"

/* Lines for the TE; what finds no room is lost, as on a line that nobody
 * reads: an update does not wait for a listener. */
#define SIM_BOOT_OUT 2048u

/* May not be moved while open. */
struct sim_boot {
    const struct ffx_sim_config *config;
    struct sim_files *files;
    struct sim_flash *flash;
    struct sim_log log;
    struct sim_faults *faults;
    struct ffx_agent agent;
    struct ffx_agent_config agent_config;
    struct ffx_component components[FFX_COMPONENTS];
    uint8_t *step_buffer, *work;
    int package;  /* descriptor of update.zip, or -1 */
    int watchdog; /* the planned cut is a reset */
    int playing;  /* a vendor package: its percentage, or -1 */
    uint32_t percent;
    struct {
        char text[SIM_BOOT_OUT];
        uint32_t length;
    } out[FFX_MODULE_PORTS]; /* the same on each */
};

/* FFX_ERR_GEOMETRY, FFX_ERR_SPACE with `error` filled in; closes nothing of
 * the caller's. */
int sim_boot_open(struct sim_boot *boot, const struct ffx_sim_config *config,
                  struct sim_files *files, struct sim_flash *flash,
                  struct sim_faults *faults, struct ffx_sim_error *error);
void sim_boot_close(struct sim_boot *boot);

/* A device that leaves the factory: images and first record. */
int sim_boot_provision(struct sim_boot *boot,
                       const struct ffx_sim_factory *factory);

/* Supply on, or a reset: reads the newest record. FFX_ERR_STATE. */
int sim_boot_power_up(struct sim_boot *boot);
/* 1: an update was asked for, or is unfinished. */
int sim_boot_pending(const struct sim_boot *boot);
/* The update begins or goes on; the next planned cut is armed. */
void sim_boot_begin(struct sim_boot *boot);
/* One piece of work. 1: call again; 0: done, reset; FFX_ERR_POWER: the supply
 * failed, or with `watchdog` the module is reset in mid-operation. */
int sim_boot_step(struct sim_boot *boot);

/* Bytes for the TE on a port, and how many went out. */
const uint8_t *sim_boot_tx(const struct sim_boot *boot, uint32_t port,
                           uint32_t *length);
void sim_boot_tx_ack(struct sim_boot *boot, uint32_t port, uint32_t length);

/* What AT+GMR names: the version of `ap`, or of the last component. */
const char *sim_boot_version(const struct sim_boot *boot);

#endif
