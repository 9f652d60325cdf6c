// SPDX-License-Identifier: MIT
#include "user/bench/jit/kernels.h"

#include <errno.h>

#define FUEL (UINT64_C(1) << 40)

const struct vmb_value kernel_axis[NR_KERNELS] = {
	{ "alu", KERNEL_ALU }, { "loop", KERNEL_LOOP }, { "memory", KERNEL_MEMORY },
};

/* A generator of random numbers, and a flag that only the last round needs. */
static const char alu[] =
	"unit alu {\n  state 64\n"
	"entry:\n  br head\n"
	"head:\n  guest_pc 0x1000\n  %x:i64 = ld_state 16\n  %m:i64 = const 0x5851f42d4c957f2d\n"
	"  %a:i64 = mul %x, %m\n  st_state %a, 16\n"
	"  guest_pc 0x1004\n  %b:i64 = ld_state 16\n  %k:i64 = const 0x14057b7ef767814f\n"
	"  %c:i64 = add %b, %k\n  %f:i8 = flag_add.c %b, %k\n  st_state %f, 40\n  st_state %c, 16\n"
	"  guest_pc 0x1008\n  %d:i64 = ld_state 16\n  %s:i64 = const 29\n  %e:i64 = shr %d, %s\n"
	"  %g:i64 = xor %d, %e\n  st_state %g, 16\n"
	"  guest_pc 0x100c\n  %h:i64 = ld_state 24\n  %i:i64 = ld_state 16\n"
	"  %one:i64 = const 1\n  %j:i64 = mul %i, %one\n  %l:i64 = add %h, %j\n  st_state %l, 24\n"
	"  guest_pc 0x1010\n  %n:i64 = ld_state 8\n  %o:i64 = const 1\n  %p:i64 = sub %n, %o\n"
	"  st_state %p, 8\n  %z:i64 = const 0\n  brcmp.ne %p, %z, head, out\n"
	"out:\n  exit.jump 0x1014\n}\n";

/* Steps of the Collatz sequences of the numbers up to the rounds, at most 64 each. */
static const char loop[] =
	"unit loop {\n  state 64\n"
	"entry:\n  br outer\n"
	"outer:\n  guest_pc 0x2000\n  %n:i64 = ld_state 8\n  st_state %n, 16\n"
	"  %limit:i64 = const 64\n  st_state %limit, 32\n  br inner\n"
	"inner:\n  guest_pc 0x2004\n  %x:i64 = ld_state 16\n  %one:i64 = const 1\n"
	"  %odd:i64 = and %x, %one\n  %zero:i64 = const 0\n  brcmp.eq %odd, %zero, even, uneven\n"
	"even:\n  guest_pc 0x2008\n  %y:i64 = ld_state 16\n  %e:i64 = const 1\n"
	"  %half:i64 = shr %y, %e\n  st_state %half, 16\n  br joined\n"
	"uneven:\n  guest_pc 0x200c\n  %v:i64 = ld_state 16\n  %three:i64 = const 3\n"
	"  %t:i64 = mul %v, %three\n  %o:i64 = const 1\n  %u:i64 = add %t, %o\n  st_state %u, 16\n"
	"  br joined\n"
	"joined:\n  guest_pc 0x2010\n  %c:i64 = ld_state 24\n  %p:i64 = const 1\n"
	"  %d:i64 = add %c, %p\n  st_state %d, 24\n  %l:i64 = ld_state 32\n  %m:i64 = sub %l, %p\n"
	"  st_state %m, 32\n  %q:i64 = const 0\n  brcmp.ne %m, %q, more, next\n"
	"more:\n  guest_pc 0x2014\n  %w:i64 = ld_state 16\n  %r:i64 = const 1\n"
	"  brcmp.ne %w, %r, inner, next\n"
	"next:\n  guest_pc 0x2018\n  %a:i64 = ld_state 8\n  %b:i64 = const 1\n"
	"  %s:i64 = sub %a, %b\n  st_state %s, 8\n  %g:i64 = const 0\n  brcmp.ne %s, %g, outer, out\n"
	"out:\n  exit.jump 0x201c\n}\n";

/* a[i] = a[i] + a[i + 8] over 512 words, again and again. */
static const char memory[] =
	"unit memory {\n  state 64\n"
	"entry:\n  br head\n"
	"head:\n  guest_pc 0x3000\n  %n:i64 = ld_state 8\n  %mask:i64 = const 511\n"
	"  %i:i64 = and %n, %mask\n  %three:i64 = const 3\n  %off:i64 = shl %i, %three\n"
	"  %base:i64 = ld_state 0\n  %at:i64 = add %base, %off\n  st_state %at, 32\n"
	"  guest_pc 0x3004\n  %b:i64 = ld_state 32\n  %x:i64 = ld.u64 %b, 0\n"
	"  guest_pc 0x3008\n  %c:i64 = ld_state 32\n  %y:i64 = ld.u64 %c, 64\n"
	"  %z:i64 = add %x, %y\n"
	"  guest_pc 0x300c\n  %d:i64 = ld_state 32\n  st.u64 %d, %z, 0\n"
	"  guest_pc 0x3010\n  %s:i64 = ld_state 24\n  %t:i64 = xor %s, %z\n  st_state %t, 24\n"
	"  guest_pc 0x3014\n  %m:i64 = ld_state 8\n  %one:i64 = const 1\n  %p:i64 = sub %m, %one\n"
	"  st_state %p, 8\n  %zero:i64 = const 0\n  brcmp.ne %p, %zero, head, out\n"
	"out:\n  exit.jump 0x3018\n}\n";

int kernel_make(struct ir_unit *unit, enum kernel kernel, struct ir_arena *scratch)
{
	static const char *const texts[NR_KERNELS] = { alu, loop, memory };
	struct ir_text text = { .text = texts[kernel], .bytes = strlen(texts[kernel]) };
	struct ir_error error;
	int status = ir_parse(&text, unit, &error);

	if (status < 0)
		return status;
	return status ? ir_verify(unit, scratch, &error) : -EINVAL;
}

void kernel_world_open(struct kernel_world *w, uint64_t seed, uint64_t rounds)
{
	uint32_t i;

	memset(w->state, 0, sizeof(w->state));
	w->state[0] = KERNEL_FIRST;
	w->state[1] = rounds;
	w->state[2] = seed | 1;
	for (i = 0; i < KERNEL_MEMORY_BYTES; i++)
		w->memory[i] = (uint8_t)vmb_random(&seed);
	w->flat = (struct ir_flat){ w->memory, KERNEL_FIRST, KERNEL_MEMORY_BYTES };
	w->context = (struct ir_context){
		.state = w->state, .state_bytes = sizeof(w->state), .fuel = FUEL,
		.memory = { .priv = &w->flat, .map = ir_flat_map },
	};
}

bool kernel_world_same(const struct kernel_world *a, const struct kernel_world *b)
{
	return !memcmp(a->state, b->state, sizeof(a->state)) &&
	       !memcmp(a->memory, b->memory, sizeof(a->memory)) &&
	       a->leave.kind == IR_LEAVE_EXIT && b->leave.kind == IR_LEAVE_EXIT &&
	       a->leave.pc == b->leave.pc;
}

int kernel_expect(const struct ir_unit *unit, struct kernel_world *w, uint64_t *insns)
{
	struct ir_frame frame = { 0 };
	uint64_t fuel = w->context.fuel;
	int status = ir_interpret(unit, &w->context, &frame, &w->leave);

	ir_frame_fini(&frame);
	if (insns)
		*insns = fuel - w->context.fuel;
	return status;
}
