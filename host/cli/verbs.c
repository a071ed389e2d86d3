/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/verbs.h"

const struct cli_verb cli_verbs[] = {
    /* key, release, package */
    {"key", "make", cli_key_make,
     "make a release key, or a package key that it delegates to"},
    {"key", "delegate", cli_key_delegate,
     "let a key that lives elsewhere sign packages, or let it go on"},
    {"release", "sign", cli_release_sign,
     "say with the release key what a release is"},
    {"package", "make", cli_package_make,
     "make update.zip from release A to release B"},
    {"package", "import", cli_package_import,
     "vouch for an opaque package of the vendor"},
    {"package", "info", cli_package_info, "show what a package is"},
    {"package", "verify", cli_package_verify, "check every byte of a package"},

    /* store */
    {"store", "build", cli_store_build,
     "writes all of a store into files for a static server"},
    {"store", "serve", cli_store_serve,
     "serve packages and offers between releases over HTTP"},

    /* sim */
    {"sim", "run", cli_sim_run, "run a virtual SIM7000"},

    /* update, watch, modem */
    {"update", "", cli_update, "take a module to a new version, and prove it"},
    {"watch", "", cli_watch, "update a module whenever there is news"},
    {"modem", "info", cli_modem_info,
     "show what a module is and how it stands"},
    {"modem", "status", cli_modem_status, "show what became of an update"},
    {"modem", "clear", cli_modem_clear, "clear the result of an update"},
    {"modem", "get", cli_modem_get, "copy a file out of a module"},
    {"modem", "put", cli_modem_put, "copy a file into a module"},
    {"modem", "probe", cli_modem_probe,
     "find out which dialect a module speaks"},
    {"modem", "record", cli_modem_record,
     "write down a dialogue with a module, masked"},
    {"modem", "replay", cli_modem_replay,
     "hold such a dialogue again and compare"},

    /* delta */
    {"delta", "make", cli_delta_make, "make a patch between two images"},
    {"delta", "apply", cli_delta_apply, "apply a patch as a device does"},
    {"delta", "info", cli_delta_info, "show what a patch is"},

    {"", "", NULL, NULL},
};

const size_t cli_verb_count = sizeof cli_verbs / sizeof cli_verbs[0] - 1;
