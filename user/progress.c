// SPDX-License-Identifier: MIT
#include "user/progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "user/calibrate.h"

#define REDRAW_NS 100000000ull

void vmb_progress_begin(struct vmb_progress *p, bool wanted, size_t total_rounds)
{
	*p = (struct vmb_progress){
		.on = wanted && isatty(STDERR_FILENO), .total = total_rounds,
		.started_ns = vmb_now_ns(),
	};
}

static int columns(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) || w.ws_col < 20 ? 80 : w.ws_col;
}

static void time_left(const struct vmb_progress *p, uint64_t now, char *text, size_t room)
{
	double per_round, left;

	text[0] = 0;
	if (!p->done)
		return;
	per_round = (double)(now - p->started_ns) / (double)p->done;
	left = per_round * (double)(p->total > p->done ? p->total - p->done : 0) / 1e9;
	snprintf(text, room, "  %d:%02d left", (int)left / 60, (int)left % 60);
}

void vmb_progress_round(struct vmb_progress *p, const char *id, size_t round, size_t rounds)
{
	uint64_t now = vmb_now_ns();
	char left[32], line[256];

	if (p->on && now - p->drawn_ns >= REDRAW_NS) {
		time_left(p, now, left, sizeof(left));
		snprintf(line, sizeof(line), "%3zu%%  %s  round %zu/%zu%s",
			 p->total ? 100 * p->done / p->total : 0, id, round + 1, rounds, left);
		fprintf(stderr, "\r\033[K%.*s", columns() - 1, line);
		fflush(stderr);
		p->drawn_ns = now;
	}
	p->done++;
}

void vmb_progress_skip(struct vmb_progress *p, size_t rounds)
{
	p->total -= rounds < p->total ? rounds : p->total;
}

void vmb_progress_clear(struct vmb_progress *p)
{
	if (p->on && p->drawn_ns)
		fputs("\r\033[K", stderr);
	p->drawn_ns = 0;
}
