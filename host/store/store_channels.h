/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is offered which release: channels.ini in the directory of releases.
 *
 *     [channel SIM7000G/stable]
 *     version = 1529B07SIM7000G
 *     [channel SIM7000G/canary]
 *     version = 1529B08SIM7000G
 *     percent = 10                # of the devices, by IMEI
 *     imei = canary.txt           # and these: store/store_imei.h
 *
 * `stable` is who has no other channel, so it has neither percent nor imei.
 * It needs no section: then it is the newest release that no other channel of
 * the model names. Without the file there is nothing but that.
 *
 * Who a percentage takes follows from model, version and IMEI alone: the same
 * devices on every server and after every restart, more when it grows, others
 * for another release.
 *
 * Threads: what was read does not change; any number may ask it.
 */
#ifndef FARFIX_STORE_CHANNELS_H
#define FARFIX_STORE_CHANNELS_H

#include "store/store_imei.h"

#define STORE_CHANNELS_FILE "channels.ini"
#define STORE_CHANNEL_STABLE "stable"
#define STORE_CHANNEL_MAX 16u /* length of a name */
/* Of one model: a request looks at each of them. */
#define STORE_CHANNELS_PER_MODEL 16u
#define STORE_CHANNELS_MAX 256u /* of all models */

struct store_channel {
    char model[FFX_MODEL_MAX + 1];
    char name[STORE_CHANNEL_MAX + 1];
    char version[FFX_VERSION_MAX + 1];
    uint32_t percent;   /* 0: nobody by chance */
    char imei_file[64]; /* a plain name; "": no list */
    unsigned line;      /* of imei = ... in channels.ini */
    struct store_imeis imeis;
};

struct store_channels {
    struct store_channel *all; /* in the order of the file */
    size_t count;
};

/* 1: one to 16 of a-z, 0-9 and '-'. */
int store_channel_valid(const char *name);

/* Reads DIRECTORY/channels.ini and the lists it names; without that file
 * there are no channels, and that is no error. Whether the versions are here
 * is not asked: releases come and go. FFX_ERR_IO, FFX_ERR_SPACE,
 * FFX_ERR_MANIFEST (the text names file and line), and then `channels` is
 * empty: read into a fresh one, and keep the old one when that fails. */
int store_channels_read(struct store_channels *channels, const char *directory,
                        struct pack_error *error);
/* The text alone, lists stay empty. `path` is for messages; `text` ends with
 * NUL and is changed. */
int store_channels_parse(struct store_channels *channels, const char *path,
                         char *text, struct pack_error *error);
void store_channels_close(struct store_channels *channels);

/* Longer than any reason. */
#define STORE_CHANNELS_WHY 400u

/* Which channel a device is in: the one that it names; else the first in the
 * order of the file whose list or percentage has its IMEI; else stable. "" is
 * an IMEI or channel that was not said. `out` null: stable without a section.
 * 0, or the HTTP status that answers it, with the reason in one line: 400 for
 * what is no IMEI or no name, 404 for a channel that the model has not. */
int store_channels_choose(const struct store_channels *channels,
                          const char *model, const char *imei,
                          const char *channel, const struct store_channel **out,
                          char why[STORE_CHANNELS_WHY]);

/* 1: another channel of the model than stable names this version, so that
 * stable without a section passes it over. */
int store_channels_reserved(const struct store_channels *channels,
                            const char *model, const char *version);

#endif
