/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Release keys come and go (row A30), the maker's half:
 *
 *     A by the old key; B by the old key, introduces the new one; C by the new
 *     key, revokes the old one; D by the new key.
 */
#include "fixture.h"

#include <pack/release.h>
#include <psa/psa_crypto.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct fixture fixture;
static struct pack_error error;
static char new_key[FIXTURE_PATH], new_pub[FIXTURE_PATH];
static char other_pub[FIXTURE_PATH];
static struct ffx_public_key new_public, other_public;

static void make_key(const char *name, char path[FIXTURE_PATH],
                     char pub[FIXTURE_PATH], struct ffx_public_key *key)
{
    char file[64];
    snprintf(file, sizeof file, "%s.key", name);
    fixture_path(&fixture, file, path);
    snprintf(file, sizeof file, "%s.pub", name);
    fixture_path(&fixture, file, pub);
    assert_int_equal(pack_key_make(path, NULL, &error), 0);
    assert_int_equal(pack_public_key_load(pub, key, &error), 0);
}

static int set_up(void **state)
{
    char other_key[FIXTURE_PATH];
    (void)state;
    fixture_make(&fixture, NULL);
    make_key("new", new_key, new_pub, &new_public);
    make_key("other", other_key, other_pub, &other_public);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_free(&fixture);
    return 0;
}

static int sign_b(const char *key, const char *next_key, const char *revoke)
{
    const struct pack_signing how = {key, next_key, revoke};
    return pack_release_sign(fixture.b_path, &how, &error);
}

static void expect_refused(int got, int code, const char *words)
{
    assert_int_equal(got, code);
    if (strstr(error.text, words) == NULL)
        fail_msg("'%s' lacks '%s'", error.text, words);
}

/* --- the signed text ----------------------------------------------------- */

static void a30_what_becomes_of_keys_is_signed(void **state)
{
    (void)state;
    struct pack_release b;
    struct ffx_release parsed;
    assert_int_equal(sign_b(fixture.release_key_path, new_pub, other_pub), 0);
    assert_int_equal(pack_release_load(fixture.b_path, &b, &error), 0);
    assert_true(b.has_next_key && b.has_revoke);
    assert_memory_equal(&b.next_key, &new_public, sizeof new_public);
    assert_memory_equal(&b.revoke, &other_public, sizeof other_public);
    assert_int_equal(ffx_release_parse(&parsed, (const char *)b.text.bytes,
                                       (uint32_t)b.text.length),
                     0);
    assert_memory_equal(&parsed.next_key, &new_public, sizeof new_public);
    assert_memory_equal(&parsed.revoke, &other_public, sizeof other_public);
    assert_int_equal(ffx_signature_check(psa_crypto(), &fixture.release_key,
                                         b.text.bytes, (uint32_t)b.text.length,
                                         b.signature.bytes,
                                         (uint32_t)b.signature.length),
                     0);
    pack_release_free(&b);
}

static void expect_keys_said(int next_key, int revoke)
{
    struct pack_release b;
    assert_int_equal(pack_release_load(fixture.b_path, &b, &error), 0);
    assert_int_equal(b.has_next_key, next_key);
    assert_int_equal(b.has_revoke, revoke);
    pack_release_free(&b);
}

static void a30_a_key_is_not_dropped_by_signing_again(void **state)
{
    (void)state;
    const char *const key = fixture.release_key_path;
    assert_int_equal(sign_b(key, new_pub, other_pub), 0);
    expect_refused(sign_b(key, NULL, NULL), FFX_ERR_BUSY, "--next-key none");
    expect_refused(sign_b(key, new_pub, NULL), FFX_ERR_BUSY, "--revoke none");
    expect_keys_said(1, 1);
    assert_int_equal(sign_b(key, new_pub, PACK_KEY_NONE), 0);
    expect_keys_said(1, 0);
    assert_int_equal(sign_b(key, PACK_KEY_NONE, NULL), 0);
    expect_keys_said(0, 0);
    assert_int_equal(sign_b(key, NULL, NULL), 0);
}

static void a30_keys_that_lead_nowhere_are_refused(void **state)
{
    (void)state;
    const char *const key = fixture.release_key_path;
    const char *const pub = fixture.trust_path;
    const int wrong = FFX_ERR_ARGUMENT;
    expect_refused(sign_b(key, new_pub, new_pub), wrong, "the same key");
    expect_refused(sign_b(key, pub, NULL), wrong, "trust it already");
    expect_refused(sign_b(key, NULL, pub), wrong, "no key follows");
    expect_refused(sign_b(key, new_key, NULL), FFX_ERR_SIGNATURE,
                   "private key");
    expect_keys_said(0, 0);
    assert_int_equal(sign_b(key, new_pub, pub), 0);
    expect_keys_said(1, 1);
}

/* --- packages through a rotation ----------------------------------------- */

struct era {
    struct pack_release a, b, c, d;
    struct pack_key *store; /* delegated by the new key */
};

static void load(const char *name, const struct pack_signing *how,
                 struct pack_release *out)
{
    char path[FIXTURE_PATH];
    fixture_path(&fixture, name, path);
    if (pack_release_sign(path, how, &error) != 0 ||
        pack_release_load(path, out, &error) != 0)
        fail_msg("%s", error.text);
}

