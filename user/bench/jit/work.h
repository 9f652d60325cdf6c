/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_JIT_WORK_H
#define VMB_USER_BENCH_JIT_WORK_H
/*
 * What the benchmarks of the compiler share: units, a compiler, and the proof that what was compiled
 * does what the interpreter does.
 */

#include "user/bench.h"
#include "vmcore/jit/jit.h"

/* So many units take turns, since a branch predictor learns a single small one by heart. */
#define JIT_WORK_UNITS 16u

/* How units become code: O0 is tier 1, the others are tier 2 behind as many passes of the optimiser. */
enum jit_level { JIT_O0, JIT_O1, JIT_O2, JIT_O3 };

/** jit_work_make - makes a unit; workload.h. */
typedef int jit_work_make(struct ir_unit *unit, uint64_t seed, uint32_t size);

/**
 * struct jit_work - a round's own.
 * @unit: units of the same size
 * @level: of enum jit_level; 0 after jit_work_setup()
 * @copies, @passes: memory for a copy that is optimised, and for the optimiser
 * @code: what each was compiled to last
 * @at: whose turn it is
 * @done: units compiled
 * @status: of the last compilation that failed
 * @code_bytes, @nr_insns: of all units, by jit_work_verify()
 */
struct jit_work {
	struct jit jit;
	struct ir_arena arena;
	struct ir_arena copies, passes;
	unsigned int level;
	struct ir_unit unit[JIT_WORK_UNITS];
	struct jit_code code[JIT_WORK_UNITS];
	uint32_t at;
	uint64_t done;
	uint64_t nr_insns;
	int status;
};

/** jit_work_supported - for struct vmb_bench: can this machine's code be made and run? */
int jit_work_supported(const struct vmb_state *st, struct vmb_why *why);

/** jit_work_setup - make units of @size and a compiler; @st->priv becomes a struct jit_work. */
int jit_work_setup(struct vmb_state *st, jit_work_make *make, uint32_t size);

/**
 * jit_work_compile - compile unit @i at @level: O0 is tier 1, and the others are tier 2 over it.
 * Return: as jit_compile().
 */
int jit_work_compile(struct jit_work *work, uint32_t i, unsigned int level);

/** jit_work_execute - run what unit @i was compiled to. Return: as jit_run(). */
int jit_work_execute(struct jit_work *work, uint32_t i, struct jit_runner *runner);

/** jit_work_run - for struct vmb_bench: compile @iters units. */
void jit_work_run(void *priv, uint64_t iters);

/** jit_work_check - for struct vmb_bench: run what is compiled, and interpret the same. */
int jit_work_check(const void *priv, struct vmb_why *why);

/** jit_work_teardown - for struct vmb_bench: report code_bytes_per_insn, free. */
void jit_work_teardown(struct vmb_state *st);

#endif /* VMB_USER_BENCH_JIT_WORK_H */
