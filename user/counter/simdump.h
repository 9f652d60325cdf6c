/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_COUNTER_SIMDUMP_H
#define VMB_USER_COUNTER_SIMDUMP_H
/*
 * Private to user/counter: one of callgrind's dump files. What is read is hostile until parsed.
 *
 * Source: valgrind manual, "Callgrind Format Specification".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "user/bench.h"

/* Names of the files that callgrind leaves, before the process's number. */
#define VMB_SIM_DUMP_PREFIX	"callgrind.out."
#define VMB_SIM_LOG_PREFIX	"valgrind.log."

#define VMB_SIM_TAG		"iters="
#define VMB_SIM_TAG_NONE	"none.="	/* as long; a dump that is not to be read */
#define VMB_SIM_EVENTS		24	/* callgrind has 13, more with other options */
#define VMB_SIM_CACHES		3

/**
 * struct vmb_sim_dump - what is kept of a dump.
 * @iters: from the tag, > 0; 0: a dump without one
 * @part: number of the dump within its process
 * @nr: events
 * @event: callgrind's names, "Ir", "D1mr"
 * @count: of the whole dump
 * @creator: "callgrind-3.19.0"
 * @cache: "I1 cache: 32768 B, 64 B, 8-way associative" and so on, "" if absent
 */
struct vmb_sim_dump {
	uint64_t iters;
	uint64_t part;
	size_t nr;
	char event[VMB_SIM_EVENTS][8];
	uint64_t count[VMB_SIM_EVENTS];
	char creator[32];
	char cache[VMB_SIM_CACHES][80];
};

/**
 * vmb_sim_dump_parse - read one file.
 * @in: borrowed
 * @d: overwritten
 * @why: one clause on what is wrong with the file
 * Return: 0; -EBADMSG not a dump, cut short or contradictory; -EIO.
 */
VMB_MUST_CHECK int vmb_sim_dump_parse(FILE *in, struct vmb_sim_dump *d, struct vmb_why *why);

/** vmb_sim_dump_find - count of the event of that name. Return: false if the dump has none. */
bool vmb_sim_dump_find(const struct vmb_sim_dump *d, const char *event, uint64_t *count);

/** vmb_sim_has_header - was vmbench built with valgrind's header? */
bool vmb_sim_has_header(void);

#endif /* VMB_USER_COUNTER_SIMDUMP_H */
