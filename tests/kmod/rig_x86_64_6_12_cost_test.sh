#!/bin/bash
# SPDX-License-Identifier: MIT
# vmbench's kernel rows where a tick is a counted instruction; time limit: 300 s

. "$(dirname "$0")/../e2e/e2e.sh"
. "$top/tests/kmod/rig.sh"

rig x86_64-6.12-cost
need_results x86_64-6.12-cost/results/store

run "$vmbench" report --results "$rig_results" --format json
is "the results open here, all ok" "0 ['ok']" \
	"$status $(json 'sorted({x["status"] for x in b.values()})' <<<"$out")"
is "the levels of a walk, without their stamps, add up to the whole within 10 %" True \
	"$(json '(lambda w, l: abs(sum(l) - w) <= 0.1 * w or (w, l))(
		b["tlb/host_walk/whole/cached"]["time_ns"]["median"],
		[m["value"] for n, m in b["tlb/host_walk/levels/cached"]["metrics"].items()])' <<<"$out")"
is "a flush costs something beside its refill" True \
	"$(json '(b["tlb/host_refill/page"]["time_ns"]["median"] >
		b["tlb/host_refill/none"]["time_ns"]["median"])' <<<"$out")"
is "and rounds agree" "[]" \
	"$(json '[i for i, x in b.items() if max(x["estimates_ns"]) > 1.001 * min(x["estimates_ns"])]' <<<"$out")"
finish
