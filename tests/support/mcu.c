/* SPDX-License-Identifier: Apache-2.0 */
#include "mcu.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* QEMU answers at once; a machine under load may be slow. */
#define ANSWER_MS 20000

static void must(int good, const char *what)
{
    if (good)
        return;
    perror(what);
    abort();
}

/* --- QEMU's control socket: QMP, one JSON object a line ------------------ */

/* Notes what happened by itself. */
static void take_event(struct mcu *mcu, const char *line)
{
    if (strstr(line, "\"event\": \"SHUTDOWN\"") == NULL)
        return;
    must(strstr(line, "guest-reset") != NULL, line);
    mcu->asked_reset = 1;
}

/* Takes one line from what was heard; 0: there is no whole one. */
static int take_line(struct mcu *mcu, char *line, size_t capacity)
{
    char *const end = memchr(mcu->heard, '\n', mcu->heard_length);
    if (end == NULL)
        return 0;
    const size_t length = (size_t)(end - mcu->heard);
    must(length < capacity, "a line of QEMU is too long");
    memcpy(line, mcu->heard, length);
    line[length] = '\0';
    mcu->heard_length -= length + 1;
    memmove(mcu->heard, end + 1, mcu->heard_length);
    return 1;
}

static int hear(struct mcu *mcu, int timeout_ms)
{
    struct pollfd entry = {.fd = mcu->control, .events = POLLIN};
    if (poll(&entry, 1, timeout_ms) <= 0)
        return 0;
    const ssize_t count = read(mcu->control, mcu->heard + mcu->heard_length,
                               sizeof mcu->heard - mcu->heard_length);
    must(count > 0, "QEMU has ended");
    mcu->heard_length += (size_t)count;
    return 1;
}

/* Waits for an answer, which begins with `with`. */
static void expect(struct mcu *mcu, const char *with)
{
    char line[4096];
    for (;;) {
        while (!take_line(mcu, line, sizeof line))
            must(hear(mcu, ANSWER_MS), "QEMU does not answer");
        if (strstr(line, "\"error\"") != NULL)
            must(0, line);
        if (strncmp(line, with, strlen(with)) == 0)
            return;
        take_event(mcu, line);
    }
}

__attribute__((format(printf, 2, 3))) static void
command(struct mcu *mcu, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    must(length > 0 && (size_t)length < sizeof text &&
             write(mcu->control, text, (size_t)length) == length,
         "write to QEMU");
    expect(mcu, "{\"return\"");
}

static void save_memory(struct mcu *mcu, uint32_t address, void *to,
                        size_t length)
{
    char path[96];
    snprintf(path, sizeof path, "%s/memory", mcu->directory);
    command(mcu,
            "{\"execute\":\"memsave\",\"arguments\":{\"val\":%u,\"size\":%zu,"
            "\"filename\":\"%s\"}}\n",
            (unsigned)address, length, path);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    must(file >= 0 && read(file, to, length) == (ssize_t)length, path);
    close(file);
}

/* --- its debugger: the remote protocol of GDB ---------------------------- */

static char debug_byte(struct mcu *mcu)
{
    struct pollfd entry = {.fd = mcu->debugger, .events = POLLIN};
    char byte = 0;
    must(poll(&entry, 1, ANSWER_MS) == 1 && read(mcu->debugger, &byte, 1) == 1,
         "QEMU's debugger does not answer");
    return byte;
}

/* A packet, acknowledged. */
static void debug_hear(struct mcu *mcu, char *text, size_t capacity)
{
    size_t length = 0;
    char byte;
    while (debug_byte(mcu) != '$')
        continue;
    while ((byte = debug_byte(mcu)) != '#' && length + 1 < capacity)
        text[length++] = byte;
    text[length] = '\0';
    debug_byte(mcu);
    debug_byte(mcu);
    must(write(mcu->debugger, "+", 1) == 1, "write to QEMU's debugger");
}

static void debug_say(struct mcu *mcu, const char *text)
{
    char packet[64];
    unsigned sum = 0;
    for (const char *at = text; *at != '\0'; at++)
        sum += (unsigned char)*at;
    const int length =
        snprintf(packet, sizeof packet, "$%s#%02x", text, sum & 255u);
    must(write(mcu->debugger, packet, (size_t)length) == length,
         "write to QEMU's debugger");
}

