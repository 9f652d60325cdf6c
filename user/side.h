/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_SIDE_H
#define VMB_USER_SIDE_H
/*
 * One side of a comparison: another build of vmbench, a plugin, or any command.
 */

#include "results/sample.h"
#include "user/session.h"

#define VMB_MAX_SIDE_IDS 4096

/** enum vmb_side_kind - how a round of this side is made. */
enum vmb_side_kind { VMB_SIDE_BUILD, VMB_SIDE_PLUGIN, VMB_SIDE_COMMAND };

/**
 * struct vmb_side
 * @what: as the user typed it; borrowed
 * @program: vmbench that measures it; for a command the shell
 * @plugins: for VMB_SIDE_PLUGIN, the one shared object
 * @ids: [nr_ids] benchmarks it offers and the filters select, heap, owned
 */
struct vmb_side {
	enum vmb_side_kind kind;
	const char *what;
	char program[4096];
	struct vmb_list plugins;
	char (*ids)[VMB_ID_BYTES];
	size_t nr_ids;
};

/**
 * vmb_side_open - find out what @what is and which benchmarks it has.
 * @filters: regular expressions passed on to the build
 * @command: @what is a shell command
 * Return: 0; -ENOENT, -ENOEXEC not a vmbench; -EINTR; -ENOMEM; @why says what to do.
 */
VMB_MUST_CHECK int vmb_side_open(const char *what, const struct vmb_list *filters, bool command,
				 struct vmb_side *out, struct vmb_why *why);
void vmb_side_close(struct vmb_side *side);

/** vmb_side_has - whether the side offers @id. */
bool vmb_side_has(const struct vmb_side *side, const char *id);

/**
 * vmb_side_round - measure one round.
 * @rq: ready but for plugins
 * Return: as vmb_launch_round().
 */
VMB_MUST_CHECK int vmb_side_round(const struct vmb_session *s, const struct vmb_side *side,
				  const struct vmb_request *rq, struct vmb_round *out);

#endif /* VMB_USER_SIDE_H */
