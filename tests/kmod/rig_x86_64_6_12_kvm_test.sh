#!/bin/bash
# SPDX-License-Identifier: MIT
# exit/kvm in an emulated machine that has SVM; time limit: 300 s

. "$(dirname "$0")/../e2e/e2e.sh"
. "$top/tests/kmod/rig.sh"

rig x86_64-6.12-kvm
need_results x86_64-6.12-kvm/results/store

run "$vmbench" report --results "$rig_results" --format json
is "hlt, io, mmio, cpuid, hypercall, in two modes each" 10 "$(json 'len(b)' <<<"$out")"
is "all measured" "[]" "$(json '[(i, x["status"], x.get("reason")) for i, x in b.items()
	if x["status"] not in ("ok", "unreliable")]' <<<"$out")"
finish
