#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check_layers.sh [ROOT]: the architecture, checked. The first components of #include "room/..." are
# the dependencies of a file; the table says which are allowed. Also: no architecture is selected
# outside arch/cpu.h, every source names its licence, header guards follow the path, a file with a
# header of its own includes it first, and each third-party library stays behind one file or one
# folder.

set -u
cd "${1:-$(dirname "$0")/..}" || exit 2

# File pattern, then what it may include; the first line that matches a file decides. @ stands for
# the file's own architecture.
export rules third_party isa_macro dual
rules='
^arch/base/                     ^arch/base/
^kmod/uapi/                     ^kmod/uapi/
^arch/cpu\.h                    ^arch/base/ ^arch/[^/]+/cpu\.h$
^arch/registry\.                ^arch/
^arch/[^/]+/(facts|cpu)\.h      ^arch/base/ ^arch/@/(facts|cpu)\.h$
^arch/[^/]+/                    ^arch/base/ ^arch/cpu\.h$ ^arch/registry\.h$ ^arch/@/ ^vmcore/
^kmod/                          ^arch/base/ ^arch/cpu\.h$ ^arch/[^/]+/(facts|cpu)\.h$ ^kmod/
^vmcore/                        ^arch/base/ ^arch/cpu\.h$ ^vmcore/
^results/                       ^arch/base/ ^results/
^user/bench\.h                  ^arch/base/
^user/bench/                    ^kmod/uapi/ ^arch/base/ ^arch/cpu\.h$ ^arch/registry\.h$ ^vmcore/ ^user/bench\.h$ ^user/bench/
^user/cmd_exec\.c               ^arch/base/ ^arch/registry\.h$ ^user/(verbs|jit_symbols|gdb)\.h$ ^vmcore/xlat/(xlat|debug)\.h$
^user/jit_symbols\.c            ^arch/base/ ^arch/registry\.h$ ^user/ ^vmcore/jit/events\.h$
^user/(cmd_jit\.c|jit_view\.)    ^arch/base/ ^arch/registry\.h$ ^user/ ^vmcore/(ir|jit|opt)/ ^vmcore/ports\.h$
^user/                          ^arch/base/ ^arch/cpu\.h$ ^arch/registry\.h$ ^kmod/uapi/ ^results/ ^user/
^tools/peers/                   ^(arch|tests|tools|vmcore)/ ^user/bench\.h$
^tools/scale/                   ^(arch|tests|tools|vmcore)/
^tools/                         ^arch/base/ ^results/ ^user/bench\.h$ ^tools/
^tests/                         ^(arch|results|tests|tools|user|vmcore|kmod/uapi)/
'
third_party='^(capstone|hwloc|libcpuid|msgpack|jansson|xxhash|perfmon|valgrind|lz4|zstd|gsl)[./]'
isa_macro='__(x86_64|i386|amd64|aarch64|arm|riscv)(_*|_xlen)([^A-Za-z0-9_]|$)'
dual='^(Kbuild$|kmod/.*\.[ch]$|arch/cpu\.h|arch/[^/]+/(facts|cpu)\.h|arch/base/(attr|types|bits)\.h)'

# shellcheck disable=SC2016 # the $ are awk's
find . \( -name build -o -name .git -o -path ./results/runs \) -prune -o -type f \
	\( -name '*.[chS]' -o -name '*.def' -o -name '*.sh' -o -name '*.mk' -o -name '*.py' \
	-o -name Makefile -o -name Kbuild -o -path ./tests/run -o -path ./.ci/run \) -print |
	sed 's|^\./||' | LC_ALL=C sort | xargs -s 1000000 awk '
BEGIN {
	rules = ENVIRON["rules"]; third_party = ENVIRON["third_party"]
	isa_macro = ENVIRON["isa_macro"]; dual = ENVIRON["dual"]
}
function bad(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; nr_bad++ }

function guard(path) { gsub(/[^A-Za-z0-9]/, "_", path); return "VMB_" toupper(path) }

# What FILENAME may include: patterns, space-separated, or "" when no rule knows the file.
function allowed(  n, i, line, part, isa)
{
	n = split(rules, line, "\n")
	for (i = 1; i <= n; i++) {
		split(line[i], part)
		if (part[1] == "" || FILENAME !~ part[1])
			continue
		split(FILENAME, isa, "/")
		sub(/[^ \t]+[ \t]+/, "", line[i])
		gsub(/@/, isa[2], line[i])
		return line[i]
	}
	return ""
}

function check_include(header,  n, i, pattern)
{
	n = split(may, pattern)
	for (i = 1; i <= n; i++)
		if (header ~ pattern[i])
			return
	bad("may not include \"" header "\" (" (may ? "allowed: " may : "no rule for this folder") ")")
}

function finish_file()
{
	if (previous && !licence) {
		printf "%s:1: no SPDX-License-Identifier in its first two lines\n", previous
		nr_bad++
	}
}

FNR == 1 {
	finish_file()
	previous = FILENAME; licence = 0; nr_includes = 0; guarded = 0; may = allowed()
	own = FILENAME; sub(/\.c$/, ".h", own)
}
FNR <= 2 && match($0, /SPDX-License-Identifier: /) {
	licence = 1
	text = substr($0, RSTART + RLENGTH); sub(/ *\*\/ *$/, "", text)
	want = FILENAME ~ dual ? "GPL-2.0-only OR MIT" : "MIT"
	if (text != want)
		bad("licence is \"" text "\", this file wants \"" want "\"")
}
FILENAME ~ /\.h$/ && !guarded && /^#[ \t]*ifndef/ {
	guarded = 1
	if ($2 != guard(FILENAME))
		bad("guard is " $2 ", not " guard(FILENAME))
}
FILENAME ~ /\.[chS]$/ && /^[ \t]*#[ \t]*(if|elif)/ && FILENAME != "arch/cpu.h" && $0 ~ isa_macro {
	bad("selects an architecture; only arch/cpu.h does that")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\""); header = quoted[2]
	check_include(header)
	if (header == own && nr_includes)
		bad("its own header is not its first include")
	nr_includes++
}
/^[ \t]*#[ \t]*include[ \t]*</ {
	split($0, quoted, /[<>]/); header = quoted[2]; nr_includes++
	if (header !~ third_party || FILENAME ~ /^tests\//)
		next
	library = header; sub(/[.\/].*/, "", library)
	folder = FILENAME; sub(/[^\/]*$/, "", folder)
	# A folder may be the home of a library if it is not a whole room.
	home = gsub(/\//, "/", folder) >= 2 ? folder : FILENAME
	if (library in at && at[library] != home)
		bad("<" header "> is already used by " at[library] "; one file or one folder per library")
	else
		at[library] = home
}
END {
	finish_file()
	if (nr_bad)
		printf "check_layers: %d found\n", nr_bad
	exit nr_bad ? 1 : 0
}' || exit 1
