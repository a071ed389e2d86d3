/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_many.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sim_many_init(struct sim_many *many, uint32_t count)
{
    *many = (struct sim_many){0};
    sim_control_init(&many->control);
    many->members = calloc(count, sizeof *many->members);
    many->fds = calloc((size_t)count * FFX_SIM_FDS + SIM_CONTROL_FDS,
                       sizeof *many->fds);
    if (many->members != NULL && many->fds != NULL)
        return FFX_OK;
    sim_many_free(many);
    return FFX_ERR_SPACE;
}

void sim_many_free(struct sim_many *many)
{
    for (uint32_t i = 0; i < many->count; i++)
        ffx_sim_destroy(many->members[i].sim);
    sim_control_close(&many->control);
    many->count = many->on = 0;
    free(many->members);
    free(many->fds);
    many->members = NULL;
    many->fds = NULL;
}

void sim_many_add(struct sim_many *many, struct ffx_sim *sim)
{
    many->members[many->count++] = (struct sim_member){.sim = sim};
    many->on++;
}

/* --- waiting ------------------------------------------------------------- */

static void look(struct sim_many *many, struct sim_member *member)
{
    struct pollfd *fds =
        many->fds + (size_t)(member - many->members) * FFX_SIM_FDS;
    int timeout_ms;
    member->looked = 1;
    member->fd_count = ffx_sim_wait(member->sim, fds, &timeout_ms);
    member->due_us =
        timeout_ms < 0 ? -1 : sim_clock_real_us() + (int64_t)timeout_ms * 1000;
    for (unsigned i = member->fd_count; i < FFX_SIM_FDS; i++)
        fds[i].fd = -1; /* poll passes over it */
}

nfds_t sim_many_wait(struct sim_many *many, int *timeout_ms)
{
    int64_t due_us = -1;
    for (uint32_t i = 0; i < many->count; i++) {
        struct sim_member *member = &many->members[i];
        if (member->sim == NULL)
            continue;
        if (!member->looked)
            look(many, member);
        if (member->due_us >= 0 && (due_us < 0 || member->due_us < due_us))
            due_us = member->due_us;
    }
    const int64_t left_us = due_us - sim_clock_real_us();
    *timeout_ms = due_us < 0    ? -1
                  : left_us < 0 ? 0
                                : (int)((left_us + 999) / 1000);
    const size_t own = (size_t)many->count * FFX_SIM_FDS;
    return own + sim_control_wait(&many->control, many->fds + own);
}

/* --- the control socket -------------------------------------------------- */

/* "module 7 now cut" or, with one module, "now cut". */
static struct sim_member *addressed(struct sim_many *many, const char **line)
{
    unsigned number = 1;
    int length = 0;
    if (sscanf(*line, "module %u %n", &number, &length) == 1 && length > 0)
        *line += length;
    else if (many->count > 1)
        return NULL;
    return number >= 1 && number <= many->count ? &many->members[number - 1]
                                                : NULL;
}

static void take_command(void *context, const char *line, char *reply,
                         size_t capacity)
{
    struct sim_many *many = context;
    struct sim_member *member = addressed(many, &line);
    if (member == NULL)
        snprintf(reply, capacity,
                 "error: say 'module N COMMAND', N is 1 to "
                 "%u\n",
                 (unsigned)many->count);
    else if (member->sim == NULL)
        snprintf(reply, capacity, "error: the module is switched off\n");
    else
        ffx_sim_control(member->sim, line, reply, capacity);
    if (member != NULL)
        member->due_us = 0;
}

/* --- stepping ------------------------------------------------------------ */

static int is_awake(const struct sim_member *member, const struct pollfd *fds,
                    int64_t now_us)
{
    if (member->due_us >= 0 && member->due_us <= now_us)
        return 1;
    for (unsigned i = 0; i < member->fd_count; i++)
        if (fds[i].revents != 0)
            return 1;
    return 0;
}

static void end(struct sim_many *many, struct sim_member *member,
                struct pollfd *fds)
{
    ffx_sim_destroy(member->sim);
    member->sim = NULL;
    many->on--;
    for (unsigned i = 0; i < FFX_SIM_FDS; i++)
        fds[i].fd = -1;
}

static int step(struct sim_many *many, struct sim_member *member,
                struct pollfd *fds)
{
    const int result = ffx_sim_step(member->sim, fds, member->fd_count);
    member->looked = 0;
    if (result == 0)
        end(many, member, fds);
    return result;
}

int sim_many_step(struct sim_many *many)
{
    const int64_t now_us = sim_clock_real_us();
    sim_control_step(&many->control, take_command, many);
    for (uint32_t i = 0; i < many->count; i++) {
        struct sim_member *member = &many->members[i];
        struct pollfd *fds = many->fds + (size_t)i * FFX_SIM_FDS;
        if (member->sim == NULL || !is_awake(member, fds, now_us))
            continue;
        const int result = step(many, member, fds);
        if (result < 0)
            return result;
    }
    return many->on > 0;
}
