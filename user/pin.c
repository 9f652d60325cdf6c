// SPDX-License-Identifier: MIT
#include "user/pin.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/env/cpulist.h"
#include "user/env/topology.h"

#define LIST_BYTES 96	/* of a CPU list inside of a sentence */

/* One --pin argument being resolved. */
struct resolver {
	const char *spec;
	struct vmb_pin *pin;
	struct vmb_why *why;
	struct vmb_topo_sets topo;
	struct vmb_cpuset isolated, affinity, usable;
};

VMB_PRINTF(3, 4)
static int refuse(struct resolver *r, int err, const char *fmt, ...)
{
	char text[256], list[LIST_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	vmb_why_set(r->why, "%s; usable CPUs: %s", text,
		    vmb_cpulist_format(&r->usable, list, sizeof(list)));
	return err;
}

static int malformed(struct resolver *r, const char *item)
{
	return refuse(r, -EINVAL,
		      "--pin \"%.60s\": \"%.40s\" is not a CPU; write 3 or 2,3 or 0-3 or "
		      "core:1 or isolated",
		      r->spec, item);
}

static int refuse_offline(struct resolver *r, unsigned int os)
{
	char list[LIST_BYTES];

	return refuse(r, -ENODEV,
		      "CPU %u is offline; online CPUs: %s; bring it up with: echo 1 | sudo "
		      "tee /sys/devices/system/cpu/cpu%u/online",
		      os, vmb_cpulist_format(&r->topo.online, list, sizeof(list)), os);
}

static int refuse_affinity(struct resolver *r, unsigned int os)
{
	char list[LIST_BYTES];

	return refuse(r, -EPERM,
		      "CPU %u is outside of this process's affinity mask (%s), as taskset, "
		      "numactl, systemd or a batch system set it",
		      os, vmb_cpulist_format(&r->affinity, list, sizeof(list)));
}

static int refuse_cpuset(struct resolver *r, unsigned int os)
{
	char list[LIST_BYTES];

	return refuse(r, -EPERM,
		      "CPU %u is outside of this process's cpuset (%s), which a container or "
		      "a cgroup set",
		      os, vmb_cpulist_format(&r->topo.allowed, list, sizeof(list)));
}

/* 0 when this process may run there, otherwise why not. */
static int check_cpu(struct resolver *r, unsigned int os)
{
	if (!vmb_cpuset_has(&r->topo.present, os))
		return refuse(r, -ENODEV, "CPU %u does not exist", os);
	if (!vmb_cpuset_has(&r->topo.online, os))
		return refuse_offline(r, os);
	if (!vmb_cpuset_has(&r->topo.allowed, os))
		return refuse_cpuset(r, os);
	if (!vmb_cpuset_has(&r->usable, os))
		return refuse_affinity(r, os);
	return 0;
}

static bool chosen(const struct vmb_pin *pin, unsigned int os)
{
	for (size_t i = 0; i < pin->nr; i++)
		if (pin->cpu[i].os == os)
			return true;
	return false;
}

static int add_cpu(struct resolver *r, unsigned int os)
{
	int err = check_cpu(r, os);

	if (err)
		return err;
	if (chosen(r->pin, os))
		return refuse(r, -EINVAL, "--pin \"%.60s\" names CPU %u twice", r->spec, os);
	if (r->pin->nr == VMB_MAX_PIN)
		return refuse(r, -EINVAL, "--pin \"%.60s\" names more than %d CPUs", r->spec,
			      VMB_MAX_PIN);
	if (vmb_topology_cpu(os, &r->pin->cpu[r->pin->nr]))
		return refuse(r, -ENODEV, "hwloc does not know CPU %u", os);
	r->pin->nr++;
	return 0;
}

static size_t nr_cores(void)
{
	return vmb_topology_count(VMB_TOPO_CORE);
}

/* One CPU stands for a core: two threads of one core would only disturb each other. */
static int add_core(struct resolver *r, unsigned int core)
{
	struct vmb_cpuset cpus, usable;
	unsigned int os;

	if (vmb_topology_core(core, &cpus))
		return refuse(r, -ENODEV,
			      "core %u does not exist; this machine has the logical cores 0-%zu",
			      core, nr_cores() ? nr_cores() - 1 : 0);
	usable = cpus;
	vmb_cpuset_and(&usable, &r->usable);
	os = vmb_cpuset_next(&usable, 0);
	return add_cpu(r, os < VMB_CPUSET_MAX ? os : vmb_cpuset_next(&cpus, 0));
}

static int none_isolated(struct resolver *r)
{
	return refuse(r, -ENODEV,
		      "no CPU is isolated; boot with isolcpus=N nohz_full=N, or make a cpuset "
		      "partition (echo isolated > /sys/fs/cgroup/NAME/cpuset.cpus.partition)");
}

static int add_isolated(struct resolver *r)
{
	unsigned int os = vmb_cpuset_next(&r->isolated, 0);
	int err = 0;

	if (os == VMB_CPUSET_MAX)
		return none_isolated(r);
	for (; !err && os < VMB_CPUSET_MAX; os = vmb_cpuset_next(&r->isolated, os + 1))
		err = add_cpu(r, os);
	return err;
}

static int number(const char **p, unsigned int *out)
{
	unsigned long long v;
	char *end;

	if (!isdigit((unsigned char)**p))
		return -EINVAL;
	v = strtoull(*p, &end, 10);
	if (v >= VMB_CPUSET_MAX)
		return -ERANGE;
	*out = (unsigned int)v;
	*p = end;
	return 0;
}

/* "N" or "N-M" up to the end of the text. */
static int range(const char *text, unsigned int *low, unsigned int *high)
{
	int err = number(&text, low);

	*high = *low;
	if (!err && *text == '-') {
		text++;
		err = number(&text, high);
	}
	return err ? err : *text || *high < *low ? -EINVAL : 0;
}

static int add_range(struct resolver *r, const char *item, const char *text,
		     int (*add)(struct resolver *, unsigned int))
{
	unsigned int low = 0, high = 0;
	int err = range(text, &low, &high);

	if (err == -ERANGE)
		return refuse(r, -ENODEV, "--pin \"%.60s\": there is no CPU with such a number",
			      r->spec);
	if (err)
		return malformed(r, item);
	for (unsigned int i = low; !err && i <= high; i++)
		err = add(r, i);
	return err;
}

static int add_item(struct resolver *r, const char *item)
{
	if (!strcmp(item, "isolated"))
		return add_isolated(r);
	if (!strncmp(item, "core:", 5))
		return add_range(r, item, item + 5, add_core);
	return add_range(r, item, item, add_cpu);
}

static int add_items(struct resolver *r)
{
	const char *p = r->spec;
	int err = 0;

	for (; !err; p++) {
		size_t len = strcspn(p, ",");
		char item[64];

		snprintf(item, sizeof(item), "%.*s", (int)(len < sizeof(item) ? len : sizeof(item)),
			 p);
		err = len < sizeof(item) ? add_item(r, item) : malformed(r, item);
		p += len;
		if (!*p)
			break;
	}
	return err;
}

static void read_isolated(struct vmb_cpuset *s)
{
	static const char *const path[] = {
		"/sys/devices/system/cpu/isolated",		/* isolcpus= */
		"/sys/fs/cgroup/cpuset.cpus.isolated",		/* cpuset partitions */
		"/sys/fs/cgroup/unified/cpuset.cpus.isolated",
	};

	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < VMB_ARRAY_SIZE(path); i++) {
		struct vmb_cpuset more;

		if (!vmb_cpulist_read(path[i], &more))
			vmb_cpuset_or(s, &more);
	}
}

