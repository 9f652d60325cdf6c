#!/bin/bash
# SPDX-License-Identifier: MIT
# vmbench selftest: the parts that need no calm machine. Power and false alarms take minutes and are
# measured by people: docs/SELFTEST.md.
. "$(dirname "$0")/e2e.sh"

run "$vmbench" selftest nosuch
is "an unknown part: exit code" 2 "$status"
like "an unknown part: message" 'there are: cost flatness coverage power alarms' "$err"

run "$vmbench" selftest --quick --seed 1 --json cost coverage
case $status in 0 | 1) pass "it ends with 0, or 1 when a figure is bad" ;; *) fail "exit code $status" "$err" ;; esac
is "the schema is named" vmbench-selftest/1 "$(json 'd["schema"]' <<<"$out")"
is "three intervals on three traces, and the cost" 10 "$(json 'len(d["figures"])' <<<"$out")"
is "every state is a word" True \
	"$(json 'all(f["state"] in ("good", "BAD", "unknown") for f in d["figures"])' <<<"$out")"
# A wide interval is a pity, a narrow one is a lie: none may cover less than 93 % of 1000 (by a fixed
# seed, so that the test says the same every time).
is "no interval is too narrow" True "$(json 'all(float(f["value"].split()[0]) >= 93
	for f in d["figures"] if f["name"].startswith("coverage"))' <<<"$out")"

run "$vmbench" selftest --quick flatness
like "flatness: the empty body" 'empty body +-?[0-9.]+ ns|every round was disturbed' "$out"
if command -v valgrind >/dev/null; then
	like "instructions are counted exactly" 'good +instruction counts' "$out"
else
	skip "instructions are counted exactly" "valgrind is not installed"
fi

finish
