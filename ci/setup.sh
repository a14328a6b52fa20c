#!/bin/sh
# Installs from the distribution what the tests need and the machine lacks.
set -eu

missing() {
  for package in lua5.1 liblua5.1-0-dev lua5.2 liblua5.2-dev lua5.3 liblua5.3-dev \
    lua5.4 liblua5.4-dev luajit libluajit-5.1-dev luarocks lua-busted lua-check lua-ldoc valgrind neovim gcc make; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) in
      installed) ;;
      *) echo "$package" ;;
    esac
  done
}

root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

if ! command -v apt-get >/dev/null; then
  echo "setup: no apt-get here; the tests need Lua 5.1 to 5.4, LuaJIT, LuaRocks, busted, luacheck" >&2
  exit 0
fi
want=$(missing | tr "\n" " ")
[ -n "$want" ] || exit 0
echo "setup: installing $want"
root apt-get update -q
# shellcheck disable=SC2086 # one word for each package
root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $want
