/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_ASSEMBLER_H
#define VMB_TESTS_ARCH_ASSEMBLER_H
/*
 * An encoder against an independent assembler, binutils' of the cross toolchain: what is emitted to
 * buf between begin() and end() must be, byte for byte, what the expected texts are assembled to.
 * Instructions have four bytes. Before this file is included:
 *
 * AS_PREFIX   of the toolchain, "aarch64-linux-gnu-"
 * AS_OPTIONS  for the assembler
 * AS_HEAD     the first lines of its source
 */
#include "tests/test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmcore/jit/buffer.h"

#define AS_MAX_BYTES (4u << 20)

static uint8_t as_emitted[AS_MAX_BYTES], as_wanted[AS_MAX_BYTES];
static struct code_buf buf;
static char as_path[64];
static FILE *as_text;
static uint32_t as_nr_lines;

static inline void begin(void)
{
	int fd;

	strcpy(as_path, "/tmp/vmb_as_XXXXXX");
	fd = mkstemp(as_path);
	assert_true(fd >= 0);
	as_text = fdopen(fd, "w+");
	assert_non_null(as_text);
	fputs(AS_HEAD, as_text);
	as_nr_lines = 0;
	code_buf_init(&buf, as_emitted, sizeof(as_emitted));
}

/* The next instruction or instructions, as the assembler reads them. */
VMB_PRINTF(1, 2) static inline void expect(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(as_text, fmt, args);
	va_end(args);
	fputc('\n', as_text);
	as_nr_lines++;
}

VMB_PRINTF(1, 2) static inline void as_run(const char *fmt, ...)
{
	char line[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	assert_int_equal(system(line), 0);
}

/* The text of an instruction, if each has a line of its own. */
static inline const char *as_line(uint32_t insn, uint32_t nr_insns)
{
	static char line[256];
	const char *head = AS_HEAD;
	uint32_t skip = insn + 1;

	if (nr_insns != as_nr_lines)
		return "";
	for (; *head; head++)
		skip += *head == '\n';
	rewind(as_text);
	while (skip-- && fgets(line, sizeof(line), as_text))
		;
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static inline void end(void)
{
	uint32_t bytes = code_buf_at(&buf), i, word, wanted, failed = 0;
	FILE *in;

	assert_false(buf.overflow);
	assert_int_equal(fflush(as_text), 0);
	as_run(AS_PREFIX "as " AS_OPTIONS " -o %s.o %s", as_path, as_path);
	as_run(AS_PREFIX "objcopy -O binary -j .text %s.o %s.bin", as_path, as_path);
	strcat(as_path, ".bin");
	in = fopen(as_path, "rb");
	assert_non_null(in);
	assert_int_equal(fread(as_wanted, 1, sizeof(as_wanted), in), bytes);
	fclose(in);
	as_path[strlen(as_path) - 4] = '\0';
	as_run("rm -f %s %s.*", as_path, as_path);
	for (i = 0; i < bytes && failed < 20; i += 4) {
		memcpy(&word, as_emitted + i, 4);
		memcpy(&wanted, as_wanted + i, 4);
		if (word == wanted)
			continue;
		print_error("at %x: %08x, the assembler says %08x %s\n", i, word, wanted,
			    as_line(i / 4, bytes / 4));
		failed++;
	}
	fclose(as_text);
	assert_int_equal(failed, 0);
	print_message("%u instructions\n", bytes / 4);
}

#endif /* VMB_TESTS_ARCH_ASSEMBLER_H */
