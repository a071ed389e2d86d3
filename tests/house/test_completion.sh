#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The shell completes every noun, verb and option that --help tells, and files
# where files are meant.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/completions/farfix.bash"
result $? "bash takes the completion"

# What Tab behind these words offers, one a line; the last word is begun.
tab() # WORD...
{
    COMP_WORDS=(farfix "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _farfix "$FARFIX" "${COMP_WORDS[COMP_CWORD]}" \
        "${COMP_WORDS[COMP_CWORD - 1]}"
    printf '%s\n' "${COMPREPLY[@]}"
}

offers() # TEXT SENTENCE WORD...
{
    local text=$1 sentence=$2
    shift 2
    tab "$@" >offered
    [ "$(sort offered | tr '\n' ' ')" = "$text " ]
    result $? "$sentence"
    [ "$(sort offered | tr '\n' ' ')" = "$text " ] || sed 's/^/# /' offered
}

"$FARFIX" --help | awk '/^  farfix / {
    print $2, substr($0, 10, 18) ~ /^[a-z]+ [a-z]/ ? $3 : "" }' >verbs
[ "$(wc -l <verbs)" -ge 15 ]
result $? "--help tells the verbs"
offers "$({ cut -d' ' -f1 verbs; echo --help; echo --version; } |
    LC_ALL=C sort -u | tr '\n' ' ' | sed 's/ $//')" "all nouns are offered" ""

missing=0
while read -r noun verb; do
    if [ -n "$verb" ]; then
        tab "$noun" "" | grep -qx "$verb" || missing=1
    fi
    # Every word of the help that looks like an option of the table.
    "$FARFIX" "$noun" $verb --help | awk '
        /^Options:/ { on = 1; next } /^$/ { on = 0 }
        on && $1 ~ /^-/ { print $1 }' | sort >wanted
    tab "$noun" $verb - | sort >offered
    [ "$(wc -l <wanted)" -ge 1 ] && cmp -s wanted offered || missing=1
    [ $missing -eq 0 ] || { echo "# $noun $verb" && diff wanted offered; }
done <verbs
result $missing "every option of every verb's --help is offered"

mkdir data && touch data/f.zip 'dark matter.zip'
offers "--dialect" "an option is completed" update port src --di
offers "sim7000 sim7070" "so are its values" update port src --dialect sim
offers "manual manual-1.03 manual-1.04" "those of --profile" \
    sim run --profile man
offers "sim7070" "with the other family" sim run --profile s
offers "rts" "of --flow as well" modem info --flow r
offers "data" "a directory where one is meant" store build --releases da
offers "dark matter.zip data" "files behind an option that takes one" \
    update port --info da
offers "dark matter.zip data" "files where SOURCE stands" update port da
offers "tcp:" "a port where PORT stands" update tc
offers "" "nothing where a number stands" update port --tries da

make -s -C "$root" -n install PREFIX=/p 2>/dev/null |
    grep -q 'completions/farfix.bash.* /*p/share/bash-completion/completions/farfix'
result $? "make install puts it where bash looks"
