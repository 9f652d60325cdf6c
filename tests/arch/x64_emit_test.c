// SPDX-License-Identifier: MIT
/*
 * The encoder of x86_64 against an independent disassembler, objdump: every function with every
 * register and the shapes of addresses, compared as text.
 */
#include "tests/test.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/x86_64/host/emit.h"

#define MAX_INSNS 60000u
#define MAX_BYTES (1u << 20)

struct expectation {
	uint32_t at;
	char text[76];
};

static struct expectation expected[MAX_INSNS];
static uint32_t nr_expected;
static uint8_t bytes_of_code[MAX_BYTES];
static struct code_buf buf;

/* The instruction that comes next, as objdump writes it, with one space between its words. */
VMB_PRINTF(1, 2) static void expect(const char *fmt, ...)
{
	struct expectation *e = &expected[nr_expected++];
	va_list args;

	assert_true(nr_expected <= MAX_INSNS);
	e->at = code_buf_at(&buf);
	va_start(args, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, args);
	va_end(args);
}

static const char *reg(unsigned int bytes, unsigned int n)
{
	static const char *const names[4][16] = {
		{ "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b",
		  "r12b", "r13b", "r14b", "r15b" },
		{ "ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w",
		  "r13w", "r14w", "r15w" },
		{ "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d",
		  "r12d", "r13d", "r14d", "r15d" },
		{ "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11",
		  "r12", "r13", "r14", "r15" },
	};

	return names[__builtin_ctz(bytes)][n];
}

static const char *pointer(unsigned int bytes)
{
	static const char *const names[] = { "BYTE", "WORD", "DWORD", "QWORD", "XMMWORD" };

	return names[__builtin_ctz(bytes)];
}

/* "[base+index*scale+0xdisp]"; a displacement is written if the encoding has one. */
static const char *address(struct x64_mem mem)
{
	static char text[4][48];
	static unsigned int turn;
	char *out = text[turn++ % 4];
	int n = sprintf(out, "[%s", reg(8, mem.base));

	if (mem.index != X64_NO_INDEX)
		n += sprintf(out + n, "+%s*%u", reg(8, mem.index), 1u << mem.scale);
	if (mem.disp < 0)
		n += sprintf(out + n, "-0x%x", -(unsigned int)mem.disp);
	else if (mem.disp || (mem.base & 7) == RBP)
		n += sprintf(out + n, "+0x%x", (unsigned int)mem.disp);
	strcpy(out + n, "]");
	return out;
}

static const int32_t disps[] = { 0, 1, -1, 127, 128, -128, -129, 0x12345678, INT32_MIN };

/* Call @emit with all bases, some indices, all displacements. */
static void each_address(void (*emit)(struct x64_mem mem, unsigned int n))
{
	unsigned int base, index, d, n = 0;

	for (base = 0; base < 16; base++)
		for (d = 0; d < VMB_ARRAY_SIZE(disps); d++)
			emit(x64_at(base, disps[d]), n++);
	for (base = 0; base < 16; base++)
		for (index = 0; index < 16; index++)
			if (index != X64_NO_INDEX)
				emit((struct x64_mem){ (uint8_t)base, (uint8_t)index, index & 3,
						       disps[(base + index) % 9] }, n++);
}

static char *squeeze(char *text)
{
	char *in = text, *out = text;

	while (*in) {
		if (*in != ' ' || (in[1] != ' ' && in[1]))
			*out++ = *in;
		in++;
	}
	*out = 0;
	return text;
}

static void begin(void)
{
	nr_expected = 0;
	code_buf_init(&buf, bytes_of_code, sizeof(bytes_of_code));
}

