// SPDX-License-Identifier: MIT
/*
 * Units come and go, compilations are asked for, and made in the background.
 */
#include "vmcore/jit/tiers_inside.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_SEGMENTS 8u
#define DEFAULT_SLICE	 65536u
#define ARENA_BYTES	 (UINT64_C(1) << 30)

/* How often the worker looks: each LOOK_US at first, later after twice as long, up to 25.6 ms. */
#define LOOK_US	      100u
#define LOOKS_AT_ONCE 64u
#define MAX_DOUBLINGS 8u

/*
 * Requests.
 */

void tier_give_up(const struct tier_request *request)
{
	struct tier_unit *unit = request->unit;

	if (request->point) {
		__atomic_store_n(&request->point->wanted, false, __ATOMIC_RELAXED);
		return;
	}
	__atomic_store_n(&unit->executed, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&unit->wanted, request->tier - 1, __ATOMIC_RELAXED);
}

/* What may go well another time. */
static bool is_temporary(int status)
{
	return status == -EAGAIN || status == -ENOMEM;
}

static void serve_locked(struct tiers *t, const struct tier_request *request)
{
	if (is_temporary(tier_compile_locked(t, request)))
		tier_give_up(request);
}

static bool push(struct tiers *t, const struct tier_request *request)
{
	uint32_t at = (t->first_request + t->nr_requests) % TIERS_NR_REQUESTS;

	if (t->nr_requests == TIERS_NR_REQUESTS)
		return false;
	t->request[at] = *request;
	t->nr_requests++;
	return true;
}

static bool pop(struct tiers *t, struct tier_request *request)
{
	bool any;

	pthread_mutex_lock(&t->queue_lock);
	any = t->nr_requests;
	if (any) {
		*request = t->request[t->first_request];
		t->first_request = (t->first_request + 1) % TIERS_NR_REQUESTS;
		t->nr_requests--;
	}
	pthread_mutex_unlock(&t->queue_lock);
	return any;
}

/* The worker, if it sleeps. Who is in a loop had better not make that system call. */
static void wake_locked(struct tiers *t)
{
	if (t->asleep)
		pthread_cond_signal(&t->queue_filled);
	t->asleep = false;
}

bool tier_ask(struct tiers *t, const struct tier_request *request)
{
	bool done;

	if (!t->options.background) {
		if (pthread_mutex_trylock(&t->lock))
			return false;
		serve_locked(t, request);
		pthread_mutex_unlock(&t->lock);
		return true;
	}
	pthread_mutex_lock(&t->queue_lock);
	done = push(t, request);
	wake_locked(t);
	pthread_mutex_unlock(&t->queue_lock);
	return done;
}

/* Requests for a unit that goes. */
static void forget_requests(struct tiers *t, const struct tier_unit *unit)
{
	uint32_t nr, i;

	pthread_mutex_lock(&t->queue_lock);
	nr = t->nr_requests;
	t->nr_requests = 0;
	for (i = 0; i < nr; i++) {
		struct tier_request *request = &t->request[(t->first_request + i) %
							   TIERS_NR_REQUESTS];

		if (request->unit != unit)
			push(t, request);
	}
	pthread_mutex_unlock(&t->queue_lock);
}

/* How long to look away when there was nothing to do @idle times: less and less is to be expected. */
static uint32_t interval_us(const struct tiers *t, uint32_t idle)
{
	uint32_t doublings = idle < LOOKS_AT_ONCE ? 0 : idle - LOOKS_AT_ONCE + 1;

	if (t->options.poll_us)
		return t->options.poll_us;
	return LOOK_US << (doublings < MAX_DOUBLINGS ? doublings : MAX_DOUBLINGS);
}

/* May a thread ask for something soon? */
static bool is_anybody_inside(struct tiers *t)
{
	const struct tier_thread *thread;

	pthread_mutex_lock(&t->lock);
	for (thread = t->threads; thread && !tier_load(&thread->inside); thread = thread->next)
		;
	pthread_mutex_unlock(&t->lock);
	return thread;
}

/*
 * The worker looks by itself as long as somebody runs units, who need not wake it then: that costs more
 * than a loop that has become hot should wait. Otherwise it sleeps until there is a unit or a request.
 */
