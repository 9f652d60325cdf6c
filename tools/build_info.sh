#!/bin/sh
# SPDX-License-Identifier: MIT
#
# build_info.sh OUT: write a C header that says how vmbench is being built. OUT keeps its time
# stamp when nothing changed, so that nothing is compiled or linked again.
#
# From the environment: CC, FLAVOR and BUILD_FLAGS (the compiler flags that change the code).
# What cannot be found out, for example the commit outside of a git checkout, is an empty string.

set -eu

out=$1
cc=${CC:-cc}
root=$(cd "$(dirname "$0")/.." && pwd -P)

# Text as a C string literal, on one line.
quote()
{
	printf '"%s"' "$(printf '%s' "$1" | tr '\n\t' '  ' | sed 's/[\\"]/\\&/g; s/  */ /g; s/^ //; s/ $//')"
}

# Only the checkout that this file is in: the sources may lie unpacked inside of another one.
in_git()
{
	top=$(git -C "$root" rev-parse --show-toplevel 2>/dev/null) && [ "$top" = "$root" ]
}

# What is compiled, not what lies beside it.
sources_changed()
{
	[ -n "$(git --no-optional-locks -C "$root" status --porcelain -- Makefile arch results \
		':!results/baselines' tools user vmcore)" ]
}

sanitizers()
{
	for flag in ${BUILD_FLAGS:-}; do
		case $flag in
		-fsanitize=*) printf '%s\n' "${flag#-fsanitize=}" ;;
		esac
	done | paste -s -d , -
}

commit=
dirty=0
if in_git && commit=$(git -C "$root" rev-parse --verify --quiet HEAD); then
	if sources_changed; then dirty=1; fi
else
	commit=
fi

mkdir -p "$(dirname "$out")"
tmp=$out.$$.tmp
trap 'rm -f "$tmp"' EXIT
cat >"$tmp" <<EOF
/* SPDX-License-Identifier: MIT */
/* Made by tools/build_info.sh */
#define VMB_BUILD_FLAVOR	$(quote "${FLAVOR:-}")
#define VMB_BUILD_COMPILER	$(quote "$($cc --version 2>/dev/null | sed -n 1p)")
#define VMB_BUILD_TARGET	$(quote "$($cc -dumpmachine 2>/dev/null)")
#define VMB_BUILD_FLAGS		$(quote "${BUILD_FLAGS:-}")
#define VMB_BUILD_SANITIZER	$(quote "$(sanitizers)")
#define VMB_BUILD_GIT_COMMIT	$(quote "$commit")
#define VMB_BUILD_GIT_DIRTY	$dirty
EOF
if ! cmp -s "$tmp" "$out"; then
	mv -f "$tmp" "$out"
fi
