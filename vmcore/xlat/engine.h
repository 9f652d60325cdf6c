/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_ENGINE_H
#define VMB_VMCORE_XLAT_ENGINE_H
/*
 * From guest addresses to code: translating at first sight by tier 1, again by tier 2 what runs
 * much, and linking translations, so that the dispatcher is not asked again.
 */

#include "vmcore/jit/recover.h"
#include "vmcore/xlat/region.h"
#include "vmcore/xlat/space.h"
#include "vmcore/xlat/table.h"

/**
 * struct xlat_stats - what it took.
 * @regions: translated, @insns, @guest_bytes, @code_bytes: of them; @ir_insns: before optimisation;
 *	[0]: by tier 1, or to be interpreted; [1]: by tier 2, again
 * @translate_ns: time spent translating
 * @links: jumps from region to region that were linked
 * @entries: times that the dispatcher has entered a region; @misses: times that it had to look further
 *	than the first place; @flushes: times that everything was thrown away
 * @syscalls: made by the guest
 */
struct xlat_stats {
	struct xlat_tier_stats {
		uint64_t regions, insns, guest_bytes, code_bytes, ir_insns, translate_ns;
	} tier[2];
	uint64_t links, entries, misses, flushes, syscalls;
};

/**
 * struct xlat_link - a way out of a region to a constant address.
 * @pc: the address; @owner: the region
 * @word, @stub: offsets in the code cache, as struct jit_way; @word 0: left for want of fuel
 * @next: the next link that leads to the same region, or XLAT_NO_LINK
 */
struct xlat_link {
	uint64_t pc;
	struct xlat_code *owner;
	size_t word, stub;
	uint32_t next;
};

/**
 * struct xlat_engine - zero-initialised it can be given to xlat_engine_fini().
 * @guest, @space: borrowed
 * @poll: struct xlat_source, of what is translated from now on
 * @native: NULL: regions are interpreted
 * @recovery: of the code that there is
 * @nr_slots: the largest number that any code has asked of a frame
 */
struct xlat_engine {
	const struct guest_ops *guest;
	struct xlat_space *space;
	uint64_t poll;
	const struct host_native *native;
	struct jit jit;
	bool has_jit;
	struct jit_recovery recovery;
	struct xlat_table table;
	struct xlat_link *link;
	uint32_t nr_links, cap_links;
	uint32_t nr_slots;
	struct ir_arena arena, scratch, kept;
	struct xlat_stats stats;
};

/**
 * xlat_engine_init - @host, @native: NULL to interpret; @cache_bytes: room for code.
 * Return: 0, -ENOMEM, as jit_init().
 */
int xlat_engine_init(struct xlat_engine *e, const struct guest_ops *guest, struct xlat_space *space,
		     const struct host_ops *host, const struct host_native *native,
		     uint64_t cache_bytes);

/** xlat_engine_fini - free it. */
void xlat_engine_fini(struct xlat_engine *e);

/** xlat_engine_flush - forget all translations. Context: none runs; frames are to forget them, too. */
void xlat_engine_flush(struct xlat_engine *e);

/**
 * xlat_engine_find - the translation of what is at @pc, which is made if there is none.
 * @found: gets it; borrowed until the next flush, which this call may do: then @stats.flushes grows
 * Return: 0 or -errno.
 */
int xlat_engine_find(struct xlat_engine *e, uint64_t pc, struct xlat_code **found);

/**
 * xlat_engine_follow - a region was left by a link: make its target, and let the link lead there.
 * @number: of the link
 * @pc: gets where the guest is; also on failure
 * @found: gets the code that goes on there, as xlat_engine_find()
 */
int xlat_engine_follow(struct xlat_engine *e, uint32_t number, uint64_t *pc,
		       struct xlat_code **found);

/**
 * xlat_engine_lift_one - the instruction at @pc as a unit, which is not kept; its page is not watched.
 * @unit: gets it; until the next call
 * Return: as xlat_lift().
 */
int xlat_engine_lift_one(struct xlat_engine *e, uint64_t pc, struct ir_unit *unit);

/** xlat_engine_entry - where code begins. */
VMB_INLINE const void *xlat_engine_entry(const struct xlat_engine *e, const struct xlat_code *code)
{
	return e->jit.cache.run + code->code.entry;
}

/** xlat_engine_has_tier2 - is there anything to be gained by counting? */
VMB_INLINE bool xlat_engine_has_tier2(const struct xlat_engine *e)
{
	return e->jit.target.chained && e->jit.host->home_general;
}

/** xlat_now_ns - time that only goes on, from anywhere. */
uint64_t xlat_now_ns(void);

#endif /* VMB_VMCORE_XLAT_ENGINE_H */
