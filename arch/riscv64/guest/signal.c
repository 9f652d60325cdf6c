// SPDX-License-Identifier: MIT
#include "arch/riscv64/guest/signal.h"

#include <signal.h>
#include <string.h>

#include "arch/riscv64/guest/state.h"

/* Linux, arch/riscv/include/uapi/asm/{ucontext,sigcontext,ptrace}.h */
struct ucontext {
	uint64_t flags, link, stack[3], mask;
	uint8_t unused[120];
	uint64_t pad;
	uint64_t pc, x[31];
	uint64_t f[32];
	uint32_t fcsr;
	uint8_t reserved[268];
};

static_assert(offsetof(struct ucontext, mask) == 40, "the kernel's");
static_assert(offsetof(struct ucontext, pc) == 176, "the kernel's");
static_assert(offsetof(struct ucontext, f) == 432, "the kernel's");
static_assert(sizeof(struct ucontext) == 960, "the kernel's");

static void save(const void *state, struct ir_fpenv fp, const struct guest_event *event,
		 uint8_t *uc, uint8_t *apart)
{
	const struct rv_state *s = state;
	struct ucontext u;

	(void)event, (void)apart;
	memcpy(&u, uc, sizeof(u));
	u.pc = s->pc;
	memcpy(u.x, &s->x[1], sizeof(u.x));
	memcpy(u.f, s->f, sizeof(u.f));
	u.fcsr = fp.flags | s->frm << 5;
	memcpy(uc, &u, sizeof(u));
}

static void restore(void *state, struct ir_fpenv *fp, const uint8_t *uc, const uint8_t *apart)
{
	struct rv_state *s = state;
	struct ucontext u;

	(void)apart;
	memcpy(&u, uc, sizeof(u));
	s->pc = u.pc;
	memcpy(&s->x[1], u.x, sizeof(u.x));
	memcpy(s->f, u.f, sizeof(s->f));
	s->frm = u.fcsr >> 5 & 7;
	s->reserved = UINT64_MAX;
	fp->rm = s->frm & 3;
	fp->flags = u.fcsr & 31;
}

#define AT(field) .at = offsetof(struct ucontext, field)

static const struct guest_registers registers[] = {
	{ .feature = "org.gnu.gdb.riscv.cpu", .name = "x0", .nr = 1, .bits = 64, .none = true },
	{ .name = "x", .nr = 31, .first = 1, .bits = 64, AT(x), .step = 8 },
	{ .name = "pc", .nr = 1, .bits = 64, .type = "code_ptr", AT(pc) },
	{ .feature = "org.gnu.gdb.riscv.fpu", .name = "f", .nr = 32, .bits = 64, .type = "ieee_double",
	  AT(f), .step = 8 },
	{ .name = "fcsr", .nr = 1, .bits = 32, AT(fcsr) },
	{ 0 },
};

const struct guest_signal rv_guest_signal = {
	.frame_bytes = GUEST_SIGNAL_INFO + sizeof(struct ucontext),
	.uc_at = GUEST_SIGNAL_INFO,
	.uc_bytes = sizeof(struct ucontext),
	.mask_at = offsetof(struct ucontext, mask),
	.link = RV_X(1),
	.syscall_bytes = 4,
	.illegal_code = ILL_ILLOPC,
	.trampoline = { 0x08b00893, 0x00000073 }, /* li a7, 139; ecall */
	.save = save,
	.restore = restore,
	.gdb_name = "riscv:rv64",
	.registers = registers,
};
