/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_JIT_DUMP_H
#define VMB_USER_JIT_DUMP_H
/*
 * Code that was made at run time, for perf. Two forms:
 *
 * - the map: a line of text for each unit, which perf reads at /tmp/perf-PID.map when it reports
 * - the jitdump: also the code's bytes, and when it was made, so that an address that held several
 *   units is told apart; `perf inject --jit` makes ELF files of it
 *
 * Source: Linux, tools/perf/Documentation/jit-interface.txt and jitdump-specification.txt, version 2.
 */

#include "user/jit_file.h"

/** struct vmb_jit_symbol - a name of code. */
struct vmb_jit_symbol {
	const char *name;
	const void *code;
	size_t bytes;
};

/** vmb_perf_map_create - as vmb_jit_file_create(), at the one path that perf knows. */
VMB_MUST_CHECK int vmb_perf_map_create(struct vmb_jit_file *file, struct vmb_why *why);

/** vmb_perf_map_add - append a symbol. */
void vmb_perf_map_add(struct vmb_jit_file *file, const struct vmb_jit_symbol *symbol);

/**
 * struct vmb_jit_dump
 * @mark, @mark_bytes: a mapping of the file, by which perf learns of it while it records
 * @index: of the next unit
 */
struct vmb_jit_dump {
	struct vmb_jit_file file;
	void *mark;
	size_t mark_bytes;
	uint64_t index;
};

/**
 * vmb_jit_dump_create - make jit-PID.dump.
 * @dir: where
 * @elf_machine: whose code it is
 * Return: as vmb_jit_file_create(); -EPERM if the file system allows no executable mapping.
 */
VMB_MUST_CHECK int vmb_jit_dump_create(struct vmb_jit_dump *dump, const char *dir,
				       uint32_t elf_machine, struct vmb_why *why);

/** vmb_jit_dump_add - append a symbol and its code. */
void vmb_jit_dump_add(struct vmb_jit_dump *dump, const struct vmb_jit_symbol *symbol);

/** vmb_jit_dump_close - write that this is the end; the file stays. */
void vmb_jit_dump_close(struct vmb_jit_dump *dump);

#endif /* VMB_USER_JIT_DUMP_H */
