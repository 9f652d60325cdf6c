// SPDX-License-Identifier: MIT
#include "arch/x86_64/guest/x87_image.h"

#include <assert.h>
#include <string.h>

#include "arch/cpu.h"
#include "arch/x86_64/guest/state.h"
#include "arch/x86_64/guest/x87.h"

static_assert(sizeof(struct x87_image) == X87_IMAGE_BYTES, "FNSAVE's");

/* Reserved halves read as ones. */
#define RESERVED 0xffff0000u

void x87_to_image(const struct x86_state *s, struct x87_image *image)
{
	unsigned int i;

	*image = (struct x87_image){
		.control = x86_control_word(s) | RESERVED,
		.status = x86_status_word(s) | RESERVED,
		.tags = x86_tag_word(s) | RESERVED,
		.last = { [3] = RESERVED },
	};
	for (i = 0; i < 8; i++) {
		image->st[i].m = s->x87[(s->top + i) & 7].m;
		image->st[i].se = s->x87[(s->top + i) & 7].se;
	}
}

void x87_from_image(struct x86_state *s, const struct x87_image *image)
{
	unsigned int i;

	x86_set_control_word(s, (uint16_t)image->control);
	x86_set_status_word(s, (uint16_t)image->status);
	x86_set_tag_word(s, (uint16_t)image->tags);
	for (i = 0; i < 8; i++)
		s->x87[(s->top + i) & 7] = (struct f80){ image->st[i].m, image->st[i].se };
}

void x86_save_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result)
{
	uint8_t bytes[7 * 16] = { 0 };
	struct x87_image image;

	x87_to_image(s, &image);
	memcpy(bytes, &image, sizeof(image));
	memcpy(result, bytes + 16 * (arg[0].w[0] % 7), 16);
}

void x86_restore_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result)
{
	struct x87_image image;
	uint8_t bytes[8 * 16];

	memcpy(bytes, arg, 6 * 16);
	memcpy(bytes + 6 * 16, &arg[6], 8);
	memcpy(bytes + 6 * 16 + 8, &arg[7], 4);
	memcpy(&image, bytes, sizeof(image));
	x87_from_image(s, &image);
	*result = (union ir_val){ .d = { 0 } };
}

/* A bit for each register that is full, instead of tags. Source: Intel SDM, volume 1, 10.5.1. */
struct fx_head {
	uint16_t control, status;
	uint8_t full, pad;
	uint16_t opcode;
	uint64_t ip;
};

static_assert(sizeof(struct fx_head) == 16, "FXSAVE's");

void x86_fxsave_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result)
{
	struct fx_head head = { .control = x86_control_word(s), .status = x86_status_word(s),
				.full = s->full };
	const struct f80 *from = &s->x87[(s->top + arg[0].w[0] - 1) & 7];

	if (arg[0].w[0])
		*result = (union ir_val){ .d = { from->m, from->se } };
	else
		memcpy(result, &head, sizeof(head));
}

void x86_fxrstor_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result)
{
	struct fx_head head;

	*result = (union ir_val){ .d = { 0 } };
	if (arg[0].w[0]) {
		s->x87[(s->top + arg[0].w[0] - 1) & 7] =
			(struct f80){ arg[1].d[0], (uint16_t)arg[1].d[1] };
		return;
	}
	memcpy(&head, &arg[1], sizeof(head));
	x86_set_control_word(s, head.control);
	x86_set_status_word(s, head.status);
	s->full = head.full;
}

/* No exception is unmasked meanwhile. */
void x87_function(uint8_t opcode, struct x87_image *image)
{
	uint32_t control = image->control;

	image->control |= 0x3f;
	if (!cpu_x87(opcode, image))
		x87_function_soft(opcode, image);
	image->control = control;
}

void x86_function_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result)
{
	struct x87_image image;

	x87_to_image(s, &image);
	x87_function((uint8_t)arg[0].w[0], &image);
	x87_from_image(s, &image);
	*result = (union ir_val){ .d = { 0 } };
}
