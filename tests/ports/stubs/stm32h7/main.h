/* SPDX-License-Identifier: Apache-2.0 */
/* Stands for CubeMX's main.h, and by it for stm32h743xx.h of
 * cmsis-device-h7 1.10.7 and core_cm7.h of CMSIS 5, as far as farfix's flash
 * driver uses them. It compiles with those, too; here the bits are unsigned
 * int, which has 32 bits on the host as well. */
#ifndef STUB_MAIN_H
#define STUB_MAIN_H

#include <stdint.h>

typedef struct {
    volatile uint32_t ACR, KEYR1, OPTKEYR, CR1, SR1, CCR1, OPTCR;
} FLASH_TypeDef;

#define FLASH_BASE 0x08000000UL
#define FLASH_R_BASE 0x52002000UL
#define FLASH ((FLASH_TypeDef *)FLASH_R_BASE)

#define FLASH_CR_LOCK (1U << 0)
#define FLASH_CR_PG (1U << 1)
#define FLASH_CR_SER (1U << 2)
#define FLASH_CR_PSIZE (3U << 4)
#define FLASH_CR_FW (1U << 6)
#define FLASH_CR_START (1U << 7)
#define FLASH_CR_SNB_Pos 8U
#define FLASH_CR_SNB (7U << FLASH_CR_SNB_Pos)
#define FLASH_SR_BSY (1U << 0)
#define FLASH_SR_WBNE (1U << 1)
#define FLASH_SR_QW (1U << 2)
#define FLASH_SR_WRPERR (1U << 17)
#define FLASH_SR_PGSERR (1U << 18)
#define FLASH_SR_STRBERR (1U << 19)
#define FLASH_SR_INCERR (1U << 21)
#define FLASH_SR_OPERR (1U << 22)
#define FLASH_SR_DBECCERR (1U << 26)
#define FLASH_CCR_CLR_EOP (1U << 16)
#define FLASH_CCR_CLR_WRPERR (1U << 17)
#define FLASH_CCR_CLR_PGSERR (1U << 18)
#define FLASH_CCR_CLR_STRBERR (1U << 19)
#define FLASH_CCR_CLR_INCERR (1U << 21)
#define FLASH_CCR_CLR_OPERR (1U << 22)
#define FLASH_CCR_CLR_DBECCERR (1U << 26)
#define FLASH_OPTCR_SWAP_BANK (1U << 31)

typedef struct {
    volatile uint32_t CPUID, ICSR, VTOR, AIRCR, SCR, CCR;
} SCB_Type;

#define SCB ((SCB_Type *)0xE000ED00UL)
#define SCB_CCR_BFHFNMIGN_Msk (1U << 8)

void __DSB(void);
void __ISB(void);
uint32_t __get_FAULTMASK(void);
void __set_FAULTMASK(uint32_t faultMask);
void SCB_InvalidateICache(void);
void SCB_InvalidateDCache_by_Addr(volatile void *addr, int32_t dsize);

#endif
