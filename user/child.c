// SPDX-License-Identifier: MIT
#include "user/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "results/codec.h"
#include "user/calibrate.h"
#include "user/request.h"

#define MAX_FRAME	((size_t)VMB_MAX_PAYLOAD_BYTES + 4096)
#define HIGHEST_PRIORITY (-20)
#define PAD_NAME	"VMBENCH_PAD"

/* The one variable that a signal handler writes. */
static volatile sig_atomic_t interrupted_by;

static void on_signal(int sig)
{
	interrupted_by = sig;
}

void vmb_interrupt_install(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_signal };

	for (size_t i = 0; i < VMB_ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int vmb_interrupted(void)
{
	return interrupted_by;
}

/* Child side; only async-signal-safe calls from here to exec, but for the pinning. */
static VMB_NORETURN void die_in_child(int err_fd, const char *text)
{
	if (write(err_fd, text, strlen(text)) < 0)
		_exit(127);
	_exit(127);
}

static void reset_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	sigset_t none;

	for (size_t i = 0; i < VMB_ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void place_descriptors(int frame_fd, int err_fd)
{
	int null = open("/dev/null", O_RDONLY);

	dup2(null, 0);
	dup2(err_fd, 1);
	dup2(err_fd, 2);
	dup2(frame_fd, VMB_ROUND_FD);	/* clears close-on-exec; both ends are above it */
	if (null > VMB_ROUND_FD)
		close(null);
}

static VMB_NORETURN void become_child(const struct vmb_child_spec *spec, int frame_fd, int err_fd,
				      pid_t parent)
{
	const struct rlimit no_core = { 0, 0 };
	struct vmb_why why;
	char pad[4097];

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	reset_signals();
	setrlimit(RLIMIT_CORE, &no_core);
	/* Where it is allowed (root): fewer preemptions by whatever else runs. Else as it is. */
	setpriority(PRIO_PROCESS, 0, HIGHEST_PRIORITY);
	if (spec->pin && spec->pin->nr && vmb_pin_apply(spec->pin, &why))
		die_in_child(err_fd, why.text);
	memset(pad, 'x', sizeof(pad));
	pad[spec->env_offset_bytes % 4096] = 0;
	setenv(PAD_NAME, pad, 1);
	place_descriptors(frame_fd, err_fd);
	execvp(spec->argv[0], spec->argv);
	die_in_child(2, strerror(errno));
}

struct collector {
	uint8_t *data;
	size_t len, room;
};

/* Return: 1 more may come, 0 end of file, -errno. */
static int collect_some(struct collector *c, int fd)
{
	ssize_t n;

	if (c->len == c->room) {
		size_t room = c->room ? c->room * 2 : 65536;
		uint8_t *grown = room > 2 * MAX_FRAME ? NULL : realloc(c->data, room);

		if (!grown)
			return -EFBIG;
		c->data = grown;
		c->room = room;
	}
	n = read(fd, c->data + c->len, c->room - c->len);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 1 : -errno;
	c->len += (size_t)n;
	return n > 0;
}

/* At most 100 ms at a time: a signal between the test and poll() is soon seen. */
static int poll_ms(uint64_t left_ns)
{
	return left_ns < 100000000 ? (int)(left_ns / 1000000) + 1 : 100;
}

static enum vmb_child_end collect(struct collector *c, int fd, double timeout_s)
{
	uint64_t until = vmb_now_ns() + (uint64_t)(timeout_s * 1e9);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (;;) {
		uint64_t now = vmb_now_ns();
		int ready;

		if (interrupted_by)
			return VMB_CHILD_INTERRUPTED;
		if (now >= until)
			return VMB_CHILD_TIMEOUT;
		ready = poll(&p, 1, poll_ms(until - now));
		if (ready > 0 && collect_some(c, fd) <= 0)
			return VMB_CHILD_DONE;
	}
}

/* The last @room - 1 bytes of the child's stderr, as one line. */
static void read_tail(int err_fd, char *text, size_t room)
{
	off_t size = lseek(err_fd, 0, SEEK_END);
	off_t from = size > (off_t)room - 1 ? size - ((off_t)room - 1) : 0;
	ssize_t n = pread(err_fd, text, room - 1, from);

	text[n > 0 ? n : 0] = 0;
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	while (n > 0 && text[n - 1] == ' ')
		text[--n] = 0;
}

static void explain(struct vmb_child_report *out, int status, int err_fd,
		    const struct vmb_child_spec *spec)
{
	char tail[200];

	read_tail(err_fd, tail, sizeof(tail));
	if (out->end == VMB_CHILD_TIMEOUT)
		snprintf(out->text, sizeof(out->text), "timeout: killed after %g s", spec->timeout_s);
	else if (out->end == VMB_CHILD_INTERRUPTED)
		snprintf(out->text, sizeof(out->text), "interrupted");
	else if (WIFSIGNALED(status))
		snprintf(out->text, sizeof(out->text), "crashed: SIG%s%s%s",
			 sigabbrev_np(WTERMSIG(status)), tail[0] ? ": " : "", tail);
	else if ((!out->len && !spec->plain) || WEXITSTATUS(status))
		snprintf(out->text, sizeof(out->text), "ended with status %d and %s%s%s",
			 WEXITSTATUS(status), out->len ? "a result" : "no result",
			 tail[0] ? ": " : "", tail);
	else
		return;
	if (out->end == VMB_CHILD_DONE)
		out->end = VMB_CHILD_CRASHED;
}

/* Reap the child; after collect() it has at most its exit left to do. Kill it if it dawdles. */
static int reap(pid_t pid, bool kill_now)
{
	int status = 0;

	if (kill_now)
		kill(-pid, SIGKILL);
	for (int i = 0; !kill_now && i < 2000; i++) {
		pid_t got = waitpid(pid, &status, WNOHANG);

		if (got == pid) {
			kill(-pid, SIGKILL);	/* whatever it left behind in its group */
			return status;
		}
		poll(NULL, 0, i < 50 ? 0 : 1);
	}
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void unstarted(struct vmb_child_report *out, const char *what)
{
	out->end = VMB_CHILD_UNSTARTED;
	snprintf(out->text, sizeof(out->text), "cannot start a round: %s: %s", what, strerror(errno));
}

/* Both descriptors above VMB_ROUND_FD, so that dup2 in the child never clobbers one. */
static int raise_fd(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, VMB_ROUND_FD + 1);

	close(fd);
	return high;
}

void vmb_child_run(const struct vmb_child_spec *spec, struct vmb_child_report *out)
{
	struct collector c = { 0 };
	uint64_t t0 = vmb_now_ns();
	pid_t pid, self = getpid();
	int fd[2], err_fd, status;

	memset(out, 0, sizeof(*out));
	err_fd = memfd_create("round-stderr", MFD_CLOEXEC);
	if (err_fd < 0 || pipe2(fd, O_CLOEXEC)) {
		unstarted(out, "descriptors");
		if (err_fd >= 0)
			close(err_fd);
		return;
	}
	err_fd = raise_fd(err_fd);
	fd[1] = raise_fd(fd[1]);
	pid = fork();
	if (pid == 0)
		become_child(spec, fd[1], err_fd, self);
	close(fd[1]);
	if (pid < 0) {
		unstarted(out, "fork");
	} else {
		setpgid(pid, pid);	/* also here: whoever comes first */
		out->end = collect(&c, fd[0], spec->timeout_s);
		status = reap(pid, out->end != VMB_CHILD_DONE);
		out->data = c.data;
		out->len = c.len;
		explain(out, status, err_fd, spec);
	}
	out->wall_ns = vmb_now_ns() - t0;
	close(fd[0]);
	close(err_fd);
}
