// SPDX-License-Identifier: MIT
#include "vmcore/ir/lex.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

bool ir_lex_fail(struct ir_lexer *lex, int status, const char *format, ...)
{
	va_list args;

	if (lex->status)
		return false;
	lex->status = status;
	lex->error->line = lex->line;
	lex->error->column = (uint32_t)((lex->word ? lex->word : lex->at) - lex->line_start) + 1;
	lex->error->block = lex->error->insn = IR_NONE;
	va_start(args, format);
	vsnprintf(lex->error->text, sizeof(lex->error->text), format, args);
	va_end(args);
	return false;
}

static char current(const struct ir_lexer *lex)
{
	return lex->at < lex->bytes ? lex->text[lex->at] : '\n';
}

char ir_lex_peek(struct ir_lexer *lex)
{
	while (current(lex) == ' ' || current(lex) == '\t' || current(lex) == '\r')
		lex->at++;
	return current(lex) == ';' ? '\n' : current(lex);
}

bool ir_lex_accept(struct ir_lexer *lex, char c)
{
	if (lex->status)
		return false;
	lex->word = 0;
	if (ir_lex_peek(lex) != c)
		return false;
	lex->at++;
	return true;
}

bool ir_lex_expect(struct ir_lexer *lex, char c)
{
	return ir_lex_accept(lex, c) || ir_lex_fail(lex, -EINVAL, "expected '%c'", c);
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

struct ir_word ir_lex_word(struct ir_lexer *lex, const char *what)
{
	struct ir_word word = { .text = "" };

	if (lex->status)
		return word;
	ir_lex_peek(lex);
	lex->word = lex->at;
	word.text = lex->text + lex->at;
	while (is_word(current(lex))) {
		lex->at++;
		word.bytes++;
	}
	if (!word.bytes)
		ir_lex_fail(lex, -EINVAL, "expected %s", what);
	return word;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

struct ir_number ir_lex_number(struct ir_lexer *lex)
{
	struct ir_number number = { .negative = ir_lex_accept(lex, '-') };
	struct ir_word word = ir_lex_word(lex, "a number");
	unsigned __int128 value = 0, max = ~(unsigned __int128)0;
	unsigned int base = 10;
	size_t i = 0;

	if (word.bytes > 2 && word.text[0] == '0' && word.text[1] == 'x') {
		base = 16;
		i = 2;
	}
	for (; i < word.bytes; i++) {
		unsigned int d = (unsigned int)digit(word.text[i]);

		if (d >= base) {
			ir_lex_fail(lex, -EINVAL, "not a number");
			break;
		}
		if (value > (max - d) / base) {
			ir_lex_fail(lex, -EINVAL, "the number has more than 128 bits");
			break;
		}
		value = value * base + d;
	}
	number.lo = (uint64_t)value;
	number.hi = (uint64_t)(value >> 64);
	return number;
}

uint64_t ir_lex_unsigned(struct ir_lexer *lex, uint64_t max)
{
	struct ir_number number = ir_lex_number(lex);

	if (!number.hi && !number.negative && number.lo <= max)
		return lex->status ? 0 : number.lo;
	ir_lex_fail(lex, -EINVAL, "the number is not from 0 to %llu", (unsigned long long)max);
	return 0;
}

bool ir_lex_end_line(struct ir_lexer *lex)
{
	if (lex->status)
		return false;
	lex->word = 0;
	if (ir_lex_peek(lex) != '\n')
		return ir_lex_fail(lex, -EINVAL, "expected the end of the line");
	while (lex->at < lex->bytes && lex->text[lex->at] != '\n')
		lex->at++;
	if (lex->at < lex->bytes)
		lex->at++;
	lex->line++;
	lex->line_start = lex->at;
	return true;
}

bool ir_lex_skip_lines(struct ir_lexer *lex)
{
	while (!lex->status && ir_lex_peek(lex) == '\n' && lex->at < lex->bytes)
		ir_lex_end_line(lex);
	return !lex->status && lex->at < lex->bytes;
}

bool ir_word_is(struct ir_word word, const char *string)
{
	return word.bytes == strlen(string) && !memcmp(word.text, string, word.bytes);
}