static void debug_must(struct mcu *mcu, const char *text, const char *answer)
{
    char said[256];
    debug_say(mcu, text);
    debug_hear(mcu, said, sizeof said);
    must(strncmp(said, answer, strlen(answer)) == 0, text);
}

/* Registers come all together, r0 first: eight digits, lowest byte first. */
static uint32_t debug_register(struct mcu *mcu, unsigned number)
{
    char said[2048];
    uint32_t value = 0;
    debug_say(mcu, "g");
    debug_hear(mcu, said, sizeof said);
    must(strlen(said) >= 16 * 8, "registers of the debugger");
    for (unsigned i = 4; i-- > 0;) {
        unsigned byte;
        must(sscanf(said + 8 * number + 2 * i, "%2x", &byte) == 1, said);
        value = value << 8 | byte;
    }
    return value;
}

/* The application's addresses mean something until it has asked for an update:
 * then another one may come to stand there. */
static void watch(struct mcu *mcu)
{
    const int has_asked = mcu->flash[MICROBIT_REQUEST] != 0xff;
    for (int i = 0; i < (has_asked ? 2 : 4); i++)
        debug_must(mcu, mcu->breakpoints[i], "OK");
    debug_say(mcu, "c");
}

/* Which of them it stands at: even erase, odd program. */
static int standing_at(struct mcu *mcu)
{
    char text[32];
    snprintf(text, sizeof text, "Z0,%x,2", (unsigned)debug_register(mcu, 15));
    for (int i = 0; i < 4; i++)
        if (strcmp(text, mcu->breakpoints[i]) == 0)
            return i;
    must(0, text);
    return -1;
}

void mcu_go_on(struct mcu *mcu)
{
    char text[32];
    strcpy(text, mcu->breakpoints[standing_at(mcu)]);
    text[0] = 'z';
    debug_must(mcu, text, "OK");
    debug_must(mcu, "s", "T05");
    text[0] = 'Z';
    debug_must(mcu, text, "OK");
    debug_say(mcu, "c");
    mcu->stands = 0;
}

/* --- one life of QEMU ---------------------------------------------------- */

static void become(const struct mcu *mcu, const char *flash, int control,
                   int debugger)
{
    char line[48], qmp[48], gdb[48], loader[160];
    snprintf(line, sizeof line, "socket,id=line,fd=%d", mcu->far_end);
    snprintf(qmp, sizeof qmp, "socket,id=qmp,fd=%d", control);
    snprintf(gdb, sizeof gdb, "socket,id=gdb,fd=%d", debugger);
    snprintf(loader, sizeof loader, "loader,file=%s,addr=0,force-raw=on",
             flash);
    const int fds[3] = {mcu->far_end, control, debugger};
    for (int i = 0; i < 3; i++)
        fcntl(fds[i], F_SETFD, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const char *arguments[] = {"qemu-system-arm",
                               "-M",
                               "microbit",
                               "-display",
                               "none",
                               "-monitor",
                               "none",
                               "-S",
                               "-action",
                               "reboot=shutdown,shutdown=pause",
                               "-device",
                               loader,
                               "-chardev",
                               line,
                               "-serial",
                               "chardev:line",
                               "-chardev",
                               qmp,
                               "-mon",
                               "chardev=qmp,mode=control",
                               "-chardev",
                               gdb,
                               "-gdb",
                               "chardev:gdb",
                               NULL};
    if (!mcu->watched)
        arguments[20] = NULL;
    union {
        const char *const *given;
        char *const *wanted;
    } argv = {.given = arguments};
    execvp(argv.given[0], argv.wanted);
    perror("qemu-system-arm");
    _exit(127);
}

void mcu_power_up(struct mcu *mcu, int watched)
{
    char path[96];
    int control[2], debugger[2];
    snprintf(path, sizeof path, "%s/flash", mcu->directory);
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(file >= 0 && write(file, mcu->flash, sizeof mcu->flash) ==
                          (ssize_t)sizeof mcu->flash,
         path);
    close(file);
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) == 0 &&
             socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, debugger) == 0,
         "socketpair");
    mcu->watched = watched;
    mcu->pid = fork();
    must(mcu->pid >= 0, "fork");
    if (mcu->pid == 0)
        become(mcu, path, control[1], debugger[1]);
    close(control[1]);
    close(debugger[1]);
    mcu->control = control[0];
    mcu->debugger = debugger[0];
    mcu->heard_length = 0;
    mcu->asked_reset = mcu->stands = 0;
    expect(mcu, "{\"QMP\"");
    command(mcu, "{\"execute\":\"qmp_capabilities\"}\n");
    if (watched)
        watch(mcu);
    else
        command(mcu, "{\"execute\":\"cont\"}\n");
}

