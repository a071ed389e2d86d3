/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files in, whole files out, whatever happens in between. */
#include <pack/pack.h>

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/farfix-files.XXXXXX";
static char path[64];
static struct pack_error error;

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/file", directory);
    return 0;
}

static unsigned files_in_directory(void)
{
    unsigned count = 0;
    DIR *stream = opendir(directory);
    assert_non_null(stream);
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(stream);
    return count;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(directory);
}

static void assert_holds(const char *text)
{
    struct pack_buffer got;
    assert_int_equal(pack_read_file(path, &got, &error), 0);
    assert_int_equal(got.length, strlen(text));
    assert_memory_equal(got.bytes, text, got.length);
    pack_buffer_free(&got);
}

static void put(const char *text)
{
    assert_int_equal(pack_write_file(path, text, strlen(text), 0, &error), 0);
}

static void written_file_reads_back_and_leaves_nothing_else(void **state)
{
    (void)state;
    put("first");
    assert_holds("first");
    put("second, longer");
    assert_holds("second, longer");
    put("3");
    assert_holds("3");
    assert_int_equal(files_in_directory(), 1);
}

static mode_t mode_of_file(int secret, mode_t mask)
{
    struct stat status;
    unlink(path);
    const mode_t before = umask(mask);
    assert_int_equal(pack_write_file(path, "x", 1, secret, &error), 0);
    umask(before);
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 0777;
}

static void secret_file_is_its_owners_alone_under_any_umask(void **state)
{
    (void)state;
    assert_int_equal(mode_of_file(1, 0), 0600);
    assert_int_equal(mode_of_file(1, 022), 0600);
    assert_int_equal(mode_of_file(0, 022), 0644);
    assert_int_equal(mode_of_file(0, 077), 0600);
}

/* Writes 1 MiB where only 64 KiB may be written; the kernel's answer to that
 * is SIGXFSZ, which kills, or EFBIG when the signal is ignored. */
static int write_in_a_child_with_a_limit(void (*on_signal)(int))
{
    const struct rlimit limit = {65536, 65536};
    int status;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        static char large[1 << 20];
        setrlimit(RLIMIT_FSIZE, &limit);
        signal(SIGXFSZ, on_signal);
        const int result =
            pack_write_file(path, large, sizeof large, 0, &error);
        _exit(result == FFX_ERR_IO && strstr(error.text, path) ? 11 : 12);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void failed_write_leaves_the_old_file_and_no_other(void **state)
{
    (void)state;
    put("old");
    const int status = write_in_a_child_with_a_limit(SIG_IGN);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 11);
    assert_holds("old");
    assert_int_equal(files_in_directory(), 1);
}

static void remove_leftovers(void)
{
    DIR *stream = opendir(directory);
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        char name[512];
        snprintf(name, sizeof name, "%s/%s", directory, entry->d_name);
        if (strstr(entry->d_name, ".tmp-") != NULL)
            unlink(name);
    }
    closedir(stream);
}

static void process_killed_in_mid_write_leaves_the_old_file(void **state)
{
    (void)state;
    put("old");
    const int status = write_in_a_child_with_a_limit(SIG_DFL);
    assert_true(WIFSIGNALED(status));
    assert_holds("old");
    put("new");
    assert_holds("new");
    remove_leftovers();
}

