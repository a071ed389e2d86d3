#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# farfix store build: every file is what the store would answer, nginx serves
# them, and whoever kills it may run it again.
. "$(dirname "$0")/store.bash"
PATH=$PATH:/usr/sbin # Debian keeps servers where only root looks

make_keys
for i in 1 2 3 4; do
    release releases/$i V$i $i 8000
done
cp -r releases/4 releases/5 # the same images: nothing leads from 4 to 5
write_ini releases/5 V5 5
"$fast" release sign releases/5 --key release.key >/dev/null
head -c 30000 /dev/urandom >releases/vendor.zip
vendor releases/vendor.zip L1 L2
cat >releases/channels.ini <<INI
[channel M/canary]
version = V4
percent = 50
INI

build() # OPTION...
{
    "$farfix" store build --releases releases --key store.key -o public "$@" 2>err
}
check "it builds" build
cat out
files() { (cd public && find . -type f | sort | sed 's/^.//'); }
files >before

# --- the same as the store answers --------------------------------------------

start
as_the_store()
{
    local file bad=0
    while read -r file; do
        [ "$file" != /index.html ] || continue
        get -f -o answer "$url$file" && cmp answer "public$file" || bad=1
    done <before
    return $bad
}
check "each file has the bytes that the store answers" as_the_store
all_are_there()
{
    local from to bad=0
    for to in 2 3 4 5; do
        for from in $(seq $((to - 1))); do
            [ "$from$to" != 45 ] || continue
            grep -qx "/M/V${from}___V$to/update.zip" before || bad=1
        done
    done
    for from in V1 V2 V3 V4 V5 L1 L2; do
        grep -qx "/M/$from/next" before || bad=1
    done
    grep -qx "/M/L1___L2/update.zip" before && grep -qx /index.html before &&
        [ $bad -eq 0 ]
}
check "every package between the releases and every offer is there" all_are_there
check "what changes nothing has no file" eval '! grep -q V4___V5 before'
check "offers are those of the channel stable" grep -qx to=V5 public/M/V1/next
check "the page links the packages" grep -q V1___V4/update.zip public/index.html
halt

# --- nginx serves it ----------------------------------------------------------

