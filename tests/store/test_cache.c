/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"
#include "store/store_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE 100u /* of a package */

struct bench {
    char directory[64], path[80];
    struct pack_key *key;
    struct store_cache cache;
};

/* --- files --------------------------------------------------------------- */

static void open_cache(struct bench *bench, uint64_t limit)
{
    struct pack_error error;
    if (store_cache_open(&bench->cache, bench->path, limit, bench->key,
                         &error) != 0)
        fail_msg("%s", error.text);
}

static int make_bench(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    char name[100];
    struct pack_error error;
    strcpy(bench->directory, "/tmp/farfix-cache-XXXXXX");
    assert_non_null(mkdtemp(bench->directory));
    snprintf(bench->path, sizeof bench->path, "%s/cache", bench->directory);
    snprintf(name, sizeof name, "%s/store", bench->directory);
    assert_int_equal(pack_key_make(name, NULL, &error), 0);
    strcat(name, ".key");
    assert_int_equal(pack_key_load(name, &bench->key, &error), 0);
    *state = bench;
    return 0;
}

static int end_bench(void **state)
{
    struct bench *bench = *state;
    char command[100];
    store_cache_close(&bench->cache);
    pack_key_free(bench->key);
    snprintf(command, sizeof command, "rm -rf %s", bench->directory);
    free(bench);
    return system(command);
}

/* The name of the package number `number`. */
static struct store_cache_name name_of(const struct bench *bench,
                                       uint8_t number)
{
    struct store_cache_name name;
    struct store_release from = {0}, to = {0};
    from.digest[0] = number;
    to.digest[0] = 0xff;
    store_cache_name(&bench->cache, &from, &to, &name);
    return name;
}

static void path_of(const struct bench *bench, uint8_t number, char path[300])
{
    const struct store_cache_name name = name_of(bench, number);
    snprintf(path, 300, "%s/%s.zip", bench->path, name.hex);
}

static int there(const struct bench *bench, uint8_t number)
{
    char path[300];
    struct stat status;
    path_of(bench, number, path);
    return lstat(path, &status) == 0;
}

/* Saved and learnt as after a build. */
static void keep(struct bench *bench, uint8_t number)
{
    uint8_t bytes[SIZE], digest[FFX_SHA256_BYTES];
    struct pack_error error;
    const struct pack_buffer zip = {bytes, SIZE, SIZE};
    const struct store_cache_name name = name_of(bench, number);
    memset(bytes, number, sizeof bytes);
    pack_sha256(bytes, SIZE, digest);
    assert_int_equal(store_cache_save(&bench->cache, &name, &zip, &error), 0);
    store_cache_learn(&bench->cache, &name, SIZE, digest);
}

static void use(struct bench *bench, uint8_t number)
{
    const struct store_cache_name name = name_of(bench, number);
    store_cache_use(&bench->cache, &name);
}

