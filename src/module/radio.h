/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIM, registration and bearers of a module whose network always answers:
 * one operator, one address, fixed delays.
 *
 *   boot --RDY--+CFUN--> SIM answers --PIN?--> ready --fun 1--> registered
 *   registered --CNACT=1--> in operation --> on, or off with URC DEACTIVE
 */
#ifndef FARFIX_MODULE_RADIO_H
#define FARFIX_MODULE_RADIO_H

#include "module/command.h"

enum radio_sim {
    RADIO_SIM_OFF, /* CFUN=0, or still starting */
    RADIO_SIM_ABSENT,
    RADIO_SIM_PIN,
    RADIO_SIM_PUK,
    RADIO_SIM_READY
};

enum radio_bearer { RADIO_OFF, RADIO_ON, RADIO_OPENING };

/* Access technologies as COPS numbers them. */
enum radio_act { RADIO_GSM = 0, RADIO_CAT_M = 7, RADIO_NB_IOT = 9 };

/* One member of the family (note, "Scope"). */
struct radio_model {
    const char *model;
    uint8_t nb_only;  /* E-N, C-N: neither Cat-M1 nor EGPRS */
    const char *band; /* LTE band of its home market, for CPSI */
};

/* Operator and address that the network shows: the note's examples. */
#define RADIO_OPERATOR "CHN-CT"
#define RADIO_PLMN "46011"
#define RADIO_ADDRESS "10.94.36.44"

void radio_boot(struct ffx_module *module);
void radio_poll(struct ffx_module *module);

const struct radio_model *radio_model(const struct ffx_module *module);
int radio_act(const struct ffx_module *module);
const char *radio_sim_text(int sim);
int radio_attached(const struct ffx_module *module);
/* Attached, and the network lets it send data. */
int radio_gives_bearer(const struct ffx_module *module);
/* COMMAND_OK, or CME 10, 11, 12, 14, 797 as SIM and CFUN stand. */
int radio_need_sim(const struct ffx_module *module);
/* "1", or with more detail as n of CREG, CGREG, CEREG asks. */
void radio_put_registration(const struct ffx_module *module,
                            struct ffx_at_text *out, uint8_t which);

/* Something registration depends on has changed: settles everything that
 * follows from it, URCs included. */
void radio_update(struct ffx_module *module);
void radio_unlock(struct ffx_module *module);
void radio_set_function(struct ffx_module *module, uint8_t function);
void radio_open(struct ffx_module *module, uint8_t mode);
void radio_close(struct ffx_module *module);
/* 1 when FTP may use the network: CNACT or any SAPBR bearer (D11). */
int radio_any_bearer(const struct ffx_module *module);

#endif
