// SPDX-License-Identifier: MIT
/*
 * The style sheet and the script, as tools/embed.sh made them from assets/.
 */
#include <report_assets.h>

#include "results/html/html.h"

const char html_style_digest[] = EMBED_REPORT_CSS_SHA256;
const char html_script_digest[] = EMBED_REPORT_JS_SHA256;

void html_put_style(FILE *out)
{
	fwrite(embed_report_css, 1, sizeof(embed_report_css), out);
}

void html_put_script(FILE *out)
{
	fwrite(embed_report_js, 1, sizeof(embed_report_js), out);
}
