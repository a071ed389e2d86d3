/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_curl.h"

#include <farfix/error.h>

static int on_socket(CURL *easy, curl_socket_t fd, int action, void *context,
                     void *unused)
{
    struct sim_curl *curl = context;
    struct sim_curl_socket *place = NULL;
    (void)easy, (void)unused;
    for (size_t i = 0; i < SIM_CURL_FDS; i++) {
        struct sim_curl_socket *socket = &curl->sockets[i];
        if (socket->fd == fd) {
            place = socket;
            break;
        }
        if (socket->fd == CURL_SOCKET_BAD && place == NULL)
            place = socket;
    }
    if (place == NULL)
        return -1;
    place->fd = action == CURL_POLL_REMOVE ? CURL_SOCKET_BAD : fd;
    place->action = action;
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct sim_curl *curl = context;
    (void)multi;
    curl->due_ms = timeout_ms < 0 ? -1 : sim_clock_ms(curl->clock) + timeout_ms;
    return 0;
}

static int is_ours(const struct sim_curl *curl, int fd)
{
    for (size_t i = 0; i < SIM_CURL_FDS; i++)
        if (curl->sockets[i].fd == fd)
            return 1;
    return 0;
}

void sim_curl_step(struct sim_curl *curl, const struct pollfd *fds,
                   unsigned count)
{
    int running;
    for (unsigned i = 0; i < count; i++) {
        const short seen = fds[i].revents;
        const int events = (seen & POLLIN ? CURL_CSELECT_IN : 0) |
                           (seen & POLLOUT ? CURL_CSELECT_OUT : 0) |
                           (seen & (POLLERR | POLLHUP) ? CURL_CSELECT_ERR : 0);
        if (events != 0 && is_ours(curl, fds[i].fd))
            curl_multi_socket_action(curl->multi, fds[i].fd, events, &running);
    }
    if (curl->due_ms >= 0 && sim_clock_ms(curl->clock) >= curl->due_ms) {
        curl->due_ms = -1;
        curl_multi_socket_action(curl->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

unsigned sim_curl_wait(const struct sim_curl *curl,
                       struct pollfd fds[SIM_CURL_FDS], int *timeout_ms)
{
    unsigned count = 0;
    for (size_t i = 0; i < SIM_CURL_FDS; i++) {
        const struct sim_curl_socket *socket = &curl->sockets[i];
        if (socket->fd == CURL_SOCKET_BAD)
            continue;
        const short in = (socket->action & CURL_POLL_IN) ? POLLIN : 0;
        const short out = (socket->action & CURL_POLL_OUT) ? POLLOUT : 0;
        fds[count++] =
            (struct pollfd){.fd = socket->fd, .events = (short)(in | out)};
    }
    sim_clock_wait(curl->clock, timeout_ms, curl->due_ms);
    return count;
}

int sim_curl_open(struct sim_curl *curl, const struct sim_clock *clock)
{
    *curl = (struct sim_curl){.clock = clock, .due_ms = -1};
    for (size_t i = 0; i < SIM_CURL_FDS; i++)
        curl->sockets[i].fd = CURL_SOCKET_BAD;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl->multi = curl_multi_init();
    if (curl->multi == NULL)
        return FFX_ERR_IO;
    curl_multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, curl);
    curl_multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(curl->multi, CURLMOPT_TIMERDATA, curl);
    return FFX_OK;
}

void sim_curl_close(struct sim_curl *curl)
{
    curl_multi_cleanup(curl->multi);
    curl_global_cleanup();
    curl->multi = NULL;
}
