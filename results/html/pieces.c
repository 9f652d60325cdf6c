// SPDX-License-Identifier: MIT
/* Small pieces that all parts of the page are made of. */
#include <string.h>

#include "results/html/html.h"
#include "results/text.h"

void html_text(const struct html *h, const char *s)
{
	vmb_text_put(h->out, s, VMB_TEXT_HTML);
}

void html_id(const struct html *h, const char *id)
{
	char part[160];

	fputs("<code>", h->out);
	while (*id) {
		size_t len = strcspn(id, "/");

		len += id[len] == '/';
		snprintf(part, sizeof(part), "%.*s", (int)len, id);
		html_text(h, part);
		id += strlen(part) ? strlen(part) : 1;
		fputs(*id ? "<wbr>" : "", h->out);
	}
	fputs("</code>", h->out);
}

const char *html_category_anchor(const struct html *h, const char *category, char buf[24])
{
	size_t i = 0;

	while (i < h->res->nr && strcmp(h->res->benches[i].category, category) != 0)
		i++;
	snprintf(buf, 24, "c%zu", i);
	return buf;
}

const char *html_status_word(enum vmb_status status)
{
	return vmb_status_name(status);
}

void html_badge(const struct html *h, const char *class, const char *word)
{
	fprintf(h->out, "<span class=\"badge %s\">%s</span>", class, word);
}

bool html_target_of(const struct html *h, size_t bench, struct vmb_target_verdict *out)
{
	size_t nr;
	const struct vmb_target *t = vmb_targets(&nr);
	struct vmb_target_verdict v;
	bool any = false;

	for (size_t i = 0; i < nr; i++) {
		if (!vmb_target_judge(&t[i], &h->res->benches[bench], &v) || !v.measured)
			continue;
		if (!any || !v.met)
			*out = v;
		any = true;
	}
	return any;
}
