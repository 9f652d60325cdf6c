# SPDX-License-Identifier: MIT
SRC += $(wildcard results/*.c results/msgpack/*.c results/json/*.c results/html/*.c)

# The style sheet and the script of the HTML report, as bytes (results/html/assets.c).
REPORT_ASSETS := results/html/assets/report.css results/html/assets/report.js
$(B)/include/report_assets.h: $(REPORT_ASSETS) tools/embed.sh
	tools/embed.sh $@ $(REPORT_ASSETS)

$(B)/results/html/assets.c.o: $(B)/include/report_assets.h
$(B)/compile_commands.json: | $(B)/include/report_assets.h
