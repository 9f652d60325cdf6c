// SPDX-License-Identifier: MIT
/*
 * What callgrind left in its directory: dumps into samples, its log into a reason.
 */
#include "user/counter/sim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/counter/simdump.h"

#define MAX_DUMP_BYTES	(256 << 20)
#define MAX_DUMPS	4096

/* What a round calls its counters, and the events of callgrind that each is the sum of. */
static const struct simulated {
	const char *name;
	const char *event[3];
} simulated[] = {
	{ "instructions", { "Ir" } },
	{ "data-reads", { "Dr" } },
	{ "data-writes", { "Dw" } },
	{ "L1I-misses", { "I1mr" } },
	{ "L1D-misses", { "D1mr", "D1mw" } },
	{ "L1D-read-misses", { "D1mr" } },
	{ "L1D-write-misses", { "D1mw" } },
	{ "LL-misses", { "ILmr", "DLmr", "DLmw" } },
	{ "branches", { "Bc", "Bi" } },
	{ "branch-misses", { "Bcm", "Bim" } },
};

static bool sum(const struct vmb_sim_dump *d, const struct simulated *s, uint64_t *total)
{
	*total = 0;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(s->event) && s->event[i]; i++) {
		uint64_t part;

		if (!vmb_sim_dump_find(d, s->event[i], &part))
			return false;
		*total += part;
	}
	return true;
}

static void fill_sample(const struct vmb_sim_dump *d, size_t base, struct vmb_sample *s)
{
	*s = (struct vmb_sample){ .iters = d->iters };
	for (size_t i = 0; i < VMB_ARRAY_SIZE(simulated); i++)
		if (sum(d, &simulated[i], &s->counter[base + i]))
			s->counted |= 1u << (base + i);
}

/** struct dumps - those of one directory that carry an iteration count. @dump: heap, owned */
struct dumps {
	size_t nr;
	struct vmb_sim_dump *dump;
};

static int check_regular(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
	return st.st_size > MAX_DUMP_BYTES ? -EFBIG : 0;
}

/* NULL with @err set if it is not a file of ours to read. */
static FILE *open_regular(int dirfd, const char *name, int *err)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	FILE *in = NULL;

	*err = fd < 0 ? -errno : check_regular(fd);
	if (!*err) {
		in = fdopen(fd, "r");
		if (!in)
			*err = -ENOMEM;
	}
	if (!in && fd >= 0)
		close(fd);
	return in;
}

static int read_dump(int dirfd, const char *name, struct vmb_sim_dump *d, struct vmb_why *why)
{
	struct vmb_why clause = { 0 };
	int err;
	FILE *in = open_regular(dirfd, name, &err);

	if (in) {
		err = vmb_sim_dump_parse(in, d, &clause);
		fclose(in);
	} else {
		vmb_why_set(&clause, "%s", strerror(-err));
	}
	if (err)
		vmb_why_set(why, "simulated counters: callgrind's dump %.64s: %.200s", name,
			    clause.text);
	return err;
}

