# SPDX-License-Identifier: Apache-2.0
# For end-to-end tests: the servers of the road, each on a free loopback port.
# Needs tests/support/sim.bash. What a test starts ends with it.
# A server that is not installed makes every test here fail: `make test`
# installs them.

# Debian keeps servers where only root looks.
PATH=$PATH:/usr/sbin

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

# --- HTTPS: TLS in front of it ----------------------------------------------

# $https; tls.crt is the certificate that a module must trust.
start_tls()
{
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -days 2 -subj /CN=farfix-test -addext subjectAltName=IP:127.0.0.1 \
        -keyout tls.key -out tls.crt 2>/dev/null || return 1
    : >tls.log
    socat -d -d OPENSSL-LISTEN:0,bind=127.0.0.1,fork,cert=tls.crt,key=tls.key,verify=0 \
        "TCP:$http" 2>tls.log &
    until_true grep -q 'listening on' tls.log || return 1
    https=127.0.0.1:$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' tls.log)
}

# --- FTP: vsftpd ------------------------------------------------------------

# An anonymous login that wants one certain password: user ftp, password
# tmf123. It serves DIR; paths on the wire are absolute. $ftp.
start_ftp() # DIR
{
    local try ftp_port
    echo tmf123 >ftp.passwords
    for try in 1 2 3 4 5; do
        ftp_port=$((20000 + RANDOM % 12000))
        cat >vsftpd.conf <<CONF
listen=YES
listen_address=127.0.0.1
listen_port=$ftp_port
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
CONF
        vsftpd vsftpd.conf 2>ftp.log &
        ftp_server=$!
        until_true ftp_answers_or_gone "$ftp_port"
        kill -0 "$ftp_server" 2>/dev/null && break
    done
    ftp=127.0.0.1:$ftp_port
    kill -0 "$ftp_server"
}

ftp_answers_or_gone() # PORT
{
    ! kill -0 "$ftp_server" 2>/dev/null ||
        (exec 9<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
