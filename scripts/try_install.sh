#!/bin/sh
# Installs this project with `pip install .` into a fresh environment of each Python, and plays, films and trains there.
# Usage: scripts/try_install.sh VERSION..., as in: scripts/try_install.sh 3.10 3.12. The environments go away again.
# It ends with the returns of all pretrained policies, which are the same on every Python of one machine.
set -eu
CDPATH= cd "$(dirname "$0")/.."
root=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

timed() {
    start=$(date +%s)
    "$@" >"$folder/said" 2>&1 || { cat "$folder/said"; exit 1; }
    echo "$version: $(($(date +%s) - start)) s: $*" | sed "s#$folder/##g"
}

# A copy: what is built beside the sources of one Python would be found by the next.
git ls-files -z --cached --others --exclude-standard -- walker_rl pyproject.toml README.md LICENSE |
    xargs -0 tar -cf - | (mkdir "$folder/source" && tar -xf - -C "$folder/source")

for version in "$@"; do
    python=$(scripts/bootstrap.sh --find-python "$version")
    venv=$folder/$version
    "$python" -m venv "$venv"
    timed "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$folder/source"
    echo "$version: $(du -sm "$venv" | cut -f 1) MB, $("$venv/bin/python" -m pip list 2>/dev/null | tail -n +3 | wc -l) packages"
    cd "$folder"
    timed "$venv/bin/walker-rl" doctor
    timed "$venv/bin/walker-rl" render --pretrained d4pg --output "$version.gif"
    timed "$venv/bin/walker-rl" train d4pg --steps 6000 --run-dir "run-$version"
    for policy in "$root"/walker_rl/pretrained/*.npz; do
        policy=$(basename "$policy" .npz)
        played=$("$venv/bin/walker-rl" evaluate --pretrained "$policy" --episodes 1 --json)
        echo "$played" | sed "s/.*\"episode_returns\": \[\([^]]*\)\].*/$version: $policy returns \1/"
    done
    cd "$root"
    rm -rf "$venv"
done
