/* SPDX-License-Identifier: MIT */
#ifndef VMB_TOOLS_PEERS_JIT_PEER_H
#define VMB_TOOLS_PEERS_JIT_PEER_H
/*
 * What a code generator supplies so that driver.c can compare it with others. Each is a program of
 * its own: driver.c and one adapter.
 */
#include "tests/vmcore/gen.h"
#include "vmcore/interp/interp.h"

#define PEER_MEM_FIRST 0x10000u
#define PEER_MEM_BYTES 0x10000u
#define PEER_FUEL      (INT64_C(1) << 40)

/**
 * struct peer_world - what compiled code works in; adapters know the offsets by their order.
 * @state, @memory: guest state, and host address of guest byte PEER_MEM_FIRST; PEER_MEM_BYTES of it
 * @fuel: instructions that may still be executed; code subtracts a loop's at each back edge and leaves
 *	with IR_LEAVE_FUEL when it is below 0
 * @code, @pc, @address: as in struct ir_leave
 */
struct peer_world {
	uint8_t *state;
	uint8_t *memory;
	int64_t fuel;
	uint64_t code;
	uint64_t pc;
	uint64_t address;
};

/** peer_fn - a compiled unit. Return: enum ir_leave_kind. */
typedef int32_t peer_fn(struct peer_world *world);

/**
 * struct peer_code - a compiled unit.
 * @bytes: of its instructions and constants
 * @fn: NULL if the adapter runs it itself
 * @own: the adapter's
 */
struct peer_code {
	uint32_t bytes;
	peer_fn *fn;
	void *own[12];
};

/**
 * struct peer - a code generator.
 * @copies: how many copies of each unit are compiled between two looks at the clock
 * @open: prepare for an optimisation level of 0 to 3; -ENOTSUP if there is none such
 * @version: text for the table
 * @compile: from the unit, which it may change, to code that can be called; time is measured around it
 * @run: @runs times; *@kind gets how the last ended
 * @release: free one
 */
struct peer {
	uint32_t copies;
	int (*open)(unsigned int level);
	void (*version)(char *text, size_t bytes);
	int (*compile)(struct ir_unit *unit, struct peer_code *code);
	int (*run)(const struct peer_code *code, struct peer_world *world, uint32_t runs,
		   int32_t *kind);
	void (*release)(struct peer_code *code);
};

extern const struct peer peer;

/** peer_call - the run of those whose code is a peer_fn. */
int peer_call(const struct peer_code *code, struct peer_world *world, uint32_t runs, int32_t *kind);

/**
 * peer_loop_insns - what a back edge costs.
 * Return: the instructions of the blocks from @to to @from; 0 if the edge goes forward.
 */
int64_t peer_loop_insns(const struct ir_unit *unit, uint32_t from, uint32_t to);

#endif /* VMB_TOOLS_PEERS_JIT_PEER_H */
