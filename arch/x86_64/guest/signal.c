// SPDX-License-Identifier: MIT
#include "arch/x86_64/guest/signal.h"

#include <assert.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "arch/x86_64/guest/decode.h"
#include "arch/x86_64/guest/x87.h"
#include "arch/x86_64/guest/state.h"

/* Source: Linux, arch/x86/include/uapi/asm/{ucontext,sigcontext}.h. Other flags of uc_flags are not
 * set: behind FXSAVE's image is nothing.
 */
#define UC_SIGCONTEXT_SS 2u
#define USER_CS		 0x33u
#define USER_SS		 0x2bu

struct ucontext {
	uint64_t flags, link, stack[3];
	uint64_t r8_to_r15[8];
	uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp;
	uint64_t rip, rflags;
	uint16_t cs, gs, fs, ss;
	uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8];
	uint64_t mask;
};

static_assert(offsetof(struct ucontext, r8_to_r15) == 40, "the kernel's");
static_assert(offsetof(struct ucontext, fpstate) == 224, "the kernel's");
static_assert(offsetof(struct ucontext, mask) == 296, "the kernel's");
static_assert(sizeof(struct ucontext) == 304, "the kernel's");

/* What FXSAVE stores. Source: Intel SDM, volume 1, 10.5.1. */
struct fxsave {
	uint16_t control, status;
	uint8_t full, pad;
	uint16_t opcode;
	uint64_t ip, dp;
	uint32_t mxcsr, mxcsr_mask;
	struct {
		uint64_t m;
		uint16_t se, pad[3];
	} st[8];
	uint8_t xmm[16][16];
	uint8_t reserved[96];
};

static_assert(sizeof(struct fxsave) == 512, "FXSAVE's");

/* The frame: a struct ucontext, a siginfo_t, FXSAVE's image at a multiple of 16. */
#define INFO_AT	 sizeof(struct ucontext)
#define APART_AT (INFO_AT + GUEST_SIGNAL_INFO)

static_assert(APART_AT % 16 == 0, "FXSAVE's");

#define MXCSR_MASKS 0x1f80u

/* Bits of the environment's flags as those of MXCSR, and its rounding modes by number. */
static const uint8_t flag_bit[] = { 5, 4, 3, 2, 0 };
static const uint8_t mode[] = { IR_RNE, IR_RDN, IR_RUP, IR_RTZ };
/* Where RFLAGS has the flags. */
static const uint8_t rflags_bit[] = { [X86_C] = 0, [X86_P] = 2, [X86_A] = 4,
				      [X86_Z] = 6, [X86_S] = 7, [X86_O] = 11 };

static uint32_t mxcsr_of(struct ir_fpenv fp)
{
	uint32_t value = MXCSR_MASKS, i;

	for (i = 0; i < VMB_ARRAY_SIZE(flag_bit); i++)
		value |= (fp.flags >> i & 1u) << flag_bit[i];
	for (i = 0; i < 3 && mode[i] != fp.rm; i++)
		;
	return value | i << 13;
}

static struct ir_fpenv env_of(uint32_t mxcsr)
{
	struct ir_fpenv fp = { .rm = mode[mxcsr >> 13 & 3] };
	unsigned int i;

	for (i = 0; i < VMB_ARRAY_SIZE(flag_bit); i++)
		fp.flags |= (uint8_t)((mxcsr >> flag_bit[i] & 1) << i);
	return fp;
}

static uint64_t rflags_of(const struct x86_state *s)
{
	uint64_t value = s->other | X86_RFLAGS_ONE | X86_RFLAGS_IF |
			 (uint64_t)s->back << X86_RFLAGS_DF;
	uint64_t is;
	unsigned int f;

	for (f = 0; f < X86_NR_FLAGS; f++) {
		is = f == X86_P ? !__builtin_parity(s->flag[f]) : s->flag[f];
		value |= is << rflags_bit[f];
	}
	return value;
}

