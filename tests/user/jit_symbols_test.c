// SPDX-License-Identifier: MIT
/*
 * Units are compiled while --perf-map and --jitdump listen; the files are read back by readers of
 * their own, which know the formats from perf's documentation only.
 */
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/registry.h"
#include "user/jit_file.h"
#include "user/jit_symbols.h"
#include "user/verbs.h"
#include "vmcore/jit/jit.h"

#define MAX_SYMBOLS 4096

static char dir[64], map_path[64], dump_path[128];

struct symbol {
	uint64_t address, bytes, index, time_ns;
	char name[80];
	const uint8_t *code;
};

/* What a file was read to; @raw is the dump's bytes. */
struct read_back {
	struct symbol symbol[MAX_SYMBOLS];
	size_t nr;
	uint8_t *raw;
	bool closed;
};

struct maker {
	struct jit jit;
	struct ir_arena arena;
	struct ir_unit unit;
	struct jit_code code;
};

static const char named[] = "unit sum {\n"
			    "  state 16\n"
			    "b0:\n"
			    "  %a:i64 = ld_state 0\n"
			    "  %b:i64 = add %a, %a\n"
			    "  st_state %b, 8\n"
			    "  exit.jump 0x10\n"
			    "}\n";
/* Of the name nothing is left, so that the address is the name. */
static const char unnamed[] = "unit none {\n"
			      "b0:\n"
			      "  guest_pc 0xabc0\n"
			      "  exit.jump 0x10\n"
			      "}\n";

static void make(struct maker *m, const char *text)
{
	const struct jit_options options = { .host = vmb_arch_host()->host_ops,
					     .native = vmb_native()->host_native,
					     .cache_bytes = 1 << 16, .evict = true };
	struct ir_text at = { .text = text, .bytes = strlen(text) };
	struct ir_error error = { .text = "" };

	ir_arena_init(&m->arena, 1 << 20);
	ir_unit_init(&m->unit, &m->arena);
	if (ir_parse(&at, &m->unit, &error) != 1 || ir_verify(&m->unit, &m->arena, &error))
		fail_msg("%u: %s", error.line, error.text);
	if (text == unnamed)
		m->unit.name[0] = 0;
	assert_int_equal(jit_init(&m->jit, &options), 0);
}

static void drop(struct maker *m)
{
	jit_fini(&m->jit);
	ir_arena_fini(&m->arena);
}

static uint64_t address_of(const struct maker *m)
{
	return (uintptr_t)m->jit.cache.run + m->code.entry;
}

static void read_map(struct read_back *r)
{
	FILE *in = fopen(map_path, "r");
	char line[256];

	assert_non_null(in);
	r->nr = 0;
	while (fgets(line, sizeof(line), in)) {
		struct symbol *s = &r->symbol[r->nr++];
		int end = 0;

		assert_true(r->nr < MAX_SYMBOLS);
		assert_int_equal(sscanf(line, "%lx %lx %79[^\n]%n", &s->address, &s->bytes, s->name,
					&end), 3);
		assert_int_equal(line[end], '\n');
		assert_int_equal(line[end + 1], 0);
	}
	fclose(in);
}

static uint64_t get(const uint8_t **at, size_t bytes)
{
	uint64_t value = 0;

	memcpy(&value, *at, bytes); /* of the machine's own byte order, and all here are little */
	*at += bytes;
	return value;
}

static size_t slurp(const char *path, uint8_t **raw)
{
	FILE *in = fopen(path, "r");
	long bytes;

	assert_non_null(in);
	fseek(in, 0, SEEK_END);
	bytes = ftell(in);
	rewind(in);
	*raw = malloc((size_t)bytes + 1);
	assert_non_null(*raw);
	assert_int_equal(fread(*raw, 1, (size_t)bytes, in), bytes);
	fclose(in);
	return (size_t)bytes;
}

