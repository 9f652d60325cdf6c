// SPDX-License-Identifier: MIT
#include "vmcore/xlat/packets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char digits[] = "0123456789abcdef";

/* Return: a byte, or -1. */
static int get(struct packets *k)
{
	unsigned char byte;
	ssize_t nr;

	do {
		nr = read(k->fd, &byte, 1);
	} while (nr < 0 && errno == EINTR);
	return nr == 1 ? byte : -1;
}

static bool put(struct packets *k, const char *bytes, size_t nr)
{
	while (nr) {
		ssize_t done = send(k->fd, bytes, nr, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		nr -= (size_t)done;
	}
	return true;
}

static int digit(int c)
{
	const char *at = c > 0 ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* What is between $ and #. Return: its sum, or -1. */
static int get_contents(struct packets *k)
{
	unsigned int sum = 0;
	int byte;

	for (k->nr_in = 0; (byte = get(k)) != '#'; sum += (unsigned int)byte) {
		if (byte < 0 || k->nr_in == PACKET_BYTES)
			return -1;
		if (byte == '$') {
			k->nr_in = 0;
			sum = (unsigned int)-byte;
			continue;
		}
		k->in[k->nr_in++] = (char)byte;
	}
	k->in[k->nr_in] = 0;
	return (int)(sum & 0xff);
}

bool packet_get(struct packets *k)
{
	int byte, sum, high, low;

	for (;;) {
		do {
			byte = get(k);
		} while (byte >= 0 && byte != '$');
		sum = byte < 0 ? -1 : get_contents(k);
		if (sum < 0)
			return false;
		high = digit(get(k));
		low = digit(get(k));
		if (k->quiet)
			return true;
		if (high >= 0 && low >= 0 && (high << 4 | low) == sum)
			return put(k, "+", 1);
		if (!put(k, "-", 1))
			return false;
	}
}

bool packet_put(struct packets *k)
{
	char around[4] = "$";
	unsigned int sum = 0;
	size_t i;
	int answer;

	for (i = 0; i < k->nr_out; i++)
		sum += (unsigned char)k->out[i];
	around[1] = '#';
	around[2] = digits[sum >> 4 & 15];
	around[3] = digits[sum & 15];
	do {
		if (!put(k, around, 1) || !put(k, k->out, k->nr_out) || !put(k, around + 1, 3))
			return false;
		answer = k->quiet ? '+' : get(k);
	} while (answer == '-');
	k->nr_out = 0;
	k->quiet |= k->last_loud;
	return answer >= 0;
}

void packet_text(struct packets *k, const char *text)
{
	size_t nr = strlen(text);

	nr = nr < PACKET_BYTES - k->nr_out ? nr : PACKET_BYTES - k->nr_out;
	memcpy(k->out + k->nr_out, text, nr);
	k->nr_out += nr;
}

void packet_hex(struct packets *k, const void *bytes, size_t nr)
{
	const unsigned char *byte = bytes;

	for (; nr && k->nr_out + 2 <= PACKET_BYTES; nr--, byte++) {
		k->out[k->nr_out++] = digits[*byte >> 4];
		k->out[k->nr_out++] = digits[*byte & 15];
	}
}

void packet_bytes(struct packets *k, const char *bytes, size_t nr)
{
	for (; nr && k->nr_out + 2 <= PACKET_BYTES; nr--, bytes++) {
		bool escaped = strchr("#$}*", *bytes);

		if (escaped)
			k->out[k->nr_out++] = '}';
		k->out[k->nr_out++] = (char)(escaped ? *bytes ^ 0x20 : *bytes);
	}
}

bool packet_from_hex(const char *at, void *bytes, size_t nr)
{
	unsigned char *byte = bytes;
	int high, low;

	for (; nr; nr--, at += 2) {
		high = digit(at[0]);
		low = high < 0 ? -1 : digit(at[1]);
		if (low < 0)
			return false;
		*byte++ = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool packet_number(const char **at, char end, uint64_t *number)
{
	const char *first = *at;

	for (*number = 0; digit(**at) >= 0; ++*at)
		*number = *number << 4 | (unsigned int)digit(**at);
	if (*at == first || **at != end)
		return false;
	*at += end != 0;
	return true;
}