static void set_rflags(struct x86_state *s, uint64_t value)
{
	unsigned int f;

	s->other = value & X86_RFLAGS_OTHER;
	s->back = value >> X86_RFLAGS_DF & 1;
	for (f = 0; f < X86_NR_FLAGS; f++)
		s->flag[f] = value >> rflags_bit[f] & 1;
	s->flag[X86_P] ^= 1;
}

static void save_fp(const struct x86_state *s, struct ir_fpenv fp, uint8_t *image)
{
	struct fxsave fx = { .control = x86_control_word(s), .status = x86_status_word(s),
			     .full = s->full, .mxcsr = mxcsr_of(fp), .mxcsr_mask = 0xffff };
	unsigned int i;

	for (i = 0; i < 8; i++) {
		fx.st[i].m = s->x87[(s->top + i) & 7].m;
		fx.st[i].se = s->x87[(s->top + i) & 7].se;
	}
	memcpy(fx.xmm, s->xmm, sizeof(fx.xmm));
	memcpy(image, &fx, sizeof(fx));
}

/* As a new thread has it. */
static void reset_fp(struct x86_state *s, struct ir_fpenv *fp)
{
	memset(s->xmm, 0, sizeof(s->xmm));
	memset(s->x87, 0, sizeof(s->x87));
	s->control = s->status = 0;
	s->top = s->full = 0;
	*fp = env_of(MXCSR_MASKS);
}

static void restore_fp(struct x86_state *s, struct ir_fpenv *fp, const uint8_t *image)
{
	struct fxsave fx;
	unsigned int i;

	memcpy(&fx, image, sizeof(fx));
	x86_set_control_word(s, fx.control);
	x86_set_status_word(s, fx.status);
	s->full = fx.full;
	for (i = 0; i < 8; i++)
		s->x87[(s->top + i) & 7] = (struct f80){ fx.st[i].m, fx.st[i].se };
	memcpy(s->xmm, fx.xmm, sizeof(fx.xmm));
	*fp = env_of(fx.mxcsr);
}

/* What the CPU says of the exceptions that become signals. Source: Intel SDM, volume 3, 6.15. */
static void describe(const struct guest_event *event, struct ucontext *u)
{
	static const struct {
		uint8_t number, vector;
	} vectors[] = { { SIGFPE, 0 }, { SIGTRAP, 3 }, { SIGILL, 6 }, { SIGSEGV, 14 }, { SIGBUS, 14 } };
	unsigned int i;

	for (i = 0; event->fault && i < VMB_ARRAY_SIZE(vectors); i++) {
		if (vectors[i].number == event->number)
			u->trapno = vectors[i].vector;
	}
	if (event->untold)
		u->trapno = 13;
	if (u->trapno == 14) {
		u->cr2 = event->address;
		u->err = 4u | event->present;
	}
}

static void save(const void *state, struct ir_fpenv fp, const struct guest_event *event,
		 uint8_t *uc, uint8_t *apart)
{
	const struct x86_state *s = state;
	struct ucontext u;

	memcpy(&u, uc, sizeof(u));
	u.flags = UC_SIGCONTEXT_SS;
	memcpy(u.r8_to_r15, &s->r[8], sizeof(u.r8_to_r15));
	u.rdi = s->r[X86_RDI];
	u.rsi = s->r[X86_RSI];
	u.rbp = s->r[X86_RBP];
	u.rbx = s->r[X86_RBX];
	u.rdx = s->r[X86_RDX];
	u.rax = s->r[X86_RAX];
	u.rcx = s->r[X86_RCX];
	u.rsp = s->r[X86_RSP];
	u.rip = s->pc;
	u.rflags = rflags_of(s);
	u.cs = USER_CS;
	u.ss = USER_SS;
	u.oldmask = u.mask;
	describe(event, &u);
	memcpy(uc, &u, sizeof(u));
	save_fp(s, fp, apart);
}

static void enter(void *state, struct ir_fpenv *fp)
{
	struct x86_state *s = state;

	s->r[X86_RAX] = 0;
	s->back = 0;
	reset_fp(s, fp);
}