static void compare(FILE *in)
{
	char line[256];
	uint32_t i = 0, failed = 0;

	while (fgets(line, sizeof(line), in)) {
		char *end, *text;
		unsigned long at = strtoul(line, &end, 16);

		if (*end != ':' || end == line || end[1] != '\t')
			continue;
		text = end + 2;
		text[strcspn(text, "#\n")] = 0;
		squeeze(text);
		assert_true(i < nr_expected);
		if (at != expected[i].at || strcmp(text, expected[i].text) != 0) {
			print_error("%lx: %s, expected %x: %s\n", at, text, expected[i].at,
				    expected[i].text);
			if (++failed > 20)
				break;
		}
		i++;
	}
	assert_int_equal(failed, 0);
	assert_int_equal(i, nr_expected);
}

static void end(void)
{
	char path[] = "/tmp/vmb_x64_XXXXXX", command[128];
	int fd = mkstemp(path);
	FILE *in;

	assert_true(fd >= 0);
	assert_false(buf.overflow);
	assert_int_equal(write(fd, bytes_of_code, code_buf_at(&buf)), code_buf_at(&buf));
	close(fd);
	snprintf(command, sizeof(command),
		 "objdump -D -b binary -m i386:x86-64 -M intel --no-show-raw-insn %s", path);
	in = popen(command, "r");
	assert_non_null(in);
	compare(in);
	assert_int_equal(pclose(in), 0);
	unlink(path);
	print_message("%u instructions\n", nr_expected);
}

static const char *const alu[] = { "add", "or", "adc", "sbb", "and", "sub", "xor", "cmp" };
static unsigned int op_now, bytes_now;

static void alu_mem(struct x64_mem mem, unsigned int n)
{
	expect("%s %s,%s PTR %s", alu[op_now], reg(bytes_now, n % 16), pointer(bytes_now),
	       address(mem));
	x64_alu_rm(&buf, op_now, bytes_now, n % 16, mem);
	expect("%s %s PTR %s,0x7", alu[op_now], pointer(bytes_now), address(mem));
	x64_alu_mi(&buf, op_now, bytes_now, mem, 7);
}

/* As an immediate of @bytes is printed. */
static unsigned long long printed(unsigned int bytes, int64_t imm)
{
	return (unsigned long long)imm & (~0ull >> (64 - 8 * bytes));
}

static void alu_imm(unsigned int a)
{
	static const int32_t imms[] = { 0, 1, -1, 127, -128, 128, -129, 0x7fff, INT32_MIN };
	unsigned int i;

	for (i = 0; i < VMB_ARRAY_SIZE(imms); i++) {
		expect("%s %s,0x%llx", alu[op_now], reg(bytes_now, a), printed(bytes_now, imms[i]));
		x64_alu_ri(&buf, op_now, bytes_now, a, imms[i]);
	}
}

static void each_width(void (*test)(void))
{
	for (bytes_now = 1; bytes_now <= 8; bytes_now *= 2)
		test();
}

static void alu_forms(void)
{
	unsigned int a, b;

	for (op_now = 0; op_now < 8; op_now++) {
		for (a = 0; a < 16; a++) {
			for (b = 0; b < 16; b++) {
				expect("%s %s,%s", alu[op_now], reg(bytes_now, a),
				       reg(bytes_now, b));
				x64_alu_rr(&buf, op_now, bytes_now, a, b);
			}
			alu_imm(a);
		}
		each_address(alu_mem);
	}
}

static void test_emit_alu(void **state)
{
	(void)state;
	begin();
	each_width(alu_forms);
	end();
}

static void one_register(void)
{
	static const char *const shift[] = { "rol", "ror", "", "", "shl", "shr", "", "sar" };
	static const char *const unary[] = { "", "", "not", "neg", "mul", "imul", "div", "idiv" };
	unsigned int a, b, op;

	for (a = 0; a < 16; a++) {
		const char *name = reg(bytes_now, a);

		for (op = 0; op < 8; op++) {
			if (*shift[op]) {
				expect("%s %s,cl", shift[op], name);
				x64_shift_cl(&buf, op, bytes_now, a);
				expect("%s %s,0x7", shift[op], name);
				x64_shift_i(&buf, op, bytes_now, a, 7);
			}
			if (*unary[op]) {
				expect("%s %s", unary[op], name);
				x64_unary(&buf, op, bytes_now, a);
			}
		}
		expect("test %s,0x%llx", name, printed(bytes_now, 0x12345678));
		x64_test_ri(&buf, bytes_now, a, 0x12345678);
		for (b = 0; b < 16; b++) {
			expect("test %s,%s", name, reg(bytes_now, b));
			x64_test_rr(&buf, bytes_now, a, b);
		}
	}
}

