-- Go blocks that meet again and again in one batch, so that they are anchored in
-- another way, while memory is short: in the middle of it a task that cannot be
-- given its result breaks the batch off. Each turn is played once, or whoever
-- stopped was reported.
local async = require "async"
local oom = require "spec.support.oom"

local put, take, try_put = async.park_put, async.park_take, async.try_put

local PAIRS, TURNS = 6, 12

-- Plays with the other of the pair, and now and then tells a third.
local function serve(state, i)
  return function()
    take(state.begin)
    for turn = 1, TURNS do
      put(state.there[i], turn)
      if turn % 4 == 0 and try_put(state.bell[i], turn) then state.rung[i] = state.rung[i] + 1 end
      if take(state.back[i]) == turn then state.played[i] = state.played[i] + 1 end
    end
    return true
  end
end

local function reply(state, i)
  return function()
    while true do
      local turn = take(state.there[i])
      if turn == nil then return true end
      put(state.back[i], turn)
    end
  end
end

-- What an `alts` gets is a table, which takes memory when its turn has come.
local function listen(state, i)
  return function()
    while true do
      local got = async.park_alts(state.ports[i])
      if got[1] == nil then return true end
      state.heard_bell[i] = state.heard_bell[i] + 1
    end
  end
end

return {
  setup = function()
    local state = { heard = oom.listen(), begin = async.chan() }
    for _, field in ipairs { "there", "back", "bell", "ports", "blocks" } do state[field] = {} end
    state.played, state.rung, state.heard_bell = oom.fill(PAIRS, 0), oom.fill(PAIRS, 0), oom.fill(PAIRS, 0)
    for i = 1, PAIRS do
      state.there[i], state.back[i], state.bell[i] = async.chan(), async.chan(), async.chan(1)
      state.ports[i] = { state.bell[i] }
      state.blocks[i] = {
        async.go(serve(state, i)), async.go(reply(state, i)), async.go(listen(state, i)),
      }
    end
    oom.warm()
    return state
  end,

  task = function(state)
    pcall(async.close, state.begin)
    -- Some batches end in the middle of the game.
    for n = 20, 60 do pcall(async.step, n) end
  end,

  check = function(state, ok, err, said)
    assert(ok, err)
    async.close(state.begin)
    async.run()
    for i = 1, PAIRS do
      async.close(state.there[i])
      async.close(state.bell[i])
    end
    async.run()
    local died = 0
    for i = 1, PAIRS do
      local before = died
      for _, block in ipairs(state.blocks[i]) do
        if async.is_closed(block) and async.try_take(block) == nil then died = died + 1 end
      end
      if died == before then
        assert(state.played[i] == TURNS, ("pair %d: %d turns of %d"):format(i, state.played[i], TURNS))
        local heard, rung = state.heard_bell[i], state.rung[i]
        assert(heard == rung, ("pair %d: %d bells of %d"):format(i, heard, rung))
      end
    end
    assert(died <= oom.told(state.heard, said), died .. " blocks died and nobody was told")
    for _, field in ipairs { "there", "back", "bell", "ports", "blocks", "begin" } do state[field] = nil end
    oom.rested()
  end,
}
