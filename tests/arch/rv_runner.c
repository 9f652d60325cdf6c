// SPDX-License-Identifier: MIT
/*
 * Executes the cases that rv64_lift_test sends, on a RISC-V CPU or under qemu-riscv64. Built alone,
 * without a C library: the instructions may change every register but x31.
 */
#include <stddef.h>
#include <stdint.h>

#include "tests/arch/rv_case.h"

uint64_t saved_sp, scratch;

void run_case(struct rv_case *c, const void *code);
extern const char case_fell_through[], case_landed[];

/* Offsets of struct rv_case; x is at 0. */
_Static_assert(offsetof(struct rv_case, f) == 256, "run_case");
_Static_assert(offsetof(struct rv_case, fcsr) == 512, "run_case");
_Static_assert(offsetof(struct rv_case, landed) == 516, "run_case");

/* a0 is the case, a1 its code. The slot itself loads x30. A failing sc ends old reservations. */
__asm__(".text\n.option norelax\n"
	".globl run_case, case_fell_through, case_landed\n"
	"run_case:\n"
	"addi sp, sp, -128\n"
	"sd ra, 0(sp)\nsd gp, 8(sp)\nsd tp, 16(sp)\nsd s0, 24(sp)\nsd s1, 32(sp)\n"
	"sd s2, 40(sp)\nsd s3, 48(sp)\nsd s4, 56(sp)\nsd s5, 64(sp)\nsd s6, 72(sp)\n"
	"sd s7, 80(sp)\nsd s8, 88(sp)\nsd s9, 96(sp)\nsd s10, 104(sp)\nsd s11, 112(sp)\n"
	"la t0, saved_sp\nsd sp, 0(t0)\n"
	"la t0, scratch\nsc.d zero, zero, (t0)\n"
	"mv x31, a0\n"
	"mv x30, a1\n"
	"lw t0, 512(x31)\n"
	"fscsr t0\n"
	"fld f0, 256(x31)\nfld f1, 264(x31)\nfld f2, 272(x31)\nfld f3, 280(x31)\n"
	"fld f4, 288(x31)\nfld f5, 296(x31)\nfld f6, 304(x31)\nfld f7, 312(x31)\n"
	"fld f8, 320(x31)\nfld f9, 328(x31)\nfld f10, 336(x31)\nfld f11, 344(x31)\n"
	"fld f12, 352(x31)\nfld f13, 360(x31)\nfld f14, 368(x31)\nfld f15, 376(x31)\n"
	"fld f16, 384(x31)\nfld f17, 392(x31)\nfld f18, 400(x31)\nfld f19, 408(x31)\n"
	"fld f20, 416(x31)\nfld f21, 424(x31)\nfld f22, 432(x31)\nfld f23, 440(x31)\n"
	"fld f24, 448(x31)\nfld f25, 456(x31)\nfld f26, 464(x31)\nfld f27, 472(x31)\n"
	"fld f28, 480(x31)\nfld f29, 488(x31)\nfld f30, 496(x31)\nfld f31, 504(x31)\n"
	"ld x1, 8(x31)\nld x2, 16(x31)\nld x3, 24(x31)\nld x4, 32(x31)\nld x5, 40(x31)\n"
	"ld x6, 48(x31)\nld x7, 56(x31)\nld x8, 64(x31)\nld x9, 72(x31)\nld x10, 80(x31)\n"
	"ld x11, 88(x31)\nld x12, 96(x31)\nld x13, 104(x31)\nld x14, 112(x31)\nld x15, 120(x31)\n"
	"ld x16, 128(x31)\nld x17, 136(x31)\nld x18, 144(x31)\nld x19, 152(x31)\n"
	"ld x20, 160(x31)\nld x21, 168(x31)\nld x22, 176(x31)\nld x23, 184(x31)\n"
	"ld x24, 192(x31)\nld x25, 200(x31)\nld x26, 208(x31)\nld x27, 216(x31)\n"
	"ld x28, 224(x31)\nld x29, 232(x31)\n"
	"jr x30\n"
	"case_fell_through:\n"
	"sw zero, 516(x31)\n"
	"case_landed:\n"
	"sd x1, 8(x31)\nsd x2, 16(x31)\nsd x3, 24(x31)\nsd x4, 32(x31)\nsd x5, 40(x31)\n"
	"sd x6, 48(x31)\nsd x7, 56(x31)\nsd x8, 64(x31)\nsd x9, 72(x31)\nsd x10, 80(x31)\n"
	"sd x11, 88(x31)\nsd x12, 96(x31)\nsd x13, 104(x31)\nsd x14, 112(x31)\nsd x15, 120(x31)\n"
	"sd x16, 128(x31)\nsd x17, 136(x31)\nsd x18, 144(x31)\nsd x19, 152(x31)\n"
	"sd x20, 160(x31)\nsd x21, 168(x31)\nsd x22, 176(x31)\nsd x23, 184(x31)\n"
	"sd x24, 192(x31)\nsd x25, 200(x31)\nsd x26, 208(x31)\nsd x27, 216(x31)\n"
	"sd x28, 224(x31)\nsd x29, 232(x31)\nsd x30, 240(x31)\n"
	"frcsr t0\n"
	"sw t0, 512(x31)\n"
	"fsd f0, 256(x31)\nfsd f1, 264(x31)\nfsd f2, 272(x31)\nfsd f3, 280(x31)\n"
	"fsd f4, 288(x31)\nfsd f5, 296(x31)\nfsd f6, 304(x31)\nfsd f7, 312(x31)\n"
	"fsd f8, 320(x31)\nfsd f9, 328(x31)\nfsd f10, 336(x31)\nfsd f11, 344(x31)\n"
	"fsd f12, 352(x31)\nfsd f13, 360(x31)\nfsd f14, 368(x31)\nfsd f15, 376(x31)\n"
	"fsd f16, 384(x31)\nfsd f17, 392(x31)\nfsd f18, 400(x31)\nfsd f19, 408(x31)\n"
	"fsd f20, 416(x31)\nfsd f21, 424(x31)\nfsd f22, 432(x31)\nfsd f23, 440(x31)\n"
	"fsd f24, 448(x31)\nfsd f25, 456(x31)\nfsd f26, 464(x31)\nfsd f27, 472(x31)\n"
	"fsd f28, 480(x31)\nfsd f29, 488(x31)\nfsd f30, 496(x31)\nfsd f31, 504(x31)\n"
	"la t0, saved_sp\nld sp, 0(t0)\n"
	"ld ra, 0(sp)\nld gp, 8(sp)\nld tp, 16(sp)\nld s0, 24(sp)\nld s1, 32(sp)\n"
	"ld s2, 40(sp)\nld s3, 48(sp)\nld s4, 56(sp)\nld s5, 64(sp)\nld s6, 72(sp)\n"
	"ld s7, 80(sp)\nld s8, 88(sp)\nld s9, 96(sp)\nld s10, 104(sp)\nld s11, 112(sp)\n"
	"addi sp, sp, 128\n"
	"ret\n");

