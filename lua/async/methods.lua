-- The combinators that read well as methods of a channel.
local core = require "async.core"
local fold = require "async.fold"
local gather = require "async.gather"
local pipe = require "async.pipe"
local reshape = require "async.reshape"

local methods = getmetatable(core.chan()).__index

methods.pipe = pipe.pipe
methods.unique = reshape.unique
function methods.into(channel, list) return fold.into(list, channel) end
function methods.map(channel, f, buffer) return gather.map(f, { channel }, buffer) end
function methods.partition(channel, size, buffer) return reshape.partition(size, channel, buffer) end
function methods.partition_by(channel, key_of, buffer) return reshape.partition_by(key_of, channel, buffer) end
function methods.reduce(channel, step, init) return fold.reduce(step, init, channel) end
function methods.split(channel, belongs, ...) return pipe.split(belongs, channel, ...) end
function methods.transduce(channel, xform, step, init) return fold.transduce(xform, step, init, channel) end
