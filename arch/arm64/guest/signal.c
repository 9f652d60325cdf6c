// SPDX-License-Identifier: MIT
#include "arch/arm64/guest/signal.h"

#include <assert.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "arch/arm64/guest/state.h"

#define FPSIMD_CONTEXT 0x46508001u
#define QC	       (UINT32_C(1) << 27)

/* Linux, arch/arm64/include/uapi/asm/{ucontext,sigcontext}.h; behind fpsimd is the end of the list. */
struct ucontext {
	uint64_t flags, link, stack[3], mask;
	uint8_t unused[120];
	uint64_t pad;
	uint64_t fault_address, x[31], sp, pc, pstate;
	uint64_t pad2;
	uint32_t magic, size, fpsr, fpcr;
	uint8_t q[32][16];
	uint8_t reserved[4096 - 528];
};

static_assert(offsetof(struct ucontext, mask) == 40, "the kernel's");
static_assert(offsetof(struct ucontext, fault_address) == 176, "the kernel's");
static_assert(offsetof(struct ucontext, magic) == 464, "the kernel's");
static_assert(sizeof(struct ucontext) == 4560, "the kernel's");

/* Rounding modes and flags as the IR has them, and as the registers do. */
static const uint8_t mode[] = { IR_RNE, IR_RUP, IR_RDN, IR_RTZ };

static uint32_t reversed(uint32_t flags)
{
	return (flags & 1) << 4 | (flags & 2) << 2 | (flags & 4) | (flags & 8) >> 2 | (flags & 16) >> 4;
}

static uint32_t fpcr_of(struct ir_fpenv fp)
{
	uint32_t i;

	for (i = 0; i < 3 && mode[i] != fp.rm; i++)
		;
	return i << 22;
}

static void save(const void *state, struct ir_fpenv fp, const struct guest_event *event,
		 uint8_t *uc, uint8_t *apart)
{
	const struct a64_state *s = state;
	struct ucontext u;

	(void)apart;
	memcpy(&u, uc, sizeof(u));
	u.fault_address = event->address;
	memcpy(u.x, s->x, sizeof(u.x));
	u.sp = s->x[A64_SP];
	u.pc = s->pc;
	u.pstate = (uint64_t)s->n << 31 | (uint64_t)s->z << 30 | (uint64_t)s->c << 29 |
		   (uint64_t)s->v << 28;
	u.magic = FPSIMD_CONTEXT;
	u.size = 528;
	u.fpsr = reversed(fp.flags) | (s->qc.d[0] | s->qc.d[1] ? QC : 0);
	u.fpcr = fpcr_of(fp);
	memcpy(u.q, s->q, sizeof(u.q));
	memcpy(uc, &u, sizeof(u));
}

static void restore_vectors(struct a64_state *s, struct ir_fpenv *fp, const struct ucontext *u)
{
	fp->rm = mode[u->fpcr >> 22 & 3];
	fp->flags = (uint8_t)reversed(u->fpsr);
	s->qc = (union ir_val){ .d = { u->fpsr & QC ? 1 : 0 } };
	memcpy(s->q, u->q, sizeof(s->q));
}

static void restore(void *state, struct ir_fpenv *fp, const uint8_t *uc, const uint8_t *apart)
{
	struct a64_state *s = state;
	struct ucontext u;

	(void)apart;
	memcpy(&u, uc, sizeof(u));
	memcpy(s->x, u.x, sizeof(u.x));
	s->x[A64_SP] = u.sp;
	s->pc = u.pc;
	s->n = u.pstate >> 31 & 1;
	s->z = u.pstate >> 30 & 1;
	s->c = u.pstate >> 29 & 1;
	s->v = u.pstate >> 28 & 1;
	s->monitor = 0;
	if (u.magic == FPSIMD_CONTEXT)
		restore_vectors(s, fp, &u);
}

#define AT(field) .at = offsetof(struct ucontext, field)

static const struct guest_registers registers[] = {
	{ .feature = "org.gnu.gdb.aarch64.core", .name = "x", .nr = 31, .bits = 64, AT(x), .step = 8 },
	{ .name = "sp", .nr = 1, .bits = 64, .type = "data_ptr", AT(sp) },
	{ .name = "pc", .nr = 1, .bits = 64, .type = "code_ptr", AT(pc) },
	{ .name = "cpsr", .nr = 1, .bits = 32, AT(pstate) },
	{ .feature = "org.gnu.gdb.aarch64.fpu", .name = "v", .nr = 32, .bits = 128, .type = "uint128",
	  AT(q), .step = 16 },
	{ .name = "fpsr", .nr = 1, .bits = 32, AT(fpsr) },
	{ .name = "fpcr", .nr = 1, .bits = 32, AT(fpcr) },
	{ 0 },
};

const struct guest_signal a64_guest_signal = {
	.frame_bytes = GUEST_SIGNAL_INFO + sizeof(struct ucontext),
	.uc_at = GUEST_SIGNAL_INFO,
	.uc_bytes = sizeof(struct ucontext),
	.mask_at = offsetof(struct ucontext, mask),
	.link = offsetof(struct a64_state, x) + 30 * 8,
	.restorer = true,
	.syscall_bytes = 4,
	.illegal_code = ILL_ILLOPC,
	.trampoline = { 0xd2801168, 0xd4000001 }, /* mov x8, 139; svc 0 */
	.save = save,
	.restore = restore,
	.gdb_name = "aarch64",
	.registers = registers,
};
