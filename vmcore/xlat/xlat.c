// SPDX-License-Identifier: MIT
#include "vmcore/xlat/xlat.h"

#include <errno.h>
#include <fenv.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "vmcore/xlat/engine.h"

#define SPACE_BYTES   (UINT64_C(16) << 30)
#define FIRST_SLOTS   4096u
/* Instructions of the IR between two looks at what is running. */
#define SLICE	      100000

struct xlat {
	struct xlat_program program;
	struct xlat_engine engine;
	struct jit_frame *frame;
	uint8_t *room;
	uint32_t nr_slots;
	struct jit_code entered;
	struct ir_context context;
	struct ir_flat flat;
	struct ir_frame values;
	uint64_t seen_changes, seen_flushes;
};

/* Where a fault of the host's goes while a guest runs: signals have no other argument. */
static __thread struct {
	sigjmp_buf back;
	const struct xlat *running;
	uint64_t address;
} fault;

static void on_fault(int number, siginfo_t *info, void *unused)
{
	const struct xlat *x = fault.running;
	uint64_t address;

	(void)unused;
	address = x ? (uint64_t)((uintptr_t)info->si_addr - (uintptr_t)x->program.space.host) : 0;
	if (x && address >= XLAT_FIRST && address < x->program.space.end + XLAT_GUARD) {
		fault.address = address;
		siglongjmp(fault.back, 1);
	}
	signal(number, SIG_DFL);
}

static bool guest_clock(void *priv, const struct ir_helper *helper, const union ir_val *arg,
			union ir_val *result)
{
	struct timespec now;

	(void)priv, (void)helper, (void)arg;
	clock_gettime(CLOCK_MONOTONIC, &now);
	*result = (union ir_val){ .d = { (uint64_t)now.tv_sec * 1000000000u +
					 (uint64_t)now.tv_nsec } };
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
		status = xlat_elf_load(&p->space, file, &image, why);
	if (status)
		return status;
	p->brk_start = p->brk = image.high;
	xlat_set(p, p->guest->pc_offset, image.entry);
	status = xlat_build_stack(p, &image, o->argv, o->envp);
	if (status == -E2BIG)
		*why = "its arguments and environment are too long";
	return status;
}

static int prepare(struct xlat *x, const struct xlat_options *o)
{
	struct xlat_program *p = &x->program;

	p->guest = o->guest;
	p->sandbox = o->sandbox;
	p->path = absolute(o->path);
	p->state = aligned_alloc(16, (o->guest->state_bytes + 15) & ~15u);
	if (!p->path || !p->state)
		return -ENOMEM;
	memset(p->state, 0, o->guest->state_bytes);
	x->flat = (struct ir_flat){ xlat_host(&p->space, XLAT_FIRST), XLAT_FIRST,
				    p->space.end - XLAT_FIRST };
	x->context = (struct ir_context){
		.state = p->state, .state_bytes = o->guest->state_bytes,
		.memory = { .priv = &x->flat, .map = ir_flat_map }, .call = guest_clock,
		.fuel = INT64_MAX,
	};
	return xlat_engine_init(&x->engine, o->guest, &p->space, o->host, o->native);
}

struct xlat *xlat_start(const struct xlat_options *options, const uint8_t *file, size_t bytes,
			const char **why)
{
	struct xlat *x = calloc(1, sizeof(*x));
	int status = -ENOMEM;

	*why = NULL;
	if (!x)
		return NULL;
	if (xlat_space_init(&x->program.space, SPACE_BYTES)) {
		free(x);
		errno = ENOMEM;
		return NULL;
	}
	status = prepare(x, options);
	if (!status)
		status = load(x, options, file, bytes, why);
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
	xlat_space_fini(&x->program.space);
	free(x->program.state);
	free(x->program.path);
	free(x);
}

