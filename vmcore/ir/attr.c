// SPDX-License-Identifier: MIT
#include "vmcore/ir/attr.h"

static const char *const cond[] = {
	"eq", "ne", "slt", "sge", "sle", "sgt", "ult", "uge", "ule", "ugt", "tst", "tsn",
};
static const char *const fcond[] = {
	"oeq", "une", "olt", "uge", "ole", "ugt", "ogt", "ule", "oge", "ult", "ord", "uno", "one", "ueq",
};
static const char *const signal_name[] = { "quiet", "signal" };
static const char *const mem[] = {
	"u8", "u16", "u32", "u64", "u128", NULL, NULL, NULL, "s8", "s16", "s32",
};
static const char *const order[] = { "rlx", "acq", "rel", "acqrel", "sc" };
static const char *const aligned[] = { "any", "al" };
static const char *const fence_rr[] = { "-", "rr" };
static const char *const fence_rw[] = { "-", "rw" };
static const char *const fence_wr[] = { "-", "wr" };
static const char *const fence_ww[] = { "-", "ww" };
static const char *const flag[] = { "n", "z", "c", "v", "p", "a" };
static const char *const nan_rule[] = { "def", "x86", "a64" };
static const char *const rounding[] = { "rne", "rtz", "rdn", "rup", "rmm", "dyn" };
static const char *const sat[] = { "sat0", "satmax", "ind" };
static const char *const lane[] = { "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2" };
static const char *const lane_hwd[] = { NULL, "i16x8", "i32x4", "i64x2" };
static const char *const lane_f[] = { NULL, NULL, NULL, NULL, "f32x4", "f64x2" };
static const char *const exit_reason[] = {
	"jump", "call", "syscall", "break", "icache", "yield", "halt", "step",
};
static const char *const jump[] = { "jump", "call", "ret" };
static const char *const trap[] = {
	"illegal", "divide", "overflow", "bounds", "privilege", "unaligned", "fp",
};

#define NAMES(list, n)	 .nr_names = (n), .name = (list)
#define ALL(list)	 NAMES(list, VMB_ARRAY_SIZE(list))
#define FIELDS(...)                                                                                \
	{                                                                                          \
		.nr_fields = sizeof((const struct ir_field[]){ __VA_ARGS__ }) /                    \
			     sizeof(struct ir_field),                                              \
		.field = (const struct ir_field[]){ __VA_ARGS__ }                                  \
	}

const struct ir_attr_info ir_attrs[X_NR] = {
	[X_NONE] = { 0 },
	[X_COND] = FIELDS({ .bits = 4, ALL(cond) }),
	[X_FCOND] = FIELDS({ .bits = 4, ALL(fcond) },
			   { .shift = 4, .bits = 1, .optional = true, ALL(signal_name) }),
	[X_MEM] = FIELDS({ .bits = 4, ALL(mem) }),
	[X_ORD] = FIELDS({ .bits = 3, .optional = true, ALL(order) },
			 { .shift = 3, .bits = 1, .optional = true, ALL(aligned) }),
	[X_FENCE] = FIELDS({ .shift = 0, .bits = 1, .optional = true, ALL(fence_rr) },
			   { .shift = 1, .bits = 1, .optional = true, ALL(fence_rw) },
			   { .shift = 2, .bits = 1, .optional = true, ALL(fence_wr) },
			   { .shift = 3, .bits = 1, .optional = true, ALL(fence_ww) }),
	[X_FLAG] = FIELDS({ .bits = 3, ALL(flag) }),
	[X_NAN] = FIELDS({ .shift = IR_NAN_SHIFT, .bits = 2, .optional = true, ALL(nan_rule) }),
	[X_RNDNAN] = FIELDS({ .bits = 3, ALL(rounding) },
			    { .shift = IR_NAN_SHIFT, .bits = 2, .optional = true, ALL(nan_rule) }),
	[X_CVT] = FIELDS({ .bits = 3, ALL(rounding) },
			 { .shift = IR_SAT_SHIFT, .bits = 2, ALL(sat) }),
	[X_LANE] = FIELDS({ .bits = 3, ALL(lane) }),
	[X_LI] = FIELDS({ .bits = 3, NAMES(lane, 4) }),
	[X_LBHW] = FIELDS({ .bits = 3, NAMES(lane, 3) }),
	[X_LHWD] = FIELDS({ .bits = 3, ALL(lane_hwd) }),
	[X_LF] = FIELDS({ .bits = 3, ALL(lane_f) }),
	[X_EXIT] = FIELDS({ .bits = 8, .number = true, ALL(exit_reason) }),
	[X_JUMP] = FIELDS({ .bits = 2, ALL(jump) }),
	[X_TRAP] = FIELDS({ .bits = 8, .number = true, ALL(trap) }),
};

const char *ir_field_name(const struct ir_field *field, unsigned int value)
{
	return value < field->nr_names ? field->name[value] : NULL;
}

bool ir_attr_valid(unsigned int attr, uint8_t byte)
{
	const struct ir_attr_info *info = &ir_attrs[attr];
	unsigned int used = 0, i;

	for (i = 0; i < info->nr_fields; i++) {
		const struct ir_field *field = &info->field[i];

		used |= ((1u << field->bits) - 1) << field->shift;
		if (!field->number && !ir_field_name(field, ir_field_value(field, byte)))
			return false;
	}
	return !(byte & ~used) && (attr != X_FENCE || byte);
}
