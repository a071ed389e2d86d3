/* SPDX-License-Identifier: Apache-2.0 */
/* What Linux knows of a serial device beside the device: the names that stay
 * when its number changes, and who has it open. */
#ifndef FARFIX_POSIX_NAMES_H
#define FARFIX_POSIX_NAMES_H

#include <stddef.h>

/* A link in `directory` that leads to the device `name`; "" in `out` when
 * there is none, or when `name` is a link itself: it was chosen to stay. */
void posix_names_stable(const char *directory, const char *name, char *out,
                        size_t capacity);

/* The USB device behind the serial device `name`, as a path in `sys`, where
 * sysfs is: "/sys/devices/.../usb1/1-2"; "" when there is none. */
void posix_names_usb(const char *sys, const char *name, char *out,
                     size_t capacity);

/* Another process that has the device `name` open, by the process directory
 * `proc`: "picocom, process 4711"; "" when none is seen. */
void posix_names_holder(const char *proc, const char *name, char *out,
                        size_t capacity);

#endif