const struct xlat_stats *xlat_stats(const struct xlat *x)
{
	return &x->engine.stats;
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
	x->entered.first = XLAT_FIRST;
	frame->memory = x->flat.host;
	frame->limit = x->flat.bytes - 16;
	frame->state = x->program.state;
	frame->context = &x->context;
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
	room = aligned_alloc(64, JIT_TABLE_BYTES + sizeof(*frame) + nr * sizeof(uint64_t));
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

/* Run a region, and those that it is linked with. Sets how the last was left. */
static int enter(struct xlat *x, const struct xlat_code *code, struct ir_leave *leave)
{
	struct jit_frame *frame = x->frame;
	uint32_t word;

	if (code->unit) {
		x->context.fuel = INT64_MAX;
		return ir_interpret(code->unit, &x->context, &x->values, leave);
	}
	x->entered = code->code;
	frame->code = &x->entered;
	if (!x->engine.jit.target.chained)
		frame->fuel = INT64_MAX;
	if (code->code.uses_fp)
		x->engine.native->enter_fp(frame, xlat_engine_entry(&x->engine, code));
	else
		x->engine.native->enter(frame, xlat_engine_entry(&x->engine, code));
	word = (uint32_t)frame->exit_word;
	*leave = (struct ir_leave){ .kind = word & 0xff, .code = word >> 8, .pc = frame->exit_pc,
				    .address = frame->fault_address };
	return 0;
}

/* The code at @leave's address, or that its link leads to. */
static int find(struct xlat *x, struct ir_leave *leave, struct xlat_code **code)
{
	struct xlat_engine *e = &x->engine;
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
	if (x->seen_flushes != e->stats.flushes)
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
	size_t nr = xlat_fetch(&x->program.space, pc, &bytes);

	end_with(end, XLAT_ILLEGAL, pc, SIGILL);
	end->nr_bytes = nr < x->program.guest->max_insn_bytes ? (uint32_t)nr :
							x->program.guest->max_insn_bytes;
	if (end->nr_bytes)
		memcpy(end->bytes, bytes, end->nr_bytes);
}

/* A system call. Return: true if it was the last. */
static bool syscall_ends(struct xlat *x, struct xlat_end *end, uint64_t pc)
{
	struct xlat_program *p = &x->program;

	xlat_set(p, p->guest->pc_offset, pc);
	xlat_syscall(p);
	x->engine.stats.syscalls++;
	if (p->space.changes != x->seen_changes) {
		x->seen_changes = p->space.changes;
		xlat_engine_flush(&x->engine);
	}
	if (!p->ended)
		return false;
	end_with(end, p->signal ? XLAT_KILLED : XLAT_EXITED, pc, p->signal ? p->signal : p->code);
	return true;
}

static bool exit_ends(struct xlat *x, const struct ir_leave *leave, struct xlat_end *end)
{
	switch (leave->code) {
	case IR_EXIT_SYSCALL:
		return syscall_ends(x, end, leave->pc);
	case IR_EXIT_ICACHE:
		xlat_engine_flush(&x->engine);
		return false;
	case IR_EXIT_BREAK:
	case IR_EXIT_HALT:
		end_with(end, XLAT_BREAK, leave->pc, SIGTRAP);
		return true;
	default:
		return false;
	}
}

/* Return: true if the program has ended. */
static bool ends(struct xlat *x, const struct ir_leave *leave, struct xlat_end *end)
{
	switch (leave->kind) {
	case IR_LEAVE_EXIT:
		return exit_ends(x, leave, end);
	case IR_LEAVE_INDIRECT:
		return false;
	case IR_LEAVE_FAULT:
		end_with(end, leave->code == IR_FAULT_UNALIGNED ? XLAT_UNALIGNED : XLAT_FAULT,
			 leave->pc, leave->code == IR_FAULT_UNALIGNED ? SIGBUS : SIGSEGV);
		end->address = leave->address;
		return true;
	case IR_LEAVE_TRAP:
		if (leave->code == IR_TRAP_ILLEGAL)
			end_illegal(x, end, leave->pc);
		else
			end_with(end, leave->code == IR_TRAP_BOUNDS ? XLAT_NO_CODE : XLAT_TRAP,
				 leave->pc, leave->code == IR_TRAP_BOUNDS ? SIGSEGV :
									   (int)leave->code);
		return true;
	default:
		end_with(end, XLAT_ERROR, leave->pc, -EPROTO);
		return true;
	}
}

static void dispatch(struct xlat *x, struct xlat_end *end)
{
	struct ir_leave leave = { .pc = xlat_get(&x->program, x->program.guest->pc_offset) };
	struct xlat_code *code;
	int status;

	do {
		status = find(x, &leave, &code);
		if (!status) {
			xlat_set(&x->program, x->program.guest->pc_offset, leave.pc);
			status = enter(x, code, &leave);
		}
		if (status) {
			end_with(end, XLAT_ERROR, leave.pc, status);
			return;
		}
	} while ((leave.kind == IR_LEAVE_EXIT && leave.code <= IR_EXIT_CALL) ||
		 leave.kind == IR_LEAVE_INDIRECT || leave.kind == JIT_LEAVE_WAY ||
		 !ends(x, &leave, end));
}

void xlat_run(struct xlat *x, struct xlat_end *end)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct sigaction segv, bus;
	fenv_t host;

	fegetenv(&host);
	sigaction(SIGSEGV, &action, &segv);
	sigaction(SIGBUS, &action, &bus);
	fault.running = x;
	if (!sigsetjmp(fault.back, 1)) {
		dispatch(x, end);
	} else {
		end_with(end, XLAT_FAULT, xlat_get(&x->program, x->program.guest->pc_offset), SIGSEGV);
		end->address = fault.address;
	}
	fault.running = NULL;
	fesetenv(&host);
	sigaction(SIGSEGV, &segv, NULL);
	sigaction(SIGBUS, &bus, NULL);
}
