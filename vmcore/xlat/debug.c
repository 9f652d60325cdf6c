// SPDX-License-Identifier: MIT
#include "vmcore/xlat/debug.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vmcore/xlat/inside.h"
#include "vmcore/xlat/packets.h"
#include "vmcore/xlat/signal.h"
#include "vmcore/xlat/signals.h"

#define MEMORY_BYTES (PACKET_BYTES / 2)
#define INTERRUPT    0x03

/**
 * struct xlat_debug - the debugger.
 * @lock: held by the thread that has stopped
 * @steps: the thread that is to stop when it has done what it steps over; @asked: any is to stop
 * @gone: there is none any more
 * @number: signal that the program has stopped with, and then is to go on with
 * @watcher: thread that waits for a byte while the program runs, if it @watches
 * @description: of the registers, XML
 */
struct xlat_debug {
	struct packets packets;
	pthread_mutex_t lock;
	struct xlat_process *process;
	const struct xlat *steps;
	bool asked, gone, watches;
	int number;
	pthread_t watcher;
	char *description;
	size_t nr_description;
};

/* Of registers, as a signal handler would get them. */
struct image {
	uint8_t uc[XLAT_UC_BYTES] VMB_ALIGNED(16), apart[XLAT_APART_BYTES] VMB_ALIGNED(16);
};

static const struct guest_signal *abi(const struct xlat_program *p)
{
	return p->guest->linux_abi->signal;
}

static void save(const struct xlat_program *p, struct image *image)
{
	memset(image, 0, sizeof(*image));
	abi(p)->save(p->state, p->fp, &(struct guest_event){ 0 }, image->uc, image->apart);
}

/* A register of a row, or NULL for one that is 0. */
static uint8_t *register_at(struct image *image, const struct guest_registers *row, uint32_t i)
{
	if (row->none)
		return NULL;
	return (row->apart ? image->apart : image->uc) + row->at + (size_t)i * row->step;
}

static void send_registers(struct xlat *x, struct packets *k)
{
	const struct guest_registers *row = abi(&x->program)->registers;
	static const uint8_t zero[16];
	struct image image;
	uint32_t i;

	save(&x->program, &image);
	for (; row->nr; row++) {
		for (i = 0; i < row->nr; i++) {
			const uint8_t *at = register_at(&image, row, i);

			packet_hex(k, at ? at : zero, row->bits / 8);
		}
	}
}

static bool set_registers(struct xlat *x, const char *hex)
{
	struct xlat_program *p = &x->program;
	const struct guest_registers *row = abi(p)->registers;
	uint8_t skipped[16] = { 0 };
	struct image image;
	uint32_t i;

	save(p, &image);
	for (; row->nr; row++) {
		for (i = 0; i < row->nr; i++, hex += row->bits / 4) {
			uint8_t *at = register_at(&image, row, i);

			if (!packet_from_hex(hex, at ? at : skipped, row->bits / 8))
				return false;
		}
	}
	abi(p)->restore(p->state, &p->fp, image.uc, abi(p)->apart_bytes ? image.apart : NULL);
	return true;
}

static void describe_row(FILE *to, const struct guest_registers *row)
{
	uint32_t i;

	for (i = 0; i < row->nr; i++) {
		fprintf(to, "<reg name=\"%s", row->name);
		if (row->nr > 1)
			fprintf(to, "%u", row->first + i);
		fprintf(to, "\" bitsize=\"%u\"", row->bits);
		if (row->type)
			fprintf(to, " type=\"%s\"", row->type);
		fprintf(to, "/>");
	}
}

