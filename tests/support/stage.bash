# SPDX-License-Identifier: Apache-2.0
# For end-to-end tests: the servers of the road, each real and on a free
# loopback port, and scenes, cases that play side by side. Needs
# tests/support/sim.bash. What a test starts ends with it.

# Debian keeps servers where only root looks.
PATH=$PATH:/usr/sbin

# A test that is told to stop still ends what it started.
trap 'exit 143' TERM
trap 'exit 130' INT

# Runs "START... PORT" with ports until "ANSWERS PORT" says that it is ours
# that listens, not another test's: $listening. START leaves its process in
# $server.
on_free_port() # ANSWERS START...
{
    local try answers=$1
    shift
    for try in 1 2 3 4 5 6 7 8; do
        listening=$((20000 + RANDOM % 12000))
        "$@" "$listening"
        until_true answers_or_gone "$answers" "$listening"
        kill -0 "$server" 2>/dev/null && "$answers" "$listening" && return
        kill -9 "$server" 2>/dev/null
    done
    return 1
}

answers_or_gone() # ANSWERS PORT
{
    ! kill -0 "$server" 2>/dev/null || "$@"
}

# --- keys, releases, packages -----------------------------------------------

A=1529B05SIM7000G B=1529B06SIM7000G model=SIM7000G

# The firmware pair of the demo in releases/, signed by release.key; store.key
# may make packages of it.
make_firmware()
{
    cp -r "$root/firmware/images" releases &&
        "$FARFIX" key make release &&
        "$FARFIX" key make store --signed-by release.key --model $model &&
        "$FARFIX" release sign releases/$A --key release.key &&
        "$FARFIX" release sign releases/$B --key release.key
}

# A's or B's images under another name: a release of its own.
make_variant() # DIR IMAGES VERSION SEQUENCE [MODEL]
{
    mkdir -p "$1" && cp "$2"/*.bin "$1" && sed "s/^version=.*/version=$3/
        s/^sequence=.*/sequence=$4/; s/^model=.*/model=${5:-$model}/" \
        "$2/release.ini" >"$1/release.ini" &&
        "$FARFIX" release sign "$1" --key "${key:-release.key}"
}

make_package() # FROM TO FILE [OPTION...]
{
    "$FARFIX" package make --from "$1" --to "$2" -o "$3" \
        --key "${key:-release.key}" "${@:4}"
}

# --- HTTP: farfix store serve -----------------------------------------------

# $http is "127.0.0.1:PORT".
start_store() # DIR KEY
{
    : >store.ready
    "$FARFIX" store serve --releases "$1" --key "$2" --listen 127.0.0.1:0 \
        >store.ready 2>store.log &
    until_true grep -q '^ready' store.ready || return 1
    http=$(sed -n 's|^ready http://||p' store.ready)
}

# --- HTTPS: nginx in front of it --------------------------------------------

# ca.crt signs NAME.crt for the subject alternative name SAN.
certify() # NAME SAN [OPTION...]
{
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null &&
        echo "subjectAltName=$2" >"$1.ext" &&
        openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key \
            -CAcreateserial -extfile "$1.ext" -out "$1.crt" \
            "${@:3}" 2>/dev/null
}

make_certificates()
{
    local san=IP:127.0.0.1
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -days 2 -subj /CN=farfix-test-ca -keyout ca.key -out ca.crt \
        2>/dev/null && certify good $san -days 2 &&
        certify stranger DNS:fota.example.com -days 2 &&
        certify expired $san -days -1 &&
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
            -nodes -days 2 -subj /CN=self -addext "subjectAltName=$san" \
            -keyout self.key -out self.crt 2>/dev/null
}

https_server() # CERTIFICATE PORT
{
    cat <<CONF
    server {
        listen 127.0.0.1:$2 ssl;
        ssl_certificate $work/$1.crt;
        ssl_certificate_key $work/$1.key;
        location / { proxy_pass http://$http; }
    }
CONF
}

run_nginx() # PORT: this one and the next four
{
    cat >nginx.conf <<CONF
daemon off;
master_process off;
pid $work/nginx.pid;
error_log $work/nginx.log;
worker_processes 1;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path $work/nginx.tmp;
    proxy_temp_path $work/nginx.tmp;
    fastcgi_temp_path $work/nginx.tmp;
    uwsgi_temp_path $work/nginx.tmp;
    scgi_temp_path $work/nginx.tmp;
$(https_server good $(($1 + 1)))
$(https_server self $(($1 + 2)))
$(https_server stranger $(($1 + 3)))
$(https_server expired $(($1 + 4)))
    server {
        listen 127.0.0.1:$1;
        root $work/www;
        location /whose { return 200 $work; }
        location /slow { alias $work/www; limit_rate 40k; }
        location /moved { return 302 /update.zip; }
        location /forbidden { return 403; }
        location /broken { return 503; }
    }
}
CONF
    nginx -e nginx.log -c "$work/nginx.conf" 2>nginx.err &
    server=$!
}

