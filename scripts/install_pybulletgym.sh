#!/bin/sh
# Installs pybulletgym into .venv from an archive beside the checkout, where there is one, for the tests of its tasks.
# A failure is one line: without pybulletgym those tests are skipped.
set -eu
CDPATH= cd "$(dirname "$0")/.."

archive=../shared/third_party/pybullet-gym-bc68201.tar.gz
folder=.venv/pybullet-gym

install() {
    tar -xzf "$archive" -C .venv --no-same-owner &&
        .venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e "$folder" &&
        touch "$folder/.installed"
}

if [ ! -f "$archive" ] || [ -e "$folder/.installed" ]; then
    exit
fi
if ! said=$(install 2>&1); then
    rm -rf "$folder"
    echo "set-up: no pybulletgym from $archive ($(echo "$said" | tail -n 1)); its tests are skipped" >&2
fi
