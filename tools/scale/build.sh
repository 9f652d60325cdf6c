#!/bin/sh
# SPDX-License-Identifier: MIT
#
# build.sh: build/scale/compile, from the objects of a release build.

set -eu
cd "$(dirname "$0")/../.."
make -s -j"$(nproc)" objects build/release/tests/vmcore/gen.c.o >/dev/null
core=$(make -s core-objects)
mkdir -p build/scale
# shellcheck disable=SC2086 # a word for each object
${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -I. -O2 -g -Wall -Wextra -Werror -o build/scale/compile \
	tools/scale/compile.c tools/scale/shape.c build/release/tests/vmcore/gen.c.o \
	$core -lm
