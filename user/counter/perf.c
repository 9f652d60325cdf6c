// SPDX-License-Identifier: MIT
/*
 * Event strings through libpfm4, and perf_event_open(2) itself.
 *
 * libpfm4 knows two kinds of PMU that matter here: "perf", the kernel's generic events, which it
 * has on every machine, and the core PMU of the CPU model, which it has for the models it was
 * built with.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/counter/pfm.h"

static int encode(const char *term, int privilege, struct perf_event_attr *attr, int *index)
{
	const struct vmb_pfm *pfm = vmb_pfm_start();
	pfm_perf_encode_arg_t arg = { .attr = attr, .size = sizeof(arg) };
	int err = PFM_ERR_NOINIT;

	memset(attr, 0, sizeof(*attr));
	if (pfm)
		err = pfm->get_os_event_encoding(term, privilege, PFM_OS_PERF_EVENT, &arg);
	*index = arg.idx;
	return err;
}

static bool is_uncore(int index)
{
	const struct vmb_pfm *pfm = vmb_pfm_start();
	pfm_event_info_t event = { .size = sizeof(event) };
	pfm_pmu_info_t pmu = { .size = sizeof(pmu) };

	return pfm->get_event_info(index, PFM_OS_PERF_EVENT, &event) == PFM_SUCCESS &&
	       pfm->get_pmu_info(event.pmu, &pmu) == PFM_SUCCESS &&
	       pmu.type == PFM_PMU_TYPE_UNCORE;
}

/*
 * User mode only is libpfm4's default for us. For a software event it would be a trap, see
 * software.c: such an event counts both modes unless the term says otherwise.
 */
static int accept_software(const char *term, const struct perf_event_attr *both,
			   struct vmb_event *ev, struct vmb_why *why)
{
	bool kernel_only = vmb_software_in_kernel_only(both->config);

	if (kernel_only && both->exclude_kernel) {
		vmb_why_set(why, "\"%s\" happens in the kernel; counted in user mode only it would "
			    "always be 0. Leave the modifier out", term);
		return -EINVAL;
	}
	ev->software = true;
	ev->may_narrow = !kernel_only && ev->attr.exclude_kernel != both->exclude_kernel;
	ev->attr = *both;
	return 0;
}

static int resolve(const char *term, struct vmb_event *ev, struct vmb_why *why)
{
	const struct vmb_pfm *pfm = vmb_pfm_start();
	struct perf_event_attr both;
	int index, err;

	memset(ev, 0, sizeof(*ev));
	if (!pfm)
		return -ENOENT;
	err = encode(term, PFM_PLM3, &ev->attr, &index);
	switch (err) {
	case PFM_SUCCESS:
		break;
	case PFM_ERR_NOTFOUND:
	case PFM_ERR_NOTSUPP:
	case PFM_ERR_NOINIT:
		return -ENOENT;
	case PFM_ERR_NOMEM:
		vmb_why_set(why, "out of memory");
		return -ENOMEM;
	default:
		vmb_why_set(why, "\"%s\": libpfm4 knows the event but says: %s. \"vmbench "
			    "list --events\" shows it with its unit masks", term, pfm->strerror(err));
		return -EINVAL;
	}
	if (is_uncore(index)) {
		vmb_why_set(why, "\"%s\" counts a whole socket (an uncore event), not a benchmark",
			    term);
		return -EINVAL;
	}
	/* That a term names no mode shows in the result following the default. */
	if (encode(term, PFM_PLM0 | PFM_PLM3, &both, &index) != PFM_SUCCESS)
		return -EINVAL;
	if (both.type == PERF_TYPE_SOFTWARE)
		return accept_software(term, &both, ev, why);
	ev->may_widen = ev->attr.exclude_kernel != both.exclude_kernel;
	return 0;
}

