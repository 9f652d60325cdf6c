/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_CHILD_H
#define VMB_USER_CHILD_H
/*
 * Start the process of one round and wait for its frame. Whatever the process does (crash, hang,
 * babble, leave children behind) costs this round and nothing else.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "user/bench.h"
#include "user/pin.h"

enum vmb_child_end {
	VMB_CHILD_DONE,		/* exited 0, with a frame unless plain */
	VMB_CHILD_CRASHED,	/* died of a signal, exited non-zero or without a frame */
	VMB_CHILD_TIMEOUT,	/* killed after the timeout */
	VMB_CHILD_INTERRUPTED,	/* killed because the user wants to stop */
	VMB_CHILD_UNSTARTED,	/* could not be started at all */
};

/**
 * struct vmb_child_spec - what to start.
 * @argv: NULL-terminated; argv[0] is a path, or a name that is searched in PATH; borrowed
 * @env_offset_bytes: 0-4095 bytes of padding in the environment: shifts the stack
 * @pin: applied between fork and exec; nr 0: none
 * @timeout_s: > 0
 * @plain: an ordinary command: no frame is expected, exit status 0 is success
 */
struct vmb_child_spec {
	char *const *argv;
	uint32_t env_offset_bytes;
	const struct vmb_pin *pin;
	double timeout_s;
	bool plain;
};

/**
 * struct vmb_child_report - how it went.
 * @data: [len] what it wrote on descriptor 3; heap, owned by the caller (free())
 * @wall_ns: from fork to the end
 * @text: for everything but DONE a sentence, with the signal's name and the last of stderr
 */
struct vmb_child_report {
	enum vmb_child_end end;
	uint8_t *data;
	size_t len;
	uint64_t wall_ns;
	char text[384];
};

/** vmb_child_run - start, collect, reap. Kills the whole process group on timeout or interrupt. */
void vmb_child_run(const struct vmb_child_spec *spec, struct vmb_child_report *out);

/** vmb_interrupt_install - note SIGINT, SIGTERM and SIGHUP instead of dying of them. */
void vmb_interrupt_install(void);
/** vmb_interrupted - the signal that asked us to stop, 0 if none. */
int vmb_interrupted(void);

#endif /* VMB_USER_CHILD_H */
