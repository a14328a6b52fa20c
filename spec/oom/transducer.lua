-- Puts through transducers: an error in the step is reported and loses no more
-- than the value of that step; nothing comes out twice or out of order.
local async = require "async"
local oom = require "spec.support.oom"

local N = 24

-- Each value twice, as `v` and `-v`; multiples of 5 not at all.
local function doubling(add)
  return function(result, ...)
    if select("#", ...) == 0 then return add(result) end
    local v = ...
    if v % 5 == 0 then return result end
    return add(add(result, v), -v)
  end
end

-- Values in pairs; the odd one at the end comes out by itself.
local function pairing(add)
  local held
  return function(result, ...)
    if select("#", ...) == 0 then
      if held then
        local last = held
        held = nil
        result = add(result, last)
      end
      return add(result)
    end
    if not held then
      held = ...
      return result
    end
    local sum = held * 1000 + ...
    held = nil
    return add(result, sum)
  end
end

-- The doubled values of those accepted, in order; each may be missing when an
-- error was told for it.
local function check_doubled(got, log, told, what)
  local k, missing = 1, 0
  for i = 1, N do
    if i % 5 ~= 0 then
      for _, v in ipairs { i, -i } do
        if got[k] == v then
          k = k + 1
        elseif log.ok[i] then
          missing = missing + 1
        end
      end
    end
  end
  assert(k == #got + 1, what .. ": unexpected " .. tostring(got[k]) .. " at " .. k)
  assert(missing <= 2 * told, what .. ": " .. missing .. " values are missing, errors told: " .. told)
end

local function check_taken(s, told)
  async.put_async(s.chan, 101)
  async.run()
  local got = {}
  for k = 1, s.cb.total do
    local v = s.cb.got[s.cb.order[k]]
    if v ~= 101 and v ~= -101 then got[#got + 1] = v end
    assert(s.cb.calls[k] <= 1 and s.cb.order[k] == k)
  end
  check_doubled(got, s.log, told, "to takers who wait")
  async.close(s.chan)
end

local function check_ended(s, told)
  if not oom.outcome(s.log, 1) then async.close(s.chan) end
  async.run()
  local got = s.cb.got
  oom.same({ got[1], got[2] }, { 1002, 3004 }, "pairs")
  assert(got[3] == 5 or (got[3] == nil and told > 0), "the last value is lost")
  for i = 1, 70 do assert(s.cb.calls[i] == 1, "taker " .. i .. " of a closed channel") end
end

local function put_all(s)
  for i = 1, N do oom.try(s.log, i, async.put_async, s.chan, i) end
end

return {
  setup = function()
    local state = { heard = oom.listen() }
    state.free = { chan = async.chan(8, doubling), log = oom.log(N) }
    state.taken = { chan = async.chan(1, doubling), log = oom.log(N), cb = oom.callbacks(90) }
    for i = 1, 90 do async.take_async(state.taken.chan, state.taken.cb[i]) end
    state.ended = { chan = async.chan(8, pairing), log = oom.log(1), cb = oom.callbacks(70) }
    for i = 1, 70 do async.take_async(state.ended.chan, state.ended.cb[i]) end
    for i = 1, 5 do async.put_async(state.ended.chan, i) end
    state.drained = { chan = async.chan(2, doubling), log = oom.log(N), got = oom.fill(3 * N, 0) }
    for i = 1, N do
      state.drained.log.ok[i] = async.put_async(state.drained.chan, i)
    end
    oom.warm()
    return state
  end,

  task = function(state)
    put_all(state.free)
    put_all(state.taken)
    oom.try(state.ended.log, 1, async.close, state.ended.chan)
    for i = 1, 3 * N do
      local ok, v = pcall(async.try_take, state.drained.chan)
      state.drained.got[i] = ok and v or 0
    end
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    local told = oom.told(state.heard, said)
    for i = 1, N do
      for _, s in ipairs { state.free, state.taken } do
        if not oom.outcome(s.log, i) then told = told + 1 end
      end
    end
    local got = oom.drain(state.free.chan)
    check_doubled(got, state.free.log, told, "into a buffer")

    check_taken(state.taken, told)
    check_ended(state.ended, oom.told(state.heard, said))

    got = {}
    for _, v in ipairs(state.drained.got) do
      if v ~= 0 then got[#got + 1] = v end
    end
    for _, v in ipairs(oom.drain(state.drained.chan)) do got[#got + 1] = v end
    check_doubled(got, state.drained.log, oom.told(state.heard, said), "let in from those who wait")
    oom.rested()
  end,
}
