/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_ftp.h"

#include "sim/sim_address.h"
#include "sim/sim_ftp_words.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PORT_MIN 1024u   /* data never goes to a service of the system */
#define READS_AT_ONCE 16 /* before the AT port gets its turn */

static int fail(struct sim_ftp *ftp, uint16_t error, const char *why)
{
    ftp->error = error;
    ftp->why = why;
    return -1;
}

/* What was so this time may be otherwise the next. */
static int fail_for_now(struct sim_ftp *ftp, uint16_t error, const char *why)
{
    ftp->passing = 1;
    return fail(ftp, error, why);
}

/* --- what is said -------------------------------------------------------- */

static int has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return 1;
    return 0;
}

static int say(struct sim_ftp *ftp, enum sim_ftp_state state, const char *verb,
               const char *word)
{
    char line[512];
    if (has_control(word))
        return fail(ftp, SIM_FTP_NOT_ALLOWED,
                    "there is a control character in a name");
    const int length = snprintf(line, sizeof line, "%s%s%s\r\n", verb,
                                word[0] != '\0' ? " " : "", word);
    if (length >= (int)sizeof line)
        return fail(ftp, SIM_FTP_NOT_ALLOWED, "a name is too long");
    /* An answer that came before its question belongs to another one. */
    if (ftp->line_length > 0)
        return fail(ftp, SIM_FTP_REPLY, "the server speaks out of turn");
    if (send(ftp->control, line, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) !=
        length)
        return fail_for_now(ftp, SIM_FTP_NET, "the connection was lost");
    ftp->state = state;
    return 1;
}

/* CWD for each directory of the path (RFC 1738, 3.2.2); then the file. */
static int go_down(struct sim_ftp *ftp)
{
    char word[SIM_FTP_WORD];
    while (*ftp->path == '/')
        ftp->path++;
    const char *const segment = ftp->path;
    if (sim_ftp_segment(&ftp->path, word) != 0 || word[0] == '\0')
        return fail(ftp, SIM_FTP_NOT_ALLOWED, "the URL names no file");
    if (*ftp->path == '/')
        return say(ftp, FTP_CWD, "CWD", word);
    ftp->path = segment; /* RETR wants it again */
    return say(ftp, FTP_SIZE, "SIZE", word);
}

static int retrieve(struct sim_ftp *ftp)
{
    char word[SIM_FTP_WORD];
    const char *const segment = ftp->path;
    if (sim_ftp_segment(&ftp->path, word) != 0)
        return fail(ftp, SIM_FTP_NOT_ALLOWED, "the URL names no file");
    ftp->path = segment;
    return say(ftp, FTP_RETR, "RETR", word);
}

/* The data connection is agreed upon. */
static int begin_file(struct sim_ftp *ftp)
{
    char word[16];
    if (ftp->job.offset == 0)
        return retrieve(ftp);
    snprintf(word, sizeof word, "%u", (unsigned)ftp->job.offset);
    return say(ftp, FTP_REST, "REST", word);
}

/* --- data connections ---------------------------------------------------- */

/* To the server's own address, wherever a reply points (CVE-2020-8284). */
static int connect_data(struct sim_ftp *ftp, uint32_t port)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    if (port < PORT_MIN || port > 65535)
        return fail(ftp, SIM_FTP_PASSIVE, "no data connection goes there");
    if (getpeername(ftp->control, (struct sockaddr *)&peer, &length) != 0)
        return fail_for_now(ftp, SIM_FTP_NET, "the connection was lost");
    sim_address_set_port(&peer, (uint16_t)port);
    ftp->data =
        socket(peer.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (ftp->data < 0)
        return fail_for_now(ftp, SIM_FTP_NET, "there is no socket left");
    ftp->connecting = 1;
    if (connect(ftp->data, (const struct sockaddr *)&peer, length) != 0 &&
        errno != EINPROGRESS)
        return fail_for_now(ftp, SIM_FTP_PASSIVE,
                            "the data connection is refused");
    return begin_file(ftp);
}

