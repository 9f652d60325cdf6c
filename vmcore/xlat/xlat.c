// SPDX-License-Identifier: MIT
#include "vmcore/xlat/inside.h"

#include <errno.h>
#include <fenv.h>
#include <limits.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "vmcore/xlat/copy.h"
#include "vmcore/xlat/debug.h"
#include "vmcore/xlat/signal.h"
#include "vmcore/xlat/thread.h"

#define SPACE_BYTES   (UINT64_C(16) << 30)
#define FIRST_SLOTS   4096u
/* Instructions of the IR between two looks at what is running. */
#define SLICE	      100000

/* No access is longer. */
#define ACCESS_BYTES  16u

/* Where a fault of the host's goes while a guest runs: signals have no other argument. */
static __thread struct {
	sigjmp_buf back;
	struct xlat *running;
	uint64_t address;
	int number;
	bool inside;
} fault;

/*
 * If precise code was interrupted, it is left there. Return: it was, or the runtime that it has asked
 * for an access.
 */
static bool leaves(const struct xlat *x, const void *context)
{
	const struct code_cache *cache = &x->engine.jit.cache;
	const struct host_native *native = x->engine.native;
	const uint8_t *at;

	if (!native || !x->engine.jit.target.precise)
		return false;
	at = native->interrupted(context);
	if (at >= cache->run && at < cache->run + cache->bytes) {
		native->take_registers(context, x->frame);
		x->frame->exit_pc = (uintptr_t)at;
		x->frame->exit_word = jit_exit_word(JIT_LEAVE_FAULT_AT, IR_FAULT_READ);
	}
	return (x->frame->exit_word & 0xff) == JIT_LEAVE_FAULT_AT;
}

/* Of an address that has failed its check the code has trapped. */
static bool takes(const struct xlat *x, int number, const siginfo_t *info, const void *context)
{
	const struct xlat_space *space = x->program.space;
	bool inside = leaves(x, context);

	fault.inside = inside;
	fault.number = number;
	fault.address = (uint64_t)((uintptr_t)info->si_addr - (uintptr_t)space->host);
	if (number != SIGILL)
		return fault.address + XLAT_GUARD < space->limit + 2 * XLAT_GUARD;
	fault.number = SIGSEGV;
	fault.address = inside ? x->frame->fault_address : 0;
	return inside;
}

/*
 * A store to what has been translated, by the runtime or on a host whose code is not precise: it is
 * done, and what was translated goes when the thread is in the dispatcher next.
 */
static bool is_store_to_code(const struct xlat *x)
{
	if (fault.inside || fault.number != SIGSEGV ||
	    !xlat_unwatch(x->program.space, fault.address))
		return false;
	xlat_want_all(x->program.process);
	return true;
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	/* Somebody has sent it. */
	if (fault.running && info->si_code <= 0) {
		xlat_signal_came(info);
		return;
	}
	if (fault.running && (number == SIGFPE || number == SIGILL) &&
	    xlat_compute(fault.running, context))
		return;
	if (fault.running && number != SIGFPE && takes(fault.running, number, info, context)) {
		if (is_store_to_code(fault.running))
			return;
		xlat_copy_faulted();
		siglongjmp(fault.back, 1);
	}
	signal(number, SIG_DFL);
}

/* The guest's own helpers, and its clock. */
static bool call_helper(void *priv, const struct ir_helper *helper, const union ir_val *arg,
			union ir_val *result)
{
	const struct xlat_program *p = priv;

	if (p->guest->call && p->guest->call(p->state, helper, arg, result))
		return true;
	*result = (union ir_val){ .d = { xlat_now_ns() } };
	return true;
}

static char *absolute(const char *path)
{
	char *full = realpath(path, NULL);

	return full ? full : strdup(path);
}

