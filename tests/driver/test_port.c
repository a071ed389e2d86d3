/* SPDX-License-Identifier: Apache-2.0 */
/* A port that is found again: by a link whose target changes, and what Linux
 * tells of a device. */
#include "posix/posix_names.h"
#include "posix/posix_port.h"

#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/farfix-port-XXXXXX";
static char link_path[64];

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(link_path, sizeof link_path, "%s/modem", directory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(link_path);
    return rmdir(directory);
}

/* A device behind the link; its master side. */
static int plug_in(char name[64])
{
    int master, slave;
    assert_int_equal(openpty(&master, &slave, name, NULL, NULL), 0);
    close(slave);
    unlink(link_path);
    assert_int_equal(symlink(name, link_path), 0);
    return master;
}

static void expect_read(struct posix_port *port, int master, const char *text)
{
    char bytes[16] = "";
    size_t got = 0;
    const ssize_t length = (ssize_t)strlen(text);
    assert_int_equal(write(master, text, strlen(text)), length);
    for (int i = 0; i < 50 && got < strlen(text); i++)
        got += posix_port_read(port, bytes + got, sizeof bytes - 1 - got, 100);
    assert_string_equal(bytes, text);
}

static void a_link_that_leads_elsewhere_is_followed(void **state)
{
    struct posix_port port;
    struct termios mode;
    char name[64], byte;
    (void)state;
    int master = plug_in(name);
    assert_int_equal(posix_port_open(&port, link_path, 115200, 0), 0);
    assert_string_equal(port.stable, "");
    expect_read(&port, master, "one\r\n");
    close(master);
    unlink(link_path);
    for (int i = 0; i < 50 && port.fd >= 0; i++)
        posix_port_read(&port, &byte, 1, 100);
    assert_int_equal(port.fd, -1);
    assert_int_equal(posix_port_write(&port, "lost", 4), 4);
    master = plug_in(name);
    for (int i = 0; i < 50 && port.fd < 0; i++)
        posix_port_read(&port, &byte, 1, 100);
    assert_true(port.fd >= 0);
    assert_int_equal(tcgetattr(port.fd, &mode), 0);
    assert_int_equal(mode.c_lflag & (ICANON | ECHO | ISIG), 0);
    assert_int_equal(mode.c_oflag & OPOST, 0);
    assert_int_equal(cfgetospeed(&mode), B115200);
    expect_read(&port, master, "two\r\n");
    posix_port_close(&port);
    close(master);
}

/* Somebody else may have the old name by then. */
static void a_plain_device_is_found_again_by_its_place(void **state)
{
    struct posix_port port;
    char name[64], other[64], byte;
    int others, slave;
    (void)state;
    int master = plug_in(name);
    assert_int_equal(posix_port_open(&port, name, 115200, 0), 0);
    posix_names_stable(directory, name, port.stable, sizeof port.stable);
    assert_string_equal(port.stable, link_path);
    close(master);
    unlink(link_path);
    for (int i = 0; i < 50 && port.fd >= 0; i++)
        posix_port_read(&port, &byte, 1, 100);
    assert_int_equal(port.fd, -1);
    /* The number is free now: the next pseudo terminal gets it. */
    assert_int_equal(openpty(&others, &slave, other, NULL, NULL), 0);
    posix_port_read(&port, &byte, 1, 100);
    assert_int_equal(port.fd, -1);
    master = plug_in(name);
    for (int i = 0; i < 50 && port.fd < 0; i++)
        posix_port_read(&port, &byte, 1, 100);
    expect_read(&port, master, "here\n");
    posix_port_close(&port);
    close(slave);
    close(others);
    close(master);
}

static void the_link_to_a_device_is_found(void **state)
{
    char name[64], found[256], small[16];
    (void)state;
    const int master = plug_in(name);
    posix_names_stable(directory, name, found, sizeof found);
    assert_string_equal(found, link_path);
    posix_names_stable(directory, link_path, found, sizeof found);
    assert_string_equal(found, ""); /* a link: it was chosen */
    posix_names_stable(directory, "/dev/null", found, sizeof found);
    assert_string_equal(found, ""); /* nobody's link */
    posix_names_stable("/nowhere", name, found, sizeof found);
    assert_string_equal(found, "");
    posix_names_stable(directory, "/nowhere", found, sizeof found);
    assert_string_equal(found, "");
    posix_names_stable(directory, name, small, sizeof small);
    assert_string_equal(small, ""); /* never a part of it */
    close(master);
}

static void put_file(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

static void put_directory(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void take_away(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    assert_int_equal(remove(path), 0);
}

static void the_usb_device_behind_a_port_is_found(void **state)
{
    static const char *const tree[] = {"sys", "sys/dev", "sys/dev/char",
                                       "sys/1-2", "sys/1-2/tty"};
    char name[64], found[256], wanted[128], sys[64], target[96], node[128];
    struct stat device;
    (void)state;
    const int master = plug_in(name);
    assert_int_equal(stat(name, &device), 0);
    for (size_t i = 0; i < 5; i++)
        put_directory(tree[i]);
    snprintf(sys, sizeof sys, "%s/sys", directory);
    snprintf(target, sizeof target, "%s/1-2/tty", sys);
    snprintf(node, sizeof node, "%s/dev/char/%u:%u", sys, major(device.st_rdev),
             minor(device.st_rdev));
    posix_names_usb(sys, name, found, sizeof found);
    assert_string_equal(found, ""); /* not in this sysfs */
    assert_int_equal(symlink(target, node), 0);
    posix_names_usb(sys, name, found, sizeof found);
    assert_string_equal(found, ""); /* there, and not on USB */
    put_file("sys/1-2/idVendor");
    snprintf(wanted, sizeof wanted, "%s/1-2", sys);
    posix_names_usb(sys, link_path, found, sizeof found);
    assert_string_equal(found, wanted);
    posix_names_usb(sys, name, found, 8);
    assert_string_equal(found, ""); /* never a part of it */
    posix_names_usb(sys, "/nowhere", found, sizeof found);
    assert_string_equal(found, "");
    assert_int_equal(unlink(node), 0);
    take_away("sys/1-2/idVendor");
    for (size_t i = 5; i-- > 0;)
        take_away(tree[i]);
    close(master);
}

static void who_holds_a_device_is_named(void **state)
{
    char name[64], found[80], wanted[32];
    int ready[2];
    char byte;
    (void)state;
    const int master = plug_in(name);
    assert_int_equal(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        const int fd = open(name, O_RDWR | O_NOCTTY);
        if (fd < 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    posix_names_holder("/proc", name, found, sizeof found);
    snprintf(wanted, sizeof wanted, "process %ld", (long)child);
    assert_non_null(strstr(found, wanted));
    assert_memory_equal(found, "test_port, ", 11);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    posix_names_holder("/proc", name, found, sizeof found);
    assert_string_equal(found, "");
    posix_names_holder("/nowhere", name, found, sizeof found);
    assert_string_equal(found, "");
    posix_names_holder("/proc", "/nowhere", found, sizeof found);
    assert_string_equal(found, "");
    close(ready[0]);
    close(ready[1]);
    close(master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_that_leads_elsewhere_is_followed),
        cmocka_unit_test(a_plain_device_is_found_again_by_its_place),
        cmocka_unit_test(the_link_to_a_device_is_found),
        cmocka_unit_test(the_usb_device_behind_a_port_is_found),
        cmocka_unit_test(who_holds_a_device_is_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
