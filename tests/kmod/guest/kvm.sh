# SPDX-License-Identifier: MIT
# exit/kvm under KVM in an emulated CPU with SVM: exits and their reasons are real, times are not.
# needs: vmbench
# shellcheck shell=ash

short='--rounds 2 --sample-size 8 --measurement-time 2ms --warm-up-time 1ms --timeout 200'

# shellcheck disable=SC2086 # words
vmbench --pin 0 $short --results /tmp/none '^exit/kvm/' >/tmp/said 2>&1
if [ $? = 77 ] && grep -q 'there is no /dev/kvm: modprobe' /tmp/said; then
	echo "ok - without KVM the rows are skipped, and say what to load"
else
	echo "not ok - without KVM the rows are skipped, and say what to load"
	sed 's/^/# /' /tmp/said
	exit 1
fi
while read -r module; do
	insmod "/modules/kvm/$module" || exit 1
done </modules/kvm/order
# shellcheck disable=SC2086 # words
if vmbench --pin 0 $short --results /results/store '^exit/kvm/' >/results/report 2>&1; then
	echo "ok - exit/kvm runs, and every answer is right"
else
	echo "not ok - exit/kvm runs, and every answer is right"
	sed 's/^/# /' /results/report
	exit 1
fi
