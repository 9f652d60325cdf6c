#!/bin/bash
# SPDX-License-Identifier: MIT
# A benchmark that misbehaves costs itself and nothing else.
. "$(dirname "$0")/e2e.sh"

# A copy: its processes can be told from those of other tests.
cp "$vmbench" "$tmp/vmbench"
vmbench=$tmp/vmbench

# of ID: "status: reason" in the last stored run.
of()
{
	"$vmbench" report --results "$store" --format json 2>/dev/null |
		json "b['$1']['status'] + ': ' + b['$1'].get('reason', '')"
}

# bad NAME EXIT REGEX ID ARGUMENT...: a bad benchmark runs between good ones.
bad()
{
	local name=$1 code=$2 regex=$3 id=$4

	shift 4
	rm -rf "$store"
	faults "$@" "^$id\$" fault/good
	is "$name: exit code" "$code" "$status"
	like "$name: status and reason" "$regex" "$(of "$id")"
	like "$name: the next one is measured" '^(ok|unreliable): ' "$(of fault/good)"
}

bad "a segmentation fault" 1 '^failed: .*SEGV' fault/segv
bad "no end" 124 '^failed: .*(time|2 s)' fault/hang --timeout 2
bad "a wrong answer" 1 '^failed: (round 0: )?wrong answer: the answer is 41, not 42$' fault/wrong
bad "gone without a result" 1 '^failed: ' fault/gone
bad "a set-up that fails" 1 '^failed: (round 0: )?no room for the table$' fault/nosetup
bad "not supported" 0 '^skipped: this machine lacks a flux capacitor$' fault/skip

rm -rf "$store"
faults '^fault/(segv|hang)$' --timeout 2
is "a crash and a timeout: the crash decides" 1 "$status"

rm -rf "$store"
faults '^fault/skip$'
is "everything skipped: exit code" 77 "$status"
like "everything skipped: stored with its reason" '^skipped: this machine' "$(of fault/skip)"
is "what was skipped has no time" False \
	"$("$vmbench" report --results "$store" --format json | json '"time_ns" in b["fault/skip"]')"

rm -rf "$store"
faults '^fault/slow$'
is "20 ms per operation: exit code" 0 "$status"
is "20 ms per operation: not less than that" True \
	"$("$vmbench" report --results "$store" --format json |
		json 'b["fault/slow"].get("time_ns", {"median": 20e6})["median"] >= 20e6')"

run pgrep -f "$vmbench __round"
is "no process is left behind" "" "$out"
finish
