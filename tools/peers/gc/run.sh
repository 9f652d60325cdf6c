#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh [--rounds N] [--seconds S] [--peers NAME,...] [--quick]: the collector of vmcore/gc beside those of
# OCaml, Boehm and OpenJDK, and malloc, on the same workloads, on this machine, in one run. Builds into
# build/peers/gc. Packages: ocaml-nox libgc-dev openjdk-17-jdk-headless; what is not installed is
# said so in its column.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
build=$top/build/peers/gc
case ${1-} in
-h | --help) sed -n '/^# run/,/^$/s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
command -v python3 >/dev/null || { echo "run.sh: no python3 (package python3)" >&2; exit 1; }

rm -rf "$build"
mkdir -p "$build"
cc=(cc -std=gnu11 -O2 -Wall -Wextra -I"$top")

# absent NAME REASON: why a column is empty.
absent()
{
	echo "$2" >"$build/$1.absent"
	echo "run.sh: $1 is left out: $2" >&2
}

"${cc[@]}" -o "$build/malloc" "$here/malloc.c"

if [ ! -e /usr/include/gc.h ] && [ ! -e /usr/local/include/gc.h ]; then
	absent boehm "no gc.h (package libgc-dev)"
elif ! "${cc[@]}" -o "$build/boehm" "$here/boehm.c" -lgc; then
	absent boehm "it cannot be compiled with this libgc"
fi

if ! command -v ocamlfind >/dev/null && ! command -v ocamlopt >/dev/null; then
	absent ocaml "no ocamlopt (package ocaml-nox)"
else
	cp "$here/peers.ml" "$build/"
	# OCaml 5 has the library in a folder of its own.
	(cd "$build" && ocamlopt -I +unix -O3 -unsafe -inline 100 -o ocaml unix.cmxa peers.ml) ||
		absent ocaml "it cannot be compiled with this ocamlopt"
fi

if ! command -v javac >/dev/null; then
	absent parallel "no javac (package openjdk-17-jdk-headless)"
	absent g1 "no javac (package openjdk-17-jdk-headless)"
else
	javac -d "$build" "$here/Peers.java"
fi

# Ours last: its objects alone, without the rest of the tree.
make -s -C "$top" -j"$(nproc)" objects >&2
make -s -C "$top" core-objects | sed "s|^|$top/|" >"$build/objects"
git -C "$top" rev-parse --short HEAD >"$build/commit" 2>/dev/null || true
if ! "${cc[@]}" -o "$build/vmcore" "$here/vmcore.c" @"$build/objects" -lm -lpthread; then
	absent vmcore "it cannot be linked with vmcore/gc"
fi

exec python3 "$here/run.py" --build "$build" "$@"
