/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_SAMPLE_H
#define VMB_RESULTS_SAMPLE_H
/*
 * The seam of the project. Before a sample set live clocks, privilege, processes and hardware;
 * after it every step is a pure function that a test can feed with synthetic samples.
 *
 * Levels: iteration < batch (one struct vmb_sample) < process (one struct vmb_round) < session.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

#define VMB_MAX_COUNTERS	16
#define VMB_MAX_METRICS		32
#define VMB_MAX_ROUNDS		1024
#define VMB_MAX_SAMPLES		(1u << 20)	/* of one round */
#define VMB_REASON_BYTES	384

/**
 * enum vmb_sample_flag - evidence that the environment touched one batch, and what the batch is.
 * @VMB_SAMPLE_SWITCHED: the process was switched out involuntarily during the batch
 * @VMB_SAMPLE_MIGRATED: the batch started and ended on different CPUs
 * @VMB_SAMPLE_COUNTER_SLOW: at least one counter was read by read(2) instead of user-space rdpmc
 * @VMB_SAMPLE_BASELINE: the batch ran the benchmark's baseline loop, not its body
 * @VMB_SAMPLE_WARMUP: the batch belongs to the warm-up; kept for steady-state analysis only
 */
enum vmb_sample_flag {
	VMB_SAMPLE_SWITCHED	= 1u << 0,
	VMB_SAMPLE_MIGRATED	= 1u << 1,
	VMB_SAMPLE_COUNTER_SLOW	= 1u << 2,
	VMB_SAMPLE_BASELINE	= 1u << 3,
	VMB_SAMPLE_WARMUP	= 1u << 4,
};

/* Flags that are evidence against a batch: such a batch takes no part in an estimate. */
#define VMB_SAMPLE_DISTURBED	(VMB_SAMPLE_SWITCHED | VMB_SAMPLE_MIGRATED)

/**
 * struct vmb_sample - one batch.
 * @iters: operations in the batch, > 0
 * @ticks: timestamp ticks of the batch; the cost of reading the timer is already subtracted
 *         (clamped at 0)
 * @counter: counter deltas, indexed as vmb_round.counters
 * @counted: bit i set: counter[i] was really counted. Clear: absent, whatever the array says
 * @cpu: logical CPU at the end of the batch
 * @flags: enum vmb_sample_flag
 */
struct vmb_sample {
	uint64_t iters;
	uint64_t ticks;
	uint64_t counter[VMB_MAX_COUNTERS];
	uint32_t counted;
	uint32_t cpu;
	uint32_t flags;
};

/**
 * struct vmb_counter_id - what one counter slot of a round counts.
 * @name: as the user typed it or as the default set calls it, e.g. "instructions", "L1D-misses"
 * @source: "rdpmc" | "read" | "perf-sw" | "kmod" | "sim:callgrind"
 */
struct vmb_counter_id {
	char name[64];
	char source[24];
};

/**
 * enum vmb_agg - how the values of one metric are put together over rounds.
 */
enum vmb_agg { VMB_AGG_MEDIAN, VMB_AGG_MEAN, VMB_AGG_MIN, VMB_AGG_MAX, VMB_AGG_SUM };

/**
 * struct vmb_metric - a named figure beside the time, e.g. {"hit_rate", "%", 99.2}.
 */
struct vmb_metric {
	char name[48];
	char unit[24];
	double value;
	enum vmb_agg agg;
};

/**
 * enum vmb_round_status - how one process of a benchmark ended.
 * @VMB_ROUND_OK: it measured; the answer was checked
 * @VMB_ROUND_SKIPPED: it cannot be measured here; reason says why
 * @VMB_ROUND_FAILED: set-up failed or the check found a wrong answer
 * @VMB_ROUND_CRASHED: the process died of a signal or exited without a result
 * @VMB_ROUND_TIMEOUT: it did not end in time and was killed
 */
enum vmb_round_status {
	VMB_ROUND_OK, VMB_ROUND_SKIPPED, VMB_ROUND_FAILED, VMB_ROUND_CRASHED, VMB_ROUND_TIMEOUT,
};

/**
 * enum vmb_sampling - how the batches of a round were laid out.
 * @VMB_SAMPLING_SLOPE: batches over {n,2n,3n,4n} in random order; estimate is a Theil-Sen slope
 * @VMB_SAMPLING_FLAT: one iteration is long (> 10 ms): every batch is one; estimate is the median
 * @VMB_SAMPLING_STEADY: every iteration kept, for steady-state analysis
 */
enum vmb_sampling { VMB_SAMPLING_SLOPE, VMB_SAMPLING_FLAT, VMB_SAMPLING_STEADY };

/**
 * struct vmb_evidence - what the environment did to one round; deltas over the round.
 * @known: bit per field below that could be read (VMB_EV_*); the rest is absent, not zero
 */
