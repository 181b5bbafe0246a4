#!/bin/sh
# Sets up .venv with a Python, the packages of a lock and this project; done already, it returns at once.
# Usage: scripts/bootstrap.sh LOCK [VERSION [FOLDER]]; a VERSION of "" takes the best that it finds.
# scripts/bootstrap.sh --find-python [VERSION] prints the interpreter that it would take.
# X.lock is for Python 3.10 on Linux x86-64, where all packages exist; X.portable.lock takes its place elsewhere.
set -eu
CDPATH= cd "$(dirname "$0")/.."

say() { echo "set-up: $*" >&2; }

fail() {
    echo "error: $*" >&2
    exit 1
}

# Where to look for a Python, in this order.
places() {
    case "$(uname -sm)" in
        "Linux x86_64") versions="3.10 3.11 3.12 3.13" places="3.10 uv:3.10 3.13 3.12 3.11" ;;
        "Darwin arm64") versions="3.11 3.12 3.13" places="3.13 3.12 3.11 uv:3.13" ;;
        Linux*) fail "walker-rl needs Linux on x86-64 or a Mac with arm64: Bullet has no wheels for $(uname -sm)" ;;
        Darwin*) fail "walker-rl needs a Mac with arm64: TensorFlow has no wheels for $(uname -sm)" ;;
        *) fail "walker-rl needs Linux or macOS, not $(uname -sm); on Windows run this in WSL" ;;
    esac
    [ -n "$asked" ] || return 0
    case " $versions " in
        *" $asked "*) places="$asked uv:$asked" ;;
        *) fail "PYTHON = $asked: must be one of $versions on $(uname -sm)" ;;
    esac
}

# A pyenv shim or a Debian Python without its venv package is on the PATH and still of no use.
is_usable() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, int(sys.argv[-1][2:])))' "$2" \
        >/dev/null 2>&1
}

installed_python() {
    for candidate in "python$1" python3 python "${PYENV_ROOT:-${HOME:-}/.pyenv}/versions/$1".*/bin/"python$1"; do
        if is_usable "$candidate" "$1"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

python_from_uv() {
    [ -x "$uv" ] || return 1
    export UV_PYTHON_PREFERENCE=only-managed
    if ! candidate=$("$uv" python find --system "$1" 2>/dev/null); then
        say "downloading Python $1 with uv"
        "$uv" python install --quiet "$1" 2>/dev/null && candidate=$("$uv" python find --system "$1") || return 1
    fi
    is_usable "$candidate" "$1" && echo "$candidate"
}

# The Python of an activated environment is passed over: .venv would be of no use without that environment.
leave_active_environment() {
    [ -n "${VIRTUAL_ENV:-}" ] || return 0
    set -f
    IFS=: kept=
    for folder in $PATH; do
        [ "$folder" = "$VIRTUAL_ENV/bin" ] || kept=$kept:$folder
    done
    unset IFS
    set +f
    PATH=${kept#:}
}

find_python() {
    for place in $places; do
        case $place in
            uv:*) python_from_uv "${place#uv:}" ;;
            *) installed_python "$place" ;;
        esac && return
    done
    version=${places%% *}
    fail "no Python ${asked:-$versions} found; get one with 'pyenv install $version' or 'apt install python$version-venv'," \
        "or install uv, which downloads it, and run this again"
}

# The old one goes first: on the PATH, its Python could be the one found.
make_venv() {
    rm -rf "$venv"
    python=$(find_python)
    say "creating $venv with $python"
    mkdir "$venv"
    touch "$incomplete"
    "$python" -m venv "$venv"
    if [ "$venv" = .venv ] && [ -z "$asked" ] && [ "$(uname -sm)" = "Linux x86_64" ] && ! has_acme; then
        say "no Python 3.10 found, so there will be no launch, no cluster submit and no replay=reverb"
    fi
}

has_acme() { [ -e "$venv/bin/python3.10" ]; }

choose_lock() {
    has_acme && lock=$name || lock=${name%.lock}.portable.lock
    stamp=$venv/.installed-$lock
    wanted=$({ pwd && cat "$lock" pyproject.toml; } | cksum)
}

is_whole() {
    [ ! -e "$incomplete" ] || return 1
    for version in ${asked:-$versions}; do
        [ ! -x "$venv/bin/python$version" ] || return 0
    done
    return 1
}

# Some packages come as source only: they are built with the locked setuptools, not with today's newest.
install() {
    touch "$incomplete"
    rm -f "$stamp"
    awk '/^[^ ]/ { keep = /^(setuptools|wheel)==/ } keep' "$lock" >"$venv/build.lock"
    pip_install --require-hashes -r "$venv/build.lock"
    pip_install --require-hashes --no-build-isolation --use-pep517 -r "$lock"
    pip_install --no-build-isolation --editable .
    echo "$wanted" >"$stamp"
    rm "$incomplete"
}

pip_install() {
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-deps "$@" ||
        fail "set-up stopped at the above; run this again to start it over"
}

name=$1
asked=${2:-}
venv=${3:-.venv}
incomplete=$venv/.incomplete

uv=$(command -v uv || true) # It may be the active environment's.
leave_active_environment
places
if [ "$name" = --find-python ]; then
    find_python
    exit
fi

if command -v flock >/dev/null; then # A Mac has none.
    # One file for all locks, since two may be for one environment. NFS locks only what is open for writing.
    if [ -w pyproject.toml ]; then exec 9<>pyproject.toml; else exec 9<pyproject.toml; fi
    reason=$(flock 9 2>&1) || say "no lock on this disk ($reason), so run no other set-up until this one has ended"
fi
if is_whole; then
    choose_lock
    [ "$wanted" != "$(cat "$stamp" 2>/dev/null)" ] || exit 0
fi
if ! is_whole || ! "$venv/bin/python" -c 'import pip, venv' 2>/dev/null; then
    make_venv
fi
choose_lock
say "installing $lock, which may take minutes"
install
say "done"
