#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The two examples in examples/nginx, run by nginx as they stand; only ports,
# paths and the certificate are this machine's.
. "$(dirname "$0")/../pack/maker.bash"
PATH=$PATH:/usr/sbin
make_pair >/dev/null || { result 1 "releases and keys"; exit; }
mkdir releases && mv a b releases
seq 100000 >releases/vendor.zip
"$FARFIX" package import releases/vendor.zip --model SIM7000G --from V1 --to V2 \
    --key store.key >/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=fota.example.org -addext subjectAltName=IP:127.0.0.1 \
    -keyout tls.key -out tls.pem 2>/dev/null
chmod 755 "$work" # a worker of nginx is nobody
servers=
# shellcheck disable=SC2086 # a list of numbers
trap 'kill -9 $servers 2>/dev/null; wait; rm -rf "$work"' EXIT
get() { curl -sS --max-time 30 --cacert tls.pem "$@"; }
code() { get -o body -w '%{http_code}' "$@"; }
until_true() # COMMAND...
{
    local i
    for i in $(seq 200); do
        "$@" && return
        sleep 0.05
    done
    return 1
}

start_store() # PORT
{
    "$FARFIX" store serve --releases releases --key store.key \
        --listen "127.0.0.1:$1" --proxy 127.0.0.1 --access-log access.log \
        >ready 2>>store.log &
    store=$!
    servers="$servers $store"
    until_true grep -q ready ready
}

# Ports that nobody else has: nginx takes three in a row, or cannot start.
start_nginx() # EXAMPLE STORE_PORT
{
    local port
    for port in $(shuf -i 20000-32000 -n 20); do
        sed -e "s/listen 80;/listen 127.0.0.1:$port;/" \
            -e "s/listen 443 ssl/listen 127.0.0.1:$((port + 1)) ssl/" \
            -e "s/127.0.0.1:8080/127.0.0.1:$2/" \
            -e "s|/etc/ssl/private/fota.example.org.key|$work/tls.key|" \
            -e "s|/etc/ssl/fota.example.org.pem|$work/tls.pem|" \
            -e "s|/var/cache/nginx/farfix|$work/nginx.cache|" \
            -e "s|/srv/fota|$work/public|" "$root/examples/nginx/$1" >site.conf
        cat >nginx.conf <<CONF
daemon off;
pid $work/nginx.pid;
error_log $work/nginx.log;
worker_processes 1;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path $work/t1; proxy_temp_path $work/t2;
    fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4;
    scgi_temp_path $work/t5;
    include site.conf;
}
CONF
        nginx -e nginx.log -c "$work/nginx.conf" 2>nginx.err &
        nginx=$!
        servers="$servers $nginx"
        http=http://127.0.0.1:$port https=https://127.0.0.1:$((port + 1))
        until_true nginx_answers && kill -0 $nginx 2>/dev/null && return
    done
    return 1
}
nginx_answers()
{
    ! kill -0 $nginx 2>/dev/null || [ "$(code "$https/none")" = 404 ]
}
stop() # PID
{
    kill "$1"
    wait "$1"
}

# --- in front of the store ----------------------------------------------------

start_store 0
result $? "the store starts"
direct=$(sed -n 's/^ready //p' ready)
start_nginx farfix-store.conf "${direct##*:}"
result $? "nginx takes the example as it stands"
path=SIM7000G/A___B/update.zip
get -o direct.zip "$direct/$path" && get -o tls.zip "$https/$path" &&
    get -o plain.zip "$http/$path" && cmp direct.zip tls.zip &&
    cmp direct.zip plain.zip && "$FARFIX" package verify tls.zip \
    --trust release.pub --from releases/a >/dev/null
result $? "a package comes through, by TLS and without"
get -o next "$https/SIM7000G/A/next" &&
    grep -q "^sha256=$(sha256sum direct.zip | cut -d' ' -f1)" next
result $? "an offer comes through"
head -c 700 direct.zip >part && get -C - -o part "$https/$path" &&
    cmp part direct.zip
result $? "a download is taken up where it stopped"
etag=\"$(sha256sum direct.zip | cut -d' ' -f1)\"
[ "$(code -H "If-None-Match: $etag" "$https/$path")" = 304 ]
result $? "the digest is the ETag behind nginx, too"
[ "$(code "$https/SIM7000G/A01___B/update.zip")" = 404 ] &&
    grep -q 'no release A01' body
result $? "the reason of a 404 comes through"
get "$https/" | grep -q 'SIM7000G/A___B/update.zip'
result $? "the page comes through"
get -o /dev/null "$https/SIM7000G/A/next?imei=861075030000017"
get -o /dev/null -H "X-Forwarded-For: 6.6.6.6" "$https/SIM7000G/B/next"
until_true grep -q '127.0.0.1 "GET /SIM7000G/B/next" 200' access.log &&
    ! grep -q 6.6.6.6 access.log
result $? "the log names who asked nginx, not who he says he is"
echo more >>releases/b/ap.bin
"$FARFIX" release sign releases/b --key release.key >/dev/null
# Between image and signature there is no B, and nothing is offered.
changed()
{
    get -o next "$https/SIM7000G/A/next" && grep -q '^to=B$' next &&
        ! grep -q "^sha256=${etag:1:64}" next
}
until_true changed && sleep 2 && get -o direct.zip "$https/$path" &&
    grep -q "^sha256=$(sha256sum direct.zip | cut -d' ' -f1)" next
result $? "a package that was made anew is soon the one that is offered"
get -o /dev/null "$https/SIM7000G/V1___V2/update.zip"
for i in $(seq 200); do printf 'url = %s/SIM7000G/A/next\noutput = many\n' "$http"; done >many.cfg
get -K many.cfg -Z -s --parallel-max 20 -w '%{http_code}\n' | sort | uniq -c >codes
grep -q ' 200$' codes && grep -q ' 429$' codes
result $? "who asks 200 times at once is told to ask less often"
kill -9 $store
wait $store 2>/dev/null
sleep 1 # what the limit took from us is there again
get "$https/$path" | cmp - direct.zip &&
    get "$https/SIM7000G/V1___V2/update.zip" | cmp - releases/vendor.zip
result $? "packages are served while the store is away"
[ "$(code "$https/SIM7000G/A/next")" = 502 ]
result $? "offers are not: they would be old"
start_store "${direct##*:}"
until_true [ "$(code "$https/SIM7000G/A/next")" = 200 ]
result $? "the store comes back behind it"
stop $nginx

# --- nginx alone ----------------------------------------------------------------

"$FARFIX" store build --releases releases --key store.key -o public >/dev/null 2>&1
result $? "all of the store is written into files"
start_nginx farfix-static.conf 1
result $? "nginx takes the static example as it stands"
get "$https/$path" | cmp - direct.zip && get "$http/SIM7000G/A/next" |
    cmp - next && get "$https/SIM7000G/V1___V2/update.zip" |
    cmp - releases/vendor.zip
result $? "its URLs are the same, and so are the bytes"
type_of() { get -o /dev/null -w '%{content_type}' "$@"; }
[ "$(type_of "$https/$path")" = application/zip ] &&
    [ "$(type_of "$https/SIM7000G/A/next")" = "text/plain; charset=utf-8" ] &&
    [ "$(type_of "$https/SIM7000G/A___B/ap.svg")" = image/svg+xml ] &&
    [ "$(type_of "$https/")" = text/html ]
result $? "each file has its type"
head -c 700 direct.zip >part && get -C - -o part "$https/$path" &&
    cmp part direct.zip
result $? "a download from files is taken up where it stopped, too"
stop $nginx
stop $store
result $? "the store ends with 0"
