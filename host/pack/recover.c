/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/recover.h"

#include "pack/sign.h"

#include <mbedtls/ecp.h>
#include <string.h>

struct recovery {
    mbedtls_ecp_group group;
    mbedtls_ecp_point nonce, found; /* R = kG, Q */
    mbedtls_mpi r, s, e, power;
};

/* nonce.Y = sqrt(x^3 - 3x + b): on P-256 p = 3 (mod 4), so the root of v is
 * v^((p + 1) / 4), if there is one. Leaves (p + 1) / 4 in `power`. */
static int lift_x(struct recovery *work)
{
    mbedtls_mpi *x = &work->nonce.X, *y = &work->nonce.Y;
    const mbedtls_mpi *p = &work->group.P;
    mbedtls_mpi v;
    mbedtls_mpi_init(&v);
    int failed =
        mbedtls_mpi_copy(x, &work->r) || mbedtls_mpi_lset(&work->nonce.Z, 1) ||
        mbedtls_mpi_mul_mpi(&v, x, x) || mbedtls_mpi_sub_int(&v, &v, 3) ||
        mbedtls_mpi_mul_mpi(&v, &v, x) ||
        mbedtls_mpi_add_mpi(&v, &v, &work->group.B) ||
        mbedtls_mpi_mod_mpi(&v, &v, p) ||
        mbedtls_mpi_add_int(&work->power, p, 1) ||
        mbedtls_mpi_shift_r(&work->power, 2) ||
        mbedtls_mpi_exp_mod(y, &v, &work->power, p, NULL);
    mbedtls_mpi_free(&v);
    return failed || mbedtls_ecp_check_pubkey(&work->group, &work->nonce);
}

/* Q = r^-1 (sR - eG) = (-e/r) G + (s/r) R. Overwrites e and s. */
static int prepare_factors(struct recovery *work)
{
    const mbedtls_mpi *n = &work->group.N;
    return mbedtls_mpi_inv_mod(&work->r, &work->r, n) ||
           mbedtls_mpi_mul_mpi(&work->e, &work->e, &work->r) ||
           mbedtls_mpi_sub_mpi(&work->e, n, &work->e) ||
           mbedtls_mpi_mod_mpi(&work->e, &work->e, n) ||
           mbedtls_mpi_mul_mpi(&work->s, &work->s, &work->r) ||
           mbedtls_mpi_mod_mpi(&work->s, &work->s, n);
}

static int one_candidate(struct recovery *work, struct ffx_public_key *key)
{
    size_t length;
    return mbedtls_ecp_muladd(&work->group, &work->found, &work->e,
                              &work->group.G, &work->s, &work->nonce) ||
           mbedtls_ecp_point_write_binary(&work->group, &work->found,
                                          MBEDTLS_ECP_PF_UNCOMPRESSED, &length,
                                          key->point, sizeof key->point);
}

/* r and r + n may both be x modulo p, but r + n < p happens once in 2^128. */
static int candidates(struct recovery *work, struct ffx_public_key keys[2])
{
    if (mbedtls_ecp_check_privkey(&work->group, &work->r) != 0 ||
        mbedtls_ecp_check_privkey(&work->group, &work->s) != 0 ||
        lift_x(work) != 0 || prepare_factors(work) != 0)
        return 0;
    int found = 0;
    if (one_candidate(work, &keys[found]) == 0)
        found++;
    if (mbedtls_mpi_sub_mpi(&work->nonce.Y, &work->group.P, &work->nonce.Y) ==
            0 &&
        one_candidate(work, &keys[found]) == 0)
        found++;
    return found;
}

int recover_keys(const void *message, size_t length, const uint8_t *der,
                 size_t der_length, struct ffx_public_key keys[2])
{
    uint8_t digest[FFX_SHA256_BYTES];
    struct recovery work;
    mbedtls_ecp_group_init(&work.group);
    mbedtls_ecp_point_init(&work.nonce);
    mbedtls_ecp_point_init(&work.found);
    mbedtls_mpi_init(&work.r);
    mbedtls_mpi_init(&work.s);
    mbedtls_mpi_init(&work.e);
    mbedtls_mpi_init(&work.power);
    pack_sha256(message, length, digest);
    int found = 0;
    if (mbedtls_ecp_group_load(&work.group, MBEDTLS_ECP_DP_SECP256R1) == 0 &&
        mbedtls_mpi_read_binary(&work.e, digest, sizeof digest) == 0 &&
        sign_read(der, der_length, &work.r, &work.s) == 0)
        found = candidates(&work, keys);
    mbedtls_mpi_free(&work.power);
    mbedtls_mpi_free(&work.e);
    mbedtls_mpi_free(&work.s);
    mbedtls_mpi_free(&work.r);
    mbedtls_ecp_point_free(&work.found);
    mbedtls_ecp_point_free(&work.nonce);
    mbedtls_ecp_group_free(&work.group);
    return found;
}
