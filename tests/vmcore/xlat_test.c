// SPDX-License-Identifier: MIT
/*
 * Parts of the translator that no guest program shows: hostile ELF files, the guest's address space,
 * regions, the table of translations.
 */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "arch/registry.h"
#include "vmcore/interp/interp.h"
#include "vmcore/xlat/elf.h"
#include "vmcore/xlat/region.h"
#include "vmcore/xlat/table.h"

struct elf {
	Elf64_Ehdr header;
	Elf64_Phdr program[2];
	uint8_t code[64];
};

static struct elf good(void)
{
	struct elf e = {
		.header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB },
			    .e_type = ET_EXEC, .e_machine = EM_RISCV, .e_entry = 0x20000,
			    .e_phoff = offsetof(struct elf, program),
			    .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2 },
		.program = { { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0x20000,
			       .p_filesz = sizeof(struct elf), .p_memsz = sizeof(struct elf) },
			     { .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = 0x30000,
			       .p_filesz = 16, .p_memsz = 10000 } },
	};

	memset(e.code, 0x5a, sizeof(e.code));
	return e;
}

static int read_elf(const struct elf *e, size_t bytes)
{
	struct xlat_image image;
	const char *why = NULL;
	/* A copy of its own length, so that a read past the end is found. */
	uint8_t *copy = malloc(bytes ? bytes : 1);
	int status;

	assert_non_null(copy);
	memcpy(copy, e, bytes);
	status = xlat_elf_read(copy, bytes, &image, &why);
	assert_true(!status == !why);
	free(copy);
	return status;
}

static void test_elf_refuses_truncated(void **state)
{
	struct elf e = good();
	size_t bytes;

	(void)state;
	assert_int_equal(read_elf(&e, sizeof(e)), 0);
	for (bytes = 0; bytes < sizeof(e); bytes++)
		assert_int_equal(read_elf(&e, bytes), -ENOEXEC);
}

static void test_elf_refuses_lies(void **state)
{
	struct elf e;

	(void)state;
	e = good();
	e.program[1].p_type = PT_INTERP;
	assert_int_equal(read_elf(&e, sizeof(e)), -ENOEXEC);
	e = good();
	e.program[0].p_filesz = UINT64_MAX;
	assert_int_equal(read_elf(&e, sizeof(e)), -ENOEXEC);
	e = good();
	e.program[0].p_offset = UINT64_MAX - 4;
	assert_int_equal(read_elf(&e, sizeof(e)), -ENOEXEC);
	e = good();
	e.program[1].p_memsz = 8;
	assert_int_equal(read_elf(&e, sizeof(e)), -ENOEXEC);
	e = good();
	e.program[1].p_vaddr = UINT64_MAX - 100;
	assert_int_equal(read_elf(&e, sizeof(e)), -ENOEXEC);
	e = good();
	e.header.e_phoff = UINT64_MAX - 8;
	assert_int_equal(read_elf(&e, sizeof(e)), -ENOEXEC);
	e = good();
	e.header.e_ident[EI_CLASS] = ELFCLASS32;
	assert_int_equal(read_elf(&e, sizeof(e)), -ENOEXEC);
}

#define SPACE_BYTES (UINT64_C(64) << 20)

/* Copied, or from pages of the file @fd. */
static void check_load(int fd)
{
	struct elf e = good();
	struct xlat_image image;
	struct xlat_space space;
	const uint8_t *bytes;
	const char *why;
	uint32_t i;

	assert_int_equal(xlat_space_init(&space, SPACE_BYTES), 0);
	assert_int_equal(xlat_elf_read((const uint8_t *)&e, sizeof(e), &image, &why), 0);
	assert_int_equal(xlat_elf_load(&space, (const uint8_t *)&e, fd, &image, &why), 0);
	assert_int_equal(image.phdr, 0x20000 + offsetof(struct elf, program));
	assert_memory_equal(xlat_host(&space, 0x20000), &e, sizeof(e));
	assert_memory_equal(xlat_host(&space, 0x30000), &e, 16);
	for (i = 16; i < 10000; i++)
		assert_int_equal(((uint8_t *)xlat_host(&space, 0x30000))[i], 0);
	*(uint8_t *)xlat_host(&space, 0x30000) = 1;
	assert_int_equal(xlat_fetch(&space, 0x20010, &bytes), 4096 - 16);
	assert_int_equal(xlat_fetch(&space, 0x30000, &bytes), 0);
	assert_int_equal(xlat_fetch(&space, 0x28000, &bytes), 0);
	e.program[0].p_vaddr = SPACE_BYTES;
	assert_int_equal(xlat_elf_read((const uint8_t *)&e, sizeof(e), &image, &why), 0);
	assert_int_equal(xlat_elf_load(&space, (const uint8_t *)&e, fd, &image, &why), -ENOEXEC);
	xlat_space_fini(&space);
}

