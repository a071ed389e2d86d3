# SPDX-License-Identifier: Apache-2.0
# For shell tests that run a virtual module: start, talk, stop. Every wait is
# bounded; whatever was started ends with the test.
#
# Needs $FARFIX and the functions of tests/pack/maker.bash.

limit=30 # seconds that any wait may take

stop_all()
{
    local pids
    pids=$(jobs -p)
    [ -z "$pids" ] || kill -9 $pids 2>/dev/null
    wait 2>/dev/null
    rm -rf "$work"
}
port= module= log= line= code=
trap stop_all EXIT

# Waits until COMMAND succeeds.
until_true() # COMMAND...
{
    local end=$((SECONDS + limit))
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.02
    done
}

# --- the module -------------------------------------------------------------

# $module is its process, $port what `farfix update` takes, $log its words.
start_sim() # STATE OPTION...
{
    local state=$1
    shift
    log=$state.log
    # Made here: "ready" of an earlier start must not be seen.
    : >"$state.ready"
    "$FARFIX" sim run --state "$state" "$@" >"$state.ready" 2>>"$log" &
    module=$!
    until_true ready_or_gone "$state" && grep -q ^ready "$state.ready" ||
        return 1
    port=$(sed -n 's/^ready //p' "$state.ready")
}

ready_or_gone() # STATE
{
    grep -q '^ready' "$1.ready" || ! kill -0 "$module" 2>/dev/null
}

stop_sim() # [SIGNAL]
{
    kill "-${1:-TERM}" "$module"
    wait "$module" 2>/dev/null
}

wait_sim() # the process ends by itself: its exit code in $code
{
    until_true gone
    wait "$module"
    code=$?
}

gone()
{
    ! kill -0 "$module" 2>/dev/null
}

# --- the line ---------------------------------------------------------------

# Opens $port for talking; 7 is its descriptor.
line_open()
{
    local address=${port#tcp:}
    [ "$port" = "$address" ] || address=/dev/tcp/${address%:*}/${address##*:}
    exec 7<>"$address"
}

line_close()
{
    exec 7>&-
}

# Reads lines until one has PATTERN (extended); it is left in $line and all of
# them in the file `heard`. 1: silence, or the line is gone.
hear() # PATTERN
{
    local end=$((SECONDS + limit))
    : >heard
    while [ "$SECONDS" -lt "$end" ] && IFS= read -r -t "$limit" line <&7; do
        line=${line//$'\r'/}
        printf '%s\n' "$line" >>heard
        [[ $line =~ $1 ]] && return 0
    done
    return 1
}

# Says one command and hears its final result; 0 when that is OK.
at() # COMMAND
{
    printf '%s\r' "$1" >&7
    hear '^(OK|ERROR|[+]CM[ES] ERROR: .*)$' && [ "$line" = OK ]
}

# The module answers COMMAND with OK and a line that is exactly TEXT.
answers() # COMMAND TEXT
{
    at "$1" && grep -qxF -- "$2" heard
}

# The line is opened anew, the module has booted: the version that it runs.
runs() # VERSION
{
    line_open && until_true at AT && answers AT+GMR "Revision:$1"
    local result=$?
    line_close
    return $result
}
