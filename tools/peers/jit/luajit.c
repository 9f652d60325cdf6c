// SPDX-License-Identifier: MIT
/*
 * LuaJIT, which compiles loops of Lua and no units: the unit's name says which function of loops.lua does
 * the same. It is compiled when it has become hot, so that its compile time and bytes are not known.
 */
#include "tools/peers/jit/peer.h"

#include <errno.h>
#include <stdio.h>

#include <lauxlib.h>
#include <luajit.h>
#include <lualib.h>

static lua_State *lua;

static int open_level(unsigned int level)
{
	if (level)
		return -ENOTSUP;
	lua = luaL_newstate();
	if (!lua)
		return -ENOMEM;
	luaL_openlibs(lua);
	if (!luaL_dofile(lua, LUA_LOOPS))
		return 0;
	fprintf(stderr, "%s\n", lua_tostring(lua, -1));
	return -EINVAL;
}

static void version(char *text, size_t bytes)
{
	snprintf(text, bytes, "%s", LUAJIT_VERSION);
}

/* A reference to the function. The unit that does nothing has no name. */
static int compile(struct ir_unit *unit, struct peer_code *code)
{
	lua_getglobal(lua, unit->name[0] ? unit->name : "nothing");
	if (!lua_isfunction(lua, -1)) {
		lua_pop(lua, 1);
		return -ENOTSUP;
	}
	code->own[0] = (void *)(intptr_t)luaL_ref(lua, LUA_REGISTRYINDEX);
	return 0;
}

static int run(const struct peer_code *code, struct peer_world *world, uint32_t runs, int32_t *kind)
{
	int function = (int)(intptr_t)code->own[0];

	for (; runs; runs--) {
		lua_rawgeti(lua, LUA_REGISTRYINDEX, function);
		lua_pushlightuserdata(lua, world->state);
		lua_pushlightuserdata(lua, world->memory);
		if (lua_pcall(lua, 2, 0, 0)) {
			fprintf(stderr, "%s\n", lua_tostring(lua, -1));
			return -EINVAL;
		}
	}
	*kind = IR_LEAVE_EXIT;
	return 0;
}

static void release(struct peer_code *code)
{
	luaL_unref(lua, LUA_REGISTRYINDEX, (int)(intptr_t)code->own[0]);
}

const struct peer peer = {
	.copies = 1,
	.open = open_level,
	.version = version,
	.compile = compile,
	.run = run,
	.release = release,
};
