#!/bin/sh
# SPDX-License-Identifier: MIT
#
# find-deps.sh OUT PREFIX NAME:PACKAGE...
#
# Find libraries and write OUT, a fragment of a makefile with PREFIX_CFLAGS and PREFIX_LIBS. NAME is
# a pkg-config module ("a,b": the first that exists) or, for what ships no .pc file, a header with
# the linker flag that goes with it ("perfmon/pfmlib.h,-lpfm"; the flag may be left out).
# What is missing is named with its Debian package; OUT is then not written.

set -u

out=$1
prefix=$2
shift 2
pkg_config=${PKG_CONFIG:-pkg-config}
cc=${CC:-cc}

modules=
libs=
files=
missing=

find_module()
{
	for module in $(echo "$1" | tr ',' ' '); do
		if $pkg_config --exists "$module" 2>/dev/null; then
			modules="$modules $module"
			files="$files $($pkg_config --variable=pcfiledir "$module")/$module.pc"
			return 0
		fi
	done
	return 1
}

find_header()
{
	header=${1%%,*}
	flag=${1#"$header"}
	flag=${flag#,}
	# shellcheck disable=SC2086 # no flag, no word
	printf '#include <stdint.h>\n#include <%s>\nint main(void) { return 0; }\n' "$header" |
		$cc -x c -o /dev/null - $flag 2>/dev/null || return 1
	libs="$libs $flag"
	files="$files $(printf '#include <stdint.h>\n#include <%s>\n' "$header" | $cc -M -x c - |
		tr ' ' '\n' | grep "/$header\$")"
}

if ! command -v "${pkg_config%% *}" >/dev/null; then
	missing="  pkg-config  (Debian/Ubuntu package pkg-config)
"
fi
for entry; do
	name=${entry%:*}
	case $name in
	*.h | *.h,*) find_header "$name" ;;
	*) find_module "$name" ;;
	esac || missing="$missing  ${name%%,*}  (Debian/Ubuntu package ${entry##*:})
"
done

if [ -n "$missing" ]; then
	{
		echo "vmbench cannot be built yet. Missing:"
		printf '%s' "$missing"
		echo "Install them with: tools/install-deps.sh"
	} >&2
	exit 1
fi

# The files found are prerequisites, each with an empty rule of its own: when one vanishes or
# changes, make looks again instead of failing in the middle of a compilation.
mkdir -p "$(dirname "$out")"
# shellcheck disable=SC2086 # modules and files are lists
{
	echo "# Made by tools/find-deps.sh"
	echo "${prefix}_CFLAGS :=${modules:+ $($pkg_config --cflags $modules)}"
	echo "${prefix}_LIBS :=${modules:+ $($pkg_config --libs $modules)}$libs"
	for file in $files; do
		echo "$out: $file"
		echo "$file:"
	done
} >"$out.tmp" && mv -f "$out.tmp" "$out"
