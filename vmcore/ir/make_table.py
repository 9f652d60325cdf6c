#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make_table.py: rewrite the table of instructions in README.md from ops.def."""

import os
import re

CLASS = {'K_INT': 'int', 'K_I8': 'i8', 'K_I32': 'i32', 'K_I64': 'i64', 'K_IW': 'i32, i64', 'K_F': 'float',
         'K_V': 'v128', 'K_NUM': 'int, float', 'K_INTV': 'int, v128', 'K_ANY': 'any', 'K_T': '= result', 'K_A': '= a',
         'K_LANE': 'lane', 'K_NARROW': 'narrower int', 'K_WIDE': 'wider int', 'K_SAMEW': 'same width',
         'K_OTHERF': 'other float', 'K_CALL': 'declared', 'K_VOID': '-'}
ATTR = {'X_COND': '.cond', 'X_FCOND': '.fcond[.signal]', 'X_MEM': '.size', 'X_ORD': '[.order][.al]',
        'X_FENCE': '.pairs', 'X_FLAG': '.flag', 'X_NAN': '[.nan]', 'X_RNDNAN': '.round[.nan]',
        'X_CVT': '.round.overflow', 'X_LANE': '.shape', 'X_LI': '.ishape', 'X_LBHW': '.ishape (to i32x4)',
        'X_LHWD': '.ishape (from i16x8)', 'X_LF': '.fshape', 'X_EXIT': '.reason', 'X_JUMP': '.jump', 'X_TRAP': '.code'}
IMM = {'I_CONST': 'bits', 'I_OFF': 'displacement', 'I_STATE': 'offset', 'I_BITS': 'pos, len', 'I_U8': '0..255',
       'I_B16': '0..15', 'I_REV': 'bytes', 'I_LANE': 'lane', 'I_PC': 'address', 'I_CALL': 'helper(...)',
       'I_EDGE': 'target', 'I_EDGE2': 'target, target', 'I_SWITCH': 'default, target...'}


def row(text):
    body, docs = re.match(r'IR_(?:OP|PURE)\((.*?), *\n?\s*("(?:.|\n)*")\)$', text).groups()
    f = [x.strip() for x in body.split(',')]
    doc = ''.join(re.findall(r'"([^"]*)"', docs))
    operands = [CLASS[k] for k in f[2:5] if k != 'K_NONE']
    attrs = ''.join(ATTR.get(x, '') for x in f[5:7])
    imm = IMM.get(f[7], '')
    effects = f[8].replace('E_', '').lower().replace(' |', ',') if f[8] != '0' else ''
    cells = ['`%s`' % f[0], attrs, CLASS[f[1]], '; '.join(operands), imm, effects, doc.replace('|', '\\|')]
    return '| ' + ' | '.join(cells) + ' |'


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    ops = open(os.path.join(here, 'ops.def')).read()
    rows = [row(m.group(0)) for m in re.finditer(r'^IR_(?:OP|PURE)\((?:.|\n)*?"\)$', ops, re.M)]
    path = os.path.join(here, 'README.md')
    text = open(path).read()
    head, rest = text.split('<!-- table -->\n', 1)
    tail = rest.split('<!-- end of table -->', 1)[1]
    table = ['| name | attributes | result | a; b; c | immediate | effects | meaning |', '|---|---|---|---|---|---|---|']
    text = head + '<!-- table -->\n' + '\n'.join(table + rows) + '\n<!-- end of table -->' + tail
    open(path, 'w').write(text)


main()
