#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The bench's own sums and refusals, with a farfix whose patches have sizes of
# our choice; then one real pair.
set -u
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
bench=$BUILD/asan/bench/bench
count=0

result() # VERDICT SENTENCE
{
    count=$((count + 1))
    [ "$1" -eq 0 ] && echo "ok $count - $2" || {
        echo "not ok $count - $2"
        sed 's/^/# /' "$work/said"
    }
}

measure() # PROGRAM ARGUMENT...: what it says is in $work/said
{
    program=$1
    shift
    "$bench" --farfix "$program" --work "$work/made" --profiles 16K "$@" \
        >"$work/said" 2>&1
}
shows() # PATTERN: a row, its cells with one blank around them
{
    tr -s ' -' <"$work/said" | grep -qE "$1"
}

# --- the tables of this tree -------------------------------------------------

columns() # FILE SEPARATOR: rows of another width than the head
{
    grep -v '^#' "$1" | awk -F"$2" 'NR == 1 { n = NF } NF != n' | wc -l
}
[ "$(columns bench/CORPUS.tsv '	')" -eq 0 ] &&
    [ "$(columns bench/peers.csv ,)" -eq 0 ] &&
    ! grep -v '^#' bench/CORPUS.tsv | sed 1d | cut -f 4 |
        grep -qvE '^[0-9a-f]{64}$'
result $? "every row of CORPUS.tsv and peers.csv has all its cells"

unnamed=$(grep -v '^#' bench/peers.csv | sed 1d | while IFS=, read -r pair bytes _
do
    grep -q "^$pair	new.bin	$bytes	" bench/CORPUS.tsv || echo "$pair"
done)
[ -z "$unnamed" ]
result $? "CORPUS.tsv names each pair of peers.csv, in the same size"

# --- sums --------------------------------------------------------------------

# Patches are as long as the file "size" beside the images says.
cat >"$work/fake" <<'EOF'
#!/bin/sh
case $2 in
make) [ "$3" = --help ] || head -c "$(cat "${3%/*}/size")" /dev/zero >"$6" ;;
apply) cp "${3%/*}/new.bin" "$6" ;;
esac
EOF
chmod +x "$work/fake"

mkdir "$work/tables" "$work/made"
grep '^pair' bench/CORPUS.tsv >"$work/tables/CORPUS.tsv"
grep '^pair' bench/peers.csv >"$work/tables/peers.csv"
known() # PAIR OURS BEST CLASS
{
    mkdir -p "$work/corpus/$1"
    echo "$2" >"$work/corpus/$1/size"
    for file in old.bin new.bin; do
        echo "$1 $file" >"$work/corpus/$1/$file"
        printf '%s\t%s\t99\t%s\t%s\tmcu\tnone\tnone\n' "$1" $file \
            "$(sha256sum <"$work/corpus/$1/$file" | cut -d ' ' -f 1)" "$4" \
            >>"$work/tables/CORPUS.tsv"
    done
    echo "$1,99,1,$3,some,$3,v,s" >>"$work/tables/peers.csv"
}
known one 50 200 patch
known two 100 100 patch
known three 60 480 major

sums() # ARGUMENT...
{
    measure "$work/fake" --tables "$work/tables" --corpus "$work/corpus" "$@"
}
# 0.25, 1 and 0.125 of the best known: (0.25 * 1 * 0.125) ^ (1/3) = 0.315.
sums && shows '^\| \*\*all pairs, mean\*\* .*\| 0.315 \| 0.315 \|$'
result $? "the mean is geometric"
shows '^\| \*\*all pairs, median\*\* .*\| 0.250 \| 0.250 \|$' &&
    shows '^\| \*\*all pairs, worst\*\* .*\| 1.000 \| 1.000 \|$'
result $? "median and worst are those of the pairs"
shows '^\| \*\*class patch, mean\*\* .*\| 0.500 \| 0.500 \|$' &&
    shows '^\| \*\*class minor, mean\*\* (\| - )+\|$'
result $? "a class has its own mean, and none without pairs"
shows '^\| MCU images, 16K, .*\| <= 0.580 \| 0.315 \| 3 of 3 \| pass \|'
result $? "a goal that the whole corpus meets is passed"

sums --pair two && shows '^\| MCU images, 16K, .*\| 1 of 3 \| part \|'
result $? "a part of the corpus passes no goal"

sums --pair one --output "$work/page" && grep -q '^# Patch sizes' "$work/page" &&
    grep -q '^| one  *| *patch' "$work/page"
result $? "the page holds the same tables"

# --- refusals ----------------------------------------------------------------

echo changed >>"$work/corpus/one/old.bin"
sums --pair one && grep -q 'one: not the images of CORPUS.tsv' "$work/said" &&
    shows '^\| one \| - \|'
result $? "an image with another SHA-256 gets no class and no figure of peers.csv"

cp -r "$work/corpus/two" "$work/corpus/four"
sums --pair four && grep -q 'four: unknown to CORPUS.tsv' "$work/said"
result $? "an unknown pair is measured and said to be unknown"

sed -i 's/new.bin/old.bin/' "$work/fake"
! sums --pair two && grep -q '16K did not give back the new image' "$work/said"
result $? "a patch that does not give back the image fails the run"

echo "too,few,cells" >>"$work/tables/peers.csv"
! sums && grep -q 'peers.csv:5: not 8 cells' "$work/said"
result $? "a table with a wrong row is refused by its line"

# --- the real thing ----------------------------------------------------------

pair="firmware/images/1529B05SIM7000G/modem.bin
      firmware/images/1529B06SIM7000G/modem.bin"
mkdir "$work/bin"
ln -s "$(command -v sed)" "$work/bin/sed"
# shellcheck disable=SC2086
PATH=$work/bin measure "$BUILD/farfix" $pair &&
    grep -q '^skipped: bsdiff is not installed' "$work/said" &&
    shows '^\| 1529B06SIM7000G/modem.bin \| - \| 37180 \| [0-9]+ \| - \|'
result $? "without other tools there are sizes, and it says what was skipped"

script() # VARIABLE=VALUE...: as make bench runs it
{
    env PAIR= PAIRS= PROFILES=16K CORPUS="$work/none" "$@" scripts/bench \
        >"$work/said" 2>&1
}
script && grep -q "^skipped: no corpus at $work/none" "$work/said" &&
    shows '^\| 1529B06SIM7000G/ap.bin \| - \| 102320 \| [0-9]+ \|'
result $? "without a corpus it says so and measures the demo's firmware"
script PAIRS="$(echo $pair)" && ! grep -q skipped.*corpus "$work/said" &&
    ! grep -q ap.bin "$work/said"
result $? "two files of the user are measured instead of a corpus"

sentence="the demo's firmware has a ratio to bsdiff"
if command -v bsdiff >/dev/null; then
    # shellcheck disable=SC2086
    measure "$BUILD/farfix" $pair &&
        shows '^\| 1529B06SIM7000G/modem.bin \| [0-9]+\.[0-9]+ \|'
    result $? "$sentence"
else
    count=$((count + 1))
    echo "ok $count - $sentence # SKIP skipped: bsdiff is not installed"
fi
echo "1..$count"
