/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual module's parts, and the ports of the command core over them. */
#ifndef FARFIX_SIM_PARTS_H
#define FARFIX_SIM_PARTS_H

#include "sim/sim_boot.h"
#include "sim/sim_clock.h"
#include "sim/sim_faults.h"
#include "sim/sim_line.h"
#include "sim/sim_network.h"

#define SIM_TX_BYTES 4096u /* a power of two */

/*
 *        power cut
 *   OFF <-------------- UPDATE -------------------+
 *    |                   ^  |                     | the journal takes
 *    | off_ms    pending |  | done                | no record any more
 *    +-------> START ----+  +--> LEAVE --> START  |
 *               |  ^                              |
 *               v  | AT+CFOTA=1, AT+CFUN=1,1      |
 *               RUN <-----------------------------+
 *
 * HUNG follows a fault in any of them; only a power cut ends it.
 */
enum sim_state { SIM_OFF, SIM_START, SIM_UPDATE, SIM_LEAVE, SIM_RUN, SIM_HUNG };

/* What a fault makes of the answer to one command line. It stands in the
 * core's tx from `from` to `to`, counted as the core counts: from the command's
 * end to that of its final result. */
struct sim_answer {
    uint8_t lost; /* nothing of it is said */
    uint8_t bare; /* only its final result is */
    uint8_t late; /* it is said at late_us */
    uint8_t open; /* the final result is not there yet */
    uint32_t from, to;
    int64_t late_us;
};

/* What happened to RTS and CTS. */
enum sim_flow { SIM_FLOW_WORKS, SIM_FLOW_IGNORED, SIM_FLOW_STUCK };

/* One AT port: its line, and what became of its answers. */
struct sim_wire {
    struct ffx_sim *sim;
    struct sim_line line;
    char command[FFX_AT_LINE_MAX + 1];
    uint8_t tx[SIM_TX_BYTES];
    int flow;        /* AT+IFC lets the module hold the TE back */
    int told;        /* that bytes were lost */
    int stuck;       /* everything is swallowed */
    uint32_t expect; /* CFSWFILE's next length; 0: as it was told */
    struct sim_answer answer;
};

/* What a fault does to the transfer in hand. */
struct sim_trial {
    const struct sim_fault *fault; /* null: nothing */
    struct sim_fault copy;         /* `fault` points here */
    int64_t since_ms, limit_ms;    /* all tries together */
    int is_ftp;
    int over;   /* `progress` is the answer, whatever the network says */
    int stores; /* the network makes a file of it */
    int busy;   /* so the core was told */
    int drops_pdp;
    struct ffx_module_progress progress;
    int dir;
    char name[FFX_FILE_NAME_MAX + 1];
};

/* What stays as it is through a reset: the world around the module. */
struct sim_air {
    uint8_t signal, network; /* as CSQ and CREG count */
    uint8_t dtr;             /* 1: high */
    uint8_t percent;
    uint16_t millivolts;
    uint32_t damage; /* enum ffx_module_damage */
    uint32_t bugs;   /* enum ffx_module_bug */
    uint32_t baud;   /* with baud_due: the UART comes up at it, once */
    uint8_t baud_due;
    uint8_t flow;    /* enum sim_flow */
    uint32_t time_s; /* the network's clock at time_ms; 0: nobody moved it */
    int64_t time_ms;
};

/* An SMS that the network keeps until the module takes it. */
struct sim_mail {
    char from[FFX_SMS_FROM_MAX + 4];
    char text[SIM_FAULT_TEXT];
};
#define SIM_MAILS 8u

struct ffx_sim {
    struct ffx_sim_config config;
    struct sim_log log;
    struct sim_clock clock;
    struct sim_files files;
    struct sim_flash flash;
    struct sim_boot boot;
    struct sim_network network;
    struct sim_wire wires[FFX_MODULE_PORTS];
    uint32_t wire_count;
    struct ffx_module module;
    struct ffx_module_config module_config;

