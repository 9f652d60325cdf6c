// SPDX-License-Identifier: MIT
/*
 * LLVM, by its C interface: LLJIT, one module a unit, all in one context. Level 0 is without passes
 * and with the fast instruction selector.
 */
#include <elf.h>
#include <errno.h>
#include <llvm-c/Analysis.h>
#include <llvm-c/Core.h>
#include <llvm-c/LLJIT.h>
#include <llvm-c/Orc.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <llvm/Config/llvm-config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/peers/jit/peer.h"

static LLVMOrcLLJITRef lljit;
static LLVMTargetMachineRef machine;
static LLVMOrcThreadSafeContextRef context;
static const char *passes;
static uint32_t last_bytes;

static int failed(LLVMErrorRef error)
{
	char *text;

	if (!error)
		return 0;
	text = LLVMGetErrorMessage(error);
	fprintf(stderr, "LLVM: %s\n", text);
	LLVMDisposeErrorMessage(text);
	return -EIO;
}

/* The sizes of the functions of an object that is about to be linked. */
static LLVMErrorRef note_size(void *priv, LLVMMemoryBufferRef *object)
{
	const char *file = LLVMGetBufferStart(*object);
	const Elf64_Ehdr *head = (const void *)file;
	const Elf64_Shdr *section = (const void *)(file + head->e_shoff);
	uint64_t nr, j;
	uint32_t i;

	(void)priv;
	last_bytes = 0;
	for (i = 0; i < head->e_shnum; i++) {
		const Elf64_Sym *symbol = (const void *)(file + section[i].sh_offset);

		nr = section[i].sh_type == SHT_SYMTAB ? section[i].sh_size / sizeof(*symbol) : 0;
		for (j = 0; j < nr; j++)
			if (ELF64_ST_TYPE(symbol[j].st_info) == STT_FUNC)
				last_bytes += (uint32_t)symbol[j].st_size;
	}
	return NULL;
}

static LLVMTargetMachineRef new_machine(LLVMCodeGenOptLevel level)
{
	char *triple = LLVMGetDefaultTargetTriple(), *cpu = LLVMGetHostCPUName();
	char *features = LLVMGetHostCPUFeatures(), *error = NULL;
	LLVMTargetRef target;
	LLVMTargetMachineRef made = NULL;

	if (LLVMGetTargetFromTriple(triple, &target, &error))
		LLVMDisposeMessage(error);
	else
		made = LLVMCreateTargetMachine(target, triple, cpu, features, level, LLVMRelocDefault,
					       LLVMCodeModelJITDefault);
	LLVMDisposeMessage(triple);
	LLVMDisposeMessage(cpu);
	LLVMDisposeMessage(features);
	return made;
}

static int open_level(unsigned int level)
{
	static const LLVMCodeGenOptLevel selector[] = { LLVMCodeGenLevelNone, LLVMCodeGenLevelLess,
							LLVMCodeGenLevelDefault };
	static const char *const pipeline[] = { NULL, "default<O1>", "default<O2>" };
	LLVMOrcLLJITBuilderRef builder;
	LLVMTargetMachineRef given;
	int err;

	if (level >= VMB_ARRAY_SIZE(pipeline))
		return -ENOTSUP;
	LLVMInitializeNativeTarget();
	LLVMInitializeNativeAsmPrinter();
	passes = pipeline[level];
	machine = new_machine(selector[level]);
	given = new_machine(selector[level]);
	if (!machine || !given)
		return -ENOTSUP;
	builder = LLVMOrcCreateLLJITBuilder();
	LLVMOrcLLJITBuilderSetJITTargetMachineBuilder(
		builder, LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine(given));
	err = failed(LLVMOrcCreateLLJIT(&lljit, builder));
	if (err)
		return err;
	LLVMOrcObjectTransformLayerSetTransform(LLVMOrcLLJITGetObjTransformLayer(lljit), note_size,
						NULL);
	context = LLVMOrcCreateNewThreadSafeContext();
	return 0;
}

