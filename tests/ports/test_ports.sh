#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each port compiles against the documented declarations of its world, and
# walks a virtual module from A to B over a fake of that world on this host.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
stubs=$root/tests/ports/stubs
fake=$root/tests/ports/fake
ports=$root/ports
examples=$root/examples
strict="-Wall -Wextra -Wconversion -Wshadow -Wundef -Wcast-qual -Werror"
asan="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
c="gcc -std=c11 -D_GNU_SOURCE -Wstrict-prototypes -Wmissing-prototypes $strict
    -I$root/include -I$ports"
cpp="g++ -std=c++11 -Wall -Wextra -Werror -I$root/include -I$ports"
arm="arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -std=c11 -Os $strict
    -I$root/include"
zephyr="-I$stubs/zephyr -I$ports/zephyr -DCONFIG_FARFIX_RING_BYTES=1024
    -DCONFIG_FARFIX_LINE_BYTES=256 -DCONFIG_FARFIX_COMMAND_BYTES=320"
esp="-I$stubs/esp-idf -I$ports/esp-idf"
arduino="-I$stubs/arduino -I$ports/arduino"
stm32="-I$stubs/stm32hal -I$ports/stm32"

# A compile is silent and ends with 0.
builds() # SENTENCE COMMAND...
{
    local sentence=$1
    shift
    "$@" >out 2>&1
    result $? "$sentence"
    sed 's/^/# /' out
}

# --- as they are: no warning, on the host and where they belong ----------------

for port in "$ports/template/template_board.c" \
    "$ports/template/template_port.c" "$ports/posix/posix_port.c"; do
    builds "${port#"$ports"/} compiles" $c -c "$port" -o object
done
builds "the example for Zephyr compiles" \
    $c $zephyr -c "$examples/zephyr/src/main.c" -o object
builds "the example for ESP-IDF compiles" \
    $c $esp -c "$examples/esp-idf/main/main.c" -o object
builds "the example for STM32 compiles for a Cortex-M4" \
    $arm $stm32 -c "$examples/stm32/main.c" -o object
for part in main look offer; do
    builds "the example that watches compiles for a Cortex-M4: $part.c" \
        $arm -I"$ports" -c "$examples/watch/$part.c" -o object
done
builds "the port for STM32 compiles for a Cortex-M4" \
    $arm $stm32 -c "$ports/stm32/farfix_stm32.c" -o object
builds "the port for Zephyr compiles for a Cortex-M4" \
    $arm $zephyr -c "$ports/zephyr/farfix_zephyr.c" -o object
builds "the port for ESP-IDF compiles for a 32-bit processor" \
    $arm $esp -c "$ports/esp-idf/farfix_esp.c" -o object

long=$(wc -l "$examples"/{zephyr/src,esp-idf/main,stm32,posix}/*.c \
    "$examples"/watch/*.[ch] "$examples"/arduino/*/*.ino | awk '$2 != "total" && $1 >= 60')
[ -z "$long" ]
result $? "no example has 60 lines${long:+: $long}"

# --- libraries as the Arduino IDE and others want them -------------------------

# Nothing but the folder itself: what it lacks, the compiler misses.
(cd "$root" && MAKEFLAGS= make -s arduino BUILD="$BUILD/ports") >out 2>&1 &&
    library=$root/$(cat out)
