/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_PACKETS_H
#define VMB_VMCORE_XLAT_PACKETS_H
/*
 * Packets of GDB's remote serial protocol ("Debugging with GDB", appendix E).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest contents of a packet, of either side; PacketSize says so. */
#define PACKET_BYTES 16384u

/**
 * struct packets - a connection. Zero-initialised but for @fd.
 * @fd: of a socket; -1: closed
 * @quiet: packets are not acknowledged any more; @last_loud: behind the next that is sent
 * @in, @nr_in: the last one that came, with a 0 behind it; @out, @nr_out: the one to be sent
 */
struct packets {
	int fd;
	bool quiet, last_loud;
	char in[PACKET_BYTES + 1];
	size_t nr_in;
	char out[PACKET_BYTES + 1];
	size_t nr_out;
};

/** packet_get - wait for a packet whose sum is right. Return: false: the other side has gone. */
bool packet_get(struct packets *k);

/** packet_put - send @out, and begin another one. Return: as packet_get(). */
bool packet_put(struct packets *k);

/** packet_text - append a text to @out; what does not fit is left out. */
void packet_text(struct packets *k, const char *text);

/** packet_hex - append bytes as digits. */
void packet_hex(struct packets *k, const void *bytes, size_t nr);

/** packet_bytes - append bytes as they are, escaped. */
void packet_bytes(struct packets *k, const char *bytes, size_t nr);

/** packet_from_hex - @nr bytes of digits at @at. Return: false if there are not so many. */
bool packet_from_hex(const char *at, void *bytes, size_t nr);

/**
 * packet_number - read a hexadecimal number.
 * @at: gets where it ends, or what is behind @end, which must follow unless it is 0
 * Return: is it there?
 */
bool packet_number(const char **at, char end, uint64_t *number);

#endif /* VMB_VMCORE_XLAT_PACKETS_H */
