// SPDX-License-Identifier: MIT
/*
 * The process of one round: arguments in, one frame out on descriptor 3.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "results/codec.h"
#include "user/request.h"
#include "user/round.h"
#include "user/verbs.h"

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

int vmb_cmd_round(int argc, char **argv)
{
	struct vmb_catalogue catalogue;
	struct vmb_request rq;
	struct vmb_entry e;
	struct vmb_round round;
	struct vmb_bytes bytes = { 0 };
	struct vmb_why why = { 0 };
	int err = vmb_request_decode(argc, argv, &rq, &why);

	if (err || vmb_catalogue_open(&catalogue, &rq.plugins, &why)) {
		vmb_complain("round: %s", why.text);
		return VMB_EXIT_USAGE;
	}
	if (vmb_plan_find(&catalogue, rq.id, &e)) {
		vmb_complain("round: no benchmark \"%s\"", rq.id);
		return VMB_EXIT_USAGE;
	}
	vmb_round_measure(&rq, &e, &round);
	err = vmb_round_encode(&round, &bytes);
	if (!err)
		err = write_all(VMB_ROUND_FD, bytes.data, bytes.len);
	if (err)
		vmb_complain("round: cannot hand over the result: %s", strerror(-err));
	vmb_bytes_fini(&bytes);
	vmb_round_fini(&round);
	return err ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}
