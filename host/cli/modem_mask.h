/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a dialogue with a module must not tell others: IMEI, ICCID, IMSI, phone
 * numbers, positions, addresses, times, logins, PINs. Each becomes a
 * placeholder of tests/wire, {imei} {n} {position} {ip} {time}, or {pin} {user}
 * {password} {apn_user} {apn_password}, whose value farfix modem replay takes
 * from its secrets.
 */
#ifndef FARFIX_CLI_MODEM_MASK_H
#define FARFIX_CLI_MODEM_MASK_H

#include <stddef.h>

#define MASK_LINE 1280u
#define MASK_SECRETS 32u
#define MASK_SECRET 160u

struct mask {
    struct {
        char text[MASK_SECRET];
        const char *name;
    } secrets[MASK_SECRETS];
    size_t count;
    int full; /* there were more: nothing of this may be shown */
};

/* Looks for logins in a line of either side, "AT+FTPPW=x" or "+FTPPW: x";
 * before any line is masked. */
void mask_learn(struct mask *mask, const char *line);

/* The line as others may see it. `imei`: it answers a question for that.
 * 0, or -1: it does not fit. */
int mask_line(const struct mask *mask, const char *line, int imei, char *out,
              size_t capacity);

/* "{name}" at the start of `text`: what is behind it, or null. */
const char *mask_placeholder(const char *text, char name[16]);

/* The secret of cli_secret that a placeholder stands for, or null. */
const char *mask_secret_name(const char *name);

#endif
