#!/bin/bash
# SPDX-License-Identifier: MIT
# Where results cannot be written it is said before anything is measured; a disk that fills up
# costs the run but nothing that was stored before.
. "$(dirname "$0")/e2e.sh"

# refused NAME REGEX DIR: exit code 1 at once, with a message; nothing is measured.
refused()
{
	run env VMBENCH_FAULTS=1 "$vmbench" "${short[@]}" --results "$3" fault/good
	is "$1: exit code" 1 "$status"
	like "$1: message" "^vmbench: .*$2" "$err"
	is "$1: nothing was measured" "" "$out"
}

touch "$tmp/file"
refused "the store is a file" "file" "$tmp/file"
refused "the store is below a file" "file" "$tmp/file/store"
refused "no such place" "/proc" /proc/nowhere
mkdir -p "$tmp/half"
touch "$tmp/half/runs"
refused "runs/ is a file" "half" "$tmp/half"

# Root writes everywhere, except where nobody can: a read-only mount.
mkdir "$tmp/ro"
if [ "$(id -u)" != 0 ]; then
	chmod 555 "$tmp/ro"
	refused "a read-only directory" "ro" "$tmp/ro"
elif mount -t tmpfs -o size=64k,ro none "$tmp/ro" 2>/dev/null; then
	at_exit "umount -l '$tmp/ro'"
	refused "a read-only file system" "(ead-only|ro)" "$tmp/ro"
else
	skip "a read-only file system" "mount is not permitted here"
fi

mkdir "$tmp/small"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=1m none "$tmp/small" 2>/dev/null; then
	at_exit "umount -l '$tmp/small'"
	store=$tmp/small
	faults fault/good
	is "a disk with room: exit code" 0 "$status"
	before=$(files "$store")
	sums=$(cd "$store" && find . -name '*.vmb' -exec sha256sum {} +)

	# One page is left: enough to try, too little for a run.
	dd if=/dev/zero of="$store/ballast" bs=4k count="$(($(df -k --output=avail "$store" | tail -n 1) / 4 - 1))" \
		2>/dev/null
	faults fault/good
	is "a disk that fills up: exit code" 1 "$status"
	like "a disk that fills up: message" '(No space|full|room)' "$err"
	is "a disk that fills up: nothing half-written" "$before" "$(files "$store" | grep -v ballast)"

	dd if=/dev/zero of="$store/ballast2" bs=512 2>/dev/null
	faults fault/good
	is "a full disk: exit code" 1 "$status"
	like "a full disk: message" '(No space|full|room)' "$err"
	is "a full disk: nothing half-written" "$before" "$(files "$store" | grep -v ballast)"
	is "what was stored is unharmed" "$sums" "$(cd "$store" && find . -name '*.vmb' -exec sha256sum {} +)"
	run "$vmbench" report --results "$store"
	is "what was stored can be read" 0 "$status"
else
	skip "a full disk" "mounting a small tmpfs is not permitted here"
fi

# The report goes to a file or a pipe that cannot take it.
store=$tmp/store
faults fault/good -o /nowhere/report
is "a report that cannot be written: exit code" 1 "$status"
like "a report that cannot be written: message" '/nowhere/report' "$err"
is "a report that cannot be written: the run is stored" 1 "$(files "$store" | grep -c '\.vmb$')"
run bash -c "'$vmbench' report --results '$store' >/dev/full"
is "standard output is full: exit code" 1 "$status"
like "standard output is full: message" 'standard output' "$err"
finish
