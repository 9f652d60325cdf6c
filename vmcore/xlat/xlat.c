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

#include "vmcore/jit/jit.h"
#include "vmcore/opt/pipeline.h"
#include "vmcore/xlat/region.h"
#include "vmcore/xlat/table.h"

#define SPACE_BYTES   (UINT64_C(16) << 30)
#define CACHE_BYTES   (UINT64_C(8) << 20)
#define ARENA_BYTES   (UINT64_C(256) << 20)
#define MAX_INSNS     256u
#define FIRST_SLOTS   4096u
#define CODE_ALIGN    64u

struct xlat {
	struct xlat_program program;
	struct xlat_stats stats;
	struct xlat_table table;
	const struct host_native *native;
	struct jit jit;
	struct jit_frame *frame;
	uint32_t nr_slots;
	struct ir_context context;
	struct ir_flat flat;
	struct ir_frame values;
	struct ir_arena arena, scratch, kept;
	uint64_t seen_changes;
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

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int start_jit(struct xlat *x, const struct xlat_options *o)
{
	struct jit_options options = {
		.host = o->host, .native = o->native, .cache_bytes = CACHE_BYTES, .flat = true,
		.first = XLAT_FIRST, .bytes = x->flat.bytes, .evict = true,
	};
	int status = jit_init(&x->jit, &options);

	x->native = status ? NULL : o->native;
	return status;
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
	ir_arena_init(&x->arena, ARENA_BYTES);
	ir_arena_init(&x->scratch, ARENA_BYTES);
	ir_arena_init(&x->kept, 4 * ARENA_BYTES);
	return xlat_table_init(&x->table);
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
	if (!status && options->host)
		status = start_jit(x, options);
	if (!status)
		return x;
	xlat_free(x);
	errno = -status;
	return NULL;
}

void xlat_free(struct xlat *x)
{
	if (x->native)
		jit_fini(&x->jit);
	free(x->frame);
	ir_frame_fini(&x->values);
	xlat_table_fini(&x->table);
	ir_arena_fini(&x->arena);
	ir_arena_fini(&x->scratch);
	ir_arena_fini(&x->kept);
	xlat_space_fini(&x->program.space);
	free(x->program.state);
	free(x->program.path);
	free(x);
}

const struct xlat_stats *xlat_stats(const struct xlat *x)
{
	return &x->stats;
}

static void flush(struct xlat *x)
{
	xlat_table_clear(&x->table);
	ir_arena_reset(&x->kept);
	if (x->native)
		code_cache_flush(&x->jit.cache);
	x->stats.flushes++;
}

/* Room for the values of a unit; the rest of the frame stays as it is. */
static int reserve(struct xlat *x, uint32_t nr_slots)
{
	size_t nr = nr_slots > FIRST_SLOTS ? (nr_slots + 7u) & ~7u : FIRST_SLOTS;
	struct jit_frame *frame;

	if (x->frame && nr_slots <= x->nr_slots)
		return 0;
	frame = aligned_alloc(64, sizeof(*frame) + nr * sizeof(uint64_t));
	if (!frame)
		return -ENOMEM;
	memset(frame, 0, sizeof(*frame));
	if (x->frame) {
		memcpy(frame, x->frame, sizeof(*frame));
	} else {
		frame->memory = x->flat.host;
		frame->limit = x->flat.bytes - 16;
		frame->state = x->program.state;
		frame->context = &x->context;
		frame->fp_control = x->jit.host->fp_pack(x->context.fp);
		memcpy(frame->stub, x->native->stub, sizeof(frame->stub));
	}
	free(x->frame);
	x->frame = frame;
	x->nr_slots = (uint32_t)nr;
	return 0;
}

/* A unit to code, or to a copy that is interpreted. */
static int finish(struct xlat *x, struct ir_unit *unit, struct xlat_code *code)
{
	struct ir_error error;
	struct opt_options options = { .level = 1 };
	int status = ir_verify(unit, &x->scratch, &error);

	if (!status)
		status = opt_run(unit, &options, &x->scratch, &error);
	if (status)
		return status;
	if (!x->native) {
		code->unit = ir_arena_alloc(&x->kept, sizeof(*code->unit));
		return code->unit ? ir_unit_copy(code->unit, unit, &x->kept) : -ENOMEM;
	}
	status = jit_compile(&x->jit, unit, &code->code, NULL);
	if (!status)
		status = reserve(x, code->code.nr_slots);
	x->stats.code_bytes += code->code.bytes;
	return status;
}

static int translate(struct xlat *x, uint64_t pc, struct xlat_code *code)
{
	const struct xlat_source source = { xlat_fetch, &x->program.space };
	uint32_t epoch = x->jit.cache.epoch;
	struct xlat_region region;
	struct ir_unit unit;
	int status;

	ir_arena_reset(&x->arena);
	ir_arena_reset(&x->scratch);
	ir_unit_init(&unit, &x->arena);
	status = xlat_lift(x->program.guest, &source, pc, MAX_INSNS, &unit, &region);
	if (status)
		return status;
	x->stats.ir_insns += unit.nr_insns;
	status = finish(x, &unit, code);
	/* The compiler has thrown away what the table knows. */
	if (x->native && x->jit.cache.epoch != epoch) {
		xlat_table_clear(&x->table);
		x->stats.flushes++;
	}
	x->stats.regions++;
	x->stats.insns += region.nr_insns;
	x->stats.guest_bytes += region.nr_bytes;
	return status;
}

static int miss(struct xlat *x, uint64_t pc, const struct xlat_code **found)
{
	uint64_t start = now_ns();
	struct xlat_code code = { .pc = pc };
	int status;

	*found = xlat_table_find(&x->table, pc);
	x->stats.misses++;
	if (*found)
		return 0;
	status = translate(x, pc, &code);
	x->stats.translate_ns += now_ns() - start;
	if (status)
		return status;
	*found = xlat_table_add(&x->table, &code);
	return *found ? 0 : -ENOMEM;
}

/* Run a region. Sets how it was left. */
static int enter(struct xlat *x, const struct xlat_code *code, struct ir_leave *leave)
{
	struct jit_frame *frame = x->frame;
	const void *entry;

	if (!x->native) {
		x->context.fuel = INT64_MAX;
		return ir_interpret(code->unit, &x->context, &x->values, leave);
	}
	entry = x->jit.cache.run + code->code.entry;
	frame->code = &code->code;
	frame->fuel = INT64_MAX;
	if (code->code.uses_fp)
		x->native->enter_fp(frame, entry);
	else
		x->native->enter(frame, entry);
	*leave = (struct ir_leave){ .kind = frame->exit_word & 0xff,
				    .code = (uint32_t)frame->exit_word >> 8, .pc = frame->exit_pc,
				    .address = frame->fault_address };
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
	x->stats.syscalls++;
	if (p->space.changes != x->seen_changes) {
		x->seen_changes = p->space.changes;
		flush(x);
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
		flush(x);
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
	const struct xlat_code *code;
	int status;

	do {
		x->stats.entries++;
		code = xlat_table_peek(&x->table, leave.pc);
		status = code ? 0 : miss(x, leave.pc, &code);
		if (!status) {
			xlat_set(&x->program, x->program.guest->pc_offset, leave.pc);
			status = enter(x, code, &leave);
		}
		if (status) {
			end_with(end, XLAT_ERROR, leave.pc, status);
			return;
		}
	} while ((leave.kind == IR_LEAVE_EXIT && leave.code <= IR_EXIT_CALL) ||
		 leave.kind == IR_LEAVE_INDIRECT || !ends(x, &leave, end));
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
