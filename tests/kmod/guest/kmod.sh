# SPDX-License-Identifier: MIT
# Load the module, exercise every probe and every refusal, unload it.
# shellcheck shell=ash

failed=0
insmod ./vmbench.ko || exit 1
for program in kmod_info kmod_probes kmod_refuse kmod_session kmod_suspend; do
	echo "# $program"
	"./$program" || failed=1
done
if rmmod vmbench; then
	echo "ok - the module unloads when nobody has it open"
else
	echo "not ok - the module unloads when nobody has it open"
	failed=1
fi
exit $failed