static void read_load(struct symbol *s, const uint8_t *at, const uint8_t *end)
{
	assert_int_equal(get(&at, 4), getpid());
	assert_true(get(&at, 4) > 0);
	s->address = get(&at, 8);
	assert_int_equal(get(&at, 8), s->address);
	s->bytes = get(&at, 8);
	s->index = get(&at, 8);
	snprintf(s->name, sizeof(s->name), "%s", (const char *)at);
	s->code = at + strlen((const char *)at) + 1;
	assert_ptr_equal(s->code + s->bytes, end);
}

static uint64_t read_header(const uint8_t **at)
{
	const uint8_t *start = *at;
	uint64_t bytes;

	assert_int_equal(get(at, 4), 0x4a695444);
	assert_int_equal(get(at, 4), 1);
	bytes = get(at, 4);
	assert_int_equal(get(at, 4), vmb_arch_host()->elf_machine);
	get(at, 4);
	assert_int_equal(get(at, 4), getpid());
	assert_true(get(at, 8) > 0);
	assert_int_equal(get(at, 8), 0);
	assert_ptr_equal(*at, start + bytes);
	return bytes;
}

static void read_dump(struct read_back *r)
{
	size_t bytes = slurp(dump_path, &r->raw);
	const uint8_t *at = r->raw, *end = at + bytes;
	uint64_t last = 0;

	r->nr = 0;
	r->closed = false;
	read_header(&at);
	while (at < end) {
		const uint8_t *start = at;
		uint64_t id = get(&at, 4), length = get(&at, 4), time_ns = get(&at, 8);

		assert_true(length >= 16 && length <= (uint64_t)(end - start));
		assert_true(time_ns >= last && !r->closed);
		last = time_ns;
		if (id == 0)
			read_load(&r->symbol[r->nr++], at, start + length);
		else
			assert_int_equal(id, 3);
		r->closed = id == 3;
		at = start + length;
	}
}

static struct vmb_jit_symbols *begin(const struct vmb_options *o)
{
	struct vmb_jit_symbols *symbols;

	assert_int_equal(vmb_jit_symbols_begin(o, &symbols), 0);
	assert_non_null(symbols);
	return symbols;
}

static const struct vmb_options only_map = { .perf_map = true, .quiet = true };

/* Compile the unit while symbols are told to perf's map, and read that. */
static void compile_told(struct maker *m, struct read_back *map)
{
	struct vmb_jit_symbols *symbols = begin(&only_map);

	assert_int_equal(jit_compile(&m->jit, &m->unit, &m->code, NULL), 0);
	assert_int_equal(vmb_jit_symbols_end(&only_map, symbols), 0);
	read_map(map);
}

static int clean_up(void **state)
{
	(void)state;
	unlink(map_path);
	unlink(dump_path);
	return 0;
}

#define NEED_NATIVE()                                                                              \
	do {                                                                                       \
		if (!vmb_native()->host_native || !vmb_arch_host()->host_ops) {                    \
			print_message("no code generator for this machine\n");                     \
			skip();                                                                    \
		}                                                                                  \
	} while (0)

