# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Source after lib.sh. rig CONFIG boots one machine of tools/qemu/configs; what its job reports
# become checks of this test. Where the rig cannot work (no QEMU, no packages) one check is skipped.

# shellcheck disable=SC2154 # of lib.sh
rig_out=$top/build/qemu/out

rig()
{
	local config=$1 line name

	run "$top/tools/qemu/run" "$config"
	if [ "$status" = 77 ]; then
		skip "$config boots" "$(tail -n 1 <<<"$err")"
		return
	fi
	while IFS= read -r line; do
		name=${line#*ok - }
		case $line in
		'ok - '*' # SKIP '*) skip "$config: ${name%% # SKIP *}" "${name#* # SKIP }" ;;
		'ok - '*) pass "$config: $name" ;;
		'not ok - '*) fail "$config: $name" "$(grep -v '^ok' <<<"$out" | tail -n 30)" ;;
		esac
	done <<<"$out"
	is "$config: the job ended well" 0 "$status"
	[ "$status" = 0 ] || printf '%s\n%s\n' "$out" "$err" | tail -n 30 | sed 's/^/# /'
}


# need_results PATH: of a store under build/qemu/out that the machine must have filled, into
# $rig_results; without it there is nothing more to look at. A rig that was skipped has none.
need_results()
{
	rig_results=$rig_out/$1
	[ "$status" != 77 ] || finish
	if [ ! -d "$rig_results" ]; then
		fail "results came out" "no $rig_results"
		finish
	fi
}
