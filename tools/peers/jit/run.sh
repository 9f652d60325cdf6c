#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh [--rounds N] [--units N] [--seconds S] [--cpu CPU] [--quick]: the code generator of vmcore beside
# LLVM and libgccjit: the same random units, how fast they are compiled, how much code they become,
# and how fast it runs, on this machine, in one run; and of loops beside LuaJIT. Builds into build/peers/jit.
# Packages: llvm-14-dev (or another from 14 on), libgccjit-12-dev, libluajit-5.1-dev; what is not
# installed is said so.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
build=$top/build/peers/jit
case ${1-} in
-h | --help) sed -n '/^# run/,/^$/s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
command -v python3 >/dev/null || { echo "run.sh: no python3 (package python3)" >&2; exit 1; }

make -s -C "$top" -j"$(nproc)" objects build/release/tests/vmcore/gen.c.o >&2
rm -rf "$build"
mkdir -p "$build"
{
	make -s -C "$top" core-objects | sed "s|^|$top/|"
	echo "$top/build/release/tests/vmcore/gen.c.o"
} >"$build/objects"

# absent NAME REASON: why a column is empty.
absent()
{
	echo "$2" >"$build/$1.absent"
	echo "run.sh: $1 is left out: $2" >&2
}

# program NAME FLAG...: driver, adapter and the IR's own code; the peer's library comes with the flags.
program()
{
	local name=$1
	shift
	cc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -I"$top" -o "$build/$name" "$here/driver.c" \
		"$here/$name.c" @"$build/objects" "$@" -ldl -lm -lpthread
}

program vmcore

config=
for one in "${LLVM_CONFIG-}" llvm-config-{19,18,17,16,15,14} llvm-config; do
	if [ -n "$one" ] && command -v "$one" >/dev/null && [ -e "$("$one" --includedir)/llvm-c/LLJIT.h" ]; then
		config=$one
		break
	fi
done
if [ -z "$config" ]; then
	absent llvm "no llvm-config with llvm-c/LLJIT.h (package llvm-14-dev)"
else
	read -ra libs <<<"$("$config" --ldflags --libs | tr '\n' ' ')"
	program llvm -I"$("$config" --includedir)" "${libs[@]}" ||
		absent llvm "it cannot be compiled with this LLVM"
fi

# GCC keeps the library's header among its own, which another compiler does not look at.
header=$(find /usr/lib/gcc /usr/include -name libgccjit.h 2>/dev/null | sort -V | tail -n 1)
if [ -z "$header" ]; then
	absent gccjit "no libgccjit.h (package libgccjit-12-dev)"
else
	program gccjit -idirafter "${header%/*}" -L"${header%/*/*}" -lgccjit ||
		absent gccjit "it cannot be compiled with this libgccjit"
fi

if ! pkg-config --exists luajit; then
	absent luajit "no luajit.pc (package libluajit-5.1-dev)"
else
	read -ra libs <<<"$(pkg-config --cflags --libs luajit)"
	program luajit -DLUA_LOOPS="\"$here/loops.lua\"" "${libs[@]}" ||
		absent luajit "it cannot be compiled with this LuaJIT"
fi

exec python3 "$here/run.py" --build "$build" "$@"
