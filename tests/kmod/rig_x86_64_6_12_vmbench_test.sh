#!/bin/bash
# SPDX-License-Identifier: MIT
# vmbench with its module in an emulated machine, and what its results say here; time limit: 300 s

. "$(dirname "$0")/../e2e/e2e.sh"
. "$top/tests/kmod/rig.sh"

rig x86_64-6.12-vmbench
need_results x86_64-6.12-vmbench/results/store

run "$vmbench" report --results "$rig_results" --format json
is "the results open here" "0 vmbench-result/1" "$status $(json 'd["schema"]' <<<"$out")"
is "every probe's row is there" 20 "$(json 'len(b)' <<<"$out")"
# Another thread of a busy host in the guest's way makes a row unreliable, not wrong.
is "and each is ok, or names the feature of the CPU that is missing" "[]" \
	"$(json '[(i, x["status"], x.get("reason")) for i, x in b.items()
		if x["status"] not in ("ok", "unreliable")
		and not (x["status"] == "skipped" and "CPU" in x["reason"])]' <<<"$out")"
# The emulator's own TLB makes this dear, whatever the host's clock does: by a factor of twenty.
is "everything flushed and refilled is dearer than a page" True \
	"$(json '(b["tlb/host_refill/global"]["time_ns"]["median"] >
		b["tlb/host_refill/page"]["time_ns"]["median"])' <<<"$out")"
is "the module's rows come with no count that was not made" "[]" \
	"$(json '[i for i, x in b.items() if x.get("counters")]' <<<"$out")"
finish