static void version(char *text, size_t bytes)
{
	snprintf(text, bytes, "%s", LLVM_VERSION_STRING);
}

/* A unit on its way: what each instruction and block of it has become. */
struct translation {
	const struct ir_unit *unit;
	LLVMContextRef c;
	LLVMBuilderRef b;
	LLVMTypeRef i8, i32, i64;
	LLVMValueRef function, world, state, memory, *value;
	LLVMBasicBlockRef *block, fault[2], fuel;
	LLVMValueRef fault_address[2];
	uint32_t at;
};

static LLVMTypeRef int_type(const struct translation *t, uint32_t bytes)
{
	return LLVMIntTypeInContext(t->c, bytes * 8);
}

static LLVMValueRef number(const struct translation *t, uint64_t n)
{
	return LLVMConstInt(t->i64, n, 0);
}

/* base[offset] as an access of @type. */
static LLVMValueRef place(const struct translation *t, LLVMValueRef base, LLVMValueRef offset,
			  LLVMTypeRef type)
{
	LLVMValueRef at = LLVMBuildGEP2(t->b, t->i8, base, &offset, 1, "");

	return LLVMBuildBitCast(t->b, at, LLVMPointerType(type, 0), "");
}

static LLVMValueRef load(const struct translation *t, LLVMValueRef base, LLVMValueRef offset,
			 LLVMTypeRef type)
{
	LLVMValueRef got = LLVMBuildLoad2(t->b, type, place(t, base, offset, type), "");

	LLVMSetAlignment(got, 1);
	return got;
}

static void store(const struct translation *t, LLVMValueRef base, LLVMValueRef offset,
		  LLVMValueRef value)
{
	LLVMValueRef made = LLVMBuildStore(t->b, value, place(t, base, offset, LLVMTypeOf(value)));

	LLVMSetAlignment(made, 1);
}

static void leave(const struct translation *t, uint32_t kind, LLVMValueRef code, LLVMValueRef pc)
{
	store(t, t->world, number(t, offsetof(struct peer_world, code)), code);
	store(t, t->world, number(t, offsetof(struct peer_world, pc)), pc);
	LLVMBuildRet(t->b, LLVMConstInt(t->i32, kind, 0));
}

static void to_fault(struct translation *t, bool write)
{
	LLVMBasicBlockRef here = LLVMGetInsertBlock(t->b);

	if (t->fault[write])
		return;
	t->fault[write] = LLVMAppendBasicBlockInContext(t->c, t->function, "");
	LLVMPositionBuilderAtEnd(t->b, t->fault[write]);
	t->fault_address[write] = LLVMBuildPhi(t->b, t->i64, "");
	store(t, t->world, number(t, offsetof(struct peer_world, address)), t->fault_address[write]);
	leave(t, IR_LEAVE_FAULT, number(t, write ? IR_FAULT_WRITE : IR_FAULT_READ), number(t, 0));
	LLVMPositionBuilderAtEnd(t->b, here);
}

/* Is the access inside the memory? Return: its offset there. */
static LLVMValueRef checked(struct translation *t, const struct ir_insn *insn, uint32_t bytes,
			    bool write)
{
	LLVMValueRef address = LLVMBuildAdd(t->b, t->value[insn->a], number(t, insn->imm), "");
	LLVMValueRef offset = LLVMBuildSub(t->b, address, number(t, PEER_MEM_FIRST), "");
	LLVMValueRef outside = LLVMBuildICmp(t->b, LLVMIntUGT, offset,
					     number(t, PEER_MEM_BYTES - bytes), "");
	LLVMBasicBlockRef here = LLVMGetInsertBlock(t->b);
	LLVMBasicBlockRef next = LLVMAppendBasicBlockInContext(t->c, t->function, "");

	to_fault(t, write);
	LLVMAddIncoming(t->fault_address[write], &address, &here, 1);
	LLVMBuildCondBr(t->b, outside, t->fault[write], next);
	LLVMPositionBuilderAtEnd(t->b, next);
	return offset;
}

