-- From a channel or a list to channels: pipe, onto_chan, to_chan, split.
local core = require "async.core"
local check = require "async.check"
local flow = require "async.flow"

local chan, go = core.chan, core.go
local park_put, park_take = core.park_put, core.park_take

local M = {}

--- Copies what comes on `from` to `to`, and closes `to` behind it unless `close?` is
--- given as false or nil. Stops when `to` is closed. Returns `to`.
function M.pipe(from, to, ...)
  check.channel("async.pipe", from, 1)
  check.channel("async.pipe", to, 2)
  local block = go(flow.copy, from, to)
  if flow.wanted(...) then
    flow.close_after(block, to)
  end
  return to
end

local function put_all(channel, list)
  local i, value = 1, list[1]
  while value ~= nil and park_put(channel, value) do
    i = i + 1
    value = list[i]
  end
end

--- Puts the values of a list on the channel, and closes it behind them unless `close?`
--- is given as false or nil. Stops when the channel is closed. Returns a channel that
--- closes when that is done.
function M.onto_chan(channel, list, ...)
  check.channel("async.onto_chan (onto-chan!)", channel, 1)
  check.list("async.onto_chan (onto-chan!)", list, 2)
  local block = go(put_all, channel, list)
  if flow.wanted(...) then
    flow.close_after(block, channel)
  end
  return block
end

-- A buffer of this size holds a short list whole, and so needs no go block.
local MOST = 100

--- A channel with the values of a list, closed behind them.
function M.to_chan(list)
  check.list("async.to_chan (to-chan!)", list, 1)
  local size = #list
  local channel = chan(size < MOST and size or MOST)
  return flow.close_after(go(put_all, channel, list), channel)
end

local function sort_out(belongs, from, yes, no)
  local value = park_take(from)
  while value ~= nil and park_put(belongs(value) and yes or no, value) do
    value = park_take(from)
  end
end

--- A pair of channels: one with the values that `belongs` is true of, one with the
--- others. Both close behind `from`, and as soon as one of them does not accept a
--- value: whoever takes from the other would wait for ever.
function M.split(belongs, from, yes_buffer, no_buffer)
  check.callable("async.split", belongs, 1)
  check.channel("async.split", from, 2)
  local yes = flow.channel("async.split", yes_buffer, 3)
  local no = flow.channel("async.split", no_buffer, 4)
  local block = go(sort_out, belongs, from, yes, no)
  return { flow.close_after(block, yes), flow.close_after(block, no) }
end

return M
