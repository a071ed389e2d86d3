/* SPDX-License-Identifier: Apache-2.0 */
/* Stands for Core/Inc/main.h as STM32CubeMX 6 writes it for an F4. */
#ifndef STUB_MAIN_H
#define STUB_MAIN_H

#include "stm32f4xx_hal.h"

#endif
