#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The store's page as a browser shows it: Chromium draws it, netpbm counts
# pixels. Colours are read from the page and the pictures, cells are found by
# the lines between them: no font and no golden image has a say.
. "$(dirname "$0")/store.bash"
FARFIX=$farfix
same() { # same GOT WANT
    [ "$1" = "$2" ] || { printf '%s\nis not\n%s\n' "$1" "$2"; return 1; }
}
fails() { ! "$@"; }

# --- the browser -------------------------------------------------------------

browse() { # browse ARGUMENTS...: anew when the browser itself died
    for attempt in 1 2; do
        timeout 60 chromium --headless=new --no-sandbox --disable-gpu \
            --disable-dev-shm-usage --no-first-run --hide-scrollbars \
            --force-device-scale-factor=1 --virtual-time-budget=10000 \
            --user-data-dir="$work/browser$attempt" --enable-logging=stderr \
            --log-level=0 "$@" 2>said && return
        echo "# the browser ended with code $? at attempt $attempt" >&2
    done
    tail -n 5 said >&2
    return 1
}
shoot() { # shoot NAME WIDTH HEIGHT SCHEME URL: NAME.ppm
    case $4 in dark) preferred=0 ;; *) preferred=1 ;; esac
    rm -f "$1.ppm" "$1.lines"
    browse --window-size="$2,$3" \
        --blink-settings=preferredColorScheme=$preferred \
        --screenshot="$work/$1.png" "$5" >/dev/null && [ -s "$1.png" ] &&
        pngtopam "$1.png" >"$1.ppm"
    grep CONSOLE said >"$1.said" || true
}

# --- pixels ------------------------------------------------------------------

nth() { case $1 in dark) sed -n 2p ;; *) sed -n 1p ;; esac; }
colour() { # colour NAME SCHEME: as the page's style has it
    grep -o -e "--$1:#[0-9a-f]*" page.html | sed 's/.*#/#/
        s/^#\(.\)\(.\)\(.\)$/#\1\1\2\2\3\3/' | nth "$2"
}
drawn() { # drawn CLASS SCHEME: as the pictures have it
    grep -o "\.$1{fill:#[0-9a-f]*" map.svg | sed 's/.*#/#/' | nth "$2"
}
pixels() { # pixels NAME COLOUR: where it has this colour, "x y" by "x y"
    [ -n "$2" ] || return 1
    ppmcolormask "$2" "$1.ppm" | pnmtoplainpnm | awk '
        NR == 2 { wide = $1 }
        NR > 2 { for (rest = $0; (i = index(rest, "1")) > 0; ) {
                     at += i; rest = substr(rest, i + 1)
                     print (at - 1) % wide, int((at - 1) / wide) }
                 at += length(rest) }'
}
count() { pixels "$1" "$2" | wc -l; } # count NAME COLOUR
# lines NAME COLOUR: the lines of the matrix: "x ..." and "y ...", in order
lines() {
    [ -s "$1.lines" ] || pixels "$1" "$2" | awk '
        { column[$1]++; row[$2]++ }
        function say(what, count, size,    i, most, line) {
            for (i in count) if (count[i] > most) most = count[i]
            line = what
            for (i = 0; i < size; i++)
                if (count[i] > 0.9 * most) line = line " " i
            print line }
        END { if (NR) { say("x", column, 4000); say("y", row, 9000) } }' >"$1.lines"
    cat "$1.lines"
}
# cells NAME SCHEME COLOUR LEAST: "row,column" of each cell of the matrix that
# holds at least so many pixels of this colour; 1,1 is the corner
cells() {
    { lines "$1" "$(colour grid "$2")"; pixels "$1" "$3"; } |
        awk -v least="$4" '
        $1 == "x" { for (i = 2; i <= NF; i++) x[columns++] = $i; next }
        $1 == "y" { for (i = 2; i <= NF; i++) y[rows++] = $i; next }
        { c = r = 0
          while (c < columns && x[c] < $1) c++
          while (r < rows && y[r] < $2) r++
          if (c && r && c < columns && r < rows) found[r "," c]++ }
        END { for (cell in found) if (found[cell] >= least) print cell }' |
        sort | tr '\n' ' '
}
part() { pamcut -left "$2" -width "$3" "$1.ppm" >part.ppm; } # part NAME LEFT WIDTH
only() { # only NAME LEFT WIDTH COLOUR: these columns have no other colour
    part "$1" "$2" "$3"
    same "$(ppmhist -noheader part.ppm |
        awk '{ printf "#%02x%02x%02x\n", $1, $2, $3 }')" "$4"
}
brightness() { # brightness NAME: the middle one of all pixels, 0 to 255
    ppmhist -noheader "$1.ppm" | sort -n -k4 | awk '
        { light[NR] = $4; sum += $5; upto[NR] = sum }
        END { for (i = 1; upto[i] < sum / 2; i++); print light[i] }'
}
picture() { # picture NAME SCHEME LEFT WIDTH: a map in these columns, all of it
    part "$1" "$3" "$4"
    for class in c:3000 o:100 p:12 d:12 n:12; do
        found=$(count part "$(drawn "${class%:*}" "$2")")
        [ "$found" -ge "${class#*:}" ] ||
            { echo "$found pixels of class ${class%:*}"; return 1; }
    done
}
no_picture() { # no_picture NAME: nothing of a map's cells
    same "$(count "$1" "$(drawn p light)") $(count "$1" "$(drawn d light)")" "0 0"
}
marks() { # marks NAME SCHEME CELLS: these cells are marked as on disk, no others
    same "$(cells "$1" "$2" "$(colour disk "$2")" 30)" "$3"
}
# whole NAME SCHEME CELLS: a page of 1280 columns with these marks and shades,
# and both pictures side by side
whole() {
    marks "$1" "$2" "$3" &&
        same "$(cells "$1" "$2" "$(colour s0 "$2")" 1000)" "$3" &&
        picture "$1" "$2" 0 640 && picture "$1" "$2" 640 640
}

