#!/bin/bash
# SPDX-License-Identifier: MIT
# --profile-time: one benchmark's body, and nothing else, for as long as was asked; a profiler sees it.
. "$(dirname "$0")/e2e.sh"

start=$EPOCHREALTIME
run "$vmbench" --profile-time 0.3 --exact self/work/1600
is "exit code" 0 "$status"
is "it lasts at least as long as was asked" yes \
	"$(awk "BEGIN { if ($EPOCHREALTIME - $start >= 0.3) print \"yes\" }")"
is "no data: nothing was measured" "" "$out"
like "what is running is said" 'self/work/1600: running for 0.3 s' "$err"
check "nothing is stored" test ! -e "$tmp/results"
run "$vmbench" --profile-time 200ms --quiet --exact self/work/1600
is "--quiet, and milliseconds" "0:" "$status:$err"
VMBENCH_FAULTS=1 run "$vmbench" --profile-time 0.1 --exact fault/good
is "a short body" 0 "$status"

run "$vmbench" --profile-time 0.1 self/work
is "two benchmarks: exit code" 2 "$status"
like "two benchmarks: what to do" 'give a whole id with --exact' "$err"
run "$vmbench" --profile-time 0 --exact self/work/1600
is "no time: exit code" 2 "$status"
if [ ! -e /sys/devices/system/node/node1 ]; then
	run "$vmbench" --profile-time 0.1 --exact memory/numa/remote1
	is "what cannot run here: exit code" 77 "$status"
	like "what cannot run here: the reason" 'skipped: .*node' "$err"
fi

# A plugin, one that is skipped by its setup, and one that fails in it.
if command -v cc >/dev/null; then
	source=$top/tools/templates/basic/basic.c
	for code in ENOTSUP ENOMEM; do
		sed "s/^\tst->priv = &w;/&\n\tvmb_why_set(\&st->why, \"no %s here\", \"$code\");\n\treturn -$code;/" \
			"$source" >"$code.c"
		cc -std=gnu11 -O2 -shared -fPIC -I"$top" -o "$code.so" "$code.c" || fail "$code.so is built"
	done
	cc -std=gnu11 -O2 -g -shared -fPIC -I"$top" -o basic.so "$source" || fail "basic.so is built"
	run "$vmbench" --plugin basic.so --profile-time 0.1 my_basic
	is "a plugin: exit code" 0 "$status"
	run "$vmbench" --plugin ENOTSUP.so --profile-time 0.1 my_basic
	is "skipped by setup: exit code and reason" "77:vmbench: my_basic/hash: skipped: no ENOTSUP here" "$status:$err"
	run "$vmbench" --plugin ENOMEM.so --profile-time 0.1 my_basic
	is "failed in setup: exit code and reason" "1:vmbench: my_basic/hash: no ENOMEM here" "$status:$err"
else
	skip "plugins" "no C compiler here (package gcc)"
fi

# The profiler's view: the body is where the time goes.
if perf record -q -e cpu-clock -o "$tmp/try.data" true >/dev/null 2>&1; then
	run perf record -q -e cpu-clock -F 499 -o "$tmp/perf.data" \
		"$vmbench" --profile-time 1 --quiet --exact memory/access/random/L1
	is "under perf: exit code" 0 "$status"
	hottest=$(perf report --stdio -i "$tmp/perf.data" 2>/dev/null | grep -v '^#' | grep -m 1 %)
	like "under perf: the body is the hottest symbol" 'vmbench.* bench_chase_run' "$hottest"
else
	skip "under perf" "no perf(1) here, or perf_event_paranoid forbids it"
fi
finish