static bool wait_for_request(struct tiers *t)
{
	uint32_t idle = 0;
	bool stop, look;

	pthread_mutex_lock(&t->queue_lock);
	while (!t->nr_requests && !t->stop) {
		pthread_mutex_unlock(&t->queue_lock);
		look = t->options.poll_us || idle < LOOKS_AT_ONCE || is_anybody_inside(t);
		if (look)
			usleep(interval_us(t, idle++));
		pthread_mutex_lock(&t->queue_lock);
		if (look || t->nr_requests || t->stop)
			continue;
		t->asleep = true;
		while (t->asleep && !t->stop)
			pthread_cond_wait(&t->queue_filled, &t->queue_lock);
		idle = 0;
	}
	stop = t->stop;
	pthread_mutex_unlock(&t->queue_lock);
	return !stop;
}

/*
 * A request is taken under the lock, so that its unit cannot go in between. A batch thread that wakes
 * up does not take the CPU from the one that has asked.
 */
static void *work(void *arg)
{
	const struct sched_param param = { .sched_priority = 0 };
	struct tier_request request;
	struct tiers *t = arg;

	pthread_setschedparam(pthread_self(), SCHED_BATCH, &param);
	while (wait_for_request(t)) {
		pthread_mutex_lock(&t->lock);
		if (pop(t, &request))
			serve_locked(t, &request);
		pthread_mutex_unlock(&t->lock);
	}
	return NULL;
}

/*
 * All of it.
 */

static int check(const struct tiers_options *o)
{
	if (o->max_tier > 2 || o->level > 3 || o->nr_segments > TIERS_MAX_SEGMENTS ||
	    o->poll_us >= 1000000)
		return -EINVAL;
	return o->background && o->jit.wx == CODE_WX_MPROTECT ? -EINVAL : 0;
}

/* Segment 0 is the compiler's own cache. */
static int map_segments(struct tiers *t, size_t bytes)
{
	uint32_t i;
	int status;

	t->segment[0].cache = t->jit.cache;
	for (i = 1; i < t->nr_segments; i++) {
		status = code_cache_init(&t->segment[i].cache, bytes, t->options.jit.wx, bytes);
		if (status) {
			t->nr_segments = i;
			tier_free_segments(t);
			return status;
		}
	}
	return 0;
}

static int map_code(struct tiers *t)
{
	struct jit_options options = t->options.jit;
	int status;

	t->nr_segments = t->options.nr_segments ? t->options.nr_segments : DEFAULT_SEGMENTS;
	options.cache_bytes /= t->nr_segments;
	options.evict = false;
	status = jit_init(&t->jit, &options);
	if (status)
		return status;
	status = map_segments(t, options.cache_bytes);
	if (status)
		jit_fini(&t->jit);
	return status;
}

static int start_worker(struct tiers *t)
{
	int status;

	if (!t->options.background)
		return 0;
	/* The destructor does not wait for a worker that there is not. */
	t->options.background = false;
	status = -pthread_create(&t->worker, NULL, work, t);
	t->options.background = !status;
	return status;
}

static int start(struct tiers *t, const struct tiers_options *options)
{
	int status = check(options);

	if (status)
		return status;
	t->options = *options;
	if (!t->options.slice)
		t->options.slice = DEFAULT_SLICE;
	return map_code(t);
}

struct tiers *tiers_create(const struct tiers_options *options)
{
	struct tiers *t = calloc(1, sizeof(*t));
	int status = t ? start(t, options) : -ENOMEM;

	if (status) {
		free(t);
		errno = -status;
		return NULL;
	}
	t->resumes = t->jit.host->resumes;
	ir_arena_init(&t->unit_arena, ARENA_BYTES);
	ir_arena_init(&t->scratch, ARENA_BYTES);
	reclaim_init(&t->reclaim);
	pthread_mutex_init(&t->lock, NULL);
	pthread_mutex_init(&t->queue_lock, NULL);
	pthread_cond_init(&t->queue_filled, NULL);
	status = start_worker(t);
	if (!status)
		return t;
	tiers_destroy(t);
	errno = -status;
	return NULL;
}

static void stop_worker(struct tiers *t)
{
	if (!t->options.background)
		return;
	pthread_mutex_lock(&t->queue_lock);
	t->stop = true;
	pthread_cond_signal(&t->queue_filled);
	pthread_mutex_unlock(&t->queue_lock);
	pthread_join(t->worker, NULL);
}

