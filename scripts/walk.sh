#!/bin/sh
# Films the pretrained D4PG policy to walk.gif, and opens the film on a desktop. Usage: scripts/walk.sh [VERSION]
# Takes .venv if it is set up, else sets up .venv-walk, with the few packages that play.
set -eu
CDPATH= cd "$(dirname "$0")/.."

venv=.venv
if [ -e .venv/.incomplete ] || ! .venv/bin/walker-rl --version >/dev/null 2>&1; then # It names a moved tree's old place.
    venv=.venv-walk
    scripts/bootstrap.sh requirements-walk.lock "${1:-}" "$venv"
fi
"$venv/bin/walker-rl" render --pretrained d4pg --output walk.gif
if [ "$(uname)" = Darwin ]; then
    open walk.gif || true
elif [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && command -v xdg-open >/dev/null; then
    xdg-open walk.gif || true # There may be no viewer.
fi
