// SPDX-License-Identifier: MIT
#include "vmcore/jit/select.h"

#include <errno.h>
#include <stdlib.h>

#define NONE(kind) ((kind) == K_NONE)

const uint8_t jit_nr_operands[IR_NR_OPS] = {
#define IR_OP(name, result, a, b, c, ...) [IR_##name] = !NONE(a) + !NONE(b) + !NONE(c),
#include "vmcore/ir/ops.def"
#undef IR_OP
};

const int8_t jit_keeps_bits[IR_NR_OPS] = { [IR_const] = -1 };

/* Flags of a value by its instruction, and three that the scan alone knows: it uses nothing. */
enum { S_ALONE = 0x20, S_FP = 0x40, S_CALL = 0x80 };

static const uint8_t first_flags[IR_NR_OPS] = {
#define IR_OP(name, result, a, b, c, aux, aux2, imm, effects, doc)                                 \
	[IR_##name] = ((effects) & (E_FP | E_FPENV) ? S_FP : 0) |                                  \
		      (IR_##name == IR_call ? S_CALL : NONE(a) ? S_ALONE : 0) |                    \
		      (IR_##name == IR_const ? JIT_CONST : 0),
#include "vmcore/ir/ops.def"
#undef IR_OP
};

static int reserve_values(struct jit_scratch *scratch, uint32_t nr)
{
	void *value = realloc(scratch->value, nr * sizeof(*scratch->value)), *slow;

	if (!value)
		return -ENOMEM;
	scratch->value = value;
	slow = realloc(scratch->slow, nr * sizeof(*scratch->slow));
	if (!slow)
		return -ENOMEM;
	scratch->slow = slow;
	scratch->cap_values = nr;
	return 0;
}

static int reserve_ways(struct jit_scratch *scratch, uint32_t nr)
{
	void *way = realloc(scratch->way, nr * sizeof(*scratch->way));

	if (!way)
		return -ENOMEM;
	scratch->way = way;
	scratch->cap_ways = nr;
	return 0;
}

static int reserve_labels(struct jit_scratch *scratch, uint32_t nr)
{
	void *label = realloc(scratch->label, nr * sizeof(*scratch->label));

	if (!label)
		return -ENOMEM;
	scratch->label = label;
	scratch->cap_labels = nr;
	return 0;
}

int jit_scratch_reserve(struct jit_scratch *scratch, const struct ir_unit *unit)
{
	/* Slow ways: of instructions, of edges, of the entry. Ways: of blocks instead,
	 * whose calls come back. */
	uint32_t nr = unit->nr_insns + unit->nr_edges + 1;
	uint32_t ways = 2 * unit->nr_blocks + unit->nr_edges + 1;
	int status = 0;

	if (nr > scratch->cap_values)
		status = reserve_values(scratch, nr + nr / 2 + 64);
	if (!status && ways > scratch->cap_ways)
		status = reserve_ways(scratch, ways + ways / 2 + 64);
	if (!status && unit->nr_blocks > scratch->cap_labels)
		status = reserve_labels(scratch, unit->nr_blocks + unit->nr_blocks / 2 + 64);
	return status;
}

void jit_scratch_fini(struct jit_scratch *scratch)
{
	free(scratch->value);
	free(scratch->label);
	free(scratch->slow);
	free(scratch->way);
	free(scratch->point);
	free(scratch->pending);
	free(scratch->trap);
	free(scratch->note);
	*scratch = (struct jit_scratch){ 0 };
}

bool jit_resume_pc(const struct ir_unit *unit, uint32_t block, uint64_t *pc)
{
	const struct ir_block *b = &unit->block[block];
	uint32_t i;

	for (i = b->first + b->nr_params; i < b->first + b->nr; i++) {
		const struct ir_insn *insn = &unit->insn[i];
		uint32_t to = insn->op == IR_br ? unit->edge[insn->lo].block : 0;

		if (insn->op == IR_guest_pc) {
			*pc = insn->imm;
			return true;
		}
		if (to && !block)
			return jit_resume_pc(unit, to, pc);
		if (ir_effects(unit, insn) & ~(unsigned int)E_RDS)
			return false;
	}
	return false;
}

uint32_t jit_add_way(struct jit_job *job, uint64_t pc)
{
	struct jit_scratch *s = job->scratch;

	s->way[s->nr_ways] = (struct jit_way){ .pc = pc };
	return job->first_way + s->nr_ways++;
}

/* Room for more entries of an array. Return: false if there is no memory, and @job knows. */
static bool grow(struct jit_job *job, void **array, uint32_t *cap, size_t bytes)
{
	uint32_t more = *cap ? 2 * *cap : 256;
	void *larger = realloc(*array, more * bytes);

	if (!larger) {
		job->no_memory = true;
		return false;
	}
	*array = larger;
	*cap = more;
	return true;
}

static bool has_point(struct jit_job *job)
{
	struct jit_scratch *s = job->scratch;
	void *array = s->point;
	bool grown = VMB_LIKELY(s->nr_points < s->cap_points) ||
		     grow(job, &array, &s->cap_points, sizeof(*s->point));

	s->point = array;
	return grown;
}

void jit_add_point(struct jit_job *job, uint32_t at, uint64_t pc)
{
	struct jit_scratch *s = job->scratch;

	if (has_point(job))
		s->point[s->nr_points++] =
			(struct jit_point){ .at = at, .pc = pc, .first = s->nr_pending };
}

void jit_repeat_point(struct jit_job *job, uint32_t at, uint32_t as)
{
	struct jit_scratch *s = job->scratch;

	if (as >= s->nr_points || !has_point(job))
		return;
	s->point[s->nr_points] = s->point[as];
	s->point[s->nr_points++].at = at;
}

void jit_add_pending(struct jit_job *job, const struct jit_pending *pending)
{
	struct jit_scratch *s = job->scratch;
	void *array = s->pending;
	bool grown = s->nr_pending < s->cap_pending ||
		     grow(job, &array, &s->cap_pending, sizeof(*pending));

	s->pending = array;
	if (!grown || !s->nr_points)
		return;
	s->pending[s->nr_pending++] = *pending;
	s->point[s->nr_points - 1].nr++;
}

void jit_add_trap(struct jit_job *job, const struct jit_trap *trap)
{
	struct jit_scratch *s = job->scratch;
	void *array = s->trap;
	bool grown = s->nr_traps < s->cap_traps ||
		     grow(job, &array, &s->cap_traps, sizeof(*trap));

	s->trap = array;
	if (grown)
		s->trap[s->nr_traps++] = *trap;
}

static void give_slot(struct jit_job *job, struct jit_value *value, unsigned int type)
{
	value->slot = job->nr_slots;
	if (type == IR_V128) {
		value->slot += value->slot & 1;
		job->nr_slots = value->slot + 2;
	} else {
		job->nr_slots++;
	}
	value->flags |= JIT_SLOTTED;
}

/* Instruction @at of the block that begins at @first uses @used. */
VMB_INLINE void use(struct jit_value *values, uint32_t used, uint32_t at, uint32_t first)
{
	struct jit_value *value = &values[used];

	value->last = at;
	value->uses++;
	value->flags |= used < first;
}

static_assert(JIT_GLOBAL == 1, "the truth of a comparison");

static void use_list(struct jit_job *job, uint32_t from, uint32_t nr, uint32_t at, uint32_t first)
{
	while (nr--)
		use(job->scratch->value, job->unit->arg[from++], at, first);
}

static void scan_call(struct jit_job *job, uint32_t at, uint32_t first)
{
	const struct ir_insn *insn = &job->unit->insn[at];
	const struct ir_helper *helper = &job->unit->helper[insn->lo];

	use_list(job, insn->hi, helper->nr_args, at, first);
	job->uses_fp |= !!(helper->effects & E_FPENV);
}

static void scan_edges(struct jit_job *job, uint32_t at, uint32_t first)
{
	const struct ir_insn *insn = &job->unit->insn[at];
	uint32_t nr = ir_nr_edges(insn), i;

	for (i = 0; i < nr; i++) {
		const struct ir_edge *edge = &job->unit->edge[insn->lo + i];

		job->scratch->label[edge->block].preds++;
		use_list(job, edge->first_arg, edge->nr_args, at, first);
	}
}

void jit_scan_param(struct jit_job *job, uint32_t param)
{
	struct jit_value *value = &job->scratch->value[param];

	give_slot(job, value, job->unit->insn[param].type);
	value->flags |= JIT_GLOBAL | JIT_STORED;
}

static void scan_params(struct jit_job *job, const struct ir_block *block)
{
	uint32_t i;

	for (i = block->first; i < block->first + block->nr_params; i++) {
		job->scratch->value[i] = (struct jit_value){ .last = i, .reg = 0xff };
		jit_scan_param(job, i);
	}
}

/* Return: flags of all the block's instructions. */
static uint32_t scan_block(struct jit_job *job, const struct ir_block *block)
{
	struct jit_value *value = job->scratch->value;
	const struct ir_insn *insn = job->unit->insn;
	uint32_t first = block->first, end = first + block->nr, i, all = 0, operand[3];

	scan_params(job, block);
	for (i = first + block->nr_params; i < end; i++) {
		uint32_t flags = first_flags[insn[i].op];

		value[i] = (struct jit_value){ .last = i, .reg = 0xff, .flags = flags & JIT_CONST };
		all |= flags;
		/* Of a guest's code that is half. */
		if (flags & S_ALONE)
			continue;
		jit_operands(&insn[i], job->unit->nr_insns, operand);
		use(value, operand[0], i, first);
		use(value, operand[1], i, first);
		use(value, operand[2], i, first);
		if (VMB_UNLIKELY(flags & S_CALL))
			scan_call(job, i, first);
	}
	scan_edges(job, end - 1, first);
	return all;
}

/*
 * What a lazy store gives to the state is needed until the last access before another one comes, or the
 * block ends.
 * @access: the last instruction that may be left in the middle, IR_NONE: none so far
 */
struct waiting {
	uint32_t offset[JIT_MAX_WAITING], value[JIT_MAX_WAITING], nr;
	uint32_t access;
};

static void keep(struct jit_value *values, uint32_t value, uint32_t at, uint32_t first)
{
	if (at == IR_NONE)
		return;
	values[value].last = values[value].last < at ? at : values[value].last;
	values[value].flags |= value < first;
}

static void scan_store(struct jit_job *job, struct waiting *w, uint32_t at, uint32_t first)
{
	const struct ir_insn *insn = &job->unit->insn[at];
	uint32_t i;

	for (i = 0; i < w->nr && w->offset[i] != insn->imm; i++)
		;
	if (i < w->nr)
		keep(job->scratch->value, w->value[i], w->access, first);
	if (insn->aux & IR_LAZY && i < JIT_MAX_WAITING) {
		w->offset[i] = (uint32_t)insn->imm;
		w->value[i] = insn->a;
		w->nr += i == w->nr;
	} else if (i < w->nr) {
		w->nr--;
		w->offset[i] = w->offset[w->nr];
		w->value[i] = w->value[w->nr];
	}
}

static void scan_waiting(struct jit_job *job, const struct ir_block *block)
{
	uint32_t last = block->first + block->nr - 1, i;
	struct waiting w;

	w.nr = 0;
	w.access = IR_NONE;
	for (i = block->first; i < last; i++) {
		const struct ir_insn *insn = &job->unit->insn[i];

		if (insn->op == IR_st_state)
			scan_store(job, &w, i, block->first);
		else if (!ir_ops[insn->op].pure && insn->op != IR_ld_state &&
			 insn->op != IR_guest_pc)
			w.access = i;
	}
	for (i = 0; i < w.nr; i++)
		keep(job->scratch->value, w.value[i], last, block->first);
}

static void use_in_guards(struct jit_value *values, uint32_t value, uint32_t at)
{
	values[value].uses++;
	if (values[value].last < at)
		values[value].last = at;
}

/* The guards use values as if they were a part of the instruction that they stand before. */
static void scan_guards(struct jit_job *job)
{
	const struct jit_select *s = job->select;
	uint32_t i;

	for (i = 0; i < s->nr_bases; i++)
		use_in_guards(job->scratch->value, s->base[i].value, s->at);
	for (i = 0; i < s->nr_guards; i++) {
		if (s->guard[i].bound != IR_NONE)
			use_in_guards(job->scratch->value, s->guard[i].bound, s->at);
	}
}

/* Words of the state that are looked at; what lies behind them may be written. */
#define STATE_WORDS 512u

struct written {
	uint64_t word[STATE_WORDS / 64];
};

/* The words that [offset, offset + bytes) lies in, from first to last. */
static bool find_words(uint64_t offset, unsigned int type, uint32_t *first, uint32_t *last)
{
	uint64_t end = offset + ir_type_bytes(type) - 1;

	if (end / 8 >= STATE_WORDS)
		return false;
	*first = (uint32_t)(offset / 8);
	*last = (uint32_t)(end / 8);
	return true;
}

static bool is_written(const struct written *w, const struct ir_insn *load)
{
	uint32_t first, last;

	if (!find_words(load->imm, load->type, &first, &last))
		return true;
	return (w->word[first / 64] >> first % 64 | w->word[last / 64] >> last % 64) & 1;
}

static void note_written(struct written *w, const struct ir_unit *unit, const struct ir_insn *store)
{
	uint32_t first, last;

	if (!find_words(store->imm, unit->insn[store->a].type, &first, &last))
		return;
	w->word[first / 64] |= UINT64_C(1) << first % 64;
	w->word[last / 64] |= UINT64_C(1) << last % 64;
}

void jit_find_in_state(struct jit_job *job)
{
	const struct ir_unit *unit = job->unit;
	struct written w = { { 0 } };
	uint32_t i;

	for (i = 0; i < unit->nr_insns; i++) {
		const struct ir_insn *insn = &unit->insn[i];

		if (insn->op == IR_st_state)
			note_written(&w, unit, insn);
		else if (insn->op == IR_call && ir_effects(unit, insn) & E_WRS)
			return;
	}
	for (i = 0; i < unit->nr_insns; i++) {
		if (unit->insn[i].op == IR_ld_state && !is_written(&w, &unit->insn[i]))
			job->scratch->value[i].flags |= JIT_IN_STATE;
	}
}

void jit_scan_begin(struct jit_job *job)
{
	const struct ir_unit *unit = job->unit;
	struct jit_label *label = job->scratch->label;
	uint32_t b;

	job->nr_slots = 0;
	job->uses_fp = job->target->chained;
	job->scratch->nr_ways = job->scratch->nr_points = job->scratch->nr_pending = 0;
	job->scratch->nr_traps = 0;
	job->no_memory = false;
	job->scratch->value[unit->nr_insns] = (struct jit_value){ .reg = 0xff };
	for (b = 0; b < unit->nr_blocks; b++)
		label[b] = (struct jit_label){ .at = JIT_UNBOUND };
}

void jit_scan(struct jit_job *job)
{
	const struct ir_unit *unit = job->unit;
	uint32_t b, all = 0;

	jit_scan_begin(job);
	for (b = 0; b < unit->nr_blocks; b++)
		all |= scan_block(job, &unit->block[b]);
	for (b = 0; job->homes && job->target->precise && b < unit->nr_blocks; b++)
		scan_waiting(job, &unit->block[b]);
	job->uses_fp |= all & S_FP || job->below_fp;
	if (job->select)
		scan_guards(job);
}