static int describe(struct xlat_debug *d)
{
	const struct guest_registers *row = d->process->guest->linux_abi->signal->registers;
	FILE *to = open_memstream(&d->description, &d->nr_description);
	bool open = false;

	if (!to)
		return -ENOMEM;
	fprintf(to, "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target>"
		"<architecture>%s</architecture>",
		d->process->guest->linux_abi->signal->gdb_name);
	for (; row->nr; row++) {
		if (row->feature)
			fprintf(to, "%s<feature name=\"%s\">", open ? "</feature>" : "",
				row->feature);
		open = true;
		describe_row(to, row);
	}
	fprintf(to, "</feature></target>");
	return fclose(to) ? -ENOMEM : 0;
}

/* Commands. Return: true: the program goes on. */
typedef bool command(struct xlat *x, struct xlat_debug *d, const char *at);

static void ok(struct xlat_debug *d, bool is)
{
	packet_text(&d->packets, is ? "OK" : "E01");
}

/* GDB numbers signals in its own way. Of those that come here only one differs. */
#define GDB_SIGBUS 10

static void tell(struct xlat_debug *d, char what, int number)
{
	char text[8];

	snprintf(text, sizeof(text), "%c%02x", what, (uint8_t)(number == SIGBUS ? GDB_SIGBUS : number));
	packet_text(&d->packets, text);
}

static void tell_stop(struct xlat_debug *d)
{
	tell(d, 'T', d->number);
	packet_text(&d->packets, "thread:1;");
}

static bool cmd_why(struct xlat *x, struct xlat_debug *d, const char *at)
{
	(void)x, (void)at;
	tell_stop(d);
	return false;
}

static bool cmd_get(struct xlat *x, struct xlat_debug *d, const char *at)
{
	(void)at;
	send_registers(x, &d->packets);
	return false;
}

static bool cmd_set(struct xlat *x, struct xlat_debug *d, const char *at)
{
	ok(d, set_registers(x, at));
	return false;
}

static bool cmd_read(struct xlat *x, struct xlat_debug *d, const char *at)
{
	uint8_t bytes[MEMORY_BYTES];
	uint64_t address, nr;

	if (!packet_number(&at, ',', &address) || !packet_number(&at, 0, &nr) || nr > sizeof(bytes) ||
	    xlat_read(&x->program, address, bytes, (size_t)nr))
		ok(d, false);
	else
		packet_hex(&d->packets, bytes, (size_t)nr);
	return false;
}

/* Code, too: breakpoints are written. */
static bool cmd_write(struct xlat *x, struct xlat_debug *d, const char *at)
{
	uint8_t bytes[MEMORY_BYTES];
	uint64_t address, nr;

	if (!packet_number(&at, ',', &address) || !packet_number(&at, ':', &nr) ||
	    nr > sizeof(bytes) || !packet_from_hex(at, bytes, (size_t)nr)) {
		ok(d, false);
		return false;
	}
	ok(d, !xlat_poke(x->program.space, address, bytes, nr));
	xlat_want(&x->program);
	return false;
}

static bool cmd_continue(struct xlat *x, struct xlat_debug *d, const char *at)
{
	(void)x, (void)at;
	d->number = 0;
	return true;
}

static bool cmd_step(struct xlat *x, struct xlat_debug *d, const char *at)
{
	(void)at;
	d->number = 0;
	d->steps = x;
	x->steps = true;
	return true;
}

/* With a signal: the one that has stopped the program, or none. */
static bool cmd_continue_with(struct xlat *x, struct xlat_debug *d, const char *at)
{
	long number = strtol(at, NULL, 16);

	(void)x;
	d->number = number == GDB_SIGBUS ? SIGBUS : (int)number;
	return true;
}

static void leave(struct xlat_debug *d)
{
	d->gone = true;
	shutdown(d->packets.fd, SHUT_RDWR);
}

static bool cmd_detach(struct xlat *x, struct xlat_debug *d, const char *at)
{
	(void)x, (void)at;
	ok(d, true);
	packet_put(&d->packets);
	leave(d);
	return true;
}

static bool cmd_kill(struct xlat *x, struct xlat_debug *d, const char *at)
{
	(void)at;
	xlat_kill(&x->program, SIGKILL);
	leave(d);
	return true;
}

