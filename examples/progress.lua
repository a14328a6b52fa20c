-- A progress display beside a computation that knows nothing of it:
--   lua examples/progress.lua [LIMIT]
-- counts the primes below LIMIT, and a go block shows every 50 ms how far that is.
local async = require("async")

local limit = tonumber(arg[1]) or 2000000
local progress = { at = 0, primes = 0 }

local function is_prime(n)
  for divisor = 2, math.floor(math.sqrt(n)) do
    if n % divisor == 0 then return false end
  end
  return n > 1
end

-- No word of channels or timers in here, and nothing waits.
local function count_primes()
  for n = 1, limit - 1 do
    progress.at = n
    if is_prime(n) then progress.primes = progress.primes + 1 end
  end
end

local SPINNER = { "|", "/", "-", "\\" }

-- Shows a line every `ms` milliseconds until `stop` is closed. Its channel has the number of lines.
local function show_every(ms, stop)
  return async.go(function()
    local updates = 0
    while true do
      local result = async.alts({ stop, async.timeout(ms) }, { priority = true })
      if result[2] == stop then return updates end
      updates = updates + 1
      print(("%s %5.2f s: %d of %d, %d primes"):format(
        SPINNER[updates % #SPINNER + 1], os.clock(), progress.at, limit, progress.primes))
    end
  end)
end

local stop = async.chan()
local shown = show_every(50, stop)
count_primes()
async.close(stop)
local updates = async.take(shown)
print(("%d primes below %d, %d updates"):format(progress.primes, limit, updates))