/* isolcpus= takes CPUs out of everybody's mask, yet a process may ask for them. */
static int read_sets(struct resolver *r)
{
	int err = vmb_topology_load(r->why);

	if (!err)
		err = vmb_topology_sets(&r->topo);
	if (err)
		return err;
	read_isolated(&r->isolated);
	r->usable = r->isolated;
	if (vmb_topology_is_this_machine() && !vmb_cpuset_affinity(&r->affinity))
		vmb_cpuset_or(&r->usable, &r->affinity);
	else
		vmb_cpuset_or(&r->usable, &r->topo.allowed);
	vmb_cpuset_and(&r->usable, &r->topo.allowed);
	return 0;
}

int vmb_pin_parse(const char *spec, struct vmb_pin *pin, struct vmb_why *why)
{
	struct vmb_pin found = { 0 };
	struct resolver r = { .spec = spec, .pin = &found, .why = why };
	int err = read_sets(&r);

	if (!err)
		err = add_items(&r);
	if (!err)
		*pin = found;
	return err;
}

int vmb_pin_apply(const struct vmb_pin *pin, struct vmb_why *why)
{
	int err = pin->nr ? vmb_topology_bind(pin->cpu, pin->nr) : 0;

	if (err == -EXDEV)
		vmb_why_set(why, "cannot pin: HWLOC_XMLFILE or HWLOC_SYNTHETIC describes another "
			    "machine; unset it to measure on this one");
	else if (err)
		vmb_why_set(why, "cannot pin to CPU %u%s: %s", pin->cpu[0].os,
			    pin->nr > 1 ? " and others" : "", strerror(-err));
	return err;
}

static int field_of(const struct vmb_pin_cpu *c, size_t field)
{
	const int value[] = { (int)c->os, (int)c->logical, (int)c->core, c->node };

	return value[field];
}

/* Nodes and cores repeat: each is listed once, in the order of the CPUs. */
static void describe_field(const struct vmb_pin *pin, size_t field, char *buf, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < pin->nr; i++) {
		int v = field_of(&pin->cpu[i], field);
		bool seen = v < 0;

		for (size_t k = 0; k < i && !seen; k++)
			seen = field_of(&pin->cpu[k], field) == v;
		if (!seen)
			len += (size_t)snprintf(buf + len, size - len, len ? ",%d" : "%d", v);
	}
}

void vmb_pin_describe(const struct vmb_pin *pin, struct vmb_env *env)
{
	static const struct { const char *key, *source; } fact[] = {
		{ "pin.cpus", "--pin" }, { "pin.logical", "hwloc" }, { "pin.cores", "hwloc" },
		{ "pin.nodes", "hwloc" },
	};

	for (size_t i = 0; i < VMB_ARRAY_SIZE(fact); i++) {
		char text[VMB_MAX_PIN * 12] = "";

		describe_field(pin, i, text, sizeof(text));
		if (text[0])
			vmb_env_text(env, fact[i].key, fact[i].source, "%s", text);
	}
}

void vmb_pin_fini(void)
{
	vmb_topology_fini();
}
