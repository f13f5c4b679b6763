#!/bin/sh
# Programs that some tests drive: a browser, foreign log readers, openssl, PostgreSQL, Patroni, SoftHSM. Installed where
# this is Debian and we may; otherwise the tests that need one are skipped, and say so. Ends with 1 where one is still
# missing.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
# Of the same source: the browser without a window, which does the same with less. Debian has it since 2025.
command -v chromium-headless-shell >/dev/null 2>&1 || ! apt-cache show chromium-headless-shell >/dev/null 2>&1 ||
    missing="$missing chromium-headless-shell"
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
command -v curl >/dev/null 2>&1 || missing="$missing curl"
command -v go >/dev/null 2>&1 || missing="$missing golang-go"
[ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ] || missing="$missing golang-golang-x-mod-dev"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
[ -x "$(command -v postgres || ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null | tail -n 1)" ] ||
    missing="$missing postgresql"
command -v patroni >/dev/null 2>&1 || missing="$missing patroni"
command -v etcd >/dev/null 2>&1 || missing="$missing etcd-server"
command -v softhsm2-util >/dev/null 2>&1 || missing="$missing softhsm2"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing for the tests:$missing"
    apt-get update -qq >/dev/null 2>&1 || true
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 && exit 0
fi
echo "not here, so the tests that need them are skipped:$missing" >&2
exit 1
