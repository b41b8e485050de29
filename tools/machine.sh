#!/bin/sh
# See to it that this machine has what pip and npm cannot bring: `tools/machine.sh venv` or `tools/machine.sh venv chromium`.
# As root on Debian what is missing is installed with apt; otherwise one sentence says what to do.
set -eu
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "Waybill needs Python 3.11 or newer; set PYTHON=/path/to/python3.11." >&2
    exit 1
}
command -v npm >/dev/null || {
    echo "Waybill needs Node and npm for its browser assets; please install them." >&2
    exit 1
}
missing=
for wanted in "$@"; do
    case $wanted in
        venv) "$python" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv" ;;
        # The engine without its window, which computes half as much; see enough().
        chromium) [ -x "${CHROMIUM:-/usr/bin/chromium-headless-shell}" ] || missing="$missing chromium-headless-shell" ;;
    esac
done
[ -n "$missing" ] || exit 0
# The whole browser will do where the other one cannot be installed.
enough() { [ "$missing" = " chromium-headless-shell" ] && [ -z "${CHROMIUM:-}" ] && [ -x /usr/bin/chromium ]; }
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    if enough; then exit 0; fi
    echo "Please install$missing (as root: apt-get install$missing), then run this again." >&2
    exit 1
fi
# shellcheck disable=SC2086 # a list of package names
{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } || enough
