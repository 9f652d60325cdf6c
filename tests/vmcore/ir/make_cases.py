#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make_cases.py DIRECTORY: write the units with computed expectations, *_gen.ir.

The expectations come from Python's integers and from softfloat.py, never from the project's own
code. What depends on control flow, memory or helpers is written by hand in the other *.ir.
"""

import os
import random
import sys

import softfloat as sf

WIDTH = {'i8': 8, 'i16': 16, 'i32': 32, 'i64': 64, 'f32': 32, 'f64': 64, 'v128': 128}
INTS = ['i8', 'i16', 'i32', 'i64']
LANES = {'i8x16': 'i8', 'i16x8': 'i16', 'i32x4': 'i32', 'i64x2': 'i64', 'f32x4': 'f32', 'f64x2': 'f64'}
FMT = {'f32': sf.F32, 'f64': sf.F64}
OUT = 64
rng = random.Random(20240229)


def mask(w):
    return (1 << w) - 1


def sx(a, w):
    return a - (1 << w) if a >> (w - 1) & 1 else a


class Suite:
    """Units of one file: an instruction on operands from the state, its result to the state."""

    def __init__(self, name):
        self.name, self.text, self.units = name, [], 0

    def unit(self, op, rtype, operands, cases, imm=None, fp=False):
        """cases: list of (operand values, result or (result, flags), rounding mode)."""
        self.units += 1
        t = ['unit u%d_%s {' % (self.units, op.replace('.', '_')), '  state 96']
        if fp:
            t.append('  fpflags')
        t.append('b0:')
        for i, ty in enumerate(operands):
            t.append('  %%%s:%s = ld_state %d' % ('abc'[i], ty, 16 * i))
        args = ', '.join(['%' + 'abc'[i] for i in range(len(operands))] + ([imm] if imm is not None else []))
        t.append('  %%r:%s = %s %s' % (rtype, op, args))
        t += ['  st_state %%r, %d' % OUT, '  exit.jump 0x40', '}']
        for case in cases:
            values, result = case[0], case[1]
            line = ['s%d.%s=%x' % (16 * i, ty, v) for i, (ty, v) in enumerate(zip(operands, values))]
            if len(case) > 2 and case[2]:
                line.append('rm=%d' % case[2])
            line.append('->')
            flags = 0
            if isinstance(result, tuple):
                result, flags = result
            line.append('s%d.%s=%x' % (OUT, rtype, result))
            if fp:
                line.append('fl=%x' % flags)
            t.append(';! ' + ' '.join(line))
        self.text.append('\n'.join(t) + '\n')

    def write(self, directory):
        head = '; SPDX-License-Identifier: MIT\n; Written by make_cases.py; do not edit.\n\n'
        with open(os.path.join(directory, self.name + '_gen.ir'), 'w') as f:
            f.write(head + '\n'.join(self.text))


def int_values(w):
    return [0, 1, mask(w), 1 << (w - 1), mask(w) >> 1, 0x5a5a5a5a5a5a5a5a & mask(w), 2, w - 1]


def int_pairs(w, extra=3):
    m = mask(w)
    low = 1 << (w - 1)
    pairs = [(0, 0), (1, m), (m, 1), (low, m), (m, low), (low, low), (low - 1, 1), (low - 1, low), (7, 3),
             (m - 6, 3), (7, m - 2), (m, m), (0, 1), (5, 0), (low, 0), (low, 1)]
    return pairs + [(rng.randrange(1 << w), rng.randrange(1 << w)) for _ in range(extra)]


def trunc_div(a, b):
    q = abs(a) // abs(b)
    return -q if (a < 0) != (b < 0) else q


def reverse(a, w, unit):
    n = w // unit
    return sum((a >> (unit * i) & mask(unit)) << (unit * (n - 1 - i)) for i in range(n))


def scatter(a, m, w):
    r = 0
    for i in range(w):
        if m >> i & 1:
            r |= (a & 1) << i
            a >>= 1
    return r


def gather(a, m, w):
    bits = [a >> i & 1 for i in range(w) if m >> i & 1]
    return sum(b << i for i, b in enumerate(bits))


BIN = {
    'add': lambda w, a, b: a + b,
    'sub': lambda w, a, b: a - b,
    'mul': lambda w, a, b: a * b,
    'mulhu': lambda w, a, b: a * b >> w,
    'mulhs': lambda w, a, b: sx(a, w) * sx(b, w) >> w,
    'mulhsu': lambda w, a, b: sx(a, w) * b >> w,
    'udiv': lambda w, a, b: a // b if b else mask(w),
    'sdiv': lambda w, a, b: trunc_div(sx(a, w), sx(b, w)) if b else mask(w),
    'urem': lambda w, a, b: a % b if b else a,
    'srem': lambda w, a, b: sx(a, w) - sx(b, w) * trunc_div(sx(a, w), sx(b, w)) if b else a,
    'and': lambda w, a, b: a & b,
    'or': lambda w, a, b: a | b,
    'xor': lambda w, a, b: a ^ b,
    'andn': lambda w, a, b: a & ~b,
    'smin': lambda w, a, b: min(sx(a, w), sx(b, w)),
    'smax': lambda w, a, b: max(sx(a, w), sx(b, w)),
    'umin': lambda w, a, b: min(a, b),
    'umax': lambda w, a, b: max(a, b),
    'pdep': lambda w, a, b: scatter(a, b, w),
    'pext': lambda w, a, b: gather(a, b, w),
}
SHIFT = {
    'shl': lambda w, a, n: a << n,
    'shr': lambda w, a, n: a >> n,
    'sar': lambda w, a, n: sx(a, w) >> n,
    'rotl': lambda w, a, n: a << n | a >> (w - n),
    'rotr': lambda w, a, n: a >> n | a << (w - n),
}
UN = {
    'neg': lambda w, a: -a,
    'not': lambda w, a: ~a,
    'clz': lambda w, a: w - a.bit_length(),
    'ctz': lambda w, a: (a & -a).bit_length() - 1 if a else w,
    'popcnt': lambda w, a: bin(a).count('1'),
    'bswap': lambda w, a: reverse(a, w, 8),
    'bitrev': lambda w, a: reverse(a, w, 1),
}
COND = {
    'eq': lambda w, a, b: a == b, 'ne': lambda w, a, b: a != b,
    'slt': lambda w, a, b: sx(a, w) < sx(b, w), 'sge': lambda w, a, b: sx(a, w) >= sx(b, w),
    'sle': lambda w, a, b: sx(a, w) <= sx(b, w), 'sgt': lambda w, a, b: sx(a, w) > sx(b, w),
    'ult': lambda w, a, b: a < b, 'uge': lambda w, a, b: a >= b,
    'ule': lambda w, a, b: a <= b, 'ugt': lambda w, a, b: a > b,
    'tst': lambda w, a, b: a & b != 0, 'tsn': lambda w, a, b: a & b == 0,
}


def div2(w, op, a, b, c):
    n, m = (a << w) | b, mask(w)
    if not c:
        return m if 'div' in op else b
    if op[0] == 's':
        n, c = sx(n, 2 * w), sx(c, w)
        q = trunc_div(n, c)
    else:
        q = n // c
    return (q if 'div' in op else n - q * c) & m


def integers():
    s = Suite('int')
    for ty in INTS:
        w = WIDTH[ty]
        m = mask(w)
        for op, f in BIN.items():
            s.unit(op, ty, [ty, ty], [((a, b), f(w, a, b) & m) for a, b in int_pairs(w)])
        for op, f in UN.items():
            s.unit(op, ty, [ty], [((a,), f(w, a) & m) for a in int_values(w)])
        for op, f in SHIFT.items():
            cases = [(a, n) for a in (m >> 1 ^ 0x35 & m, 1 << (w - 1) | 5) for n in (0, 1, w - 1, w, w + 3, m)]
            s.unit(op, ty, [ty, ty], [((a, n & m), f(w, a, (n & m) % w) & m) for a, n in cases])
        triples = [(0, 5, 3), (m, m, 1), (1, 0, w), (0x1234567812345678 & m, m >> 2, 5), (m, 0, m), (9, 6, 0)]
        for op in ('fshl', 'fshr'):
            f = (lambda x, n: x << n >> w) if op == 'fshl' else (lambda x, n: x >> n)
            s.unit(op, ty, [ty] * 3, [((a, b, c), f(a << w | b, c % w) & m) for a, b, c in triples])
        low = 1 << (w - 1)
        triples = [(0, 7, 2), (0, 7, 0), (m, m - 6, 2), (m, 5, m), (low, 0, m), (low, 0, 1), (5, 3, 4), (1, 0, 2),
                   (3, m, low), (m, m, m)]
        for op in ('udiv2', 'sdiv2', 'urem2', 'srem2'):
            s.unit(op, ty, [ty] * 3, [(t, div2(w, op, *t)) for t in triples])
        carries = [(m, 0, 1), (m, m, 1), (0, 0, 1), (0, 0, 0), (5, 6, 0x80), (low, low, 1), (low - 1, 0, 1)]
        s.unit('adc', ty, [ty, ty, 'i8'], [((a, b, c), a + b + bool(c) & m) for a, b, c in carries])
        s.unit('sbb', ty, [ty, ty, 'i8'], [((a, b, c), a - b - bool(c) & m) for a, b, c in carries])
        s.unit('copy', ty, [ty], [((a,), a) for a in (0, m, low)])
        for cond, f in COND.items():
            rtype = INTS[list(COND).index(cond) % 4]
            s.unit('cmp.' + cond, rtype, [ty, ty], [((a, b), int(f(w, a, b))) for a, b in int_pairs(w, 1)])
        for to in INTS:
            v = WIDTH[to]
            values = [(x,) for x in int_values(w)]
            if v > w:
                s.unit('zext', to, [ty], [(x, x[0]) for x in values])
                s.unit('sext', to, [ty], [(x, sx(x[0], w) & mask(v)) for x in values])
            if v < w:
                s.unit('trunc', to, [ty], [(x, x[0] & mask(v)) for x in values])
        for pos, n in ((0, 1), (0, w), (w - 1, 1), (w // 2, w // 2), (1, w - 2), (3, 4)):
            values = [m, 0xa5a5a5a5a5a5a5a5 & m, 0x123456789abcdef0 & m]
            imm = '%d, %d' % (pos, n)
            s.unit('ubfx', ty, [ty], [((a,), a >> pos & mask(n)) for a in values], imm)
            s.unit('sbfx', ty, [ty], [((a,), sx(a >> pos & mask(n), n) & m) for a in values], imm)
            s.unit('bfi', ty, [ty, ty], [((a, b), a & ~(mask(n) << pos) | (b & mask(n)) << pos)
                                         for a, b in ((m, 0), (0, m), (values[1], values[2]))], imm)
    for ty in WIDTH:
        a, b = rng.randrange(1 << WIDTH[ty]), rng.randrange(1 << WIDTH[ty])
        for ct in INTS:
            s.unit('select', ty, [ct, ty, ty], [((0, a, b), b), ((1, a, b), a),
                                                ((1 << (WIDTH[ct] - 1), a, b), a)])
    s.unit('copy', 'v128', ['v128'], [((1 << 127 | 5,), 1 << 127 | 5)])
    return s


def constants():
    """One operand is a constant, or both are one value: what an optimiser has rules for."""
    s = Suite('const')
    shifts = {op: lambda w, a, n, f=f: f(w, a, n % w) for op, f in SHIFT.items()}
    for ty in INTS:
        w = WIDTH[ty]
        m = mask(w)
        values = [0, 1, m, 1 << (w - 1), 0x5a5a5a5a5a5a5a5a & m]
        for op, f in list(BIN.items()) + list(shifts.items()):
            for k in (0, 1, 2, 8, 1 << (w - 1), m, w):
                s.text.append(constant_unit(op, ty, '%a, %k', k, [(a, f(w, a, k) & m) for a in values]))
            for k in (0, 1, m):
                s.text.append(constant_unit(op, ty, '%k, %a', k, [(a, f(w, k, a) & m) for a in values]))
            s.text.append(constant_unit(op, ty, '%a, %a', 0, [(a, f(w, a, a) & m) for a in values]))
        for cond, f in COND.items():
            s.text.append(constant_unit('cmp.' + cond, ty, '%a, %a', 0, [(a, int(f(w, a, a))) for a in values]))
            s.text.append(constant_unit('cmp.' + cond, ty, '%a, %k', 0, [(a, int(f(w, a, 0))) for a in values]))
    return s


def constant_unit(op, ty, operands, k, cases):
    name = op.replace('.', '_')
    t = ['unit %s_%s {' % (name, ty), '  state 96', 'b0:', '  %%a:%s = ld_state 0' % ty,
         '  %%k:%s = const %d' % (ty, k), '  %%r:%s = %s %s' % (ty, op, operands), '  st_state %%r, %d' % OUT,
         '  exit.jump 0x40', '}']
    t += [';! s0.%s=%x -> s%d.%s=%x' % (ty, a, OUT, ty, r) for a, r in cases]
    return '\n'.join(t) + '\n'


def flags_of(w, a, b, c, subtract):
    m = mask(w)
    full = a - b - c if subtract else a + b + c
    signed = sx(a, w) - sx(b, w) - c if subtract else sx(a, w) + sx(b, w) + c
    low = (a & 15) - (b & 15) - c if subtract else (a & 15) + (b & 15) + c
    r = full & m
    return {'n': r >> (w - 1), 'z': int(r == 0), 'c': int(full < 0 or full > m), 'v': int(signed != sx(r, w)),
            'p': int(bin(r & 255).count('1') % 2 == 0), 'a': int(low < 0 or low > 15)}


def flags():
    s = Suite('flag')
    for ty in INTS:
        w = WIDTH[ty]
        pairs = int_pairs(w, 4)
        for which in 'nzcvpa':
            for op, subtract in (('add', False), ('sub', True)):
                s.unit('flag_%s.%s' % (op, which), 'i8', [ty, ty],
                       [((a, b), flags_of(w, a, b, 0, subtract)[which]) for a, b in pairs])
            for op, subtract in (('adc', False), ('sbb', True)):
                cases = [(a, b, c) for a, b in pairs[:13] for c in (0, 1)] + [(mask(w), 0, 0x40)]
                s.unit('flag_%s.%s' % (op, which), 'i8', [ty, ty, 'i8'],
                       [((a, b, c), flags_of(w, a, b, bool(c), subtract)[which]) for a, b, c in cases])
            s.unit('flag_res.' + which, 'i8', [ty],
                   [((a,), 0 if which in 'cva' else flags_of(w, a, 0, 0, False)[which]) for a in int_values(w)])
    return s


def fp_values(f):
    one = f.bias << f.f
    return {
        '0': 0, '-0': f.sign, '1': one, '-1': one | f.sign, '1.5': one | f.quiet, '3': one + (3 << (f.f - 1)),
        'tiny': 1, 'sub': (1 << f.f) - 1, 'min': 1 << f.f, 'max': f.max, '-max': f.max | f.sign,
        'inf': f.inf, '-inf': f.inf | f.sign, 'q': f.inf | f.quiet | 0x123, '-q': f.inf | f.quiet | f.sign | 0x45,
        's': f.inf | 0x77, '-s': f.inf | f.sign | 0x9, 'third': one - (2 << f.f) + 0x155555, 'ulp': one + 1,
        '-2.5': (one + (1 << f.f) | 1 << (f.f - 2)) | f.sign, 'half': one - (1 << f.f),
    }


PAIRS = [('1', 'ulp'), ('1', '-1'), ('0', '-0'), ('-0', '0'), ('-0', '-0'), ('0', '0'), ('max', 'max'), ('max', '-max'),
         ('tiny', 'half'), ('sub', 'tiny'), ('min', 'ulp'), ('min', 'half'), ('sub', 'ulp'), ('third', '3'), ('1', '3'),
         ('inf', '1'), ('inf', '-inf'), ('inf', 'inf'), ('inf', '0'), ('0', 'inf'), ('1', '0'), ('-1', '0'), ('1', 'inf'),
         ('q', '1'), ('1', '-q'), ('q', '-q'), ('s', '1'), ('1', '-s'), ('q', 's'), ('s', '-s'), ('-s', 'q'), ('s', 'q'),
         ('-2.5', 'half'), ('1', 'tiny'), ('max', 'ulp'), ('-max', 'tiny'), ('inf', '-q'), ('0', 's')]
TRIPLES = [('ulp', 'ulp', '-1'), ('ulp', 'ulp', '-0'), ('1', '0', '-0'), ('-1', '0', '0'), ('-1', '0', '-0'),
           ('max', 'max', '-inf'), ('inf', '0', '1'), ('inf', '0', 'q'), ('0', '-inf', 's'), ('inf', '1', '-inf'),
           ('inf', '1', 'inf'), ('q', '1', '-q'), ('1', 'q', '-q'), ('1', '-s', 'q'), ('q', '1', 's'), ('s', '-s', 'q'),
           ('1', '1', 's'), ('1', '1', '-inf'), ('tiny', 'half', 'tiny'), ('third', '3', '-1'), ('max', '3', '-max'),
           ('q', '-s', '1'), ('min', 'half', 'tiny'), ('1', '1', '-1')]


def arithmetic(op, f, rule):
    two = {'fadd': sf.add, 'fsub': sf.sub, 'fmul': sf.mul, 'fdiv': sf.div}
    if op in two:
        return lambda v, mode: two[op](f, v[0], v[1], mode, rule)
    if op == 'fsqrt':
        return lambda v, mode: sf.sqrt(f, v[0], mode, rule)
    if op == 'ffma':
        return lambda v, mode: sf.fma(f, v[0], v[1], v[2], mode, rule)
    if op in ('fminnum', 'fmaxnum'):
        return lambda v, mode: sf.minmaxnum(f, v[0], v[1], rule, op == 'fmaxnum')
    return lambda v, mode: sf.minmax(f, v[0], v[1], rule, op == 'fmaximum')


def suffix(rule):
    return '' if rule == 'def' else '.' + rule


ARITH = {'fadd': 2, 'fsub': 2, 'fmul': 2, 'fdiv': 2, 'fsqrt': 1, 'ffma': 3, 'fminnum': 2, 'fmaxnum': 2,
         'fminimum': 2, 'fmaximum': 2}
ROUNDED = ('fadd', 'fsub', 'fmul', 'fdiv', 'fsqrt', 'ffma')


def random_float(f):
    """Mostly numbers near one, sometimes anything."""
    if rng.randrange(4):
        return (f.bias + rng.randrange(-3, 4) << f.f) | rng.randrange(1 << f.f) | (f.sign if rng.randrange(2) else 0)
    return rng.randrange(1 << f.width)


def floats():
    s = Suite('fp')
    for ty, f in FMT.items():
        v = fp_values(f)
        for op, nr in ARITH.items():
            named = {1: [(n,) for n in v], 2: PAIRS, 3: TRIPLES}[nr]
            operands = [tuple(v[n] for n in names) for names in named]
            for rule in ('def', 'x86', 'a64'):
                g = arithmetic(op, f, rule)
                some = operands if rule == 'def' else [o for o in operands if any(f.is_nan(x) or f.is_inf(x) for x in o)]
                s.unit(op + suffix(rule), ty, [ty] * nr, [(o, g(o, sf.RNE)) for o in some], fp=True)
            if op in ROUNDED:
                g = arithmetic(op, f, 'def')
                numbers = [o for o in operands if not any(f.is_nan(x) for x in o)]
                numbers += [tuple(random_float(f) for _ in range(nr)) for _ in range(12)]
                if op == 'fsqrt':
                    numbers = [(x[0] & ~f.sign,) for x in numbers]
                cases = [(o, g(o, mode), mode) for i, o in enumerate(numbers)
                         for mode in ((1 + i % 3,) if i % 2 else (1 + i % 3, 2))]
                s.unit(op, ty, [ty] * nr, cases, fp=True)
        for op, greater in (('fminsel', False), ('fmaxsel', True)):
            s.unit(op, ty, [ty, ty], [((v[a], v[b]), sf.minmaxsel(f, v[a], v[b], greater)) for a, b in PAIRS], fp=True)
        s.unit('fneg', ty, [ty], [((x,), x ^ f.sign) for x in v.values()])
        s.unit('fabs', ty, [ty], [((x,), x & ~f.sign) for x in v.values()])
        s.unit('fcopysign', ty, [ty, ty], [((v[a], v[b]), v[a] & ~f.sign | v[b] & f.sign) for a, b in PAIRS[::3]])
        ints = 'i32' if ty == 'f32' else 'i64'
        s.unit('bitcast', ty, [ints], [((v['s'],), v['s']), ((v['-0'],), v['-0'])])
        s.unit('bitcast', ints, [ty], [((v['s'],), v['s']), ((v['-0'],), v['-0'])])
        conversions(s, ty, f, v)
        for cond in sf.FCONDS:
            rtype = INTS[list(sf.FCONDS).index(cond) % 4]
            cases = [((v[a], v[b]), sf.compare(f, cond, v[a], v[b])) for a, b in PAIRS[::2]]
            s.unit('fcmp.' + cond, rtype, [ty, ty], cases, fp=True)
            cases = [((v[a], v[b]), sf.compare(f, cond, v[a], v[b], True)) for a, b in PAIRS[22:30]]
            s.unit('fcmp.%s.signal' % cond, rtype, [ty, ty], cases, fp=True)
    return s


MODES = {'rne': 0, 'rtz': 1, 'rdn': 2, 'rup': 3, 'rmm': 4}


def near_integers(f):
    """Halves, and what lies around the limits of the integer types."""
    values = [0.5, -0.5, 1.5, 2.5, -2.5, 0.49, -0.99, 2147483647.0, 2147483648.0, -2147483648.0, 4294967295.0,
              4294967296.0, -1.0, 9.3e18, -9.3e18, 1.9e19, 9223372036854775808.0, -9223372036854775808.0,
              18446744073709551616.0, 1e30, -2147483649.0, 2147483647.5]
    values = [sf.F64.encode(sf.Fraction(x), 0)[0] for x in values]
    return [sf.convert(sf.F64, f, x, 0, 'def')[0] if f is sf.F32 else x for x in values]


def conversions(s, ty, f, v):
    values = list(v.values()) + near_integers(f)
    for name, mode in MODES.items():
        for rule in (('def', 'x86', 'a64') if name == 'rne' else ('def',)):
            s.unit('fround.%s%s' % (name, suffix(rule)), ty, [ty],
                   [((x,), sf.round_integral(f, x, mode, rule)) for x in values], fp=True)
        for width in (32, 64):
            for signed in (True, False):
                sat = ('sat0', 'satmax', 'ind')[mode % 3]
                s.unit('f2%si.%s.%s' % ('us'[signed], name, sat), 'i%d' % width, [ty],
                       [((x,), sf.to_int(f, x, width, signed, mode, sat)) for x in values], fp=True)
    s.unit('fround.dyn', ty, [ty], [((x,), sf.round_integral(f, x, i % 4, 'def'), i % 4) for i, x in enumerate(values)],
           fp=True)
    s.unit('f2si.dyn.sat0', 'i32', [ty],
           [((x,), sf.to_int(f, x, 32, True, i % 4, 'sat0'), i % 4) for i, x in enumerate(values)], fp=True)
    for sat in ('sat0', 'satmax', 'ind'):
        for signed in (True, False):
            odd = [v[n] for n in ('q', '-q', 's', 'inf', '-inf', 'max', '-max', '-1')]
            s.unit('f2%si.rtz.%s' % ('us'[signed], sat), 'i64', [ty],
                   [((x,), sf.to_int(f, x, 64, signed, 1, sat)) for x in odd], fp=True)
    for it in ('i32', 'i64'):
        w = WIDTH[it]
        ints = int_values(w) + [0x1000001, 0x1000003, mask(w) - 1, 1 << (w - 1) | 0x401, mask(w) >> 1 ^ 0x3ff]
        for signed in (True, False):
            cases = [((x,), sf.from_int(f, sx(x, w) if signed else x, mode), mode) for x in ints for mode in range(4)]
            s.unit('%s2f' % ('si' if signed else 'ui'), ty, [it], cases, fp=True)
    src, st = (sf.F64, 'f64') if ty == 'f32' else (sf.F32, 'f32')
    values = list(fp_values(src).values()) + [random_float(src) for _ in range(6)]
    if src is sf.F64:
        values += [0x47efffffe0000000, 0x47efffffefffffff, 0x47effffff0000000, 0x36a0000000000000, 0x3690000000000000,
                   0x380ffffff0000000, 0x3810000000000001, 0x380fffffffffffff]
    for rule in ('def', 'x86', 'a64'):
        s.unit('fcvt' + suffix(rule), ty, [st], [((x,), sf.convert(src, f, x, 0, rule)) for x in values], fp=True)
    s.unit('fcvt', ty, [st], [((x,), sf.convert(src, f, x, 1 + i % 3, 'def'), 1 + i % 3)
                              for i, x in enumerate(values)], fp=True)


def split(v, w):
    return [v >> (w * i) & mask(w) for i in range(128 // w)]


def join(lanes, w):
    return sum((x & mask(w)) << (w * i) for i, x in enumerate(lanes))


def vectors_for(w):
    """Operands whose lanes hold the edges of the type."""
    edges = [0, 1, mask(w), 1 << (w - 1), mask(w) >> 1, 0x5a & mask(w), (1 << (w - 1)) + 1, 2]
    n = 128 // w
    rot = lambda k: join([edges[(i + k) % 8] for i in range(n)], w)
    noise = lambda: rng.randrange(1 << 128)
    return [(rot(0), rot(0)), (rot(0), rot(1)), (rot(3), rot(5)), (rot(2), rot(7)), (rot(6), rot(3)), (noise(), noise()),
            (noise(), noise())]


def clamp(x, w, signed):
    low, high = (-(1 << (w - 1)), (1 << (w - 1)) - 1) if signed else (0, mask(w))
    return max(low, min(high, x))


VBIN = {
    'vadd': BIN['add'], 'vsub': BIN['sub'], 'vmul': BIN['mul'], 'vmulhu': BIN['mulhu'], 'vmulhs': BIN['mulhs'],
    'vsmin': BIN['smin'], 'vsmax': BIN['smax'], 'vumin': BIN['umin'], 'vumax': BIN['umax'],
    'vsqadd': lambda w, a, b: clamp(sx(a, w) + sx(b, w), w, True),
    'vuqadd': lambda w, a, b: clamp(a + b, w, False),
    'vsqsub': lambda w, a, b: clamp(sx(a, w) - sx(b, w), w, True),
    'vuqsub': lambda w, a, b: clamp(a - b, w, False),
    'vuavg': lambda w, a, b: (a + b + 1) >> 1,
    'vshl': lambda w, a, b: a << b if b < w else 0,
    'vshr': lambda w, a, b: a >> b if b < w else 0,
    'vsar': lambda w, a, b: sx(a, w) >> min(b, w - 1),
}
VUN = {
    'vneg': UN['neg'], 'vabs': lambda w, a: abs(sx(a, w)), 'vpopcnt': UN['popcnt'], 'vclz': UN['clz'],
}
RED = {
    'vredadd': lambda w, l: sum(l),
    'vredsmin': lambda w, l: min(sx(x, w) for x in l), 'vredsmax': lambda w, l: max(sx(x, w) for x in l),
    'vredumin': lambda w, l: min(l), 'vredumax': lambda w, l: max(l),
}
PERM = {
    'vzip1': lambda a, b: [x for p in zip(a, b) for x in p][:len(a)],
    'vzip2': lambda a, b: [x for p in zip(a, b) for x in p][len(a):],
    'vuzp1': lambda a, b: (a + b)[0::2],
    'vuzp2': lambda a, b: (a + b)[1::2],
    'vtrn1': lambda a, b: [x for p in zip(a[0::2], b[0::2]) for x in p],
    'vtrn2': lambda a, b: [x for p in zip(a[1::2], b[1::2]) for x in p],
    'vaddp': lambda a, b: [x + y for l in (a, b) for x, y in zip(l[0::2], l[1::2])],
}
WIDE = {
    'vuxtl': (1, lambda w, x, y: x, 'low'), 'vuxth': (1, lambda w, x, y: x, 'high'),
    'vsxtl': (1, lambda w, x, y: sx(x, w), 'low'), 'vsxth': (1, lambda w, x, y: sx(x, w), 'high'),
    'vumull': (2, lambda w, x, y: x * y, 'low'), 'vumulh2': (2, lambda w, x, y: x * y, 'high'),
    'vsmull': (2, lambda w, x, y: sx(x, w) * sx(y, w), 'low'),
    'vsmulh2': (2, lambda w, x, y: sx(x, w) * sx(y, w), 'high'),
    'vumule': (2, lambda w, x, y: x * y, 'even'), 'vsmule': (2, lambda w, x, y: sx(x, w) * sx(y, w), 'even'),
}
NARROW = {
    'vnarrow': lambda w, x: x, 'vsqxtn': lambda w, x: clamp(sx(x, w), w // 2, True),
    'vsqxtun': lambda w, x: clamp(sx(x, w), w // 2, False), 'vuqxtn': lambda w, x: clamp(x, w // 2, False),
}


def choose(lanes, which):
    n = len(lanes) // 2
    return {'low': lanes[:n], 'high': lanes[n:], 'even': lanes[0::2]}[which]


def lanewise(f, w, *vectors):
    return join([f(w, *lanes) for lanes in zip(*[split(v, w) for v in vectors])], w)


def int_vectors():
    s = Suite('vec')
    for shape in ('i8x16', 'i16x8', 'i32x4', 'i64x2'):
        lane = LANES[shape]
        w = WIDTH[lane]
        pairs = vectors_for(w)
        for op, f in VBIN.items():
            some = pairs
            if op in ('vshl', 'vshr', 'vsar'):
                counts = join([c & mask(w) for c in ([0, 1, w - 1, w, w + 1, mask(w), 3, w // 2] * 2)[:128 // w]], w)
                more = join([c & mask(w) for c in ([w, mask(w), w // 2, 3] * 4)[:128 // w]], w)
                some = pairs[:2] + [(pairs[5][0], counts), (pairs[1][0], counts), (pairs[6][0], more)]
            s.unit('%s.%s' % (op, shape), 'v128', ['v128', 'v128'], [((a, b), lanewise(f, w, a, b)) for a, b in some])
        for op, f in VUN.items():
            s.unit('%s.%s' % (op, shape), 'v128', ['v128'], [((a,), lanewise(f, w, a)) for a, _ in pairs[1:6]])
        for op, f in RED.items():
            s.unit('%s.%s' % (op, shape), lane, ['v128'], [((a,), f(w, split(a, w)) & mask(w)) for a, _ in pairs[1:]])
        for op, f in PERM.items():
            s.unit('%s.%s' % (op, shape), 'v128', ['v128', 'v128'],
                   [((a, b), join(f(split(a, w), split(b, w)), w)) for a, b in pairs[5:]])
        for cond, f in COND.items():
            s.unit('vcmp.%s.%s' % (shape, cond), 'v128', ['v128', 'v128'],
                   [((a, b), lanewise(lambda w, x, y: -int(f(w, x, y)), w, a, b)) for a, b in pairs[:4]])
        for op, base in (('vshli', 'vshl'), ('vshri', 'vshr'), ('vsari', 'vsar')):
            for n in (0, 1, w - 1, w, 255):
                s.unit('%s.%s' % (op, shape), 'v128', ['v128'],
                       [((a,), lanewise(lambda w, x: VBIN[base](w, x, n), w, a)) for a, _ in pairs[4:6]], str(n))
        for group in (2, 4, 8, 16):
            k = group * 8 // w
            if k > 1:
                f = lambda l: [x for i in range(0, len(l), k) for x in l[i:i + k][::-1]]
                s.unit('vrev.' + shape, 'v128', ['v128'], [((pairs[5][0],), join(f(split(pairs[5][0], w)), w))],
                       str(group))
        s.unit('vmovmsk.' + shape, 'i32', ['v128'],
               [((a,), sum((x >> (w - 1)) << i for i, x in enumerate(split(a, w)))) for a, _ in pairs])
        if w < 64:
            for op, (nr, f, which) in WIDE.items():
                cases = []
                for a, b in pairs[1:]:
                    lanes = zip(choose(split(a, w), which), choose(split(b, w), which))
                    cases.append(((a, b)[:nr], join([f(w, x, y) for x, y in lanes], 2 * w)))
                s.unit('%s.%s' % (op, shape), 'v128', ['v128'] * nr, cases)
            cases = []
            for a, b in pairs[1:]:
                p = [sx(x, w) * sx(y, w) for x, y in zip(split(a, w), split(b, w))]
                cases.append(((a, b), join([x + y for x, y in zip(p[0::2], p[1::2])], 2 * w)))
            least = join([1 << (w - 1)] * (128 // w), w)
            cases.append(((least, least), join([2 << (2 * w - 2)] * (64 // w), 2 * w)))
            s.unit('vsdot2.' + shape, 'v128', ['v128', 'v128'], cases)
        if w > 8:
            for op, f in NARROW.items():
                s.unit('%s.%s' % (op, shape), 'v128', ['v128', 'v128'],
                       [((a, b), join([f(w, x) for x in split(a, w) + split(b, w)], w // 2)) for a, b in pairs])
    bits = [(rng.randrange(1 << 128), rng.randrange(1 << 128), rng.randrange(1 << 128)) for _ in range(2)]
    full = mask(128)
    for op, f in (('vand', lambda a, b: a & b), ('vor', lambda a, b: a | b), ('vxor', lambda a, b: a ^ b),
                  ('vandn', lambda a, b: a & ~b)):
        s.unit(op, 'v128', ['v128', 'v128'], [((a, b), f(a, b)) for a, b, _ in bits])
    s.unit('vnot', 'v128', ['v128'], [((a,), a ^ full) for a, _, _ in bits])
    s.unit('vbsl', 'v128', ['v128'] * 3, [((a, b, c), (a & b) | (~a & c)) for a, b, c in bits])
    a, b, c = bits[0]
    index = join([0, 15, 16, 31, 32, 255, 7, 8, 128, 3, 3, 14, 17, 30, 1, 2], 8)
    table = split(a, 8) + split(b, 8)
    s.unit('vtbl', 'v128', ['v128', 'v128'], [((a, index), join([table[i] if i < 16 else 0 for i in split(index, 8)], 8))])
    s.unit('vtbl2', 'v128', ['v128'] * 3,
           [((a, b, index), join([table[i] if i < 32 else 0 for i in split(index, 8)], 8))])
    for n in (0, 1, 8, 15):
        s.unit('vext', 'v128', ['v128', 'v128'], [((a, b), join(table[n:n + 16], 8))], str(n))
    for n in (0x00, 0x1b, 0xe4, 0xff, 0x4e, 0x93):
        la, lb = split(a, 32), split(b, 32)
        r = [la[n & 3], la[n >> 2 & 3], lb[n >> 4 & 3], lb[n >> 6]]
        s.unit('vshuf4', 'v128', ['v128', 'v128'], [((a, b), join(r, 32))], str(n))
    s.unit('vpair', 'v128', ['i64', 'i64'], [((5, 1 << 63), 1 << 127 | 5)])
    s.unit('vusad', 'v128', ['v128', 'v128'],
           [((x, y), join([sum(abs(p - q) for p, q in list(zip(split(x, 8), split(y, 8)))[8 * h:8 * h + 8])
                           for h in (0, 1)], 64)) for x, y in ((a, b), (0, full), (b, c))])
    for shape, lane in LANES.items():
        w = WIDTH[lane]
        x = rng.randrange(1 << w)
        s.unit('vsplat.' + shape, 'v128', [lane], [((x,), join([x] * (128 // w), w))])
        s.unit('vmov0.' + shape, 'v128', [lane], [((x,), x)])
        for i in sorted({0, 1, 128 // w - 1}):
            s.unit('vextr.' + shape, lane, ['v128'], [((a,), split(a, w)[i])], str(i))
            l = split(a, w)
            l[i] = x
            s.unit('vins.' + shape, 'v128', ['v128', lane], [((a, x), join(l, w))], str(i))
    return s


def flanes(w, f, *vectors):
    """Results and the flags that any lane raises."""
    results = [f(*lanes) for lanes in zip(*[split(v, w) for v in vectors])]
    flags = 0
    for _, fl in results:
        flags |= fl
    return join([r for r, _ in results], w), flags


def float_vectors():
    s = Suite('vfp')
    for shape in ('f32x4', 'f64x2'):
        f = FMT[LANES[shape]]
        w = f.width
        n = 128 // w
        v = fp_values(f)

        def pack(rows):
            """Rows of operands, n of them at a time, as operands of vectors."""
            rows = rows + rows[:-len(rows) % n]
            return [tuple(join(column, w) for column in zip(*rows[i:i + n])) for i in range(0, len(rows), n)]

        def unit(op, nr, rows, g, mode=0):
            cases = [(o, flanes(w, g, *o), mode) for o in pack(rows)]
            s.unit(op, 'v128', ['v128'] * nr, cases, fp=True)

        pairs = [(v[a], v[b]) for a, b in PAIRS]
        singles = [(x,) for x in v.values()]
        for op, nr in ARITH.items():
            rows = {1: singles, 2: pairs, 3: [tuple(v[x] for x in t) for t in TRIPLES]}[nr]
            for i, rule in enumerate(('def', 'x86', 'a64')):
                g = arithmetic(op, f, rule)
                mode = i if op in ROUNDED else 0
                unit('v%s.%s%s' % (op, shape, suffix(rule)), nr, rows, lambda *o, m=mode: g(o, m), mode)
        for op, greater in (('vfminsel', False), ('vfmaxsel', True)):
            unit('%s.%s' % (op, shape), 2, pairs, lambda a, b: sf.minmaxsel(f, a, b, greater))
        unit('vfneg.' + shape, 1, singles[:8], lambda a: (a ^ f.sign, 0))
        unit('vfabs.' + shape, 1, singles[8:], lambda a: (a & ~f.sign, 0))
        values = singles + [(x,) for x in near_integers(f)]
        for name, mode in MODES.items():
            unit('vfround.%s.%s' % (shape, name), 1, values, lambda a: sf.round_integral(f, a, mode, 'def'))
            sat = ('sat0', 'satmax', 'ind')[mode % 3]
            for signed in (True, False):
                unit('vf2%si.%s.%s.%s' % ('us'[signed], shape, name, sat), 1, values,
                     lambda a: sf.to_int(f, a, w, signed, mode, sat))
        for cond in sf.FCONDS:
            def g(a, b):
                r, fl = sf.compare(f, cond, a, b)
                return -r, fl
            unit('vfcmp.%s.%s' % (shape, cond), 2, pairs[::2], g)
        for signed in (True, False):
            ints = [(x,) for x in int_values(w) + [0x1000001, mask(w) - 1]]
            for mode in range(4):
                unit('v%s2f.%s' % ('si' if signed else 'ui', shape), 1, ints,
                     lambda a: sf.from_int(f, sx(a, w) if signed else a, mode), mode)
        cases = []
        for a, b in pack(pairs):
            rows = [p for x in (a, b) for p in zip(split(x, w)[0::2], split(x, w)[1::2])]
            r = [sf.add(f, x, y, 0, 'x86') for x, y in rows]
            flags = 0
            for _, fl in r:
                flags |= fl
            cases.append(((a, b), (join([x for x, _ in r], w), flags)))
        s.unit('vfaddp.%s.x86' % shape, 'v128', ['v128', 'v128'], cases, fp=True)
    for rule in ('def', 'a64'):
        v = list(fp_values(sf.F32).values())
        rows = [(join(v[i:i + 4], 32),) for i in range(0, len(v), 2)]
        s.unit('vfcvtl' + suffix(rule), 'v128', ['v128'],
               [(r, widen(r[0], rule)) for r in rows], fp=True)
        v = list(fp_values(sf.F64).values()) + [0x47efffffefffffff, 0x380fffffffffffff]
        rows = [(join((v[i:i + 2] + v)[:2], 64),) for i in range(0, len(v), 2)]
        s.unit('vfcvtn' + suffix(rule), 'v128', ['v128'], [(r, narrow(r[0], rule)) for r in rows], fp=True)
    return s


def widen(a, rule):
    r = [sf.convert(sf.F32, sf.F64, x, 0, rule) for x in split(a, 32)[:2]]
    return join([x for x, _ in r], 64), r[0][1] | r[1][1]


def narrow(a, rule):
    r = [sf.convert(sf.F64, sf.F32, x, 0, rule) for x in split(a, 64)]
    return join([x for x, _ in r], 32), r[0][1] | r[1][1]


def main():
    for suite in (integers(), flags(), constants(), floats(), int_vectors(), float_vectors()):
        suite.write(sys.argv[1])


main()
