/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include <farfix/driver.h>

struct cause {
    const char *name, *text, *advice;
};

static const struct cause causes[FFX_CAUSES] = {
    [FFX_CAUSE_DONE] = {"done", "the module runs the new version", ""},
    [FFX_CAUSE_NOTHING] = {"nothing", "the module already runs this version",
                           ""},
    [FFX_CAUSE_DRY_RUN] = {"dry-run", "everything up to the download is ready",
                           ""},
    [FFX_CAUSE_FETCHED] = {"fetched", "the file is in the module", ""},

    [FFX_CAUSE_NO_ANSWER] = {"no-answer", "the module does not answer",
                             "check power, port and baud rate"},
    [FFX_CAUSE_RESET] = {"module-reset", "the module keeps restarting",
                         "check its supply: radio bursts draw 2 A"},
    [FFX_CAUSE_POWERED_DOWN] = {"powered-down", "the module switched off",
                                "check its supply, switch it on, run again"},
    [FFX_CAUSE_BATTERY] = {"battery", "the supply voltage is too low",
                           "charge or replace the battery, run again"},
    [FFX_CAUSE_NO_IDENTITY] = {"no-identity",
                               "the module does not tell model or version",
                               "check that the port leads to a SIM7000"},
    [FFX_CAUSE_NO_FOTA] = {"no-fota", "the module knows no AT+CFOTA",
                           "this firmware can only be updated over USB"},
    [FFX_CAUSE_WRONG_MODEL] = {"wrong-model",
                               "the package is for another model",
                               "get the package for this model"},
    [FFX_CAUSE_WRONG_SOURCE] = {"wrong-source",
                                "the module runs another source version",
                                "get the package from the version it runs"},

    [FFX_CAUSE_NO_SIM] = {"no-sim", "no SIM, or it cannot be read",
                          "insert a SIM, or push the package from a file"},
    [FFX_CAUSE_SIM_PIN] = {"sim-pin", "the SIM's PIN is missing or wrong",
                           "give the right PIN: it is sent once each run"},
    [FFX_CAUSE_SIM_PUK] = {"sim-puk", "the SIM is locked",
                           "unlock it with its PUK in a telephone"},
    [FFX_CAUSE_NOT_REGISTERED] = {"not-registered",
                                  "no network takes the module",
                                  "check antenna, SIM, band (CNMP, CMNB)"},
    [FFX_CAUSE_NO_SIGNAL] = {"no-signal", "no radio signal",
                             "check the antenna"},
    [FFX_CAUSE_NO_BEARER] = {"no-bearer", "the data bearer does not open",
                             "check APN, user, password and the contract"},

    [FFX_CAUSE_DOWNLOAD_REFUSED] = {"download-refused",
                                    "the module refuses the download",
                                    "check the URL, reset the module"},
    [FFX_CAUSE_DNS] = {"dns", "the server's name is not found",
                       "check the URL; old firmware says so for https"},
    [FFX_CAUSE_SERVER] = {"server", "the server cannot be reached",
                          "check host and port from the module's network"},
    [FFX_CAUSE_TLS] = {"tls", "no TLS connection to the server",
                       "check host, port and certificate, or use http"},
    [FFX_CAUSE_NOT_FOUND] = {"not-found", "the server has no such package",
                             "check the URL; is the package published?"},
    [FFX_CAUSE_HTTP_REFUSED] = {"http-refused",
                                "the server refuses the request",
                                "look up its status, read the server's log"},
    [FFX_CAUSE_HTTP_FAILED] = {"http-failed", "the server fails",
                               "read the server's log"},
    [FFX_CAUSE_HTTP_STATUS] = {"http-status",
                               "the server's answer is not the file",
                               "serve it without redirects, with a length"},
    [FFX_CAUSE_FTP_LOGIN] = {"ftp-login", "the FTP login fails",
                             "check FTP user and password"},
    [FFX_CAUSE_FTP_FILE] = {"ftp-file", "the FTP server has no such file",
                            "check the path"},
    [FFX_CAUSE_FTP_FAILED] =
        {"ftp-failed", "the FTP transfer fails",
         "read the server's log; is there room in the module?"},
    [FFX_CAUSE_FTP_UNSUPPORTED] = {"ftp-unsupported",
                                   "this firmware has no FTP to file",
                                   "use http or push the file"},
    [FFX_CAUSE_STALLED] = {"stalled", "the download does not go on",
                           "check signal and server, run again"},
    [FFX_CAUSE_DATA_LIMIT] = {"data-limit", "the data limit is reached",
                              "raise it, or push the package from a file"},

    [FFX_CAUSE_FILES] = {"files", "the module's file commands fail",
                         "reset the module, run again"},
    [FFX_CAUSE_NO_SPACE] = {"no-space", "the module's file system is full",
                            "delete files with AT+CFSDFILE"},
    [FFX_CAUSE_SOURCE] = {"source", "the package cannot be read",
                          "check where it is stored"},
    [FFX_CAUSE_NOISE] = {"noise", "the serial line loses bytes",
                         "use RTS/CTS or a lower baud rate"},
    [FFX_CAUSE_SIZE] = {"size", "the file in the module has the wrong size",
                        "check what the server sends, run again"},
    [FFX_CAUSE_DIGEST] = {"digest", "the file in the module is not the package",
                          "check the server's file, the serial line"},

    [FFX_CAUSE_NO_PACKAGE] = {"no-package", "the module refuses AT+CFOTA=1",
                              "is update.zip there? reset it, run again"},
    [FFX_CAUSE_NOT_STARTED] = {"not-started", "the update did not begin",
                               "run again; check the supply"},
    [FFX_CAUSE_REFUSED] = {"refused",
                           "the module refused the package and runs on",
                           "check it with farfix package verify"},
    [FFX_CAUSE_FAILED_MODEM] = {"failed-modem",
                                "the update of the modem part failed",
                                "run again: recovery takes the package"},
    [FFX_CAUSE_FAILED_AP] = {"failed-ap", "the update of the AP part failed",
                             "run again: recovery takes the package"},
    [FFX_CAUSE_VERSION] = {"version",
                           "updated, but the version is not the wanted one",
                           "check --to and what the package holds"},
    [FFX_CAUSE_CHANGED] = {"changed", "updated, but a setting was lost",
                           "compare IMEI, CFUN, CNMP, CMNB, APN; restore them"},
    [FFX_CAUSE_UPDATE_TIMEOUT] = {"update-timeout", "the update does not end",
                                  "keep the power on, run again later"},
    [FFX_CAUSE_BUSY] = {"busy", "the module is in the middle of an update",
                        "wait until it has ended, run again"},
    [FFX_CAUSE_CONFIG] = {"config", "a setting does not fit a command",
                          "shorten it; no quotes, no control characters"},
};

