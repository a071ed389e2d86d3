/* SPDX-License-Identifier: Apache-2.0 */
/* Release B: signal quality rounds to the nearest, AT+CPSI tells the cell,
 * and the battery that was never measured is gone. */
#include "radio.h"

#include "band.h"

#include <inttypes.h>
#include <stdio.h>

int radio_quality(int dbm)
{
    const int steps = (dbm + 114) >> 1;
    if (steps < 0)
        return 0;
    return steps > 31 ? 31 : steps;
}

static int radio_signal(struct ffx_at_args *args)
{
    (void)args;
    printf("+CSQ: %d,99\n", radio_quality(-85));
    return 0;
}

static int radio_cell(struct ffx_at_args *args)
{
    const uint32_t earfcn = 3736;
    const struct band *band = band_of(earfcn);
    const uint32_t khz = band_downlink_khz(band, earfcn);
    (void)args;
    printf("+CPSI: LTE CAT-M1,Online,460-00,0x1806,27593484,257,"
           "EUTRAN-BAND%u,%" PRIu32 ",%" PRIu32 ".%" PRIu32 " MHz\n",
           band->number, earfcn, khz / 1000, khz % 1000 / 100);
    return 0;
}

const struct radio_command *radio_commands(unsigned *count)
{
    static const struct radio_command commands[] = {
        {"+CSQ", FFX_AT_EXECUTE, radio_signal},
        {"+CPSI", FFX_AT_READ, radio_cell},
    };
    *count = sizeof commands / sizeof commands[0];
    return commands;
}
