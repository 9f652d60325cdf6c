/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_REGION_H
#define VMB_VMCORE_XLAT_REGION_H
/*
 * What is translated at once: the code that is reached from an address by branches and jumps.
 */

#include "vmcore/ports.h"

/* Blocks of guest code in a region, of which more than half are left unlifted at worst. */
#define XLAT_REGION_BLOCKS 256u

/**
 * struct xlat_source - where guest code is read.
 * @fetch: bytes that can be executed from @pc on: sets *@bytes. Return: their number, 0 if none can
 * @priv: for @fetch
 * @poll: guest address of a word: code that enters the region, or goes back in it, leaves by
 *	exit.yield for where it would go on if that is not 0; 0: it does not look
 * @shared: struct guest_lift
 */
struct xlat_source {
	size_t (*fetch)(void *priv, uint64_t pc, const uint8_t **bytes);
	void *priv;
	uint64_t poll;
	bool shared;
};

/**
 * struct xlat_region - what was lifted.
 * @nr_insns, @nr_bytes: guest instructions, and their length
 * @nr_blocks: IR blocks that hold them
 */
struct xlat_region {
	uint32_t nr_insns, nr_bytes, nr_blocks;
};

/**
 * xlat_lift - lift a region.
 * @ops, @source: borrowed
 * @max_insns: after so many no further block is begun, and the current one ends
 * @unit: empty, initialised; gets the region. Where no instruction can be read the unit leaves by
 *	trap.bounds, where it is none that is supported by trap.illegal, both for its address
 * @region: gets what was lifted; may be NULL
 * Return: 0, -E2BIG for a limit of the IR's, -ENOMEM.
 */
int xlat_lift(const struct guest_ops *ops, const struct xlat_source *source, uint64_t pc,
	      uint32_t max_insns, struct ir_unit *unit, struct xlat_region *region);

#endif /* VMB_VMCORE_XLAT_REGION_H */
