#!/bin/bash
# SPDX-License-Identifier: MIT
# --perf-map and --jitdump: perf names the units that were compiled while it looked.
. "$(dirname "$0")/e2e.sh"

maps=()
# shellcheck disable=SC2016 # they are known at the end
at_exit 'rm -f "${maps[@]}"'

# map_of ERR: the path that was said, which is removed at the end.
map_of()
{
	map=$(sed -n 's|^\(/tmp/perf-[0-9]*\.map\): .*|\1|p' <<<"$1")
	maps+=("$map")
}

run "$vmbench" --profile-time 50ms --perf-map --jitdump=. --exact jit/ir_compile/100
if [ "$status" = 77 ]; then
	skip "names of compiled code" "no code generator for this machine"
	finish
fi
is "a benchmark that compiles: exit code" 0 "$status"
map_of "$err"
like "its map is said" 'perf-[0-9]+\.map: names of [1-9]' "$err"
is "its map has a line for each unit" 0 "$(grep -cvE '^[0-9a-f]+ [0-9a-f]+ tier1:unit_[0-9]+$' "$map")"
is "and not none" yes "$([ -s "$map" ] && echo yes)"
check "its dump is where it was asked for" test -s "jit-$(tr -dc 0-9 <<<"$map").dump"

run "$vmbench" --perf-map --exact jit/ir_compile/100
is "neither --profile-time nor exec: exit code" 2 "$status"
like "neither --profile-time nor exec: what to do" 'go with --profile-time SECONDS or with exec' "$err"
run "$vmbench" exec --interpret --jitdump guest
is "with --interpret: exit code" 2 "$status"
like "with --interpret: the reason" 'nothing is compiled' "$err"
run "$vmbench" --profile-time 50ms --jitdump=nowhere --exact jit/ir_compile/100
is "no such directory: exit code" 1 "$status"
like "no such directory: which" 'cannot create nowhere/jit-[0-9]+.dump: No such file' "$err"

cc=riscv64-linux-gnu-gcc
if ! command -v $cc >/dev/null; then
	skip "under perf" "$cc is not installed"
	finish
fi
$cc -O2 -D_GNU_SOURCE -I"$top" -static -o guest "$top/tests/guests/interpreter.c" -lm
run "$vmbench" exec guest 5
plain="$status $out"
run "$vmbench" exec --quiet --perf-map --jitdump guest 5
is "a guest does what it does without" "$plain" "$status $out"
is "--quiet" "" "$err"
for map in jit-*.dump; do
	maps+=("/tmp/perf-$(tr -dc 0-9 <<<"$map").map")
done
rm -f jit-*.dump

if ! perf record -q -k mono -e cpu-clock -o try.data true >/dev/null 2>&1; then
	skip "under perf" "no perf(1) here, or perf_event_paranoid forbids it"
	finish
fi

# named DATA: how many of the samples' symbols are units of the guest's.
named()
{
	perf report --stdio -i "$1" 2>/dev/null | grep -cE '\[\.\] tier1:0x[0-9a-f]+ *$'
}

run perf record -q -e cpu-clock -F 999 -o map.data "$vmbench" exec --perf-map guest 60
map_of "$err"
is "perf report names units" yes "$([ "$(named map.data)" -gt 0 ] && echo yes)"
rm -f "$map"
is "it does not know them without the map" 0 "$(named map.data)"

run perf record -q -k mono -e cpu-clock -F 999 -o dump.data "$vmbench" exec --jitdump guest 60
run perf inject --jit -i dump.data -o named.data
is "perf inject: exit code" 0 "$status"
is "perf report names units of the dump" yes "$([ "$(named named.data)" -gt 0 ] && echo yes)"
finish
