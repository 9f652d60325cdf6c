// SPDX-License-Identifier: MIT
#include "vmcore/interp/memory.h"

#include <string.h>

void *ir_flat_map(void *priv, uint64_t address, uint32_t bytes, bool write)
{
	const struct ir_flat *flat = priv;
	uint64_t offset = address - flat->first;

	(void)write;
	if (offset >= flat->bytes || flat->bytes - offset < bytes)
		return NULL;
	return flat->host + offset;
}

/* The host addresses of an access: one part, or two where it crosses a page. */
struct parts {
	uint8_t *host[2];
	uint32_t bytes[2];
};

static bool map(const struct ir_memory *memory, uint64_t address, uint32_t bytes, bool write,
		struct parts *parts)
{
	uint32_t left = bytes;

	if (!memory->map)
		return false;
	if (memory->page_bytes)
		left = memory->page_bytes - (uint32_t)(address & (memory->page_bytes - 1));
	*parts = (struct parts){ .bytes = { left < bytes ? left : bytes } };
	parts->host[0] = memory->map(memory->priv, address, parts->bytes[0], write);
	if (!parts->host[0])
		return false;
	if (left >= bytes)
		return true;
	parts->bytes[1] = bytes - left;
	parts->host[1] = memory->map(memory->priv, address + left, parts->bytes[1], write);
	return parts->host[1];
}

static void fence(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* An access to an aligned address is done at once, as hosts do it. */
static bool aligned(const struct parts *parts, uint32_t bytes)
{
	return !parts->bytes[1] && bytes <= 8 && !((uintptr_t)parts->host[0] & (bytes - 1));
}

static uint64_t load_aligned(void *host, uint32_t bytes)
{
	switch (bytes) {
	case 1:
		return __atomic_load_n((uint8_t *)host, __ATOMIC_RELAXED);
	case 2:
		return __atomic_load_n((uint16_t *)host, __ATOMIC_RELAXED);
	case 4:
		return __atomic_load_n((uint32_t *)host, __ATOMIC_RELAXED);
	default:
		return __atomic_load_n((uint64_t *)host, __ATOMIC_RELAXED);
	}
}

static void store_aligned(void *host, uint32_t bytes, uint64_t value)
{
	switch (bytes) {
	case 1:
		__atomic_store_n((uint8_t *)host, (uint8_t)value, __ATOMIC_RELAXED);
		break;
	case 2:
		__atomic_store_n((uint16_t *)host, (uint16_t)value, __ATOMIC_RELAXED);
		break;
	case 4:
		__atomic_store_n((uint32_t *)host, (uint32_t)value, __ATOMIC_RELAXED);
		break;
	default:
		__atomic_store_n((uint64_t *)host, value, __ATOMIC_RELAXED);
		break;
	}
}

static void copy_in(const struct parts *parts, union ir_val *value)
{
	memcpy(value->b, parts->host[0], parts->bytes[0]);
	if (parts->bytes[1])
		memcpy(value->b + parts->bytes[0], parts->host[1], parts->bytes[1]);
}

static void copy_out(const struct parts *parts, const union ir_val *value)
{
	memcpy(parts->host[0], value->b, parts->bytes[0]);
	if (parts->bytes[1])
		memcpy(parts->host[1], value->b + parts->bytes[0], parts->bytes[1]);
}

bool guest_load(const struct ir_memory *memory, uint64_t address, uint32_t bytes,
		unsigned int order, union ir_val *value)
{
	struct parts parts;

	if (!map(memory, address, bytes, false, &parts))
		return false;
	*value = (union ir_val){ .d = { 0 } };
	if (order == IR_SC)
		fence();
	if (aligned(&parts, bytes))
		value->d[0] = load_aligned(parts.host[0], bytes);
	else
		copy_in(&parts, value);
	if (order != IR_RLX)
		fence();
	return true;
}

bool guest_store(const struct ir_memory *memory, uint64_t address, uint32_t bytes,
		 unsigned int order, const union ir_val *value)
{
	struct parts parts;

	if (!map(memory, address, bytes, true, &parts))
		return false;
	if (order != IR_RLX)
		fence();
	if (aligned(&parts, bytes))
		store_aligned(parts.host[0], bytes, value->d[0]);
	else
		copy_out(&parts, value);
	if (order == IR_SC)
		fence();
	return true;
}

#define CAS(type)                                                                                  \
	{                                                                                          \
		type seen = (type)expected;                                                        \
		__atomic_compare_exchange_n((type *)host, &seen, (type)desired, false,             \
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                   \
		return seen;                                                                       \
	}

/*
 * The low 32 bits of a number, extended by their sign in a way that the compiler cannot leave out.
 * What riscv64 loads from memory is so, and gcc before 12.4, 13.3 and 14 compares it with all 64
 * bits of a register (gcc's bug 114130).
 */
static uint64_t extended(uint64_t number)
{
	int64_t wide = (int32_t)number;

	__asm__("" : "+r"(wide));
	return (uint64_t)wide;
}

static uint64_t cas_aligned(void *host, uint32_t bytes, uint64_t expected, uint64_t desired)
{
	if (bytes == 4)
		expected = extended(expected);
	switch (bytes) {
	case 1:
		CAS(uint8_t)
	case 2:
		CAS(uint16_t)
	case 4:
		CAS(uint32_t)
	default:
		CAS(uint64_t)
	}
}

static void lock(const struct ir_memory *memory)
{
	while (memory->lock16 && __atomic_exchange_n(memory->lock16, 1, __ATOMIC_ACQUIRE))
		;
}

static void unlock(const struct ir_memory *memory)
{
	if (memory->lock16)
		__atomic_store_n(memory->lock16, 0, __ATOMIC_RELEASE);
}

static void cas_in_parts(const struct ir_memory *memory, const struct parts *parts,
			 const union ir_val *expected, const union ir_val *desired,
			 union ir_val *old)
{
	lock(memory);
	copy_in(parts, old);
	if (old->d[0] == expected->d[0] && old->d[1] == expected->d[1])
		copy_out(parts, desired);
	unlock(memory);
}

bool guest_cas(const struct ir_memory *memory, uint64_t address, uint32_t bytes,
	       const union ir_val *expected, const union ir_val *desired, union ir_val *old)
{
	union ir_val seen = { .d = { 0 } };
	struct parts parts;

	if (!map(memory, address, bytes, true, &parts))
		return false;
	if (aligned(&parts, bytes))
		seen.d[0] = cas_aligned(parts.host[0], bytes, expected->d[0], desired->d[0]);
	else
		cas_in_parts(memory, &parts, expected, desired, &seen);
	*old = seen;
	return true;
}
