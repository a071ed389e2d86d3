/* SPDX-License-Identifier: Apache-2.0 */
/* FTP servers that refuse, mislead, break off or never end. What a row does
 * not name is answered as it should be. */
#include "zoo.h"

#include <sys/socket.h>

#define REPLIES(...)                                                           \
    (const struct bad_reply[])                                                 \
    {                                                                          \
        __VA_ARGS__,                                                           \
        {                                                                      \
            NULL, NULL                                                         \
        }                                                                      \
    }
#define TO(verb, ...)                                                          \
    {                                                                          \
        verb, (const struct bad_step[])                                        \
        {                                                                      \
            __VA_ARGS__, OVER                                                  \
        }                                                                      \
    }
#define FTP(title, result, ...)                                                \
    {                                                                          \
        .name = title, .error = result, .script = {                            \
            .replies = REPLIES(__VA_ARGS__)                                    \
        }                                                                      \
    }
#define ACTIVE(title, result, ...)                                             \
    {                                                                          \
        .name = title, .error = result, .active = 1, .script = {               \
            .replies = REPLIES(__VA_ARGS__)                                    \
        }                                                                      \
    }
#define STORED(title, content, ...)                                            \
    {                                                                          \
        .name = title, .file = content, .script = {                            \
            .replies = REPLIES(__VA_ARGS__)                                    \
        }                                                                      \
    }
#define SIZE(title, result, bytes, ...)                                        \
    {                                                                          \
        .name = title, .error = result, .size = bytes, .size_only = 1,         \
        .script = {                                                            \
            .replies = REPLIES(__VA_ARGS__)                                    \
        }                                                                      \
    }
#define BEGIN SAY("150 here it comes\r\n")
#define DONE SAY("226 done\r\n")
#define NO_SIZE TO("SIZE", SAY("550 no size\r\n"))
#define NO_EPSV TO("EPSV", SAY("500 what?\r\n"))