static LLVMValueRef condition(const struct translation *t, unsigned int cond, LLVMValueRef a,
			      LLVMValueRef b)
{
	static const LLVMIntPredicate predicate[] = {
		[IR_EQ] = LLVMIntEQ, [IR_NE] = LLVMIntNE, [IR_SLT] = LLVMIntSLT, [IR_SGE] = LLVMIntSGE,
		[IR_SLE] = LLVMIntSLE, [IR_SGT] = LLVMIntSGT, [IR_ULT] = LLVMIntULT,
		[IR_UGE] = LLVMIntUGE, [IR_ULE] = LLVMIntULE, [IR_UGT] = LLVMIntUGT,
		[IR_TST] = LLVMIntNE, [IR_TSN] = LLVMIntEQ,
	};

	if (cond == IR_TST || cond == IR_TSN) {
		a = LLVMBuildAnd(t->b, a, b, "");
		b = LLVMConstNull(LLVMTypeOf(a));
	}
	return LLVMBuildICmp(t->b, predicate[cond], a, b, "");
}

static LLVMValueRef binary(const struct translation *t, const struct ir_insn *insn)
{
	static const LLVMOpcode opcode[IR_NR_OPS] = {
		[IR_add] = LLVMAdd, [IR_sub] = LLVMSub, [IR_mul] = LLVMMul, [IR_and] = LLVMAnd,
		[IR_or] = LLVMOr, [IR_xor] = LLVMXor, [IR_shl] = LLVMShl, [IR_shr] = LLVMLShr,
		[IR_sar] = LLVMAShr,
	};
	uint32_t bits = 8 * ir_type_bytes(insn->type);
	LLVMValueRef a, b;

	if (!opcode[insn->op])
		return NULL;
	a = t->value[insn->a];
	b = t->value[insn->b];
	if (insn->op == IR_shl || insn->op == IR_shr || insn->op == IR_sar)
		b = LLVMBuildAnd(t->b, b, LLVMConstInt(LLVMTypeOf(a), bits - 1, 0), "");
	return LLVMBuildBinOp(t->b, opcode[insn->op], a, b, "");
}

/* Where edge @n goes by way of the arguments; back edges pay for the loop first. */
static LLVMBasicBlockRef edge(struct translation *t, uint32_t n)
{
	const struct ir_edge *e = &t->unit->edge[n];
	LLVMBasicBlockRef here = LLVMGetInsertBlock(t->b), way, pay;
	int64_t insns = peer_loop_insns(t->unit, t->at, e->block);
	LLVMValueRef param, left, fuel = number(t, offsetof(struct peer_world, fuel));
	uint32_t i;

	way = LLVMAppendBasicBlockInContext(t->c, t->function, "");
	LLVMPositionBuilderAtEnd(t->b, way);
	pay = way;
	if (insns) {
		left = LLVMBuildSub(t->b, load(t, t->world, fuel, t->i64), number(t, (uint64_t)insns), "");
		store(t, t->world, fuel, left);
		if (!t->fuel)
			t->fuel = LLVMAppendBasicBlockInContext(t->c, t->function, "");
		LLVMBuildCondBr(t->b, LLVMBuildICmp(t->b, LLVMIntSLT, left, number(t, 0), ""), t->fuel,
				t->block[e->block]);
	} else {
		LLVMBuildBr(t->b, t->block[e->block]);
	}
	for (i = 0; i < e->nr_args; i++) {
		param = t->value[t->unit->block[e->block].first + i];
		LLVMAddIncoming(param, &t->value[t->unit->arg[e->first_arg + i]], &pay, 1);
	}
	LLVMPositionBuilderAtEnd(t->b, here);
	return way;
}

