// SPDX-License-Identifier: MIT
/*
 * What the threads of a guest share, and how they come, go and find each other. Each has a translator
 * of its own, so that nothing of compiled code is shared; guest memory is, by the host's own pages.
 */
#include "vmcore/xlat/program.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "vmcore/xlat/signal.h"

#define KICK_NS 5000000

static_assert(XLAT_THREADS * sizeof(uint32_t) + 16 <= XLAT_PAGE, "the words are in one page");

/*
 * The last page of memory has the threads' words; it is not in the space any more, so that no system
 * call can take it away. Accesses of 16 bytes that are compiled in line end before its end.
 */
static int map_words(struct xlat_process *process)
{
	struct xlat_space *space = &process->space;
	int status;

	process->words = space->end - XLAT_PAGE;
	status = xlat_map(space, process->words, XLAT_PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	space->end -= XLAT_PAGE;
	space->top = space->end;
	return status;
}

static int map_trampoline(struct xlat_process *process)
{
	const struct guest_signal *signal = process->guest->linux_abi->signal;
	struct xlat_space *space = &process->space;
	int status;

	if (!signal)
		return 0;
	process->trampoline = space->end - XLAT_PAGE;
	status = xlat_map(space, process->trampoline, XLAT_PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (status)
		return status;
	memcpy(xlat_host(space, process->trampoline), signal->trampoline,
	       sizeof(signal->trampoline));
	return xlat_protect(space, process->trampoline, XLAT_PAGE, PROT_READ | PROT_EXEC);
}

int xlat_process_init(struct xlat_process *process, const struct guest_ops *guest, uint64_t bytes)
{
	int status;

	*process = (struct xlat_process){ .guest = guest };
	status = xlat_space_init(&process->space, bytes);
	if (status)
		return status;
	process->space.watches = guest->coherent;
	pthread_mutex_init(&process->memory, NULL);
	pthread_mutex_init(&process->lock, NULL);
	pthread_cond_init(&process->gone, NULL);
	status = map_words(process);
	if (!status)
		status = map_trampoline(process);
	if (status)
		xlat_process_fini(process);
	return status;
}

void xlat_process_fini(struct xlat_process *process)
{
	pthread_mutex_destroy(&process->memory);
	pthread_mutex_destroy(&process->lock);
	pthread_cond_destroy(&process->gone);
	xlat_space_fini(&process->space);
	free(process->path);
}

int xlat_process_enter(struct xlat_process *process, struct xlat_program *p)
{
	uint32_t *word = xlat_host(&process->space, process->words);
	int status = -EAGAIN;
	uint32_t i;

	pthread_mutex_lock(&process->lock);
	for (i = 0; i < XLAT_THREADS && process->thread[i]; i++)
		;
	if (i < XLAT_THREADS && !process->ended) {
		process->thread[i] = p;
		process->nr_threads++;
		p->index = i;
		p->wanted = &word[i];
		*p->wanted = 0;
		status = 0;
	}
	pthread_mutex_unlock(&process->lock);
	return status;
}

void xlat_process_leave(struct xlat_process *process, struct xlat_program *p)
{
	pthread_mutex_lock(&process->lock);
	process->thread[p->index] = NULL;
	process->nr_threads--;
	pthread_cond_broadcast(&process->gone);
	pthread_mutex_unlock(&process->lock);
}

void xlat_need_polls_locked(struct xlat_process *process)
{
	if (process->polls)
		return;
	process->polls = true;
	xlat_space_changed(&process->space);
}

void xlat_want(const struct xlat_program *p)
{
	__atomic_store_n(p->wanted, 1, __ATOMIC_SEQ_CST);
}

static void want_others_locked(struct xlat_process *process, const struct xlat_program *p)
{
	uint32_t i;

	for (i = 0; i < XLAT_THREADS; i++) {
		if (process->thread[i] && process->thread[i] != p)
			xlat_want(process->thread[i]);
	}
}

void xlat_want_others(struct xlat_process *process, const struct xlat_program *p)
{
	if (!process->polls)
		return;
	pthread_mutex_lock(&process->lock);
	want_others_locked(process, p);
	pthread_mutex_unlock(&process->lock);
}

/* No lock: a signal handler may be what calls it. A thread that begins meanwhile has no code yet. */
void xlat_want_all(const struct xlat_process *process)
{
	uint32_t *word = xlat_host(&process->space, process->words), i;

	for (i = 0; i < XLAT_THREADS; i++)
		__atomic_store_n(&word[i], 1, __ATOMIC_SEQ_CST);
}

void xlat_process_end(struct xlat_process *process, const struct xlat_program *p,
		      const struct xlat_end *end)
{
	pthread_mutex_lock(&process->lock);
	if (!process->ended) {
		process->end = *end;
		__atomic_store_n(&process->ended, true, __ATOMIC_SEQ_CST);
	}
	want_others_locked(process, p);
	pthread_mutex_unlock(&process->lock);
}

void xlat_exit(struct xlat_program *p, int code)
{
	xlat_process_end(p->process, p, &(struct xlat_end){ .kind = XLAT_EXITED, .code = code });
}

void xlat_kill(struct xlat_program *p, int signal)
{
	const struct xlat_end end = { .kind = XLAT_KILLED, .code = signal,
				      .pc = xlat_get(p, p->guest->pc_offset) };

	xlat_process_end(p->process, p, &end);
}

/*
 * Interrupt who executes the guest's code: again and again, since a signal that comes before the system call
 * that is to be left is lost. Return: are there any?
 */
static bool kick_others_locked(struct xlat_process *process, const struct xlat_program *p)
{
	const struct xlat_program *other;
	bool any = false;
	uint32_t i;

	for (i = 0; i < XLAT_THREADS; i++) {
		other = process->thread[i];
		if (!other || other == p || other->left)
			continue;
		any = true;
		if (other->runs)
			pthread_kill(other->host, XLAT_KICK);
	}
	return any;
}

/* Until a thread has gone, or for a while. */
static void wait_locked(struct xlat_process *process)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += KICK_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&process->gone, &process->lock, &until);
}

void xlat_process_runs(struct xlat_process *process, struct xlat_program *p)
{
	pthread_mutex_lock(&process->lock);
	p->host = pthread_self();
	p->runs = true;
	pthread_mutex_unlock(&process->lock);
}

void xlat_process_left(struct xlat_process *process, struct xlat_program *p)
{
	pthread_mutex_lock(&process->lock);
	p->left = true;
	pthread_cond_broadcast(&process->gone);
	while (process->ended && kick_others_locked(process, p))
		wait_locked(process);
	pthread_mutex_unlock(&process->lock);
}

void xlat_process_wait(struct xlat_process *process, const struct xlat_program *p)
{
	pthread_mutex_lock(&process->lock);
	while (process->nr_threads > 1) {
		if (process->ended)
			kick_others_locked(process, p);
		wait_locked(process);
	}
	pthread_mutex_unlock(&process->lock);
}
