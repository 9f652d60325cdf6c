#!/bin/sh
# SPDX-License-Identifier: MIT
#
# embed.sh OUT FILE...: write a C header with the bytes of each FILE, but for its indentation, in an
# array embed_<name>, and their SHA-256 in base64, as a Content-Security-Policy wants it, in
# EMBED_<NAME>_SHA256. The same files give the same header, on any machine.

set -eu

if [ $# -lt 2 ]; then
	echo "usage: tools/embed.sh OUT FILE..." >&2
	exit 2
fi

text_of()
{
	sed 's/^[[:blank:]]*//' "$1"
}

base64_of()
{
	for byte in $(text_of "$1" | sha256sum | cut -c 1-64 | sed 's/../& /g'); do
		# shellcheck disable=SC2059 # the format is the byte, in octal
		printf "\\$(printf %03o "0x$byte")"
	done | base64
}

embed()
{
	name=$(basename "$1" | tr -c 'a-zA-Z0-9\n' _)
	printf 'static const unsigned char embed_%s[] = {\n' "$name"
	text_of "$1" | od -An -v -tx1 | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g; s/^/	/'
	printf '};\n#define EMBED_%s_SHA256 "%s"\n' "$(echo "$name" | tr '[:lower:]' '[:upper:]')" "$(base64_of "$1")"
}

out=$1
shift
mkdir -p "$(dirname "$out")"
tmp=$out.$$.tmp
trap 'rm -f "$tmp"' EXIT
{
	echo '/* SPDX-License-Identifier: MIT */'
	echo '/* Made by tools/embed.sh */'
	for file; do
		embed "$file"
	done
} >"$tmp"
mv -f "$tmp" "$out"