static void branch(struct translation *t, const struct ir_insn *insn)
{
	LLVMBasicBlockRef yes = edge(t, insn->lo), no;
	LLVMValueRef holds, a;

	if (insn->op == IR_br) {
		LLVMBuildBr(t->b, yes);
		return;
	}
	no = edge(t, insn->lo + 1);
	a = t->value[insn->a];
	holds = insn->op == IR_brcmp ? condition(t, insn->aux, a, t->value[insn->b]) :
				       condition(t, IR_NE, a, LLVMConstNull(LLVMTypeOf(a)));
	LLVMBuildCondBr(t->b, holds, yes, no);
}

static LLVMValueRef guest_load(struct translation *t, const struct ir_insn *insn)
{
	uint32_t bytes = 1u << (insn->aux & IR_MEM_SIZE_MASK);
	LLVMValueRef offset = checked(t, insn, bytes, false);
	LLVMValueRef got = load(t, t->memory, offset, int_type(t, bytes));
	LLVMTypeRef type = int_type(t, ir_type_bytes(insn->type));

	return insn->aux & IR_MEM_SIGNED ? LLVMBuildSExt(t->b, got, type, "") :
					   LLVMBuildZExt(t->b, got, type, "");
}

static void guest_store(struct translation *t, const struct ir_insn *insn)
{
	uint32_t bytes = 1u << (insn->aux & IR_MEM_SIZE_MASK);
	LLVMValueRef offset = checked(t, insn, bytes, true);

	store(t, t->memory, offset, LLVMBuildTrunc(t->b, t->value[insn->b], int_type(t, bytes), ""));
}

static int translate_insn(struct translation *t, uint32_t i)
{
	const struct ir_insn *insn = &t->unit->insn[i];
	LLVMTypeRef type = insn->type == IR_VOID ? NULL : int_type(t, ir_type_bytes(insn->type));

	if (insn->type != IR_VOID && !ir_is_int(insn->type))
		return -ENOTSUP;
	switch (insn->op) {
	case IR_param: /* has been made */
		return 0;
	case IR_const:
		t->value[i] = LLVMConstInt(type, insn->imm, 0);
		return 0;
	case IR_cmp:
		t->value[i] = LLVMBuildZExt(
			t->b, condition(t, insn->aux, t->value[insn->a], t->value[insn->b]), type, "");
		return 0;
	case IR_ld_state:
		t->value[i] = load(t, t->state, number(t, insn->imm), type);
		return 0;
	case IR_st_state:
		store(t, t->state, number(t, insn->imm), t->value[insn->a]);
		return 0;
	case IR_ld:
		t->value[i] = guest_load(t, insn);
		return 0;
	case IR_st:
		guest_store(t, insn);
		return 0;
	case IR_br:
	case IR_brcond:
	case IR_brcmp:
		branch(t, insn);
		return 0;
	case IR_exit:
		leave(t, IR_LEAVE_EXIT, number(t, insn->aux), number(t, insn->imm));
		return 0;
	default:
		t->value[i] = binary(t, insn);
		return t->value[i] ? 0 : -ENOTSUP;
	}
}

/* Blocks and their parameters, to which edges may lead before they are filled. */
static void announce(struct translation *t)
{
	uint32_t i, j;

	for (i = 0; i < t->unit->nr_blocks; i++)
		t->block[i] = LLVMAppendBasicBlockInContext(t->c, t->function, "");
	for (i = 0; i < t->unit->nr_blocks; i++) {
		const struct ir_block *block = &t->unit->block[i];

		LLVMPositionBuilderAtEnd(t->b, t->block[i]);
		for (j = block->first; j < block->first + block->nr_params; j++)
			t->value[j] = LLVMBuildPhi(
				t->b, int_type(t, ir_type_bytes(t->unit->insn[j].type)), "");
	}
}

