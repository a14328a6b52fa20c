-- A rate limiter: some requests pass at once, the others one with each tick of a clock.
local async = require("async")

-- A channel of tokens: `burst` of them at once, then one every `ms` milliseconds. More than
-- `burst` do not pile up. It ends when it is closed.
local function tokens_every(ms, burst)
  local tokens = async.chan(async.dropping_buffer(burst))
  for _ = 1, burst do async.put_async(tokens, 0) end
  async.go(function()
    local tick = 0
    repeat
      async.take(async.timeout(ms))
      tick = tick + 1
    until not async.put(tokens, tick)
  end)
  return tokens
end

local requests = {}
for i = 1, 8 do requests[i] = "request " .. i end

-- A request passes together with a token: that is all of it.
local tokens = tokens_every(20, 3)
local passed = async.map(function(request, tick) return { request, tick } end, { async.to_chan(requests), tokens })

for pair in passed:iter() do
  print(("%s passed with tick %d"):format(pair[1], pair[2]))
end
async.close(tokens)
