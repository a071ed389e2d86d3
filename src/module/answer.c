/* SPDX-License-Identifier: Apache-2.0 */
#include "module/answer.h"

void answer_line(struct command_call *call)
{
    if (call->port->user.verbose && call->port->lines == 0)
        ffx_at_put(&call->out, "\r\n");
    call->port->lines = 1;
}

void answer_named(struct command_call *call)
{
    answer_line(call);
    ffx_at_put(&call->out, call->row->name);
    ffx_at_put(&call->out, ": ");
}

void answer_end(struct command_call *call)
{
    ffx_at_put(&call->out, "\r\n");
}

void answer_text(struct command_call *call, const char *text)
{
    answer_line(call);
    ffx_at_put(&call->out, text);
    answer_end(call);
}

void answer_number(struct command_call *call, int32_t value)
{
    answer_named(call);
    ffx_at_put_number(&call->out, value);
    answer_end(call);
}

void answer_pair(struct command_call *call, int32_t a, int32_t b)
{
    answer_named(call);
    ffx_at_put_number(&call->out, a);
    answer_next(call, b);
    answer_end(call);
}

void answer_quoted(struct command_call *call, const char *text)
{
    answer_named(call);
    ffx_at_put_quoted(&call->out, text);
    answer_end(call);
}

void answer_next(struct command_call *call, int32_t value)
{
    ffx_at_put(&call->out, ",");
    ffx_at_put_number(&call->out, value);
}

void answer_next_quoted(struct command_call *call, const char *text)
{
    ffx_at_put(&call->out, ",");
    ffx_at_put_quoted(&call->out, text);
}
