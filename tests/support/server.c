/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void must(int good, const char *what)
{
    if (good)
        return;
    perror(what);
    abort();
}

/* --- HTTP ---------------------------------------------------------------- */

static char *read_text(const char *path)
{
    struct stat facts;
    if (path == NULL)
        return NULL;
    FILE *stream = fopen(path, "r");
    must(stream != NULL && fstat(fileno(stream), &facts) == 0, path);
    char *text = calloc(1, (size_t)facts.st_size + 1);
    must(text != NULL && fread(text, 1, (size_t)facts.st_size, stream) ==
                             (size_t)facts.st_size,
         path);
    fclose(stream);
    return text;
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection,
                              const char *url, const char *method,
                              const char *version, const char *data,
                              size_t *data_length, void **state)
{
    static char gone[] = "there is no such file\n";
    const struct server_http *server = context;
    char path[512];
    struct stat facts;
    (void)method, (void)version, (void)data, (void)data_length, (void)state;
    snprintf(path, sizeof path, "%s%s", server->root, url);
    FILE *file = strstr(url, "..") == NULL ? fopen(path, "r") : NULL;
    struct MHD_Response *response;
    if (file != NULL && fstat(fileno(file), &facts) == 0 &&
        S_ISREG(facts.st_mode))
        response = MHD_create_response_from_fd((size_t)facts.st_size,
                                               dup(fileno(file)));
    else
        response = MHD_create_response_from_buffer(sizeof gone - 1, gone,
                                                   MHD_RESPMEM_PERSISTENT);
    const enum MHD_Result result =
        MHD_queue_response(connection, file != NULL ? 200 : 404, response);
    MHD_destroy_response(response);
    if (file != NULL)
        fclose(file);
    return result;
}

void server_http_start(struct server_http *server, const char *root,
                       const char *certificate, const char *key)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD |
                           (certificate != NULL ? MHD_USE_TLS : 0u);
    snprintf(server->root, sizeof server->root, "%s", root);
    server->certificate = read_text(certificate);
    server->key = read_text(key);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_SOCK_ADDR, 0,
         /* libmicrohttpd only reads it */
         (void *)(uintptr_t)&address},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
        {MHD_OPTION_END, 0, NULL}};
    if (certificate == NULL)
        options[1].option = MHD_OPTION_END;
    server->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, answer, server, MHD_OPTION_ARRAY,
                         options, MHD_OPTION_END);
    must(server->daemon != NULL, "libmicrohttpd");
    server->port =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void server_http_stop(struct server_http *server)
{
    MHD_stop_daemon(server->daemon);
    free(server->certificate);
    free(server->key);
    memset(server, 0, sizeof *server);
}

void server_certificate(const char *prefix)
{
    char command[1024];
    snprintf(command, sizeof command,
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
             "-nodes -days 2 -subj /CN=farfix-test -addext "
             "subjectAltName=IP:127.0.0.1 -keyout '%s.key' -out '%s.crt' "
             "2>/dev/null",
             prefix, prefix);
    must(system(command) == 0, "openssl req");
}

/* --- FTP ----------------------------------------------------------------- */

static int connects(uint16_t port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons(port),
                                        .sin_addr.s_addr =
                                            htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int result =
        connect(fd, (const struct sockaddr *)&address, sizeof address);
    close(fd);
    return result == 0;
}

/* vsftpd cannot choose: a port that was free a moment ago. */
static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
             getsockname(fd, (struct sockaddr *)&address, &length) == 0,
         "bind");
    close(fd);
    return ntohs(address.sin_port);
}

/* An anonymous login that wants one certain password: a real one without a
 * system account. */
static void write_config(const char *directory, const char *root, uint16_t port,
                         uint32_t bytes_per_second)
{
    char path[512];
    snprintf(path, sizeof path, "%s/passwords", directory);
    FILE *stream = fopen(path, "w");
    must(stream != NULL, path);
    fputs(SERVER_FTP_PASSWORD "\n", stream);
    fclose(stream);
    snprintf(path, sizeof path, "%s/vsftpd.conf", directory);
    stream = fopen(path, "w");
    must(stream != NULL, path);
    fprintf(stream,
            "listen=YES\nlisten_address=127.0.0.1\nlisten_port=%u\n"
            "background=NO\nanonymous_enable=YES\nlocal_enable=NO\n"
            "anon_root=%s\nanon_world_readable_only=NO\n"
            "anon_max_rate=%u\nsecure_email_list_enable=YES\n"
            "email_password_file=%s/passwords\nftp_username=%s\n"
            "run_as_launching_user=YES\nseccomp_sandbox=NO\n"
            "secure_chroot_dir=%s\nxferlog_enable=NO\n",
            port, root, (unsigned)bytes_per_second, directory,
            getpwuid(getuid())->pw_name, directory);
    fclose(stream);
}

void server_ftp_start(struct server_ftp *server, const char *directory,
                      const char *root, uint32_t bytes_per_second)
{
    char config[512];
    /* Debian keeps servers where only root's PATH looks. */
    const char *argv[] = {"/usr/sbin/vsftpd", config, NULL};
    for (int try = 0; try < 5; try++) {
        server->port = free_port();
        write_config(directory, root, server->port, bytes_per_second);
        snprintf(config, sizeof config, "%s/vsftpd.conf", directory);
        child_start(&server->child, argv, NULL);
        for (int ms = 0; ms < 5000; ms += 10) {
            if (connects(server->port))
                return;
            usleep(10000);
        }
        child_stop(&server->child, SIGKILL);
    }
    fprintf(stderr, "vsftpd does not start: is it installed?\n");
    abort();
}

void server_ftp_stop(struct server_ftp *server)
{
    child_stop(&server->child, SIGTERM);
}