static int load(struct xlat *x, const struct xlat_options *o, const uint8_t *file, size_t bytes,
		const char **why)
{
	struct xlat_program *p = &x->program;
	struct xlat_image image;
	int status = xlat_elf_read(file, bytes, &image, why);

	if (!status && image.machine != o->guest->linux_abi->elf_machine) {
		*why = "it is for another architecture";
		status = -ENOEXEC;
	}
	if (!status)
		status = xlat_elf_load(p->space, file, o->fd, &image, why);
	if (status)
		return status;
	p->process->brk_start = p->process->brk = image.high;
	xlat_set(p, p->guest->pc_offset, image.entry);
	status = xlat_build_stack(p, &image, o->argv, o->envp);
	if (status == -E2BIG)
		*why = "its arguments and environment are too long";
	return status;
}

/* No computed jump is known any more. */
static void forget_targets(struct xlat *x)
{
	if (x->room)
		memset(x->room, 0xff, JIT_TABLE_BYTES);
	x->seen_flushes = x->engine.stats.flushes;
}

/* A new frame, with the table of targets below it; @old: what it goes on with. */
static void fill_frame(struct xlat *x, struct jit_frame *frame, const struct jit_frame *old)
{
	memset(frame, 0, sizeof(*frame));
	if (old) {
		memcpy(frame, old, sizeof(*frame));
		return;
	}
	x->entered.precise = x->engine.jit.target.precise;
	frame->memory = x->program.space->host;
	frame->limit = jit_limit(&x->engine.jit.target);
	frame->state = x->program.state;
	frame->context = &x->context;
	x->context.fp.traps = x->engine.jit.target.traps;
	frame->fp_control = x->engine.jit.host->fp_pack(x->context.fp);
	frame->fuel = xlat_engine_has_tier2(&x->engine) ? SLICE : INT64_MAX;
	memcpy(frame->stub, x->engine.native->stub, sizeof(frame->stub));
}

/* Room for the values of all units; the rest of the frame stays as it is. */
static int reserve(struct xlat *x)
{
	uint32_t nr_slots = x->engine.nr_slots;
	size_t nr = nr_slots > FIRST_SLOTS ? (nr_slots + 7u) & ~7u : FIRST_SLOTS;
	struct jit_frame *frame;
	uint8_t *room;

	if (VMB_LIKELY(x->frame && nr_slots <= x->nr_slots))
		return 0;
	room = aligned_alloc(64, JIT_TABLE_BYTES + jit_frame_bytes(nr));
	if (!room)
		return -ENOMEM;
	frame = (void *)(room + JIT_TABLE_BYTES);
	fill_frame(x, frame, x->frame);
	free(x->room);
	x->room = room;
	x->frame = frame;
	x->nr_slots = (uint32_t)nr;
	forget_targets(x);
	return 0;
}

/* Which word of its thread code looks at; what is there already is thrown away when that changes. */
static void set_poll(struct xlat *x)
{
	const struct xlat_program *p = &x->program;

	x->engine.poll = p->process->polls ?
			 p->process->words + p->index * sizeof(*p->wanted) : 0;
	x->seen_changes = xlat_space_changes(p->space);
}

int xlat_renew_engine(struct xlat *x, const struct host_ops *host, const struct host_native *native,
		      uint64_t cache_bytes)
{
	int status;

	xlat_engine_fini(&x->engine);
	status = xlat_engine_init(&x->engine, x->program.guest, x->program.space, host, native,
				  cache_bytes);
	forget_targets(x);
	set_poll(x);
	return status || !native ? status : reserve(x);
}

/*
 * Of struct ir_memory, for the interpreter and what compiled code leaves to it. Pages are looked at, so
 * that a fault is not the host's, which would not know the instruction.
 */
static void *map_guest(void *priv, uint64_t address, uint32_t bytes, bool write)
{
	const struct xlat *x = priv;
	const struct xlat_space *space = x->program.space;
	uint64_t last = address + bytes - 1, at;

	if (address >= space->limit || last >= space->limit)
		return NULL;
	for (at = address / XLAT_PAGE; at <= last / XLAT_PAGE; at++) {
		if (!(space->page[at] & (write ? PROT_WRITE : PROT_READ | PROT_WRITE | PROT_EXEC)) ||
		    (write && space->page[at] & XLAT_WATCHED))
			return NULL;
	}
	return xlat_host(space, address);
}