run_nginx() # PORT
{
    cat >nginx.conf <<CONF
daemon off;
master_process off;
pid $work/nginx.pid;
error_log $work/nginx.log;
events { worker_connections 64; }
http {
    access_log off;
    default_type application/octet-stream;
    client_body_temp_path $work/nginx.tmp;
    proxy_temp_path $work/nginx.tmp;
    fastcgi_temp_path $work/nginx.tmp;
    uwsgi_temp_path $work/nginx.tmp;
    scgi_temp_path $work/nginx.tmp;
    server {
        listen 127.0.0.1:$1;
        root $work/public;
        location /whose { return 200 $work; }
    }
}
CONF
    nginx -e nginx.log -c "$work/nginx.conf" 2>nginx.err &
    nginx=$!
}
nginx_answers()
{
    [ "$(curl -s -m 2 "http://127.0.0.1:$1/whose")" = "$work" ]
}
start_nginx()
{
    local try
    for try in 1 2 3 4 5 6 7 8; do
        web=$((20000 + RANDOM % 12000))
        run_nginx $web
        until_true eval 'nginx_answers $web || ! kill -0 $nginx 2>/dev/null'
        nginx_answers $web && return
    done
    return 1
}
check "nginx serves the directory" start_nginx
by_nginx() # an offer, and the package that it names
{
    local from=$1 to
    get -f -o offer "http://127.0.0.1:$web/M/$from/next?imei=861075030000001" || return
    to=$(sed -n 's/^to=//p' offer)
    get -f -o zip "http://127.0.0.1:$web/M/${from}___$to/update.zip" &&
        [ "$(sed -n 's/^sha256=//p' offer)" = "$(sha256sum <zip | cut -d' ' -f1)" ] &&
        [ "$(sed -n 's/^size=//p' offer)" -eq "$(wc -c <zip)" ]
}
check "what nginx offers is what nginx has" by_nginx V1
check "a device would take it" is_package zip releases/1
check "farfix takes the offer for what the store signed" eval \
    '"$farfix" package verify zip --trust release.pub --from releases/1'

# --- again --------------------------------------------------------------------

stamps() { find public -printf '%p %T@ %i\n' | sort; }
stamps >stamps.before
check "a second run has nothing to do" build --json
cp out report
check "and says so" grep -q '"written":0,.*"removed":0' report
stamps >stamps.after
check "it touches nothing" cmp stamps.before stamps.after
mkdir -p public/M/notes public/images
echo mine >public/robots.txt
echo mine >public/M/readme
echo mine >public/M/V1___V2/notes.txt
echo mine >public/M/notes/update.zip
echo mine >public/images/V1___V2.svg
echo other >public/M/V1___V3/update.zip
rm -r releases/2
check "without a release it builds" build
check "its packages and offers are gone" eval '! files | grep /M/.*V2 | grep -v notes'
check "a directory goes with its last file" test ! -e public/M/V2___V3
foreign="robots.txt M/readme M/V1___V2/notes.txt M/notes/update.zip
    images/V1___V2.svg"
check "foreign files stay" eval \
    '[ "$(cd public && cat $foreign | sort | uniq -c | tr -d " ")" = 5mine ]'
check "a package that somebody changed is right again" is_package \
    public/M/V1___V3/update.zip releases/1

# --- killed -------------------------------------------------------------------

# What stands in public at any moment: each offer names a package that is there
# and is the one that it names.
offers_hold()
{
    local offer from to
    for offer in public/M/*/next; do
        cp "$offer" seen.offer 2>/dev/null || continue # just replaced
        to=$(sed -n 's/^to=//p' seen.offer)
        from=$(sed -n 's/^from=//p' seen.offer)
        [ "$to" != none ] || continue
        grep -q "^sha256=$(sha256sum <"public/M/${from}___$to/update.zip" |
            cut -d' ' -f1)" seen.offer || { cat seen.offer; return 1; }
    done
}
cp -r public complete
rm -r complete/M/V1___V2 # somebody's notes
killed_at_random()
{
    local try builder
    rm -rf public releases/.cache
    for try in $(seq 18); do
        "$fast" store build --releases releases --key store.key -o public \
            >/dev/null 2>&1 &
        builder=$!
        sleep 0.$((RANDOM % 4))$((RANDOM % 10))
        offers_hold || return 1
        kill -9 $builder
        wait $builder 2>/dev/null
        offers_hold || return 1
        [ $((try % 7)) -ne 0 ] || rm -rf public
    done
}
check "killed 18 times, no offer is ever without its package" killed_at_random
printf x >public/M/V1/next.tmp-999999-1
printf x >public/M/V1/notes.tmp-999999-1
check "once more, and all is there" build
as_if_never_killed()
{
    local name bad=0
    rm public/M/V1/notes.tmp-999999-1
    (cd complete && rm -rf $foreign M/notes images && find . -type f) | sort >names
    (cd public && find . -type f) | sort >now; diff names now || return
    while read -r name; do
        cmp "complete/$name" "public/$name" || { diff "complete/$name" "public/$name" | head -5; bad=1; }
    done <names
    return $bad
}
check "the same as if nothing had happened" as_if_never_killed

# --- a release comes while it is served ---------------------------------------

release releases/6 V6 6 8000
build >/dev/null &
builder=$!
held=0
while kill -0 $builder 2>/dev/null; do
    offers_hold || held=1
done
wait $builder
check "while a new release comes in, every offer holds" test $held -eq 0
check "and then it is offered" grep -qx to=V6 public/M/V1/next

# --- what does not work -------------------------------------------------------

release releases/7 V7 7 8000
rm releases/7/release.sig releases/7/release
check "an unsigned release is left out, the rest is built" eval \
    'build && grep -q "left out releases/7" err && grep -qx to=V6 public/M/V1/next'
check "an OUT whose parent is not there is refused" eval \
    '! "$farfix" store build --releases releases --key store.key -o no/where 2>err &&
     grep -q no/where err'
echo file >blocked
check "an OUT that is a file is refused" eval \
    '! "$farfix" store build --releases releases --key store.key -o blocked 2>err'
check "without -o it is a usage error" eval \
    '"$farfix" store build --releases releases --key store.key 2>err; [ $? -eq 64 ]'
finish