static void end(struct mcu *mcu)
{
    kill(mcu->pid, SIGKILL);
    waitpid(mcu->pid, NULL, 0);
    close(mcu->control);
    close(mcu->debugger);
    mcu->pid = 0;
    mcu->stands = 0;
}

/* What is on its way to the UART is lost; what the module has not said yet
 * will be heard by the next boot. */
void mcu_cut(struct mcu *mcu)
{
    command(mcu, "{\"execute\":\"stop\"}\n");
    save_memory(mcu, 0, mcu->flash, sizeof mcu->flash);
    end(mcu);
}

/* --- a cut inside an operation ------------------------------------------- */

static void open_lab(struct mcu *mcu, struct lab_flash *lab, uint32_t seed)
{
    static const struct ffx_flash_region pages = {
        MICROBIT_PAGE, MICROBIT_FLASH_BYTES / MICROBIT_PAGE};
    const struct lab_flash_config config = {
        .regions = &pages,
        .region_count = 1,
        .write_unit = 4,
        .erased_value = 0xff,
        .seed = seed,
    };
    must(lab_flash_open(lab, &config) == 0, "lab_flash_open");
    for (uint32_t at = 0; at < MICROBIT_FLASH_BYTES; at += 4)
        if (memcmp(mcu->flash + at, "\xff\xff\xff\xff", 4) != 0)
            lab_flash_put(lab, at, mcu->flash + at, 4);
}

void mcu_cut_torn(struct mcu *mcu, enum lab_tear tear, uint32_t seed)
{
    static uint8_t data[MICROBIT_PAGE];
    uint8_t sector[MICROBIT_PAGE], flags[MICROBIT_PAGE / 4];
    struct lab_flash lab;
    struct lab_operation torn = {
        .erase = standing_at(mcu) % 2 == 0,
        .address = debug_register(mcu, 1),
        .length = MICROBIT_PAGE,
        .data = NULL,
    };
    if (!torn.erase) {
        torn.length = debug_register(mcu, 3);
        must(torn.length <= sizeof data, "a program crosses its page");
        save_memory(mcu, debug_register(mcu, 2), data, torn.length);
        torn.data = data;
    }
    torn.sector = torn.address / MICROBIT_PAGE;
    must(torn.address % MICROBIT_PAGE + torn.length <= MICROBIT_PAGE,
         "an operation crosses its page");
    mcu_cut(mcu);
    open_lab(mcu, &lab, seed);
    lab_flash_outcome(&lab, &torn, tear, 0, sector, flags);
    memcpy(mcu->flash + torn.sector * MICROBIT_PAGE, sector, sizeof sector);
    lab_flash_close(&lab);
}

/* --- from the factory, and around it ------------------------------------- */

static void load(const char *folder, const char *name, uint8_t *to,
                 size_t capacity)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    must(file >= 0 && read(file, to, capacity) > 0, path);
    close(file);
}

/* Where a program erases and programs. */
static void find_operations(const char *folder, const char *program,
                            char breakpoints[2][32])
{
    static const char *const names[2] = {"erase_flash", "program_flash"};
    char line[256], name[128];
    unsigned address;
    snprintf(line, sizeof line, "arm-none-eabi-nm %s/%s", folder, program);
    FILE *const symbols = popen(line, "re");
    must(symbols != NULL, line);
    while (fgets(line, sizeof line, symbols) != NULL)
        for (int i = 0; i < 2; i++)
            if (sscanf(line, "%x %*c %127s", &address, name) == 2 &&
                strcmp(name, names[i]) == 0)
                snprintf(breakpoints[i], 32, "Z0,%x,2", address);
    pclose(symbols);
    must(breakpoints[0][0] != '\0' && breakpoints[1][0] != '\0', program);
}

static void make_wires(struct mcu *mcu, const char *folder)
{
    int pair[2];
    memset(mcu, 0, sizeof *mcu);
    snprintf(mcu->directory, sizeof mcu->directory, "/tmp/farfix-mcu.XXXXXX");
    must(mkdtemp(mcu->directory) != NULL, mcu->directory);
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
                    pair) == 0,
         "socketpair");
    mcu->line = pair[0];
    mcu->far_end = pair[1];
    find_operations(folder, "boot.elf", mcu->breakpoints);
    find_operations(folder, "app-a.elf", mcu->breakpoints + 2);
}

