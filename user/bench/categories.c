// SPDX-License-Identifier: MIT
#include "user/bench/categories.h"

#define VMB_CATEGORY(id) extern const struct vmb_category vmb_category_##id;
#define VMB_CATEGORY_EMPTY(id, text) \
	static const struct vmb_category vmb_category_##id = { .name = #id, .what = text };
#include "user/bench/categories.def"
#undef VMB_CATEGORY
#undef VMB_CATEGORY_EMPTY

static const struct vmb_category *const categories[] = {
#define VMB_CATEGORY(id) &vmb_category_##id,
#define VMB_CATEGORY_EMPTY(id, text) &vmb_category_##id,
#include "user/bench/categories.def"
};

const struct vmb_category *const *vmb_categories(size_t *nr)
{
	*nr = VMB_ARRAY_SIZE(categories);
	return categories;
}
