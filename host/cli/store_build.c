/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/pack_common.h"
#include "cli/verbs.h"
#include "store/store_static.h"

#include <stdio.h>

static const struct cli_usage usage = {
    .synopsis = "farfix store build --releases DIR --key PACKAGE.key -o OUT "
                "[--cache DIR] [--cache-mib N]",
    .about =
        "Writes all that farfix store serve would answer into files, for any\n"
        "server of static files:\n"
        "\n"
        "  OUT/MODEL/FROM___TO/update.zip   every package between the "
        "releases\n"
        "  OUT/MODEL/FROM___TO/NAME.svg     a picture of what it does to NAME\n"
        "  OUT/MODEL/FROM/next              what is newest for FROM, signed\n"
        "  OUT/index.html                   all of it, for people\n"
        "\n"
        "Devices are offered what the channel stable has. Run it again after "
        "each\n"
        "release: what is right already is not touched, and packages that no\n"
        "release leads to any more are removed.",
    .examples = "  farfix store build --releases releases --key store.key -o "
                "public\n"
                "  rsync -a --delete public/ www.example.org:/srv/fota/",
};

struct request {
    struct store_config store;
    struct store_static job;
    int json;
};

static void tell(void *context, const char *path, size_t done, size_t all)
{
    (void)context;
    cli_progress(path, (unsigned)(100 * done / all));
}

static void report(const struct request *request)
{
    const struct store_static *job = &request->job;
    if (!request->json) {
        printf("%s: %zu packages, %zu pictures, %zu offers\n", job->directory,
               job->packages, job->pictures, job->offers);
        printf("%zu files written, %zu were right already, %zu removed\n",
               job->written, job->kept, job->removed);
        return;
    }
    cli_json_open('{');
    cli_json_text("directory", job->directory);
    cli_json_number("packages", (long long)job->packages);
    cli_json_number("pictures", (long long)job->pictures);
    cli_json_number("offers", (long long)job->offers);
    cli_json_number("written", (long long)job->written);
    cli_json_number("kept", (long long)job->kept);
    cli_json_number("removed", (long long)job->removed);
    cli_json_close('}');
    cli_json_end();
}

static int run(struct request *request)
{
    struct store *store;
    struct pack_error error = {0};
    if (store_open(&store, &request->store, &error) != 0)
        return pack_common_fail(&error);
    request->job.tell = tell;
    const int result = store_static_build(store, &request->job, &error);
    cli_progress_end();
    store_close(store);
    if (result != 0)
        return pack_common_fail(&error);
    report(request);
    return CLI_DONE;
}

int cli_store_build(int argc, char **argv)
{
    uint32_t limit_mib = 0;
    struct request request = {0};
    const struct cli_option options[] = {
        {"--releases", CLI_TEXT, &request.store.releases, "DIR",
         "releases and vendor packages"},
        {"--key", CLI_TEXT, &request.store.key, "PACKAGE.key",
         "signs what is built"},
        {"-o", CLI_TEXT, &request.job.directory, "OUT",
         "where the files go; its parent must be there"},
        {"--cache", CLI_TEXT, &request.store.cache, "DIR",
         "built packages; default .cache in --releases"},
        {"--cache-mib", CLI_NUMBER, &limit_mib, "N",
         "all of them together; default: as many as there are"},
        {"--json", CLI_FLAG, &request.json, NULL, "report as JSON"},
    };
    const int code = cli_parse(&usage, options, 6, argc, argv, NULL, 0, 0);
    if (code >= 0)
        return code;
    if (request.store.releases == NULL || request.store.key == NULL ||
        request.job.directory == NULL)
        return cli_fail(CLI_USAGE,
                        "--releases, --key and -o are all needed: "
                        "%s",
                        usage.synopsis);
    request.store.cache_limit =
        limit_mib != 0 ? (uint64_t)limit_mib << 20 : UINT64_MAX;
    return run(&request);
}