static void move_mem(struct x64_mem mem, unsigned int n)
{
	static const char *const load[] = { "movzx", "movzx", "mov", "mov" };
	unsigned int width = bytes_now == 8 ? 8 : 4;

	expect("mov %s PTR %s,%s", pointer(bytes_now), address(mem), reg(bytes_now, n % 16));
	x64_store(&buf, bytes_now, mem, n % 16);
	expect("%s %s,%s PTR %s", load[__builtin_ctz(bytes_now)], reg(width, n % 16),
	       pointer(bytes_now), address(mem));
	x64_load(&buf, bytes_now, n % 16, mem);
}

static void moves(void)
{
	each_address(move_mem);
}

static void test_emit_one_register_and_moves(void **state)
{
	(void)state;
	begin();
	each_width(one_register);
	each_width(moves);
	end();
}

static void test_emit_constants(void **state)
{
	static const uint64_t imms[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
					 UINT64_MAX, 0xffffffff80000000, 0x123456789abcdef0 };
	unsigned int a, i;

	(void)state;
	begin();
	for (a = 0; a < 16; a++) {
		for (i = 0; i < VMB_ARRAY_SIZE(imms); i++) {
			bool low = imms[i] <= UINT32_MAX;

			expect("%s %s,0x%llx", low || imms[i] >= 0xffffffff80000000 ? "mov" : "movabs",
			       reg(low ? 4 : 8, a), (unsigned long long)imms[i]);
			x64_mov_imm(&buf, a, imms[i]);
		}
		expect("mov QWORD PTR [%s%s],0xffffffffffffff85", reg(8, a),
		       (a & 7) == RBP ? "+0x0" : "");
		x64_store_imm(&buf, x64_at(a, 0), -123);
		expect("mov BYTE PTR [%s%s],0xc8", reg(8, a), (a & 7) == RBP ? "+0x0" : "");
		x64_store_imm8(&buf, x64_at(a, 0), 200);
		expect("bswap %s", reg(4, a));
		x64_bswap(&buf, 4, a);
		expect("bswap %s", reg(8, a));
		x64_bswap(&buf, 8, a);
	}
	expect("cdq");
	x64_cdq(&buf, 4);
	expect("cqo");
	x64_cdq(&buf, 8);
	end();
}

