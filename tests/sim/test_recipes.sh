#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The recipes of docs/virtual-module.md, as a user would follow them.
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
examples=$root/examples/virtual-module
count=0

result() # VERDICT SENTENCE
{
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        sed 's/^/# /' "$work/out"
    fi
}

# --- a plain C test -----------------------------------------------------------

make -s install DESTDIR="$work/root" PREFIX=/usr BUILD="$BUILD" \
    >"$work/out" 2>&1
result $? "the library and its pkg-config file are installed"
export PKG_CONFIG_PATH=$work/root/usr/lib/pkgconfig
export PKG_CONFIG_SYSROOT_DIR=$work/root
cd "$work" || exit 1
# shellcheck disable=SC2046 # several flags
cc -Wall -Wextra -Werror "$examples/plain.c" \
    $(pkg-config --cflags --libs farfix-sim) -o plain >out 2>&1 &&
    timeout 60 ./plain >>out 2>&1 && grep -q 'all of it happened' out
result $? "plain.c compiles against what was installed, and passes"

# --- pytest -------------------------------------------------------------------

PATH=$work/root/usr/bin:$PATH timeout 120 /usr/bin/python3 -m pytest -q \
    -p no:cacheprovider "$examples" >out 2>&1
result $? "pytest: a module for each test"

# --- Arduino code on a PC -------------------------------------------------------

cat >Arduino.h <<'END'
#include <cstddef>
#include <cstdint>
class Stream {
  public:
    virtual ~Stream() {}
    virtual int available() = 0;
    virtual int read() = 0;
    virtual int peek() = 0;
    virtual size_t write(uint8_t byte) = 0;
    virtual void flush() {}
};
END
cat >sketch.cpp <<'END'
#include "SimStream.h"
#include <cstdio>
#include <cstring>
int main()
{
    SimStream serial;
    char heard[200] = "";
    if (!serial.begin("modem"))
        return 1;
    for (const char *c = "AT+GMR\r"; *c; c++)
        serial.write((uint8_t)*c);
    serial.flush();
    for (int i = 0, n = 0; i < 5000 && n < 199; i++, usleep(1000))
        while (serial.available() && n < 199)
            heard[n++] = (char)serial.read();
    puts(heard);
    return strstr(heard, "Revision:1529B08SIM7000G") == nullptr;
}
END
"$work/root/usr/bin/farfix" sim run --state m --version 1529B08SIM7000G \
    --pty modem >ready 2>log &
module=$!
end=$((SECONDS + 20))
until grep -q ready ready || [ "$SECONDS" -ge "$end" ]; do sleep 0.05; done
g++ -Wall -Wextra -Werror -I. -I"$examples" sketch.cpp -o sketch >out 2>&1 &&
    timeout 60 ./sketch >>out 2>&1
result $? "Arduino: a Stream over the terminal"
kill "$module"
wait "$module"
result $? "the module ends with 0"

# --- what cannot be run here ----------------------------------------------------

grep -q 'zephyr,native-tty-uart' "$examples/zephyr/modem.overlay" &&
    [ "$(tr -cd '{' <"$examples/zephyr/modem.overlay" | wc -c)" -eq \
        "$(tr -cd '}' <"$examples/zephyr/modem.overlay" | wc -c)" ]
result $? "the Zephyr overlay names a UART of the host, and closes its braces"
echo "1..$count"