static void restore(void *state, struct ir_fpenv *fp, const uint8_t *uc, const uint8_t *apart)
{
	struct x86_state *s = state;
	struct ucontext u;

	memcpy(&u, uc, sizeof(u));
	memcpy(&s->r[8], u.r8_to_r15, sizeof(u.r8_to_r15));
	s->r[X86_RDI] = u.rdi;
	s->r[X86_RSI] = u.rsi;
	s->r[X86_RBP] = u.rbp;
	s->r[X86_RBX] = u.rbx;
	s->r[X86_RDX] = u.rdx;
	s->r[X86_RAX] = u.rax;
	s->r[X86_RCX] = u.rcx;
	s->r[X86_RSP] = u.rsp;
	s->pc = u.rip;
	set_rflags(s, u.rflags);
	if (apart)
		restore_fp(s, fp, apart);
	else
		reset_fp(s, fp);
}

#define AT(field)	    .at = offsetof(struct ucontext, field)
#define APART(field)	    .apart = true, .at = offsetof(struct fxsave, field)
#define NOT_HERE(what)	    { .name = (what), .nr = 1, .bits = 32, .none = true }

static const struct guest_registers registers[] = {
	{ .feature = "org.gnu.gdb.i386.core", .name = "rax", .nr = 1, .bits = 64, AT(rax) },
	{ .name = "rbx", .nr = 1, .bits = 64, AT(rbx) },
	{ .name = "rcx", .nr = 1, .bits = 64, AT(rcx) },
	{ .name = "rdx", .nr = 1, .bits = 64, AT(rdx) },
	{ .name = "rsi", .nr = 1, .bits = 64, AT(rsi) },
	{ .name = "rdi", .nr = 1, .bits = 64, AT(rdi) },
	{ .name = "rbp", .nr = 1, .bits = 64, .type = "data_ptr", AT(rbp) },
	{ .name = "rsp", .nr = 1, .bits = 64, .type = "data_ptr", AT(rsp) },
	{ .name = "r", .nr = 8, .first = 8, .bits = 64, AT(r8_to_r15), .step = 8 },
	{ .name = "rip", .nr = 1, .bits = 64, .type = "code_ptr", AT(rip) },
	{ .name = "eflags", .nr = 1, .bits = 32, AT(rflags) },
	NOT_HERE("cs"), NOT_HERE("ss"), NOT_HERE("ds"), NOT_HERE("es"),
	NOT_HERE("fs"), NOT_HERE("gs"),
	{ .name = "st", .nr = 8, .bits = 80, .type = "i387_ext", APART(st), .step = 16 },
	NOT_HERE("fctrl"), NOT_HERE("fstat"), NOT_HERE("ftag"), NOT_HERE("fiseg"),
	NOT_HERE("fioff"), NOT_HERE("foseg"), NOT_HERE("fooff"), NOT_HERE("fop"),
	{ .feature = "org.gnu.gdb.i386.sse", .name = "xmm", .nr = 16, .bits = 128, .type = "uint128",
	  APART(xmm), .step = 16 },
	{ .name = "mxcsr", .nr = 1, .bits = 32, APART(mxcsr) },
	{ 0 },
};

const struct guest_signal x86_guest_signal = {
	.frame_bytes = APART_AT + sizeof(struct fxsave),
	.info_at = INFO_AT,
	.apart_at = APART_AT,
	.uc_bytes = sizeof(struct ucontext),
	.mask_at = offsetof(struct ucontext, mask),
	.apart_bytes = sizeof(struct fxsave),
	.pointer_at = offsetof(struct ucontext, fpstate),
	.red_zone = 128,
	.pushes = true,
	.restorer = true,
	.syscall_bytes = 2,
	.illegal_code = ILL_ILLOPN,
	.address_bits = 48,
	.trampoline = { 0x00000fb8, 0x90050f00 }, /* mov eax, 15; syscall; nop */
	.save = save,
	.enter = enter,
	.restore = restore,
	.gdb_name = "i386:x86-64",
	.registers = registers,
};
