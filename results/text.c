// SPDX-License-Identifier: MIT
#include "results/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "arch/base/attr.h"

struct range { uint32_t first, last; };

/* Not printable, or able to change how the text around them looks. */
static const struct range hidden[] = {
	{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x61c, 0x61c }, { 0x115f, 0x1160 },
	{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
	{ 0x3164, 0x3164 }, { 0xd800, 0xf8ff }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb }, { 0xfffe, 0xffff }, { 0xe0000, 0xe0fff }, { 0xf0000, 0x10ffff },
};

/* Marks that are drawn on the character before them. */
static const struct range zero_width[] = {
	{ 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd }, { 0x610, 0x61a }, { 0x64b, 0x65f },
	{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f },
	{ 0xfe20, 0xfe2f },
};

static const struct range wide[] = {
	{ 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0x4dbf }, { 0x4e00, 0xa4cf },
	{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 },
	{ 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

static bool in(uint32_t cp, const struct range *r, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (cp >= r[i].first && cp <= r[i].last)
			return true;
	return false;
}

static size_t sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

size_t vmb_utf8_next(const char *s, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *u = (const unsigned char *)s;
	size_t len = sequence_length(*u);
	uint32_t c;

	*cp = *u;
	if (len <= 1)
		return len;
	c = *u & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((u[i] & 0xc0) != 0x80)	/* also the end of the string */
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*cp = c;
	return len;
}

bool vmb_utf8_valid(const char *s)
{
	uint32_t cp;

	while (*s) {
		size_t n = vmb_utf8_next(s, &cp);

		if (!n)
			return false;
		s += n;
	}
	return true;
}

unsigned int vmb_text_width(const char *s)
{
	unsigned int width = 0;
	uint32_t cp;

	while (*s) {
		size_t n = vmb_utf8_next(s, &cp);

		if (in(cp, wide, VMB_ARRAY_SIZE(wide)))
			width += 2;
		else if (!in(cp, zero_width, VMB_ARRAY_SIZE(zero_width)))
			width++;
		s += n ? n : 1;
	}
	return width;
}

static void put_hidden(FILE *out, uint32_t cp)
{
	if (cp == '\n')
		fputs("\\n", out);
	else if (cp == '\t')
		fputc(' ', out);
	else if (cp < 0x80)
		fprintf(out, "\\x%02x", (unsigned int)cp);
	else
		fprintf(out, "\\u{%x}", (unsigned int)cp);
}

/* An underscore inside a word means nothing to Markdown; leaving it keeps the source readable. */
static bool inside_word(const char *start, const char *at)
{
	return at > start && isalnum((unsigned char)at[-1]) && isalnum((unsigned char)at[1]);
}

static bool is_autolink(const char *start, const char *at)
{
	if (*at == ':')
		return at[1] == '/' && at[2] == '/';
	return *at == '.' && at - start >= 3 && !strncasecmp(at - 3, "www", 3);
}

/* "@name" notifies somebody, "#12" links to an issue; "@ 2.5 GHz" does neither. */
static bool is_mention(const char *at)
{
	return (*at == '@' || *at == '#') && (isalnum((unsigned char)at[1]) || at[1] == '#');
}

static bool means_something(const char *start, const char *at)
{
	if (*at == '_')
		return !inside_word(start, at);
	return strchr("&<>|`*[]~$\\!", *at) || is_mention(at) || is_autolink(start, at);
}

static void put_markdown(FILE *out, const char *start, const char *at)
{
	if (!means_something(start, at))
		fputc(*at, out);
	else if (is_mention(at))	/* they are looked for in the rendered text */
		fprintf(out, "&#%d;<!-- -->", *at);
	else
		fprintf(out, "&#%d;", *at);
}

static void put_html(FILE *out, char c)
{
	if (strchr("&<>\"'`", c))
		fprintf(out, "&#%d;", c);
	else
		fputc(c, out);
}

static void put_char(FILE *out, const char *start, const char *at, enum vmb_text_form form)
{
	uint32_t cp;
	size_t n = vmb_utf8_next(at, &cp);

	if (form == VMB_TEXT_UNICODE)
		fwrite(n ? at : "\xef\xbf\xbd", 1, n ? n : 3, out);
	else if (!n)
		fprintf(out, "\\x%02x", (unsigned int)cp);
	else if (in(cp, hidden, VMB_ARRAY_SIZE(hidden)))
		put_hidden(out, cp);
	else if (cp < 0x80 && form == VMB_TEXT_MARKDOWN)
		put_markdown(out, start, at);
	else if (cp < 0x80 && form == VMB_TEXT_HTML)
		put_html(out, *at);
	else
		fwrite(at, 1, n, out);
}

static void put_run(FILE *out, const char *s, enum vmb_text_form form)
{
	const char *start = s;
	uint32_t cp;

	while (*s) {
		size_t n = vmb_utf8_next(s, &cp);

		put_char(out, start, s, form);
		s += n ? n : 1;
	}
}

/* Back-ticks are easier to read, but nothing can be escaped between them. */
static bool fits_backticks(const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    " ./_:=,+-%()";

	return *s && *s != ' ' && !s[strspn(s, plain)];
}

static void put_code(FILE *out, const char *s)
{
	const char *open = fits_backticks(s) ? "`" : "<code>";
	const char *close = fits_backticks(s) ? "`" : "</code>";

	if (!*s)
		return;
	fputs(open, out);
	put_run(out, s, fits_backticks(s) ? VMB_TEXT_PLAIN : VMB_TEXT_MARKDOWN);
	fputs(close, out);
}

void vmb_text_put(FILE *out, const char *s, enum vmb_text_form form)
{
	if (!s)
		return;
	if (form == VMB_TEXT_CODE)
		put_code(out, s);
	else
		put_run(out, s, form);
}

char *vmb_text_dup(const char *s, enum vmb_text_form form)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	vmb_text_put(out, s, form);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
