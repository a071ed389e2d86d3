/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim_ftp_words.h"

#include <string.h>

int sim_ftp_code(const char *line)
{
    for (int i = 0; i < 3; i++)
        if (line[i] < '0' || line[i] > '9')
            return -1;
    const int code =
        (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
    if (code < 100 || code > 599 || strchr(" -", line[3]) == NULL)
        return -1;
    return code;
}

int sim_ftp_size(const char *text, uint64_t *size)
{
    const size_t length = strspn(text, "0123456789");
    *size = 0;
    if (length == 0 || length > 18 || text[length] != '\0')
        return -1;
    for (size_t i = 0; i < length; i++)
        *size = *size * 10 + (uint64_t)(text[i] - '0');
    return 0;
}

uint32_t sim_ftp_epsv(const char *text)
{
    const char *p = strchr(text, '(');
    uint32_t port = 0;
    if (p == NULL || p[1] < 33 || p[1] > 126 || p[2] != p[1] || p[3] != p[1])
        return 0;
    const char mark = p[1];
    for (p += 4; *p >= '0' && *p <= '9' && port <= 65535; p++)
        port = port * 10 + (uint32_t)(*p - '0');
    return *p == mark && p[1] == ')' && port <= 65535 ? port : 0;
}

uint32_t sim_ftp_pasv(const char *text)
{
    uint32_t numbers[6] = {0};
    const char *p = text + strcspn(text, "0123456789");
    for (int i = 0; i < 6; i++) {
        if (*p < '0' || *p > '9')
            return 0;
        for (; *p >= '0' && *p <= '9'; p++) {
            numbers[i] = numbers[i] * 10 + (uint32_t)(*p - '0');
            if (numbers[i] > 255)
                return 0;
        }
        if (i < 5 && *p++ != ',')
            return 0;
    }
    return numbers[4] * 256 + numbers[5];
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

int sim_ftp_segment(const char **path, char word[SIM_FTP_WORD])
{
    const char *p = *path;
    size_t length = 0;
    for (; *p != '\0' && *p != '/'; p++) {
        int c = (unsigned char)*p;
        if (c == '%' && hex(p[1]) >= 0 && hex(p[2]) >= 0) {
            c = hex(p[1]) * 16 + hex(p[2]);
            p += 2;
        }
        if (c < ' ' || c == 0x7f || length == SIM_FTP_WORD - 1)
            return -1;
        word[length++] = (char)c;
    }
    word[length] = '\0';
    *path = p;
    return 0;
}