static void test_elf_is_loaded_and_cleared(void **state)
{
	(void)state;
	check_load(-1);
}

static void test_elf_is_mapped_and_cleared(void **state)
{
	struct elf e = good(), after;
	int fd = memfd_create("program", MFD_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &e, sizeof(e), 0), sizeof(e));
	check_load(fd);
	/* What a program writes is its own. */
	assert_int_equal(pread(fd, &after, sizeof(after), 0), sizeof(after));
	assert_memory_equal(&after, &e, sizeof(e));
	close(fd);
}

static void test_elf_is_copied_if_its_pages_are_no_pages(void **state)
{
	struct elf e = good();
	struct xlat_image image;
	struct xlat_space space;
	int fd = memfd_create("program", MFD_CLOEXEC);
	const char *why;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &e, sizeof(e), 0), sizeof(e));
	e.program[1].p_vaddr = 0x20800;
	assert_int_equal(xlat_space_init(&space, SPACE_BYTES), 0);
	assert_int_equal(xlat_elf_read((const uint8_t *)&e, sizeof(e), &image, &why), 0);
	assert_int_equal(xlat_elf_load(&space, (const uint8_t *)&e, fd, &image, &why), 0);
	assert_memory_equal(xlat_host(&space, 0x20000), &e, sizeof(e));
	assert_memory_equal(xlat_host(&space, 0x20800), &e, 16);
	assert_int_equal(*(uint8_t *)xlat_host(&space, 0x20800 + 16), 0);
	xlat_space_fini(&space);
	close(fd);
}

static void test_space_gives_free_ranges(void **state)
{
	struct xlat_space space;
	uint64_t a, b;

	(void)state;
	assert_int_equal(xlat_space_init(&space, SPACE_BYTES), 0);
	a = xlat_find(&space, 3 * XLAT_PAGE);
	assert_true(a && xlat_space_has(&space, a, 3 * XLAT_PAGE));
	assert_int_equal(xlat_map(&space, a, 3 * XLAT_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, 0), 0);
	b = xlat_find(&space, XLAT_PAGE);
	assert_true(b && b + XLAT_PAGE <= a);
	assert_int_equal(xlat_protect(&space, a - XLAT_PAGE, 2 * XLAT_PAGE, PROT_READ), -ENOMEM);
	assert_int_equal(xlat_unmap(&space, a, 3 * XLAT_PAGE), 0);
	assert_true(xlat_is_free(&space, a, 3 * XLAT_PAGE));
	assert_int_equal(xlat_find(&space, SPACE_BYTES), 0);
	assert_false(xlat_space_has(&space, SPACE_BYTES - 8, 16));
	assert_false(xlat_space_has(&space, UINT64_MAX - 8, 16));
	assert_false(xlat_space_has(&space, 0, 1));
	xlat_space_fini(&space);
}

static void test_table_keeps_everything(void **state)
{
	struct xlat_table table;
	uint64_t i;

	(void)state;
	assert_int_equal(xlat_table_init(&table), 0);
	for (i = 0; i < 5000; i++)
		assert_non_null(xlat_table_add(&table, &(struct xlat_code){ .pc = 2 * i * i }));
	for (i = 0; i < 5000; i++)
		assert_int_equal(xlat_table_find(&table, 2 * i * i)->pc, 2 * i * i);
	assert_null(xlat_table_find(&table, 6));
	assert_null(xlat_table_peek(&table, 6));
	xlat_table_clear(&table);
	assert_null(xlat_table_find(&table, 8));
	assert_null(xlat_table_peek(&table, 8));
	xlat_table_fini(&table);
}

struct words {
	const uint32_t *word;
	size_t nr;
};

#define BASE 0x10000u

static size_t fetch_words(void *priv, uint64_t pc, const uint8_t **bytes)
{
	const struct words *w = priv;
	uint64_t at = pc - BASE;

	if (at >= w->nr * 4)
		return 0;
	*bytes = (const uint8_t *)w->word + at;
	return w->nr * 4 - at;
}

