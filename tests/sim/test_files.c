/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char state[64];
static struct sim_files files;

static int set_up(void **context)
{
    struct ffx_sim_error error;
    (void)context;
    snprintf(state, sizeof state, "/tmp/farfix-files-XXXXXX");
    return mkdtemp(state) == NULL || sim_files_open(&files, state, &error);
}

static int tear_down(void **context)
{
    char command[128];
    (void)context;
    sim_files_close(&files);
    snprintf(command, sizeof command, "rm -rf %s", state);
    return system(command);
}

static void in_state(char path[128], const char *name)
{
    snprintf(path, 128, "%s/%s", state, name);
}

static void an_empty_module_has_the_space_of_the_manual(void **context)
{
    (void)context;
    assert_int_equal(sim_files_free(&files), 22151168);
}

static void mode_0_replaces_and_mode_1_appends(void **context)
{
    char text[16];
    uint32_t bytes;
    (void)context;
    assert_int_equal(sim_files_write(&files, FFX_DIR_FOTA, "a", 1, "one", 3),
                     FFX_OK);
    assert_int_equal(sim_files_write(&files, FFX_DIR_FOTA, "a", 1, "two", 3),
                     FFX_OK);
    assert_int_equal(sim_files_read(&files, FFX_DIR_FOTA, "a", 2, text, 16), 4);
    assert_memory_equal(text, "etwo", 4);
    assert_int_equal(sim_files_write(&files, FFX_DIR_FOTA, "a", 0, "x", 1),
                     FFX_OK);
    assert_int_equal(sim_files_size(&files, FFX_DIR_FOTA, "a", &bytes), FFX_OK);
    assert_int_equal(bytes, 1);
    assert_int_equal(sim_files_free(&files), SIM_FILES_BYTES - 1);
}

static void writing_over_keeps_the_tail(void **context)
{
    static char long_text[10000];
    char text[16];
    uint32_t bytes;
    (void)context;
    memset(long_text, 'x', sizeof long_text);
    sim_files_write(&files, FFX_DIR_FOTA, "a", FFX_WRITE_NEW, long_text, 10000);
    assert_int_equal(
        sim_files_write(&files, FFX_DIR_FOTA, "a", FFX_WRITE_OVER, "abc", 3),
        FFX_OK);
    assert_int_equal(sim_files_size(&files, FFX_DIR_FOTA, "a", &bytes), FFX_OK);
    assert_int_equal(bytes, 10000);
    sim_files_read(&files, FFX_DIR_FOTA, "a", 0, text, 5);
    assert_memory_equal(text, "abcxx", 5);
    assert_int_equal(
        sim_files_write(&files, FFX_DIR_FOTA, "new", FFX_WRITE_OVER, "abc", 3),
        FFX_OK);
    assert_int_equal(sim_files_size(&files, FFX_DIR_FOTA, "new", &bytes),
                     FFX_OK);
    assert_int_equal(bytes, 3);
}

static void ram_is_no_part_of_the_file_system(void **context)
{
    (void)context;
    assert_int_equal(
        sim_files_write(&files, FFX_DIR_RAM, "ftp", FFX_WRITE_NEW, "abc", 3),
        FFX_OK);
    assert_int_equal(sim_files_free(&files), SIM_FILES_BYTES);
}

static void files_of_two_directories_do_not_meet(void **context)
{
    uint32_t bytes;
    (void)context;
    sim_files_write(&files, FFX_DIR_FOTA, "a", 0, "one", 3);
    assert_int_equal(sim_files_size(&files, FFX_DIR_CUSTOMER, "a", &bytes),
                     FFX_ERR_IO);
}

static void a_write_beyond_the_quota_leaves_the_file_as_it_was(void **context)
{
    char path[128];
    uint32_t bytes;
    (void)context;
    sim_files_write(&files, FFX_DIR_FOTA, "a", 0, "one", 3);
    in_state(path, "datatx/big");
    fclose(fopen(path, "w"));
    assert_int_equal(truncate(path, SIM_FILES_BYTES - 5), 0);
    assert_int_equal(sim_files_free(&files), 2);
    assert_int_equal(sim_files_write(&files, FFX_DIR_FOTA, "a", 1, "two", 3),
                     FFX_ERR_SPACE);
    assert_int_equal(sim_files_write(&files, FFX_DIR_FOTA, "a", 0, "sixsix", 6),
                     FFX_ERR_SPACE);
    sim_files_size(&files, FFX_DIR_FOTA, "a", &bytes);
    assert_int_equal(bytes, 3);
    /* What the file holds makes room for its successor. */
    assert_int_equal(sim_files_room(&files, FFX_DIR_FOTA, "a"), 5);
    assert_int_equal(sim_files_write(&files, FFX_DIR_FOTA, "a", 0, "fives", 5),
                     FFX_OK);
    assert_int_equal(sim_files_free(&files), 0);
}