int xlat_prepare(struct xlat *x, struct xlat_process *process, const struct host_ops *host,
		 const struct host_native *native, uint64_t cache_bytes)
{
	const struct guest_ops *guest = process->guest;
	struct xlat_program *p = &x->program;

	p->process = process;
	p->guest = guest;
	p->space = &process->space;
	p->state = aligned_alloc(16, (guest->state_bytes + 15) & ~15u);
	if (!p->state)
		return -ENOMEM;
	memset(p->state, 0, guest->state_bytes);
	x->context = (struct ir_context){
		.state = p->state, .state_bytes = guest->state_bytes,
		.memory = { .priv = x, .map = map_guest, .lock16 = &process->lock16 },
		.call = call_helper, .call_priv = p, .fuel = INT64_MAX,
	};
	return xlat_renew_engine(x, host, native, cache_bytes);
}

/* What the threads have in common. */
static int make_process(struct xlat *x, const struct xlat_options *o)
{
	struct xlat_process *process = malloc(sizeof(*process));
	int status;

	if (!process)
		return -ENOMEM;
	status = xlat_process_init(process, o->guest, SPACE_BYTES);
	if (status) {
		free(process);
		return status;
	}
	process->sandbox = o->sandbox;
	process->again = o->again;
	process->spawn = xlat_spawn;
	process->fork = xlat_fork;
	process->first = x;
	process->path = absolute(o->path);
	x->owned = process;
	return process->path ? 0 : -ENOMEM;
}

struct xlat *xlat_start(const struct xlat_options *options, const uint8_t *file, size_t bytes,
			const char **why)
{
	struct xlat *x = calloc(1, sizeof(*x));
	int status;

	*why = NULL;
	if (!x)
		return NULL;
	status = make_process(x, options);
	if (!status)
		status = xlat_prepare(x, x->owned, options->host, options->native,
				      XLAT_CACHE_BYTES);
	if (!status)
		status = load(x, options, file, bytes, why);
	if (!status)
		status = xlat_process_enter(x->owned, &x->program);
	if (!status)
		return x;
	xlat_free(x);
	errno = -status;
	return NULL;
}

void xlat_free(struct xlat *x)
{
	xlat_engine_fini(&x->engine);
	free(x->room);
	ir_frame_fini(&x->values);
	free(x->program.state);
	if (x->owned) {
		xlat_debug_fini(x->owned, NULL);
		xlat_process_fini(x->owned);
	}
	free(x->owned);
	free(x);
}

const struct xlat_stats *xlat_stats(const struct xlat *x)
{
	return &x->engine.stats;
}

/* Throw all translations of this thread away; what changes from now on is noticed. */
static void flush(struct xlat *x)
{
	set_poll(x);
	xlat_engine_flush(&x->engine);
}

/* Code has been left in the middle: its state, and where it was. */
static void recover(struct xlat *x, uint64_t *pc)
{
	struct jit_frame *frame = x->frame;
	size_t at = (size_t)(frame->exit_pc - (uintptr_t)x->engine.jit.cache.run);

	frame->exit_word = 0;
	jit_recover(&x->engine.recovery, at, frame, pc);
}

