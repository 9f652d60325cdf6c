/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_DOCTOR_H
#define VMB_USER_DOCTOR_H
/*
 * What on this machine disturbs measurements, what each thing does to the numbers, and the command
 * that mends it. docs/DOCTOR.md lists every check and every setting that --fix touches.
 */

#include <stdbool.h>
#include <stdio.h>

#include "user/pin.h"

/**
 * vmb_doctor_run - look at everything (about 200 ms) and print what was found. Changes nothing.
 * @json: one JSON object, schema "vmbench-doctor/1", instead of text
 * @colour: ANSI colours (text only)
 * @pin: CPUs that will be measured on; NULL or empty: checks of one CPU are then unknown
 * Return: 0; 1 if something was found that makes numbers misleading.
 */
int vmb_doctor_run(FILE *out, bool json, bool colour, const struct vmb_pin *pin);

/**
 * vmb_doctor_fix - set what can be set through /proc and /sys, first saving every old value.
 * Values that an earlier call saved are kept: vmb_doctor_restore() always goes back to the
 * beginning.
 * @out: one line per setting
 * Return: 0; 1 if something could not be set or saved.
 */
int vmb_doctor_fix(FILE *out);

/**
 * vmb_doctor_restore - put every saved value back and forget it.
 * @out: one line per setting
 * Return: 0, also when nothing was saved; 1 if something could not be put back (it stays saved) or
 * the file of saved values is refused.
 */
int vmb_doctor_restore(FILE *out);

#endif /* VMB_USER_DOCTOR_H */
