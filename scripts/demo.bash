# SPDX-License-Identifier: Apache-2.0
# For the demos: a folder of their own, commands that are shown before they
# run, and an end for whatever was started.
root=$PWD
A=1529B05SIM7000G
B=1529B06SIM7000G
model=SIM7000G
started=$(date +%s)
bold= dim= off=
if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' off=$'\e[0m'; fi

PATH=$(cd "$root/$BUILD" && pwd):$PATH
folder=${DEMO:-demo}
rm -rf "$folder" && mkdir "$folder" && cd "$folder" || exit 1
pids=()
stop() { [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null; wait; }
trap stop EXIT
trap 'exit 130' INT TERM

say() { printf '\n%s%s%s\n' "$bold" "$*" "$off"; }
show() { printf '%s$ %s%s\n' "$dim" "$*" "$off"; }

give_up()
{
    printf '\nfarfix demo FAILED: %s\n' "$1" >&2
    for log in module.log store.log; do
        [ ! -s $log ] || { echo "--- demo/$log"; tail -n 15 $log; } >&2
    done
    exit 1
}

run() # COMMAND...
{
    show "$*"
    "$@" || give_up "'$*' ended with code $?"
}

start() # LOG COMMAND...: in the background
{
    local log=$1
    shift
    show "$* &"
    "$@" >"$log" 2>&1 &
    pids+=($!)
}

await() # WHAT COMMAND...: up to 5 seconds
{
    local what=$1
    shift
    for _ in $(seq 100); do
        "$@" 2>/dev/null && return
        kill -0 "${pids[-1]}" 2>/dev/null || break
        sleep 0.05
    done
    give_up "$what"
}

# A port that nobody listens on: connecting to it fails.
port=$((20000 + $$ % 20000))
while (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
