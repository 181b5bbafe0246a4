#!/bin/sh
# Installs pybulletgym into .venv from an archive beside the checkout, where there is one, for the tests of its tasks.
# It never fails: without pybulletgym those tests are skipped.
set -eu
cd "$(dirname "$0")/.."

archive=../shared/third_party/pybullet-gym-bc68201.tar.gz
folder=.venv/pybullet-gym

if [ ! -f "$archive" ] || [ -e "$folder" ]; then
    exit
fi
tar -xzf "$archive" -C .venv --no-same-owner &&
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e "$folder" || {
    rm -rf "$folder"
    echo "set-up: $archive could not be installed; the tests of pybulletgym are skipped" >&2
}
