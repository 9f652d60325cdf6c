#!/bin/bash
# SPDX-License-Identifier: MIT
#
# build_both.sh [--incremental] BASE HEAD OUT: build two commits of this repository, one after the
# other, with the same compiler and the same flags: OUT/base/vmbench and OUT/head/vmbench.
# The working tree is left alone.
#
#   --incremental   build HEAD on a copy of BASE's objects: only what differs is compiled

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)

incremental=
if [ "${1-}" = --incremental ]; then
	incremental=1
	shift
fi
if [ $# != 3 ]; then
	sed -n '/^# build_both/,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
base=$1 head=$2
mkdir -p "$3" && out=$(cd "$3" && pwd) || exit 1

die()
{
	echo "build_both: $*" >&2
	exit 1
}

# source SIDE COMMIT: the files of a commit in OUT/SIDE
source_of()
{
	local commit

	commit=$(git -C "$top" rev-parse --verify --quiet "$2^{commit}") || die "no commit $2"
	if [ ! -d "$out/$1" ]; then
		git clone --quiet --shared --no-checkout "$top" "$out/$1" || die "cannot clone $top"
	fi
	git -C "$out/$1" checkout --quiet --detach --force "$commit" || die "cannot check out $2"
	echo "$1: $(git -C "$out/$1" log -1 --format='%h %s')"
}

# What called this may be a make of its own.
unset MAKEFLAGS MAKELEVEL MFLAGS
compile()
{
	make -C "$out/$1" -j"$(nproc)" vmbench >"$out/$1.log" 2>&1 && return
	tail -n 40 "$out/$1.log" >&2
	die "$1 does not build (the whole log: $out/$1.log)"
}

rm -rf "$out/base" "$out/head"
source_of base "$base"
compile base
[ -z "$incremental" ] || cp -a "$out/base" "$out/head"
source_of head "$head"
compile head
