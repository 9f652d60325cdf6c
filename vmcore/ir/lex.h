/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_IR_LEX_H
#define VMB_VMCORE_IR_LEX_H
/*
 * The words of the text form. Every function stays inside the text, whatever it holds; the first
 * error is kept.
 */

#include "vmcore/ir/ir.h"

/**
 * struct ir_lexer - a place in a text.
 * @line, @line_start: number of the current line, from 1, and where it begins
 * @word: where the last word began; errors point there until something else is taken
 * @status: 0 or -errno of @error; sticky
 */
struct ir_lexer {
	const char *text;
	size_t bytes;
	size_t at;
	uint32_t line;
	size_t line_start;
	size_t word;
	int status;
	struct ir_error *error;
};

/** struct ir_word - a piece of the text; borrowed from it. */
struct ir_word {
	const char *text;
	size_t bytes;
};

/* For "%.*s". */
#define IR_WORD_ARG(word) (int)((word).bytes < 40 ? (word).bytes : 40), (word).text

/** struct ir_number - up to 128 bits and a sign. */
struct ir_number {
	uint64_t lo, hi;
	bool negative;
};

/**
 * ir_lex_fail - keep an error and where it is, unless there is one already.
 * Return: false.
 */
bool ir_lex_fail(struct ir_lexer *lex, int status, const char *format, ...) VMB_PRINTF(3, 4);

/** ir_lex_peek - the next character behind blanks on this line; '\n' at its end or at a comment. */
char ir_lex_peek(struct ir_lexer *lex);

/** ir_lex_accept - take @c, if it is next. */
bool ir_lex_accept(struct ir_lexer *lex, char c);

/** ir_lex_expect - take @c; an error if it is not next. */
bool ir_lex_expect(struct ir_lexer *lex, char c);

/** ir_lex_word - take letters, digits and '_'; an error if there are none. @what names it. */
struct ir_word ir_lex_word(struct ir_lexer *lex, const char *what);

/** ir_lex_number - take a decimal or 0x number with or without '-'. */
struct ir_number ir_lex_number(struct ir_lexer *lex);

/** ir_lex_unsigned - take a number from 0 to @max. */
uint64_t ir_lex_unsigned(struct ir_lexer *lex, uint64_t max);

/** ir_lex_end_line - nothing but blanks and a comment may follow on this line. */
bool ir_lex_end_line(struct ir_lexer *lex);

/** ir_lex_skip_lines - skip empty lines and comments. Return: is there any more? */
bool ir_lex_skip_lines(struct ir_lexer *lex);

/** ir_word_is - compare with a string. */
bool ir_word_is(struct ir_word word, const char *string);

#endif /* VMB_VMCORE_IR_LEX_H */
