#!/bin/bash
# SPDX-License-Identifier: MIT
# vmbench ab: two builds, or two commands, in interleaved pairs. What verdict a busy machine allows
# is not tested here (vmbench selftest measures that), but that every verdict has its exit code.
. "$(dirname "$0")/e2e.sh"

short=(--rounds 12 --sample-size 8 --measurement-time 3ms --warm-up-time 1ms --pin "$(taskset -cp $$ | sed 's/.*[:,-] *//')")
ab() { run "$vmbench" ab "${short[@]}" --results "$store" "$@"; }

# verdict JSON-TEXT: of the first benchmark
verdict() { json 'd["benchmarks"][0].get("verdict") or d["benchmarks"][0]["state"]' <<<"$out"; }

ab --format json "$vmbench" "$vmbench" self/work/1600
case $status in 0) pass "a build against itself ends with 0" ;; *) fail "a build against itself ends with 0" "$status $err" ;; esac
is "the schema is named" vmbench-comparison/1 "$(json 'd["schema"]' <<<"$out")"
is "the comparison is paired" True "$(json 'd["paired"]' <<<"$out")"
is "one benchmark was compared" self/work/1600 "$(json 'd["benchmarks"][0]["id"]' <<<"$out")"

# Twenty times apart: nothing short of a machine that disturbs every pair can hide that.
cat >"$tmp/fast" <<'EOF'
i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); done
EOF
sed 's/3000/60000/' "$tmp/fast" >"$tmp/slow"
ab --format json --command "sh $tmp/fast" "sh $tmp/slow"
case $(verdict) in
REGRESSED)
	is "a slower command: exit code 3" 3 "$status"
	ab --format json --no-fail-on-regression --command "sh $tmp/fast" "sh $tmp/slow"
	is "--no-fail-on-regression: exit code 0" 0 "$status" ;;
INCONCLUSIVE | not_comparable)
	skip "a slower command: exit code 3" "the machine disturbs too much: $(verdict)" ;;
*)
	fail "a command twenty times slower is not found" "$out" ;;
esac
ab --format json --command "sh $tmp/slow" "sh $tmp/fast"
case $(verdict) in
IMPROVED | INCONCLUSIVE | not_comparable) is "a faster command: exit code 0" 0 "$status" ;;
*) fail "a faster command is not called faster" "$out" ;;
esac

ab --command true 'exit 3'
is "a command that fails: exit code 1" 1 "$status"
like "a command that fails: the reason" 'new side crashed.*status 3' "$out"
ab --strict --command true 'exit 3'
is "a failure outranks --strict" 1 "$status"

ab "$vmbench" /nonexistent self
is "a side that does not exist: exit code 2" 2 "$status"
like "a side that does not exist: message" '^vmbench: /nonexistent: ' "$err"
ab "$vmbench" /bin/true self
is "a program that is no vmbench: exit code 2" 2 "$status"
like "a program that is no vmbench: message" 'cannot list its benchmarks|matches' "$err"
ab "$vmbench" "$vmbench" nosuch_bench
is "a filter that matches nothing: exit code 2" 2 "$status"
ab "$vmbench"
is "one side: exit code 2" 2 "$status"
like "one side: usage" 'usage: vmbench ab OLD NEW' "$err"
ab --format xml "$vmbench" "$vmbench" self
is "an unknown format: exit code 2" 2 "$status"

ab "$vmbench" "$vmbench" exit/syscall/getppid
like "text: the table has a head" 'benchmark +old +new +effect' "$out"
ab --format md "$vmbench" "$vmbench" exit/syscall/getppid
like "markdown: a heading with the counts" '^### vmbench: ' "$out"
ab --format md -o "$tmp/out.md" "$vmbench" "$vmbench" exit/syscall/getppid
like "--output: the file has it" '^### vmbench: ' "$(cat "$tmp/out.md")"
is "--output: nothing on standard output" "" "$out"

finish
