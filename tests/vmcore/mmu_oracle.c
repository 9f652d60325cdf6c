// SPDX-License-Identifier: MIT
#include "tests/vmcore/mmu_oracle.h"

#include <string.h>

#define BIT(x, n)	  ((unsigned int)((x) >> (n)) & 1)
#define BITS(x, hi, lo)	  (((x) >> (lo)) & (~0ull >> (63 - ((hi) - (lo)))))
#define CONTROL(o, what)  (!!((o)->config.control & (what)))
#define MODE(o, what)	  (!!((o)->mode & (what)))

static bool phys_read(const struct oracle *o, uint64_t pa, uint64_t *value)
{
	if (pa < o->ram_first || pa - o->ram_first >= o->ram_bytes)
		return false;
	memcpy(value, o->ram + (pa - o->ram_first), 8);
	return true;
}

static void phys_write(struct oracle *o, uint64_t pa, uint64_t value)
{
	if (pa >= o->ram_first && pa - o->ram_first < o->ram_bytes)
		memcpy(o->ram + (pa - o->ram_first), &value, 8);
}

static bool sign_extended(uint64_t va, unsigned int bits)
{
	uint64_t top = va >> (bits - 1);

	return top == 0 || top == ~0ull >> (bits - 1);
}

/* ---- x86: SDM 3A 4.5 to 4.8 ---- */

static struct oracle_result page_fault(const struct oracle *o, enum mmu_access access, bool present,
				       bool reserved)
{
	uint32_t code = present;

	code |= (access == MMU_WRITE) << 1;
	code |= (uint32_t)MODE(o, MMU_MODE_USER) << 2;
	code |= (uint32_t)reserved << 3;
	if (CONTROL(o, MMU_NO_EXEC) || CONTROL(o, MMU_NO_USER_EXEC))
		code |= (access == MMU_EXEC) << 4;
	return (struct oracle_result){ .vector = 14, .code = code };
}

static bool x86_may(const struct oracle *o, enum mmu_access access, bool rw, bool us, bool xd)
{
	bool user = MODE(o, MMU_MODE_USER);

	switch (access) {
	case MMU_EXEC:
		if (xd)
			return false;
		return user ? us : !(us && CONTROL(o, MMU_NO_USER_EXEC));
	case MMU_WRITE:
		if (!rw && (user || CONTROL(o, MMU_WRITE_PROTECT)))
			return false;
		break;
	default:
		break;
	}
	return user ? us : !(us && MODE(o, MMU_MODE_NO_USER_DATA));
}

struct oracle_result oracle_x86_64(struct oracle *o, uint64_t va, enum mmu_access access)
{
	static const unsigned int lowest_bit[] = { 0, 12, 21, 30, 39, 48 };
	uint64_t base = o->config.root[0].v & 0x000ffffffffff000ull;
	bool rw = true, us = true, xd = false;
	unsigned int l = o->config.levels;

	if (!sign_extended(va, l == 5 ? 57 : 48))
		return (struct oracle_result){ .vector = 13 };
	for (;; l--) {
		uint64_t at = base + 8 * BITS(va, lowest_bit[l] + 8, lowest_bit[l]), e = ~0ull, new;
		bool maps = l == 1, bad;

		phys_read(o, at, &e);
		if (!BIT(e, 0))
			return page_fault(o, access, false, false);
		bad = o->config.pa_bits < 52 && BITS(e, 51, o->config.pa_bits);
		if (l >= 4 && BIT(e, 7))
			bad = true;
		if (l == 3 && BIT(e, 7) && BITS(e, 29, 13))
			bad = true;
		if (l == 2 && BIT(e, 7) && BITS(e, 20, 13))
			bad = true;
		if (!CONTROL(o, MMU_NO_EXEC) && BIT(e, 63))
			bad = true;
		if (bad)
			return page_fault(o, access, true, true);
		if ((l == 2 || l == 3) && BIT(e, 7))
			maps = true;
		rw = rw && BIT(e, 1);
		us = us && BIT(e, 2);
		xd = xd || BIT(e, 63);
		new = e | 1 << 5;
		if (maps) {
			if (!x86_may(o, access, rw, us, xd))
				return page_fault(o, access, true, false);
			if (access == MMU_WRITE)
				new |= 1 << 6;
		}
		phys_write(o, at, new);
		if (maps)
			return (struct oracle_result){
				.ok = true,
				.pa = BITS(e, 51, lowest_bit[l]) << lowest_bit[l] |
				      BITS(va, lowest_bit[l] - 1, 0),
			};
		base = BITS(e, 51, 12) << 12;
	}
}