/* One call per unit mask; an event without any is itself. */
static void list_event(const struct vmb_pfm *pfm, struct vmb_event_visitor *v,
		       const pfm_pmu_info_t *pmu, int index)
{
	pfm_event_info_t event = { .size = sizeof(event) };
	size_t masks = 0;
	char term[256];

	if (pfm->get_event_info(index, PFM_OS_PERF_EVENT, &event) != PFM_SUCCESS)
		return;
	for (int i = 0; i < event.nattrs; i++) {
		pfm_event_attr_info_t mask = { .size = sizeof(mask) };

		if (pfm->get_event_attr_info(index, i, PFM_OS_PERF_EVENT, &mask) != PFM_SUCCESS ||
		    mask.type != PFM_ATTR_UMASK)
			continue;
		masks++;
		snprintf(term, sizeof(term), "%s::%s:%s", pmu->name, event.name, mask.name);
		v->event(v, term, mask.desc ? mask.desc : "");
	}
	if (!masks) {
		snprintf(term, sizeof(term), "%s::%s", pmu->name, event.name);
		v->event(v, term, event.desc ? event.desc : "");
	}
}

static bool next_pmu(const struct vmb_pfm *pfm, int *id, pfm_pmu_info_t *pmu)
{
	for (; *id < PFM_PMU_MAX; ++*id) {
		*pmu = (pfm_pmu_info_t){ .size = sizeof(*pmu) };
		if (pfm->get_pmu_info((pfm_pmu_t)*id, pmu) == PFM_SUCCESS && pmu->is_present &&
		    pmu->type != PFM_PMU_TYPE_UNCORE) {
			++*id;
			return true;
		}
	}
	return false;
}

static void list(struct vmb_event_visitor *v)
{
	const struct vmb_pfm *pfm = vmb_pfm_start();
	pfm_pmu_info_t pmu;
	int id = PFM_PMU_NONE;

	if (!pfm)
		return;
	while (next_pmu(pfm, &id, &pmu))
		for (int e = pmu.first_event; e != -1; e = pfm->get_event_next(e))
			list_event(pfm, v, &pmu, e);
}

bool vmb_perf_knows_cpu(void)
{
	const struct vmb_pfm *pfm = vmb_pfm_start();
	pfm_pmu_info_t pmu;
	int id = PFM_PMU_NONE;

	if (!pfm)
		return false;
	while (next_pmu(pfm, &id, &pmu))
		if (pmu.type == PFM_PMU_TYPE_CORE)
			return true;
	return false;
}

const struct vmb_counter_source vmb_source_pfm = {
	.name = "libpfm4", .resolve = resolve, .list = list,
};

static int perf_open(struct perf_event_attr *attr, int leader)
{
	long fd = syscall(SYS_perf_event_open, attr, 0, -1, leader, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

static bool is_refused_form(int err)
{
	return err == -EINVAL || err == -EOPNOTSUPP;
}

/*
 * Not every PMU filters by mode: some refuse exclude_guest, and those of RISC-V without Sscofpmf
 * refuse every filter.
 */
static int adapt(struct vmb_event *ev, int fd)
{
	struct perf_event_attr *a = &ev->attr;

	if ((fd == -EACCES || fd == -EPERM) && ev->may_narrow) {
		a->exclude_kernel = 1;
		fd = perf_open(a, -1);
		ev->narrowed = fd >= 0;
	}
	if (is_refused_form(fd) && a->exclude_guest) {
		a->exclude_guest = 0;
		fd = perf_open(a, -1);
	}
	if (is_refused_form(fd) && ev->may_widen) {
		struct perf_event_attr all = *a;

		all.exclude_kernel = all.exclude_hv = 0;
		fd = perf_open(&all, -1);
		ev->widened = fd >= 0;
		if (fd >= 0)
			*a = all;
	}
	return fd;
}

/*
 * Only a leader may be pinned and may start disabled: the members follow it. A pinned group is
 * counted all the time or is in error, so that multiplexing cannot pass unseen.
 */
int vmb_event_open(struct vmb_event *ev, int leader)
{
	struct perf_event_attr *a = &ev->attr;
	int fd;

	a->size = sizeof(*a);
	a->disabled = leader < 0;
	a->pinned = leader < 0 && !ev->software;
	a->inherit = 0;
	a->read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED |
			 PERF_FORMAT_TOTAL_TIME_RUNNING;
	fd = perf_open(a, leader);
	return fd < 0 && leader < 0 ? adapt(ev, fd) : fd;
}
