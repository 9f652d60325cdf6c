// SPDX-License-Identifier: MIT
#include "user/engine.h"

#include "arch/base/assert.h"

static const struct vmb_engine_ops *const engines[] = {
	[VMB_ENGINE_USER] = &vmb_engine_user,
	[VMB_ENGINE_KMOD] = &vmb_engine_kmod,
};

const struct vmb_engine_ops *vmb_engine_of(const struct vmb_bench *bench)
{
	VMB_ASSERT((size_t)bench->engine < VMB_ARRAY_SIZE(engines));
	return engines[bench->engine];
}
