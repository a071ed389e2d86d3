/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_log.h"
#include "store/store_state.h"

#include <stdarg.h>
#include <stdio.h>

void store_say(struct store_answer *answer, int status, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    store_must(length < 0 ? NULL : text);
    answer->status = status;
    answer->type = "text/plain; charset=utf-8";
    answer->text.bytes = (uint8_t *)text;
    answer->text.length = answer->text.capacity = (size_t)length;
}

void store_say_blob(struct store_answer *answer, struct store_blob *blob)
{
    answer->status = 200;
    answer->type = blob->type;
    answer->blob = blob;
}

/* What the two releases make impossible is the asker's matter; what this
 * server cannot do is ours, and its log has said why. */
void store_say_why(struct store_answer *answer, const struct store_job *job)
{
    switch (job->result) {
    case PACK_NOTHING:
    case FFX_ERR_SOURCE:
    case FFX_ERR_SEQUENCE:
        store_say(answer, 404, "%s\n", job->error.text);
        return;
    case FFX_ERR_BUSY:
        store_say(answer, 503, "%s\n", job->error.text);
        return;
    default:
        store_say(answer, 500,
                  "this cannot be made; the server's log says why\n");
    }
}

void store_answer_free(struct store_answer *answer)
{
    store_blob_drop(answer->blob);
    answer->blob = NULL;
    pack_buffer_free(&answer->text);
}
