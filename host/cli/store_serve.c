/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"
#include "store/store.h"
#include "store/store_http.h"
#include "store/store_log.h"

#include <signal.h>
#include <stdio.h>

/* A module may be in the middle of a download: let it have its file. */
#define GRACE_MS 10000u

static const struct cli_usage usage = {
    .synopsis = "farfix store serve --releases DIR --key PACKAGE.key "
                "[--listen HOST:PORT] [--cache DIR]",
    .about =
        "Serves the packages between the releases in DIR over HTTP. DIR holds\n"
        "signed release directories under any name, and vendor packages\n"
        "(NAME.zip beside NAME.zip.info from farfix package import).\n"
        "\n"
        "  /MODEL/FROM___TO/update.zip  built and signed when first asked for\n"
        "  /MODEL/FROM/next             signed: what is newest for FROM, or "
        "none\n"
        "  /                            all of it, for people\n"
        "\n"
        "A release that comes, changes or goes is noticed at the next "
        "request.\n"
        "When it serves, it says so on stdout: ready http://HOST:PORT. "
        "SIGTERM\n"
        "lets downloads end, then stops. Put nginx in front for TLS.",
    .examples = "  farfix store serve --releases releases --key store.key\n"
                "  farfix store serve --releases releases --key store.key "
                "--listen 0.0.0.0:80",
};

static void wait_for_stop(const sigset_t *signals)
{
    int signal_number;
    do
        sigwait(signals, &signal_number);
    while (signal_number == SIGHUP); /* changes are noticed anyway */
}

/* Blocked here, and so in every thread that is started later. */
static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int serve(struct store *store, const char *listen)
{
    struct store_http *http;
    struct pack_error error;
    sigset_t signals;
    char url[64], holds[80];
    block_signals(&signals);
    if (store_http_start(&http, store, listen, url, &error) != 0)
        return pack_common_fail(&error);
    store_describe(store, holds, sizeof holds);
    store_log("serving %s on %s", holds, url);
    printf("ready %s\n", url);
    fflush(stdout);
    wait_for_stop(&signals);
    store_log("stopping");
    store_http_stop(http, GRACE_MS);
    return CLI_DONE;
}

int cli_store_serve(int argc, char **argv)
{
    struct store_config config = {0};
    const char *listen = "127.0.0.1:8080";
    const struct cli_option options[] = {
        {"--releases", CLI_TEXT, &config.releases, "DIR",
         "releases and vendor packages"},
        {"--key", CLI_TEXT, &config.key, "PACKAGE.key", "signs what is built"},
        {"--listen", CLI_TEXT, &listen, "HOST:PORT",
         "default 127.0.0.1:8080; port 0: any"},
        {"--cache", CLI_TEXT, &config.cache, "DIR",
         "built packages; default .cache in --releases"},
    };
    struct store *store;
    struct pack_error error = {0};
    const int code = cli_parse(&usage, options, 4, argc, argv, NULL, 0, 0);
    if (code >= 0)
        return code;
    if (config.releases == NULL || config.key == NULL)
        return cli_fail(CLI_USAGE, "--releases and --key are both needed: %s",
                        usage.synopsis);
    if (store_open(&store, &config, &error) != 0)
        return pack_common_fail(&error);
    const int result = serve(store, listen);
    store_close(store);
    return result;
}
