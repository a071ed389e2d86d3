/* SPDX-License-Identifier: Apache-2.0 */
/* Stands for CubeMX's main.h, and by it for stm32g474xx.h of
 * cmsis-device-g4 1.2.6 and core_cm4.h of CMSIS 5, as far as farfix's flash
 * driver uses them. It compiles with those, too; here the bits are unsigned
 * int, which has 32 bits on the host as well. */
#ifndef STUB_MAIN_H
#define STUB_MAIN_H

#include <stdint.h>

typedef struct {
    volatile uint32_t ACR, PDKEYR, KEYR, OPTKEYR, SR, CR, ECCR, RESERVED1, OPTR;
} FLASH_TypeDef;

#define FLASH_BASE 0x08000000UL
#define FLASH_R_BASE 0x40022000UL
#define FLASH ((FLASH_TypeDef *)FLASH_R_BASE)

#define FLASH_ACR_PRFTEN (1U << 8)
#define FLASH_ACR_ICEN (1U << 9)
#define FLASH_ACR_DCEN (1U << 10)
#define FLASH_ACR_ICRST (1U << 11)
#define FLASH_ACR_DCRST (1U << 12)
#define FLASH_SR_EOP (1U << 0)
#define FLASH_SR_OPERR (1U << 1)
#define FLASH_SR_PROGERR (1U << 3)
#define FLASH_SR_WRPERR (1U << 4)
#define FLASH_SR_PGAERR (1U << 5)
#define FLASH_SR_SIZERR (1U << 6)
#define FLASH_SR_PGSERR (1U << 7)
#define FLASH_SR_MISERR (1U << 8)
#define FLASH_SR_FASTERR (1U << 9)
#define FLASH_SR_RDERR (1U << 14)
#define FLASH_SR_OPTVERR (1U << 15)
#define FLASH_SR_BSY (1U << 16)
#define FLASH_CR_PG (1U << 0)
#define FLASH_CR_PER (1U << 1)
#define FLASH_CR_PNB_Pos 3U
#define FLASH_CR_PNB (0x7FU << FLASH_CR_PNB_Pos)
#define FLASH_CR_BKER (1U << 11)
#define FLASH_CR_STRT (1U << 16)
#define FLASH_CR_FSTPG (1U << 18)
#define FLASH_CR_OPTLOCK (1U << 30)
#define FLASH_CR_LOCK (1U << 31)
#define FLASH_ECCR_ECCIE (1U << 24)
#define FLASH_ECCR_ECCD2 (1U << 29)
#define FLASH_ECCR_ECCD (1U << 31)
#define FLASH_OPTR_DBANK (1U << 22)

void __DSB(void);
void __ISB(void);

#endif