static long call(long number, long a, long b, long c, long d, long e, long f)
{
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;
	register long a5 __asm__("a5") = f;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
			 : "memory");
	return a0;
}

#include "tests/arch/bare_runner.h"

/* j */
static uint32_t jump(uint64_t from, const char *to)
{
	uint32_t by = (uint32_t)((uint64_t)to - from);

	return 0x6f | (by >> 20 & 1) << 31 | (by >> 1 & 0x3ff) << 21 | (by >> 11 & 1) << 20 |
	       (by >> 12 & 0xff) << 12;
}

static uint8_t *slot(unsigned int i)
{
	return (uint8_t *)(RV_CODE + i * RV_SLOT_BYTES);
}

static void write_slot(unsigned int i, const struct rv_case *c)
{
	uint32_t *first = (uint32_t *)slot(i);

	first[0] = 0x0f0fbf03; /* ld x30, 240(x31) */
	copy((uint8_t *)&first[1], c->code, RV_CASE_BYTES);
	first[5] = jump((uint64_t)&first[5], case_fell_through);
	first[6] = jump((uint64_t)&first[6], case_landed);
}

static struct rv_case batch[RV_BATCH];

void _start(void)
{
	uint8_t *data = (uint8_t *)RV_DATA;
	uint32_t nr, i;

	map(RV_CODE, RV_BATCH * RV_SLOT_BYTES);
	map(RV_DATA & ~UINT64_C(4095), 8192);
	for (;;) {
		transfer(SYS_READ, 0, &nr, sizeof(nr));
		if (nr > RV_BATCH)
			leave(4);
		transfer(SYS_READ, 0, batch, nr * sizeof(batch[0]));
		for (i = 0; i < nr; i++)
			write_slot(i, &batch[i]);
		__asm__ volatile("fence.i" : : : "memory");
		for (i = 0; i < nr; i++) {
			batch[i].landed = 1;
			copy(data, batch[i].memory, RV_CASE_MEM_BYTES);
			run_case(&batch[i], slot(i));
			copy(batch[i].memory, data, RV_CASE_MEM_BYTES);
		}
		transfer(SYS_WRITE, 1, batch, nr * sizeof(batch[0]));
	}
}
