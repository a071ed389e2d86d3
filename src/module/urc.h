/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unsolicited result codes. They go to every port and wait in its queue until
 * no command line is in execution there, none is half typed and no raw data
 * flows: a URC never splits an answer.
 */
#ifndef FARFIX_MODULE_URC_H
#define FARFIX_MODULE_URC_H

#include <farfix/module.h>

enum urc_kind {
    URC_RDY,
    URC_CFUN, /* value: fun */
    URC_CPIN, /* value: enum radio_sim */
    URC_SMS_READY,
    URC_APP_PDP, /* value: 2 * pdn, + 1 when active */
    URC_SAPBR,   /* value: cid */
    URC_CREG,    /* value: which of CREG, CGREG, CEREG */
    URC_HTTPTOFS,
    URC_FTP_FILE,
    URC_FTP_SIZE,
    URC_SMS,        /* value: place of sms_store.h */
    URC_SMS_DIRECT, /* CMT; value: place */
    URC_DST,
    URC_PSUTTZ,  /* value: zone */
    URC_BATTERY, /* value: 1, 2 warning, 3, 4 power down; under, over */
    URC_PDP,     /* a context of CGACT */
    URC_FTP_RAM,
    URC_FTP_GET /* value: 1 data, 0 end, 61..80 */
};

/* An equal URC that still waits is replaced: the newest state comes last.
 * A queue that is full, since nobody reads its port, loses the oldest. */
void urc_push(struct ffx_module *module, enum urc_kind kind, uint8_t value);
/* Writes what may be written now. */
void urc_flush(struct ffx_module *module, struct ffx_module_port *port);

#endif
