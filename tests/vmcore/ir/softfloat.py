# SPDX-License-Identifier: MIT
"""IEEE 754 arithmetic on exact rationals: an oracle that shares nothing with the C code.

Values are bit patterns. Every operation returns (bits, flags); flags as RISC-V numbers them, tininess
after rounding. Rounding modes and NaN rules are those of vmcore/ir/README.md.
"""

from fractions import Fraction
from math import isqrt

NX, UF, OF, DZ, NV = 1, 2, 4, 8, 16
RNE, RTZ, RDN, RUP, RMM = range(5)


class Format:
    def __init__(self, exp_bits, frac_bits):
        self.e, self.f = exp_bits, frac_bits
        self.width = 1 + exp_bits + frac_bits
        self.sign = 1 << (self.width - 1)
        self.inf = ((1 << exp_bits) - 1) << frac_bits
        self.quiet = 1 << (frac_bits - 1)
        self.bias = (1 << (exp_bits - 1)) - 1
        self.max = self.inf - 1

    def is_nan(self, a):
        return (a & ~self.sign) > self.inf

    def is_snan(self, a):
        return self.is_nan(a) and not a & self.quiet

    def is_inf(self, a):
        return (a & ~self.sign) == self.inf

    def is_zero(self, a):
        return not a & ~self.sign

    def negative(self, a):
        return bool(a & self.sign)

    def value(self, a):
        exp, frac = (a & self.inf) >> self.f, a & ((1 << self.f) - 1)
        if exp:
            v = Fraction((1 << self.f) | frac) * Fraction(2) ** (exp - self.bias - self.f)
        else:
            v = Fraction(frac) * Fraction(2) ** (1 - self.bias - self.f)
        return -v if self.negative(a) else v

    def encode(self, x, mode, zero_negative=False):
        """Round the rational x; an exact zero has the sign that is asked for."""
        if x == 0:
            return (self.sign if zero_negative else 0), 0
        neg, x = x < 0, abs(x)
        emin = 1 - self.bias
        e = x.numerator.bit_length() - x.denominator.bit_length()
        if Fraction(2) ** e > x:
            e -= 1
        if Fraction(2) ** (e + 1) <= x:
            e += 1
        n, exact = round_units(x, Fraction(2) ** (max(e, emin) - self.f), mode, neg)
        flags = 0 if exact else NX
        if not exact and e < emin:  # tiny, unless rounding to full precision reaches 2^emin
            m, _ = round_units(x, Fraction(2) ** (e - self.f), mode, neg)
            if Fraction(m) * Fraction(2) ** (e - self.f) < Fraction(2) ** emin:
                flags |= UF
        bits = n + ((max(e, emin) + self.bias - 1) << self.f)
        if bits >= self.inf:
            flags = OF | NX
            up = mode in (RNE, RMM) or (mode == RUP and not neg) or (mode == RDN and neg)
            bits = self.inf if up else self.max
        return bits | (self.sign if neg else 0), flags


def round_units(x, unit, mode, neg):
    q = x / unit
    n = q.numerator // q.denominator
    rest = q - n
    if rest:
        half = Fraction(1, 2)
        if mode == RNE:
            up = rest > half or (rest == half and n & 1)
        elif mode == RMM:
            up = rest >= half
        elif mode == RTZ:
            up = False
        else:
            up = (mode == RUP) != neg
        n += int(up)
    return n, not rest


F32, F64 = Format(8, 23), Format(11, 52)


def default_nan(f, rule):
    return f.inf | f.quiet | (f.sign if rule == 'x86' else 0)


def pick(f, rule, ops):
    if rule == 'a64':
        for a in ops:
            if f.is_snan(a):
                return a | f.quiet
    if rule != 'def':
        for a in ops:
            if f.is_nan(a):
                return a | f.quiet
    return default_nan(f, rule)


def snan_flags(f, ops):
    return NV if any(f.is_snan(a) for a in ops) else 0


def add(f, a, b, mode, rule):
    if f.is_nan(a) or f.is_nan(b):
        return pick(f, rule, (a, b)), snan_flags(f, (a, b))
    if f.is_inf(a) or f.is_inf(b):
        if f.is_inf(a) and f.is_inf(b) and a != b:
            return default_nan(f, rule), NV
        return (a if f.is_inf(a) else b), 0
    x = f.value(a) + f.value(b)
    neg = f.negative(a) if f.negative(a) == f.negative(b) and f.is_zero(a) and f.is_zero(b) else mode == RDN
    return f.encode(x, mode, neg)


def sub(f, a, b, mode, rule):
    if f.is_nan(a) or f.is_nan(b):
        return pick(f, rule, (a, b)), snan_flags(f, (a, b))
    return add(f, a, b ^ f.sign, mode, rule)


def mul(f, a, b, mode, rule):
    if f.is_nan(a) or f.is_nan(b):
        return pick(f, rule, (a, b)), snan_flags(f, (a, b))
    sign = (a ^ b) & f.sign
    if f.is_inf(a) or f.is_inf(b):
        if f.is_zero(a) or f.is_zero(b):
            return default_nan(f, rule), NV
        return f.inf | sign, 0
    return f.encode(f.value(a) * f.value(b), mode, bool(sign))


def div(f, a, b, mode, rule):
    if f.is_nan(a) or f.is_nan(b):
        return pick(f, rule, (a, b)), snan_flags(f, (a, b))
    sign = (a ^ b) & f.sign
    if f.is_inf(a):
        return (default_nan(f, rule), NV) if f.is_inf(b) else (f.inf | sign, 0)
    if f.is_inf(b):
        return sign, 0
    if f.is_zero(b):
        return (default_nan(f, rule), NV) if f.is_zero(a) else (f.inf | sign, DZ)
    return f.encode(f.value(a) / f.value(b), mode, bool(sign))