/* Opcodes with a destination register and a source that is a register, by their widths. */
static const struct {
	const char *name;
	uint32_t op;
	uint8_t dst, src; /* bytes; 16: xmm */
	bool reversed;	  /* the r/m field is the destination */
} pairs[] = {
	{ "mov", X64_MOV, 4, 4, false },	{ "mov", X64_MOV | X64_W, 8, 8, false },
	{ "movsxd", X64_MOVSXD, 8, 4, false },	{ "movzx", X64_MOVZX8, 4, 1, false },
	{ "movzx", X64_MOVZX16, 4, 2, false },	{ "movsx", X64_MOVSX8, 4, 1, false },
	{ "movsx", X64_MOVSX8 | X64_W, 8, 1, false }, { "movsx", X64_MOVSX16, 4, 2, false },
	{ "movsx", X64_MOVSX16 | X64_W, 8, 2, false }, { "imul", X64_IMUL, 4, 4, false },
	{ "imul", X64_IMUL | X64_W, 8, 8, false }, { "lzcnt", X64_LZCNT, 4, 4, false },
	{ "lzcnt", X64_LZCNT | X64_W, 8, 8, false }, { "tzcnt", X64_TZCNT | X64_W, 8, 8, false },
	{ "popcnt", X64_POPCNT, 4, 4, false },	{ "movaps", X64_MOVAPS, 16, 16, false },
	{ "movd", X64_MOVD, 16, 4, false },	{ "movq", X64_MOVD | X64_W, 16, 8, false },
	{ "movd", X64_MOVD_STORE, 4, 16, true }, { "movq", X64_MOVD_STORE | X64_W, 8, 16, true },
	{ "ucomiss", X64_UCOMI, 16, 16, false }, { "ucomisd", X64_UCOMI | X64_66, 16, 16, false },
	{ "comiss", X64_COMI, 16, 16, false },	{ "comisd", X64_COMI | X64_66, 16, 16, false },
	{ "addss", X64_FADD | X64_F3, 16, 16, false }, { "addsd", X64_FADD | X64_F2, 16, 16, false },
	{ "mulss", X64_FMUL | X64_F3, 16, 16, false }, { "subsd", X64_FSUB | X64_F2, 16, 16, false },
	{ "divss", X64_FDIV | X64_F3, 16, 16, false }, { "minsd", X64_FMIN | X64_F2, 16, 16, false },
	{ "maxss", X64_FMAX | X64_F3, 16, 16, false }, { "sqrtsd", X64_SQRT | X64_F2, 16, 16, false },
	{ "cvtss2sd", X64_CVTF2F | X64_F3, 16, 16, false },
	{ "cvtsd2ss", X64_CVTF2F | X64_F2, 16, 16, false },
	{ "cvtsi2ss", X64_CVTSI2F | X64_F3, 16, 4, false },
	{ "cvtsi2sd", X64_CVTSI2F | X64_F2 | X64_W, 16, 8, false },
	{ "cvttss2si", X64_CVTTF2SI | X64_F3, 4, 16, false },
	{ "cvtsd2si", X64_CVTF2SI | X64_F2 | X64_W, 8, 16, false },
	{ "andps", X64_ANDPS, 16, 16, false },	{ "andnps", X64_ANDNPS, 16, 16, false },
	{ "orps", X64_ORPS, 16, 16, false },	{ "xorps", X64_XORPS, 16, 16, false },
	{ "punpcklqdq", X64_PUNPCKLQDQ, 16, 16, false },
	{ "pminsd", X64_0F38(0x39u) | X64_66, 16, 16, false },
};

static const char *any_reg(unsigned int bytes, unsigned int n)
{
	static char xmm[4][8];
	static unsigned int turn;
	char *out = xmm[turn++ % 4];

	if (bytes != 16)
		return reg(bytes, n);
	sprintf(out, "xmm%u", n);
	return out;
}

static void test_emit_pairs(void **state)
{
	unsigned int i, a, b;

	(void)state;
	begin();
	for (i = 0; i < VMB_ARRAY_SIZE(pairs); i++)
		for (a = 0; a < 16; a++)
			for (b = 0; b < 16; b++) {
				expect("%s %s,%s", pairs[i].name, any_reg(pairs[i].dst, a),
				       any_reg(pairs[i].src, b));
				if (pairs[i].reversed)
					x64_rr(&buf, pairs[i].op, X64_XMM(b), a);
				else
					x64_rr(&buf, pairs[i].op,
					       pairs[i].dst == 16 ? X64_XMM(a) : a,
					       pairs[i].src == 16 ? X64_XMM(b) : b);
			}
	end();
}