static int offer_port(struct sim_ftp *ftp)
{
    struct sockaddr_storage own;
    socklen_t length = sizeof own;
    char host[INET6_ADDRSTRLEN], word[80];
    if (getsockname(ftp->control, (struct sockaddr *)&own, &length) != 0)
        return fail_for_now(ftp, SIM_FTP_NET, "the connection was lost");
    sim_address_set_port(&own, 0);
    ftp->listener =
        socket(own.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (ftp->listener < 0 ||
        bind(ftp->listener, (const struct sockaddr *)&own, length) != 0 ||
        listen(ftp->listener, 4) != 0 ||
        getsockname(ftp->listener, (struct sockaddr *)&own, &length) != 0)
        return fail_for_now(ftp, SIM_FTP_ACTIVE, "there is no port to offer");
    const unsigned port = sim_address_port(&own);
    if (own.ss_family == AF_INET6) {
        inet_ntop(AF_INET6, &((struct sockaddr_in6 *)(void *)&own)->sin6_addr,
                  host, sizeof host);
        snprintf(word, sizeof word, "|2|%s|%u|", host, port);
        return say(ftp, FTP_EPRT, "EPRT", word);
    }
    const uint32_t ip =
        ntohl(((struct sockaddr_in *)(void *)&own)->sin_addr.s_addr);
    snprintf(word, sizeof word, "%u,%u,%u,%u,%u,%u", ip >> 24, ip >> 16 & 255u,
             ip >> 8 & 255u, ip & 255u, port >> 8, port & 255u);
    return say(ftp, FTP_EPRT, "PORT", word);
}

/* A stranger may find the port before the server does: he is not let in. */
static void accept_data(struct sim_ftp *ftp)
{
    struct sockaddr_storage from, server;
    socklen_t length = sizeof from, server_length = sizeof server;
    const int fd = accept4(ftp->listener, (struct sockaddr *)&from, &length,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (getpeername(ftp->control, (struct sockaddr *)&server, &server_length) !=
            0 ||
        !sim_address_same_host(&from, &server)) {
        close(fd);
        return;
    }
    ftp->data = fd;
    close(ftp->listener);
    ftp->listener = -1;
}

static int open_data(struct sim_ftp *ftp)
{
    return ftp->job.passive ? say(ftp, FTP_EPSV, "EPSV", "") : offer_port(ftp);
}

/* --- what is heard: one function per state ------------------------------- */

static int hear_greeting(struct sim_ftp *ftp, int code, const char *text)
{
    const char *user = ftp->job.user[0] != '\0' ? ftp->job.user : "anonymous";
    (void)text;
    if (code == 120) /* in some minutes (RFC 959, 5.4) */
        return 1;
    if (code != 220)
        return fail(ftp, code >= 400 ? SIM_FTP_SERVER : SIM_FTP_REPLY,
                    "the server does not greet");
    return say(ftp, FTP_USER, "USER", user);
}

static int logged_in(struct sim_ftp *ftp)
{
    const int ascii = ftp->job.ascii && !ftp->job.size_only;
    return say(ftp, FTP_TYPE, "TYPE", ascii ? "A" : "I");
}

static int hear_user(struct sim_ftp *ftp, int code, const char *text)
{
    const char *password =
        ftp->job.user[0] != '\0' ? ftp->job.password : "SIM7000@";
    (void)text;
    if (code == 230 || code == 232)
        return logged_in(ftp);
    if (code != 331)
        return fail(ftp, SIM_FTP_USER, "the server refuses the user");
    return say(ftp, FTP_PASS, "PASS", password);
}

static int hear_pass(struct sim_ftp *ftp, int code, const char *text)
{
    (void)text;
    if (code != 230 && code != 202)
        return fail(ftp, SIM_FTP_PASSWORD, "the server refuses the password");
    return logged_in(ftp);
}

static int hear_type(struct sim_ftp *ftp, int code, const char *text)
{
    (void)text;
    if (code != 200)
        return fail(ftp, SIM_FTP_TYPE, "the server refuses the type");
    return go_down(ftp);
}

static int hear_cwd(struct sim_ftp *ftp, int code, const char *text)
{
    (void)text;
    if (code != 250 && code != 200)
        return fail(ftp, SIM_FTP_OPERATE, "there is no such directory");
    return go_down(ftp);
}

static int hear_size(struct sim_ftp *ftp, int code, const char *text)
{
    if (code == 213 && sim_ftp_size(text, &ftp->size) != 0)
        return fail(ftp, SIM_FTP_REPLY, "the size is not a number");
    if (code != 213 && code < 500)
        return fail_for_now(ftp, SIM_FTP_SERVER, "the server is not ready");
    if (ftp->job.size_only) {
        if (code != 213)
            return fail(ftp, SIM_FTP_OPERATE,
                        "the server does not tell the size");
        ftp->state = FTP_DONE;
        return 0;
    }
    if (code != 213 || ftp->job.ascii) /* line ends may change its length */
        ftp->size = UINT64_MAX;
    if (ftp->size != UINT64_MAX && ftp->size < ftp->job.offset)
        return fail(ftp, SIM_FTP_REST, "the file ends before that");
    if (ftp->size != UINT64_MAX)
        ftp->size -= ftp->job.offset;
    if (ftp->size != UINT64_MAX && ftp->size > ftp->job.room)
        return fail(ftp, SIM_FTP_DOWNLOAD, "no space for the file");
    return open_data(ftp);
}

static int hear_epsv(struct sim_ftp *ftp, int code, const char *text)
{
    const uint32_t port = code == 229 ? sim_ftp_epsv(text) : 0;
    return port > 0 ? connect_data(ftp, port) : say(ftp, FTP_PASV, "PASV", "");
}

static int hear_pasv(struct sim_ftp *ftp, int code, const char *text)
{
    const uint32_t port = code == 227 ? sim_ftp_pasv(text) : 0;
    if (port == 0)
        return fail(ftp, SIM_FTP_PASSIVE, "the server offers no data port");
    return connect_data(ftp, port);
}

static int hear_eprt(struct sim_ftp *ftp, int code, const char *text)
{
    (void)text;
    if (code != 200)
        return fail(ftp, SIM_FTP_ACTIVE, "the server refuses active mode");
    return begin_file(ftp);
}

static int hear_rest(struct sim_ftp *ftp, int code, const char *text)
{
    (void)text;
    if (code != 350)
        return fail(ftp, SIM_FTP_REST, "the server cannot begin there");
    return retrieve(ftp);
}

static int hear_retr(struct sim_ftp *ftp, int code, const char *text)
{
    (void)text;
    if (code == 125 || code == 150) {
        ftp->state = FTP_DATA;
        return 1;
    }
    if (code == 425)
        return fail_for_now(ftp,
                            ftp->job.passive ? SIM_FTP_PASSIVE : SIM_FTP_ACTIVE,
                            "the server opens no data connection");
    if (code == 426 || code == 450 || code == 451)
        return fail_for_now(ftp, SIM_FTP_SERVER, "the server is not ready");
    return fail(ftp, SIM_FTP_OPERATE, "there is no such file");
}

static int hear_data(struct sim_ftp *ftp, int code, const char *text)
{
    (void)text;
    if (code < 200)
        return 1;
    if (code != 226 && code != 250)
        return fail_for_now(ftp, SIM_FTP_DOWNLOAD,
                            "the server broke the file off");
    ftp->confirmed = 1;
    return 1;
}

typedef int hear_function(struct sim_ftp *ftp, int code, const char *text);

static hear_function *const hears[] = {
    [FTP_GREETING] = hear_greeting, [FTP_USER] = hear_user,
    [FTP_PASS] = hear_pass,         [FTP_TYPE] = hear_type,
    [FTP_CWD] = hear_cwd,           [FTP_SIZE] = hear_size,
    [FTP_EPSV] = hear_epsv,         [FTP_PASV] = hear_pasv,
    [FTP_EPRT] = hear_eprt,         [FTP_REST] = hear_rest,
    [FTP_RETR] = hear_retr,         [FTP_DATA] = hear_data,
};

/* --- replies (RFC 959, 4.2) ---------------------------------------------- */

/* A whole line without its end. */
static int take_line(struct sim_ftp *ftp, const char *line)
{
    const int code = sim_ftp_code(line);
    if (ftp->reply == 0 && code < 0)
        return fail(ftp, SIM_FTP_REPLY, "that is no FTP reply");
    if (ftp->reply == 0 && line[3] == '-')
        ftp->reply = code;
    if (ftp->reply != 0 && (code != ftp->reply || line[3] == '-'))
        return 1;
    ftp->reply = 0;
    ftp->reply_bytes = 0;
    snprintf(ftp->said, sizeof ftp->said, "%s", line);
    if (code == 421)
        return fail_for_now(ftp, SIM_FTP_SERVER, "the server says goodbye");
    return hears[ftp->state](
        ftp, code, ftp->said[3] != '\0' ? ftp->said + 4 : ftp->said + 3);
}

/* Takes the first line off the buffer. 0: there is none yet. */
static int cut_line(struct sim_ftp *ftp, char line[SIM_FTP_LINE_MAX])
{
    const char *end = memchr(ftp->line, '\n', ftp->line_length);
    if (end == NULL)
        return 0;
    const uint32_t length = (uint32_t)(end - ftp->line);
    memcpy(line, ftp->line, length);
    line[length] = '\0';
    if (length > 0 && line[length - 1] == '\r')
        line[length - 1] = '\0';
    ftp->line_length -= length + 1;
    memmove(ftp->line, end + 1, ftp->line_length);
    ftp->reply_bytes += length + 1;
    return 1;
}

static int take_lines(struct sim_ftp *ftp)
{
    char line[SIM_FTP_LINE_MAX];
    int result = 1;
    if (memchr(ftp->line, '\0', ftp->line_length) != NULL)
        return fail(ftp, SIM_FTP_REPLY, "there is a NUL in a reply");
    while (result == 1 && cut_line(ftp, line)) {
        if (ftp->reply_bytes > SIM_FTP_REPLY_MAX)
            return fail(ftp, SIM_FTP_REPLY, "a reply has no end");
        result = take_line(ftp, line);
    }
    if (result == 1 && ftp->line_length == sizeof ftp->line)
        return fail(ftp, SIM_FTP_REPLY, "a reply line has no end");
    return result;
}

/* 1: look again, 0: nothing there. */
static int is_quiet(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static int read_control(struct sim_ftp *ftp)
{
    const ssize_t count =
        recv(ftp->control, ftp->line + ftp->line_length,
             sizeof ftp->line - ftp->line_length, MSG_DONTWAIT);
    if (count < 0 && is_quiet())
        return 1;
    if (count <= 0)
        return fail_for_now(ftp, SIM_FTP_NET, "the connection was lost");
    ftp->line_length += (uint32_t)count;
    return take_lines(ftp);
}

/* --- data ---------------------------------------------------------------- */

/* 1: it stands, or may yet; -1: refused. */
static int finish_connect(struct sim_ftp *ftp)
{
    struct pollfd fd = {.fd = ftp->data, .events = POLLOUT};
    int error = 0;
    socklen_t length = sizeof error;
    if (poll(&fd, 1, 0) == 0)
        return 1;
    getsockopt(ftp->data, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0)
        return fail_for_now(ftp, SIM_FTP_PASSIVE,
                            "the data connection is refused");
    ftp->connecting = 0;
    return 1;
}

static int take_data(struct sim_ftp *ftp, char *bytes, size_t length)
{
    for (size_t i = 0; ftp->job.ascii && i < length; i++)
        bytes[i] &= 0x7f; /* type A (manual 10.2.3) */
    ftp->received += length;
    if (ftp->size != UINT64_MAX && ftp->received > ftp->size)
        return fail_for_now(ftp, SIM_FTP_DOWNLOAD,
                            "the file is longer than its size");
    if (ftp->job.take(ftp->job.context, bytes, length) != 0)
        return fail(ftp, SIM_FTP_DOWNLOAD, "no space for the file");
    return 1;
}

static int read_data(struct sim_ftp *ftp)
{
    char bytes[16384];
    int result = 1;
    for (int i = 0; result == 1 && i < READS_AT_ONCE; i++) {
        const ssize_t count = recv(ftp->data, bytes, sizeof bytes, 0);
        if (count < 0 && is_quiet())
            return 1;
        if (count < 0)
            return fail_for_now(ftp, SIM_FTP_DOWNLOAD,
                                "the data connection was lost");
        if (count == 0) {
            ftp->data_over = 1;
            return 1;
        }
        result = take_data(ftp, bytes, (size_t)count);
    }
    return result;
}

static int step_data(struct sim_ftp *ftp)
{
    int result = 1;
    if (ftp->listener >= 0 && ftp->state >= FTP_RETR)
        accept_data(ftp);
    if (ftp->data >= 0 && ftp->connecting)
        result = finish_connect(ftp);
    if (result == 1 && ftp->state == FTP_DATA && ftp->data >= 0 &&
        !ftp->connecting && !ftp->data_over)
        result = read_data(ftp);
    if (result != 1 || !ftp->data_over || !ftp->confirmed)
        return result;
    if (ftp->size != UINT64_MAX && ftp->received != ftp->size)
        return fail_for_now(ftp, SIM_FTP_DOWNLOAD,
                            "the file is shorter than its size");
    ftp->state = FTP_DONE;
    return 0;
}

/* --- calls --------------------------------------------------------------- */

void sim_ftp_start(struct sim_ftp *ftp, int control,
                   const struct sim_ftp_job *job)
{
    *ftp = (struct sim_ftp){.job = *job,
                            .state = FTP_GREETING,
                            .control = control,
                            .data = -1,
                            .listener = -1,
                            .path = job->path,
                            .size = UINT64_MAX,
                            .why = ""};
}

void sim_ftp_stop(struct sim_ftp *ftp)
{
    if (ftp->control >= 0)
        send(ftp->control, "QUIT\r\n", 6, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (ftp->data >= 0)
        close(ftp->data);
    if (ftp->listener >= 0)
        close(ftp->listener);
    ftp->control = ftp->data = ftp->listener = -1;
}

unsigned sim_ftp_wait(const struct sim_ftp *ftp, struct pollfd fds[SIM_FTP_FDS])
{
    unsigned count = 0;
    if (ftp->control < 0)
        return 0;
    if (!ftp->confirmed)
        fds[count++] = (struct pollfd){.fd = ftp->control, .events = POLLIN};
    if (ftp->listener >= 0 && ftp->state >= FTP_RETR)
        fds[count++] = (struct pollfd){.fd = ftp->listener, .events = POLLIN};
    if (ftp->data >= 0 && ftp->connecting)
        fds[count++] = (struct pollfd){.fd = ftp->data, .events = POLLOUT};
    else if (ftp->data >= 0 && ftp->state == FTP_DATA && !ftp->data_over)
        fds[count++] = (struct pollfd){.fd = ftp->data, .events = POLLIN};
    return count;
}

int sim_ftp_step(struct sim_ftp *ftp)
{
    int result = ftp->confirmed ? 1 : read_control(ftp);
    if (result == 1)
        result = step_data(ftp);
    return result;
}
