/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_REQUEST_H
#define VMB_USER_REQUEST_H
/*
 * What a parent asks of the process of one round, as "key=value" arguments: readable in ps, and
 * stable between builds, so that one vmbench can drive another. The answer is one frame
 * (results/codec.h) on descriptor 3.
 */

#include "results/sample.h"
#include "user/bench.h"
#include "user/counter/counter.h"
#include "user/pin.h"
#include "user/plan.h"

#define VMB_REQUEST_VERSION	1
#define VMB_REQUEST_MAX_ARGS	(32 + VMB_MAX_COUNTERS + VMB_MAX_LIST)
#define VMB_REQUEST_ARG_BYTES	4112	/* "plugin=" and a PATH_MAX path */
#define VMB_ROUND_FD		3

/**
 * struct vmb_request - one round to be measured.
 * @iters: operations in the smallest batch; 0: calibrate
 * @batches: number of timed batches
 * @measure_ns, @warm_up_ns: time to spend in batches and before them
 * @tick_hz: timestamp frequency as the parent measured it
 * @sim: this process runs under valgrind: count, do not time
 * @cpus: [nr_cpus] CPUs the process is already bound to
 * @counters: what to count
 * @plugins: shared objects to load, by absolute path; text borrowed
 */
struct vmb_request {
	char id[VMB_ID_BYTES];
	uint32_t index;
	uint64_t seed;
	uint64_t iters;
	uint32_t batches;
	double measure_ns;
	double warm_up_ns;
	double tick_hz;
	uint32_t env_offset_bytes;
	bool sim;
	size_t nr_cpus;
	unsigned int cpus[VMB_MAX_PIN];
	struct vmb_counter_group counters;
	struct vmb_list plugins;
};

/** struct vmb_request_argv - the encoded request; argv is NULL-terminated, all owned inside. */
struct vmb_request_argv {
	char *argv[VMB_REQUEST_MAX_ARGS];
	size_t nr;
	char text[VMB_REQUEST_MAX_ARGS][VMB_REQUEST_ARG_BYTES];
};

/** vmb_request_encode - to arguments. @out may be large: keep it off small stacks. */
void vmb_request_encode(const struct vmb_request *r, struct vmb_request_argv *out);

/**
 * vmb_request_decode - from arguments.
 * Return: 0; -EPROTO another protocol version; -EINVAL malformed (@why).
 */
VMB_MUST_CHECK int vmb_request_decode(int argc, char **argv, struct vmb_request *out,
				      struct vmb_why *why);

#endif /* VMB_USER_REQUEST_H */