/* Run a region, and those that it is linked with. Sets how the last was left. */
static int enter(struct xlat *x, const struct xlat_code *code, struct ir_leave *leave)
{
	struct jit_frame *frame = x->frame;
	struct host_exit exit;

	if (code->unit) {
		x->context.fuel = INT64_MAX;
		return ir_interpret(code->unit, &x->context, &x->values, leave);
	}
	x->entered = code->code;
	frame->code = &x->entered;
	if (!x->engine.jit.target.chained)
		frame->fuel = INT64_MAX;
	if (x->engine.jit.target.chained && x->engine.native->enter_chained)
		exit = x->engine.native->enter_chained(frame, xlat_engine_entry(&x->engine, code));
	else if (code->code.uses_fp)
		exit = x->engine.native->enter_fp(frame, xlat_engine_entry(&x->engine, code));
	else
		exit = x->engine.native->enter(frame, xlat_engine_entry(&x->engine, code));
	*leave = (struct ir_leave){ .kind = (uint8_t)exit.word, .code = (uint32_t)exit.word >> 8,
				    .pc = exit.pc, .address = frame->fault_address };
	if (VMB_UNLIKELY(leave->kind == JIT_LEAVE_FAULT_AT || leave->kind == JIT_LEAVE_WAY_AT)) {
		leave->kind = leave->kind == JIT_LEAVE_WAY_AT ? JIT_LEAVE_WAY : IR_LEAVE_FAULT;
		recover(x, &leave->pc);
	}
	return 0;
}

/* The code at @leave's address, or that its link leads to. */
static int find(struct xlat *x, struct ir_leave *leave, struct xlat_code **code)
{
	struct xlat_engine *e = &x->engine;
	uint64_t promoted = e->stats.tier[1].regions;
	int status = 0;

	e->stats.entries++;
	if (leave->kind == JIT_LEAVE_WAY) {
		if (x->frame->fuel < 0)
			x->frame->fuel = SLICE;
		status = xlat_engine_follow(e, leave->code, &leave->pc, code);
	} else {
		*code = xlat_table_peek(&e->table, leave->pc);
		status = *code ? 0 : xlat_engine_find(e, leave->pc, code);
	}
	if (!status && e->native)
		status = reserve(x);
	if (status || !e->native)
		return status;
	/* Links lead to better code at once, and so shall computed jumps. */
	if (x->seen_flushes != e->stats.flushes || promoted != e->stats.tier[1].regions)
		forget_targets(x);
	if (!(*code)->alone && e->jit.target.chained)
		*jit_target_entry(x->frame, leave->pc) = (struct jit_target_entry){
			leave->pc, xlat_engine_entry(e, *code) };
	return 0;
}

static void end_with(struct xlat_end *end, enum xlat_end_kind kind, uint64_t pc, int code)
{
	*end = (struct xlat_end){ .kind = kind, .pc = pc, .code = code };
}

static void end_illegal(struct xlat *x, struct xlat_end *end, uint64_t pc)
{
	const uint8_t *bytes;
	size_t nr = xlat_fetch(x->program.space, pc, &bytes);

	end_with(end, XLAT_ILLEGAL, pc, SIGILL);
	end->nr_bytes = nr < x->program.guest->max_insn_bytes ? (uint32_t)nr :
							x->program.guest->max_insn_bytes;
	if (end->nr_bytes)
		memcpy(end->bytes, bytes, end->nr_bytes);
}

/* The floating-point environment is that of compiled code, or that which the interpreter has. */
void xlat_take_fp(struct xlat *x)
{
	x->program.fp = x->engine.native ?
			x->engine.jit.host->fp_unpack(x->frame->fp_control) : x->context.fp;
}

void xlat_give_fp(struct xlat *x)
{
	x->program.fp.traps = x->engine.has_jit && x->engine.jit.target.traps;
	if (x->engine.native)
		x->frame->fp_control = x->engine.jit.host->fp_pack(x->program.fp);
	else
		x->context.fp = x->program.fp;
}

/* Results are looked at from now on. */
static void trap_no_more(struct xlat *x)
{
	x->traps_often = false;
	x->engine.jit.target.traps = false;
	flush(x);
}

/* The thread is wanted. Return: true if it is to end. */
static bool attend(struct xlat *x, struct ir_leave *leave)
{
	struct xlat_program *p = &x->program;

	if (leave->kind == JIT_LEAVE_WAY) {
		leave->pc = x->engine.link[leave->code].pc;
		leave->kind = IR_LEAVE_INDIRECT;
	}
	xlat_set(p, p->guest->pc_offset, leave->pc);
	xlat_take_fp(x);
	xlat_signal_deliver(p);
	xlat_debug_attend(x);
	if (x->traps_often)
		trap_no_more(x);
	xlat_give_fp(x);
	leave->pc = xlat_get(p, p->guest->pc_offset);
	/* Behind what has cleared the word. */
	if (xlat_space_changes(p->space) != x->seen_changes)
		flush(x);
	return xlat_has_ended(p->process);
}

