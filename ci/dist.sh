#!/bin/sh
# dist.sh INTERPRETER: a directory with all that a program has to bring along, at
# build/dist/<feature>: lua/ for package.path and package.cpath, library/ for editors.
# Its form is that of a Neovim plugin.
set -eu
cd "$(dirname "$0")/.."

out=build/dist/$(ci/feature.sh "$1")
rm -rf "$out"
ci/copy.sh "$1" "$out/lua" "$out/lua"
install -m 644 LICENSE README.md CONTRIBUTING.md CHANGELOG.md "$out"
cp -R docs library "$out"
echo "made $out"
