/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_IR_ATTR_H
#define VMB_VMCORE_IR_ATTR_H
/*
 * The bytes aux and aux2 as fields with names; what the printer, the parser and the verifier share.
 */

#include <stdbool.h>
#include <stdint.h>

#include "vmcore/ir/ir.h"

/**
 * struct ir_field - some bits of aux or aux2.
 * @shift, @bits: where
 * @optional: the value 0 is neither written nor needed
 * @number: a value without a name is written as a number
 * @nr_names, @name: names of the values from 0 on; NULL: not a value
 */
struct ir_field {
	uint8_t shift;
	uint8_t bits;
	bool optional;
	bool number;
	uint8_t nr_names;
	const char *const *name;
};

/** struct ir_attr_info - the fields of one kind of byte; a bit of none of them must be 0. */
struct ir_attr_info {
	uint8_t nr_fields;
	const struct ir_field *field;
};

extern const struct ir_attr_info ir_attrs[X_NR];

/** ir_field_value - @field's bits of @byte. */
VMB_INLINE unsigned int ir_field_value(const struct ir_field *field, uint8_t byte)
{
	return byte >> field->shift & ((1u << field->bits) - 1);
}

/** ir_field_name - name of a value, NULL without one. */
const char *ir_field_name(const struct ir_field *field, unsigned int value);

/** ir_attr_valid - may aux or aux2 of kind @attr be @byte? */
bool ir_attr_valid(unsigned int attr, uint8_t byte);

#endif /* VMB_VMCORE_IR_ATTR_H */