/* ---- Arm: D8, with the architecture's levels 0 to 3 ---- */

static struct oracle_result arm_abort(const struct oracle *o, enum mmu_access access,
				      uint32_t status)
{
	uint32_t el0 = MODE(o, MMU_MODE_USER);
	uint32_t class = (access == MMU_EXEC ? 0x21 : 0x25) - el0;

	return (struct oracle_result){
		.vector = class,
		.code = class << 26 | 1u << 25 | (access == MMU_WRITE ? 1u << 6 : 0) | status,
	};
}

struct arm_permissions {
	unsigned int ap;	/* AP[2:1] */
	bool pxn, uxn;
};

static bool arm_may(const struct oracle *o, enum mmu_access access, struct arm_permissions p)
{
	/* the table of AP[2:1]: who reads, who writes */
	static const struct {
		bool el1_write, el0_read, el0_write;
	} data[] = { { 1, 0, 0 }, { 1, 1, 1 }, { 0, 0, 0 }, { 0, 1, 0 } };
	bool el0 = MODE(o, MMU_MODE_USER);
	bool read = el0 ? data[p.ap].el0_read : true;
	bool write = el0 ? data[p.ap].el0_write : data[p.ap].el1_write;
	bool execute = el0 ? !p.uxn : !p.pxn && !data[p.ap].el0_write;

	if (CONTROL(o, MMU_WRITE_XOR_EXEC) && write)
		execute = false;
	if (!el0 && MODE(o, MMU_MODE_NO_USER_DATA) && BIT(p.ap, 0))
		read = write = false;
	return access == MMU_READ ? read : access == MMU_WRITE ? write : execute;
}

struct oracle_result oracle_arm64(struct oracle *o, uint64_t va, enum mmu_access access)
{
	bool high = BIT(va, 55);
	bool tagged = CONTROL(o, high ? MMU_HIGH_TAGGED : MMU_LOW_TAGGED);
	bool flat = CONTROL(o, high ? MMU_HIGH_FLAT : MMU_LOW_FLAT);
	unsigned int va_bits = o->config.levels == 4 ? 48 : 39, pa_bits = o->config.pa_bits;
	uint64_t checked = BITS(va, tagged ? 55 : 63, va_bits);
	uint64_t ones = ~0ull >> (64 - ((tagged ? 56 : 64) - va_bits));
	uint64_t base = BITS(o->config.root[high].v, 47, 12) << 12;
	struct arm_permissions from_tables = { 0 };

	if (checked != (high ? ones : 0) || CONTROL(o, high ? MMU_HIGH_OFF : MMU_LOW_OFF))
		return arm_abort(o, access, 0x04);
	if (base >> pa_bits)
		return arm_abort(o, access, 0x00);
	for (unsigned int level = 4 - o->config.levels;; level++) {
		unsigned int low = 39 - 9 * level;
		uint64_t at = base + 8 * BITS(va, low + 8, low), d, output, new;
		struct arm_permissions p;
		bool dbm;

		if (!phys_read(o, at, &d))
			return arm_abort(o, access, 0x14 + level);
		if (!BIT(d, 0) || (level == 3 && !BIT(d, 1)) || (level == 0 && !BIT(d, 1)))
			return arm_abort(o, access, 0x04 + level);
		if (level < 3 && BIT(d, 1)) {
			base = BITS(d, 47, 12) << 12;
			if (base >> pa_bits)
				return arm_abort(o, access, 0x00 + level);
			if (flat)
				continue;
			from_tables.ap |= (unsigned int)BITS(d, 62, 61);
			from_tables.pxn |= BIT(d, 59);
			from_tables.uxn |= BIT(d, 60);
			continue;
		}
		output = BITS(d, 47, low) << low;
		if (output >> pa_bits)
			return arm_abort(o, access, 0x00 + level);
		new = d;
		if (!BIT(d, 10)) {
			if (!CONTROL(o, MMU_SET_ACCESSED))
				return arm_abort(o, access, 0x08 + level);
			new |= 1 << 10;
		}
		p = (struct arm_permissions){ (unsigned int)BITS(d, 7, 6), BIT(d, 53), BIT(d, 54) };
		dbm = CONTROL(o, MMU_SET_DIRTY) && BIT(d, 51);
		if (dbm)
			p.ap &= 1;
		if (BIT(from_tables.ap, 0))
			p.ap &= 2;
		if (BIT(from_tables.ap, 1))
			p.ap |= 2;
		p.pxn |= from_tables.pxn;
		p.uxn |= from_tables.uxn;
		if (!arm_may(o, access, p))
			return arm_abort(o, access, 0x0c + level);
		if (access == MMU_WRITE && dbm)
			new &= ~(1ull << 7);
		phys_write(o, at, new);
		return (struct oracle_result){ .ok = true, .pa = output | BITS(va, low - 1, 0) };
	}
}

