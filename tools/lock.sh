#!/bin/sh
# Renew requirements/*.txt from pyproject.toml. Needs `uv` on PATH (any machine; nobody else needs uv).
# The two smaller files follow the largest one, so that production runs exactly what was tested.
# `tools/lock.sh --upgrade` takes newer releases; without it only what pyproject demands changes.
set -eu
cd "$(dirname "$0")/.."
lock() {
    out=$1
    shift
    uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command "tools/lock.sh" --output-file "requirements/$out" "$@"
}
lock dev.txt --extra checkout --extra embedded --extra sandbox --extra dev "$@"
lock demo.txt --constraint requirements/dev.txt --extra checkout --extra embedded --extra sandbox
lock base.txt --constraint requirements/dev.txt --extra checkout