static void set_age(const struct bench *bench, uint8_t number, int seconds)
{
    char path[300];
    struct timespec times[2];
    path_of(bench, number, path);
    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= seconds;
    times[1] = times[0];
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void write_text(const struct bench *bench, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", bench->path, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("not ours", file);
    fclose(file);
}

static int is_there(const struct bench *bench, const char *name)
{
    char path[300];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", bench->path, name);
    return lstat(path, &status) == 0;
}

static void reopen(struct bench *bench, uint64_t limit)
{
    store_cache_close(&bench->cache);
    open_cache(bench, limit);
}

/* --- the limit ----------------------------------------------------------- */

static void what_was_not_asked_for_longest_goes_first(void **state)
{
    struct bench *bench = *state;
    open_cache(bench, 3 * SIZE);
    keep(bench, 1);
    keep(bench, 2);
    keep(bench, 3);
    use(bench, 1);
    keep(bench, 4);
    assert_true(there(bench, 1));
    assert_false(there(bench, 2));
    assert_true(there(bench, 3));
    assert_true(there(bench, 4));
    assert_int_equal(bench->cache.bytes, 3 * SIZE);
}

static void what_went_is_still_known(void **state)
{
    struct bench *bench = *state;
    open_cache(bench, SIZE);
    keep(bench, 1);
    keep(bench, 2);
    const struct store_cache_name name = name_of(bench, 1);
    const struct store_cached *cached = store_cache_find(&bench->cache, &name);
    assert_false(there(bench, 1));
    assert_non_null(cached);
    assert_true(cached->checked);
    assert_false(cached->on_disk);
    assert_int_equal(cached->size, SIZE);
}

static void a_limit_below_one_package_keeps_none(void **state)
{
    struct bench *bench = *state;
    open_cache(bench, SIZE - 1);
    for (uint8_t i = 1; i < 10; i++) {
        keep(bench, i);
        assert_false(there(bench, i));
    }
    assert_int_equal(bench->cache.bytes, 0);
}

static void the_same_package_again_counts_once(void **state)
{
    struct bench *bench = *state;
    open_cache(bench, 2 * SIZE);
    keep(bench, 1);
    for (int i = 0; i < 5; i++)
        keep(bench, 2);
    assert_true(there(bench, 1));
    assert_int_equal(bench->cache.bytes, 2 * SIZE);
}

static void files_that_somebody_removed_do_no_harm(void **state)
{
    struct bench *bench = *state;
    char path[300];
    open_cache(bench, 2 * SIZE);
    keep(bench, 1);
    keep(bench, 2);
    path_of(bench, 1, path);
    assert_int_equal(unlink(path), 0);
    keep(bench, 1);
    keep(bench, 3);
    assert_false(there(bench, 2));
    assert_true(there(bench, 1));
    assert_true(there(bench, 3));
    assert_int_equal(bench->cache.bytes, 2 * SIZE);
}

static void a_foreign_file_is_no_package_of_equal_images(void **state)
{
    struct bench *bench = *state;
    open_cache(bench, 10 * SIZE);
    keep(bench, 1);
    reopen(bench, 10 * SIZE);
    const struct store_cache_name name = name_of(bench, 1);
    store_cache_learn(&bench->cache, &name, 0, NULL);
    const struct store_cached *cached = store_cache_find(&bench->cache, &name);
    assert_true(cached->checked);
    assert_int_equal(cached->size, 0);
    assert_int_equal(bench->cache.bytes, 0);
    assert_false(there(bench, 1));
}

/* --- the next process ---------------------------------------------------- */

static void the_next_process_knows_what_was_used_last(void **state)
{
    struct bench *bench = *state;
    open_cache(bench, 10 * SIZE);
    for (uint8_t i = 1; i <= 4; i++) {
        keep(bench, i);
        set_age(bench, i, 100 - i);
    }
    reopen(bench, 2 * SIZE);
    assert_false(there(bench, 1));
    assert_false(there(bench, 2));
    assert_true(there(bench, 3));
    keep(bench, 5);
    assert_false(there(bench, 3));
    assert_true(there(bench, 4));
}

static void what_was_sent_from_memory_stays_longest(void **state)
{
    struct bench *bench = *state;
    struct store_cache_name *names;
    open_cache(bench, 10 * SIZE);
    for (uint8_t i = 1; i <= 4; i++) {
        keep(bench, i);
        set_age(bench, i, 100 - i);
    }
    use(bench, 1);
    use(bench, 1);
    assert_int_equal(store_cache_used(&bench->cache, &names), 1);
    store_cache_touch(&bench->cache, &names[0]);
    free(names);
    assert_int_equal(store_cache_used(&bench->cache, &names), 0);
    assert_null(names);
    reopen(bench, SIZE);
    assert_true(there(bench, 1));
    assert_false(there(bench, 4));
}

static void what_is_read_from_disk_is_used(void **state)
{
    struct bench *bench = *state;
    struct pack_buffer zip;
    struct pack_error error;
    open_cache(bench, 10 * SIZE);
    keep(bench, 1);
    set_age(bench, 1, 100);
    keep(bench, 2);
    set_age(bench, 2, 50);
    const struct store_cache_name name = name_of(bench, 1);
    assert_int_equal(store_cache_load(&bench->cache, &name, &zip, &error), 0);
    assert_int_equal(zip.length, SIZE);
    assert_int_equal(zip.bytes[0], 1);
    pack_buffer_free(&zip);
    reopen(bench, SIZE);
    assert_true(there(bench, 1));
    assert_false(there(bench, 2));
}

static void what_another_process_wrote_is_not_believed(void **state)
{
    struct bench *bench = *state;
    open_cache(bench, 10 * SIZE);
    keep(bench, 1);
    const struct store_cache_name name = name_of(bench, 1);
    assert_true(store_cache_find(&bench->cache, &name)->checked);
    reopen(bench, 10 * SIZE);
    const struct store_cached *cached = store_cache_find(&bench->cache, &name);
    assert_true(cached->on_disk);
    assert_false(cached->checked);
}

/* --- what is not ours ---------------------------------------------------- */

static void foreign_files_are_left_alone(void **state)
{
    static const char *const names[] = {
        "README",
        "update.zip",
        "update.zip.tmp-1-2",
        "x.zip.tmp-notes",
        "00112233445566778899aabbccddeeff-00112233445566778899aabbccddeeff-"
        "0011223344556677.zip.tmp-notes",
        "00112233445566778899aabbccddeeff-00112233445566778899aabbccddeeff-"
        "0011223344556677.zip.bak",
        "00112233445566778899AABBCCDDEEFF-00112233445566778899aabbccddeeff-"
        "0011223344556677.zip",
        "0-112233445566778899aabbccddeeff-00112233445566778899aabbccddeef--"
        "0011223344556677.zap",
    };
    struct bench *bench = *state;
    open_cache(bench, SIZE);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        write_text(bench, names[i]);
    reopen(bench, 1);
    keep(bench, 1);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!is_there(bench, names[i]))
            fail_msg("%s is gone", names[i]);
}