nginx_answers() # PORT
{
    [ "$(curl -s -m 2 "http://127.0.0.1:$1/whose")" = "$work" ]
}

# $files serves www/, also slowly, and a few statuses; $https, $self, $stranger, $expired
# are the store behind TLS, each with its certificate. The CA is ca.crt.
start_nginx()
{
    mkdir -p www && make_certificates &&
        on_free_port nginx_answers run_nginx || return 1
    files=127.0.0.1:$listening
    https=127.0.0.1:$((listening + 1)) self=127.0.0.1:$((listening + 2))
    stranger=127.0.0.1:$((listening + 3)) expired=127.0.0.1:$((listening + 4))
}

# --- FTP: vsftpd ------------------------------------------------------------

# vsftpd offers no users of its own, but it can demand a password of the
# anonymous one.
run_ftp() # DIR PORT
{
    cat >vsftpd.conf <<CONF
listen=YES
listen_address=127.0.0.1
listen_port=$2
background=NO
anonymous_enable=YES
local_enable=NO
anon_root=$1
anon_world_readable_only=NO
secure_email_list_enable=YES
email_password_file=$work/ftp.passwords
ftp_username=$(id -un)
run_as_launching_user=YES
seccomp_sandbox=NO
secure_chroot_dir=$work
xferlog_enable=NO
ftpd_banner=$work
CONF
    vsftpd vsftpd.conf >ftp.log 2>&1 &
    server=$!
}

ftp_answers() # PORT
{
    local said=
    (exec 9<>"/dev/tcp/127.0.0.1/$1" && read -r -t 2 said <&9 &&
        [[ $said == *"$work"* ]]) 2>/dev/null
}

# User ftp, password tmf123. $ftp serves DIR; paths on the wire are absolute.
start_ftp() # DIR
{
    echo tmf123 >ftp.passwords
    on_free_port ftp_answers run_ftp "$1" && ftp=127.0.0.1:$listening
}

# %2F: the server's root (RFC 1738, 3.2.2)
ftp_url() # FILE
{
    echo "ftp://$ftp/%2F${work#/}/www/$1"
}

# --- scenes -----------------------------------------------------------------
# Cases that play side by side, each with its own module in its own directory:
# most of a case is waiting. Paths to the common things begin with $work.

mkfifo seats
exec 8<>seats
printf %16s >&8 # so many play at a time
scenes=()

scene() # FUNCTION ARGUMENT...
{
    local name=scene.${#scenes[@]}
    mkdir "$name"
    (
        read -rn 1 -u 8
        trap leave_scene EXIT
        cd "$name" && "$@" 8<&-
        echo "# end of $*"
    ) >"$name.tap" 2>&1 &
    scenes+=($!)
}

leave_scene()
{
    local log
    kill -9 $module $walker 2>/dev/null
    wait $module $walker 2>/dev/null
    grep -q '^not ok' "$work/${PWD##*/}.tap" &&
        for log in *.log report.json err heard; do
            [ ! -s "$log" ] || tail -n 40 "$log" | sed "s|^|# $log: |"
        done
    printf . >&8
}
walker=

# Waits for the scenes and tells them in the order in which they were begun.
curtain()
{
    local i said
    for i in "${!scenes[@]}"; do
        wait "${scenes[i]}"
        while IFS= read -r said; do
            case $said in
            'ok '*) result 0 "${said#* - }" ;;
            'not ok '*) result 1 "${said#* - }" ;;
            *) echo "$said" ;;
            esac
        done <"$work/scene.$i.tap"
        [[ ${said-} == '# end of '* ]] || grep -q '^# end of' "$work/scene.$i.tap"
        [ $? -eq 0 ] || result 1 "scene $i plays to its end"
    done
    scenes=()
}

# --- in a scene -------------------------------------------------------------

# A new module that runs A: its state is m/, its link or socket $port.
new_module() # OPTION...
{
    case " $* " in
    *' --tcp '*) ;;
    *) set -- --pty "$PWD/modem" "$@" ;;
    esac
    start_sim m --release "$work/releases/$A" --trust "$work/release.pub" \
        --flash-speed fast "$@" || result 1 "a module starts"
}

# Kills it as if it were unplugged. Its link goes first: the kernel gives the
# number of a closed pseudo terminal to the next who asks, and that may be the
# module of another scene.
kill_module()
{
    [[ $port == tcp:* ]] || rm -f "$port"
    stop_sim KILL
}

# farfix update to B; $code, report.json, and err.
update() # SOURCE OPTION...
{
    timeout --foreground 120 "$FARFIX" update "$port" "$1" --to "$B" --json "${@:2}" \
        >report.json 2>err
    code=$?
}

# One line on stderr: cause, which names WORD, and next step.
complains() # WORD
{
    [ "$(wc -l <err)" -eq 1 ] && grep -q '^farfix: [^;]*[;:] [a-z-]' err &&
        grep -qF -- "$1" err
}

status_is() # STATUS
{
    line_open && until_true at AT && answers 'AT+CFOTA?' "+CFOTA: $1"
    local result=$?
    line_close
    return $result
}

reports() # KEY VALUE
{
    grep -qE "\"$1\":(\"$2\"|$2)[,}]" report.json
}

# A version as a person sees it, with socat on the line.
socat_sees() # VERSION
{
    local end=$((SECONDS + limit)) address=$port,raw,echo=0 seen=1
    [[ $port != tcp:* ]] || address=TCP${port#tcp}
    coproc SOCAT { exec socat - "$address" 2>socat.log 8<&-; }
    local in=${SOCAT[1]} out=${SOCAT[0]} pid=$SOCAT_PID
    while [ "$SECONDS" -lt "$end" ] && [ "$seen" -ne 0 ]; do
        printf 'AT+GMR\r' >&"$in" || break
        while [ "$seen" -ne 0 ] && IFS= read -r -t 1 -u "$out" line; do
            [ "${line%$'\r'}" != "Revision:$1" ] || seen=0
        done
    done
    kill "$pid"
    wait "$pid" 2>/dev/null
    return $seen
}
