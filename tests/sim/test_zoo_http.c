/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP servers that break off, fall silent, lie about the length or talk
 * nonsense. 601: the answer is not whole; 600: it is no answer that we trust;
 * else the server's own status. */
#include "zoo.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ROW(title, result, ...)                                                \
    {                                                                          \
        .name = title,                                                         \
        .script = {.steps = (const struct bad_step[]){__VA_ARGS__, OVER}},     \
        .error = result                                                        \
    }
#define ROW_WITH(title, result, extra, ...)                                    \
    {                                                                          \
        .name = title,                                                         \
        .script = {.steps = (const struct bad_step[]){__VA_ARGS__, OVER}},     \
        .error = result, extra                                                 \
    }
#define ROW_TIMES(title, content, count, ...)                                  \
    {                                                                          \
        .name = title,                                                         \
        .script = {.steps = (const struct bad_step[]){__VA_ARGS__, OVER}},     \
        .file = content, .times = count                                        \
    }
#define ROOM(title, result, bytes, ...)                                        \
    {                                                                          \
        .name = title,                                                         \
        .script = {.steps = (const struct bad_step[]){__VA_ARGS__, OVER}},     \
        .error = result, .room = bytes                                         \
    }
#define TRIES(title, result, count, content, ...)                              \
    {                                                                          \
        .name = title,                                                         \
        .script = {.steps = (const struct bad_step[]){__VA_ARGS__, OVER}},     \
        .error = result, .file = content, .tries = count                       \
    }
/* A whole answer, and the end of the connection. */
#define ANSWER(title, result, text)                                            \
    ROW(title, result, REQUEST, SAY(text), CLOSE)
#define FILE_ANSWER(title, content, text)                                      \
    ROW_WITH(title, 0, .file = content, REQUEST, SAY(text), CLOSE)

#define STATUS "HTTP/1.1 200 OK\r\n"
#define HEAD STATUS "Content-Length: 5\r\n"
#define GOOD HEAD "\r\nhello"
#define EMPTY "Content-Length: 0\r\n\r\n"
#define KIB "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrst"
#define MOVED(status, to)                                                      \
    "HTTP/1.1 " status " Moved\r\nLocation: " to "\r\n" EMPTY

/* --- servers ------------------------------------------------------------- */

