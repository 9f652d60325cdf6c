// SPDX-License-Identifier: MIT
#include "user/request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/base/assert.h"

static void VMB_PRINTF(2, 3) put(struct vmb_request_argv *out, const char *fmt, ...)
{
	va_list ap;

	VMB_ASSERT(out->nr + 1 < VMB_REQUEST_MAX_ARGS);
	va_start(ap, fmt);
	vsnprintf(out->text[out->nr], sizeof(out->text[0]), fmt, ap);
	va_end(ap);
	out->argv[out->nr] = out->text[out->nr];
	out->argv[++out->nr] = NULL;
}

static void put_cpus(struct vmb_request_argv *out, const struct vmb_request *r)
{
	char list[200] = "";
	size_t at = 0;

	if (!r->nr_cpus)
		return;
	for (size_t i = 0; i < r->nr_cpus && at < sizeof(list) - 8; i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%u", i ? "," : "", r->cpus[i]);
	put(out, "cpus=%s", list);
}

void vmb_request_encode(const struct vmb_request *r, struct vmb_request_argv *out)
{
	out->nr = 0;
	put(out, "v=%d", VMB_REQUEST_VERSION);
	put(out, "id=%s", r->id);
	put(out, "index=%u", r->index);
	put(out, "seed=%llu", (unsigned long long)r->seed);
	put(out, "iters=%llu", (unsigned long long)r->iters);
	put(out, "batches=%u", r->batches);
	put(out, "measure_ns=%.17g", r->measure_ns);
	put(out, "warm_up_ns=%.17g", r->warm_up_ns);
	put(out, "tick_hz=%.17g", r->tick_hz);
	put(out, "env_offset=%u", r->env_offset_bytes);
	if (r->sim)
		put(out, "sim=1");
	put_cpus(out, r);
	for (size_t i = 0; i < r->counters.nr; i++)
		put(out, "counter=%s@%s", r->counters.id[i].name, r->counters.id[i].source);
	for (size_t i = 0; i < r->plugins.nr; i++)
		put(out, "plugin=%s", r->plugins.text[i]);
}

static int get_u64(const char *text, uint64_t max, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return end == text || *end || errno || *out > max ? -EINVAL : 0;
}

static int get_u32(const char *text, uint32_t *out)
{
	uint64_t v;
	int err = get_u64(text, UINT32_MAX, &v);

	*out = (uint32_t)v;
	return err;
}

static int get_real(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end == text || *end || !(*out >= 0) || *out > 1e18 ? -EINVAL : 0;
}

static int get_id(struct vmb_request *r, const char *text)
{
	return (size_t)snprintf(r->id, sizeof(r->id), "%s", text) < sizeof(r->id) ? 0 : -EINVAL;
}

static int get_cpus(struct vmb_request *r, const char *text)
{
	while (*text) {
		char *end;
		unsigned long cpu = strtoul(text, &end, 10);

		if (end == text || r->nr_cpus == VMB_MAX_PIN || (*end && *end != ','))
			return -EINVAL;
		r->cpus[r->nr_cpus++] = (unsigned int)cpu;
		text = *end ? end + 1 : end;
	}
	return 0;
}

/* An event string may itself hold '@'-free text only; the source follows the last '@'. */
static int get_counter(struct vmb_request *r, const char *text)
{
	const char *at = strrchr(text, '@');
	struct vmb_counter_id *id = &r->counters.id[r->counters.nr];

	if (!at || r->counters.nr == VMB_MAX_COUNTERS || (size_t)(at - text) >= sizeof(id->name) ||
	    strlen(at + 1) >= sizeof(id->source))
		return -EINVAL;
	memcpy(id->name, text, (size_t)(at - text));
	id->name[at - text] = 0;
	snprintf(id->source, sizeof(id->source), "%s", at + 1);
	r->counters.nr++;
	return 0;
}

static int get_plugin(struct vmb_request *r, const char *text)
{
	if (r->plugins.nr == VMB_MAX_LIST || !*text)
		return -EINVAL;
	r->plugins.text[r->plugins.nr++] = text;
	return 0;
}

static int get_index(struct vmb_request *r, const char *t) { return get_u32(t, &r->index); }
static int get_seed(struct vmb_request *r, const char *t) { return get_u64(t, UINT64_MAX, &r->seed); }
static int get_iters(struct vmb_request *r, const char *t) { return get_u64(t, 1ull << 60, &r->iters); }
static int get_batches(struct vmb_request *r, const char *t) { return get_u32(t, &r->batches); }
static int get_measure(struct vmb_request *r, const char *t) { return get_real(t, &r->measure_ns); }
static int get_warm_up(struct vmb_request *r, const char *t) { return get_real(t, &r->warm_up_ns); }
static int get_tick_hz(struct vmb_request *r, const char *t) { return get_real(t, &r->tick_hz); }
static int get_offset(struct vmb_request *r, const char *t) { return get_u32(t, &r->env_offset_bytes); }

static int get_sim(struct vmb_request *r, const char *t)
{
	r->sim = !strcmp(t, "1");
	return 0;
}

static int get_version(struct vmb_request *r, const char *t)
{
	uint32_t v;

	(void)r;
	return get_u32(t, &v) || v != VMB_REQUEST_VERSION ? -EPROTO : 0;
}

static const struct {
	const char *key;
	int (*get)(struct vmb_request *r, const char *text);
} keys[] = {
	{ "v", get_version }, { "id", get_id }, { "index", get_index }, { "seed", get_seed },
	{ "iters", get_iters }, { "batches", get_batches }, { "measure_ns", get_measure },
	{ "warm_up_ns", get_warm_up }, { "tick_hz", get_tick_hz }, { "env_offset", get_offset },
	{ "sim", get_sim }, { "cpus", get_cpus }, { "counter", get_counter },
	{ "plugin", get_plugin },
};

static int decode_one(struct vmb_request *r, const char *arg)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(keys); i++) {
		size_t n = strlen(keys[i].key);

		if (!strncmp(arg, keys[i].key, n) && arg[n] == '=')
			return keys[i].get(r, arg + n + 1);
	}
	return -EINVAL;
}

int vmb_request_decode(int argc, char **argv, struct vmb_request *out, struct vmb_why *why)
{
	memset(out, 0, sizeof(*out));
	for (int i = 0; i < argc; i++) {
		int err = decode_one(out, argv[i]);

		if (!err)
			continue;
		vmb_why_set(why, err == -EPROTO ? "another version of the round protocol: %s"
						: "cannot understand \"%s\"", argv[i]);
		return err;
	}
	if (!out->id[0] || !(out->tick_hz > 0) || !out->batches || out->batches > 100000) {
		vmb_why_set(why, "incomplete: this verb is private to vmbench");
		return -EINVAL;
	}
	return 0;
}
