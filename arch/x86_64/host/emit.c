// SPDX-License-Identifier: MIT
#include "arch/x86_64/host/emit.h"

void x64_rr_imm8(struct code_buf *buf, uint32_t op, unsigned int reg, unsigned int rm, uint8_t imm)
{
	uint8_t *p = x64_put_rr(code_buf_room(buf), op, reg, rm);

	*p++ = imm;
	buf->at = p;
}

void x64_vex(struct code_buf *buf, uint32_t op, unsigned int reg, unsigned int vvvv,
	     unsigned int rm)
{
	static const uint8_t pp[] = { 0, 1, 2, 3 };
	uint8_t *p = code_buf_room(buf);

	*p++ = 0xc4;
	*p++ = (uint8_t)((reg & 8 ? 0 : 0x80) | 0x40 | (rm & 8 ? 0 : 0x20) | (op >> 8 & 3));
	*p++ = (uint8_t)((op & X64_W ? 0x80 : 0) | (~vvvv & 15) << 3 | pp[op >> 10 & 3]);
	*p++ = (uint8_t)op;
	*p++ = (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7));
	buf->at = p;
}

void x64_alu_mi(struct code_buf *buf, enum x64_alu op, unsigned int bytes, struct x64_mem mem,
		int32_t imm)
{
	bool small = bytes > 1 && imm == (int8_t)imm;
	uint32_t code = x64_sized_group(small ? 0x83 : 0x81, bytes);

	buf->at = x64_put_imm(x64_put_rm(code_buf_room(buf), code, op, mem), small ? 1 : bytes,
			  (uint32_t)imm);
}

void x64_test_rr(struct code_buf *buf, unsigned int bytes, unsigned int a, unsigned int b)
{
	x64_rr(buf, x64_sized(X64_TEST, bytes), b, a);
}

void x64_test_ri(struct code_buf *buf, unsigned int bytes, unsigned int a, uint32_t imm)
{
	uint8_t *at = x64_put_rr(code_buf_room(buf), x64_sized_group(0xf7, bytes), 0, a);

	buf->at = x64_put_imm(at, bytes, imm);
}

void x64_shift_cl(struct code_buf *buf, enum x64_shift op, unsigned int bytes, unsigned int dst)
{
	x64_rr(buf, x64_sized_group(0xd3, bytes), op, dst);
}

void x64_shift_i(struct code_buf *buf, enum x64_shift op, unsigned int bytes, unsigned int dst,
		 uint8_t count)
{
	x64_rr_imm8(buf, x64_sized_group(0xc1, bytes), op, dst, count);
}

void x64_unary(struct code_buf *buf, enum x64_unary op, unsigned int bytes, unsigned int dst)
{
	x64_rr(buf, x64_sized_group(0xf7, bytes), op, dst);
}

void x64_imul_rri(struct code_buf *buf, unsigned int bytes, unsigned int dst, unsigned int src,
		  int32_t imm)
{
	bool small = imm == (int8_t)imm;
	uint32_t op = (small ? 0x6bu : 0x69u) | (bytes == 8 ? X64_W : 0);
	uint8_t *at = x64_put_rr(code_buf_room(buf), op, dst, src);

	buf->at = x64_put_imm(at, small ? 1 : 4, (uint32_t)imm);
}

void x64_mov_imm(struct code_buf *buf, unsigned int dst, uint64_t imm)
{
	uint8_t *p = code_buf_room(buf);

	if (imm == (uint32_t)imm) {
		p = x64_put_if(p, X64_REX | 1, dst & 8);
		*p++ = (uint8_t)(0xb8 | (dst & 7));
		p = x64_put32(p, (uint32_t)imm);
	} else if (imm == (uint64_t)(int32_t)imm) {
		p = x64_put32(x64_put_rr(p, 0xc7 | X64_W, 0, dst), (uint32_t)imm);
	} else {
		*p++ = (uint8_t)(X64_REX | X64_REX_W | x64_rex_of(0, 0, dst));
		*p++ = (uint8_t)(0xb8 | (dst & 7));
		p = x64_put32(x64_put32(p, (uint32_t)imm), (uint32_t)(imm >> 32));
	}
	buf->at = p;
}

void x64_store_imm(struct code_buf *buf, struct x64_mem mem, int32_t imm)
{
	buf->at = x64_put32(x64_put_rm(code_buf_room(buf), 0xc7 | X64_W, 0, mem), (uint32_t)imm);
}

void x64_store_imm8(struct code_buf *buf, struct x64_mem mem, uint8_t imm)
{
	uint8_t *p = x64_put_rm(code_buf_room(buf), 0xc6, 0, mem);

	*p = imm;
	buf->at = p + 1;
}