static void era_make(struct era *era)
{
    const struct pack_signing b = {fixture.release_key_path, new_pub, NULL};
    const struct pack_signing c = {new_key, NULL, fixture.trust_path};
    const struct pack_signing d = {new_key, NULL, NULL};
    char store[FIXTURE_PATH];
    memset(era, 0, sizeof *era);
    era->a = fixture.a;
    fixture_release(&fixture, "c", "SIM7000G", "C", 7, 3, &era->c);
    fixture_release(&fixture, "d", "SIM7000G", "D", 8, 4, &era->d);
    pack_release_free(&era->c);
    pack_release_free(&era->d);
    load("b", &b, &era->b);
    load("c", &c, &era->c);
    load("d", &d, &era->d);
    fixture_path(&fixture, "new-store.key", store);
    const struct pack_delegation how = {new_key, "SIM7000G", 100};
    assert_int_equal(pack_key_make(store, &how, &error), 0);
    assert_int_equal(pack_key_load(store, &era->store, &error), 0);
}

static void era_free(struct era *era)
{
    pack_release_free(&era->b);
    pack_release_free(&era->c);
    pack_release_free(&era->d);
    pack_key_free(era->store);
}

/* Does a device that trusts these keys open it? */
static int opens(const struct pack_buffer *zip,
                 const struct ffx_public_key *trusted, uint32_t count)
{
    static struct ffx_package package;
    static uint8_t buffer[65536];
    struct ffx_package_config config = {.crypto = psa_crypto(),
                                        .trusted = trusted,
                                        .trusted_count = count,
                                        .buffer = buffer,
                                        .buffer_bytes = sizeof buffer};
    pack_read_at(zip, &config.file);
    return ffx_package_open(&package, &config) == 0;
}

/* What the maker says without making anything. */
static int leads(const struct pack_release *from, const struct pack_release *to,
                 const struct pack_key *key)
{
    struct pack_trust a, b;
    struct pack_keys certifiers;
    pack_release_trust(from, &a);
    pack_release_trust(to, &b);
    pack_key_trust(key, &certifiers);
    return pack_trust_leads(&a, &b, &certifiers);
}

static void expect_package(const struct pack_release *from,
                           const struct pack_release *to,
                           const struct pack_key *key, int old_opens,
                           int new_opens, int both_open)
{
    const struct ffx_public_key both[2] = {fixture.release_key, new_public};
    const struct pack_options options = {.full = 1};
    struct pack_buffer zip;
    if (pack_build(from, to, key, &options, &zip, &error) != 0 ||
        pack_check(&zip, from, to, key, &error) != 0)
        fail_msg("%s to %s: %s", from->version, to->version, error.text);
    assert_true(leads(from, to, key));
    assert_int_equal(opens(&zip, &both[0], 1), old_opens);
    assert_int_equal(opens(&zip, &both[1], 1), new_opens);
    assert_int_equal(opens(&zip, both, 2), both_open);
    pack_buffer_free(&zip);
}

static void expect_no_package(const struct pack_release *from,
                              const struct pack_release *to,
                              const struct pack_key *key, const char *words)
{
    const struct pack_options options = {.full = 1};
    struct pack_buffer zip;
    expect_refused(pack_build(from, to, key, &options, &zip, &error),
                   FFX_ERR_SIGNATURE, words);
    assert_null(zip.bytes);
    assert_false(leads(from, to, key));
}

static void a30_packages_follow_the_keys_that_devices_trust(void **state)
{
    (void)state;
    struct era era;
    era_make(&era);
    const struct pack_key *const old_store = fixture.package_key;
    /* A device with A trusts the old key alone. */
    expect_package(&era.a, &era.b, old_store, 1, 0, 1);
    expect_no_package(&era.a, &era.b, era.store, "farfix key delegate");
    expect_no_package(&era.a, &era.c, old_store, "go by a release");
    expect_no_package(&era.a, &era.c, era.store, "go by a release");
    /* With B it trusts both, and each of the two statements may be by either
     * of them. */
    expect_package(&era.b, &era.c, old_store, 0, 0, 1);
    expect_package(&era.b, &era.c, era.store, 0, 1, 1);
    /* C takes the old one away. */
    expect_package(&era.c, &era.d, era.store, 0, 1, 1);
    expect_no_package(&era.c, &era.d, old_store, "farfix key delegate");
    era_free(&era);
}

static void a30_a_key_that_goes_with_its_own_release_is_not_relied_on(void **s)
{
    (void)s;
    struct era era;
    era_make(&era);
    const struct pack_signing at_once = {fixture.release_key_path, new_pub,
                                         fixture.trust_path};
    pack_release_free(&era.b);
    load("b", &at_once, &era.b);
    expect_package(&era.a, &era.b, fixture.package_key, 1, 0, 1);
    expect_no_package(&era.b, &era.c, fixture.package_key,
                      "farfix key delegate");
    expect_package(&era.b, &era.c, era.store, 0, 1, 1);
    era_free(&era);
}

static void a30_an_unsigned_a_vouches_for_nobody(void **state)
{
    (void)state;
    struct era era;
    era_make(&era);
    struct pack_release a = era.b;
    memset(&a.text, 0, sizeof a.text);
    expect_package(&a, &era.c, era.store, 0, 1, 1);
    expect_no_package(&a, &era.c, fixture.package_key, "same release key");
    era_free(&era);
}

#define WITH_FIXTURE(test)                                                     \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(a30_what_becomes_of_keys_is_signed),
        WITH_FIXTURE(a30_a_key_is_not_dropped_by_signing_again),
        WITH_FIXTURE(a30_keys_that_lead_nowhere_are_refused),
        WITH_FIXTURE(a30_packages_follow_the_keys_that_devices_trust),
        WITH_FIXTURE(a30_a_key_that_goes_with_its_own_release_is_not_relied_on),
        WITH_FIXTURE(a30_an_unsigned_a_vouches_for_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
