// SPDX-License-Identifier: MIT
#include <string.h>

#include "user/doctor.h"
#include "user/pin.h"
#include "user/verbs.h"

int vmb_cmd_doctor(const struct vmb_options *o)
{
	struct vmb_pin pin = { 0 };
	struct vmb_why why;
	int code;

	if (o->fix && o->restore) {
		vmb_complain("--fix and --restore exclude each other");
		return VMB_EXIT_USAGE;
	}
	if (o->pin && vmb_pin_parse(o->pin, &pin, &why)) {
		vmb_complain("%s", why.text);
		return VMB_EXIT_USAGE;
	}
	if (o->fix)
		code = vmb_doctor_fix(stdout);
	else if (o->restore)
		code = vmb_doctor_restore(stdout);
	else
		code = vmb_doctor_run(stdout, o->json, vmb_colour_wanted(o, stdout), &pin);
	vmb_pin_fini();
	return code ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}
