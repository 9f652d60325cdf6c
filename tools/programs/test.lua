-- SPDX-License-Identifier: MIT
local t = {}
for i = 1, 20000 do t[i] = (i * 7919) % 10007 end
table.sort(t)
local s = 0
for i, v in ipairs(t) do s = s + v * math.sin(i) end
print(("%.9g"):format(s), #t, t[1], t[#t])
print(("hello world"):gsub("o", "0"), string.pack("<i4", 7):byte(1, -1))
local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
print(co(), co(), co(), pcall(error, "x"), 7 // 2, 2^53, 10 / 3, math.maxinteger + 1)
local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
print(fib(22), collectgarbage("count") > 0)
