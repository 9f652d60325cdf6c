/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_VMCORE_CASE_H
#define VMB_TESTS_VMCORE_CASE_H
/*
 * Units as text with what they must do, in the same file: tests/vmcore/ir/README.md. Every tier runs
 * the same files; an engine is how it does so.
 */

#include <stdio.h>

#include "vmcore/interp/interp.h"

#define CASE_STATE_BYTES 1024u
#define CASE_MEM_FIRST	 0x10000u
#define CASE_MEM_BYTES	 4096u
#define CASE_FUEL	 1000000u

/**
 * struct case_engine - something that executes units.
 * @begin: a unit that the next runs are of; may change it (optimise) but not what it does
 * @run: as ir_interpret()
 * @other_fuel: counts fuel in another way than by the instructions of the text: cases that limit it
 *	are left out
 */
struct case_engine {
	const char *name;
	void *priv;
	int (*begin)(void *priv, struct ir_unit *unit);
	int (*run)(void *priv, const struct ir_unit *unit, struct ir_context *context,
		   struct ir_leave *leave);
	bool other_fuel;
};

/** struct case_count - what was run and what differed. */
struct case_count {
	uint32_t units;
	uint32_t cases;
	uint32_t failed;
	uint32_t op[IR_NR_OPS];
};

/**
 * case_run_file - run every case of a file.
 * @count: added to; .op counts the units that an instruction occurs in
 * @out: gets a line for every difference
 */
void case_run_file(const char *path, const struct case_engine *engine, struct case_count *count,
		   FILE *out);

/** case_run_dir - run every *.ir of a directory, in the order of their names. */
void case_run_dir(const char *path, const struct case_engine *engine, struct case_count *count,
		  FILE *out);

/** case_interpreter - the engine that is the interpreter; @frame is borrowed. */
struct case_engine case_interpreter(struct ir_frame *frame);

/** case_call - the helpers that units of tests may declare: tests/vmcore/ir/README.md. */
bool case_call(void *context, const struct ir_helper *helper, const union ir_val *arg,
	       union ir_val *result);

#endif /* VMB_TESTS_VMCORE_CASE_H */
