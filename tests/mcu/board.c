/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The board of ports/microbit in QEMU, for a person: says what it does.
 *
 *   board FOLDER FLASH LINE [OPTION...]
 *
 * FOLDER has the boot stage, FLASH is what the board keeps, LINE the terminal
 * of a module. It ends when the application named by --until runs.
 *
 *   --new RELEASE TRUST.pub STORE   makes FLASH, as the factory does
 *   --request FILE                  as if the application had asked for it
 *   --cut PERCENT                   the supply fails there, once
 *   --until VERSION
 */
#include "mcu.h"

#include <farfix/error.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_S 120

static struct mcu mcu;
static struct microbit_shared last;
static const char *until, *request;
static unsigned cut_percent;

static void give_up(const char *text)
{
    fprintf(stderr, "board: %s\n", text);
    if (mcu.pid != 0)
        mcu_free(&mcu);
    exit(1);
}

/* --- what it says -------------------------------------------------------- */

static void say_result(const struct microbit_shared *now)
{
    if (now->status == 7)
        printf("  boot stage: refused: %s\n", ffx_error_text(now->error));
    else if (now->status == 6)
        printf("  boot stage: done, %u reads from the module, %u bytes of "
               "stack\n",
               (unsigned)now->reads, (unsigned)now->stack);
}

static void say(const struct microbit_shared *now)
{
    if (now->doing == MICROBIT_UPDATES &&
        now->percent / 10 != last.percent / 10)
        printf("  boot stage: %3u %%\n", (unsigned)now->percent);
    if (now->doing == MICROBIT_APPLICATION && now->version[0] != '\0' &&
        last.version[0] == '\0') {
        say_result(now);
        printf("  application %.35s runs\n", now->version);
    }
    if (now->walk[0] > last.walk[0])
        printf("  application: %s\n", now->walk[0] == 1
                                          ? "what comes next?"
                                          : "fetches it into the module");
    if (now->doing == MICROBIT_STOPPED && last.doing != now->doing)
        printf("  boot stage: stopped: %s\n", ffx_error_text(now->error));
    last = *now;
    fflush(stdout);
}

/* --- wires --------------------------------------------------------------- */

static int open_line(const char *path)
{
    struct termios mode;
    const int line = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (line < 0 || tcgetattr(line, &mode) != 0)
        give_up("LINE is no terminal that can be opened");
    cfmakeraw(&mode);
    cfsetspeed(&mode, B115200);
    tcsetattr(line, TCSANOW, &mode);
    return line;
}

static void carry(int from, int to)
{
    char bytes[512];
    const ssize_t count = read(from, bytes, sizeof bytes);
    for (ssize_t done = 0; done < count;) {
        const ssize_t now = write(to, bytes + done, (size_t)(count - done));
        struct pollfd room = {.fd = to, .events = POLLOUT};
        if (now > 0)
            done += now;
        else if (poll(&room, 1, 5000) != 1)
            give_up("the other side of the line takes nothing");
    }
}

static void turn(int line)
{
    struct pollfd fds[MCU_FDS + 1];
    const unsigned count = mcu_wait(&mcu, fds);
    fds[count] = (struct pollfd){.fd = line, .events = POLLIN};
    poll(fds, count + 1, 10);
    if (fds[0].revents & POLLIN)
        carry(mcu.line, line);
    if (fds[count].revents & POLLIN)
        carry(line, mcu.line);
    const int resets = mcu.resets;
    mcu_turn(&mcu);
    if (mcu.resets == resets)
        return;
    printf("  reset\n");
    memset(&last, 0, sizeof last);
}

static void live(int line)
{
    const time_t end = time(NULL) + LIMIT_S;
    mcu_power_up(&mcu, 0);
    while (time(NULL) < end) {
        struct microbit_shared now;
        turn(line);
        mcu_look(&mcu, &now);
        say(&now);
        if (cut_percent > 0 && now.doing == MICROBIT_UPDATES &&
            now.status == 4 && now.percent >= cut_percent) {
            mcu_cut(&mcu);
            printf("  -- the supply fails, and comes back --\n");
            cut_percent = 0;
            memset(&last, 0, sizeof last);
            mcu_power_up(&mcu, 0);
        }
        if (now.doing == MICROBIT_APPLICATION &&
            strncmp(now.version, until, sizeof now.version) == 0)
            return;
    }
    give_up("it takes too long");
}

/* --- command line -------------------------------------------------------- */

static void make_new(const char *folder, char **argv)
{
    struct pack_release release;
    struct ffx_public_key trusted;
    struct pack_error error;
    if (pack_release_load(argv[0], &release, &error) != 0 ||
        pack_public_key_load(argv[1], &trusted, &error) != 0)
        give_up(error.text);
    mcu_make(&mcu, folder, &release, &trusted, argv[2]);
    pack_release_free(&release);
}

static void load(const char *folder, const char *path)
{
    static uint8_t flash[MICROBIT_FLASH_BYTES];
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || read(file, flash, sizeof flash) != (ssize_t)sizeof flash)
        give_up("FLASH cannot be read; --new makes one");
    close(file);
    mcu_again(&mcu, folder, flash);
}

int main(int argc, char **argv)
{
    struct pack_error error;
    struct stat facts;
    char **new = NULL;
    for (int i = 4; i < argc; i++) {
        if (strcmp(argv[i], "--new") == 0 && i + 3 < argc)
            new = argv + i + 1, i += 3;
        else if (strcmp(argv[i], "--request") == 0 && i + 1 < argc)
            request = argv[++i];
        else if (strcmp(argv[i], "--cut") == 0 && i + 1 < argc)
            cut_percent = (unsigned)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--until") == 0 && i + 1 < argc)
            until = argv[++i];
        else
            argc = 0;
    }
    if (argc < 4 || until == NULL)
        give_up("board FOLDER FLASH LINE --until VERSION [OPTION...]");
    if (new != NULL)
        make_new(argv[1], new);
    else
        load(argv[1], argv[2]);
    if (request != NULL && stat(request, &facts) != 0)
        give_up("no such file to ask for");
    if (request != NULL)
        mcu_request(&mcu, (uint32_t)facts.st_size);
    live(open_line(argv[3]));
    mcu_cut(&mcu);
    if (pack_write_file(argv[2], mcu.flash, sizeof mcu.flash, 0, &error) != 0)
        give_up(error.text);
    mcu_free(&mcu);
    return 0;
}
