/* SPDX-License-Identifier: Apache-2.0 */
#include "mcu_rig.h"

#include "psa/psa_crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void must(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "mcu_rig: %s\n", what);
    abort();
}

static int remove_one(const char *path, const struct stat *status, int type,
                      struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static void remove_tree(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_directory(char path[64], const char *kind)
{
    snprintf(path, 64, "/tmp/farfix-%s.XXXXXX", kind);
    must(mkdtemp(path) != NULL, path);
}

int64_t mcu_rig_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- releases ------------------------------------------------------------ */

static void make_release(const struct mcu_releases *releases,
                         const char *folder, const char *image,
                         const char *version, uint32_t sequence,
                         struct pack_release *out)
{
    char path[160], from[256], ini[512];
    struct pack_buffer bytes = {0};
    struct pack_error error;
    snprintf(path, sizeof path, "%s/%s", releases->directory, version);
    must(mkdir(path, 0777) == 0, path);
    const int length =
        snprintf(ini, sizeof ini,
                 "[release]\nmodel=MICROBIT\nversion=%s\nsequence=%u\n\n"
                 "[component app]\nfile=app.bin\nslot_size=%u\nsector=%u\n"
                 "step=%u\nram=8192\n",
                 version, (unsigned)sequence, MICROBIT_SLOT_BYTES,
                 MICROBIT_PAGE, MICROBIT_STEP);
    snprintf(path, sizeof path, "%s/%s/release.ini", releases->directory,
             version);
    must(pack_write_file(path, ini, (size_t)length, 0, &error) == 0,
         error.text);
    snprintf(from, sizeof from, "%s/%s", folder, image);
    must(pack_read_file(from, &bytes, &error) == 0, error.text);
    snprintf(path, sizeof path, "%s/%s/app.bin", releases->directory, version);
    must(pack_write_file(path, bytes.bytes, bytes.length, 0, &error) == 0,
         error.text);
    pack_buffer_free(&bytes);
    snprintf(from, sizeof from, "%s/release.key", releases->directory);
    const struct pack_signing how = {.key = from};
    snprintf(path, sizeof path, "%s/%s", releases->directory, version);
    must(pack_release_sign(path, &how, &error) == 0, error.text);
    must(pack_release_load(path, out, &error) == 0, error.text);
}

void mcu_releases_make(struct mcu_releases *releases, const char *folder)
{
    static const struct pack_options deltas;
    char path[160];
    struct pack_error error;
    memset(releases, 0, sizeof *releases);
    make_directory(releases->directory, "releases");
    snprintf(path, sizeof path, "%s/release.key", releases->directory);
    must(pack_key_make(path, NULL, &error) == 0, error.text);
    must(pack_key_load(path, &releases->key, &error) == 0, error.text);
    snprintf(path, sizeof path, "%s/release.pub", releases->directory);
    must(pack_public_key_load(path, &releases->trusted, &error) == 0,
         error.text);
    make_release(releases, folder, "app-a.bin", "1.0", 5, &releases->a);
    make_release(releases, folder, "app-b.bin", "1.1", 6, &releases->b);
    must(pack_build(&releases->a, &releases->b, releases->key, &deltas,
                    &releases->zip, &error) == 0,
         error.text);
}

void mcu_releases_free(struct mcu_releases *releases)
{
    pack_key_free(releases->key);
    pack_release_free(&releases->a);
    pack_release_free(&releases->b);
    pack_buffer_free(&releases->zip);
    remove_tree(releases->directory);
}

void mcu_releases_serve(const struct mcu_releases *releases,
                        struct child *store, char url[64])
{
    char key[160], log[160], line[128];
    snprintf(key, sizeof key, "%s/release.key", releases->directory);
    snprintf(log, sizeof log, "%s/store.log", releases->directory);
    const char *const argv[] = {
        getenv("FARFIX"),    "store", "serve", "--releases",
        releases->directory, "--key", key,     "--listen",
        "127.0.0.1:0",       NULL};
    must(argv[0] != NULL, "FARFIX names no program");
    child_start(store, argv, log);
    must(child_line(store, line, sizeof line, 20000) == 0, "no store");
    must(sscanf(line, "ready %63s", url) == 1, line);
}

/* --- the rig ------------------------------------------------------------- */

void mcu_rig_make(struct mcu_rig *rig, const char *folder,
                  const struct mcu_releases *releases, const char *store,
                  const struct mcu_module *module)
{
    static const struct mcu_module plain;
    struct ffx_sim_factory factory;
    struct ffx_sim_error error;
    memset(rig, 0, sizeof *rig);
    rig->releases = releases;
    make_directory(rig->state, "module");
    if (module == NULL)
        module = &plain;
    must(ffx_sim_plain(&factory, "SIM7000G", "1529B05SIM7000G") == 0,
         "ffx_sim_plain");
    const struct ffx_sim_config config = {
        .state = rig->state,
        .port = FFX_SIM_CALLS,
        .crypto = psa_crypto(),
        .factory = &factory,
        .imei = "866425030000006",
        .sim_pin = "",
        .apn = "ctnb",
        .profile = module->profile,
        .quirks = module->quirks,
        .faults = module->faults,
    };
    must(ffx_sim_create(&rig->sim, &config, &error) == 0, error.text);
    mcu_make(&rig->mcu, folder, &releases->a, &releases->trusted, store);
}

void mcu_rig_free(struct mcu_rig *rig)
{
    mcu_free(&rig->mcu);
    ffx_sim_destroy(rig->sim);
    remove_tree(rig->state);
}

void mcu_rig_put(struct mcu_rig *rig, const char *name,
                 const struct pack_buffer *file)
{
    char path[160];
    struct pack_error error;
    snprintf(path, sizeof path, "%s/%s", rig->state, name);
    must(pack_write_file(path, file->bytes, file->length, 0, &error) == 0,
         error.text);
}

/* To the microcontroller, as much as its wire takes. */
static void say(struct mcu_rig *rig)
{
    const ssize_t count = write(rig->mcu.line, rig->to_mcu, rig->to_mcu_length);
    if (count <= 0)
        return;
    rig->passed += (uint64_t)count;
    rig->to_mcu_length -= (size_t)count;
    memmove(rig->to_mcu, rig->to_mcu + count, rig->to_mcu_length);
}

static void hear(struct mcu_rig *rig)
{
    uint8_t bytes[256];
    const ssize_t count = read(rig->mcu.line, bytes, sizeof bytes);
    if (count <= 0)
        return;
    rig->passed += (uint64_t)count;
    for (size_t said = 0; said < (size_t)count;)
        said += ffx_sim_say(rig->sim, 0, bytes + said, (size_t)count - said);
}

void mcu_rig_turn(struct mcu_rig *rig)
{
    struct pollfd fds[FFX_SIM_FDS + MCU_FDS];
    int timeout_ms;
    const unsigned sim = ffx_sim_wait(rig->sim, fds, &timeout_ms);
    const unsigned mcu = mcu_wait(&rig->mcu, fds + sim);
    if (rig->to_mcu_length > 0)
        fds[sim].events |= POLLOUT;
    if (timeout_ms < 0 || timeout_ms > 5)
        timeout_ms = 5;
    poll(fds, sim + mcu, timeout_ms);
    if (fds[sim].revents & POLLIN)
        hear(rig);
    must(ffx_sim_step(rig->sim, fds, sim) == 1, "the module went off");
    rig->to_mcu_length +=
        ffx_sim_hear(rig->sim, 0, rig->to_mcu + rig->to_mcu_length,
                     sizeof rig->to_mcu - rig->to_mcu_length);
    if (rig->to_mcu_length > 0)
        say(rig);
    mcu_turn(&rig->mcu); /* it may have spoken in mcu_look as well */
}

int mcu_rig_until(struct mcu_rig *rig, const char *version, uint32_t limit_ms)
{
    const int64_t end_ms = mcu_rig_now_ms() + limit_ms;
    int64_t look_ms = 0;
    while (mcu_rig_now_ms() < end_ms) {
        struct microbit_shared shared;
        mcu_rig_turn(rig);
        if (mcu_rig_now_ms() < look_ms)
            continue;
        look_ms = mcu_rig_now_ms() + 20;
        mcu_look(&rig->mcu, &shared);
        if (shared.doing == MICROBIT_APPLICATION &&
            strcmp(shared.version, version) == 0)
            return 0;
    }
    return -1;
}

int mcu_rig_holds(const struct mcu_rig *rig, const struct pack_release *release)
{
    const struct pack_buffer *const image = &release->components[0].image;
    const uint8_t *const slot = rig->mcu.flash + MICROBIT_SLOT;
    if (memcmp(slot, image->bytes, image->length) != 0)
        return 0;
    for (size_t i = image->length; i < MICROBIT_SLOT_BYTES; i++)
        if (slot[i] != 0xff)
            return 0;
    return 1;
}
