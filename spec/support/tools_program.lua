-- What coverage tools and debuggers of hook_tools_spec.lua are let loose on; it names its own lines.
local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

local function primes(limit)
  return coroutine.wrap(function()
    for n = 2, limit do
      local prime = true
      for d = 2, math.floor(math.sqrt(n)) do
        if n % d == 0 then
          prime = false
          break
        end
      end
      if prime then
        coroutine.yield(n)
      end
    end
  end)
end

local function words(text)
  local count = {}
  text:gsub("%a+", function(word)
    count[word] = (count[word] or 0) + 1
  end)
  return count
end

return function(rounds)
  local poked, total = 0, 0
  for round = 1, rounds do
    total = total + fib(10 + round % 3)
    for prime in primes(60) do
      total = total + prime
    end
    local ok = pcall(function()
      if round % 5 == 0 then
        error("every fifth")
      end
      return #words("a b a c b a")
    end)
    total = total + (ok and 1 or 0)
  end
  return total + poked
end