static void test_jit_symbols_are_where_the_code_is(void **state)
{
	const struct vmb_options o = { .perf_map = true, .jitdump = dir, .quiet = true };
	static struct read_back map, dump;
	struct vmb_jit_symbols *symbols;
	struct maker m[2];

	(void)state;
	NEED_NATIVE();
	make(&m[0], named);
	make(&m[1], unnamed);
	symbols = begin(&o);
	assert_int_equal(jit_compile(&m[0].jit, &m[0].unit, &m[0].code, NULL), 0);
	assert_int_equal(jit_compile_tier2(&m[1].jit, &m[1].unit, &m[1].code, NULL), 0);
	assert_int_equal(vmb_jit_symbols_end(&o, symbols), 0);
	read_map(&map);
	read_dump(&dump);
	assert_int_equal(map.nr, 2);
	assert_int_equal(dump.nr, 2);
	assert_true(dump.closed);
	for (size_t i = 0; i < 2; i++) {
		const char *name = i ? "tier2:0xabc0" : "tier1:sum";

		/* A host without tier 2 compiles by tier 1. */
		if (i && !m[1].jit.host->home_general)
			name = "tier1:0xabc0";
		assert_int_equal(map.symbol[i].address, address_of(&m[i]));
		assert_int_equal(map.symbol[i].bytes, m[i].code.bytes);
		assert_string_equal(map.symbol[i].name, name);
		assert_int_equal(dump.symbol[i].address, address_of(&m[i]));
		assert_int_equal(dump.symbol[i].bytes, m[i].code.bytes);
		assert_int_equal(dump.symbol[i].index, i);
		assert_string_equal(dump.symbol[i].name, name);
		assert_memory_equal(dump.symbol[i].code, m[i].jit.cache.run + m[i].code.entry,
				    m[i].code.bytes);
		drop(&m[i]);
	}
	free(dump.raw);
}

/* A profiler knows names of code only where no file is mapped. */
static void test_jit_symbols_code_is_in_no_file(void **state)
{
	struct maker m;
	char line[512];
	FILE *in;
	bool found = false;

	(void)state;
	NEED_NATIVE();
	make(&m, named);
	in = fopen("/proc/self/maps", "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		if (strtoull(line, NULL, 16) != (uintptr_t)m.jit.cache.run)
			continue;
		found = true;
		assert_non_null(strstr(line, " r-x"));
		assert_non_null(strstr(line, " /dev/zero"));
	}
	fclose(in);
	assert_true(found);
	drop(&m);
}

static void test_jit_symbols_nobody_is_told_behind_the_end(void **state)
{
	static struct read_back map;
	struct vmb_jit_symbols *symbols;
	struct maker m;

	(void)state;
	NEED_NATIVE();
	make(&m, named);
	assert_int_equal(jit_compile(&m.jit, &m.unit, &m.code, NULL), 0);
	symbols = begin(&only_map);
	assert_int_equal(vmb_jit_symbols_end(&only_map, symbols), 0);
	assert_int_equal(jit_compile(&m.jit, &m.unit, &m.code, NULL), 0);
	read_map(&map);
	assert_int_equal(map.nr, 0);
	drop(&m);
}

/* Code for another machine has no address that anything could run at. */
static void test_jit_symbols_foreign_code_has_none(void **state)
{
	static struct read_back map;
	struct maker m;

	(void)state;
	NEED_NATIVE();
	make(&m, named);
	m.jit.native = NULL;
	compile_told(&m, &map);
	assert_int_equal(map.nr, 0);
	drop(&m);
}

static void test_jit_symbols_names_are_one_word(void **state)
{
	static struct read_back map;
	struct maker m;

	(void)state;
	NEED_NATIVE();
	make(&m, named);
	snprintf(m.unit.name, sizeof(m.unit.name), "a b\n0 0 \xff");
	compile_told(&m, &map);
	assert_int_equal(map.nr, 1);
	assert_string_equal(map.symbol[0].name, "tier1:a_b_0_0__");
	drop(&m);
}

static void test_jit_symbols_files_are_the_owners_alone(void **state)
{
	const struct vmb_options o = { .perf_map = true, .jitdump = dir, .quiet = true };
	const mode_t before = umask(0);
	struct stat s;

	(void)state;
	assert_int_equal(vmb_jit_symbols_end(&o, begin(&o)), 0);
	umask(before);
	assert_int_equal(stat(map_path, &s), 0);
	assert_int_equal(s.st_mode, S_IFREG | 0600);
	assert_int_equal(stat(dump_path, &s), 0);
	assert_int_equal(s.st_mode, S_IFREG | 0600);
}

static void refused(const struct vmb_options *o)
{
	struct vmb_jit_symbols *symbols = (void *)(uintptr_t)1;

	assert_int_equal(vmb_jit_symbols_begin(o, &symbols), VMB_EXIT_FAILED);
	assert_null(symbols);
}

