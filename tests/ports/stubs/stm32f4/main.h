/* SPDX-License-Identifier: Apache-2.0 */
/* Stands for CubeMX's main.h, and by it for stm32f429xx.h of
 * cmsis-device-f4 2.6.11 and core_cm4.h of CMSIS 5, as far as farfix's flash
 * driver uses them. It compiles with those, too; here the bits are unsigned
 * int, which has 32 bits on the host as well. */
#ifndef STUB_MAIN_H
#define STUB_MAIN_H

#include <stdint.h>

typedef struct {
    volatile uint32_t ACR, KEYR, OPTKEYR, SR, CR, OPTCR, OPTCR1;
} FLASH_TypeDef;

#define FLASH_BASE 0x08000000UL
#define FLASH_R_BASE 0x40023C00UL
#define FLASH ((FLASH_TypeDef *)FLASH_R_BASE)

#define FLASH_ACR_PRFTEN (1U << 8)
#define FLASH_ACR_ICEN (1U << 9)
#define FLASH_ACR_DCEN (1U << 10)
#define FLASH_ACR_ICRST (1U << 11)
#define FLASH_ACR_DCRST (1U << 12)
#define FLASH_SR_EOP (1U << 0)
#define FLASH_SR_OPERR (1U << 1)
#define FLASH_SR_WRPERR (1U << 4)
#define FLASH_SR_PGAERR (1U << 5)
#define FLASH_SR_PGPERR (1U << 6)
#define FLASH_SR_PGSERR (1U << 7)
#define FLASH_SR_BSY (1U << 16)
#define FLASH_CR_PG (1U << 0)
#define FLASH_CR_SER (1U << 1)
#define FLASH_CR_MER (1U << 2)
#define FLASH_CR_SNB_Pos 3U
#define FLASH_CR_SNB (0x1FU << FLASH_CR_SNB_Pos)
#define FLASH_CR_PSIZE_Pos 8U
#define FLASH_CR_PSIZE (3U << FLASH_CR_PSIZE_Pos)
#define FLASH_CR_STRT (1U << 16)
#define FLASH_CR_LOCK (1U << 31)
#define FLASH_OPTCR_DB1M (1U << 30)

void __DSB(void);

#endif
