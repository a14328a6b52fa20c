local async = require("async")

-- A go block is a coroutine that parks where it has to wait.
-- Three of them work on the numbers from one channel.
local numbers, squares = async.chan(), async.chan()

for _ = 1, 3 do
  async.go(function()
    local n = async.take(numbers)
    while n do
      async.put(squares, { n, n * n })
      n = async.take(numbers)
    end
  end)
end

async.go(function()
  for n = 1, 5 do async.put(numbers, n) end
  async.close(numbers)
end)

-- Outside a go block the same verbs block, and the go blocks run meanwhile.
local sum = 0
for _ = 1, 5 do
  local pair = async.take(squares)
  sum = sum + pair[2]
end
print("sum of the squares: " .. sum)

-- The first of several operations: here nobody puts any more, so the timeout wins.
local patience = async.timeout(20)
local result = async.alts({ squares, patience })
print(result[2] == patience and "nothing more came in 20 ms" or "one more square")
