/* SPDX-License-Identifier: Apache-2.0 */
/* LTE bands of the SIM7000 family: EARFCN to MHz and back. */
#ifndef MODEM_BAND_H
#define MODEM_BAND_H

#include <stdint.h>

struct band {
    uint8_t number;
    uint32_t first_khz;   /* lowest downlink carrier */
    uint32_t first, last; /* downlink EARFCN */
    uint32_t duplex_khz;  /* downlink above uplink; 0: TDD */
    const char *region;
};

const struct band *band_list(uint32_t *count);
const struct band *band_of(uint32_t earfcn); /* null: no band of ours */
uint32_t band_downlink_khz(const struct band *band, uint32_t earfcn);

#endif