# --- five releases of two components -----------------------------------------

release() { # release DIR VERSION SEQUENCE
    mkdir -p "$1"
    {
        head -c 20000 "$fast"
        echo "release $2"
        tail -c +20001 "$fast" | head -c $((20000 + $3 * 300))
    } >"$1/ap.bin"
    {
        tail -c +90001 "$fast" | head -c 30000
        head -c "$3"000 "$fast"
    } >"$1/modem.bin"
    {
        printf '[release]\nmodel=SIM7000G\nversion=%s\nsequence=%s\n' "$2" "$3"
        for component in modem ap; do
            printf '[component %s]\nfile=%s.bin\nslot_size=128K\n' \
                $component $component
            printf 'sector=4K\nstep=16K\nram=16K\n'
        done
    } >"$1/release.ini"
    "$FARFIX" release sign "$1" --key release.key >/dev/null
}
"$FARFIX" key make release >/dev/null
"$FARFIX" key make store --signed-by release.key --model SIM7000G >/dev/null
for i in 4 5 6 7 8; do release releases/r$i 1529B0${i}SIM7000G $i; done
head -c 9000 "$fast" >releases/vendor.zip
"$FARFIX" package import releases/vendor.zip --model SIM7000G --from V1 --to V2 \
    --key store.key >/dev/null
mkdir releases/broken
echo nonsense >releases/broken/release.ini
start
ask() { # ask FROM TO FILE: answered with 200
    curl -sSf --max-time 60 -o answer \
        "$url/SIM7000G/1529B0${1}SIM7000G___1529B0${2}SIM7000G/$3"
}
curl -sS --max-time 20 -o page.html "$url/"

# --- before anything is built ------------------------------------------------

# Drawn from the same build of a map that the page would show later.
"$FARFIX" delta make releases/r7/ap.bin releases/r8/ap.bin -o map.patch >/dev/null
"$FARFIX" delta info map.patch --old releases/r7/ap.bin --map map.svg >/dev/null
shoot before 1280 1700 light "$url/"
check "the picture is as large as was asked for" same \
    "$(pamfile before.ppm | sed 's/.*raw, //')" "1280 by 1700  maxval 255"
check "the matrix has a row for each release and a column for all but the oldest" \
    same "$(lines before "$(colour grid light)" | awk '{ print NF - 2 }' |
        tr '\n' ' ')" "5 6 "
check "before a package is built no cell is marked" marks before light ""
check "... and none is shaded" same \
    "$(cells before light "$(colour s0 light)" 1)" ""