static int keep(struct dumps *all, const struct vmb_sim_dump *d)
{
	struct vmb_sim_dump *grown;

	if (all->nr == MAX_DUMPS)
		return -E2BIG;
	grown = realloc(all->dump, (all->nr + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	all->dump = grown;
	grown[all->nr++] = *d;
	return 0;
}

static int by_part(const void *a, const void *b)
{
	const struct vmb_sim_dump *x = a, *y = b;

	return (x->part > y->part) - (x->part < y->part);
}

static int read_all(DIR *d, struct dumps *all, struct vmb_why *why)
{
	struct dirent *e;
	int err = 0;

	while (!err && (e = readdir(d))) {
		struct vmb_sim_dump dump;

		if (strncmp(e->d_name, VMB_SIM_DUMP_PREFIX, sizeof(VMB_SIM_DUMP_PREFIX) - 1))
			continue;
		err = read_dump(dirfd(d), e->d_name, &dump, why);
		if (err || !dump.iters)
			continue;
		err = keep(all, &dump);
		if (err)
			vmb_why_set(why, "simulated counters: %zu dumps, %s", all->nr, strerror(-err));
	}
	if (all->nr)
		qsort(all->dump, all->nr, sizeof(*all->dump), by_part);
	return err;
}

/*
 * "==123== valgrind: Unrecognised instruction at ...", "==123== Valgrind: debuginfo reader: ...":
 * the first complaint is the cause, the lines after it are advice.
 */
static void find_complaint(FILE *log, char *buf, size_t len)
{
	char line[512];

	while (!*buf && fgets(line, sizeof(line), log)) {
		const char *said = strstr(line, "algrind: ");

		if (said > line)
			snprintf(buf, len, "%.*s", (int)strcspn(said - 1, "\n"), said - 1);
	}
}

void vmb_sim_explain(const char *dir, char *buf, size_t len)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	buf[0] = 0;
	while (d && !*buf && (e = readdir(d))) {
		FILE *log = NULL;
		int err;

		if (!strncmp(e->d_name, VMB_SIM_LOG_PREFIX, sizeof(VMB_SIM_LOG_PREFIX) - 1))
			log = open_regular(dirfd(d), e->d_name, &err);
		if (!log)
			continue;
		find_complaint(log, buf, len);
		fclose(log);
	}
	if (d)
		closedir(d);
}

static int read_dir(const char *dir, struct dumps *all, struct vmb_why *why)
{
	char reason[160];
	DIR *d = opendir(dir);
	int err;

	if (!d) {
		err = -errno;
		vmb_why_set(why, "simulated counters: %s: %s", dir, strerror(-err));
		return err;
	}
	err = read_all(d, all, why);
	closedir(d);
	if (!err && !all->nr) {
		vmb_sim_explain(dir, reason, sizeof(reason));
		vmb_why_set(why, "simulated counters: callgrind left no counts%s%s",
			    *reason ? ": " : "", reason);
		err = -ENODATA;
	}
	return err;
}

static void name_counters(struct vmb_round *round)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(simulated); i++) {
		struct vmb_counter_id *id = &round->counters[round->nr_counters++];

		*id = (struct vmb_counter_id){ .source = "sim:callgrind" };
		snprintf(id->name, sizeof(id->name), "%s", simulated[i].name);
	}
}

static int append(struct vmb_round *round, const struct dumps *all, struct vmb_why *why)
{
	size_t base = round->nr_counters;
	struct vmb_sample *grown;

	if (base + VMB_ARRAY_SIZE(simulated) > VMB_MAX_COUNTERS ||
	    round->nr_samples + all->nr > VMB_MAX_SAMPLES) {
		vmb_why_set(why, "simulated counters: the round has no room for them");
		return -E2BIG;
	}
	grown = realloc(round->samples, (round->nr_samples + all->nr) * sizeof(*grown));
	if (!grown) {
		vmb_why_set(why, "simulated counters: out of memory");
		return -ENOMEM;
	}
	round->samples = grown;
	for (size_t i = 0; i < all->nr; i++)
		fill_sample(&all->dump[i], base, &grown[round->nr_samples++]);
	name_counters(round);
	return 0;
}

int vmb_sim_collect(const char *dir, struct vmb_round *round, struct vmb_why *why)
{
	struct dumps all = { 0 };
	int err = read_dir(dir, &all, why);

	if (!err)
		err = append(round, &all, why);
	free(all.dump);
	return err;
}

static void describe(const struct vmb_sim_dump *d, char *buf, size_t len)
{
	static const char *const name[VMB_SIM_CACHES] = { "I1", "D1", "LL" };
	size_t at = (size_t)snprintf(buf, len, "%s", d->creator);

	for (size_t i = 0; at < len && i < VMB_SIM_CACHES; i++)
		if (d->cache[i][0])
			at += (size_t)snprintf(buf + at, len - at, ", %s %s", name[i], d->cache[i]);
}

void vmb_sim_describe(const char *dir, char *buf, size_t len)
{
	struct dumps all = { 0 };
	struct vmb_why why;

	buf[0] = 0;
	if (!read_dir(dir, &all, &why) && all.dump)
		describe(all.dump, buf, len);
	free(all.dump);
}
