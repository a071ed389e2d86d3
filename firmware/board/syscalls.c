/* SPDX-License-Identifier: Apache-2.0 */
/* What newlib asks of its platform: a heap, and a console for stdout. */
#include "board.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>

extern char image_heap[], image_heap_end[];

void *_sbrk(ptrdiff_t increment);
int _write(int file, const char *bytes, int length);
int _read(int file, char *bytes, int length);
int _close(int file);
int _fstat(int file, struct stat *status);
int _isatty(int file);
int _lseek(int file, int offset, int whence);
int _getpid(void);
int _kill(int process, int signal);
void _exit(int code);

void *_sbrk(ptrdiff_t increment)
{
    static char *end = image_heap;
    if (increment > image_heap_end - end) {
        errno = ENOMEM;
        return (void *)-1;
    }
    char *const old = end;
    end += increment;
    return old;
}

int _write(int file, const char *bytes, int length)
{
    (void)file;
    for (int i = 0; i < length; i++) {
        if (bytes[i] == '\n')
            board_put('\r');
        board_put(bytes[i]);
    }
    return length;
}

int _read(int file, char *bytes, int length)
{
    (void)file;
    const int byte = length > 0 ? board_get() : -1;
    if (byte < 0)
        return 0;
    bytes[0] = (char)byte;
    return 1;
}

int _close(int file)
{
    (void)file;
    return -1;
}

int _fstat(int file, struct stat *status)
{
    (void)file;
    status->st_mode = S_IFCHR;
    return 0;
}

int _isatty(int file)
{
    (void)file;
    return 1;
}

int _lseek(int file, int offset, int whence)
{
    (void)file;
    (void)offset;
    (void)whence;
    return 0;
}

int _getpid(void)
{
    return 1;
}

int _kill(int process, int signal)
{
    (void)process;
    (void)signal;
    errno = EINVAL;
    return -1;
}

void _exit(int code)
{
    (void)code;
    for (;;)
        __asm volatile("wfi");
}
