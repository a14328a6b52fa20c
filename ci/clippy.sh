#!/bin/sh
# clippy.sh FEATURE: the compiler's lints for one Lua; a warning fails.
set -eu
cd "$(dirname "$0")/.."
exec "${CARGO:-cargo}" clippy --release --locked --all-targets --features "$1" -- -D warnings
