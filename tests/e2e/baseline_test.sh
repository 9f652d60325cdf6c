#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs that have a name: saved, listed, compared with, never lost.
. "$(dirname "$0")/e2e.sh"
need_forge

forge 20260101T000000Z-00000a c0ffee memory/x=100 exit/y=50
forge 20260102T000000Z-00000b c0ffee --seed 2 memory/x=130 exit/y=50

baseline()
{
	run "$vmbench" baseline --results "$store" "$@"
}

baseline list
is "none yet: exit code" 0 "$status"
like "none yet: said" 'no baseline' "$err"
baseline save main 20260101
is "save: exit code" 0 "$status"
is "save: one file" ./main.vmb "$(files "$store/baselines")"
baseline save main
is "save again: exit code" 1 "$status"
like "save again: what to do" '--force' "$err"
baseline list
like "list: the older one is still there" 'main +20260101T000000Z-00000a +2026-01-01T00:00:00Z +c0ffee +2' "$out"
baseline save main latest --force
baseline list
like "--force: it is replaced" 'main +20260102T000000Z-00000b' "$out"
baseline show main --format json
is "show: the run" 20260102T000000Z-00000b "$(json 'd["run"]["id"]' <<<"$out")"

for name in .hidden a/b ../x latest x.vmb 'a b' ''; do
	baseline save "$name" latest
	is "a name that is refused: '$name'" 2 "$status"
done
baseline show nosuch
is "a name that does not exist: exit code" 1 "$status"
like "a name that does not exist: what there is" 'there are: main' "$err"
for words in '' save 'show' 'rm' 'list x' 'frob'; do
	# shellcheck disable=SC2086 # words
	baseline $words
	is "usage: baseline $words" 2 "$status"
done

baseline export main -o "$tmp/main.vmb"
is "export: exit code" 0 "$status"
is "export: the same bytes" "" "$(cmp "$tmp/main.vmb" "$store/baselines/main.vmb" 2>&1)"
baseline save copy "$tmp/main.vmb"
is "what was exported can be saved" 0 "$status"
baseline export main --format csv
like "export in a format of others" '^20260102T000000Z-00000b,.*,memory/x,' "$out"
baseline rm copy
is "rm: exit code" 0 "$status"
is "rm: gone" ./main.vmb "$(files "$store/baselines")"
baseline rm copy
is "rm what is not there: exit code" 1 "$status"

echo garbage >"$store/baselines/bad.vmb"
baseline list
is "a damaged one: exit code" 1 "$status"
like "a damaged one: the others are listed" '^ *main' "$out"
like "a damaged one: said" 'bad\.vmb' "$err"
baseline rm bad
is "a damaged one can be removed" 0 "$status"

# With a run.
bench --save-baseline fresh exit/syscall/getppid exit/syscall/read
is "--save-baseline: exit code" 0 "$status"
like "--save-baseline: said" "baseline: $store/baselines/fresh.vmb" "$err"
bench --save-baseline fresh exit/syscall/getppid exit/syscall/read
is "--save-baseline replaces its own name" 0 "$status"
# More cannot be asserted of a busy machine than that it compares, and does not fail.
bench --baseline fresh --no-fail-on-regression exit/syscall/getppid
is "--baseline: exit code" 0 "$status"
like "--baseline: the comparison is there" 'old: baseline fresh: ' "$out"
like "--baseline: the report is there, too" '^machine' "$out"
unlike "--baseline: what was not selected is not missing" 'only old' "$out"
bench --baseline fresh --no-fail-on-regression --format json exit/syscall/getppid
is "--baseline: one JSON document" vmbench-comparison/1 "$(json 'd["schema"]' <<<"$out")"
bench --baseline fresh --no-fail-on-regression exit/syscall/getppid exit/syscall/futex
is "a benchmark that the baseline lacks: exit code" 1 "$status"
like "a benchmark that the baseline lacks: said" 'exit/syscall/futex.*--baseline-lenient' "$err"
bench --baseline fresh --baseline-lenient --no-fail-on-regression exit/syscall/getppid exit/syscall/futex
is "--baseline-lenient: exit code" 0 "$status"
bench --baseline-lenient=fresh --no-fail-on-regression exit/syscall/futex
is "--baseline-lenient=NAME: exit code" 0 "$status"

runs=$(files "$store/runs" | wc -l)
bench --baseline nosuch exit/syscall/getppid
is "--baseline that is not there: exit code" 2 "$status"
bench --save-baseline .x exit/syscall/getppid
is "--save-baseline with a bad name: exit code" 2 "$status"
bench --baseline-lenient exit/syscall/getppid
is "--baseline-lenient without a name: exit code" 2 "$status"
forge 20260103T000000Z-00000c c0ffee --fingerprint deadbeef exit/syscall/getppid=100
baseline save elsewhere 20260103
bench --baseline elsewhere exit/syscall/getppid
is "a baseline of another machine: exit code" 5 "$status"
like "a baseline of another machine: said" 'machines differ.*--force' "$err"
is "in all these cases nothing was measured" $((runs + 1)) "$(files "$store/runs" | wc -l)"
bench --baseline elsewhere --force --no-fail-on-regression exit/syscall/getppid
is "--force: exit code" 0 "$status"
like "--force: the report says it" 'DIFFERENT MACHINES' "$out"

# Killed at any moment, it is the old one or the new one.
baseline save main 20260101 --force
whole=0
for i in $(seq 40); do
	"$vmbench" baseline --results "$store" save main "2026010$((i % 2 + 1))" --force >/dev/null 2>&1 &
	job=$!
	sleep "0.00$((i % 10))"
	kill -KILL "$job" 2>/dev/null
	wait "$job" 2>/dev/null
	baseline show main --format json
	grep -Eq '"id": "2026010[12]T000000Z-00000[ab]"' <<<"$out" && whole=$((whole + 1))
done
is "whole after each of 40 kills" 40 "$whole"
finish