/* A system call. Return: true if it was the last. */
static bool syscall_ends(struct xlat *x, struct ir_leave *leave)
{
	struct xlat_program *p = &x->program;

	xlat_set(p, p->guest->pc_offset, leave->pc);
	xlat_take_fp(x);
	xlat_syscall(p);
	if (p->keep)
		xlat_give_fp(x);
	leave->pc = xlat_get(p, p->guest->pc_offset);
	x->engine.stats.syscalls++;
	if (xlat_space_changes(p->space) != x->seen_changes) {
		xlat_want_others(p->process, p);
		flush(x);
	}
	return p->ended || xlat_has_ended(p->process);
}

/* The instruction at leave->pc cannot go on. Return: false if a handler looks after it. */
static bool fault_ends(struct xlat *x, struct ir_leave *leave, const struct xlat_end *end, int code)
{
	struct xlat_program *p = &x->program;
	int number = end->kind == XLAT_TRAP ? SIGFPE : end->code;
	bool handled;

	xlat_set(p, p->guest->pc_offset, leave->pc);
	xlat_take_fp(x);
	handled = xlat_debug_fault(x, number) ||
		  xlat_signal_fault(p, number, code, end->address);
	xlat_give_fp(x);
	leave->pc = xlat_get(p, p->guest->pc_offset);
	if (!handled)
		xlat_process_end(p->process, p, end);
	return !handled || xlat_has_ended(p->process);
}

/* The guest may use what it has written as code. */
static void code_written(struct xlat *x)
{
	if (x->program.process->nr_threads > 1) {
		xlat_space_changed(x->program.space);
		xlat_want_others(x->program.process, &x->program);
	}
	flush(x);
}

static bool exit_ends(struct xlat *x, struct ir_leave *leave, struct xlat_end *end)
{
	switch (leave->code) {
	case IR_EXIT_SYSCALL:
		return syscall_ends(x, leave);
	case IR_EXIT_ICACHE:
		code_written(x);
		return false;
	case IR_EXIT_BREAK:
	case IR_EXIT_HALT:
		end_with(end, XLAT_BREAK, leave->pc, SIGTRAP);
		end->address = leave->pc;
		return fault_ends(x, leave, end, TRAP_BRKPT);
	default:
		return false;
	}
}

/*
 * The first byte of an access that is not there: the interpreter tells where it begins, and it may do
 * so in a page that is.
 */
static uint64_t first_missing(const struct xlat_space *space, uint64_t address, bool write)
{
	unsigned int wanted = write ? PROT_WRITE : PROT_READ | PROT_WRITE | PROT_EXEC;

	if (address >= space->limit || !(space->page[address / XLAT_PAGE] & wanted))
		return address;
	return (address | (XLAT_PAGE - 1)) + 1;
}

static int segv_code(const struct xlat *x, uint64_t address)
{
	const struct xlat_space *space = x->program.space;

	return address < space->end && space->page[address / XLAT_PAGE] ? SEGV_ACCERR : SEGV_MAPERR;
}