static void what_a_killed_writer_left_is_swept_out(void **state)
{
    struct bench *bench = *state;
    char name[200];
    open_cache(bench, SIZE);
    snprintf(name, sizeof name, "%s.zip.tmp-12345-7", name_of(bench, 1).hex);
    write_text(bench, name);
    reopen(bench, SIZE);
    assert_false(is_there(bench, name));
}

static void what_a_living_writer_writes_stays(void **state)
{
    struct bench *bench = *state;
    struct child writer;
    char name[200], path[300], line[20];
    const char *argv[] = {"flock", path, "sh", "-c", "echo locked; read x",
                          NULL};
    open_cache(bench, SIZE);
    snprintf(name, sizeof name, "%s.zip.tmp-12345-7", name_of(bench, 1).hex);
    snprintf(path, sizeof path, "%s/%s", bench->path, name);
    write_text(bench, name);
    child_start(&writer, argv, NULL);
    assert_int_equal(child_line(&writer, line, sizeof line, 30000), 0);
    reopen(bench, SIZE);
    assert_true(is_there(bench, name));
    child_stop(&writer, SIGKILL);
    /* The shell behind flock holds the lock a moment longer. */
    for (int ms = 0; ms < 30000 && is_there(bench, name); ms += 10) {
        usleep(10000);
        reopen(bench, SIZE);
    }
    assert_false(is_there(bench, name));
}

static void pipes_and_links_in_its_place_hold_nobody(void **state)
{
    struct bench *bench = *state;
    struct pack_buffer zip;
    struct pack_error error;
    char path[300], temporary[320];
    open_cache(bench, SIZE);
    const struct store_cache_name name = name_of(bench, 1);
    path_of(bench, 1, path);
    snprintf(temporary, sizeof temporary, "%s.tmp-1-2", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(mkfifo(temporary, 0600), 0);
    reopen(bench, SIZE);
    assert_null(store_cache_find(&bench->cache, &name));
    assert_int_equal(store_cache_load(&bench->cache, &name, &zip, &error),
                     FFX_ERR_IO);
    assert_non_null(strstr(error.text, "not a regular file"));
}

static void a_directory_that_went_is_made_again(void **state)
{
    struct bench *bench = *state;
    open_cache(bench, 10 * SIZE);
    assert_int_equal(rmdir(bench->path), 0);
    keep(bench, 1);
    assert_true(there(bench, 1));
}

int main(void)
{
#define BENCH(test) cmocka_unit_test_setup_teardown(test, make_bench, end_bench)
    const struct CMUnitTest tests[] = {
        BENCH(what_was_not_asked_for_longest_goes_first),
        BENCH(what_went_is_still_known),
        BENCH(a_limit_below_one_package_keeps_none),
        BENCH(the_same_package_again_counts_once),
        BENCH(files_that_somebody_removed_do_no_harm),
        BENCH(a_foreign_file_is_no_package_of_equal_images),
        BENCH(the_next_process_knows_what_was_used_last),
        BENCH(what_was_sent_from_memory_stays_longest),
        BENCH(what_is_read_from_disk_is_used),
        BENCH(what_another_process_wrote_is_not_believed),
        BENCH(foreign_files_are_left_alone),
        BENCH(what_a_killed_writer_left_is_swept_out),
        BENCH(what_a_living_writer_writes_stays),
        BENCH(pipes_and_links_in_its_place_hold_nobody),
        BENCH(a_directory_that_went_is_made_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
