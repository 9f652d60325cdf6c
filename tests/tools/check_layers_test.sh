#!/bin/bash
# SPDX-License-Identifier: MIT
# The checker finds each violation that is planted in a small tree, and nothing in a clean one.
. "$(dirname "$0")/../lib.sh"

tree=$tmp/tree

# put PATH LINE...: a file with those lines.
put()
{
	local path=$tree/$1

	shift
	mkdir -p "$(dirname "$path")"
	printf '%s\n' "$@" >"$path"
}

mit='// SPDX-License-Identifier: MIT'
dual='/* SPDX-License-Identifier: GPL-2.0-only OR MIT */'

clean_tree()
{
	rm -rf "$tree"
	put arch/base/attr.h "$dual" '#ifndef VMB_ARCH_BASE_ATTR_H' '#define VMB_ARCH_BASE_ATTR_H' '#endif'
	put arch/cpu.h "$dual" '#ifndef VMB_ARCH_CPU_H' '#define VMB_ARCH_CPU_H' \
		'#if defined(__x86_64__)' '#include "arch/x86_64/cpu.h"' '#endif' '#endif'
	put arch/x86_64/cpu.h "$dual" '#ifndef VMB_ARCH_X86_64_CPU_H' '#include "arch/base/attr.h"' '#endif'
	put results/codec.h "$mit" '#ifndef VMB_RESULTS_CODEC_H' '#endif'
	put results/codec.c "$mit" '#include "results/codec.h"' '#include <msgpack.h>'
	put user/bench.h "$mit" '#ifndef VMB_USER_BENCH_H' '#include "arch/base/attr.h"' '#endif'
	put user/run.c "$mit" '#include "results/codec.h"' '#include "user/bench.h"'
	put user/bench/memory/copy.c "$mit" '#include "user/bench.h"' '#include "vmcore/mmu/tlb.h"'
	put user/counter/perf.c "$mit" '#include <perfmon/pfmlib.h>'
	put user/counter/names.c "$mit" '#include <perfmon/pfmlib_perf_event.h>'
	put vmcore/mmu/tlb.c "$mit" '#include "arch/cpu.h"'
	put kmod/main.c "$dual" '#include "kmod/uapi/vmbench.h"' '#include "arch/x86_64/cpu.h"'
	put tests/results/codec_test.c "$mit" '#include "results/codec.h"' '#include <msgpack.h>'
	put Makefile '# SPDX-License-Identifier: MIT'
}

# finds NAME REGEX: what was planted since clean_tree is found, and nothing besides.
finds()
{
	run "$top/tools/check_layers.sh" "$tree"
	like "$1" "^exit 1, found 1: $2" "exit $status, found $(($(wc -l <"$tmp/out") - 1)): $out"
	clean_tree
}

clean_tree
run "$top/tools/check_layers.sh" "$tree"
is "a clean tree passes" "0:" "$status:$out"

put results/store.c "$mit" '#include "user/run.h"'
finds "results may not see the harness" 'results/store.c:2: may not include "user/run.h"'

put user/plan.c "$mit" '' '  #  include  "vmcore/ir/ir.h"'
finds "the harness may not see vmcore" 'user/plan.c:3: may not include "vmcore/ir/ir.h"'

put user/bench/memory/access.c "$mit" '#include "results/sample.h"'
finds "a benchmark may not see results" 'user/bench/memory/access.c:2: may not'

put user/bench/memory/access.c "$mit" '#include "user/options.h"'
finds "a benchmark may not see the harness" '.*may not include "user/options.h"'

put vmcore/mmu/walk.c "$mit" '#include "arch/x86_64/facts.h"'
finds "vmcore names no architecture" '.*may not include "arch/x86_64/facts.h"'

put arch/arm64/cpu.h "$dual" '#ifndef VMB_ARCH_ARM64_CPU_H' '#include "arch/x86_64/facts.h"' '#endif'
finds "an architecture sees only itself" 'arch/arm64/cpu.h:3: may not include "arch/x86_64/facts.h"'

put arch/base/bits.h "$dual" '#ifndef VMB_ARCH_BASE_BITS_H' '#include "arch/cpu.h"' '#endif'
finds "arch/base stands alone" '.*may not include "arch/cpu.h"'

put kmod/pmu.c "$dual" '#include "results/sample.h"'
finds "the kernel module sees no user space" 'kmod/pmu.c:2: may not'

put user/plan.c "$mit" '#include "run.h"'
finds "an include names its room" '.*may not include "run.h"'

put user/plan.c "$mit" '#include "../results/codec.h"'
finds "no way around through .." '.*may not include "../results/codec.h"'

put extra/thing.c "$mit" '#include "user/bench.h"'
finds "a new folder wants a rule" 'extra/thing.c:2: .*no rule for this folder'

put vmcore/mmu/walk.c "$mit" '#if defined(__aarch64__) && FOO'
finds "no architecture by #if" 'vmcore/mmu/walk.c:2: selects an architecture'

put user/plan.c "$mit" '#ifdef __riscv'
finds "no architecture by #ifdef" 'user/plan.c:2: selects an architecture'

put user/plan.c '/* nothing */' '' "$mit"
finds "a licence in the first two lines" 'user/plan.c:1: no SPDX'

put tools/new.sh '#!/bin/sh' 'true'
finds "scripts too" 'tools/new.sh:1: no SPDX'

put arch/x86_64/facts.h '/* SPDX-License-Identifier: MIT */' '#ifndef VMB_ARCH_X86_64_FACTS_H' '#endif'
finds "what the kernel includes is dual" '.*facts.h:1: licence is "MIT"'

put user/plan.h "$mit" '#ifndef PLAN_H' '#endif'
finds "the guard follows the path" 'user/plan.h:2: guard is PLAN_H, not VMB_USER_PLAN_H'

put results/codec.c "$mit" '#include <msgpack.h>' '#include "results/codec.h"'
finds "own header first" 'results/codec.c:3: its own header'

put results/store.c "$mit" '#include <msgpack/unpack.h>'
finds "one file per library" 'results/store.c:2: <msgpack/unpack.h> is already used by results/codec.c'

put user/env/events.c "$mit" '#include <perfmon/pfmlib.h>'
finds "one folder per library" '.*<perfmon/pfmlib.h> is already used by user/counter/'

check "vmbench itself passes" "$top/tools/check_layers.sh"
finish
