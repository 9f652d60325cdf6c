#!/bin/bash
# SPDX-License-Identifier: MIT
# A run from end to end: what it writes, where, and how much.
. "$(dirname "$0")/e2e.sh"

cpu=$(sed 's/[-,].*//' /sys/devices/system/cpu/online)
bench --pin "$cpu" --counters --format json memory/copy/libc exit/syscall
is "a run: exit code" 0 "$status"
is "at least ten benchmarks" True "$(json 'len(b) >= 10' <<<"$out")"
is "every one measured or skipped with a reason" True \
	"$(json 'all(x["status"] in ("ok", "unreliable") or x["reason"] for x in b.values())' <<<"$out")"
is "at least one measured" True "$(json 'any("time_ns" in x for x in b.values())' <<<"$out")"
is "no count is a zero that nobody counted" True \
	"$(json 'all(c["source"] for x in b.values() for c in x.get("counters", {}).values())' <<<"$out")"
like "where it is pinned is stored" "$cpu" "$(json '[v for k, v in d["environment"].items() if "pin" in k]' <<<"$out")"

rm -rf "$store"
run "$vmbench" --results "$store" --measurement-time 5ms --warm-up-time 1ms --counters --format json \
	'^memory/copy/libc/|^exit/syscall/'
is "twelve rounds: exit code" 0 "$status"
is "twelve rounds are the default" True \
	"$(json 'all(x["rounds"]["kept"] in (10, 11, 12) for x in b.values() if x["status"] == "ok")' <<<"$out")"
is "ten benchmarks take less than a megabyte" True \
	"$(json "$(stat -c %s "$store"/runs/*.vmb) < 1e5 * len(b) and len(b) >= 10" <<<"$out")"

cd "$tmp" || exit 1
rm -rf results
VMBENCH_FAULTS=1 run "$vmbench" "${short[@]}" fault/good
is "the default store is results/" 1 "$(files results/runs | wc -l)"
VMBENCH_FAULTS=1 run "$vmbench" "${short[@]}" --quiet fault/good
is "--quiet: nothing on standard error" "" "$err"
VMBENCH_FAULTS=1 run "$vmbench" "${short[@]}" --label "before the change" --format json fault/good
like "--label is stored" 'before the change' "$out"
VMBENCH_FAULTS=1 run "$vmbench" "${short[@]}" --benchmark_filter=fault/good --benchmark_repetitions=3 --format json
is "the names that google/benchmark uses" 3 "$(json 'b["fault/good"]["rounds"]["kept"] + b["fault/good"]["rounds"]["discarded"]' <<<"$out")"

# As somebody else, without privilege.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	mkdir "$tmp/theirs"
	chown 65534 "$tmp/theirs"
	chmod 755 "$tmp"
	run env VMBENCH_FAULTS=1 setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$vmbench" "${short[@]}" --results "$tmp/theirs" --counters --format json fault/good
	is "without privilege: exit code" 0 "$status"
	like "without privilege: measured" 'ok|unreliable' "$(json 'b["fault/good"]["status"]' <<<"$out")"
else
	skip "without privilege" "needs root and setpriv to become somebody else"
fi
finish
