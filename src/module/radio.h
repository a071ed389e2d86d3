/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIM, registration and bearers over a network that does what the host says:
 * one operator, one address at a time, fixed delays.
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
    RADIO_SIM_BLOCKED, /* ten wrong PUKs: for good */
    RADIO_SIM_READY
};

enum radio_bearer { RADIO_OFF, RADIO_ON, RADIO_OPENING };

/* <stat> of CREG (manual 3.2.18). */
enum radio_stat {
    RADIO_GONE,
    RADIO_HOME,
    RADIO_SEARCHING,
    RADIO_DENIED,
    RADIO_UNKNOWN,
    RADIO_ROAMING,
    RADIO_SMS_ONLY /* not in the manual; a SIM7000G showed it */
};

/* Access technologies as COPS numbers them. */
enum radio_act { RADIO_GSM = 0, RADIO_CAT_M = 7, RADIO_NB_IOT = 9 };

/* One member of the family (note, "Scope"). */
struct radio_model {
    const char *model;
    uint8_t nb_only;  /* E-N, C-N: neither Cat-M1 nor EGPRS */
    const char *band; /* LTE band of its home market, for CPSI */
};

/* Operator and first address that the network shows: the note's examples. */
#define RADIO_OPERATOR "CHN-CT"
#define RADIO_PLMN "46011"
#define RADIO_NO_ADDRESS "0.0.0.0"
#define RADIO_NO_SIGNAL 99u

void radio_boot(struct ffx_module *module);
void radio_poll(struct ffx_module *module);

const struct radio_model *radio_model(const struct ffx_module *module);
int radio_act(const struct ffx_module *module);
const char *radio_sim_text(int sim);
int radio_attached(const struct ffx_module *module);
/* Attached, and the network lets it send data. */
int radio_gives_bearer(const struct ffx_module *module);
/* On, but neither a network nor a signal: much answers ERROR then. */
int radio_is_lost(const struct ffx_module *module);
/* COMMAND_OK, or CME 10, 11, 12, 13, 14, 797 as SIM and CFUN stand. */
int radio_need_sim(const struct ffx_module *module);
/* "1", or with more detail as n of CREG, CGREG, CEREG asks. */
void radio_put_registration(const struct ffx_module *module,
                            struct ffx_at_text *out, uint8_t which);
/* ,"10.94.36.44", or 0.0.0.0 */
void radio_put_address(const struct ffx_module *module, struct ffx_at_text *out,
                       int on);
/* 1: CGACT and CGPADDR show this cid as active. */
int radio_context_is_active(const struct ffx_module *module, uint32_t cid);

/* Something registration depends on has changed: settles everything that
 * follows from it, URCs included. */
void radio_update(struct ffx_module *module);
/* The network takes every bearer away. */
void radio_drop_bearers(struct ffx_module *module);
/* They are gone, and nobody said so. */
void radio_forget_bearers(struct ffx_module *module);
void radio_unlock(struct ffx_module *module);
void radio_set_function(struct ffx_module *module, uint8_t function);
void radio_open(struct ffx_module *module, uint32_t pdn, uint8_t mode);
void radio_close(struct ffx_module *module, uint32_t pdn);
/* The application network (CNACT): one is on; one is about to be. */
int radio_app_is_on(const struct ffx_module *module);
int radio_app_is_opening(const struct ffx_module *module);
/* 1 when FTP may use the network (D11). */
int radio_ftp_bearer(const struct ffx_module *module);

#endif
