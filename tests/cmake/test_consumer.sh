#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A small project of somebody else builds and runs with farfix, by each door.
set -u
root=$PWD
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
mkdir "$work/app"
cat >"$work/app/main.c" <<'C'
#include <farfix/agent.h>
#include <farfix/error.h>
#include <stdio.h>

int main(void)
{
    const int missing = ffx_read_at(&(struct ffx_read_at){0}, 0, 0, 1);
    printf("%s\n", ffx_error_text(missing));
    return 0;
}
C

count=0
check() # SENTENCE COMMAND...: it ends with 0 and the program speaks
{
    sentence=$1
    count=$((count + 1))
    shift
    if said=$("$@" 2>&1 && "$work/out/app") &&
        [ "${said##*
}" = "wrong use of the library" ]; then
        echo "ok $count - $sentence"
    else
        echo "$said" | sed 's/^/# /'
        echo "not ok $count - $sentence"
    fi
    rm -rf "$work/out"
}

consumer() # CMAKE-LINE [OPTION...]: the ten-line project, built
{
    cat >"$work/app/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.16)
project(app C)
include(FetchContent)
$1
add_executable(app main.c)
target_link_libraries(app $2)
CMAKE
    shift 2
    cmake -S "$work/app" -B "$work/out" "$@" && cmake --build "$work/out"
}

install_with_cmake()
{
    cmake -S "$root" -B "$work/build" -DFARFIX_PSA=ON \
        -DCMAKE_INSTALL_PREFIX="$work/prefix" &&
        cmake --build "$work/build" && cmake --install "$work/build" &&
        consumer 'find_package(farfix 0.1 REQUIRED)' farfix::psa \
            -DCMAKE_PREFIX_PATH="$work/prefix"
}

install_with_make()
{
    make -s install BUILD="$BUILD" PREFIX="$work/made" >/dev/null &&
        mkdir "$work/out" &&
        export PKG_CONFIG_PATH="$work/made/lib/pkgconfig" &&
        cc "$work/app/main.c" $(pkg-config --cflags --libs farfix) \
            -o "$work/out/app"
}

check "add_subdirectory gives farfix::device" \
    consumer "add_subdirectory($root farfix)" farfix::device
check "FetchContent gives farfix::device" \
    consumer "FetchContent_Declare(farfix SOURCE_DIR $root)
FetchContent_MakeAvailable(farfix)" farfix::device
check "find_package gives an installed farfix::psa and with it farfix::device" \
    install_with_cmake
check "pkg-config gives what make install installed" install_with_make
echo "1..$count"
