/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_TEXT_H
#define VMB_RESULTS_TEXT_H
/*
 * Foreign text made harmless. A result file may come from anybody, and its strings end up on
 * terminals, in pull-request comments and in JSON. Nothing is assumed to be UTF-8, and nothing
 * that reaches an output can move a cursor, reorder text, open a link or break a table.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * vmb_utf8_next - decode one code point.
 * @s: NUL-terminated, borrowed, not at its end
 * @cp: the code point; the byte itself if it is not UTF-8
 * Return: bytes consumed, 0 if @s does not start a valid sequence (then skip one byte).
 */
size_t vmb_utf8_next(const char *s, uint32_t *cp);

bool vmb_utf8_valid(const char *s);

/** vmb_text_width - terminal columns of printable text: combining marks 0, wide characters 2. */
unsigned int vmb_text_width(const char *s);

/**
 * enum vmb_text_form - where text is going.
 * @VMB_TEXT_PLAIN: a terminal or a file: bytes and characters that are not printable as \xNN and
 *                  \u{NN}; newline as \n
 * @VMB_TEXT_MARKDOWN: as plain, and what has a meaning in Markdown or HTML becomes an entity
 * @VMB_TEXT_CODE: Markdown, set as code
 * @VMB_TEXT_HTML: as plain, and what has a meaning in HTML, in an element or in a quoted
 *                 attribute, becomes a character reference
 * @VMB_TEXT_UNICODE: only made valid UTF-8, for writers that escape by themselves (JSON)
 */
enum vmb_text_form {
	VMB_TEXT_PLAIN, VMB_TEXT_MARKDOWN, VMB_TEXT_CODE, VMB_TEXT_UNICODE, VMB_TEXT_HTML,
};

/** vmb_text_put - write @s to @out in @form; errors stay in @out. NULL is written as "". */
void vmb_text_put(FILE *out, const char *s, enum vmb_text_form form);

/** vmb_text_dup - the same into a heap string; free() it. NULL when out of memory. */
char *vmb_text_dup(const char *s, enum vmb_text_form form);

#endif /* VMB_RESULTS_TEXT_H */
