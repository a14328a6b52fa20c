-- Work that knows nothing of the library: name, function, size, and the result.
-- Each takes a few milliseconds.
local create, resume, yield = coroutine.create, coroutine.resume, coroutine.yield

local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

local function add_remainders(n)
  local sum = 0
  for i = 1, n do sum = sum + i * 2 % 7 end
  return sum
end

local function fill_and_sum(n)
  local list, sum = {}, 0
  for i = 1, n do list[i] = i end
  for i = 1, n do sum = sum + list[n + 1 - i] end
  return sum
end

local function take_apart(n)
  local text, sum = ("12 some words, and 30 more; "):rep(n), 0
  for digits in text:gmatch("%d+") do sum = sum + tonumber(digits) end
  return sum
end

local function switch(n)
  local sum = 0
  local co = create(function()
    for i = 1, n do yield(i) end
  end)
  for _ = 1, n do
    local _, i = resume(co)
    sum = sum + i
  end
  return sum
end

return {
  { "calls", fib, 21, 10946 },
  { "arithmetic", add_remainders, 210000, 630000 },
  { "tables", fill_and_sum, 100000, 100000 * 100001 / 2 },
  { "strings", take_apart, 5000, 42 * 5000 },
  { "coroutines", switch, 20000, 20000 * 20001 / 2 },
}
