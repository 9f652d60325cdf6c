-- SPDX-License-Identifier: MIT
--
-- The loops of kernels.ir as one would write them in Lua for LuaJIT: words are uint64_t of its FFI, indices
-- and the numbers of collatz are Lua's. Each gets the guest state and the guest memory, and leaves both
-- as the units do.
local ffi, bit = require("ffi"), require("bit")
local bytes, words = ffi.typeof("uint8_t *"), ffi.typeof("uint64_t *")
local bxor = bit.bxor
local FIRST = 0x10000

local function open(state, memory)
	return ffi.cast(words, state), ffi.cast(bytes, memory)
end

local function array(state, memory, which)
	return memory + (tonumber(state[which]) - FIRST)
end

function nothing() end

function sum(state, memory)
	state, memory = open(state, memory)
	local a, s = ffi.cast(words, array(state, memory, 0)), 0ULL
	for i = 0, tonumber(state[3]) - 1 do
		s = s + a[i]
	end
	state[4] = s
end

function dot(state, memory)
	state, memory = open(state, memory)
	local a, b = ffi.cast(words, array(state, memory, 0)), ffi.cast(words, array(state, memory, 1))
	local s = 0ULL
	for i = 0, tonumber(state[3]) - 1 do
		s = s + a[i] * b[i]
	end
	state[4] = s
end

function sieve(state, memory)
	state, memory = open(state, memory)
	local a, n, s = array(state, memory, 0), tonumber(state[3]), 0
	for c = 0, n - 1 do
		a[c] = 1
	end
	local i = 2
	while i * i < n do
		if a[i] ~= 0 then
			for k = i * i, n - 1, i do
				a[k] = 0
			end
		end
		i = i + 1
	end
	for m = 2, n - 1 do
		s = s + a[m]
	end
	state[4] = s
end

function matmul(state, memory)
	state, memory = open(state, memory)
	local a, b = ffi.cast(words, array(state, memory, 0)), ffi.cast(words, array(state, memory, 1))
	local c = ffi.cast(words, array(state, memory, 2))
	for i = 0, 31 do
		for j = 0, 31 do
			local s = 0ULL
			for k = 0, 31 do
				s = s + a[i * 32 + k] * b[k * 32 + j]
			end
			c[i * 32 + j] = s
		end
	end
end

function hash(state, memory)
	state, memory = open(state, memory)
	local a, h = array(state, memory, 0), 0xcbf29ce484222325ULL
	for i = 0, tonumber(state[3]) - 1 do
		h = bxor(h, a[i]) * 0x100000001b3ULL
	end
	state[4] = h
end

function histogram(state, memory)
	state, memory = open(state, memory)
	local a, b = array(state, memory, 0), ffi.cast(words, array(state, memory, 1))
	for i = 0, tonumber(state[3]) - 1 do
		b[a[i]] = b[a[i]] + 1
	end
end

function pointer(state, memory)
	state, memory = open(state, memory)
	local a, s = ffi.cast(words, array(state, memory, 0)), 0ULL
	for i = 0, tonumber(state[3]) - 1 do
		s = bxor(s, a[i])
	end
	state[4] = s
end

function collatz(state, memory)
	state = open(state, memory)
	local c = 0
	for m = 1, tonumber(state[3]) - 1 do
		local x = m
		while x > 1 do
			c = c + 1
			x = x % 2 == 1 and x * 3 + 1 or x / 2
		end
	end
	state[4] = c
end
