#!/usr/bin/env bash
# The scenarios of spec/oom in the host of tests/host, where every allocation
# fails once; the last line is the count.
set -euo pipefail
cd "$(dirname "$0")/.."

manifest=tests/host/Cargo.toml
"${CARGO:-cargo}" build --locked --manifest-path $manifest --target-dir target/host
# An alarm comes when the processor's time is over, and each run must be like the last.
export ASYNC_TRIGGER=count
exec timeout 400 target/host/debug/host "$@"
