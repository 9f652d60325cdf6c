#!/bin/bash
# SPDX-License-Identifier: MIT
# --counters on a PMU that counts exactly: libpfm4, perf_event, user-mode reads; time limit: 300 s

. "$(dirname "$0")/../e2e/e2e.sh"
. "$top/tests/kmod/rig.sh"

rig arm64-6.12-count
need_results arm64-6.12-count/results/read

# counts STORE: instructions of 1600 and of 1632 additions, and by what they were read.
counts()
{
	"$vmbench" report --results "$rig_out/arm64-6.12-count/results/$1" --format json |
		json '[f(b["self/work/" + n]["counters"]["instructions"]) for f in
			(lambda c: float(c["per_op"]), lambda c: c["source"]) for n in ("1600", "1632")]'
}

# A turn of sixteen additions is nineteen instructions, a chain nineteen more.
is "read(2) counts 100 and 102 turns exactly" "[1919.0, 1957.0, 'read', 'read']" "$(counts read)"
is "user-mode instructions count the same" "[1919.0, 1957.0, 'rdpmc', 'rdpmc']" "$(counts user)"

run "$vmbench" report --results "$rig_out/arm64-6.12-count/results/kmod" --format json
is "the module counts inside its windows" "{'kmod'}" \
	"$(json '{x["counters"]["instructions"]["source"] for x in b.values()}' <<<"$out")"
is "what is a whole number for each operation" "[]" \
	"$(json '[(i, x["counters"]["instructions"]["per_op"]) for i, x in b.items()
		if abs(x["counters"]["instructions"]["per_op"] % 1 - 0.5) < 0.49
		or x["counters"]["instructions"]["per_op"] < 1]' <<<"$out")"
is "sixteen pages take more instructions than one, and all three less than a thousand" True \
	"$(json '(lambda n: n("flush/page") < n("flush/range") < 1000 and n("walk/whole/cached") < 1000)(
		lambda i: b["tlb/host_" + i]["counters"]["instructions"]["per_op"])' <<<"$out")"
finish