static const struct cause *cause_of(enum ffx_cause cause)
{
    static const struct cause unknown = {"unknown", "unknown cause", ""};
    return (uint32_t)cause < FFX_CAUSES ? &causes[cause] : &unknown;
}

const char *ffx_cause_name(enum ffx_cause cause)
{
    return cause_of(cause)->name;
}

const char *ffx_cause_text(enum ffx_cause cause)
{
    return cause_of(cause)->text;
}

const char *ffx_cause_advice(enum ffx_cause cause)
{
    return cause_of(cause)->advice;
}

/* LwM2M, object 5, resource 5; what is not listed is UPDATE_FAILED. */
enum {
    INITIAL,
    UPDATED,
    NO_FLASH,
    CONNECTION_LOST = 4,
    NOT_INTACT,
    UNSUPPORTED_TYPE,
    INVALID_URI,
    UPDATE_FAILED,
    UNSUPPORTED_PROTOCOL
};

unsigned ffx_cause_lwm2m(enum ffx_cause cause)
{
    static const struct {
        uint8_t cause, result;
    } results[] = {
        {FFX_CAUSE_DONE, UPDATED},
        {FFX_CAUSE_NOTHING, UPDATED},
        {FFX_CAUSE_DRY_RUN, INITIAL},
        {FFX_CAUSE_FETCHED, INITIAL},
        {FFX_CAUSE_WRONG_MODEL, UNSUPPORTED_TYPE},
        {FFX_CAUSE_WRONG_SOURCE, UNSUPPORTED_TYPE},
        {FFX_CAUSE_NO_SIM, CONNECTION_LOST},
        {FFX_CAUSE_SIM_PIN, CONNECTION_LOST},
        {FFX_CAUSE_SIM_PUK, CONNECTION_LOST},
        {FFX_CAUSE_NOT_REGISTERED, CONNECTION_LOST},
        {FFX_CAUSE_NO_SIGNAL, CONNECTION_LOST},
        {FFX_CAUSE_NO_BEARER, CONNECTION_LOST},
        {FFX_CAUSE_DOWNLOAD_REFUSED, CONNECTION_LOST},
        {FFX_CAUSE_DNS, INVALID_URI},
        {FFX_CAUSE_SERVER, CONNECTION_LOST},
        {FFX_CAUSE_TLS, CONNECTION_LOST},
        {FFX_CAUSE_NOT_FOUND, INVALID_URI},
        {FFX_CAUSE_HTTP_REFUSED, INVALID_URI},
        {FFX_CAUSE_HTTP_FAILED, CONNECTION_LOST},
        {FFX_CAUSE_HTTP_STATUS, INVALID_URI},
        {FFX_CAUSE_FTP_LOGIN, INVALID_URI},
        {FFX_CAUSE_FTP_FILE, INVALID_URI},
        {FFX_CAUSE_FTP_FAILED, CONNECTION_LOST},
        {FFX_CAUSE_FTP_UNSUPPORTED, UNSUPPORTED_PROTOCOL},
        {FFX_CAUSE_STALLED, CONNECTION_LOST},
        {FFX_CAUSE_NO_SPACE, NO_FLASH},
        {FFX_CAUSE_NOISE, CONNECTION_LOST},
        {FFX_CAUSE_SIZE, NOT_INTACT},
        {FFX_CAUSE_DIGEST, NOT_INTACT},
    };
    for (uint32_t i = 0; i < sizeof results / sizeof results[0]; i++)
        if (results[i].cause == (uint32_t)cause)
            return results[i].result;
    return UPDATE_FAILED;
}

const char *ffx_driver_state_name(enum ffx_driver_state state)
{
    static const char *const names[FFX_DRIVER_STATES] = {
        "sync",     "identity", "preflight", "network", "space",
        "download", "check",    "update",    "confirm", "end"};
    return (uint32_t)state < FFX_DRIVER_STATES ? names[state] : "";
}
