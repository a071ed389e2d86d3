#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The driver on modules that answer as other documents say, or fail as users
# saw them fail: from A to B all the same.
. "$(dirname "$0")/../pack/maker.bash"
. "$root/tests/support/sim.bash"
. "$root/tests/support/stage.bash"
export FARFIX_FTP_USER=ftp FARFIX_FTP_PASSWORD=tmf123

mkdir www
make_firmware >maker.log && key=store.key make_package releases/$A \
    releases/$B www/delta.zip >>maker.log
result $? "a package of real firmware is made"
start_store releases store.key && start_ftp "$work/www"
result $? "the store and vsftpd run"
path=$model/${A}___$B/update.zip

arrives() # SOURCE SIM_OPTION...
{
    new_module "${@:2}"
    update "$1" --trust "$work/release.pub"
    [ "$code" -eq 0 ] && reports result done && reports version $B
    result $? "${*:2}: ${1%%:*} takes it to B"
}

for bug in http-empty-with-cfsinit http-empty-after-poll idle-before-urc \
    urc-before-flash http-back-to-back; do
    scene arrives "http://$http/$path" --bug $bug
done
all=http-empty-with-cfsinit,http-empty-after-poll,urc-before-flash
scene arrives "http://$http/$path" --bug $all,http-back-to-back

# Values that no profile has by itself, and that a driver can live with.
for quirk in D1=error D5=ok D6=overwrite D12=sim7070 D13=after \
    D19=plain D22=error D24=sim7070; do
    scene arrives "http://$http/$path" --quirk $quirk
done
for quirk in D6=overwrite D8=both D3=188 D21=size D5=ok; do
    scene arrives "$work/www/delta.zip" --quirk $quirk
done
for quirk in D11=cnact D12=sim7070; do
    scene arrives "$(ftp_url delta.zip)" --quirk $quirk
done
# Another family: by all three routes.
for source in "http://$http/$path" "$work/www/delta.zip" "$(ftp_url delta.zip)"; do
    scene arrives "$source" --profile sim7070
done
curtain
