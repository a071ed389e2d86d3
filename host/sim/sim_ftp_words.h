/* SPDX-License-Identifier: Apache-2.0 */
/* What FTP servers say, read without trust; what a URL says to one. */
#ifndef FARFIX_SIM_FTP_WORDS_H
#define FARFIX_SIM_FTP_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* 100..599 with ' ', '-' or the end behind it, or -1. */
int sim_ftp_code(const char *line);

/* Digits and nothing else, less than 10^18. 0 or -1. */
int sim_ftp_size(const char *text, uint64_t *size);

/* The port of "Entering ... (|||port|)" (RFC 2428, 3); 0: it is not that. */
uint32_t sim_ftp_epsv(const char *text);

/* The port of h1,h2,h3,h4,p1,p2 behind anything without a digit; 0: it is not
 * that. */
uint32_t sim_ftp_pasv(const char *text);

/* One segment of a URL's path, decoded; `path` then points at the '/' or the
 * end behind it. -1: it is too long, or would smuggle a command. */
#define SIM_FTP_WORD 256
int sim_ftp_segment(const char **path, char word[SIM_FTP_WORD]);

#endif
