// SPDX-License-Identifier: MIT
#include "user/counter/simcache.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAX_INDEX	8
#define MIN_LINE_BYTES	16	/* Source: valgrind, cachegrind/cg_arch.c, check_cache() */

struct geometry { uint64_t size_bytes; unsigned int ways, line_bytes, level; };

static bool read_text(const char *dir, int index, const char *file, char *buf, size_t len)
{
	char path[320];
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), "%s/index%d/%s", dir, index, file);
	f = fopen(path, "re");
	if (!f)
		return false;
	ok = fgets(buf, (int)len, f) != NULL;
	fclose(f);
	buf[strcspn(buf, "\n")] = 0;
	return ok;
}

static bool read_number(const char *dir, int index, const char *file, unsigned int *out)
{
	char text[32];

	return read_text(dir, index, file, text, sizeof(text)) && sscanf(text, "%u", out) == 1;
}

static bool read_geometry(const char *dir, int index, struct geometry *g)
{
	unsigned int size_kib;

	if (!read_number(dir, index, "size", &size_kib) ||
	    !read_number(dir, index, "ways_of_associativity", &g->ways) ||
	    !read_number(dir, index, "coherency_line_size", &g->line_bytes) ||
	    !read_number(dir, index, "level", &g->level))
		return false;
	g->size_bytes = (uint64_t)size_kib << 10;
	return true;
}

static bool is_power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

/* To fewer sets of more ways; false if that is no cache. */
static bool fit(struct geometry *g)
{
	uint64_t lines, sets;

	if (!is_power_of_two(g->line_bytes) || g->line_bytes < MIN_LINE_BYTES || !g->ways ||
	    !g->size_bytes || g->size_bytes > INT32_MAX)
		return false;
	lines = g->size_bytes / g->line_bytes;
	sets = lines / g->ways;
	while (sets && !is_power_of_two(sets))
		sets &= sets - 1;
	if (!sets)
		return false;
	g->ways = (unsigned int)(lines / sets);
	g->size_bytes = sets * g->ways * g->line_bytes;
	return true;
}

/* I1 and D1 are level 1 of their kind; LL is the highest level that holds data. */
static void sort_in(const char *type, const struct geometry *g, struct geometry best[3])
{
	bool data = strcmp(type, "Instruction") != 0;

	if (g->level == 1 && strcmp(type, "Data"))
		best[0] = *g;
	if (g->level == 1 && data)
		best[1] = *g;
	if (g->level > 1 && data && g->level > best[2].level)
		best[2] = *g;
}

size_t vmb_sim_cache_flags(const char *cache_dir, char flag[3][VMB_SIM_CACHE_FLAG_BYTES])
{
	static const char *const name[3] = { "I1", "D1", "LL" };
	struct geometry best[3] = { 0 };

	for (int i = 0; i < MAX_INDEX; i++) {
		struct geometry g;
		char type[32];

		if (read_text(cache_dir, i, "type", type, sizeof(type)) &&
		    read_geometry(cache_dir, i, &g))
			sort_in(type, &g, best);
	}
	for (int i = 0; i < 3; i++) {
		if (!fit(&best[i]) || best[i].line_bytes != best[0].line_bytes)
			return 0;
		snprintf(flag[i], VMB_SIM_CACHE_FLAG_BYTES, "--%s=%llu,%u,%u", name[i],
			 (unsigned long long)best[i].size_bytes, best[i].ways, best[i].line_bytes);
	}
	return 3;
}