/* 100 bytes: more than an hour's, one each 40 s. */
#define TRICKLING                                                              \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"   \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct zoo_row rows[] = {
    {.name = "FTP as it should be",
     .asks = "USER user\r\nPASS secret\r\nTYPE I\r\nSIZE f\r\n"
             "EPSV\r\nRETR f\r\n"},
    {.name = "active FTP as it should be", .active = 1},
    {.name = "FTP over IPv6",
     .script = {.family = AF_INET6},
     .url = "ftp://[::1]:%u/f"},
    {.name = "active FTP over IPv6",
     .script = {.family = AF_INET6},
     .url = "ftp://[::1]:%u/f",
     .active = 1},
    SIZE("FTPSIZE as it should be", 0, 5, NO_EPSV),

    /* --- the greeting ------------------------------------------------- */
    FTP("no greeting: closes", 61, TO("", CLOSE)),
    FTP("resets at the user", 61, TO("USER", RESET)),
    FTP("no greeting: silent", 64, TO("", HUSH)),
    FTP("half a greeting and silence", 64, TO("", SAY("220 rea"), HUSH)),
    FTP("half a greeting and the end", 61, TO("", SAY("220 rea"), CLOSE)),
    FTP("greets with 421", 65, TO("", SAY("421 too many users\r\n"), CLOSE)),
    FTP("greets with 530", 65, TO("", SAY("530 go away\r\n"))),
    FTP("greets with 331", 70, TO("", SAY("331 password?\r\n"))),
    FTP("greets with garbage", 70, TO("", SAY("hello there\r\n"))),
    FTP("greets with a blank line", 70, TO("", SAY("\r\n220 ready\r\n"))),
    FTP("greets in HTTP", 70, TO("", SAY("HTTP/1.1 400 No\r\n\r\n"), CLOSE)),
    FTP("greets with code 999", 70, TO("", SAY("999 ready\r\n"))),
    FTP("greets with code 020", 70, TO("", SAY("020 ready\r\n"))),
    FTP("greets with code 2200", 70, TO("", SAY("2200 ready\r\n"))),
    FTP("greets with a NUL", 70, TO("", SAY("220 re\0ady\r\n"))),
    FTP("greets with 120 before 220", 0,
        TO("", SAY("120 in a minute\r\n220 ready\r\n"))),
    FTP("greets with 120 for ever", 64, TO("", SAY("120 later\r\n"), HUSH)),
    FTP("a greeting of several lines", 0,
        TO("", SAY("220-welcome\r\n 220 no\r\n530 nor this\r\n220 ready\r\n"))),
    FTP("a greeting without a last line", 64,
        TO("", SAY("220-welcome\r\n221 no\r\n"), HUSH)),
    FTP("a greeting of endless lines", 70,
        TO("", SAY("220-welcome\r\n"), ENDLESS("220-and\r\n"))),
    FTP("a greeting line of 100 kB", 70,
        TO("", SAY("220 "), MANY("x", 100000), SAY("\r\n"))),
    FTP("a greeting of one endless line", 70, TO("", ENDLESS("220 "))),
    FTP("a greeting that comes slowly, in time", 0,
        TO("", TRICKLE("220 ready\r\n", 4000))),
    FTP("a greeting that comes too slowly", 64,
        TO("", TRICKLE("220 ready\r\n", 6000))),
    FTP("lines that end with LF only", 0, TO("", SAY("220-a\n220 b\n")),
        TO("USER", SAY("331 p\n"))),
    FTP("a code without a text", 0, TO("USER", SAY("331\r\n"))),

    /* --- the login ---------------------------------------------------- */
    FTP("the user is refused", 71, TO("USER", SAY("530 no\r\n"))),
    FTP("the user needs an account", 71, TO("USER", SAY("332 account?\r\n"))),
    FTP("the user needs no password", 0, TO("USER", SAY("230 come in\r\n"))),
    FTP("goodbye at the user", 65, TO("USER", SAY("421 bye\r\n"), CLOSE)),
    FTP("the password is refused", 72, TO("PASS", SAY("530 no\r\n"))),
    FTP("the password is not enough", 72, TO("PASS", SAY("332 more\r\n"))),
    FTP("closes at the password", 61, TO("PASS", CLOSE)),
    FTP("silent at the password", 64, TO("PASS", HUSH)),
    FTP("resets at the password", 61, TO("PASS", RESET)),
    {.name = "answers the password before it comes",
     .script = {.replies = REPLIES(
                    TO("USER", SAY("331 password?\r\n230 welcome\r\n")))},
     .error = 70,
     .whole = 1},
    FTP("the password is superfluous", 0, TO("PASS", SAY("202 well\r\n"))),
    FTP("a welcome that holds a refusal", 0,
        TO("PASS", SAY("230-hello\r\n530 no\r\n 230 no\r\n230 in\r\n"))),

    /* --- type, directory, size ---------------------------------------- */
    FTP("the type is refused", 73, TO("TYPE", SAY("504 no\r\n"))),
    FTP("silent at the type", 64, TO("TYPE", HUSH)),
    {.name = "the directory is refused",
     .script = {.replies = REPLIES(TO("CWD", SAY("550 no\r\n")))},
     .error = 77,
     .url = "ftp://127.0.0.1:%u/d/f"},
    FTP("SIZE is unknown", 0, TO("SIZE", SAY("500 what?\r\n"))),
    FTP("SIZE is refused", 0, NO_SIZE),
    FTP("SIZE is busy", 65, TO("SIZE", SAY("450 later\r\n"))),
    FTP("silent at the size", 64, TO("SIZE", HUSH)),
    FTP("the size is too small", 79, TO("SIZE", SAY("213 3\r\n"))),
    FTP("the size is zero", 79, TO("SIZE", SAY("213 0\r\n"))),
    FTP("the size is too large", 79, TO("SIZE", SAY("213 500\r\n"))),
    FTP("the size is 2^31", 79, TO("SIZE", SAY("213 2147483648\r\n"))),
    FTP("the size is 2^32 + 5", 79, TO("SIZE", SAY("213 4294967301\r\n"))),
    FTP("the size is 2^64 + 5", 70,
        TO("SIZE", SAY("213 18446744073709551621\r\n"))),
    FTP("the size is negative", 70, TO("SIZE", SAY("213 -5\r\n"))),
    FTP("the size has letters", 70, TO("SIZE", SAY("213 5 bytes\r\n"))),
    FTP("the size is empty", 70, TO("SIZE", SAY("213\r\n"))),
    SIZE("FTPSIZE of no file", 77, 0, TO("SIZE", SAY("550 no\r\n"))),
    SIZE("FTPSIZE of 4 GB", 77, 0, TO("SIZE", SAY("213 4294967296\r\n"))),
    SIZE("FTPSIZE that is no number", 70, 0, TO("SIZE", SAY("213 five\r\n"))),
    SIZE("FTPSIZE and silence", 64, 0, TO("SIZE", HUSH)),

    /* --- where data comes from ---------------------------------------- */
    FTP("EPSV is refused, PASV is not", 0, NO_EPSV),
    FTP("EPSV and PASV are refused", 75, NO_EPSV,
        TO("PASV", SAY("502 no\r\n"))),
    FTP("EPSV answers nonsense, PASV does not", 0,
        TO("EPSV", SAY("229 somewhere\r\n"))),
    FTP("EPSV with unlike marks", 0, TO("EPSV", SAY("229 x (||!5000|)\r\n"))),
    FTP("EPSV with port 0", 0, TO("EPSV", SAY("229 x (|||0|)\r\n"))),
    FTP("EPSV with port 70000", 0, TO("EPSV", SAY("229 x (|||70000|)\r\n"))),
    FTP("EPSV with a port of the system", 75,
        TO("EPSV", SAY("229 x (|||22|)\r\n"))),
    FTP("EPSV with a closed port", 75, TO("EPSV", EPSV_CLOSED)),
    FTP("silent at EPSV", 64, TO("EPSV", HUSH)),
    FTP("PASV leads to another host", 0, NO_EPSV,
        TO("PASV", PASV("192,0,2,1"))),
    FTP("PASV leads to nowhere", 0, NO_EPSV, TO("PASV", PASV("0,0,0,0"))),
    FTP("PASV with a port of the system", 75, NO_EPSV,
        TO("PASV", SAY("227 x (127,0,0,1,0,22)\r\n"))),
    FTP("PASV with a closed port", 75, NO_EPSV,
        TO("PASV", PASV_CLOSED("127,0,0,1"))),
    FTP("PASV with five numbers", 75, NO_EPSV,
        TO("PASV", SAY("227 x (127,0,0,1,80)\r\n"))),
    FTP("PASV with a number of 256", 75, NO_EPSV,
        TO("PASV", SAY("227 x (127,0,0,1,256,1)\r\n"))),
    FTP("PASV with a negative number", 75, NO_EPSV,
        TO("PASV", SAY("227 x (127,0,0,1,-1,80)\r\n"))),
    FTP("PASV with a huge number", 75, NO_EPSV,
        TO("PASV", SAY("227 x (127,0,0,1,4294967380,80)\r\n"))),
    FTP("PASV without numbers", 75, NO_EPSV, TO("PASV", SAY("227 x\r\n"))),
    ACTIVE("active mode is refused", 76, TO("PORT", SAY("500 no\r\n"))),
    ACTIVE("active, but no connection comes", 64, TO("RETR", BEGIN, HUSH)),
    ACTIVE("active, but the server cannot", 76,
           TO("RETR", SAY("425 cannot\r\n"))),
    ACTIVE("a stranger sends the file", 64,
           TO("RETR", BEGIN, STRANGER("evil!"), DONE, HUSH)),
    ACTIVE(
        "a stranger comes before the server", 0,
        TO("RETR", STRANGER("evil!"), BEGIN, DATA("hello"), DATA_CLOSE, DONE)),

    /* --- the file ----------------------------------------------------- */
    FTP("425", 75, TO("RETR", SAY("425 cannot open data\r\n"))),
    FTP("426 at once", 65, TO("RETR", SAY("426 aborted\r\n"))),
    FTP("421 at once", 65, TO("RETR", SAY("421 bye\r\n"), CLOSE)),
    FTP("450", 65, TO("RETR", SAY("450 busy\r\n"))),
    FTP("451", 65, TO("RETR", SAY("451 local error\r\n"))),
    FTP("550", 77, TO("RETR", SAY("550 no such file\r\n"))),
    FTP("553", 77, TO("RETR", SAY("553 no such name\r\n"))),
    FTP("226 without a file", 77, TO("RETR", DONE)),
    FTP("silent at the file", 64, TO("RETR", HUSH)),
    FTP("closes at the file", 61, TO("RETR", CLOSE)),
    FTP("150 and silence", 64, TO("RETR", BEGIN, HUSH)),
    FTP("150 and the end", 61, TO("RETR", BEGIN, CLOSE)),
    FTP("150 twice", 0,
        TO("RETR", BEGIN, BEGIN, DATA("hello"), DATA_CLOSE, DONE)),
    FTP("125 instead of 150", 0,
        TO("RETR", SAY("125 go\r\n"), DATA("hello"), DATA_CLOSE, DONE)),
    FTP("250 instead of 226", 0,
        TO("RETR", BEGIN, DATA("hello"), DATA_CLOSE, SAY("250 done\r\n"))),
    FTP("226 of several lines", 0,
        TO("RETR", BEGIN, DATA("hello"), DATA_CLOSE,
           SAY("226-ratio\r\n550 no\r\n226 done\r\n"))),
    FTP("226 before the data", 0,
        TO("RETR", BEGIN, DONE, DATA("hello"), DATA_CLOSE)),
    FTP("226 in the data", 0,
        TO("RETR", BEGIN, DATA("he"), DONE, DATA("llo"), DATA_CLOSE)),
    FTP("226 and the end before the data", 0,
        TO("RETR", BEGIN, DATA("he"), DONE, CLOSE, DATA("llo"), DATA_CLOSE)),
    FTP("226, but the data has no end", 64,
        TO("RETR", BEGIN, DATA("hello"), DONE, HUSH)),
    FTP("no 226: silent", 64,
        TO("RETR", BEGIN, DATA("hello"), DATA_CLOSE, HUSH)),
    FTP("no 226: closes", 61,
        TO("RETR", BEGIN, DATA("hello"), DATA_CLOSE, CLOSE)),
    FTP("no 226: resets", 61,
        TO("RETR", BEGIN, DATA("hello"), DATA_CLOSE, RESET)),
    FTP("half a 226", 64,
        TO("RETR", BEGIN, DATA("hello"), DATA_CLOSE, SAY("226 do"), HUSH)),
    FTP("226 that comes slowly", 0,
        TO("RETR", BEGIN, DATA("hello"), DATA_CLOSE,
           TRICKLE("226 done\r\n", 3000))),
    FTP("garbage instead of 226", 70,
        TO("RETR", BEGIN, DATA("hello"), DATA_CLOSE, SAY("well\r\n"))),
    FTP("426 behind the whole file", 79,
        TO("RETR", BEGIN, DATA("hello"), DATA_CLOSE, SAY("426 broken\r\n"))),
    FTP("451 behind the whole file", 79,
        TO("RETR", BEGIN, DATA("hello"), DATA_CLOSE, SAY("451 disk\r\n"))),
    FTP("421 in the file", 65,
        TO("RETR", BEGIN, DATA("hel"), SAY("421 shutting down\r\n"), HUSH)),
    FTP("cut, and 226", 79, TO("RETR", BEGIN, DATA("hel"), DATA_CLOSE, DONE)),
    FTP("cut, and 426", 79,
        TO("RETR", BEGIN, DATA("hel"), DATA_CLOSE, SAY("426 cut\r\n"))),
    FTP("cut, no size, and 426", 79, NO_SIZE,
        TO("RETR", BEGIN, DATA("hel"), DATA_CLOSE, SAY("426 cut\r\n"))),
    /* Nothing says that there was more. */
    STORED("cut, no size, and 226", "hel", NO_SIZE,
           TO("RETR", BEGIN, DATA("hel"), DATA_CLOSE, DONE)),
    FTP("the data connection is reset", 79,
        TO("RETR", BEGIN, DATA("hel"), DATA_RESET, HUSH)),
    FTP("the data connection is reset, no size", 79, NO_SIZE,
        TO("RETR", BEGIN, DATA("hel"), DATA_RESET, HUSH)),
    FTP("silent in the file", 64, TO("RETR", BEGIN, DATA("hel"), HUSH)),
    FTP("closes in the file", 61, TO("RETR", BEGIN, DATA("hel"), CLOSE)),
    FTP("a byte each ten seconds is in time", 0,
        TO("RETR", BEGIN, DATA_TRICKLE("hello", 10000), DATA_CLOSE, DONE)),
    FTP("a file whose bytes come each within the time", 0,
        TO("RETR", BEGIN, DATA_TRICKLE("hello", 50000), DATA_CLOSE, DONE)),
    FTP("a file whose bytes come too slowly", 64,
        TO("RETR", BEGIN, DATA_TRICKLE("hello", 70000), DATA_CLOSE, DONE)),
    FTP("a file that would trickle in for a day", 64, NO_SIZE,
        TO("RETR", BEGIN, DATA_TRICKLE(TRICKLING, 40000), DATA_CLOSE, DONE)),
    FTP("the clock jumps an hour in the file", 64,
        TO("RETR", BEGIN, DATA("hel"), PASS_MS(3600000), DATA("lo"), DATA_CLOSE,
           DONE)),
    FTP("longer than its size", 79,
        TO("RETR", BEGIN, DATA("hello!"), DATA_CLOSE, DONE)),
    FTP("endless, and its size is five", 79,
        TO("RETR", BEGIN, DATA_MANY("hello", UINT32_MAX))),
    {.name = "endless, and no size",
     .script = {.replies =
                    REPLIES(NO_SIZE,
                            TO("RETR", BEGIN, DATA_MANY("hello", UINT32_MAX)))},
     .error = 79,
     .room = 20000},
    STORED("an empty file", "", TO("SIZE", SAY("213 0\r\n")),
           TO("RETR", BEGIN, DATA(""), DATA_CLOSE, DONE)),
    FTP("an empty file, and no 226", 64, TO("SIZE", SAY("213 0\r\n")),
        TO("RETR", BEGIN, DATA(""), DATA_CLOSE, HUSH)),
    FTP("silent at QUIT", 0, TO("QUIT", HUSH)),
    FTP("endless at QUIT", 0, TO("QUIT", ENDLESS("221 bye\r\n"))),
    FTP("a file that does not fit is not asked for", 79,
        TO("SIZE", SAY("213 22151169\r\n")), TO("EPSV", HUSH)),
    {.name = "one byte too few of room",
     .script = {.replies = REPLIES(TO("SIZE", SAY("213 4096\r\n")))},
     .error = 79,
     .room = 4095},
    {.name = "no size, and one byte too few of room",
     .script = {.replies =
                    REPLIES(NO_SIZE, TO("RETR", BEGIN, DATA_MANY("x", 4096),
                                        DATA_CLOSE, DONE))},
     .error = 79,
     .room = 4095},
    {.name = "the last byte of the room",
     .script = {.replies =
                    REPLIES(NO_SIZE, TO("RETR", BEGIN, DATA_MANY("x", 4096),
                                        DATA_CLOSE, DONE))},
     .file = "x",
     .times = 4096,
     .room = 4096},

    /* --- from an offset ------------------------------------------------ */
    {.name = "from an offset",
     .script = {.replies =
                    REPLIES(TO("REST", SAY("350 from there\r\n")),
                            TO("RETR", BEGIN, DATA("llo"), DATA_CLOSE, DONE))},
     .file = "llo",
     .offset = 2,
     .asks = "REST 2\r\nRETR f\r\n"},
    {.name = "the server knows no REST", .error = 74, .offset = 2},
    {.name = "200 instead of 350 at REST",
     .script = {.replies = REPLIES(TO("REST", SAY("200 well\r\n")))},
     .error = 74,
     .offset = 2},
    {.name = "silent at REST",
     .script = {.replies = REPLIES(TO("REST", HUSH))},
     .error = 64,
     .offset = 2},
    {.name = "from behind the end", .error = 74, .offset = 6},
    {.name = "from an offset, and all of the file comes",
     .script = {.replies = REPLIES(TO("REST", SAY("350 from there\r\n")))},
     .error = 79,
     .offset = 2},
    {.name = "from an offset, and less comes",
     .script = {.replies =
                    REPLIES(TO("REST", SAY("350 from there\r\n")),
                            TO("RETR", BEGIN, DATA("lo"), DATA_CLOSE, DONE))},
     .error = 79,
     .offset = 2},

    /* --- type A ------------------------------------------------------- */
    {.name = "bytes as they are in type I",
     .script = {.replies = REPLIES(TO("RETR", BEGIN, DATA("\xc8\r\n\x8a!"),
                                      DATA_CLOSE, DONE))},
     .file = "\xc8\r\n\x8a!"},
    {.name = "seven bits of each byte in type A",
     .script = {.replies = REPLIES(TO("RETR", BEGIN, DATA("\xc8\r\n\x8a!"),
                                      DATA_CLOSE, DONE))},
     .file = "H\r\n\n!",
     .ascii = 1,
     .asks = "TYPE A\r\n"},

    /* --- several tries ------------------------------------------------ */
    {.name = "silent at every try",
     .script = {.replies = REPLIES(TO("", HUSH))},
     .error = 64,
     .tries = 3},
};

int main(void)
{
    return zoo_main("FTP", rows, sizeof rows / sizeof rows[0]);
}
