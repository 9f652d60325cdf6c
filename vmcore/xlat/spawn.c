// SPDX-License-Identifier: MIT
/*
 * New threads and processes of a guest.
 */
#include "vmcore/xlat/inside.h"

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "vmcore/xlat/debug.h"
#include "vmcore/xlat/signal.h"
#include "vmcore/xlat/thread.h"

static void add_stats(struct xlat *x, const struct xlat_stats *more)
{
	uint64_t *to = (uint64_t *)&x->engine.stats;
	const uint64_t *from = (const uint64_t *)more;
	size_t i;

	for (i = 0; i < sizeof(*more) / sizeof(*from); i++)
		to[i] += from[i];
}

/* A thread that begins: what its parent waits for. */
struct birth {
	struct xlat *x;
	const struct xlat_clone *clone;
	sem_t born;
	pid_t tid;
};

/* It is all that a child of fork(2) has: the host's process ends as the guest does. */
static void end_child(struct xlat_process *process, struct xlat_program *p)
{
	xlat_process_wait(process, p);
	if (!process->ended)
		xlat_exit(p, p->code);
	xlat_end_as(&process->end);
	_exit(EXIT_FAILURE);
}

static void *thread_main(void *arg)
{
	struct birth *birth = arg;
	struct xlat *x = birth->x;
	struct xlat_program *p = &x->program;
	struct xlat_process *process = p->process;

	/* Without a timer a signal may be noticed late, no more. */
	xlat_signals_start(p);
	birth->tid = p->tid;
	xlat_tell_tid(p, birth->clone, p->tid, true);
	xlat_tell_tid(p, birth->clone, p->tid, false);
	sem_post(&birth->born);
	xlat_run_thread(x);
	xlat_signals_stop(p);
	if (process->base == p)
		end_child(process, p);
	pthread_mutex_lock(&process->lock);
	add_stats(process->first, &x->engine.stats);
	pthread_mutex_unlock(&process->lock);
	xlat_process_leave(process, p);
	xlat_free(x);
	return NULL;
}

/* A thread with the registers of @parent. Return: NULL with errno set. */
static struct xlat *copy_thread(struct xlat *parent, const struct xlat_clone *clone)
{
	struct xlat *x = calloc(1, sizeof(*x));
	int status = -ENOMEM;

	if (!x)
		return NULL;
	status = xlat_process_enter(parent->program.process, &x->program);
	if (status) {
		free(x);
		errno = -status;
		return NULL;
	}
	status = xlat_prepare(x, parent->program.process, parent->engine.jit.host,
			      parent->engine.native, XLAT_THREAD_CACHE_BYTES);
	if (!status) {
		memcpy(x->program.state, parent->program.state, parent->program.guest->state_bytes);
		x->program.fp = parent->program.fp;
		xlat_give_fp(x);
		x->program.mask = parent->program.mask;
		xlat_set_clone(&x->program, clone);
		return x;
	}
	xlat_process_leave(parent->program.process, &x->program);
	xlat_free(x);
	errno = -status;
	return NULL;
}

/* From now on code looks whether its thread is wanted, and has the guest's order of memory. */
static void expect_threads(struct xlat_process *process)
{
	pthread_mutex_lock(&process->lock);
	xlat_need_polls_locked(process);
	xlat_space_share(&process->space);
	pthread_mutex_unlock(&process->lock);
}

static int create(struct birth *birth)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, mask;
	int status;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	/* Signals come when it has said that they may. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	status = pthread_create(&thread, &attr, thread_main, birth);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	pthread_attr_destroy(&attr);
	return -status;
}

int64_t xlat_spawn(struct xlat_program *parent, const struct xlat_clone *clone)
{
	struct xlat *from = (struct xlat *)(void *)parent;
	struct birth birth = { .clone = clone };
	int status;

	expect_threads(parent->process);
	birth.x = copy_thread(from, clone);
	if (!birth.x)
		return -errno;
	sem_init(&birth.born, 0, 0);
	status = create(&birth);
	if (status) {
		xlat_process_leave(parent->process, &birth.x->program);
		xlat_free(birth.x);
	} else {
		while (sem_wait(&birth.born))
			;
	}
	sem_destroy(&birth.born);
	return status ? status : birth.tid;
}

/* Its compiled code is in memory that it shares with the parent. */
static int leave_cache(struct xlat *x)
{
	const struct host_native *native = x->engine.native;
	const struct host_ops *host = native ? x->engine.jit.host : NULL;

	return xlat_renew_engine(x, host, native, XLAT_CACHE_BYTES);
}

/* Of the threads only this one is in the copy. */
static void be_alone(struct xlat_process *process, struct xlat_program *p)
{
	pthread_mutex_init(&process->memory, NULL);
	pthread_mutex_init(&process->lock, NULL);
	pthread_cond_init(&process->gone, NULL);
	memset(process->thread, 0, sizeof(process->thread));
	process->thread[p->index] = p;
	process->nr_threads = 1;
	process->forked = true;
	process->base = p;
}

static void begin_child(struct xlat_program *p, const struct xlat_clone *clone)
{
	struct xlat *x = (struct xlat *)(void *)p;
	int status;

	be_alone(p->process, p);
	xlat_debug_forked(p->process);
	xlat_signals_forked(p);
	xlat_set_clone(p, clone);
	xlat_tell_tid(p, clone, p->tid, true);
	status = leave_cache(x);
	if (status)
		xlat_process_end(p->process, p,
				 &(struct xlat_end){ .kind = XLAT_ERROR, .code = status });
}

int64_t xlat_fork(struct xlat_program *parent, const struct xlat_clone *clone)
{
	struct xlat_process *process = parent->process;
	pid_t pid;

	/* So that nobody is at work on what is copied. */
	pthread_mutex_lock(&process->memory);
	pthread_mutex_lock(&process->lock);
	xlat_space_lock(&process->space);
	pid = fork();
	xlat_space_unlock(&process->space);
	if (!pid) {
		begin_child(parent, clone);
		return 0;
	}
	pthread_mutex_unlock(&process->lock);
	pthread_mutex_unlock(&process->memory);
	if (pid < 0)
		return -errno;
	xlat_tell_tid(parent, clone, pid, false);
	return pid;
}

void xlat_end_as(const struct xlat_end *end)
{
	int number = end->kind == XLAT_TRAP ? SIGFPE : end->code;
	sigset_t none;

	if (end->kind == XLAT_EXITED)
		_exit(end->code);
	if (end->kind == XLAT_ERROR)
		return;
	sigemptyset(&none);
	signal(number, SIG_DFL);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	raise(number);
}
