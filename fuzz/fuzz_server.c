/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a server says: HTTP's head is judged the same in any order of
 * events, and brings a file only with one plain length; FTP ends in a whole
 * file or an error by its number, whatever the pieces. */
#include "sim/sim_ftp.h"
#include "sim/sim_ftp_words.h"
#include "sim/sim_reply.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
    if (!good)
        abort();
}

/* --- HTTP ---------------------------------------------------------------- */

static void judge_head(const char *text, size_t size)
{
    struct sim_reply reply = {0};
    enum sim_reply_verdict verdict = SIM_REPLY_MORE;
    while (size > 0 && verdict == SIM_REPLY_MORE) {
        const char *end = memchr(text, '\n', size);
        const size_t length = end != NULL ? (size_t)(end - text) + 1 : size;
        verdict = sim_reply_line(&reply, text, length);
        text += length;
        size -= length;
    }
    check(reply.bytes <= SIM_REPLY_BYTES_MAX);
    check((verdict == SIM_REPLY_BAD) == (reply.fault != NULL));
    if (verdict == SIM_REPLY_STATUS)
        check(reply.status > 200 && reply.status <= 599);
    if (verdict == SIM_REPLY_FILE)
        check(reply.status == 200 && reply.lengths == 1 && !reply.coded &&
              reply.length < UINT64_C(1000000000000000000));
}

/* --- FTP ----------------------------------------------------------------- */

#define ROOM 64u

static size_t taken;

static int take(void *context, char *bytes, size_t length)
{
    (void)context, (void)bytes;
    if (length > ROOM - taken)
        return -1;
    taken += length;
    return 0;
}

static int run(struct sim_ftp *ftp)
{
    int result = 1;
    for (int i = 0; result == 1 && i < 300; i++)
        result = sim_ftp_step(ftp);
    check(result >= 0 || (ftp->error >= 61 && ftp->error <= 80 &&
                          ftp->why != NULL && ftp->why[0] != '\0'));
    return result;
}

static void write_all(int fd, const uint8_t *bytes, size_t size)
{
    check(size == 0 || write(fd, bytes, size) == (ssize_t)size);
}

/* From the greeting, or from RETR with a data connection that stands. */
static void converse(const uint8_t *said, size_t said_size, const uint8_t *sent,
                     size_t sent_size, int at_retr)
{
    int control[2], wire[2];
    const struct sim_ftp_job job = {.path = "d/f",
                                    .user = "user",
                                    .password = "secret",
                                    .passive = 1,
                                    .room = ROOM,
                                    .take = take};
    struct sim_ftp ftp;
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, control) == 0 &&
          socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, wire) == 0);
    write_all(control[1], said, said_size);
    write_all(wire[1], sent, sent_size);
    close(wire[1]);
    taken = 0;
    sim_ftp_start(&ftp, control[0], &job);
    if (at_retr) {
        ftp.state = FTP_RETR;
        ftp.data = wire[0];
        ftp.size = sent_size % 2 == 0 ? sent_size : UINT64_MAX;
    } else {
        close(wire[0]);
    }
    if (run(&ftp) == 0)
        check(taken == sent_size && ftp.received == sent_size);
    sim_ftp_stop(&ftp);
    close(control[0]);
    close(control[1]);
}

static void read_words(const char *text)
{
    char word[SIM_FTP_WORD];
    uint64_t bytes;
    const char *path = text;
    check(sim_ftp_epsv(text) <= 65535);
    check(sim_ftp_pasv(text) <= 65535);
    if (sim_ftp_size(text, &bytes) == 0)
        check(bytes < UINT64_C(1000000000000000000));
    if (sim_ftp_segment(&path, word) == 0) {
        check(*path == '/' || *path == '\0');
        for (const char *p = word; *p != '\0'; p++)
            check((unsigned char)*p >= ' ' && *p != 0x7f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 4096)
        return 0;
    const size_t sent = data[1] < size - 2 ? data[1] : size - 2;
    char *text = malloc(size);
    check(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    if (data[0] % 4 == 0)
        judge_head(text, size - 1);
    else if (data[0] % 4 == 1)
        read_words(text);
    else
        converse(data + 2 + sent, size - 2 - sent, data + 2, sent,
                 data[0] % 4 == 3);
    free(text);
    return 0;
}