struct vmb_evidence {
	uint32_t known;
	uint64_t steal_ticks;		/* /proc/stat steal of the pinned CPUs, USER_HZ ticks */
	uint64_t involuntary;		/* ru_nivcsw */
	uint64_t voluntary;		/* ru_nvcsw */
	uint64_t migrations;		/* batches that changed CPU */
	uint64_t throttles;		/* thermal_throttle counts of core and package */
	uint64_t minor_faults;
	uint64_t major_faults;
	uint64_t aperf;			/* MSR deltas on the pinned CPU */
	uint64_t mperf;
};

enum vmb_evidence_known {
	VMB_EV_STEAL = 1u << 0, VMB_EV_SWITCHES = 1u << 1, VMB_EV_MIGRATIONS = 1u << 2,
	VMB_EV_THROTTLES = 1u << 3, VMB_EV_FAULTS = 1u << 4, VMB_EV_APERF = 1u << 5,
};

/**
 * struct vmb_round - one process of one benchmark. Owned by its sample set.
 * @index: 0-based, in order of execution
 * @status: enum vmb_round_status
 * @sampling: enum vmb_sampling
 * @reason: why it is not OK, or why it was discarded; "" otherwise
 * @discarded: the environment's evidence is against it; kept in the file, not in the estimate
 * @seed: of every random choice in the round
 * @env_offset_bytes: random padding that shifted the initial stack, 0-4095
 * @tick_hz: timestamp frequency, > 0
 * @timer_cost_ticks: cost of one timer pair, already subtracted from samples
 * @sample_cost_ns: cost of taking one sample (timer + counters), for the report
 * @wall_ns: wall time of the whole process as its parent saw it, 0 if unknown
 * @measured_ns: wall time from the start of set-up to the end of teardown inside the process
 * @throughput_per_op: units moved by one operation, 0 if the benchmark has no throughput
 * @throughput_unit: unit of the above, "B" for bytes
 * @counters: [nr_counters]
 * @metrics: [nr_metrics]
 * @samples: [nr_samples], heap, owned
 */
struct vmb_round {
	uint32_t index;
	enum vmb_round_status status;
	enum vmb_sampling sampling;
	char reason[VMB_REASON_BYTES];
	bool discarded;
	uint64_t seed;
	uint32_t env_offset_bytes;
	double tick_hz;
	double timer_cost_ticks;
	double sample_cost_ns;
	uint64_t wall_ns;
	uint64_t measured_ns;
	double throughput_per_op;
	char throughput_unit[24];
	uint32_t nr_counters;
	struct vmb_counter_id counters[VMB_MAX_COUNTERS];
	uint32_t nr_metrics;
	struct vmb_metric metrics[VMB_MAX_METRICS];
	struct vmb_evidence evidence;
	size_t nr_samples;
	struct vmb_sample *samples;
};

/**
 * struct vmb_sample_set - every round of one benchmark, in order of execution.
 */
struct vmb_sample_set {
	size_t nr_rounds;
	struct vmb_round *rounds;	/* heap, owned */
};

/**
 * vmb_round_fini - free what a round owns and zero it. NULL-safe.
 * @r: round, embedded in the caller's memory
 */
void vmb_round_fini(struct vmb_round *r);

/**
 * vmb_sample_set_add - append a round, taking its samples.
 * @set: initialised (zeroed) set
 * @r: taken: on success *@r is zeroed; on failure it is untouched
 * Return: 0, -ENOMEM, -E2BIG past VMB_MAX_ROUNDS.
 */
VMB_MUST_CHECK int vmb_sample_set_add(struct vmb_sample_set *set, struct vmb_round *r);

/** vmb_sample_set_fini - free all rounds and zero the set. NULL-safe. */
void vmb_sample_set_fini(struct vmb_sample_set *set);

/**
 * vmb_round_judge - decide from the environment's evidence whether a round counts.
 * @r: a finished round; sets @r->discarded and @r->reason
 *
 * Never looks at a time. A round is discarded when the hypervisor stole time from its CPU, when a
 * thermal throttle was counted, or when more than a third of its batches carry
 * VMB_SAMPLE_DISTURBED. A single disturbed batch is dropped from the estimate by itself.
 */
void vmb_round_judge(struct vmb_round *r);

/**
 * vmb_round_smallest_batch - operations in the smallest batch of a round with a slope; 0 for other
 * samplings and without samples. What later rounds are asked for, so that all have the same n.
 */
uint64_t vmb_round_smallest_batch(const struct vmb_round *r);

const char *vmb_round_status_name(enum vmb_round_status s);
const char *vmb_sampling_name(enum vmb_sampling s);

#endif /* VMB_RESULTS_SAMPLE_H */