static void free_unit(struct tier_unit *unit)
{
	free(unit->points);
	free(unit->edges);
	free(unit->from);
	free(unit);
}

void tiers_destroy(struct tiers *t)
{
	VMB_ASSERT(!t->threads);
	stop_worker(t);
	tier_free_segments(t);
	jit_fini(&t->jit);
	while (t->units) {
		struct tier_unit *unit = t->units;

		t->units = unit->next;
		free_unit(unit);
	}
	tier_collect_locked(t);
	ir_arena_fini(&t->unit_arena);
	ir_arena_fini(&t->scratch);
	pthread_mutex_destroy(&t->lock);
	pthread_mutex_destroy(&t->queue_lock);
	pthread_cond_destroy(&t->queue_filled);
	free(t);
}

bool tiers_resumes(const struct tiers *t)
{
	return t->resumes;
}

struct tiers_stats tiers_stats(struct tiers *t)
{
	struct tiers_stats stats;

	pthread_mutex_lock(&t->lock);
	stats = t->stats;
	pthread_mutex_unlock(&t->lock);
	return stats;
}

/*
 * What is freed later.
 */

void tier_discard_locked(struct tiers *t, void *memory)
{
	struct tier_garbage *garbage = malloc(sizeof(*garbage));
	uint64_t retired = reclaim_retire(&t->reclaim);

	/* Without memory to remember it by it is never freed. */
	if (!garbage)
		return;
	*garbage = (struct tier_garbage){ t->garbage, memory, retired };
	t->garbage = garbage;
}

static void collect_garbage(struct tiers *t)
{
	struct tier_garbage **at = &t->garbage;

	while (*at) {
		struct tier_garbage *garbage = *at;

		if (!reclaim_passed(&t->reclaim, garbage->retired)) {
			at = &garbage->next;
			continue;
		}
		*at = garbage->next;
		free(garbage->memory);
		free(garbage);
	}
}

static bool is_inside(const struct tiers *t, const struct tier_unit *unit)
{
	const struct tier_thread *thread;

	for (thread = t->threads; thread; thread = thread->next) {
		if (tier_load(&thread->inside) == unit)
			return true;
	}
	return false;
}

void tier_collect_locked(struct tiers *t)
{
	struct tier_unit **at = &t->removed;

	collect_garbage(t);
	while (*at) {
		struct tier_unit *unit = *at;

		if (!reclaim_passed(&t->reclaim, unit->retired) || is_inside(t, unit)) {
			at = &unit->next;
			continue;
		}
		*at = unit->next;
		/* Asked for by a thread that was still in it. */
		forget_requests(t, unit);
		free_unit(unit);
	}
}

/*
 * Units.
 */

static size_t round_up(size_t bytes)
{
	return (bytes + 15) & ~(size_t)15;
}

/* Take @nr objects of @bytes from a piece of memory, filled from @from. */
static void *take(char **at, const void *from, size_t nr, size_t bytes)
{
	void *taken = *at;

	*at += round_up(nr * bytes);
	if (nr)
		memcpy(taken, from, nr * bytes);
	return taken;
}

static struct tier_unit *pack(const struct ir_unit *u)
{
	size_t bytes = round_up(sizeof(struct tier_unit)) +
		       round_up(u->nr_insns * sizeof(*u->insn)) +
		       round_up(u->nr_blocks * sizeof(*u->block)) +
		       round_up(u->nr_edges * sizeof(*u->edge)) +
		       round_up(u->nr_args * sizeof(*u->arg)) +
		       round_up(u->nr_helpers * sizeof(*u->helper));
	struct tier_unit *unit = calloc(1, bytes);
	char *at;

	if (!unit)
		return NULL;
	at = (char *)unit + round_up(sizeof(*unit));
	unit->unit = *u;
	unit->unit.arena = NULL;
	unit->unit.insn = take(&at, u->insn, u->nr_insns, sizeof(*u->insn));
	unit->unit.block = take(&at, u->block, u->nr_blocks, sizeof(*u->block));
	unit->unit.edge = take(&at, u->edge, u->nr_edges, sizeof(*u->edge));
	unit->unit.arg = take(&at, u->arg, u->nr_args, sizeof(*u->arg));
	unit->unit.helper = take(&at, u->helper, u->nr_helpers, sizeof(*u->helper));
	return unit;
}

