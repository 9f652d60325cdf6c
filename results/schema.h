/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_SCHEMA_H
#define VMB_RESULTS_SCHEMA_H
/*
 * What a round and a run look like in a file: one table per struct, one row per key. The codec
 * packs, unpacks and checks by these tables and knows no field by name. docs/FORMAT.md says the
 * same in words; a test holds the two together.
 *
 * Keys, enumeration words and ranges are frozen once a version has been released. A new key is
 * optional; anything else raises VMB_SCHEMA_VERSION.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/result.h"

/**
 * enum vmb_field_type - how a member is stored.
 * @VMB_FIELD_UINT: uint32_t, uint64_t or size_t; absent when optional and 0
 * @VMB_FIELD_BOOL: absent when optional and false
 * @VMB_FIELD_REAL: double; absent when it is not a finite number, and then read back as NaN
 * @VMB_FIELD_ENUM: one of @names
 * @VMB_FIELD_STRING: char[]; absent when optional and empty
 * @VMB_FIELD_TEXT: char *, heap; absent when optional and empty or NULL, read back as ""
 * @VMB_FIELD_MAP: an embedded struct
 * @VMB_FIELD_LIST: an array of structs in the parent (@heap false) or on the heap
 * @VMB_FIELD_REALS: a heap array of doubles; nil stands for one that is not finite
 * @VMB_FIELD_SAMPLES: the samples of a struct vmb_round, by columns
 * @VMB_FIELD_VALUE: the value of a struct vmb_fact, by its type; nil is a number that is not finite
 */
enum vmb_field_type {
	VMB_FIELD_UINT, VMB_FIELD_BOOL, VMB_FIELD_REAL, VMB_FIELD_ENUM, VMB_FIELD_STRING,
	VMB_FIELD_TEXT, VMB_FIELD_MAP, VMB_FIELD_LIST, VMB_FIELD_REALS, VMB_FIELD_SAMPLES,
	VMB_FIELD_VALUE,
};

struct vmb_struct;

/**
 * struct vmb_field - one key of a map.
 * @key: as in the file
 * @required: always written; a file without it is refused
 * @offset, @size: the member in its struct; of a list, the array or the pointer to it
 * @max: greatest integer, most elements, most bytes of a VMB_FIELD_TEXT
 * @low, @high: range of a double; both 0: any finite one
 * @names: [max + 1] words of an enumeration
 * @sub: of a map or of the elements of a list
 * @heap: the list is behind a pointer
 * @count_offset, @count_size: the member that counts a list
 * @known: bit of the struct's known mask that says whether this was measured, 0: always.
 *         Not measured is absent
 */
struct vmb_field {
	const char *key;
	enum vmb_field_type type;
	bool required, heap;
	size_t offset, size, count_offset, count_size;
	uint64_t max;
	double low, high;
	const char *const *names;
	const struct vmb_struct *sub;
	uint32_t known;
};

/**
 * struct vmb_struct - one kind of map.
 * @name: for docs and tests
 * @size: of the C struct
 * @fields: [nr]
 * @known_offset: uint32_t mask that the fields' @known bits belong to
 * @gate: a truth of the struct; while it is false no number means anything, and only required
 *        fields are written. NULL: none
 * @check: NULL, or what a table cannot say: returns NULL or what is wrong, a static string
 */
struct vmb_struct {
	const char *name;
	size_t size;
	const struct vmb_field *fields;
	size_t nr;
	size_t known_offset;
	const struct vmb_field *gate;
	const char *(*check)(const void *object);
};

extern const struct vmb_struct vmb_schema_sample;
extern const struct vmb_struct vmb_schema_round;
extern const struct vmb_struct vmb_schema_result;

/* A decoded object may take this much memory; a small file can claim many times its size. */
#define VMB_MAX_HEAP_BYTES	(1ull << 30)
#define VMB_MAX_BENCHES		4096
#define VMB_MAX_FACTS		1024
#define VMB_SAMPLE_FLAGS	(VMB_SAMPLE_DISTURBED | VMB_SAMPLE_COUNTER_SLOW | \
				 VMB_SAMPLE_BASELINE | VMB_SAMPLE_WARMUP)

/**
 * vmb_run_id_valid - may this be a run id, and so a file name: letters, digits, '-', '_' and '.',
 * not starting with a '.'.
 */
bool vmb_run_id_valid(const char *id);

#endif /* VMB_RESULTS_SCHEMA_H */
