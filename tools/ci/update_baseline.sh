#!/bin/bash
# SPDX-License-Identifier: MIT
#
# update_baseline.sh OUT STORE [NAME]: make the newest run in STORE the baseline NAME (main), in the
# place of the older one. A partial run is refused, so that an interrupted job changes nothing.

set -u
if [ $# -lt 2 ]; then
	sed -n '/^# update_baseline/,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
vmbench=$1/head/vmbench store=$2 name=${3:-main}

whole=$("$vmbench" report latest --results "$store" --format json) || exit
if ! grep -q '"complete": *true' <<<"$whole"; then
	echo "update_baseline: the newest run is partial; the baseline stays" >&2
	exit 1
fi
"$vmbench" baseline save "$name" latest --force --results "$store" &&
	"$vmbench" baseline list --results "$store"
