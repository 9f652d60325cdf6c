// SPDX-License-Identifier: MIT
/*
 * The order of memory that x86_64 guests have on hosts whose own is weaker: read from the code that is
 * made for them, since an emulator shows nothing of it. Sources: Arm ARM (DDI 0487), C6.2 (LDAR, LDAPR,
 * STLR, DMB); RISC-V unprivileged ISA, "Memory Ordering Instructions".
 */
#include "tests/test.h"

#include <sys/mman.h>

#include "arch/registry.h"
#include "vmcore/jit/jit.h"
#include "vmcore/opt/pipeline.h"
#include "vmcore/xlat/region.h"
#include "vmcore/xlat/space.h"

#define BASE UINT64_C(0x10000)

/* mov rax, [rdi]; mov [rsi], rax; mov rdx, [rdi + 8]; movups xmm0, [rdi] and [rsi], xmm0; syscall */
static const uint8_t code[] = { 0x48, 0x8b, 0x07, 0x48, 0x89, 0x06, 0x48, 0x8b, 0x57, 0x08,
				0x0f, 0x10, 0x07, 0x0f, 0x11, 0x06, 0x0f, 0x05 };

static size_t fetch(void *priv, uint64_t pc, const uint8_t **bytes)
{
	(void)priv;
	if (pc - BASE >= sizeof(code))
		return 0;
	*bytes = code + (pc - BASE);
	return sizeof(code) - (pc - BASE);
}

/* Instructions that order memory: those of which the bits in @mask are @value. */
struct ordering {
	const char *host;
	struct {
		uint32_t mask, value;
	} insn[4];
};

static const struct ordering orderings[] = {
	{ "arm64", { { 0x3ffffc00, 0x08dffc00 }, { 0x3ffffc00, 0x38bfc000 },
		     { 0x3ffffc00, 0x089ffc00 }, { 0xfffff0ff, 0xd50330bf } } },
	{ "riscv64", { { 0x0000707f, 0x0000000f }, { 0x0000707f, 0x0000000f },
		       { 0x0000707f, 0x0000000f }, { 0x0000707f, 0x0000000f } } },
};

static bool orders(const struct ordering *o, uint32_t word)
{
	unsigned int k;

	for (k = 0; k < VMB_ARRAY_SIZE(o->insn); k++) {
		if ((word & o->insn[k].mask) == o->insn[k].value)
			return true;
	}
	return false;
}

/* Instructions have 4 bytes, but those of RISC-V whose low bits are not both set. */
static unsigned int count(const struct ordering *o, const uint8_t *bytes, size_t nr)
{
	unsigned int found = 0;
	uint32_t word;
	size_t at;

	for (at = 0; at + 4 <= nr; at += o->host[0] == 'r' && (word & 3) != 3 ? 2 : 4) {
		memcpy(&word, bytes + at, 4);
		found += orders(o, word);
	}
	return found;
}

/* How many there are in what @tier makes of the code. */
static unsigned int ordered(const struct ordering *o, bool shared, unsigned int tier)
{
	struct xlat_source source = { .fetch = fetch, .shared = shared };
	struct jit_options options = { .host = vmb_arch_by_name(o->host)->host_ops,
				       .cache_bytes = 1 << 16, .flat = true, .first = BASE,
				       .bytes = UINT64_C(1) << 32 };
	struct ir_arena arena, scratch;
	struct ir_unit unit;
	struct jit_code out;
	unsigned int found;
	struct jit jit;

	ir_arena_init(&arena, 1 << 24);
	ir_arena_init(&scratch, 1 << 24);
	ir_unit_init(&unit, &arena);
	assert_int_equal(xlat_lift(vmb_arch_by_name("x86_64")->guest_ops, &source, BASE, 100, &unit,
				   NULL), 0);
	assert_int_equal(opt_run(&unit, &(struct opt_options){ .level = tier }, &scratch, NULL), 0);
	assert_int_equal(jit_init(&jit, &options), 0);
	assert_int_equal((tier == 2 ? jit_compile_tier2 : jit_compile)(&jit, &unit, &out, NULL), 0);
	found = count(o, jit.cache.write + out.entry, out.bytes);
	jit_fini(&jit);
	ir_arena_fini(&arena);
	ir_arena_fini(&scratch);
	return found;
}

static void test_shared_memory_is_ordered_and_other_is_not(void **state)
{
	unsigned int i, tier;

	(void)state;
	for (i = 0; i < VMB_ARRAY_SIZE(orderings); i++) {
		for (tier = 1; tier <= 2; tier++) {
			assert_int_equal(ordered(&orderings[i], false, tier), 0);
			/* Two loads and a store of 8 bytes, a load and a store of 16. */
			assert_true(ordered(&orderings[i], true, tier) >= 5);
		}
	}
}

static void test_a_shared_mapping_makes_memory_shared(void **state)
{
	struct xlat_space space;
	uint64_t changes;

	(void)state;
	assert_int_equal(xlat_space_init(&space, UINT64_C(1) << 24), 0);
	assert_int_equal(xlat_map(&space, BASE, XLAT_PAGE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 0);
	assert_false(space.shared);
	changes = xlat_space_changes(&space);
	assert_int_equal(xlat_map(&space, BASE + XLAT_PAGE, XLAT_PAGE, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0), 0);
	assert_true(space.shared);
	assert_int_not_equal(xlat_space_changes(&space), changes);
	xlat_space_fini(&space);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared_memory_is_ordered_and_other_is_not),
		cmocka_unit_test(test_a_shared_mapping_makes_memory_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
