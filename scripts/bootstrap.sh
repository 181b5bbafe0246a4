#!/bin/sh
# Sets up .venv with a Python 3.10, what a lock names and this project; done already, it returns at once.
# Usage: scripts/bootstrap.sh LOCK, or --find-python to print the interpreter that it would take.
set -eu
cd "$(dirname "$0")/.."

say() { echo "set-up: $*" >&2; }

fail() {
    echo "error: $*" >&2
    exit 1
}

# A pyenv shim or a Debian Python without its venv package is on the PATH and still of no use.
is_usable() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, 10))' >/dev/null 2>&1
}

python_from_uv() {
    export UV_PYTHON_PREFERENCE=only-managed
    uv python find --system 3.10 2>/dev/null && return
    say "downloading Python 3.10 with uv"
    uv python install --quiet 3.10 && uv python find --system 3.10
}

find_python() {
    for candidate in python3.10 python3 python "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/3.10.*/bin/python3.10; do
        if is_usable "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    if command -v uv >/dev/null && candidate=$(python_from_uv) && is_usable "$candidate"; then
        echo "$candidate"
        return
    fi
    fail "no Python 3.10 found; get one with 'pyenv install 3.10' or 'apt install python3.10-venv'," \
        "or install uv, which downloads it, and run this again"
}

# The old one goes first: activated, its Python would be the one found.
make_venv() {
    rm -rf .venv
    python=$(find_python)
    say "creating .venv with $python"
    mkdir .venv
    touch "$incomplete"
    "$python" -m venv .venv
}

# Some packages come as source only: they are built with the locked setuptools, not with today's newest.
install() {
    touch "$incomplete"
    rm -f "$stamp"
    awk '/^[^ ]/ { keep = /^(setuptools|wheel)==/ } keep' "$lock" >.venv/build.lock
    pip_install --require-hashes -r .venv/build.lock
    pip_install --require-hashes --no-build-isolation --use-pep517 -r "$lock"
    pip_install --no-build-isolation --editable .
    echo "$wanted" >"$stamp"
    rm "$incomplete"
}

pip_install() {
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps "$@" ||
        fail "set-up stopped at the above; run this again to start it over"
}

if [ "$1" = --find-python ]; then
    find_python
    exit
fi

lock=$1
stamp=.venv/.installed-$lock
incomplete=.venv/.incomplete
wanted=$({ pwd && cat "$lock" pyproject.toml; } | cksum)

exec 9<"$lock"
flock 9
if [ -x .venv/bin/python ] && [ ! -e "$incomplete" ] && [ "$wanted" = "$(cat "$stamp" 2>/dev/null)" ]; then
    exit
fi
[ "$(uname -sm)" = "Linux x86_64" ] ||
    fail "walker-rl needs Linux on x86-64: Launchpad and Reverb have no wheels for $(uname -sm)"
if [ -e "$incomplete" ] || ! .venv/bin/python -c 'import pip' 2>/dev/null || ! is_usable .venv/bin/python; then
    make_venv
fi
say "installing $(grep -c '^[^ #]' "$lock") packages of $lock; the first time takes some minutes"
install
say "done"
