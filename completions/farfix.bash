# SPDX-License-Identifier: Apache-2.0
# Completion of farfix for bash; installed as
# share/bash-completion/completions/farfix. zsh takes it after
#
#     autoload -U +X compinit bashcompinit && compinit && bashcompinit
#     source .../share/bash-completion/completions/farfix
#
# Verbs and options are those that the program itself tells with --help: what
# it completes is what this farfix has.

# Words of which each line's first is "farfix NOUN [VERB]", from --help.
_farfix_verbs() # PROGRAM
{
    "$1" --help 2>/dev/null | sed -n 's/^  farfix \(.\{18\}\).*/\1/p'
}

# "--option ARGUMENT" lines of a verb.
_farfix_options() # PROGRAM NOUN [VERB]
{
    "$@" --help 2>/dev/null |
        sed -n '/^Options:/,/^$/s/^  \(-[-a-z0-9]*\) \([A-Z]*\).*/\1 \2/p'
}

# What an option or a place wants, by the name that the help gives it.
_farfix_argument() # WORD OPTION ARGUMENT
{
    # compgen -W splits by IFS, which is the newline here.
    case $2 in
    --dialect) compgen -W $'auto\nsim7000\nsim7070' -- "$1" ;;
    --flow) compgen -W $'none\nrts' -- "$1" ;;
    --profile)
        compgen -W $'note\nmanual\nmanual-1.03\nmanual-1.04\nsim7070' -- "$1"
        ;;
    *)
        case $3 in
        DIR | OUT) compgen -d -- "$1" ;;
        N | BYTES | SECONDS | VERSION | TIME | HH | NUMBER | TEXT) ;;
        *) compgen -f -- "$1" ;;
        esac
        ;;
    esac
}

_farfix_port() # WORD
{
    compgen -G "/dev/serial/by-path/*" 2>/dev/null | grep -F -- "$1"
    compgen -W "tcp:" -- "$1"
    compgen -f -- "$1"
}

_farfix()
{
    local program=$1 word=$2 before=$3 noun=${COMP_WORDS[1]} verb= options i
    local first=2 places=0 argument
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "$(_farfix_verbs "$program" |
            cut -d' ' -f1 | sort -u) --help --version" -- "$word"))
        return
    fi
    if _farfix_verbs "$program" | grep -q "^$noun [a-z]"; then
        if [ "$COMP_CWORD" -eq 2 ]; then
            COMPREPLY=($(compgen -W "$(_farfix_verbs "$program" |
                sed -n "s/^$noun //p")" -- "$word"))
            return
        fi
        verb=${COMP_WORDS[2]} first=3
    fi
    options=$(_farfix_options "$program" "$noun" $verb)
    case $word in
    -*)
        COMPREPLY=($(compgen -W "$(printf '%s\n' "$options" |
            cut -d' ' -f1)" -- "$word"))
        return
        ;;
    esac
    argument=$(printf '%s\n' "$options" | sed -n "s/^$before \([A-Z]\)/\1/p")
    for ((i = first; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -*) printf '%s\n' "$options" | grep -q "^${COMP_WORDS[i]} [A-Z]" &&
            ((i++)) ;;
        *) ((places++)) ;;
        esac
    done
    # A name with a blank stays one word.
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    if [ -n "$argument" ]; then
        COMPREPLY=($(_farfix_argument "$word" "$before" "$argument"))
    elif [ "$places" -eq 0 ] && [[ $noun =~ ^(update|watch|modem)$ ]]; then
        COMPREPLY=($(_farfix_port "$word"))
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}

complete -F _farfix farfix