static void link_stays_a_link(void **state)
{
    (void)state;
    char link_path[64];
    struct stat status;
    snprintf(link_path, sizeof link_path, "%s/link", directory);
    put("old");
    assert_int_equal(symlink("file", link_path), 0);
    assert_int_equal(pack_write_file(link_path, "new", 3, 0, &error), 0);
    assert_int_equal(lstat(link_path, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_holds("new");
    unlink(link_path);
}

static void what_is_no_regular_file_is_not_replaced(void **state)
{
    (void)state;
    char pipe_path[64];
    struct stat status;
    snprintf(pipe_path, sizeof pipe_path, "%s/pipe", directory);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_int_equal(pack_write_file(pipe_path, "x", 1, 0, &error), FFX_ERR_IO);
    assert_int_equal(stat(pipe_path, &status), 0);
    assert_true(S_ISFIFO(status.st_mode));
    unlink(pipe_path);
    assert_int_equal(pack_write_file(directory, "x", 1, 0, &error), FFX_ERR_IO);
}

static void missing_file_is_called_missing(void **state)
{
    (void)state;
    struct pack_buffer got;
    assert_int_equal(pack_read_file("/nonexistent/x", &got, &error),
                     FFX_ERR_IO);
    assert_true(error.missing);
    assert_int_equal(pack_read_file(directory, &got, &error), FFX_ERR_IO);
    assert_false(error.missing);
    assert_int_equal(pack_write_file("/nonexistent/x", "x", 1, 0, &error),
                     FFX_ERR_IO);
    assert_true(error.missing);
}

static void what_is_no_regular_file_is_refused_at_once(void **state)
{
    (void)state;
    char pipe_path[64];
    struct pack_buffer got;
    snprintf(pipe_path, sizeof pipe_path, "%s/pipe", directory);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_int_equal(pack_read_regular(pipe_path, &got, &error), FFX_ERR_IO);
    assert_null(got.bytes);
    assert_non_null(strstr(error.text, "not a regular file"));
    unlink(pipe_path);
    assert_int_equal(pack_read_regular(directory, &got, &error), FFX_ERR_IO);
    assert_int_equal(pack_read_regular("/dev/zero", &got, &error), FFX_ERR_IO);
    assert_int_equal(pack_read_regular("/nonexistent/x", &got, &error),
                     FFX_ERR_IO);
    assert_true(error.missing);
    put("text");
    assert_int_equal(pack_read_regular(path, &got, &error), 0);
    assert_memory_equal(got.bytes, "text", 4);
    pack_buffer_free(&got);
}

/* --- temporary names ----------------------------------------------------- */

static void temporary_names_are_told_from_others(void **state)
{
    (void)state;
    assert_int_equal(pack_temporary("update.zip.tmp-4711-3"), 10);
    assert_int_equal(pack_temporary("/a/b.tmp-1-2/c.tmp-3-4"), 14);
    assert_int_equal(pack_temporary("a.tmp-1-2.tmp-3-4"), 9);
    assert_int_equal(pack_temporary("a.tmp-1-2.bak"), 0);
    assert_int_equal(pack_temporary("a.tmp-1"), 0);
    assert_int_equal(pack_temporary("a.tmp--1"), 0);
    assert_int_equal(pack_temporary("a.tmp-1-"), 0);
    assert_int_equal(pack_temporary("a.tmp-x-1"), 0);
    assert_int_equal(pack_temporary("a"), 0);
    assert_int_equal(pack_temporary(""), 0);
    assert_int_equal(pack_temporary(".tmp-1-2"), 0);
}

/* In a container every process may have the number 1. */
static void names_that_a_namesake_left_do_no_harm(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        char name[100];
        snprintf(name, sizeof name, "%s.tmp-%ld-%d", path, (long)getpid(), i);
        FILE *file = fopen(name, "w");
        assert_non_null(file);
        fclose(file);
    }
    put("new");
    assert_holds("new");
    assert_int_equal(files_in_directory(), 201);
    remove_leftovers();
}

static void sweep_for_ever(void)
{
    for (;;) {
        DIR *stream = opendir(directory);
        for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
            if (pack_temporary(entry->d_name) > 0)
                pack_sweep(dirfd(stream), entry->d_name);
        closedir(stream);
    }
}

static void a_sweeper_takes_nothing_from_who_lives(void **state)
{
    (void)state;
    char text[20];
    const pid_t sweeper = fork();
    if (sweeper == 0)
        sweep_for_ever();
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "%d", i);
        put(text);
        assert_holds(text);
    }
    kill(sweeper, SIGKILL);
    assert_int_equal(waitpid(sweeper, NULL, 0), sweeper);
    assert_int_equal(files_in_directory(), 1);
}

static void file_beyond_the_limit_is_refused_unread(void **state)
{
    (void)state;
    struct pack_buffer got;
    put("");
    assert_int_equal(truncate(path, (off_t)PACK_FILE_MAX + 1), 0);
    assert_int_equal(pack_read_file(path, &got, &error), FFX_ERR_SPACE);
    assert_null(got.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_file_reads_back_and_leaves_nothing_else),
        cmocka_unit_test(secret_file_is_its_owners_alone_under_any_umask),
        cmocka_unit_test(failed_write_leaves_the_old_file_and_no_other),
        cmocka_unit_test(process_killed_in_mid_write_leaves_the_old_file),
        cmocka_unit_test(link_stays_a_link),
        cmocka_unit_test(what_is_no_regular_file_is_not_replaced),
        cmocka_unit_test(missing_file_is_called_missing),
        cmocka_unit_test(what_is_no_regular_file_is_refused_at_once),
        cmocka_unit_test(temporary_names_are_told_from_others),
        cmocka_unit_test(names_that_a_namesake_left_do_no_harm),
        cmocka_unit_test(a_sweeper_takes_nothing_from_who_lives),
        cmocka_unit_test(file_beyond_the_limit_is_refused_unread),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
