// SPDX-License-Identifier: MIT
/*
 * Bytes are code of a guest, which the first byte chooses: the region is lifted, must be accepted by
 * the verifier, before the optimiser and behind it, and must compile for every host that there is.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/registry.h"
#include "vmcore/jit/jit.h"
#include "vmcore/opt/pipeline.h"
#include "vmcore/xlat/region.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#define BASE	    UINT64_C(0x10000)
#define MAX_BYTES   1024u
#define MAX_INSNS   64u
#define ARENA_BYTES (64u << 20)
#define CACHE_BYTES (512u << 10)

struct input {
	const uint8_t *bytes;
	size_t nr;
};

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "guest_fuzz: %s\n", what);
	abort();
}

static size_t fetch(void *priv, uint64_t pc, const uint8_t **bytes)
{
	const struct input *in = priv;
	uint64_t at = pc - BASE;

	if (at >= in->nr)
		return 0;
	*bytes = in->bytes + at;
	return in->nr - at;
}

static const struct guest_ops *guest_of(uint8_t byte)
{
	const struct vmb_arch *const *arch;
	size_t nr;

	arch = vmb_arches(&nr);
	return arch[byte / 2 % nr]->guest_ops;
}

static void verify(const struct ir_unit *unit, struct ir_arena *scratch, const char *what)
{
	struct ir_error error = { 0 };
	int status;

	ir_arena_reset(scratch);
	status = ir_verify(unit, scratch, &error);
	if (status == -EINVAL) {
		ir_print(unit, stderr);
		fprintf(stderr, "%s\n", error.text);
	}
	must(status != -EINVAL, what);
}

static void compile_for(const struct vmb_arch *arch, const struct ir_unit *unit)
{
	struct jit_options options = {
		.host = arch->host_ops, .cache_bytes = CACHE_BYTES, .flat = true,
		.first = BASE, .bytes = UINT64_C(1) << 32,
	};
	struct jit_code code;
	struct jit jit;
	int status;

	must(!jit_init(&jit, &options), "no compiler");
	status = jit_compile(&jit, unit, &code, NULL);
	must(!status || status == -E2BIG || status == -ENOSPC, "not compiled by tier 1");
	status = jit_compile_tier2(&jit, unit, &code, NULL);
	must(!status || status == -E2BIG || status == -ENOSPC, "not compiled by tier 2");
	jit_fini(&jit);
}

static void compile(const struct ir_unit *unit)
{
	const struct vmb_arch *const *arch;
	size_t nr, i;

	arch = vmb_arches(&nr);
	for (i = 0; i < nr; i++) {
		if (arch[i]->host_ops)
			compile_for(arch[i], unit);
	}
}

static void try_level(const struct guest_ops *guest, const struct xlat_source *source,
		      unsigned int level)
{
	struct ir_arena arena, scratch;
	struct ir_error error;
	struct ir_unit unit;
	int status;

	ir_arena_init(&arena, ARENA_BYTES);
	ir_arena_init(&scratch, ARENA_BYTES);
	ir_unit_init(&unit, &arena);
	status = xlat_lift(guest, source, BASE, MAX_INSNS, &unit, NULL);
	must(!status || status == -E2BIG, "not lifted");
	if (!status) {
		verify(&unit, &scratch, "what was lifted is refused");
		status = opt_run(&unit, &(struct opt_options){ .level = level }, &scratch, &error);
		must(!status, "not optimised");
		verify(&unit, &scratch, "what was optimised is refused");
		compile(&unit);
	}
	ir_arena_fini(&arena);
	ir_arena_fini(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const struct guest_ops *guest = bytes ? guest_of(data[0]) : NULL;
	struct input in = { data + 1, bytes - 1 };
	struct xlat_source source = { .fetch = fetch, .priv = &in };

	if (!guest || bytes > MAX_BYTES)
		return 0;
	source.poll = data[0] & 1 ? BASE + 64 : 0;
	try_level(guest, &source, 1);
	try_level(guest, &source, 2);
	return 0;
}