check "... and there is no picture" no_picture before
check "what was left out stands out" test \
    "$(count before "$(colour fault light)")" -gt 20000
check "to look at the page builds nothing" sh -c \
    "! grep -q built log && ! grep -qE 'GET .*(svg|zip)' log"

# --- three packages later ----------------------------------------------------

ask 4 5 update.zip && ask 4 8 update.zip && ask 7 8 update.zip
curl -sS --max-time 20 -o page.html "$url/"
sleep 0.3 # a line comes when all is sent
: >log
shoot light 1280 1700 light "$url/"
cells="2,2 2,5 5,5 "
check "afterwards these cells are marked and no others" marks light light "$cells"
check "... and shaded" same \
    "$(cells light light "$(colour s0 light)" 1000)" "$cells"
check "the legend knows the mark of what is not kept" test \
    "$(count light "$(colour gone light)")" -ge 15
check "the picture of the first component is there" picture light light 0 640
check "the picture of the second component is there" picture light light 640 640
check "the browser has nothing to complain about" same "$(cat light.said)" ""
sleep 0.3
check "it asks for the page and its pictures and nothing else" same \
    "$(sed -n 's/.*"GET \([^"]*\)" 200.*/\1/p' log | sort)" \
    "$(printf '%s\n' / /SIM7000G/1529B07SIM7000G___1529B08SIM7000G/ap.svg \
        /SIM7000G/1529B07SIM7000G___1529B08SIM7000G/modem.svg)"
check "light is light" test "$(brightness light)" -gt 220
check "nothing touches the edges" only light 1268 12 "$(colour ground light)"

shoot dark 1280 1700 dark "$url/"
check "dark is dark" test "$(brightness dark)" -lt 40
check "dark has the same marks, shades and pictures" whole dark dark "$cells"
check "dark is dark to its edges" only dark 1268 12 "$(colour ground dark)"

browse --dump-dom "$url/" >dom.html
check "the browser reads what the store wrote" same \
    "$(grep -o '<[a-z][a-z0-9]*' dom.html | grep -vc tbody)" \
    "$(grep -o '<[a-z][a-z0-9]*' page.html | grep -vc tbody)"

# --- a telephone -------------------------------------------------------------

for scheme in light dark; do
    ground=$(colour ground $scheme)
    shoot narrow 390 2400 $scheme "$url/"
    check "$scheme, narrow: as wide as was asked for" same \
        "$(pamfile narrow.ppm | sed 's/.*raw, //')" "390 by 2400  maxval 255"
    check "$scheme, narrow: nothing is cut at the right" only narrow 378 12 "$ground"
    check "$scheme, narrow: nothing is cut at the left" only narrow 0 12 "$ground"
    check "$scheme, narrow: the matrix scrolls in a box of its own" same \
        "$(lines narrow "$(colour grid $scheme)" |
            awk '/^x/ { print $2, $NF, NF < 7 }')" "16 373 1"
    check "$scheme, narrow: marks are in the cells that can be seen" marks narrow \
        $scheme "2,2 "
    check "$scheme, narrow: a picture is there" picture narrow $scheme 0 390
done
halt
release wide/one WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW 1
release wide/two WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW2 2
printf '[channel SIM7000G/wwwwwwwwwwwwwwww]\nversion = %s\n' \
    WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW2 >wide/channels.ini
"$FARFIX" store build --releases wide --key store.key -o wide.site >/dev/null 2>>log
shoot narrow 390 1200 light "file://$work/wide.site/index.html"
check "narrow: the longest names are not cut at the right" only narrow 378 12 \
    "$(colour ground light)"

# --- a directory of files ----------------------------------------------------

mkdir few
cp -r releases/r7 releases/r8 few
"$FARFIX" store build --releases few --key store.key -o site >/dev/null 2>>log
site=file://$work/site/index.html
shoot site 1280 1100 light "$site"
check "the page is as good from a directory" whole site light "2,2 "

# --- what these checks are worth ---------------------------------------------

rm site/*/*/modem.svg
shoot broken 1280 1100 light "$site"
check "a picture that is not there would be seen" fails picture broken light 0 640
sed -i '/<style>/,/<\/style>/d' site/index.html
shoot bare 1280 1100 light "$site"
check "a page without its style would be seen" fails marks bare light "2,2 "
finish