#define TEN "1234567890"
#define FIFTY TEN TEN TEN TEN TEN

static void names_cannot_leave_their_directory(void **context)
{
    static const char *const names[] = {"",
                                        ".",
                                        "..",
                                        "../settings",
                                        "a/b",
                                        "/etc/passwd",
                                        FIFTY FIFTY FIFTY FIFTY TEN TEN TEN
                                        "1"};
    uint32_t bytes;
    (void)context;
    sim_files_save(&files, "settings", "keep", 4);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *name = names[i];
        print_message("# name '%s'\n", name);
        assert_int_equal(sim_files_write(&files, 0, name, 0, "x", 1),
                         FFX_ERR_IO);
        assert_int_equal(sim_files_write(&files, 0, name, 1, "x", 1),
                         FFX_ERR_IO);
        assert_int_equal(sim_files_size(&files, 0, name, &bytes), FFX_ERR_IO);
        assert_int_equal(sim_files_remove(&files, 0, name), FFX_ERR_IO);
        sim_files_write(&files, 0, "from", 0, "x", 1);
        assert_int_equal(sim_files_rename(&files, 0, "from", name), FFX_ERR_IO);
    }
    char text[8];
    assert_int_equal(sim_files_load(&files, "settings", text, 8), 4);
}

static void a_symbolic_link_is_not_a_file(void **context)
{
    char path[128], text[4];
    uint32_t bytes;
    (void)context;
    in_state(path, "fota/update.zip");
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(sim_files_size(&files, FFX_DIR_FOTA, "update.zip", &bytes),
                     FFX_ERR_IO);
    assert_int_equal(
        sim_files_read(&files, FFX_DIR_FOTA, "update.zip", 0, text, 4),
        FFX_ERR_IO);
    /* What is no file does not exist: a new one takes its place. */
    assert_int_equal(
        sim_files_write(&files, FFX_DIR_FOTA, "update.zip", 1, "x", 1), FFX_OK);
    sim_files_size(&files, FFX_DIR_FOTA, "update.zip", &bytes);
    assert_int_equal(bytes, 1);
}

static void rename_does_not_overwrite(void **context)
{
    uint32_t bytes;
    (void)context;
    sim_files_write(&files, 1, "a", 0, "one", 3);
    sim_files_write(&files, 1, "b", 0, "four", 4);
    assert_int_equal(sim_files_rename(&files, 1, "a", "b"), FFX_ERR_IO);
    assert_int_equal(sim_files_rename(&files, 1, "a", "c"), FFX_OK);
    assert_int_equal(sim_files_size(&files, 1, "a", &bytes), FFX_ERR_IO);
    sim_files_size(&files, 1, "b", &bytes);
    assert_int_equal(bytes, 4);
}

static void what_was_staged_when_the_process_died_is_gone(void **context)
{
    struct ffx_sim_error error;
    char path[128];
    (void)context;
    close(sim_files_stage(&files, "download"));
    in_state(path, "tmp/download");
    assert_int_equal(access(path, F_OK), 0);
    sim_files_close(&files);
    assert_int_equal(sim_files_open(&files, state, &error), FFX_OK);
    assert_int_equal(access(path, F_OK), -1);
}

static void a_second_module_in_the_same_directory_is_refused(void **context)
{
    struct sim_files second;
    struct ffx_sim_error error;
    (void)context;
    assert_int_equal(sim_files_open(&second, state, &error), FFX_ERR_BUSY);
    assert_non_null(strstr(error.text, "another module runs in"));
}

static void a_state_directory_that_cannot_be_made_is_missing(void **context)
{
    struct sim_files second;
    struct ffx_sim_error error;
    (void)context;
    assert_int_equal(sim_files_open(&second, "/nowhere/at/all", &error),
                     FFX_ERR_IO);
    assert_int_equal(error.missing, 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_empty_module_has_the_space_of_the_manual),
        CASE(mode_0_replaces_and_mode_1_appends),
        CASE(writing_over_keeps_the_tail),
        CASE(ram_is_no_part_of_the_file_system),
        CASE(files_of_two_directories_do_not_meet),
        CASE(a_write_beyond_the_quota_leaves_the_file_as_it_was),
        CASE(names_cannot_leave_their_directory),
        CASE(a_symbolic_link_is_not_a_file),
        CASE(rename_does_not_overwrite),
        CASE(what_was_staged_when_the_process_died_is_gone),
        CASE(a_second_module_in_the_same_directory_is_refused),
        CASE(a_state_directory_that_cannot_be_made_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