/* /tmp is everybody's: what is at the file's name may have been put there by somebody else. */
static void test_jit_symbols_follows_no_link(void **state)
{
	const struct vmb_options o = { .perf_map = true }, d = { .jitdump = dir };
	char victim[128];
	struct stat s;
	FILE *out;

	(void)state;
	snprintf(victim, sizeof(victim), "%s/victim", dir);
	out = fopen(victim, "w");
	assert_non_null(out);
	fputs("kept", out);
	fclose(out);
	assert_int_equal(symlink(victim, map_path), 0);
	assert_int_equal(symlink(victim, dump_path), 0);
	refused(&o);
	refused(&d);
	assert_int_equal(stat(victim, &s), 0);
	assert_int_equal(s.st_size, 4);
	assert_int_equal(unlink(map_path), 0);
	assert_int_equal(link(victim, map_path), 0);
	refused(&o);
	assert_int_equal(stat(victim, &s), 0);
	assert_int_equal(s.st_size, 4);
	/* To nowhere: nothing is made there. */
	unlink(victim);
	unlink(map_path);
	assert_int_equal(symlink(victim, map_path), 0);
	refused(&o);
	assert_int_equal(access(victim, F_OK), -1);
}

static void test_jit_symbols_says_what_is_in_the_way(void **state)
{
	struct vmb_jit_file file;
	struct vmb_why why;

	(void)state;
	assert_int_equal(vmb_jit_file_create(&file, dump_path, 100, &why), 0);
	vmb_jit_file_close(&file);
	assert_int_equal(vmb_jit_file_create(&file, dump_path, 100, &why), -EEXIST);
	assert_non_null(strstr(why.text, "remove it"));
	assert_int_equal(vmb_jit_file_create(&file, "/nonexistent/x", 100, &why), -ENOENT);
	assert_non_null(strstr(why.text, "/nonexistent/x"));
}

/* Of two files the first is not left behind when the second cannot be made. */
static void test_jit_symbols_both_or_none(void **state)
{
	const struct vmb_options o = { .perf_map = true, .jitdump = "/nonexistent" };

	(void)state;
	refused(&o);
	assert_int_equal(access(map_path, F_OK), -1);
}

