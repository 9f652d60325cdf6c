#!/bin/bash
# SPDX-License-Identifier: MIT
# Stopped in the middle: what is complete is stored, the run is marked as partial.
. "$(dirname "$0")/e2e.sh"

# A copy: its processes can be told from those of other tests.
cp "$vmbench" "$tmp/vmbench"
vmbench=$tmp/vmbench
set -m		# background jobs get their own process group, and SIGINT is not ignored in them

# start: a run whose second benchmark would take minutes; returns when that one is under way.
start()
{
	rm -rf "$store"
	VMBENCH_FAULTS=1 "$vmbench" --results "$store" --rounds 2 --sample-size 8 --verbose \
		--measurement-time 2ms --timeout 300 '^fault/(good|hang)$' >"$tmp/out" 2>"$tmp/err" </dev/null &
	job=$!
	for _ in $(seq 300); do
		pgrep -f "$vmbench __round .*fault/hang" >"$tmp/pids" && return 0
		kill -0 "$job" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

# stopped_by SIGNAL
stopped_by()
{
	if ! start; then
		fail "SIG$1: a run is under way" "$(cat "$tmp/err")"
		return
	fi
	kill "-$1" "$job"
	wait "$job"
	is "SIG$1: exit code" 1 "$?"
	like "SIG$1: said" "interrupted.*SIG$1|SIG$1.*partial" "$(cat "$tmp/err")"
	sleep 0.2
	run pgrep -f "$vmbench __round"
	is "SIG$1: no process is left behind" "" "$out"
	run "$vmbench" report --results "$store" --format json
	is "SIG$1: the run can be read" 0 "$status"
	is "SIG$1: it is marked as partial" False "$(json 'd["run"]["complete"]' <<<"$out")"
	is "SIG$1: what was complete is there" True \
		"$(json 'b["fault/good"]["status"] in ("ok", "unreliable")' <<<"$out")"
	is "SIG$1: what was not is not passed off as measured" False \
		"$(json 'b.get("fault/hang", {}).get("status") == "ok"' <<<"$out")"
	run "$vmbench" report --results "$store"
	like "SIG$1: the text says so" 'partial|interrupted|incomplete' "$out"
}

stopped_by INT
stopped_by TERM
stopped_by HUP

# Killed without a chance to tidy up: what is in the store is whole or absent.
if start; then
	kill -KILL "$job"
	wait "$job" 2>/dev/null
	is "SIGKILL: no run that looks whole" "" "$(files "$store" | grep '\.vmb$')"
	for _ in $(seq 50); do
		pgrep -f "$vmbench __round" >/dev/null || break
		sleep 0.1
	done
	run pgrep -f "$vmbench __round"
	is "SIGKILL: the round's process ends with its parent" "" "$out"
	# What this test itself left running, should that have failed.
	[ -z "$out" ] || xargs kill -KILL <<<"$out"
else
	fail "SIGKILL: a run is under way" "$(cat "$tmp/err")"
fi
finish