static const struct zoo_row rows[] = {
    /* --- cut ---------------------------------------------------------- */
    ROW("closes at once", 601, CLOSE),
    ROW("closes after the request", 601, REQUEST, CLOSE),
    ROW("cut after one byte", 601, REQUEST, SAY("H"), CLOSE),
    ROW("cut in the protocol name", 601, REQUEST, SAY("HTTP/1."), CLOSE),
    ROW("cut in the status", 601, REQUEST, SAY("HTTP/1.1 2"), CLOSE),
    ROW("cut at the end of the status", 601, REQUEST, SAY("HTTP/1.1 200"),
        CLOSE),
    ROW("cut after the status line", 601, REQUEST, SAY(STATUS), CLOSE),
    ROW("cut in a header name", 601, REQUEST, SAY(STATUS "Content-Le"), CLOSE),
    ROW("cut in the length", 601, REQUEST, SAY(STATUS "Content-Length: 5"),
        CLOSE),
    ROW("cut before the blank line", 601, REQUEST, SAY(HEAD), CLOSE),
    ROW("cut inside the blank line", 601, REQUEST, SAY(HEAD "\r"), CLOSE),
    ROW("cut after the head", 601, REQUEST, SAY(HEAD "\r\n"), CLOSE),
    ROW("cut after a byte of the file", 601, REQUEST, SAY(HEAD "\r\nh"), CLOSE),
    ROW("cut before the last byte", 601, REQUEST, SAY(HEAD "\r\nhell"), CLOSE),
    ROW("cut after 100 Continue", 601, REQUEST,
        SAY("HTTP/1.1 100 Continue\r\n\r\n"), CLOSE),
    ROW("closes its half and stays", 601, REQUEST, SAY(HEAD "\r\nhel"), SHUT),

    /* --- silent ------------------------------------------------------- */
    {.name = "silent before the connection",
     .script = {.steps = (const struct bad_step[]){OVER}, .deaf = 1},
     .error = 601},
    ROW("silent from the start", 601, HUSH),
    ROW("silent after the request", 601, REQUEST, HUSH),
    ROW("silent in the status line", 601, REQUEST, SAY("HTTP/1.1 20"), HUSH),
    ROW("silent in the head", 601, REQUEST, SAY(STATUS "Conte"), HUSH),
    ROW("silent after the head", 601, REQUEST, SAY(HEAD "\r\n"), HUSH),
    ROW("silent in the file", 601, REQUEST, SAY(HEAD "\r\nhel"), HUSH),
    ROW("silent after 100 Continue", 601, REQUEST,
        SAY("HTTP/1.1 100 Continue\r\n\r\n"), HUSH),
    ROW("silent after the file", 0, REQUEST, SAY(GOOD), HUSH),

    /* --- reset -------------------------------------------------------- */
    ROW("reset at once", 601, RESET),
    ROW("reset after the request", 601, REQUEST, RESET),
    ROW("reset in the status line", 601, REQUEST, SAY("HTTP/1.1 2"), RESET),
    ROW("reset in the head", 601, REQUEST, SAY(STATUS "Conte"), RESET),
    ROW("reset after the head", 601, REQUEST, SAY(HEAD "\r\n"), RESET),
    ROW("reset in the file", 601, REQUEST, SAY(HEAD "\r\nhel"), RESET),

    /* --- slow --------------------------------------------------------- */
    ROW("a byte each second is in time", 0, REQUEST, TRICKLE(GOOD, 1000),
        CLOSE),
    ROW("a byte each two seconds is not", 601, REQUEST, TRICKLE(GOOD, 2000),
        CLOSE),
    ROW("a slow file behind a quick head", 601, REQUEST, SAY(HEAD "\r\n"),
        TRICKLE("hello", 15000), CLOSE),
    ROW("headers come slowly for ever", 601, REQUEST, SAY(STATUS),
        TRICKLE("X-Wait: 1\r\nX-Wait: 2\r\nX-Wait: 3\r\n", 2500), HUSH),
    ROW_TIMES("rests after each block, in time", KIB, 4, REQUEST,
              SAY(STATUS "Content-Length: 264\r\n\r\n" KIB), PASS_MS(14000),
              SAY(KIB), PASS_MS(14000), SAY(KIB), PASS_MS(14000), SAY(KIB),
              CLOSE),
    ROW("the clock jumps an hour in the file", 601, REQUEST,
        SAY(HEAD "\r\nhel"), PASS_MS(3600000), SAY("lo"), CLOSE),
    ROW("the clock jumps an hour before the head", 601, REQUEST,
        PASS_MS(3600000), SAY(GOOD), CLOSE),

    /* --- Content-Length ----------------------------------------------- */
    FILE_ANSWER("the length is too small", "hel",
                STATUS "Content-Length: 3\r\n\r\nhello"),
    FILE_ANSWER("the file is empty", "", STATUS EMPTY),
    ANSWER("the length is too large", 601,
           STATUS "Content-Length: 500\r\n\r\nhello"),
    ANSWER("no length", 600, STATUS "\r\nhello"),
    ANSWER("no length and no connection left", 600,
           STATUS "Connection: close\r\n\r\nhello"),
    ANSWER("the length twice, the same", 600,
           HEAD "Content-Length: 5\r\n\r\nhello"),
    ANSWER("the length twice, not the same", 600,
           HEAD "Content-Length: 4\r\n\r\nhello"),
    ANSWER("the length twice, in another spelling", 600,
           HEAD "content-LENGTH: 3\r\n\r\nhello"),
    ANSWER("a list of lengths", 600,
           STATUS "Content-Length: 5, 5\r\n\r\nhello"),
    ANSWER("a negative length", 600, STATUS "Content-Length: -5\r\n\r\nhello"),
    ANSWER("a length with a plus", 600,
           STATUS "Content-Length: +5\r\n\r\nhello"),
    ANSWER("a length in hexadecimal", 600,
           STATUS "Content-Length: 0x5\r\n\r\nhello"),
    ANSWER("a length with a fraction", 600,
           STATUS "Content-Length: 5.0\r\n\r\nhello"),
    ANSWER("a length with letters", 600,
           STATUS "Content-Length: 5bytes\r\n\r\nhello"),
    ANSWER("a length in two words", 600,
           STATUS "Content-Length: 5 5\r\n\r\nhello"),
    ANSWER("a length in quotes", 600,
           STATUS "Content-Length: \"5\"\r\n\r\nhello"),
    ANSWER("a length of nothing", 600, STATUS "Content-Length:\r\n\r\nhello"),
    ANSWER("a length on the next line", 600,
           STATUS "Content-Length:\r\n 5\r\n\r\nhello"),
    ANSWER("a blank before the colon of the length", 600,
           STATUS "Content-Length : 5\r\n\r\nhello"),
    ANSWER("a length of 2^31", 602,
           STATUS "Content-Length: 2147483648\r\n\r\nhello"),
    ANSWER("a length of 2^32 + 5", 602,
           STATUS "Content-Length: 4294967301\r\n\r\nhello"),
    ANSWER("a length of 2^63", 600,
           STATUS "Content-Length: 9223372036854775808\r\n\r\nhello"),
    ANSWER("a length of 2^64 + 5", 600,
           STATUS "Content-Length: 18446744073709551621\r\n\r\nhello"),
    FILE_ANSWER("a length among blanks", "hello",
                STATUS "Content-Length:  \t 5 \t\r\n\r\nhello"),
    FILE_ANSWER("a length without a blank", "hello",
                STATUS "content-length:5\r\n\r\nhello"),
    FILE_ANSWER("a length with zeros before it", "hello",
                STATUS "Content-Length: 0005\r\n\r\nhello"),

    /* --- Transfer-Encoding: HTTPTOFS needs a length, so none is taken - */
    ANSWER("chunked, and well", 600,
           STATUS "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    ANSWER("chunked and a length", 600,
           HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    ANSWER("a length and chunked", 600,
           STATUS "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
                  "5\r\nhello\r\n0\r\n\r\n"),
    ANSWER("chunked with a blank before the colon, and a length", 600,
           HEAD "Transfer-Encoding : chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    ANSWER("an unknown encoding and a length", 600,
           HEAD "Transfer-Encoding: xchunked\r\n\r\nhello"),
    ANSWER("the encoding identity and a length", 600,
           HEAD "Transfer-Encoding: identity\r\n\r\nhello"),
    ANSWER("the encoding gzip and a length", 600,
           HEAD "Transfer-Encoding: gzip\r\n\r\nhello"),
    ANSWER("a chunk of no size", 600,
           STATUS
           "Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n"),
    ANSWER("a chunk of 2^64 bytes", 600,
           STATUS "Transfer-Encoding: chunked\r\n\r\n"
                  "10000000000000005\r\nhello\r\n0\r\n\r\n"),
    ANSWER("a chunk without its end", 600,
           STATUS "Transfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n"),
    ANSWER("no last chunk", 600,
           STATUS "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    ANSWER("a length in the trailer", 600,
           STATUS
           "Transfer-Encoding: chunked\r\nTrailer: Content-Length\r\n\r\n"
           "5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n"),
    ROW("endless chunks", 600, REQUEST,
        SAY(STATUS "Transfer-Encoding: chunked\r\n\r\n"),
        ENDLESS("5\r\nhello\r\n")),

    /* --- other statuses ----------------------------------------------- */
    ANSWER("206 that nobody asked for", 206,
           "HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-4/5\r\n"
           "Content-Length: 5\r\n\r\nhello"),
    ANSWER("206 from another start", 206,
           "HTTP/1.1 206 Partial\r\nContent-Range: bytes 3-4/5\r\n"
           "Content-Length: 2\r\n\r\nlo"),
    ANSWER("206 without a range", 206,
           "HTTP/1.1 206 Partial\r\nContent-Length: 5\r\n\r\nhello"),
    FILE_ANSWER("a range in a 200", "hello",
                HEAD "Content-Range: bytes 2-6/900\r\n\r\nhello"),
    ANSWER("201", 201,
           "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("203, by a proxy that changed it", 203,
           "HTTP/1.1 203 Other\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("204", 204, "HTTP/1.1 204 No Content\r\n\r\n"),
    ANSWER("304", 304, "HTTP/1.1 304 Not Modified\r\n\r\n"),
    FILE_ANSWER("100 and then the file", "hello",
                "HTTP/1.1 100 Continue\r\n\r\n" GOOD),
    FILE_ANSWER("103 and then the file", "hello",
                "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" GOOD),
    FILE_ANSWER("103 with a length of its own", "hello",
                "HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\n\r\n" GOOD),
    ROW("sixteen times 100", 0, REQUEST,
        MANY("HTTP/1.1 100 Continue\r\n\r\n", 16), SAY(GOOD), CLOSE),
    ROW("seventeen times 100", 600, REQUEST,
        MANY("HTTP/1.1 100 Continue\r\n\r\n", 17), SAY(GOOD), CLOSE),
    ROW("100 for ever", 600, REQUEST, ENDLESS("HTTP/1.1 100 Continue\r\n\r\n")),
    ANSWER("101", 600, "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n" GOOD),
    ANSWER("301 to the same host", 301, MOVED("301", "/g")),
    ANSWER("302 to another host", 302, MOVED("302", "http://192.0.2.1/f")),
    ANSWER("302 to ftp", 302, MOVED("302", "ftp://127.0.0.1/f")),
    ANSWER("302 to a file of this machine", 302,
           MOVED("302", "file:///etc/passwd")),
    ANSWER("302 to a local socket", 302, MOVED("302", "http://127.0.0.1:22/")),
    ANSWER("302 to a link-local address", 302,
           MOVED("302", "http://169.254.169.254/latest")),
    ANSWER("303 to a relative place", 303, MOVED("303", "../g")),
    ANSWER("307 to itself, a loop", 307, MOVED("307", "/f")),
    ANSWER("308 to https", 308, MOVED("308", "https://127.0.0.1/f")),
    ANSWER("302 to nowhere", 302, MOVED("302", "")),
    ANSWER("302 with the file behind it", 302,
           "HTTP/1.1 302 Found\r\nLocation: /g\r\n"
           "Content-Length: 5\r\n\r\nhello"),
    FILE_ANSWER("200 with a place to go to", "hello",
                HEAD "Location: http://192.0.2.1/\r\nRefresh: 0; url=/g\r\n"
                     "\r\nhello"),
    ANSWER("400", 400, "HTTP/1.1 400 Bad Request\r\n" EMPTY),
    ANSWER("401 that wants a password", 401,
           "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\n" EMPTY),
    ANSWER("403", 403, "HTTP/1.1 403 Forbidden\r\n" EMPTY),
    ANSWER("404 with a page", 404,
           "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("404 with half a page", 404,
           "HTTP/1.1 404 Not Found\r\nContent-Length: 500\r\n\r\nhello"),
    ROW("404 with an endless page", 404, REQUEST,
        SAY("HTTP/1.1 404 Not Found\r\n\r\n"), ENDLESS("nothing ")),
    ROW("404 and silence", 404, REQUEST,
        SAY("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n"), HUSH),
    ANSWER(
        "407 as if by a proxy", 407,
        "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n" EMPTY),
    ANSWER("408", 408, "HTTP/1.1 408 Request Timeout\r\n" EMPTY),
    ANSWER("410", 410, "HTTP/1.1 410 Gone\r\n" EMPTY),
    ANSWER("416", 416, "HTTP/1.1 416 No\r\nContent-Range: bytes */5\r\n" EMPTY),
    ANSWER("429 with a time to wait", 429,
           "HTTP/1.1 429 Slower\r\nRetry-After: 3600\r\n" EMPTY),
    ANSWER("500", 500, "HTTP/1.1 500 Oops\r\n" EMPTY),
    ANSWER("502", 502, "HTTP/1.1 502 Bad Gateway\r\n" EMPTY),
    ANSWER("503 with a time to wait", 503,
           "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n" EMPTY),
    ANSWER("511, a network that wants a login", 511,
           "HTTP/1.1 511 Login\r\nContent-Length: 5\r\n\r\nhello"),
    /* A captive portal. It is the file of this URL as far as HTTP can tell;
     * that it is no package is for the package's signature to say. */
    FILE_ANSWER("a page with 200", "<html>log in</html>",
                STATUS "Content-Type: text/html\r\nContent-Length: 19\r\n\r\n"
                       "<html>log in</html>"),
    /* Nobody asked for it, so the bytes are stored as they were served: a
     * decoder would be one more parser of hostile bytes. */
    FILE_ANSWER("gzip that nobody asked for", "\x1f\x8b\x08zz",
                HEAD "Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08zz"),
    FILE_ANSWER("several parts in one 200", "--x\r\n",
                HEAD "Content-Type: multipart/byteranges; boundary=x\r\n\r\n"
                     "--x\r\n"),

    /* --- status lines ------------------------------------------------- */
    FILE_ANSWER("HTTP/1.0", "hello",
                "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    FILE_ANSWER("a status without a reason", "hello",
                "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello"),
    FILE_ANSWER("a status with an empty reason", "hello",
                "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("HTTP/0.9", 600, "hello"),
    ANSWER("HTTP/2", 600, "HTTP/2 200\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("a frame of HTTP/2", 600, "\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80"),
    ANSWER("HTTP/3.7", 600,
           "HTTP/3.7 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("HTTP/1.10", 600,
           "HTTP/1.10 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("http in small letters", 600,
           "http/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("ICY", 600, "ICY 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("RTSP", 600, "RTSP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("status 99", 600,
           "HTTP/1.1 99 No\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("status 000", 600,
           "HTTP/1.1 000 No\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("status 999", 600,
           "HTTP/1.1 999 No\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("status 602, as if the module said it", 600,
           "HTTP/1.1 602 No\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("status abc", 600,
           "HTTP/1.1 abc No\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("status 2000", 600,
           "HTTP/1.1 2000 OK\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("status -200", 600,
           "HTTP/1.1 -200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("no blank before the status", 600,
           "HTTP/1.1200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("two blanks before the status", 600,
           "HTTP/1.1  200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("a tab before the status", 600,
           "HTTP/1.1\t200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("a blank line first", 600, "\r\n" GOOD),
    ANSWER("garbage first", 600, "\xff\xfe\x01 garbage\r\n" GOOD),
    ROW("the banner of a mail server", 600, SAY("220 mail ESMTP\r\n"), HUSH),
    ROW("the banner of a shell", 600, SAY("SSH-2.0-OpenSSH_9\r\n"), HUSH),
    ROW("TLS on the port of http", 600, REQUEST,
        SAY("\x15\x03\x03\0\x02\x02\x46"), CLOSE),
    ROW("answers before it was asked", 0, SAY(GOOD), REQUEST, CLOSE),

    /* --- headers ------------------------------------------------------ */
    ROW("a header of 100 kB", 600, REQUEST, SAY(HEAD "X: "), MANY("x", 100000),
        SAY("\r\n\r\nhello"), CLOSE),
    ROW("a header of 60 kB", 0, REQUEST, SAY(HEAD "X: "), MANY("x", 60000),
        SAY("\r\n\r\nhello"), CLOSE),
    ROW("a header line without end", 602, REQUEST, SAY(HEAD "X: "),
        ENDLESS("x")),
    ROW("headers without end", 600, REQUEST, SAY(HEAD), ENDLESS("X: y\r\n")),
    ROW("ten thousand headers", 600, REQUEST, SAY(HEAD),
        MANY("X-Header: value\r\n", 10000), SAY("\r\nhello"), CLOSE),
    ROW("two hundred headers", 0, REQUEST, SAY(HEAD),
        MANY("X-Header: value\r\n", 200), SAY("\r\nhello"), CLOSE),
    ROW("a flood of cookies", 600, REQUEST, SAY(HEAD),
        MANY("Set-Cookie: name=value; Path=/\r\n", 4000), SAY("\r\nhello"),
        CLOSE),
    ANSWER("a NUL in a name", 600, HEAD "X\0Y: z\r\n\r\nhello"),
    ANSWER("a NUL in a value", 600, HEAD "X: y\0z\r\n\r\nhello"),
    ANSWER("a NUL in the length", 600,
           STATUS "Content-Length: 5\0 0\r\n\r\nhello"),
    ANSWER("a control character in a value", 600, HEAD "X: \x01\r\n\r\nhello"),
    ANSWER("a bare CR in a value", 600,
           HEAD "X: a\rContent-Length: 3\r\n\r\nhello"),
    FILE_ANSWER("lines that end with LF only", "hello",
                "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"),
    ANSWER("a folded header", 600, HEAD "X: a\r\n b\r\n\r\nhello"),
    ANSWER("a folded header at the start", 600,
           STATUS " X: a\r\nContent-Length: 5\r\n\r\nhello"),
    ANSWER("a header without a colon", 600, HEAD "nonsense\r\n\r\nhello"),
    ANSWER("a header without a name", 600, HEAD ": x\r\n\r\nhello"),
    ANSWER("a blank in a header name", 600, HEAD "X Y: z\r\n\r\nhello"),
    FILE_ANSWER("bytes beyond ASCII in a value", "hello",
                HEAD "X: \xe4\xff\r\n\r\nhello"),
    FILE_ANSWER("a header without a value", "hello", HEAD "X:\r\n\r\nhello"),
    FILE_ANSWER("a header that names a file", "hello",
                HEAD "Content-Disposition: attachment; "
                     "filename=\"../../etc/passwd\"\r\n\r\nhello"),
    FILE_ANSWER("a switch to another host for later", "hello",
                HEAD "Alt-Svc: h2=\"192.0.2.1:443\"\r\n"
                     "Strict-Transport-Security: max-age=1\r\n\r\nhello"),

    /* --- after the file ----------------------------------------------- */
    FILE_ANSWER("more bytes than announced", "hello", GOOD " and goodbye"),
    FILE_ANSWER("a second answer behind the first", "hello",
                GOOD "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
    ROW("keeps the connection open", 0, REQUEST,
        SAY(HEAD "Connection: keep-alive\r\n\r\nhello")),
    ROW("goes on for ever behind the file", 0, REQUEST, SAY(GOOD),
        ENDLESS("hello")),

    /* --- quota -------------------------------------------------------- */
    ROW("endless data without a length", 600, REQUEST, SAY(STATUS "\r\n"),
        ENDLESS("hello")),
    ROW("endless data of 4 GB", 602, REQUEST,
        SAY(STATUS "Content-Length: 4294967295\r\n\r\n"), ENDLESS("hello")),
    ROW("a file that does not fit is not waited for", 602, REQUEST,
        SAY(STATUS "Content-Length: 22151169\r\n\r\n"), HUSH),
    ROW("one byte more than the module holds", 602, REQUEST,
        SAY(STATUS "Content-Length: 22151169\r\n\r\n"), ENDLESS("hello")),
    ROOM("no room at all", 602, 12, REQUEST,
         SAY(STATUS "Content-Length: 13\r\n\r\nhello hello.."), CLOSE),
    ROOM("one byte too few", 602, 4095, REQUEST,
         SAY(STATUS "Content-Length: 4096\r\n\r\n"), MANY("x", 4096), CLOSE),
    ROOM("full after eight blocks", 602, 32768, REQUEST,
         SAY(STATUS "Content-Length: 32769\r\n\r\n"), MANY("x", 32769), CLOSE),
    {.name = "the last byte fits",
     .script = {.steps =
                    (const struct bad_step[]){
                        REQUEST, SAY(STATUS "Content-Length: 4096\r\n\r\n"),
                        MANY("x", 4096), CLOSE, OVER}},
     .file = "x",
     .times = 4096,
     .room = 4096},
    {.name = "a large file",
     .script = {.steps =
                    (const struct bad_step[]){
                        REQUEST, SAY(STATUS "Content-Length: 3000000\r\n\r\n"),
                        MANY("012345678\n", 300000), CLOSE, OVER}},
     .file = "012345678\n",
     .times = 300000},
    ROW("a large file that is cut", 601, REQUEST,
        SAY(STATUS "Content-Length: 3000000\r\n\r\n"),
        MANY("012345678\n", 299999), CLOSE),

    /* --- several tries ------------------------------------------------ */
    TRIES("another file at the second try", 0, 3, "BBBBBBBB", REQUEST,
          SAY(STATUS "Content-Length: 8\r\nETag: \"1\"\r\n\r\nAAAA"), CLOSE,
          NEXT, REQUEST,
          SAY(STATUS "Content-Length: 8\r\nETag: \"2\"\r\n\r\nBBBBBBBB"),
          CLOSE),
    TRIES("a shorter file at the second try", 0, 3, "BB", REQUEST,
          SAY(STATUS "Content-Length: 8\r\n\r\nAAAAAAA"), RESET, NEXT, REQUEST,
          SAY(STATUS "Content-Length: 2\r\n\r\nBB"), CLOSE),
    TRIES("the rest of the file at the second try", 206, 3, NULL, REQUEST,
          SAY(STATUS "Content-Length: 8\r\n\r\nAAAA"), CLOSE, NEXT, REQUEST,
          SAY("HTTP/1.1 206 Rest\r\nContent-Range: bytes 4-7/8\r\n"
              "Content-Length: 4\r\n\r\nBBBB"),
          CLOSE),
    TRIES("gone at the second try", 404, 3, NULL, REQUEST,
          SAY(STATUS "Content-Length: 8\r\n\r\nAAAA"), CLOSE, NEXT, REQUEST,
          SAY("HTTP/1.1 404 Gone\r\n" EMPTY), CLOSE),
    TRIES("silent twice, then well", 0, 3, "hello", REQUEST, HUSH, NEXT,
          REQUEST, SAY(HEAD), HUSH, NEXT, REQUEST, SAY(GOOD), CLOSE),
    TRIES("cut at every try", 601, 3, NULL, REQUEST, SAY(HEAD "\r\nhel"), CLOSE,
          NEXT, REQUEST, SAY(HEAD "\r\nhel"), CLOSE, NEXT, REQUEST,
          SAY(HEAD "\r\nhel"), CLOSE),
    TRIES("nonsense is not tried again", 600, 3, NULL, REQUEST,
          SAY("nonsense\r\n"), CLOSE, NEXT, REQUEST, SAY(GOOD), CLOSE),

};

int main(void)
{
    return zoo_main("HTTP", rows, sizeof rows / sizeof rows[0]);
}