/* A file that cannot grow keeps whole records, and what compiles goes on. */
static void test_jit_symbols_no_room_leaves_whole_records(void **state)
{
	const struct vmb_options o = { .perf_map = true, .jitdump = dir, .quiet = true };
	const struct rlimit small = { 600, RLIM_INFINITY };
	static struct read_back map, dump;
	struct vmb_jit_symbols *symbols;
	struct rlimit before;
	struct maker m;

	(void)state;
	NEED_NATIVE();
	make(&m, named);
	symbols = begin(&o);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(jit_compile(&m.jit, &m.unit, &m.code, NULL), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(vmb_jit_symbols_end(&o, symbols), VMB_EXIT_FAILED);
	read_map(&map);
	assert_in_range(map.nr, 10, 99);
	read_dump(&dump);
	assert_in_range(dump.nr, 1, 10);
	assert_false(dump.closed);
	free(dump.raw);
	drop(&m);
}

static void test_jit_symbols_largest_size_is_an_error(void **state)
{
	struct vmb_jit_file file;
	struct vmb_why why;
	struct stat s;

	(void)state;
	assert_int_equal(vmb_jit_file_create(&file, dump_path, 10, &why), 0);
	for (int i = 0; i < 4; i++)
		vmb_jit_file_append(&file, &(struct iovec){ (char[]){ "abcd" }, 4 }, 1);
	assert_int_equal(file.error, -EFBIG);
	assert_int_equal(file.bytes, 8);
	vmb_jit_file_close(&file);
	assert_int_equal(stat(dump_path, &s), 0);
	assert_int_equal(s.st_size, 8);
}

/* A guest's descriptors are this process's: one that closes all of them is not written over. */
static void test_jit_symbols_keeps_off_a_guests_file(void **state)
{
	struct vmb_jit_file file;
	struct vmb_why why;
	char other[128];
	struct stat s;
	int fd;

	(void)state;
	snprintf(other, sizeof(other), "%s/other", dir);
	assert_int_equal(vmb_jit_file_create(&file, dump_path, 100, &why), 0);
	assert_true(file.fd > 100);
	fd = open(other, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(dup2(fd, file.fd), file.fd);
	vmb_jit_file_append(&file, &(struct iovec){ (char[]){ "abcd" }, 4 }, 1);
	assert_int_equal(file.error, -EBADF);
	fd = file.fd;
	vmb_jit_file_close(&file);
	assert_int_equal(fstat(fd, &s), 0);
	assert_int_equal(s.st_size, 0);
	close(fd);
	unlink(other);
}

#define NR_THREADS 4
#define NR_EACH	   200

static void *compile_many(void *priv)
{
	struct maker *m = priv;
	intptr_t status = 0;

	for (int i = 0; i < NR_EACH && !status; i++)
		status = i & 1 ? jit_compile(&m->jit, &m->unit, &m->code, NULL) :
				 jit_compile_tier2(&m->jit, &m->unit, &m->code, NULL);
	return (void *)status;
}

static void test_jit_symbols_of_several_threads(void **state)
{
	const struct vmb_options o = { .perf_map = true, .jitdump = dir, .quiet = true };
	static struct read_back map, dump;
	struct vmb_jit_symbols *symbols;
	struct maker m[NR_THREADS];
	pthread_t thread[NR_THREADS];
	void *status;

	(void)state;
	NEED_NATIVE();
	for (int i = 0; i < NR_THREADS; i++)
		make(&m[i], i & 1 ? named : unnamed);
	symbols = begin(&o);
	for (int i = 0; i < NR_THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, compile_many, &m[i]), 0);
	for (int i = 0; i < NR_THREADS; i++) {
		assert_int_equal(pthread_join(thread[i], &status), 0);
		assert_null(status);
		drop(&m[i]);
	}
	assert_int_equal(vmb_jit_symbols_end(&o, symbols), 0);
	read_map(&map);
	read_dump(&dump);
	assert_int_equal(map.nr, NR_THREADS * NR_EACH);
	assert_int_equal(dump.nr, NR_THREADS * NR_EACH);
	for (size_t i = 0; i < dump.nr; i++)
		assert_int_equal(dump.symbol[i].index, i);
	free(dump.raw);
}

#define TEST(name) cmocka_unit_test_teardown(name, clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_jit_symbols_are_where_the_code_is),
		TEST(test_jit_symbols_code_is_in_no_file),
		TEST(test_jit_symbols_nobody_is_told_behind_the_end),
		TEST(test_jit_symbols_foreign_code_has_none),
		TEST(test_jit_symbols_names_are_one_word),
		TEST(test_jit_symbols_files_are_the_owners_alone),
		TEST(test_jit_symbols_follows_no_link),
		TEST(test_jit_symbols_says_what_is_in_the_way),
		TEST(test_jit_symbols_both_or_none),
		TEST(test_jit_symbols_no_room_leaves_whole_records),
		TEST(test_jit_symbols_largest_size_is_an_error),
		TEST(test_jit_symbols_keeps_off_a_guests_file),
		TEST(test_jit_symbols_of_several_threads),
	};
	int failed;

	snprintf(dir, sizeof(dir), "/tmp/vmbench-jit-XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	snprintf(map_path, sizeof(map_path), "/tmp/perf-%d.map", (int)getpid());
	snprintf(dump_path, sizeof(dump_path), "%s/jit-%d.dump", dir, (int)getpid());
	failed = cmocka_run_group_tests_name("jit_symbols", tests, NULL, NULL);
	rmdir(dir);
	return failed;
}