static bool cmd_quiet(struct xlat *x, struct xlat_debug *d, const char *at)
{
	(void)x, (void)at;
	ok(d, true);
	d->packets.last_loud = true;
	return false;
}

static bool cmd_features(struct xlat *x, struct xlat_debug *d, const char *at)
{
	uint64_t from, nr;

	(void)x;
	if (!packet_number(&at, ',', &from) || !packet_number(&at, 0, &nr) ||
	    from > d->nr_description) {
		ok(d, false);
		return false;
	}
	nr = nr < PACKET_BYTES / 4 ? nr : PACKET_BYTES / 4;
	if (nr > d->nr_description - from)
		nr = d->nr_description - from;
	packet_text(&d->packets, from + nr < d->nr_description ? "m" : "l");
	packet_bytes(&d->packets, d->description + from, (size_t)nr);
	return false;
}

static bool cmd_thread(struct xlat *x, struct xlat_debug *d, const char *at)
{
	(void)x, (void)at;
	ok(d, true);
	return false;
}

/**
 * struct verb - a packet that begins with @name.
 * @answer: NULL: @call does it
 */
static const struct verb {
	const char *name, *answer;
	command *call;
} verbs[] = {
	{ "qSupported", "PacketSize=4000;qXfer:features:read+;QStartNoAckMode+", NULL },
	{ "qXfer:features:read:target.xml:", NULL, cmd_features },
	{ "QStartNoAckMode", NULL, cmd_quiet },
	{ "qAttached", "1", NULL },
	{ "qfThreadInfo", "m1", NULL },
	{ "qsThreadInfo", "l", NULL },
	{ "qC", "QC1", NULL },
	{ "vCont?", "vCont;c;C;s;S", NULL },
	{ "vCont;c", NULL, cmd_continue }, { "vCont;C", NULL, cmd_continue_with },
	{ "vCont;s", NULL, cmd_step }, { "vCont;S", NULL, cmd_step },
	{ "vKill", NULL, cmd_kill },
	{ "?", NULL, cmd_why }, { "g", NULL, cmd_get }, { "G", NULL, cmd_set },
	{ "m", NULL, cmd_read }, { "M", NULL, cmd_write },
	{ "c", NULL, cmd_continue }, { "C", NULL, cmd_continue_with },
	{ "s", NULL, cmd_step }, { "S", NULL, cmd_step },
	{ "D", NULL, cmd_detach }, { "k", NULL, cmd_kill },
	{ "H", NULL, cmd_thread }, { "T", NULL, cmd_thread },
};

/* What is not known is answered by nothing, as the protocol wants. */
static bool obey(struct xlat *x, struct xlat_debug *d)
{
	size_t i, nr;

	for (i = 0; i < VMB_ARRAY_SIZE(verbs); i++) {
		nr = strlen(verbs[i].name);
		if (strncmp(d->packets.in, verbs[i].name, nr))
			continue;
		if (verbs[i].call)
			return verbs[i].call(x, d, d->packets.in + nr);
		packet_text(&d->packets, verbs[i].answer);
		break;
	}
	return false;
}

/* Until the debugger lets the program go on, or has gone. @lock is held. */
static void stop(struct xlat *x, struct xlat_debug *d, int number, bool tells)
{
	d->steps = NULL;
	d->asked = false;
	d->number = number;
	xlat_want_others(d->process, &x->program);
	if (tells) {
		tell_stop(d);
		d->gone |= !packet_put(&d->packets);
	}
	while (!d->gone) {
		if (!packet_get(&d->packets))
			leave(d);
		else if (obey(x, d))
			break;
		else if (!packet_put(&d->packets))
			leave(d);
	}
	/* A breakpoint is the debugger's. If it is the program's, it comes again. */
	if (d->gone)
		d->number = number == SIGTRAP ? 0 : number;
}