    enum sim_state state;
    int64_t due_ms;   /* when the state wants to be looked at; -1: never */
    int64_t spoke_ms; /* when the firmware last said something */
    int reset;        /* 0, or 1 + enum ffx_module_reset */
    int64_t reset_ms; /* when it goes although the line is not empty */

    struct sim_faults faults;
    int doom; /* 0, or SIM_RESET, SIM_CUT, SIM_HANG: in the next moment */
    int64_t doom_ms; /* it waits so long for bytes that were said before */
    int64_t start_ms;
    struct sim_trial trial;
    struct sim_air air;
    struct sim_mail mails[SIM_MAILS];
    uint32_t mail_count;
    int64_t mail_ms;           /* when the first is tried again */
    uint8_t low[FFX_SIM_PINS]; /* 1: the pin is low */

    uint8_t chunk[FFX_FILE_CHUNK_MAX];
};

/* The core's config: its ports reach the parts through the struct. */
void sim_parts_config(struct ffx_sim *sim);

/* A pin moves, or stays: the trace and ffx_sim_pin show it. */
void sim_pin_set(struct ffx_sim *sim, enum ffx_sim_pin pin, int low);

/* --- sim_power.c: one step of the state in hand -------------------------- */

/* 1: go on, as ffx_sim_step. */
int sim_power_step(struct ffx_sim *sim);
int sim_power_up(struct ffx_sim *sim);
/* The core has said its last word. */
void sim_power_leave(struct ffx_sim *sim, enum ffx_module_reset kind);
/* Everything that can be sent now was: last words that have left end the wait
 * for them. */
void sim_power_sent(struct ffx_sim *sim);

/* --- sim_wire.c ---------------------------------------------------------- */

void sim_wire_receive(struct ffx_sim *sim, uint32_t wire);
/* RUN: what came goes to the core. */
void sim_wire_feed(struct ffx_sim *sim, uint32_t wire);
void sim_wire_send(struct ffx_sim *sim, uint32_t wire);
/* It hears nothing: it is off, updates itself, or is about to boot. */
int sim_wire_deaf(const struct ffx_sim *sim);
/* Everything that was said has left. */
int sim_wire_silent(struct ffx_sim *sim);
/* Power is gone, or the module is reset in mid-sentence. */
void sim_wire_clear(struct ffx_sim *sim);
/* Another firmware speaks: what was planned for the old one's answers. */
void sim_wire_forget(struct ffx_sim *sim);
/* The core has said the final result, `length` bytes. */
void sim_wire_answered(struct ffx_sim *sim, uint32_t wire, uint32_t length);
unsigned sim_wire_wait(struct ffx_sim *sim, uint32_t wire, struct pollfd *fds,
                       int *timeout_ms);

/* --- sim_trouble.c: faults, as they happen ------------------------------- */

/* A fault happens. `wire`: on which AT port. */
void sim_trouble(struct ffx_sim *sim, const struct sim_fault *fault,
                 uint32_t wire);
/* All faults of a trigger that has happened once more. */
void sim_trouble_count(struct ffx_sim *sim, enum sim_trigger trigger,
                       uint32_t wire);
void sim_trouble_reach(struct ffx_sim *sim, enum sim_trigger trigger,
                       uint64_t value);
/* The firmware starts: what a reset does not heal. */
void sim_trouble_boot(struct ffx_sim *sim);
void sim_trouble_booted(struct ffx_sim *sim);
/* Delivers what waits. */
void sim_trouble_mail(struct ffx_sim *sim);
/* The core has a command line. 1: it was never heard. */
int sim_trouble_line(struct ffx_sim *sim, uint32_t wire);
/* A file is about to be written. FFX_OK, FFX_ERR_IO, FFX_ERR_SPACE. */
int sim_trouble_write(struct ffx_sim *sim);

/* --- sim_trial.c: the transfer in hand, and what a fault makes of it ----- */

int sim_trial_start(struct ffx_sim *sim,
                    const struct ffx_module_transfer *transfer);
void sim_trial_progress(struct ffx_sim *sim,
                        struct ffx_module_progress *progress);
void sim_trial_cancel(struct ffx_sim *sim);

#endif
