#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make deb: what is in the package, and that it works where it is unpacked.
count=0
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

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
field() { dpkg-deb -f "$package" "$1"; }

MAKEFLAGS= make -s deb BUILD="$BUILD" >"$work/out" 2>&1
result $? "make deb makes a package"
package=$(tail -n 1 "$work/out")
version=$("$FARFIX" --version | cut -d' ' -f2)
[ "$(field Version)" = "$version" ] &&
    [ "$(field Architecture)" = "$(dpkg --print-architecture)" ]
result $? "of this tree's version, $version, for this machine"

# What the program needs, the package depends on: each library it names.
dpkg-deb -x "$package" "$work/root" >"$work/out" 2>&1
field Depends | tr ',' '\n' | sed 's/^ *//; s/ .*//' | sort >"$work/depends"
objdump -p "$work/root/usr/bin/farfix" | sed -n 's/.*NEEDED *//p' |
    sed 's/^libmbedcrypto.*/libmbedcrypto/; s/[.]so[.].*//' >"$work/needed"
missing=$(while read -r library; do
    [ "$library" = libc ] && library=libc6
    grep -q "^$library" "$work/depends" || echo "$library"
done <"$work/needed")
[ -s "$work/needed" ] && [ -z "$missing" ]
result $? "it depends on each library that farfix needs $missing"

dpkg-deb -c "$package" >"$work/out"
missing=$(for path in bin/farfix lib/libfarfix.a lib/libfarfix-sim.a \
    lib/pkgconfig/farfix.pc lib/pkgconfig/farfix-sim.pc \
    include/farfix/driver.h share/man/man1/farfix.1.gz \
    share/farfix/ports/zephyr/farfix_zephyr.c \
    share/farfix/examples/posix/update.c share/doc/farfix/copyright; do
    grep -q " [.]/usr/$path\$" "$work/out" || echo "$path"
done)
[ -z "$missing" ]
result $? "program, libraries, headers, pages, ports, examples $missing"
[ "$(awk '$2 != "root/root"' "$work/out")" = "" ] &&
    ! grep -q '^.....w\|^........w' "$work/out"
result $? "all of it is root's, and nobody else may write"

"$work/root/usr/bin/farfix" --help >"$work/out" 2>&1
result $? "unpacked, farfix --help works"
export PKG_CONFIG_SYSROOT_DIR=$work/root
export PKG_CONFIG_PATH=$work/root/usr/lib/pkgconfig
[ "$(pkg-config --modversion farfix 2>"$work/out")" = "$version" ] &&
    [ "$(pkg-config --modversion farfix-sim)" = "$version" ] &&
    [ "$(pkg-config --define-variable=prefix=/p --variable=portsdir farfix)" \
        = /p/share/farfix/ports ]
result $? "pkg-config names the version, and where the ports are"
# shellcheck disable=SC2046 # several flags
cc "$work/root/usr/share/farfix/examples/posix/update.c" \
    "$work"/root/usr/share/farfix/ports/posix/*.c \
    -I"$work/root/usr/share/farfix/ports" \
    $(pkg-config --cflags --libs farfix) -o "$work/update" >"$work/out" 2>&1
result $? "its example for POSIX compiles"
echo "1..$count"