/* Wait for the byte that asks for a stop. Whoever has stopped holds @lock, and reads itself. */
static void *watch(void *arg)
{
	struct xlat_debug *d = arg;
	struct pollfd poll_fd = { .fd = d->packets.fd, .events = POLLIN };
	unsigned char byte;
	ssize_t nr;

	while (!__atomic_load_n(&d->gone, __ATOMIC_RELAXED)) {
		poll(&poll_fd, 1, -1);
		pthread_mutex_lock(&d->lock);
		nr = d->gone ? 0 : recv(d->packets.fd, &byte, 1, MSG_DONTWAIT);
		if (!nr) {
			leave(d);
		} else if (nr == 1 && byte == INTERRUPT) {
			d->asked = true;
			xlat_want_all(d->process);
			pthread_kill(d->process->first->program.host, XLAT_KICK);
		}
		pthread_mutex_unlock(&d->lock);
	}
	return NULL;
}

/* Before it has been let go for the first time the debugger asks itself. */
static void begin_to_watch(struct xlat_debug *d)
{
	sigset_t all, mask;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	d->watches = !pthread_create(&d->watcher, NULL, watch, d);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

void xlat_debug_attend(struct xlat *x)
{
	struct xlat_debug *d = x->program.process->debug;

	if (!d || d->gone)
		return;
	pthread_mutex_lock(&d->lock);
	if (d->asked || (d->steps == x && !x->steps))
		stop(x, d, d->asked ? SIGINT : SIGTRAP, d->watches);
	if (d->steps == x)
		xlat_want(&x->program);
	if (!d->watches && !d->gone)
		begin_to_watch(d);
	pthread_mutex_unlock(&d->lock);
}

bool xlat_debug_fault(struct xlat *x, int number)
{
	struct xlat_debug *d = x->program.process->debug;
	bool taken;

	if (!d || d->gone)
		return false;
	pthread_mutex_lock(&d->lock);
	stop(x, d, number, true);
	if (d->steps == x)
		xlat_want(&x->program);
	taken = d->number != number;
	pthread_mutex_unlock(&d->lock);
	return taken;
}

bool xlat_debug_waits(const struct xlat_program *p)
{
	return p->process->debug && __atomic_load_n(&p->process->debug->asked, __ATOMIC_RELAXED);
}

int xlat_debug_begin(struct xlat *x, int fd)
{
	struct xlat_process *process = x->program.process;
	const struct guest_signal *signal = process->guest->linux_abi->signal;
	struct xlat_debug *d;
	int status;

	if (!signal || !signal->registers)
		return -ENOTSUP;
	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->packets.fd = fd;
	d->process = process;
	d->steps = x;
	pthread_mutex_init(&d->lock, NULL);
	status = describe(d);
	if (status) {
		free(d->description);
		free(d);
		return status;
	}
	process->debug = d;
	pthread_mutex_lock(&process->lock);
	xlat_need_polls_locked(process);
	pthread_mutex_unlock(&process->lock);
	xlat_want(&x->program);
	return 0;
}

void xlat_debug_forked(struct xlat_process *process)
{
	if (process->debug)
		close(process->debug->packets.fd);
	process->debug = NULL;
}

void xlat_debug_fini(struct xlat_process *process, const struct xlat_end *end)
{
	struct xlat_debug *d = process->debug;

	if (!d)
		return;
	pthread_mutex_lock(&d->lock);
	if (end && !d->gone) {
		tell(d, end->kind == XLAT_EXITED ? 'W' : 'X', end->code);
		packet_put(&d->packets);
	}
	leave(d);
	pthread_mutex_unlock(&d->lock);
	if (d->watches)
		pthread_join(d->watcher, NULL);
	close(d->packets.fd);
	pthread_mutex_destroy(&d->lock);
	free(d->description);
	free(d);
	process->debug = NULL;
}
