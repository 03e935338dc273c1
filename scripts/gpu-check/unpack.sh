#!/bin/sh
# Unpacks the pieces beside this script into a folder and runs the check there; arguments go to `gpu-check.mjs run`.
# Needs: tar, xz or Python 3, CMake, a C++20 compiler, for CUDA its toolkit; neither Node nor network.
# FORETOKEN_CHECK_FOLDER names the folder (default: tree, beside the pieces). What it holds is used again.
# FORETOKEN_CHECK_PIECES names another folder for pieces that come in several deliveries: each call leaves there what lies beside
# this script, and the call that brings the last piece runs the check.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
pieces=${FORETOKEN_CHECK_PIECES:-$here}
mkdir -p "$pieces"
pieces=$(cd "$pieces" && pwd)
tree=${FORETOKEN_CHECK_FOLDER:-$pieces/tree}
mkdir -p "$tree"
tree=$(cd "$tree" && pwd)

gather() {
    for file in "$here"/piece-*; do
        if [ -e "$file" ]; then cp "$file" "$pieces"; fi
    done
    missing=
    while read -r hash name; do
        if ! echo "$hash  $pieces/$name" | sha256sum --status -c 2>/dev/null; then missing="$missing $name"; fi
    done <"$here/SHA256SUMS"
    if [ -n "$missing" ]; then
        echo "still to come:$missing"
        exit 0
    fi
    cp "$here/SHA256SUMS" "$pieces"
}

decompress() {
    if command -v xz >/dev/null 2>&1; then
        xz -dc
    else
        python3 -c 'import lzma, shutil, sys
shutil.copyfileobj(lzma.open(sys.stdin.buffer), sys.stdout.buffer, 1 << 20)'
    fi
}

if ! cmp -s "$here/SHA256SUMS" "$tree/.unpacked"; then
    if [ "$pieces" != "$here" ]; then gather; fi
    (cd "$pieces" && sha256sum --quiet -c SHA256SUMS)
    while read -r _ name; do cat "$pieces/$name"; done <"$here/SHA256SUMS" | decompress | tar -x --no-same-owner -C "$tree"
    cp "$here/SHA256SUMS" "$tree/.unpacked"
fi
PATH="$tree/.node/bin:$PATH"
export PATH
cd "$tree"
exec node scripts/gpu-check.mjs run "$@"
