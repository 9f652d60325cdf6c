#!/bin/bash
# SPDX-License-Identifier: MIT
# --counters=sim: instructions counted exactly by valgrind, on any machine.
. "$(dirname "$0")/e2e.sh"

if ! command -v valgrind >/dev/null; then
	skip "simulated counters" "valgrind is not installed (package valgrind)"
	run "$vmbench" --results "$store" --counters=sim exit/syscall/getppid
	like "without valgrind: the package is named" valgrind "$err"
	finish
fi

bench --counters=sim --format json '^memory/copy/libc/(64|4K)$'
is "exit code" 0 "$status"
is "instructions are counted, and marked as simulated" True \
	"$(json 'all(x["counters"]["instructions"]["source"] == "sim:callgrind" for x in b.values())' <<<"$out")"
is "a larger copy takes more instructions" True \
	"$(json 'b["memory/copy/libc/4K"]["counters"]["instructions"]["per_op"] > b["memory/copy/libc/64"]["counters"]["instructions"]["per_op"] > 0' <<<"$out")"
first=$(json '{k: round(v["counters"]["instructions"]["per_op"], 2) for k, v in b.items()}' <<<"$out")
bench --counters=sim --format json '^memory/copy/libc/(64|4K)$'
is "the same again is the same count" "$first" \
	"$(json '{k: round(v["counters"]["instructions"]["per_op"], 2) for k, v in b.items()}' <<<"$out")"
is "time is still that of the machine" True \
	"$(json 'all(x["time_ns"]["median"] > 0 for x in b.values() if x["status"] == "ok")' <<<"$out")"
finish