def sqrt(f, a, mode, rule):
    if f.is_nan(a):
        return pick(f, rule, (a,)), snan_flags(f, (a,))
    if f.is_zero(a):
        return a, 0
    if f.negative(a):
        return default_nan(f, rule), NV
    if f.is_inf(a):
        return a, 0
    x = f.value(a)
    scale = 2 * f.f + 40 + 2 * f.bias  # far below the last bit of any result
    big = x * Fraction(2) ** (2 * scale)
    n = isqrt(big.numerator // big.denominator)
    root = Fraction(n)
    if root * root != big:
        root += Fraction(1, 2)
    return f.encode(root / Fraction(2) ** scale, mode)


def fma(f, a, b, c, mode, rule):
    zero_inf = (f.is_inf(a) and f.is_zero(b)) or (f.is_zero(a) and f.is_inf(b))
    if f.is_nan(a) or f.is_nan(b) or f.is_nan(c):
        flags = snan_flags(f, (a, b, c))
        if zero_inf and rule != 'x86':
            if rule == 'a64' and f.is_snan(c):
                return c | f.quiet, NV
            return default_nan(f, rule), NV
        return pick(f, rule, (c, a, b) if rule == 'a64' else (a, b, c)), flags
    if zero_inf:
        return default_nan(f, rule), NV
    sign = bool((a ^ b) & f.sign)
    if f.is_inf(a) or f.is_inf(b):
        if f.is_inf(c) and f.negative(c) != sign:
            return default_nan(f, rule), NV
        return f.inf | (f.sign if sign else 0), 0
    if f.is_inf(c):
        return c, 0
    product = f.value(a) * f.value(b)
    neg = sign if not product and f.is_zero(c) and f.negative(c) == sign else mode == RDN
    return f.encode(product + f.value(c), mode, neg)


def less(f, a, b):
    """-0 below +0."""
    x, y = order(f, a), order(f, b)
    return x < y or (x == y and f.negative(a))


def order(f, a):
    """A rational that orders infinities with numbers."""
    if f.is_inf(a):
        return -(Fraction(2) ** 2000) if f.negative(a) else Fraction(2) ** 2000
    return f.value(a)


def minmax(f, a, b, rule, greater):
    if f.is_nan(a) or f.is_nan(b):
        return pick(f, rule, (a, b)), snan_flags(f, (a, b))
    return (a if less(f, a, b) != greater else b), 0


def minmaxnum(f, a, b, rule, greater):
    flags = snan_flags(f, (a, b))
    if f.is_nan(a) != f.is_nan(b) and not (rule == 'a64' and flags):
        return (b if f.is_nan(a) else a), flags
    return minmax(f, a, b, rule, greater)


def minmaxsel(f, a, b, greater):
    if f.is_nan(a) or f.is_nan(b):
        return b, NV
    x, y = order(f, a), order(f, b)
    return (a if (x > y if greater else x < y) else b), 0


def integral(x, mode):
    neg = x < 0
    n, _ = round_units(abs(x), Fraction(1), mode, neg)
    return -n if neg else n


def round_integral(f, a, mode, rule):
    if f.is_nan(a):
        return pick(f, rule, (a,)), snan_flags(f, (a,))
    if f.is_inf(a) or f.is_zero(a):
        return a, 0
    return f.encode(Fraction(integral(f.value(a), mode)), RNE, f.negative(a))[0], 0


def to_int(f, a, width, signed, mode, sat):
    low, high = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
    nan = f.is_nan(a)
    n = 0
    if not nan:
        n = integral(order(f, a), mode)
        if low <= n <= high:
            return n & ((1 << width) - 1), 0 if n == order(f, a) else NX
    if sat == 'ind':
        r = low if signed else high
    elif nan:
        r = 0 if sat == 'sat0' else high
    else:
        r = low if n < low else high
    return r & ((1 << width) - 1), NV


def from_int(f, n, mode):
    return f.encode(Fraction(n), mode)


def convert(src, dst, a, mode, rule):
    if src.is_nan(a):
        flags = snan_flags(src, (a,))
        if rule == 'def':
            return default_nan(dst, rule), flags
        frac = a & ((1 << src.f) - 1)
        frac = frac >> (src.f - dst.f) if src.f > dst.f else frac << (dst.f - src.f)
        return (dst.sign if src.negative(a) else 0) | dst.inf | dst.quiet | frac, flags
    if src.is_inf(a):
        return dst.inf | (dst.sign if src.negative(a) else 0), 0
    return dst.encode(src.value(a), mode, src.negative(a))


FCONDS = {
    'oeq': ('=', False), 'olt': ('<', False), 'ole': ('<=', False), 'ogt': ('>', False),
    'oge': ('>=', False), 'one': ('<>', False), 'ord': ('<=>', False), 'une': ('<>', True),
    'uge': ('>=', True), 'ugt': ('>', True), 'ule': ('<=', True), 'ult': ('<', True),
    'uno': ('', True), 'ueq': ('=', True),
}


def compare(f, cond, a, b, signal=False):
    accept, if_unordered = FCONDS[cond]
    if f.is_nan(a) or f.is_nan(b):
        return int(if_unordered), NV if signal else snan_flags(f, (a, b))
    x, y = order(f, a), order(f, b)
    return int(('<' if x < y else '>' if x > y else '=') in accept), 0
