#!/bin/bash
# SPDX-License-Identifier: MIT
# tools/detect_regression.sh: 0 nothing became slower, 3 something did, whichever way it is asked.
. "$(dirname "$0")/../e2e/e2e.sh"
need_forge

script=$top/tools/detect_regression.sh
export VMBENCH=$vmbench
unset VMBENCH_RESULTS

run "$script" --help
is "--help" 0 "$status"
like "--help: the exit codes" '3 something did' "$out"
run "$script" --nonsense
is "an unknown option" 2 "$status"
run "$script" --stored one
is "--stored with one run" 2 "$status"
run "$script" --new x
is "--new alone" 2 "$status"

# Stored runs of a made-up machine.
forge 20260101T000000Z-00000a c0ffee memory/x=100 exit/y=50
forge 20260102T000000Z-00000b c0ffee --seed 2 memory/x=130 exit/y=50
forge 20260103T000000Z-00000c c0ffee --seed 3 memory/x=100 exit/y=50
run "$script" --results "$store" --stored 20260101 20260102
is "stored, 30 % slower: 3" 3 "$status"
like "stored, 30 % slower: said" 'REGRESSION' "$out"
run "$script" --results "$store" --stored 20260101 20260103
is "stored, as fast: 0" 0 "$status"
like "stored, as fast: said" 'No regression' "$out"
run "$script" --results "$store" --stored 20260102 20260101
is "stored, faster: 0" 0 "$status"
run "$script" --results "$store" --stored 20260101 20991231
is "stored, a run that is not there: 1" 1 "$status"

# With a baseline, measured now.
run "$script" --results "$tmp/none" self
is "no baseline: exit code" 1 "$status"
like "no baseline: what to do" 'bench.sh --all --save-baseline main' "$err"
"$vmbench" run self/work "${short[@]}" --results "$tmp/own" --save-baseline main >"$tmp/log" 2>&1
run "$script" --results "$tmp/own" self/work -- "${short[@]}"
like "a baseline of this machine: compared" 'baseline main' "$out"
like "a baseline of this machine: exit code" '^(0|1|3)$' "$status"
forge 20260104T000000Z-00000d c0ffee --fingerprint elsewhere self/work/1600=400
"$vmbench" baseline save foreign 20260104 --results "$store" 2>"$tmp/log"
run "$script" --results "$store" --baseline foreign self/work -- "${short[@]}"
is "a baseline of another machine: 5" 5 "$status"

# Two builds, measured now: a plugin, and the same with the work done twice.
if command -v cc >/dev/null; then
	source=$top/tools/templates/basic/basic.c
	sed 's/^\t\tw->last = hash(w->text, w->len);/&\n\t\tvmb_keep(w->last);\n\t\tvmb_black_box(w);\n&/' \
		"$source" >"$tmp/twice.c"
	check "two plugins are built" sh -c "cc -O2 -shared -fPIC -I'$top' -o old.so '$source' &&
		cc -O2 -shared -fPIC -I'$top' -o twice.so twice.c"
	ab=(--rounds 10 --sample-size 8 --measurement-time 2ms --warm-up-time 1ms)
	for _ in 1 2 3; do	# a machine that discards its rounds has no verdict
		run "$script" --against old.so --new twice.so my_basic -- "${ab[@]}"
		[[ $out == *"not comparable:"* ]] || break
	done
	if [[ $out == *"not comparable:"* ]]; then
		skip "--against, twice the work: 3" "the machine discarded the rounds, three times"
	else
		is "--against, twice the work: 3" 3 "$status"
	fi
	run "$script" --against old.so --new old.so my_basic -- "${ab[@]}"
	is "--against itself: 0" 0 "$status"
else
	skip "--against" "no C compiler here (package gcc)"
fi
run "$script" --against "$tmp/none"
is "--against what is not there: 2" 2 "$status"
finish
