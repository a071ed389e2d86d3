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
                "[--listen HOST:PORT] [--cache DIR] [--cache-mib N] "
                "[--rate N] [--access-log FILE] [--proxy ADDRESS,...]",
    .about =
        "Serves the packages between the releases in DIR over HTTP. DIR holds\n"
        "signed release directories under any name, and vendor packages\n"
        "(NAME.zip beside NAME.zip.info from farfix package import).\n"
        "\n"
        "  /MODEL/FROM___TO/update.zip  built and signed when first asked for\n"
        "  /MODEL/FROM___TO/NAME.svg    a picture of what it does to NAME\n"
        "  /MODEL/FROM/next             signed: what is newest for FROM, or "
        "none\n"
        "  /                            all of it, for people\n"
        "\n"
        "channels.ini in DIR says who is offered which release. What comes, "
        "changes\n"
        "or goes is noticed within a second, at once after SIGHUP, which also "
        "opens\n"
        "the access log anew.\n"
        "When it serves, it says so on stdout: ready http://HOST:PORT. "
        "SIGTERM\n"
        "lets downloads end, then stops. Put nginx in front for TLS.",
    .examples = "  farfix store serve --releases releases --key store.key\n"
                "  farfix store serve --releases releases --key store.key "
                "--listen 0.0.0.0:80",
};

struct request {
    struct store_config store;
    struct store_http_config http;
};

/* SIGHUP: the logs were rotated, or somebody cannot wait for a second. */
static void wait_for_stop(const sigset_t *signals, struct store *store,
                          struct store_http *http)
{
    int signal_number;
    while (sigwait(signals, &signal_number) == 0 && signal_number == SIGHUP) {
        store_http_reopen(http);
        store_poke(store);
    }
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
    signal(SIGXFSZ, SIG_IGN); /* a file above the limit is an error */
}

static int serve(struct store *store, const struct request *request,
                 const sigset_t *signals)
{
    struct store_http *http;
    struct pack_error error;
    char url[64], holds[80];
    if (store_http_start(&http, store, &request->http, url, &error) != 0)
        return pack_common_fail(&error);
    store_watch(store);
    store_describe(store, holds, sizeof holds);
    store_log("serving %s on %s", holds, url);
    printf("ready %s\n", url);
    fflush(stdout);
    wait_for_stop(signals, store, http);
    store_log("stopping");
    store_http_stop(http, GRACE_MS);
    return CLI_DONE;
}

static int run(const struct request *request)
{
    struct store *store;
    struct pack_error error = {0};
    sigset_t signals;
    block_signals(&signals);
    if (store_open(&store, &request->store, &error) != 0)
        return pack_common_fail(&error);
    const int result = serve(store, request, &signals);
    store_close(store);
    return result;
}

int cli_store_serve(int argc, char **argv)
{
    uint32_t limit_mib = 0;
    struct request request = {.http.listen = "127.0.0.1:8080"};
    const struct cli_option options[] = {
        {"--releases", CLI_TEXT, &request.store.releases, "DIR",
         "releases and vendor packages"},
        {"--key", CLI_TEXT, &request.store.key, "PACKAGE.key",
         "signs what is built"},
        {"--listen", CLI_TEXT, &request.http.listen, "HOST:PORT",
         "default 127.0.0.1:8080; port 0: any"},
        {"--cache", CLI_TEXT, &request.store.cache, "DIR",
         "built packages; default .cache in --releases"},
        {"--cache-mib", CLI_NUMBER, &limit_mib, "N",
         "all of them together; default 1024"},
        {"--rate", CLI_NUMBER, &request.http.rate, "N",
         "requests per second and client; default: no limit"},
        {"--access-log", CLI_TEXT, &request.http.access_log, "FILE",
         "a line per request; default stderr"},
        {"--proxy", CLI_TEXT, &request.http.proxies, "ADDRESS,...",
         "whose X-Forwarded-For is believed"},
    };
    const int code = cli_parse(&usage, options, 8, argc, argv, NULL, 0, 0);
    if (code >= 0)
        return code;
    if (request.store.releases == NULL || request.store.key == NULL)
        return cli_fail(CLI_USAGE, "--releases and --key are both needed: %s",
                        usage.synopsis);
    request.store.cache_limit = (uint64_t)limit_mib << 20;
    return run(&request);
}