/* Lift and interpret RISC-V words from @pc on with registers in @x. Return: how it was left. */
static struct ir_leave interpret_at(const uint32_t *word, size_t nr, uint64_t pc, uint64_t *x,
				    struct xlat_region *region)
{
	const struct guest_ops *ops = vmb_arch_by_name("riscv64")->guest_ops;
	struct words words = { word, nr };
	const struct xlat_source source = { .fetch = fetch_words, .priv = &words };
	static uint8_t registers[2048] VMB_ALIGNED(16);
	struct ir_context context = { .state = registers, .state_bytes = ops->state_bytes,
				      .fuel = 10000 };
	struct ir_frame frame = { 0 };
	struct ir_leave leave;
	struct ir_arena arena;
	struct ir_error error;
	struct ir_unit unit;

	memset(registers, 0, sizeof(registers));
	memcpy(registers, x, 32 * sizeof(*x));
	ir_arena_init(&arena, 1 << 24);
	ir_unit_init(&unit, &arena);
	assert_int_equal(xlat_lift(ops, &source, pc, 100, &unit, region), 0);
	assert_int_equal(ir_verify(&unit, &arena, &error), 0);
	assert_int_equal(ir_interpret(&unit, &context, &frame, &leave), 0);
	memcpy(x, registers, 32 * sizeof(*x));
	ir_frame_fini(&frame);
	ir_arena_fini(&arena);
	return leave;
}

static struct ir_leave interpret(const uint32_t *word, size_t nr, uint64_t *x)
{
	return interpret_at(word, nr, BASE, x, NULL);
}

/* loop: addi a0,a0,-1; add a1,a1,a0; bnez a0,loop; ecall */
static const uint32_t loop[] = { 0xfff50513, 0x00a585b3, 0xfe051ce3, 0x00000073 };

static void test_region_holds_a_loop(void **state)
{
	uint64_t x[32] = { [10] = 10, [11] = 7 };
	struct ir_leave leave = interpret(loop, 4, x);

	(void)state;
	assert_int_equal(leave.kind, IR_LEAVE_EXIT);
	assert_int_equal(leave.code, IR_EXIT_SYSCALL);
	assert_int_equal(leave.pc, BASE + 16);
	assert_int_equal(x[11], 7 + 45);
}

/* A loop that is entered in the middle has one entry: the rest of its body is there twice. */
static void test_region_enters_a_loop_at_its_head(void **state)
{
	uint64_t x[32] = { [10] = 10, [11] = 7 };
	struct xlat_region region;
	struct ir_leave leave = interpret_at(loop, 4, BASE + 4, x, &region);

	(void)state;
	assert_int_equal(leave.code, IR_EXIT_SYSCALL);
	assert_int_equal(x[11], 7 + 10 + 45);
	assert_int_equal(region.nr_insns, 2 + 3 + 1);
	assert_int_equal(region.nr_blocks, 3);
}

static void test_region_names_what_it_cannot_lift(void **state)
{
	static const uint32_t illegal[] = { 0x00a585b3, 0xffffffff }, ends[] = { 0x00a585b3 };
	uint64_t x[32] = { 0 };
	struct ir_leave leave = interpret(illegal, 2, x);

	(void)state;
	assert_int_equal(leave.kind, IR_LEAVE_TRAP);
	assert_int_equal(leave.code, IR_TRAP_ILLEGAL);
	assert_int_equal(leave.pc, BASE + 4);
	leave = interpret(ends, 1, x);
	assert_int_equal(leave.code, IR_TRAP_BOUNDS);
	assert_int_equal(leave.pc, BASE + 4);
}

/* Random bytes are lifted to what the verifier accepts, or to a trap. */
static void test_region_of_noise_is_well_formed(void **state)
{
	uint32_t word[64];
	uint64_t seed = 1, x[32];
	size_t i, round;

	(void)state;
	for (round = 0; round < 300; round++) {
		for (i = 0; i < 64; i++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			word[i] = (uint32_t)(seed >> 32);
			if (round & 1)
				word[i] |= 3;
		}
		memset(x, 0, sizeof(x));
		interpret(word, 64, x);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elf_refuses_truncated),
		cmocka_unit_test(test_elf_refuses_lies),
		cmocka_unit_test(test_elf_is_loaded_and_cleared),
		cmocka_unit_test(test_elf_is_mapped_and_cleared),
		cmocka_unit_test(test_elf_is_copied_if_its_pages_are_no_pages),
		cmocka_unit_test(test_space_gives_free_ranges),
		cmocka_unit_test(test_table_keeps_everything),
		cmocka_unit_test(test_region_holds_a_loop),
		cmocka_unit_test(test_region_enters_a_loop_at_its_head),
		cmocka_unit_test(test_region_names_what_it_cannot_lift),
		cmocka_unit_test(test_region_of_noise_is_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
