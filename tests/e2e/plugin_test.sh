#!/bin/bash
# SPDX-License-Identifier: MIT
# A benchmark of one's own: the templates build, run and can be compared; what is no plugin, or not
# for this vmbench, is refused with a sentence.
. "$(dirname "$0")/e2e.sh"

if ! command -v cc >/dev/null; then
	skip "plugins" "no C compiler here (package gcc)"
	finish
fi

templates=$top/tools/templates
run make -C "$templates" OUT="$tmp/old" CFLAGS="-O2 -Wall -Wextra -Werror"
is "the templates build, without a warning" 0 "$status"
is "one plugin for each" "basic.so parameterised.so throughput.so" \
	"$(cd "$tmp/old" && echo *.so)"
all=(--plugin "$tmp/old/basic.so" --plugin "$tmp/old/parameterised.so" --plugin "$tmp/old/throughput.so")

run "$vmbench" list "${all[@]}" '^my_'
is "their benchmarks are listed" 11 "$(wc -l <<<"$out")"
like "with their parameters" '^my_search/binary/64K/random$' "$out"
bench "${all[@]}" --format json '^my_'
is "they run" 0 "$status"
is "every one is right, but for the one that is skipped" True \
	"$(json 'all(x["status"] in ("ok", "unreliable") for x in b.values() if x["id"] != "my_search/binary/1/random")' <<<"$out")"
is "a reason of the plugin reaches the user" "one element has no random order" \
	"$(json 'b["my_search/binary/1/random"]["reason"]' <<<"$out")"
is "a throughput of the plugin too" True \
	"$(json '"throughput" in json.dumps(b["my_checksum/adler32/4K"])' <<<"$out")"
is "and a figure of its own" True "$(json '"buffer" in json.dumps(b["my_checksum/adler32/4K"])' <<<"$out")"

# A spoilt copy: its answer is wrong, and that is no time.
sed 's/0x100000001b3ull/0x100000001b5ull/' "$templates/basic/basic.c" >"$tmp/wrong.c"
build=(cc -std=gnu11 -O2 -shared -fPIC)
check "a spoilt copy builds" "${build[@]}" -I"$top" -o "$tmp/wrong.so" "$tmp/wrong.c"
bench --plugin "$tmp/wrong.so" my_basic
is "a wrong answer: exit code" 1 "$status"
like "a wrong answer: the plugin's sentence" 'the last one is' "$out"

# Old against new: the same, and the same with twice the work.
run "$vmbench" ab --rounds 6 --sample-size 8 --measurement-time 2ms --warm-up-time 1ms --format json \
	"$tmp/old/basic.so" "$tmp/old/basic.so"
like "ab of a plugin with itself: no regression" '^[04]$' "$status"
sed 's/^\t\tw->last = hash(w->text, w->len);/&\n\t\tvmb_keep(w->last);\n\t\tvmb_black_box(w);\n&/' \
	"$templates/basic/basic.c" >"$tmp/twice.c"
check "a copy that hashes twice builds" "${build[@]}" -I"$top" -o "$tmp/twice.so" "$tmp/twice.c"
is "it is not the same program" 2 "$(grep -c 'w->last = hash' "$tmp/twice.c")"
# A machine so busy that its rounds are discarded has no verdict; then this is not the time to ask.
for _ in 1 2 3; do
	run "$vmbench" ab --rounds 10 --sample-size 8 --measurement-time 2ms --warm-up-time 1ms \
		"$tmp/old/basic.so" "$tmp/twice.so"
	[[ $out == *"not comparable:"* ]] || break
done
if [[ $out == *"not comparable:"* ]]; then
	skip "ab against twice the work: a regression" "the machine discarded the rounds, three times"
else
	is "ab against twice the work: a regression" 3 "$status"
fi
unlike "ab of plugins leaves vmbench's own benchmarks alone" 'memory/copy' "$out"
run "$vmbench" ab "$tmp/old/basic.so" "$tmp/twice.so" memory/copy
is "ab of plugins and a filter that none of theirs matches" 2 "$status"

# What is refused, and what is said. Nothing is measured then.
refused()
{
	run "$vmbench" --plugin "$2" my_basic
	is "$1: exit code" 2 "$status"
	like "$1: the reason" "$3" "$err"
	is "$1: nothing on standard output" "" "$out"
}

mkdir -p "$tmp/next/user" "$tmp/next/arch/base"
sed 's/^\(#define VMB_BENCH_ABI[ \t]*\)[0-9]*/\199/' "$top/user/bench.h" >"$tmp/next/user/bench.h"
cp "$top/arch/base/attr.h" "$tmp/next/arch/base/"
check "a plugin for another ABI builds" "${build[@]}" -I"$tmp/next" -o "$tmp/next.so" \
	"$templates/basic/basic.c"
refused "another ABI" "$tmp/next.so" "next.so: built for benchmark ABI 99 .* Rebuild it"

sed 's/\.unit = "hash",//' "$templates/basic/basic.c" >"$tmp/lacks.c"
check "a plugin with a hole in its table builds" "${build[@]}" -I"$top" -o "$tmp/lacks.so" "$tmp/lacks.c"
refused "a hole in the table" "$tmp/lacks.so" 'benchmark 1 of "my_basic" is incomplete'

sed 's/"my_basic"/"memory"/' "$templates/basic/basic.c" >"$tmp/memory.c"
check "a plugin that takes a category builds" "${build[@]}" -I"$top" -o "$tmp/memory.so" "$tmp/memory.c"
refused "a category of vmbench" "$tmp/memory.so" 'the category "memory" exists already'

refused "a text file" "$templates/README.md" 'a plugin is a shared object'
refused "a file that is not there" "$tmp/none.so" 'No such file'
echo 'int nothing;' >"$tmp/nothing.c"
check "a shared object without a plugin builds" "${build[@]}" -o "$tmp/nothing.so" "$tmp/nothing.c"
refused "a shared object without VMB_PLUGIN()" "$tmp/nothing.so" 'VMB_PLUGIN\(\)'

# Installed, away from the source: the header, pkg-config, the templates.
if command -v pkg-config >/dev/null; then
	run make -C "$top" install-plugin DESTDIR="$tmp/root" PREFIX=/usr
	is "what plugins need is installed" 0 "$status"
	export PKG_CONFIG_PATH=$tmp/root/usr/share/pkgconfig PKG_CONFIG_SYSROOT_DIR=$tmp/root
	is "pkg-config knows the version" "$("$vmbench" --version | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1)" \
		"$(pkg-config --modversion vmbench)"
	# shellcheck disable=SC2046 # flags are words
	check "a plugin is built with the installed header" "${build[@]}" $(pkg-config --cflags vmbench) \
		-o "$tmp/installed.so" "$templates/basic/basic.c"
	cp -r "$tmp/root/usr/share/vmbench/templates" "$tmp/copy"
	# pkg-config adds the system root to --cflags, not to variables.
	check "the installed templates build" make -C "$tmp/copy" OUT="$tmp/from-copy" \
		INCLUDE="$tmp/root$(pkg-config --variable=benchdir vmbench | sed "s|^$tmp/root||")"
	run "$vmbench" list --plugin "$tmp/from-copy/basic.so" my_basic
	is "and load" "my_basic/hash" "$out"
	run env -u PKG_CONFIG_PATH PKG_CONFIG=/bin/false make -C "$tmp/copy"
	like "without the header: what to do" 'user/bench.h is not found: install vmbench' "$err"
else
	skip "installed for plugins" "no pkg-config here"
fi
finish