/* ---- RISC-V: 4.3.2, step by step ---- */

static struct oracle_result riscv_trap(enum mmu_access access, bool page)
{
	uint32_t cause = access == MMU_EXEC ? 1 : access == MMU_READ ? 5 : 7;

	return (struct oracle_result){ .vector = page ? cause == 1 ? 12 : cause + 8 : cause };
}

static bool riscv_may(const struct oracle *o, enum mmu_access access, uint64_t pte)
{
	bool r = BIT(pte, 1), w = BIT(pte, 2), x = BIT(pte, 3), u = BIT(pte, 4);

	if (MODE(o, MMU_MODE_USER) && !u)
		return false;
	if (!MODE(o, MMU_MODE_USER) && u) {
		if (access == MMU_EXEC)
			return false;
		if (MODE(o, MMU_MODE_NO_USER_DATA))
			return false;
	}
	if (access == MMU_EXEC)
		return x;
	if (access == MMU_WRITE)
		return w;
	return r || (x && MODE(o, MMU_MODE_READ_EXEC));
}

struct oracle_result oracle_riscv64(struct oracle *o, uint64_t va, enum mmu_access access)
{
	int levels = o->config.levels, i = levels - 1;
	uint64_t a = BITS(o->config.root[0].v, 55, 12) << 12;

	if (!sign_extended(va, 12 + 9 * (unsigned int)levels))
		return riscv_trap(access, true);
	for (;;) {
		unsigned int vpn_low = 12 + 9 * (unsigned int)i;
		uint64_t at = a + 8 * BITS(va, vpn_low + 8, vpn_low), pte, ppn, new;
		bool pbmt_bad;

		if (!phys_read(o, at, &pte))
			return riscv_trap(access, false);
		if (!BIT(pte, 0) || (!BIT(pte, 1) && BIT(pte, 2)))
			return riscv_trap(access, true);
		pbmt_bad = CONTROL(o, MMU_MEMORY_TYPES) ? BITS(pte, 62, 61) == 3 :
							  BITS(pte, 62, 61) != 0;
		if (BIT(pte, 63) || BITS(pte, 60, 54) || pbmt_bad)
			return riscv_trap(access, true);
		ppn = BITS(pte, 53, 10);
		if (!BIT(pte, 1) && !BIT(pte, 3)) {
			if (BIT(pte, 4) || BIT(pte, 6) || BIT(pte, 7) || BITS(pte, 62, 61))
				return riscv_trap(access, true);
			if (--i < 0)
				return riscv_trap(access, true);
			a = ppn << 12;
			continue;
		}
		if (!riscv_may(o, access, pte))
			return riscv_trap(access, true);
		if (i > 0 && BITS(ppn, 9 * (unsigned int)i - 1, 0))
			return riscv_trap(access, true);
		new = pte | 1 << 6 | (access == MMU_WRITE ? 1 << 7 : 0);
		if (new != pte && !CONTROL(o, MMU_SET_ACCESSED))
			return riscv_trap(access, true);
		phys_write(o, at, new);
		return (struct oracle_result){
			.ok = true, .pa = BITS(ppn, 43, 9 * (unsigned int)i) << vpn_low |
					  BITS(va, vpn_low - 1, 0),
		};
	}
}