static void vector_mem(struct x64_mem mem, unsigned int n)
{
	static const struct {
		const char *name, *size;
		uint32_t load, store;
	} ops[] = {
		{ "movss", "DWORD", X64_MOVSS, X64_MOVSS_STORE },
		{ "movsd", "QWORD", X64_MOVSD, X64_MOVSD_STORE },
		{ "movups", "XMMWORD", X64_MOVUPS, X64_MOVUPS_STORE },
	};
	unsigned int i;

	for (i = 0; i < 3; i++) {
		expect("%s xmm%u,%s PTR %s", ops[i].name, n % 16, ops[i].size, address(mem));
		x64_rm(&buf, ops[i].load, X64_XMM(n % 16), mem);
		expect("%s %s PTR %s,xmm%u", ops[i].name, ops[i].size, address(mem), n % 16);
		x64_rm(&buf, ops[i].store, X64_XMM(n % 16), mem);
	}
	expect("lea %s,%s", reg(8, n % 16), address(mem));
	x64_rm(&buf, X64_LEA | X64_W, n % 16, mem);
	expect("lock xadd QWORD PTR %s,%s", address(mem), reg(8, n % 16));
	x64_rm(&buf, X64_XADD | X64_W | X64_LOCK, n % 16, mem);
	expect("lock cmpxchg WORD PTR %s,%s", address(mem), reg(2, n % 16));
	x64_rm(&buf, X64_CMPXCHG | X64_66 | X64_LOCK, n % 16, mem);
	expect("lock cmpxchg BYTE PTR %s,%s", address(mem), reg(1, n % 16));
	x64_rm(&buf, (X64_CMPXCHG - 1) | X64_BYTE_REG | X64_LOCK, n % 16, mem);
	expect("xchg DWORD PTR %s,%s", address(mem), reg(4, n % 16));
	x64_rm(&buf, X64_XCHG, n % 16, mem);
	expect("call QWORD PTR %s", address(mem));
	x64_call_mem(&buf, mem);
}

static void test_emit_vectors_and_atomics(void **state)
{
	(void)state;
	begin();
	each_address(vector_mem);
	end();
}

static const char *const conditions[] = { "o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p",
					  "np", "l", "ge", "le", "g" };

static void test_emit_conditions_and_jumps(void **state)
{
	unsigned int cc, a, b;
	uint32_t at;

	(void)state;
	begin();
	for (cc = 0; cc < 16; cc++) {
		for (a = 0; a < 16; a++) {
			b = (a * 7 + cc) % 16;
			expect("cmov%s %s,%s", conditions[cc], reg(8, a), reg(8, b));
			x64_rr(&buf, (X64_CMOV | X64_W) + cc, a, b);
			expect("set%s %s", conditions[cc], reg(1, a));
			x64_setcc(&buf, cc, a);
		}
		expect("j%s 0x%x", conditions[cc], code_buf_at(&buf) + 6);
		x64_bind(&buf, x64_jcc(&buf, cc));
		expect("j%s 0x%x", conditions[cc], code_buf_at(&buf) + 2);
		x64_bind_short(&buf, x64_jcc_short(&buf, cc));
		expect("j%s 0x0", conditions[cc]);
		x64_link(&buf, x64_jcc(&buf, cc), 0);
	}
	expect("jmp 0x%x", code_buf_at(&buf) + 5 + 1);
	at = x64_jmp(&buf);
	expect("ret");
	x64_ret(&buf);
	x64_bind(&buf, at);
	expect("jmp 0x%x", code_buf_at(&buf) + 2);
	x64_bind_short(&buf, x64_jmp_short(&buf));
	expect("call 0x%x", code_buf_at(&buf) + 5);
	x64_bind(&buf, x64_call(&buf));
	for (a = 0; a < 16; a++) {
		expect("jmp %s", reg(8, a));
		x64_jmp_reg(&buf, a);
		expect("push %s", reg(8, a));
		x64_push(&buf, a);
		expect("pop %s", reg(8, a));
		x64_pop(&buf, a);
		expect("lea %s,[rip+0x0]", reg(8, a));
		x64_bind(&buf, x64_lea_rip(&buf, a));
	}
	end();
}