static int translate(struct translation *t)
{
	LLVMBasicBlockRef entry = LLVMAppendBasicBlockInContext(t->c, t->function, "");
	LLVMTypeRef bytes = LLVMPointerType(t->i8, 0);
	uint32_t j;
	int err = 0;

	LLVMPositionBuilderAtEnd(t->b, entry);
	t->world = LLVMGetParam(t->function, 0);
	t->state = load(t, t->world, number(t, offsetof(struct peer_world, state)), bytes);
	t->memory = load(t, t->world, number(t, offsetof(struct peer_world, memory)), bytes);
	announce(t);
	LLVMPositionBuilderAtEnd(t->b, entry);
	LLVMBuildBr(t->b, t->block[0]);
	for (t->at = 0; t->at < t->unit->nr_blocks && !err; t->at++) {
		const struct ir_block *block = &t->unit->block[t->at];

		LLVMPositionBuilderAtEnd(t->b, t->block[t->at]);
		for (j = block->first; j < block->first + block->nr && !err; j++)
			err = translate_insn(t, j);
	}
	if (t->fuel) {
		LLVMPositionBuilderAtEnd(t->b, t->fuel);
		leave(t, IR_LEAVE_FUEL, number(t, 0), number(t, 0));
	}
	return err;
}

static int build(const struct ir_unit *unit, LLVMModuleRef module, const char *name)
{
	struct translation t = { .unit = unit, .c = LLVMGetModuleContext(module) };
	LLVMTypeRef argument;
	int err;

	t.i8 = LLVMInt8TypeInContext(t.c);
	t.i32 = LLVMInt32TypeInContext(t.c);
	t.i64 = LLVMInt64TypeInContext(t.c);
	argument = LLVMPointerType(t.i8, 0);
	t.value = calloc(unit->nr_insns, sizeof(LLVMValueRef));
	t.block = calloc(unit->nr_blocks, sizeof(LLVMBasicBlockRef));
	t.function = LLVMAddFunction(module, name, LLVMFunctionType(t.i32, &argument, 1, 0));
	t.b = LLVMCreateBuilderInContext(t.c);
	err = t.value && t.block ? translate(&t) : -ENOMEM;
	LLVMDisposeBuilder(t.b);
	free(t.value);
	free(t.block);
	return err;
}

static int optimise(LLVMModuleRef module)
{
	LLVMPassBuilderOptionsRef options;
	int err;

	if (!passes)
		return 0;
	options = LLVMCreatePassBuilderOptions();
	err = failed(LLVMRunPasses(module, passes, machine, options));
	LLVMDisposePassBuilderOptions(options);
	return err;
}

static int compile(struct ir_unit *unit, struct peer_code *code)
{
	static unsigned int serial;
	LLVMOrcResourceTrackerRef tracker;
	LLVMOrcExecutorAddress address;
	LLVMModuleRef module;
	char name[32];
	int err;

	snprintf(name, sizeof(name), "unit_%u", serial++);
	module = LLVMModuleCreateWithNameInContext(name, LLVMOrcThreadSafeContextGetContext(context));
	LLVMSetDataLayout(module, LLVMOrcLLJITGetDataLayoutStr(lljit));
	LLVMSetTarget(module, LLVMOrcLLJITGetTripleString(lljit));
	err = build(unit, module, name);
	err = err ? err : optimise(module);
	if (err)
		return err;
	tracker = LLVMOrcJITDylibCreateResourceTracker(LLVMOrcLLJITGetMainJITDylib(lljit));
	err = failed(LLVMOrcLLJITAddLLVMIRModuleWithRT(
		lljit, tracker, LLVMOrcCreateNewThreadSafeModule(module, context)));
	err = err ? err : failed(LLVMOrcLLJITLookup(lljit, &address, name));
	if (err)
		return err;
	code->bytes = last_bytes;
	code->own[0] = tracker;
	memcpy(&code->fn, &address, sizeof(code->fn));
	return 0;
}

static void release(struct peer_code *code)
{
	failed(LLVMOrcResourceTrackerRemove(code->own[0]));
	LLVMOrcReleaseResourceTracker(code->own[0]);
}

const struct peer peer = {
	.copies = 1,
	.open = open_level,
	.version = version,
	.compile = compile,
	.run = peer_call,
	.release = release,
};
