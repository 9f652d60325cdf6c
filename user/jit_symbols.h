/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_JIT_SYMBOLS_H
#define VMB_USER_JIT_SYMBOLS_H
/*
 * --perf-map and --jitdump: names for the code that this process compiles.
 *
 * A unit's symbol is "tier1:NAME", or tier2; NAME is the unit's own, or the guest address where it
 * begins, or "unit".
 */

#include "user/options.h"

struct vmb_jit_symbols;

/**
 * vmb_jit_symbols_begin - write down what is compiled from here on, if @o asks for it.
 * @out: NULL if @o does not, or on failure
 * Return: 0, or an exit code when a file cannot be made, which has been complained about.
 */
VMB_MUST_CHECK int vmb_jit_symbols_begin(const struct vmb_options *o, struct vmb_jit_symbols **out);

/**
 * vmb_jit_symbols_end - close the files and say where they are. No other thread compiles any more.
 * @symbols: taken; may be NULL
 * Return: 0, or an exit code when a file is incomplete, which has been complained about.
 */
int vmb_jit_symbols_end(const struct vmb_options *o, struct vmb_jit_symbols *symbols);

#endif /* VMB_USER_JIT_SYMBOLS_H */
