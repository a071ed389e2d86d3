/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual module's parts, and the ports of the command core over them. */
#ifndef FARFIX_SIM_PARTS_H
#define FARFIX_SIM_PARTS_H

#include "sim/sim_boot.h"
#include "sim/sim_clock.h"
#include "sim/sim_network.h"
#include "sim/sim_port.h"

/* Like the receive FIFO of a UART: what the core has not taken yet. */
#define SIM_INPUT_BYTES 4096u
#define SIM_TX_BYTES 16384u /* a power of two */

/*
 *        power cut
 *   OFF <-------------- UPDATE -------------------+
 *    |                   ^  |                     | the journal takes
 *    | off_ms    pending |  | done                | no record any more
 *    +-------> START ----+  +--> LEAVE --> START  |
 *               |  ^                              |
 *               v  | AT+CFOTA=1, AT+CFUN=1,1      |
 *               RUN <-----------------------------+
 */
enum sim_state { SIM_OFF, SIM_START, SIM_UPDATE, SIM_LEAVE, SIM_RUN };

struct ffx_sim {
    struct ffx_sim_config config;
    struct ffx_sim_cut cuts[FFX_SIM_CUTS]; /* config.cuts points here */
    struct sim_log log;
    struct sim_clock clock;
    struct sim_files files;
    struct sim_flash flash;
    struct sim_boot boot;
    struct sim_network network;
    struct sim_port port;
    struct ffx_module module;
    struct ffx_module_config module_config;

    enum sim_state state;
    int64_t due_ms;   /* when the state wants to be looked at; -1: never */
    int64_t spoke_ms; /* when the firmware last said something */
    int reset;        /* 0, or 1 + enum ffx_module_reset */
    int flow;         /* AT+IFC lets the module hold the TE back */
    int lost_input;   /* said so once */

    uint8_t input[SIM_INPUT_BYTES];
    uint32_t input_length;
    char line[FFX_AT_LINE_MAX + 1];
    uint8_t chunk[FFX_FILE_CHUNK_MAX];
    uint8_t tx[SIM_TX_BYTES];
};

/* The core's config: its ports reach the parts through the struct. */
void sim_parts_config(struct ffx_sim *sim);

#endif