result $? "make arduino lays out a library"
compile_library()
{
    (cd "$library/src" &&
        gcc -std=gnu11 -Wall -Wextra -Werror -I. -fsyntax-only ./*/*.c) &&
        g++ -std=gnu++11 -Wall -Wextra -Werror -x c++ -include Arduino.h \
            -I"$stubs/arduino" -I"$library/src" \
            -c "$library/examples/Update/Update.ino" -o object
}
builds "it compiles by itself, and its sketch" compile_library

version=$("$FARFIX" --version | cut -d' ' -f2)
grep -qx "version=$version" "$ports/arduino/library.properties" &&
    grep -q "\"version\": \"$version\"" "$root/library.json" &&
    grep -qx "version: \"$version\"" "$root/idf_component.yml"
result $? "the doors name the version of the tree, $version"
/usr/bin/python3 -m json.tool "$root/library.json" >out 2>&1
result $? "library.json is JSON"

# --- CMake as Zephyr and ESP-IDF call it ---------------------------------------

cat >CMakeLists.txt <<CMAKE
cmake_minimum_required(VERSION 3.16)
project(world C)
function(zephyr_include_directories)
    include_directories(\${ARGN})
endfunction()
function(zephyr_library)
    add_library(farfix STATIC)
endfunction()
function(zephyr_library_include_directories)
    target_include_directories(farfix PRIVATE \${ARGN})
endfunction()
function(zephyr_library_sources)
    target_sources(farfix PRIVATE \${ARGN})
endfunction()
function(zephyr_library_sources_ifdef option)
    if(\${option})
        target_sources(farfix PRIVATE \${ARGN})
    endif()
endfunction()
function(idf_component_register)
    cmake_parse_arguments(C "" "" "SRCS;INCLUDE_DIRS;PRIV_INCLUDE_DIRS;\
REQUIRES;PRIV_REQUIRES" \${ARGN})
    add_library(farfix STATIC \${C_SRCS})
    target_include_directories(farfix PRIVATE \${C_INCLUDE_DIRS}
                               \${C_PRIV_INCLUDE_DIRS})
endfunction()
add_subdirectory(\${DOOR} farfix)
CMAKE
door() # SOURCE FLAGS OPTION...: one world's CMake compiles everything
{
    local folder=$1 flags=$2
    shift 2
    rm -rf world && cmake -S . -B world -DDOOR="$folder" "$@" \
        -DCMAKE_C_FLAGS="$(echo $flags)" >cmake.out 2>&1 &&
        cmake --build world -j2 >>cmake.out 2>&1 || { cat cmake.out; return 1; }
    nm world/farfix/libfarfix.a >symbols 2>&1
}
builds "zephyr/CMakeLists.txt builds core and port" \
    door "$root/zephyr" "$zephyr" -DCONFIG_FARFIX=y -DCONFIG_FARFIX_UART=y
grep -q 'T farfix_zephyr_update' symbols && grep -q 'T ffx_driver_poll' symbols
result $? "both are in it"
builds "for ESP-IDF the tree is a component" \
    door "$root" "$esp" -DESP_PLATFORM=1
grep -q 'T farfix_esp_update' symbols && grep -q 'T ffx_driver_poll' symbols
result $? "core and port are in it"

# What the code asks Kconfig for, Kconfig defines.
missing=$(grep -oh 'CONFIG_FARFIX[A-Z_]*' "$ports"/zephyr/* \
    "$root/zephyr/CMakeLists.txt" | sort -u | sed 's/CONFIG_//' |
    while read -r option; do
        grep -qxE "(menu)?config $option" "$root/zephyr/Kconfig" ||
            echo "$option"
    done)
[ -z "$missing" ]
result $? "zephyr/Kconfig defines each option that is used $missing"

# --- and they walk -------------------------------------------------------------

make_pair >out 2>&1 && "$FARFIX" package make --from a --to b \
    --key store.key -o update.zip >out 2>&1
result $? "two releases and a package"

for part in fake/fake.c ports/posix/posix_port.c; do
    file=$root/${part/#fake/tests/ports/fake}
    builds "${part##*/} compiles" $c $asan -c "$file" -o "${part##*/}.o"
done
core=(fake.c.o posix_port.c.o "$root/$BUILD/asan/libhost.a")
own="$c $asan -o"
builds "template over a fake" $own template \
    "$ports/template/template_port.c" "$fake/fake_template.c" "${core[@]}"
builds "Zephyr over a fake" $own zephyr $zephyr \
    "$ports/zephyr/farfix_zephyr.c" "$fake/fake_zephyr.c" "${core[@]}"
builds "ESP-IDF over a fake" $own esp-idf $esp \
    "$ports/esp-idf/farfix_esp.c" "$fake/fake_esp.c" "${core[@]}"
builds "STM32 HAL over a fake" $own stm32 $stm32 \
    "$ports/stm32/farfix_stm32.c" "$fake/fake_stm32.c" "${core[@]}"
builds "Arduino over a fake" $cpp $asan $arduino -o arduino \
    "$fake/fake_arduino.cpp" "${core[@]}"
builds "the example for POSIX" $own posix \
    "$examples/posix/update.c" "${core[@]}"

cat >empty.c <<'C'
#include "template/template_port.h"
int main(void)
{
    static char line[96], command[96];
    static const uint8_t key[65], digest[32], signature[64];
    const struct ffx_driver_config config = {
        .line = line, .line_bytes = sizeof line, .command = command,
        .command_bytes = sizeof command, .route = FFX_ROUTE_HTTP,
        .url = "http://a/b", .facts = {.to = "B"}};
    enum ffx_cause cause = FFX_CAUSE_DONE;
    return template_update(&config, &cause) != FFX_OK ||
           cause != FFX_CAUSE_NO_ANSWER ||
           board_crypto.verify(NULL, key, digest, signature) == 0;
}
C
builds "the template as it stands" $own empty -include stddef.h empty.c \
    "$ports"/template/*.c "${core[@]}"
timeout 60 ./empty >out 2>&1
result $? "ends with no-answer, and trusts no signature"

# All side by side: an update is mostly the module's own time.
walks=()
for world in template zephyr esp-idf stm32 arduino posix; do
    start_sim "m-$world" --release a --trust release.pub --pty line-$world \
        --flash-speed fast
    result $? "a module for $world"
    timeout 120 "./$world" "./line-$world" update.zip B >"said-$world" 2>&1 &
    walks+=("$! $world")
done
for walk in "${walks[@]}"; do
    read -r process world <<<"$walk"
    wait "$process"
    result $? "$world walks a module from A to B"
    sed "s/^/# $world: /" "said-$world"
    "$FARFIX" modem info "./line-$world" 2>&1 | grep -q '^version  *B$'
    result $? "whose AT+GMR says so to others, too"
done
echo "1..$count"