int tiers_add(struct tiers *t, const struct ir_unit *unit, struct tier_unit **out)
{
	struct tier_unit *added = pack(unit);

	if (!added)
		return -ENOMEM;
	pthread_mutex_lock(&t->lock);
	tier_collect_locked(t);
	added->next = t->units;
	t->units = added;
	pthread_mutex_unlock(&t->lock);
	/* It will be run, and ask for something: better that the worker wakes up now than then. */
	pthread_mutex_lock(&t->queue_lock);
	wake_locked(t);
	pthread_mutex_unlock(&t->queue_lock);
	*out = added;
	return 0;
}

static void take_code_away(struct tiers *t, struct tier_unit *unit)
{
	struct tier_code *code;
	uint32_t i;

	tier_publish(&unit->code[1], NULL);
	tier_publish(&unit->code[2], NULL);
	for (i = 0; unit->points && i < unit->points->nr; i++)
		tier_publish(&unit->points->point[i].code, NULL);
	for (i = 0; i < t->nr_segments; i++) {
		for (code = t->segment[i].codes; code; code = code->next) {
			if (code->unit != unit)
				continue;
			jit_unlink(&code->links);
			code->dead = true;
		}
	}
}

void tiers_remove(struct tiers *t, struct tier_unit *unit)
{
	struct tier_unit **at;

	pthread_mutex_lock(&t->lock);
	forget_requests(t, unit);
	unit->gone = true;
	tier_drop_edges_locked(t, unit);
	take_code_away(t, unit);
	for (at = &t->units; *at != unit;)
		at = &(*at)->next;
	*at = unit->next;
	unit->next = t->removed;
	t->removed = unit;
	unit->retired = reclaim_retire(&t->reclaim);
	tier_collect_locked(t);
	pthread_mutex_unlock(&t->lock);
}

int tiers_link(struct tiers *t, struct tier_unit *from, uint64_t pc, struct tier_unit *to)
{
	int status;

	pthread_mutex_lock(&t->lock);
	tier_collect_locked(t);
	status = tier_set_edge_locked(t, from, pc, to);
	pthread_mutex_unlock(&t->lock);
	return status;
}

int tiers_compile(struct tiers *t, struct tier_unit *unit, unsigned int tier)
{
	const struct tier_request request = { .unit = unit, .tier = tier };
	int status;

	if (tier < 1 || tier > 2)
		return -EINVAL;
	pthread_mutex_lock(&t->lock);
	status = tier_compile_locked(t, &request);
	if (!status && __atomic_load_n(&unit->wanted, __ATOMIC_RELAXED) < tier)
		__atomic_store_n(&unit->wanted, tier, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&t->lock);
	return status;
}

int tiers_evict(struct tiers *t)
{
	int status;

	pthread_mutex_lock(&t->lock);
	status = tier_next_segment_locked(t);
	pthread_mutex_unlock(&t->lock);
	return status;
}

unsigned int tiers_tier(const struct tier_unit *unit)
{
	return tier_load(&unit->code[2]) ? 2 : tier_load(&unit->code[1]) ? 1 : 0;
}

/*
 * Threads.
 */

struct tier_thread *tier_thread_create(struct tiers *t)
{
	struct tier_thread *thread = calloc(1, sizeof(*thread));
	bool busy;

	if (!thread)
		return NULL;
	thread->tiers = t;
	pthread_mutex_lock(&t->lock);
	busy = t->threads && t->options.jit.wx == CODE_WX_MPROTECT;
	if (!busy) {
		reclaim_add(&t->reclaim, &thread->reader);
		thread->next = t->threads;
		t->threads = thread;
	}
	pthread_mutex_unlock(&t->lock);
	if (!busy)
		return thread;
	free(thread);
	errno = EBUSY;
	return NULL;
}

void tier_thread_destroy(struct tier_thread *thread)
{
	struct tiers *t = thread->tiers;
	struct tier_thread **at;

	pthread_mutex_lock(&t->lock);
	for (at = &t->threads; *at != thread;)
		at = &(*at)->next;
	*at = thread->next;
	reclaim_remove(&t->reclaim, &thread->reader);
	pthread_mutex_unlock(&t->lock);
	jit_runner_fini(&thread->runner);
	ir_frame_fini(&thread->values);
	free(thread);
}

const struct tier_stats *tier_thread_stats(const struct tier_thread *thread)
{
	return &thread->stats;
}
