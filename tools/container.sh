#!/bin/sh
# Build the container file and try what comes out of it, by podman or docker: `make container`.
#
# Ends with 0 where all of it holds, with 1 and the step's name where one does not, and with 75, "NOT CHECKED", where
# this machine can't: no engine, no base image, or an engine that can't run a container here.
# ENGINE names another engine; BUILD and RUN are further options for it, such as `--isolation chroot`.
set -u
cd "$(dirname "$0")/.." || exit 1
ENGINE=${ENGINE:-$(command -v podman || command -v docker || true)}
BASE=python:3.11-slim
IMAGE=constancia-check
NAME=constancia-check-$$
# As examples/deploy/Containerfile says that it is run; the second one shares the volume.
HARD="--read-only --tmpfs /tmp --cap-drop=all --security-opt=no-new-privileges"

unchecked() {
    echo "NOT CHECKED: $1" >&2
    exit 75
}
failed() {
    echo "FAILED: $1" >&2
    "$ENGINE" logs "$NAME" 2>&1 | tail -n 20 >&2
    exit 1
}
[ -n "$ENGINE" ] || unchecked "neither podman nor docker is here"
engine() { "$ENGINE" "$@"; }
# shellcheck disable=SC2086
run() { engine run ${RUN:-} "$@"; }
remove() {
    engine rm -f "$NAME" "$NAME-second" >/dev/null 2>&1
    engine volume rm -f "$NAME" >/dev/null 2>&1
}
trap remove EXIT

engine image inspect "$BASE" >/dev/null 2>&1 || engine pull -q "$BASE" >/dev/null 2>&1 ||
    unchecked "the base image $BASE can't be had"
# `--init`: as process 1 the program would ignore a stop as long as it starts.
why=$(run --rm --init "$BASE" python --version 2>&1) ||
    unchecked "$ENGINE runs no container on this machine: $(echo "$why" | tail -n 1)"

case $ENGINE in *docker) FORMAT= ;; *) FORMAT="--format docker" ;; esac # the form that has health checks
# shellcheck disable=SC2086
engine build $FORMAT ${BUILD:-} -q -f examples/deploy/Containerfile -t "$IMAGE" . >/dev/null || failed "build"
echo "built: $(engine image inspect --format '{{.Size}}' "$IMAGE") bytes"

MOUNT="-v $NAME:/var/lib/constancia"
LEDGER=/var/lib/constancia/libro
# shellcheck disable=SC2086
{
    [ "$(run --rm $HARD --entrypoint id "$IMAGE" -u)" = 10001 ] || failed "its user is numbered, and not root"
    run --rm $HARD --entrypoint python "$IMAGE" -c 'open("/opt/constancia/x", "w")' >/dev/null 2>&1 &&
        failed "the root can't be written"
    run --rm $HARD $MOUNT "$IMAGE" demo --short --dir "$LEDGER" >/dev/null || failed "a ledger in the volume"
    run -d --name "$NAME" --init --stop-timeout 60 $HARD $MOUNT "$IMAGE" >/dev/null || failed "serve"
}
tries=0
until engine exec "$NAME" python -c 'import urllib.request as web; web.urlopen("http://127.0.0.1:8000/healthz")' \
    >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 120 ] || failed "/healthz answers 200"
    sleep 1
done
case $ENGINE in
*podman)
    engine healthcheck run "$NAME" >/dev/null || failed "the health check of the image"
    ;;
esac
engine exec "$NAME" constancia verify "$LEDGER" --trust "$LEDGER/trust" --replay >/dev/null || failed "verify"
# shellcheck disable=SC2086
run --rm --name "$NAME-second" $HARD $MOUNT -e CONSTANCIA_LANG=en "$IMAGE" serve --port 8001 2>&1 |
    grep -q "one ledger has one writer" || failed "a second server on the same volume ends with that error"
engine stop "$NAME" >/dev/null || failed "stop"
[ "$(engine inspect --format '{{.State.ExitCode}}' "$NAME")" = 0 ] || failed "a stopped server ends with 0"
engine start "$NAME" >/dev/null && sleep 1 && engine stop "$NAME" >/dev/null || failed "stop while it starts"
# 143: by the signal itself, since it has nothing to close yet. 137 would be a kill.
[ "$(engine inspect --format '{{.State.ExitCode}}' "$NAME")" = 143 ] || failed "a server that starts ends at SIGTERM"
# shellcheck disable=SC2086
run --rm $HARD $MOUNT "$IMAGE" verify "$LEDGER" --trust "$LEDGER/trust" --replay >/dev/null || failed "verify after it"
echo "tried: user, read-only root, ledger in a volume, serve, health check, verify, second server, stop"
