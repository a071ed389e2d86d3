/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Information lines of a command (manual 2.2.19). With ATV1 an answer is
 *
 *   CR LF line CR LF [line CR LF ...]   then   CR LF OK CR LF
 *
 * with ATV0 the leading CR LF is absent.
 */
#ifndef FARFIX_MODULE_ANSWER_H
#define FARFIX_MODULE_ANSWER_H

#include "module/command.h"

/* Begins a line: framing only. */
void answer_line(struct command_call *call);
/* Begins a line with "+NAME: ". */
void answer_named(struct command_call *call);
void answer_end(struct command_call *call);

/* Whole lines. */
void answer_text(struct command_call *call, const char *text);
void answer_number(struct command_call *call, int32_t value);
/* "+NAME: a,b". */
void answer_pair(struct command_call *call, int32_t a, int32_t b);
void answer_quoted(struct command_call *call, const char *text);

/* Inside a line: a comma, then the value. */
void answer_next(struct command_call *call, int32_t value);
void answer_next_quoted(struct command_call *call, const char *text);

#endif
