/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_INSIDE_H
#define VMB_VMCORE_XLAT_INSIDE_H
/*
 * A guest's thread with its translator, for the files of the translator.
 */

#include "vmcore/xlat/engine.h"
#include "vmcore/xlat/xlat.h"

/* Room for the translations of a process's first thread, and of another one. */
#define XLAT_CACHE_BYTES	(UINT64_C(16) << 20)
#define XLAT_THREAD_CACHE_BYTES (UINT64_C(2) << 20)

/**
 * struct xlat - a thread of the guest with its translator. Nothing here is another thread's, so that
 * nothing needs a lock.
 * @owned: the first thread's: what all share
 * @steps: the next instruction stores to code: it is done alone
 * @traps: operations of floating point that have trapped; @traps_since: when that was looked at last
 * @traps_often: they cost more than it would to look at results; code shall do that
 * @room: [JIT_TABLE_BYTES before @frame] memory of @frame
 */
struct xlat {
	struct xlat_program program;
	struct xlat_process *owned;
	struct xlat_engine engine;
	struct jit_frame *frame;
	uint8_t *room;
	uint32_t nr_slots;
	struct jit_code entered;
	struct ir_context context;
	struct ir_frame values;
	bool steps;
	uint32_t traps;
	bool traps_often;
	uint64_t traps_since;
	uint64_t seen_changes, seen_flushes;
};

/**
 * xlat_prepare - make everything but the registers of a thread. The index of its word is known.
 * Return: 0, -ENOMEM, as xlat_engine_init(); what is there goes by xlat_free() either way.
 */
int xlat_prepare(struct xlat *x, struct xlat_process *process, const struct host_ops *host,
		 const struct host_native *native, uint64_t cache_bytes);

/** xlat_renew_engine - give it a translator that knows nothing. Return: as xlat_engine_init(). */
int xlat_renew_engine(struct xlat *x, const struct host_ops *host, const struct host_native *native,
		      uint64_t cache_bytes);

/** xlat_take_fp, xlat_give_fp - let program.fp be the floating-point environment, and back. */
void xlat_take_fp(struct xlat *x);
void xlat_give_fp(struct xlat *x);

/**
 * xlat_run_thread - run the thread from its program counter until it, or the program, has ended, and
 * what others wait for is done (xlat_thread_end()).
 */
void xlat_run_thread(struct xlat *x);

/**
 * xlat_compute - compiled code has trapped at what is invalid: compute it, and let what a signal
 * handler gets go on behind it. Return: false if it has not.
 */
bool xlat_compute(struct xlat *x, void *context);

/** xlat_spawn, xlat_fork - of struct xlat_process. */
int64_t xlat_spawn(struct xlat_program *parent, const struct xlat_clone *clone);
int64_t xlat_fork(struct xlat_program *parent, const struct xlat_clone *clone);

/** xlat_end_as - end this process in the way that a guest has. */
void xlat_end_as(const struct xlat_end *end);

#endif /* VMB_VMCORE_XLAT_INSIDE_H */
