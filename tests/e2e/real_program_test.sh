#!/bin/bash
# SPDX-License-Identifier: MIT
# A program that nobody here wrote, busybox-static of the distribution, does under `vmbench exec` what it
# does natively. VMBENCH_BUSYBOX=FILE names another one. tools/real_programs.sh runs more, by hand.
. "$(dirname "$0")/e2e.sh"
need_vmbench

busybox=${VMBENCH_BUSYBOX:-$(command -v busybox)}
if [ -z "$busybox" ]; then
	skip "busybox" "busybox-static is not installed"
	finish
fi
if LC_ALL=C readelf -l "$busybox" 2>/dev/null | grep -q INTERP; then
	skip "busybox" "$busybox is not static (package busybox-static)"
	finish
fi

# same NAME ARGUMENT...: output and status are those of the native program.
same()
{
	local name=$1 wanted

	shift
	run "$busybox" "$@"
	wanted="$status $out"
	run "$vmbench" exec "$busybox" "$@"
	is "busybox $name" "$wanted" "$status $out"
}

seq 1 3000 >input
"$busybox" gzip -9c input >input.gz
cat >script <<'SCRIPT'
x=0; i=0; while [ $i -lt 300 ]; do i=$((i+1)); x=$((x+i)); done; echo $x
f() { echo "f $1 $(echo sub)"; }; f hello
(exit 3); echo $?
printf '%s\n' c a b | while read -r line; do echo "<$line>"; done
SCRIPT
same md5sum md5sum input
same sha512sum sha512sum input
same sort sort -rn input
same wc wc input
same sed sed -n s/1/x/p input
# shellcheck disable=SC2016 # awk's
same awk awk '{s+=$1*1.5}END{printf("%.3f\n",s)}' input
same gunzip gunzip -c input.gz
same bzip2 sh -c "'$busybox' bzip2 -c input | '$busybox' md5sum"
same od od -x input
same factor factor 1234567890123
same cal cal 1 2020
same base64 base64 input
same "a missing file" cat nothing
same sh sh script
finish