void mcu_make(struct mcu *mcu, const char *folder,
              const struct pack_release *release,
              const struct ffx_public_key *trusted, const char *store)
{
    const struct pack_component *const app = &release->components[0];
    struct microbit_facts facts = {
        .magic = MICROBIT_FACTS_MAGIC,
        .sequence = release->sequence,
        .image_bytes = (uint32_t)app->image.length,
    };
    make_wires(mcu, folder);
    memset(mcu->flash, 0xff, sizeof mcu->flash);
    load(folder, "boot.bin", mcu->flash, MICROBIT_FACTS);
    snprintf(facts.model, sizeof facts.model, "%s", release->model);
    snprintf(facts.version, sizeof facts.version, "%s", release->version);
    snprintf(facts.store, sizeof facts.store, "%s", store);
    memcpy(facts.image_sha256, app->sha256, sizeof facts.image_sha256);
    memcpy(facts.key, trusted->point, sizeof facts.key);
    memcpy(mcu->flash + MICROBIT_FACTS, &facts, sizeof facts);
    must(app->image.length <= MICROBIT_SLOT_BYTES, "the image is too large");
    memcpy(mcu->flash + MICROBIT_SLOT, app->image.bytes, app->image.length);
}

void mcu_again(struct mcu *mcu, const char *folder,
               const uint8_t flash[MICROBIT_FLASH_BYTES])
{
    make_wires(mcu, folder);
    memcpy(mcu->flash, flash, sizeof mcu->flash);
}

void mcu_free(struct mcu *mcu)
{
    char path[96];
    static const char *const names[] = {"flash", "memory"};
    if (mcu->pid != 0)
        end(mcu);
    close(mcu->line);
    close(mcu->far_end);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", mcu->directory, names[i]);
        unlink(path);
    }
    rmdir(mcu->directory);
}

unsigned mcu_wait(const struct mcu *mcu, struct pollfd fds[MCU_FDS])
{
    fds[0] = (struct pollfd){.fd = mcu->line, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = mcu->pid != 0 ? mcu->control : -1,
                             .events = POLLIN};
    fds[2] = (struct pollfd){.fd = mcu->pid != 0 && mcu->watched ? mcu->debugger
                                                                 : -1,
                             .events = POLLIN};
    return MCU_FDS;
}

static void take_stop(struct mcu *mcu)
{
    struct pollfd entry = {.fd = mcu->debugger, .events = POLLIN};
    char said[256];
    if (!mcu->watched || mcu->stands || poll(&entry, 1, 0) <= 0)
        return;
    char byte;
    must(recv(mcu->debugger, &byte, 1, MSG_PEEK) == 1, "QEMU's debugger");
    if (byte != '$') {
        debug_byte(mcu); /* an acknowledgement */
        return;
    }
    debug_hear(mcu, said, sizeof said);
    mcu->stands = strncmp(said, "T05", 3) == 0;
}

void mcu_turn(struct mcu *mcu)
{
    char line[4096];
    if (mcu->pid == 0)
        return;
    while (hear(mcu, 0))
        continue;
    while (take_line(mcu, line, sizeof line))
        take_event(mcu, line);
    take_stop(mcu);
    if (!mcu->asked_reset)
        return;
    save_memory(mcu, 0, mcu->flash, sizeof mcu->flash);
    end(mcu);
    mcu->resets++;
    mcu_power_up(mcu, mcu->watched);
}

void mcu_look(struct mcu *mcu, struct microbit_shared *shared)
{
    memset(shared, 0, sizeof *shared);
    if (mcu->pid != 0)
        save_memory(mcu, MICROBIT_RAM, shared, sizeof *shared);
}

void mcu_request(struct mcu *mcu, uint32_t package_bytes)
{
    const struct microbit_request request = {
        .magic = MICROBIT_REQUEST_MAGIC,
        .bytes = package_bytes,
        .not_bytes = ~package_bytes,
        .taken = 0xffffffffu,
    };
    memset(mcu->flash + MICROBIT_REQUEST, 0xff, MICROBIT_PAGE);
    memcpy(mcu->flash + MICROBIT_REQUEST, &request, sizeof request);
}
