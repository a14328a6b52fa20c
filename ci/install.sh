#!/bin/sh
# install.sh INTERPRETER PREFIX           what `make install` does
# install.sh --remove INTERPRETER PREFIX  what `make uninstall` does
set -eu
cd "$(dirname "$0")/.."

remove=
if [ "$1" = --remove ]; then
  remove=yes
  shift
fi
version=$(ci/version.sh "$1")
share=$2/share/lua/$version
lib=$2/lib/lua/$version
library=$2/share/async-channels/library # types, for editors

if [ -z "$remove" ]; then
  ci/copy.sh "$1" "$share" "$lib"
  (cd library && find . -name '*.lua') | while read -r file; do
    install -d "$(dirname "$library/$file")"
    install -m 644 "library/$file" "$library/$file"
  done
  echo "installed for $1: $share/async.lua and $lib/async/core.so"
  exit 0
fi

(cd lua && find . -name '*.lua') | while read -r file; do rm -f "$share/$file"; done
rm -f "$lib/async/core.so"
(cd library && find . -name '*.lua') | while read -r file; do rm -f "$library/$file"; done
# Directories that others have files in stay.
{
  (cd lua && find . -depth -mindepth 1 -type d) | while read -r directory; do echo "$share/$directory"; done
  echo "$lib/async"
  (cd library && find . -depth -mindepth 1 -type d) | while read -r directory; do echo "$library/$directory"; done
  echo "$library"
  dirname "$library"
} | while read -r directory; do rmdir "$directory" 2>/dev/null || true; done
echo "removed for $1 from $2"
