#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The flash drivers for STM32: each family's compiles without a warning for its
# core, and keeps what flash.h promises over a model of its controller.
# FARFIX_FAMILY=h7 takes one family alone.
. "$(dirname "$0")/../pack/maker.bash"
stubs=$root/tests/ports/stubs
port=$root/ports/stm32
flash=$root/tests/ports/flash
strict="-Wall -Wextra -Wconversion -Wshadow -Wundef -Wcast-qual -Werror"
c="gcc -std=c11 -D_GNU_SOURCE -Wstrict-prototypes -Wmissing-prototypes $strict
    -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
    -I$root/include -I$root/host -I$root/tests/support
    -I$flash -I$port"
arm="arm-none-eabi-gcc -mthumb -std=c11 -Os $strict -I$root/include -I$port"

$c -c "$flash"/{sentences,parts}.c "$root/tests/support/filter.c" >out 2>&1
result $? "what is said of all families compiles"
sed 's/^/# /' out
$arm "-I$stubs/stm32l4" -mcpu=cortex-m4 -c "$root/examples/stm32/agent.c" \
    -o object >out 2>&1
result $? "the example for an agent compiles for a Cortex-M4"
sed 's/^/# /' out

while read -r family driver core; do
    case $family in ${FARFIX_FAMILY:-*}) ;; *) continue ;; esac
    for file in "$driver" farfix_stm32_flash; do
        $arm "-mcpu=$core" "-I$stubs/stm32$family" -c "$port/$file.c" \
            -o "$family-$file.o" >out 2>&1
        result $? "$family: $file.c compiles for a $core"
        sed 's/^/# /' out
    done
    arm-none-eabi-size "$family"-*.o | sed 's/^/# /'
    $c "-I$stubs/stm32$family" -o "$family" "$port/$driver.c" \
        "$port/farfix_stm32_flash.c" \
        "$flash/model_${driver#stm32_flash_}.c" "$flash/controller.c" \
        sentences.o parts.o filter.o "$root/$BUILD/asan/libhost.a" \
        -lcmocka -ldivsufsort -lmbedcrypto -lpthread >out 2>&1
    result $? "$family: over a model of its controller"
    sed 's/^/# /' out
    timeout 120 "./$family" "$family" >said 2>&1
    code=$?
    # The sentences of the program are ours, one by one.
    while read -r verdict number _ sentence; do
        [ "$verdict" = ok ]
        result $? "$family: ${sentence:-$number}"
    done < <(grep -aE '^(not )?ok ' said | sed 's/^not ok/not_ok/')
    grep -aE '^#' said
    [ $code -eq 0 ]
    result $? "$family: the program ends well" || grep -av '^ok ' said | head -n 40
done <<FAMILIES
f4 stm32_flash_f4 cortex-m4
l4 stm32_flash_l4 cortex-m4
g4 stm32_flash_l4 cortex-m4
h7 stm32_flash_h7 cortex-m7
FAMILIES
echo "1..$count"
