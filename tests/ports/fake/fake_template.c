/* SPDX-License-Identifier: Apache-2.0 */
/* A board filled in: the host. */
#include "fake.h"
#include "template/template_port.h"

uint32_t board_read(void *bytes, uint32_t capacity, uint32_t wait_ms)
{
    return (uint32_t)posix_port_read(&fake_line, bytes, capacity, (int)wait_ms);
}

uint32_t board_write(const void *bytes, uint32_t length)
{
    return (uint32_t)posix_port_write(&fake_line, bytes, length);
}

uint32_t board_now_ms(void)
{
    return posix_port_now_ms();
}

int main(int count, char **words)
{
    return fake_main(count, words, template_update);
}
