# SPDX-License-Identifier: MIT
check:
	tools/check.sh

man: man/vmbench.1
man/vmbench.1: vmbench
	./vmbench man > $@

.PHONY: check man
