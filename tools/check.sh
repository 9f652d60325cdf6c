#!/bin/bash
# SPDX-License-Identifier: MIT
#
# check.sh [STAGE...]: what can be said about the source without running it. Every stage prints
# what it ran; a tool that is not installed fails its stage, so that nothing is skipped in silence.

set -u
cd "$(dirname "$0")/.." || exit 2
unset MAKEFLAGS MAKELEVEL MFLAGS	# of a make that called this

jobs=$(nproc)
lint=build/lint
stages=(layers style links shellcheck man cppcheck analyzer tidy)

usage()
{
	cat <<EOF
usage: tools/check.sh [STAGE...]

stages: ${stages[*]}
EOF
}

# need TOOL PACKAGE
need()
{
	command -v "$1" >/dev/null && return
	echo "$1 is not installed (Debian/Ubuntu package $2); run tools/install-deps.sh"
	return 1
}

# files GLOB...: the project's own files, as git sees them, also those not yet added.
files()
{
	git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
		[ ! -e "$file" ] || echo "$file"
	done
}

shell_scripts()
{
	files '*.sh' tests/run .ci/run
}

# How every file is compiled, and the list of these files. Not the tests: the analysers do not know
# that a failed assertion of cmocka does not return, and the tests run under sanitizers anyway.
compile_commands()
{
	make -s -B B=$lint compile-commands &&
		sed -n 's/.*"file": "\([^"]*\)".*/\1/p' $lint/compile_commands.json |
		grep -v ^tests/ >$lint/files
}

check_layers()
{
	echo "tools/check_layers.sh"
	tools/check_layers.sh
}

check_style()
{
	local file bad=0

	# Texts are not broken, and the last word of a comment may stick out.
	echo "columns: 100 (over 104 is an error), no blanks at the end of a line, newline at the end"
	while read -r file; do
		expand "$file" | LC_ALL=C.UTF-8 grep -nE "^[^\"']{105,}\$" | sed "s|^|$file:|" |
			grep . && bad=1
	done < <(files '*.[chS]' '*.def')
	while read -r file; do
		grep -nE '[[:blank:]]$' "$file" | sed "s|^|$file:|" | grep . && bad=1
		[ -z "$(tail -c 1 "$file")" ] || { echo "$file: no newline at its end"; bad=1; }
	done < <(files '*.[chS]' '*.def' '*.mk' '*.md' '*.py' Makefile Kbuild; shell_scripts)
	return $bad
}

# Relative links of the documents lead to files that exist.
check_links()
{
	local file target bad=0

	echo "relative links in *.md"
	while read -r file; do
		while read -r target; do
			case $target in
			*://* | '#'* | mailto:*) continue ;;
			esac
			[ -e "$(dirname "$file")/${target%%#*}" ] || { echo "$file: dead link $target"; bad=1; }
		done < <(grep -oE '\]\([^) ]+\)' "$file" | sed 's/^](//; s/)$//')
	done < <(files '*.md')
	return $bad
}

check_shellcheck()
{
	need shellcheck shellcheck || return
	shellcheck --version | sed -n 's/^version:/shellcheck/p'
	shell_scripts | xargs shellcheck
}

check_man()
{
	need mandoc mandoc || return
	echo "mandoc -T lint, on the page that vmbench writes"
	make -s -j"$jobs" vmbench && ./vmbench man >$lint/vmbench.1 &&
		mandoc -T lint -W warning $lint/vmbench.1
}

check_cppcheck()
{
	need cppcheck cppcheck || return
	cppcheck --version
	compile_commands && mkdir -p $lint/cppcheck &&
		cppcheck --quiet --file-list=$lint/files -I. -D_GNU_SOURCE -D__x86_64__ --std=c11 -j "$jobs" \
			--cppcheck-build-dir=$lint/cppcheck --suppressions-list=tools/cppcheck.supp \
			--inline-suppr --enable=warning,performance,portability --error-exitcode=1
}

# Left out is what GCC 12 cannot tell from a fault: a pointer given away through another pointer,
# "if (!p || err) return", and "if (failed) err = -errno", where it thinks that errno may be 0.
# clang-tidy looks for null pointers, LeakSanitizer for leaks.
check_analyzer()
{
	local flags='-O1 -g -fanalyzer -Wno-analyzer-malloc-leak'

	flags+=' -Wno-analyzer-use-of-uninitialized-value -Wno-analyzer-null-argument'
	flags+=' -Wno-analyzer-possible-null-dereference -Wno-analyzer-possible-null-argument'
	echo "$(gcc --version | head -n 1), $flags"
	make -k -j"$jobs" CC=gcc B=build/analyzer CFLAGS="$flags" WERROR=-Werror objects \
		>$lint/analyzer.log 2>&1 && return
	grep -vE '^gcc ' $lint/analyzer.log
	return 1
}

check_tidy()
{
	need clang-tidy clang-tidy || return
	clang-tidy --version | sed -n 's/^ *\(LLVM\|Debian LLVM\) version/clang-tidy/p'
	compile_commands || return
	xargs -P "$jobs" -n 1 clang-tidy -p $lint --quiet <$lint/files 2>$lint/tidy.log && return
	grep -v 'warnings\? generated' $lint/tidy.log
	return 1
}

case ${1-} in
-h | --help) usage; exit 0 ;;
esac
for stage; do
	case " ${stages[*]} " in
	*" $stage "*) ;;
	*) usage >&2; exit 2 ;;
	esac
done
[ $# = 0 ] || stages=("$@")

mkdir -p $lint
failed=()
for stage in "${stages[@]}"; do
	printf '== %s: ' "$stage"
	"check_$stage" || failed+=("$stage")
done
if [ ${#failed[@]} != 0 ]; then
	echo "check: failed: ${failed[*]}"
	exit 1
fi
echo "check: ${#stages[@]} stages clean"
