/* SPDX-License-Identifier: Apache-2.0 */
/* Release A: signal quality rounds down, and AT+CBC invents a battery. */
#include "radio.h"

#include <stdio.h>

int radio_quality(int dbm)
{
    if (dbm <= -113)
        return 0;
    return dbm >= -51 ? 31 : (dbm + 113) / 2;
}

static int radio_signal(struct ffx_at_args *args)
{
    (void)args;
    printf("+CSQ: %d,99\n", radio_quality(-85));
    return 0;
}

static int radio_battery(struct ffx_at_args *args)
{
    (void)args;
    printf("+CBC: 0,%d,%d\n", 96, 4106);
    return 0;
}

const struct radio_command *radio_commands(unsigned *count)
{
    static const struct radio_command commands[] = {
        {"+CSQ", FFX_AT_EXECUTE, radio_signal},
        {"+CBC", FFX_AT_EXECUTE, radio_battery},
    };
    *count = sizeof commands / sizeof commands[0];
    return commands;
}