static bool trap_ends(struct xlat *x, struct ir_leave *leave, struct xlat_end *end)
{
	const uint8_t *bytes;

	switch (leave->code) {
	case IR_TRAP_ILLEGAL:
		end_illegal(x, end, leave->pc);
		end->address = leave->pc;
		return fault_ends(x, leave, end, ILL_ILLOPC);
	case IR_TRAP_BOUNDS:
		end_with(end, XLAT_NO_CODE, leave->pc, SIGSEGV);
		/* What is missing may be an instruction's second half. */
		end->address = leave->pc + xlat_peek(x->program.space, leave->pc, &bytes);
		return fault_ends(x, leave, end, segv_code(x, end->address));
	case IR_TRAP_UNALIGNED:
		end_with(end, XLAT_UNALIGNED, leave->pc, SIGBUS);
		end->address = leave->pc;
		return fault_ends(x, leave, end, BUS_ADRALN);
	case IR_TRAP_DIVIDE:
		end_with(end, XLAT_TRAP, leave->pc, (int)leave->code);
		end->address = leave->pc;
		return fault_ends(x, leave, end, FPE_INTDIV);
	default:
		end_with(end, XLAT_TRAP, leave->pc, (int)leave->code);
		xlat_process_end(x->program.process, &x->program, end);
		return true;
	}
}

/*
 * Was it a store to what has been translated? The dispatcher is to throw that away and to do the
 * instruction again.
 */
static bool was_store_to_code(struct xlat *x, uint64_t address)
{
	bool first = xlat_unwatch(x->program.space, address);
	bool last = xlat_unwatch(x->program.space, address + ACCESS_BYTES - 1);

	if (first || last)
		xlat_want_all(x->program.process);
	x->steps = first || last;
	return x->steps;
}

/* Return: true if the thread ends. */
static bool ends(struct xlat *x, struct ir_leave *leave)
{
	struct xlat_end end;

	switch (leave->kind) {
	case IR_LEAVE_EXIT:
		return exit_ends(x, leave, &end);
	case IR_LEAVE_INDIRECT:
		return false;
	case IR_LEAVE_FAULT:
		if (was_store_to_code(x, leave->address))
			return false;
		if (leave->code == IR_FAULT_UNALIGNED)
			end_with(&end, XLAT_UNALIGNED, leave->pc, SIGBUS);
		else
			end_with(&end, XLAT_FAULT, leave->pc, SIGSEGV);
		end.address = leave->address;
		if (!x->engine.native && end.kind == XLAT_FAULT)
			end.address = first_missing(x->program.space, leave->address,
						    leave->code == IR_FAULT_WRITE);
		return fault_ends(x, leave, &end, end.kind == XLAT_UNALIGNED ? BUS_ADRALN :
						  segv_code(x, end.address));
	case IR_LEAVE_TRAP:
		return trap_ends(x, leave, &end);
	default:
		end_with(&end, XLAT_ERROR, leave->pc, -EPROTO);
		xlat_process_end(x->program.process, &x->program, &end);
		return true;
	}
}

static bool is_wanted(const struct xlat *x)
{
	return VMB_UNLIKELY(__atomic_load_n(x->program.wanted, __ATOMIC_RELAXED));
}

/* Has it been left for the dispatcher alone? */
static bool goes_on(const struct ir_leave *leave)
{
	return (leave->kind == IR_LEAVE_EXIT && leave->code <= IR_EXIT_CALL) ||
	       leave->kind == IR_LEAVE_INDIRECT || leave->kind == JIT_LEAVE_WAY;
}

/*
 * The instruction at @leave's address alone: it may lie in the page that it stores to, so that its
 * translation would forbid it again. Sets how it was left.
 */
static int step(struct xlat *x, struct ir_leave *leave)
{
	struct ir_unit unit;
	int status = xlat_engine_lift_one(&x->engine, leave->pc, &unit);

	x->steps = false;
	if (status)
		return status;
	xlat_take_fp(x);
	x->context.fp = x->program.fp;
	x->context.fuel = INT64_MAX;
	status = ir_interpret(&unit, &x->context, &x->values, leave);
	x->program.fp = x->context.fp;
	xlat_give_fp(x);
	return status;
}

/*
 * A store to code ends precise code, but other code only where it looks at its thread's word. Return:
 * true if that is new, so that all is to be translated again.
 */
static bool begins_to_look(struct xlat *x)
{
	struct xlat_process *process = x->program.process;

	if (VMB_LIKELY(!x->program.space->nr_watched || process->polls || !x->engine.native ||
		       x->engine.jit.target.precise))
		return false;
	pthread_mutex_lock(&process->lock);
	xlat_need_polls_locked(process);
	pthread_mutex_unlock(&process->lock);
	xlat_want(&x->program);
	return true;
}