static void test_emit_three_operands(void **state)
{
	static const struct {
		const char *name;
		uint32_t op;
		bool swapped; /* the count is written last */
		uint8_t bytes;
	} ops[] = {
		{ "shlx", X64_SHLX, true, 4 },	      { "shlx", X64_SHLX | X64_W, true, 8 },
		{ "shrx", X64_SHRX | X64_W, true, 8 }, { "sarx", X64_SARX, true, 4 },
		{ "andn", X64_ANDN | X64_W, false, 8 }, { "pdep", X64_PDEP | X64_W, false, 8 },
		{ "pext", X64_PEXT | X64_W, false, 8 }, { "vfmadd213ss", X64_VFMADD213SS, false, 16 },
		{ "vfmadd213sd", X64_VFMADD213SD, false, 16 },
	};
	unsigned int i, a, b, c;

	(void)state;
	begin();
	for (i = 0; i < VMB_ARRAY_SIZE(ops); i++)
		for (a = 0; a < 16; a++)
			for (b = 0; b < 16; b++) {
				c = (a + 3 * b) % 16;
				expect("%s %s,%s,%s", ops[i].name, any_reg(ops[i].bytes, a),
				       any_reg(ops[i].bytes, ops[i].swapped ? c : b),
				       any_reg(ops[i].bytes, ops[i].swapped ? b : c));
				x64_vex(&buf, ops[i].op, a, b, c);
			}
	for (a = 0; a < 16; a++)
		for (b = 0; b < 16; b++) {
			expect("imul %s,%s,0x7", reg(4, a), reg(4, b));
			x64_imul_rri(&buf, 4, a, b, 7);
			expect("imul %s,%s,0x12345678", reg(8, a), reg(8, b));
			x64_imul_rri(&buf, 8, a, b, 0x12345678);
			expect("shld %s,%s,cl", reg(8, b), reg(8, a));
			x64_rr(&buf, X64_SHLD_CL | X64_W, a, b);
			expect("shrd %s,%s,cl", reg(4, b), reg(4, a));
			x64_rr(&buf, X64_SHRD_CL, a, b);
			expect("roundss xmm%u,xmm%u,0xb", a, b);
			x64_rr_imm8(&buf, X64_ROUNDSS, a, b, 11);
			expect("roundsd xmm%u,xmm%u,0x4", a, b);
			x64_rr_imm8(&buf, X64_ROUNDSD, a, b, 4);
		}
	end();
}

static void test_emit_overflow_is_sticky(void **state)
{
	uint8_t room[CODE_BUF_MIN + 1];
	struct code_buf small;
	unsigned int i;

	(void)state;
	memset(room, 0xa5, sizeof(room));
	code_buf_init(&small, room, CODE_BUF_MIN);
	for (i = 0; i < 1000; i++) {
		x64_mov_imm(&small, R15, UINT64_MAX / 3);
		x64_bind(&small, x64_jcc(&small, CC_E));
		x64_bind_short(&small, x64_jmp_short(&small));
		assert_true(code_buf_at(&small) <= CODE_BUF_MIN);
	}
	assert_true(small.overflow);
	assert_int_equal(room[CODE_BUF_MIN], 0xa5);
	code_buf_init(&small, room, CODE_BUF_MIN - 1);
	assert_true(small.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_emit_alu),
		cmocka_unit_test(test_emit_one_register_and_moves),
		cmocka_unit_test(test_emit_constants),
		cmocka_unit_test(test_emit_pairs),
		cmocka_unit_test(test_emit_vectors_and_atomics),
		cmocka_unit_test(test_emit_conditions_and_jumps),
		cmocka_unit_test(test_emit_three_operands),
		cmocka_unit_test(test_emit_overflow_is_sticky),
	};

	if (system("objdump --version >/dev/null 2>&1")) {
		puts("SKIP: objdump is missing; Debian: apt-get install binutils");
		return 0;
	}
	return cmocka_run_group_tests_name("x64_emit", tests, NULL, NULL);
}
