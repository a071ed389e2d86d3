/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FARFIX_MODULE_PHONE_H
#define FARFIX_MODULE_PHONE_H

/* The number of the virtual SIM: what is sent to it comes back. */
#define PHONE_NUMBER "+8613912345678"

#endif
