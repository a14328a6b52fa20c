#!/bin/sh
# types.sh: checks the types in library/: by themselves, in the examples, and in
# spec/types/uses.lua, where the lines with `--> NAME` are wrong uses that must be
# reported, and nothing else.
#
# What .emmyrc.json disables follows a local only from top to bottom, and does not see
# that a callback or go block changes it in between; or wants a test for nil after each
# take, which a program that knows when its channels close does not need.
set -eu
cd "$(dirname "$0")/.."

version=0.25.1
root=target/tools
tool=$root/bin/emmylua_check

# Built as fast as can be; it has little to do.
if [ "$($tool --version 2>/dev/null)" != "emmylua_check $version" ]; then
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    "${CARGO:-cargo}" install emmylua_check --quiet --version "$version" --locked --root "$root" --target-dir "$root/build"
  rm -r "$root/build"
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# check DIRECTORY CONFIG
check() {
  $tool "$1" -c "$2" --severity warn --warnings-as-errors
}

# The checker passes over files that say they are definitions. Their functions are empty.
cp -R library "$tmp/library"
find "$tmp/library" -name '*.lua' -exec sed -i.meta '/^---@meta/d' {} +
echo '{ "diagnostics": { "disable": ["missing-return", "missing-fields"] } }' >"$tmp/config.json"
check "$tmp/library" "$tmp/config.json"

check examples .emmyrc.json

# Both print "LINE NAME" for each report: one that came, one that is to come.
reported() {
  { check spec/types .emmyrc.json 2>&1 || true; } | awk '
    /^(error|warning): / { name = $0; sub(/.*\[/, "", name); sub(/\].*/, "", name) }
    / --> uses\.lua:/ { split($2, at, ":"); print at[2], name }'
}
wanted() {
  awk '/ --> [a-z-]+$/ { print NR, $NF }' spec/types/uses.lua
}

reported | sort -u >"$tmp/reported"
wanted | sort -u >"$tmp/wanted"
if [ ! -s "$tmp/wanted" ] || ! diff "$tmp/wanted" "$tmp/reported"; then
  echo "types: in spec/types/uses.lua, < should have been reported, > should not" >&2
  exit 1
fi
echo "types: library, examples, and $(wc -l <"$tmp/wanted") wrong uses found"