static int run_region(struct xlat *x, struct ir_leave *leave)
{
	struct xlat_code *code;
	int status = find(x, leave, &code);

	if (status)
		return status;
	if (begins_to_look(x)) {
		leave->kind = IR_LEAVE_INDIRECT;
		return 0;
	}
	xlat_set(&x->program, x->program.guest->pc_offset, leave->pc);
	return enter(x, code, leave);
}

/* Until the thread ends. @leave: with the address that it begins at. */
static void dispatch(struct xlat *x, struct ir_leave *leave)
{
	struct xlat_end end;
	int status;

	do {
		if (is_wanted(x) && attend(x, leave))
			return;
		status = VMB_UNLIKELY(x->steps) ? step(x, leave) : run_region(x, leave);
		if (status) {
			end_with(&end, XLAT_ERROR, leave->pc, status);
			xlat_process_end(x->program.process, &x->program, &end);
			return;
		}
	} while (goes_on(leave) || !ends(x, leave));
}

/* An access in compiled code, or in the interpreter, has failed. Return: as fault_ends(). */
static bool host_fault_ends(struct xlat *x, struct ir_leave *leave)
{
	struct xlat_program *p = &x->program;
	struct xlat_end end;

	*leave = (struct ir_leave){ .kind = IR_LEAVE_FAULT,
				    .pc = xlat_get(p, p->guest->pc_offset) };
	if (x->frame && (x->frame->exit_word & 0xff) == JIT_LEAVE_FAULT_AT)
		recover(x, &leave->pc);
	xlat_memory_done(p);
	if (fault.number == SIGSEGV && was_store_to_code(x, fault.address))
		return false;
	end_with(&end, XLAT_FAULT, leave->pc, fault.number);
	end.address = fault.address;
	return fault_ends(x, leave, &end, fault.number == SIGBUS ? BUS_ADRERR :
					  segv_code(x, fault.address));
}

void xlat_run_thread(struct xlat *x)
{
	struct ir_leave leave = { .pc = xlat_get(&x->program, x->program.guest->pc_offset) };
	fenv_t host;

	fegetenv(&host);
	xlat_process_runs(x->program.process, &x->program);
	fault.running = x;
	if (sigsetjmp(fault.back, 1)) {
		fesetenv(&host);
		if (host_fault_ends(x, &leave))
			goto out;
	}
	dispatch(x, &leave);
out:
	/* What it leaves to others may be gone. */
	if (!sigsetjmp(fault.back, 1))
		xlat_thread_end(&x->program);
	fault.running = NULL;
	fesetenv(&host);
	xlat_process_left(x->program.process, &x->program);
}

void xlat_run(struct xlat *x, struct xlat_end *end)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct xlat_program *p = &x->program;
	struct sigaction segv, bus, ill, fpe;
	sigset_t mask;
	int status;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	sigaction(SIGSEGV, &action, &segv);
	sigaction(SIGBUS, &action, &bus);
	sigaction(SIGILL, &action, &ill);
	sigaction(SIGFPE, &action, &fpe);
	status = xlat_signals_start(p);
	if (status)
		xlat_process_end(p->process, p,
				 &(struct xlat_end){ .kind = XLAT_ERROR, .code = status });
	else
		xlat_run_thread(x);
	xlat_process_wait(p->process, p);
	if (!p->process->ended)
		xlat_exit(p, p->code);
	*end = p->process->end;
	xlat_debug_fini(p->process, end);
	xlat_signals_stop(p);
	xlat_signals_reset(p->process);
	sigaction(SIGSEGV, &segv, NULL);
	sigaction(SIGBUS, &bus, NULL);
	sigaction(SIGILL, &ill, NULL);
	sigaction(SIGFPE, &fpe, NULL);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	if (p->process->forked)
		xlat_end_as(end);
}