void x64_bswap(struct code_buf *buf, unsigned int bytes, unsigned int dst)
{
	uint8_t *p = code_buf_room(buf);
	uint32_t rex = (bytes == 8 ? X64_REX_W : 0) | x64_rex_of(0, 0, dst);

	p = x64_put_if(p, X64_REX | rex, rex);
	*p++ = 0x0f;
	*p++ = (uint8_t)(0xc8 | (dst & 7));
	buf->at = p;
}

void x64_setcc(struct code_buf *buf, enum x64_cc cc, unsigned int dst)
{
	x64_rr(buf, (X64_SETCC | X64_BYTE_RM) + cc, 0, dst);
}

void x64_set(struct code_buf *buf, enum x64_cc cc, unsigned int dst)
{
	x64_setcc(buf, cc, dst);
	x64_rr(buf, X64_MOVZX8, dst, dst);
}

void x64_cdq(struct code_buf *buf, unsigned int bytes)
{
	uint8_t *p = code_buf_room(buf);

	if (bytes == 8)
		*p++ = X64_REX | X64_REX_W;
	*p++ = 0x99;
	buf->at = p;
}

uint32_t x64_jcc(struct code_buf *buf, enum x64_cc cc)
{
	uint8_t *p = code_buf_room(buf);

	*p++ = 0x0f;
	*p++ = (uint8_t)(0x80 | cc);
	buf->at = x64_put32(p, 0);
	return code_buf_at(buf) - 4;
}

static uint32_t near_jump(struct code_buf *buf, uint32_t opcode)
{
	uint8_t *p = code_buf_room(buf);

	*p++ = (uint8_t)opcode;
	buf->at = x64_put32(p, 0);
	return code_buf_at(buf) - 4;
}

uint32_t x64_jmp(struct code_buf *buf)
{
	return near_jump(buf, X64_JMP);
}

uint32_t x64_call(struct code_buf *buf)
{
	return near_jump(buf, X64_CALL_NEAR);
}

uint32_t x64_lea_rip(struct code_buf *buf, unsigned int dst)
{
	uint8_t *p = x64_put_opcode(code_buf_room(buf), X64_LEA | X64_W, x64_rex_of(dst, 0, 0));

	*p++ = (uint8_t)((dst & 7) << 3 | 5);
	buf->at = x64_put32(p, 0);
	return code_buf_at(buf) - 4;
}

static uint32_t short_jump(struct code_buf *buf, uint32_t opcode)
{
	uint8_t *p = code_buf_room(buf);

	*p++ = (uint8_t)opcode;
	*p++ = 0;
	buf->at = p;
	return code_buf_at(buf) - 1;
}

uint32_t x64_jcc_short(struct code_buf *buf, enum x64_cc cc)
{
	return short_jump(buf, 0x70u | cc);
}

uint32_t x64_jmp_short(struct code_buf *buf)
{
	return short_jump(buf, 0xeb);
}

void x64_jmp_reg(struct code_buf *buf, unsigned int reg)
{
	x64_rr(buf, 0xff, 4, reg);
}

void x64_call_mem(struct code_buf *buf, struct x64_mem mem)
{
	x64_rm(buf, X64_CALL, 2, mem);
}

static void stack(struct code_buf *buf, uint32_t opcode, unsigned int reg)
{
	uint8_t *p = x64_put_if(code_buf_room(buf), X64_REX | 1, reg & 8);

	*p++ = (uint8_t)(opcode | (reg & 7));
	buf->at = p;
}

void x64_push(struct code_buf *buf, unsigned int reg)
{
	stack(buf, 0x50, reg);
}

void x64_pop(struct code_buf *buf, unsigned int reg)
{
	stack(buf, 0x58, reg);
}

void x64_ret(struct code_buf *buf)
{
	uint8_t *p = code_buf_room(buf);

	*p++ = 0xc3;
	buf->at = p;
}

void x64_bind(struct code_buf *buf, uint32_t at)
{
	x64_link(buf, at, code_buf_at(buf));
}

void x64_bind_short(struct code_buf *buf, uint32_t at)
{
	uint32_t distance = code_buf_at(buf) - (at + 1);

	if (buf->overflow)
		return;
	VMB_ASSERT(distance < 128);
	buf->start[at] = (uint8_t)distance;
}

void x64_data(struct code_buf *buf, const void *data, uint32_t bytes)
{
	uint8_t *p = code_buf_room(buf);

	VMB_ASSERT(bytes <= CODE_BUF_SLACK);
	memcpy(p, data, bytes);
	buf->at = p + bytes;
}
