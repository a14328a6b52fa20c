-- A queue that counts first and then stores: what it refused leaves a hole.
local N = 16

return {
  setup = function()
    return { queue = {}, n = 0, ok = table.move({}, 1, N, 1, { n = N }) }
  end,
  task = function(state)
    for i = 1, N do
      state.n = i
      state.queue[i] = i
    end
  end,
  check = function(state)
    for i = 1, state.n do
      assert(state.queue[i] == i, "a hole")
    end
  end,
}
