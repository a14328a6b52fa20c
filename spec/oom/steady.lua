-- What goes on for ever must not allocate: values between parked go blocks,
-- through a buffer, and past callbacks.
local async = require "async"
local host = require "host"

local N = 1000

-- Counts what `f` allocates when it has run before.
local function needed(f)
  f()
  f()
  local before = host.allocations()
  f()
  return host.allocations() - before
end

-- Two go blocks for ever; one put to `begin` sends N values from one to the other.
local function handing_over(c)
  local begin, seen = async.chan(1), { n = 0, sum = 0 }
  async.go(function()
    while true do
      async.park_take(begin)
      for i = 1, N do async.park_put(c, i) end
    end
  end)
  async.go(function()
    while true do
      local v = async.park_take(c)
      seen.n, seen.sum = seen.n + 1, seen.sum + v
    end
  end)
  return function()
    seen.n, seen.sum = 0, 0
    async.put_async(begin, true)
    async.run()
    assert(seen.n == N and seen.sum == N * (N + 1) // 2)
  end
end

-- One go block gives back whatever another sends it.
local function to_and_fro()
  local begin, there, back, seen = async.chan(1), async.chan(), async.chan(), { n = 0 }
  async.go(function()
    while true do async.park_put(back, (async.park_take(there))) end
  end)
  async.go(function()
    while true do
      async.park_take(begin)
      for i = 1, N do
        async.park_put(there, i)
        seen.n = seen.n + (async.park_take(back) == i and 1 or 0)
      end
    end
  end)
  return function()
    seen.n = 0
    async.put_async(begin, true)
    async.run()
    assert(seen.n == N)
  end
end

local function put_and_take(c)
  return function()
    for i = 1, N do
      assert(async.put_async(c, i) == true)
      assert(async.try_take(c) == i)
    end
  end
end

local function callbacks(c)
  local seen = { n = 0 }
  local function taken(v) seen.n = seen.n + v end
  local function accepted() seen.n = seen.n + 1 end
  return function()
    seen.n = 0
    for _ = 1, N do
      async.take_async(c, taken)
      async.put_async(c, 1, accepted)
      async.put_async(c, 1, accepted)
      async.take_async(c, taken)
      async.step()
    end
    assert(seen.n == 4 * N)
  end
end

return {
  steady = true,

  setup = function()
    return {}
  end,

  task = function(state)
    assert(needed(function() return {} end) == 1, "allocations are not counted")
    state.handed_over = needed(handing_over(async.chan()))
    state.through_a_buffer = needed(handing_over(async.chan(16)))
    state.to_and_fro = needed(to_and_fro())
    state.put_and_taken = needed(put_and_take(async.chan(16)))
    state.dropped = needed(put_and_take(async.chan(async.dropping_buffer(2))))
    state.slid = needed(put_and_take(async.chan(async.sliding_buffer(2))))
    state.called_back = needed(callbacks(async.chan()))
  end,

  check = function(state, ok, err)
    assert(ok, err)
    local n = 0
    for what, used in pairs(state) do
      assert(used == 0, ("%s: %d allocations for %d values"):format(what, used, N))
      n = n + 1
    end
    assert(n == 7)
  end,
}
