#!/bin/sh
# Puts Fennel into build/fennel: the script `fennel` and the library fennel.lua.
# An installed Fennel is taken if there is one. Debian 12 has none, so it comes
# from the next suite of the archive this machine already uses, through a
# private view: the system's own apt settings stay as they are.
set -eu
cd "$(dirname "$0")/.."

out=build/fennel
suite=trixie
[ -s $out/fennel ] && [ -s $out/fennel.lua ] && exit 0

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# keep SCRIPT LIBRARY: the library last, and each renamed into place.
keep() {
  mkdir -p $out
  cp "$1" "$out/fennel.$$" && mv -f "$out/fennel.$$" $out/fennel
  cp "$2" "$out/fennel.lua.$$" && mv -f "$out/fennel.lua.$$" $out/fennel.lua
}

installed() {
  script=$(command -v fennel) || return 1
  # A wrapper written by LuaRocks is a shell script; that one is of no use here.
  lua5.4 "$script" --version >/dev/null 2>&1 || return 1
  library=$(lua5.4 -e 'io.write(package.searchpath("fennel", package.path) or "")')
  [ -n "$library" ]
}

archive() {
  # shellcheck disable=SC1091
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck disable=SC2016 # apt fills these in
  apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
    awk -v name="$codename" '$2 == name { print $1; exit }'
}

fetch() {
  uri=$(archive)
  if [ -z "$uri" ]; then
    if [ "$(id -u)" -eq 0 ]; then apt-get update -q; else sudo apt-get update -q; fi
    uri=$(archive)
  fi
  [ -n "$uri" ] || { echo "fennel: no archive found in apt's settings" >&2; return 1; }
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main" >"$tmp/sources.list"
  mkdir -p "$tmp/lists/partial" "$tmp/cache/archives/partial"
  set -- -q -o Dir::Etc::SourceList="$tmp/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$tmp/lists" -o Dir::Cache="$tmp/cache" -o APT::Sandbox::User=root
  apt-get "$@" update
  (cd "$tmp" && apt-get "$@" download fennel && dpkg -x fennel_*.deb tree)
  script=$tmp/tree/usr/bin/fennel
  library=$(find "$tmp/tree" -name fennel.lua | head -n 1)
}

if ! installed; then fetch; fi
keep "$script" "$library"
lua5.4 $out/fennel --version
