-- Uses of the library that a checker is to accept, and wrong ones, each with the name of
-- what is to be reported. Nothing runs this; ci/types.sh has it checked.
local async = require("async")
local xf = async.xf

-- Channels of one type
local words = async.chan(1) ---@type async.chan<string>
local numbers = async.chan(async.sliding_buffer(3)) ---@type async.chan<integer>
async.put(words, "a word")
words:put("a word")
words:put(3) --> param-type-mismatch
async.put(words, 3) --> param-type-mismatch
async.put_async(words, 3) --> param-type-mismatch
async["put!"](words, 3) --> param-type-mismatch
async[">!"](words, 3) --> param-type-mismatch
async[">!!"](words, 3) --> param-type-mismatch
async.try_put(words, 3) --> param-type-mismatch
words:offer(3) --> param-type-mismatch
numbers:put(async.take(numbers) or 1)
numbers:put(async.take(words) or 1) --> param-type-mismatch
numbers:put(words:poll() or 1) --> param-type-mismatch
for word in words:iter() do numbers:put(word) end --> param-type-mismatch
print(#numbers + 1, #async.buffer(3), async.buffer(1):add(2):is_full(), words.closed)
async.take_async(numbers, function(n) print(n and n + 1) end)
async.take_async(words, print)
async.put_async(words, "a word", function(accepted) print(accepted) end, false)
words:nothing() --> undefined-field
async.nothing(words) --> undefined-field
async.put(words) --> missing-parameter
async.close() --> missing-parameter
async.close(words, 1) --> redundant-parameter
async.timeout("1") --> param-type-mismatch
async.chan("1") --> param-type-mismatch
async.close(async.timeout(2.5))

-- Channels of any type
local anything = async.chan()
anything:put(1)
anything:put("a word")
print(async.take(anything).field)
async.into({}, anything):take()

-- Alts
async.alts({ words, { numbers, 3 }, anything })
async.alts({ words, { numbers, 3 } }, "priority", true, "default", 3)
local result = async.alts({ words, async.timeout(1) }, { priority = true, default = false })
print(result[1], result[2] == words, result[2] == "default")
async.alts({ words, 3 }) --> assign-type-mismatch
async.alts(words) --> param-type-mismatch
async["alts!!"]({ words }, "prior", true) --> param-type-mismatch

-- Go blocks, errors and the rest
local sum = async.go(function(a, b) return a + b end, 1, 2)
async.go(function() end)
async.go(print, 1)
async.go(1) --> param-type-mismatch
async.go(function() return "a word" end):put(1) --> param-type-mismatch
async.pcall(function() end)
async.xpcall(function() return 1, 2 end, debug.traceback, 3)
async.on_error(async.on_error(nil))
async.trigger("none")
async.trigger("often") --> param-type-mismatch
print(async.stats().timers + 1, async.buffers.FixedBuffer == async.buffer(1).type, sum)
print(async.stats().time) --> undefined-field

-- Combinators
async.pipe(words, numbers):put(3)
async.pipe(words, numbers):put("a word") --> param-type-mismatch
words:pipe(numbers, false)
async.map(function(word, n) return word .. n end, { words, numbers }, 3)
async.merge({ words, numbers })
async.merge({ words, words }):put(3) --> param-type-mismatch
async.merge({ words, 3 }) --> param-type-mismatch
async.multiplex(words, numbers)
async.broadcast()
local sides = async.split(function(n) return n > 1 end, numbers)
sides[1]:put(1)
sides[2]:put("a word") --> param-type-mismatch
async.onto_chan(numbers, { 1, 2, 3 }, false)
async.onto_chan(numbers, { "a word" }) --> assign-type-mismatch
async.to_chan({ 1, 2 }):put("a word") --> param-type-mismatch
async.pipeline(3, numbers, xf.cat, words, true, print)
async.pipeline("3", numbers, xf.cat, words) --> param-type-mismatch
async.pipeline_async(2, numbers, function(word, out) out:put(#word) out:close() end, words)
async.map_take(function(word) return #word end, words):put("a word") --> param-type-mismatch
async.reduce(function(a, n) return a + n end, 0, numbers)
async.reduce(function(a, n) return a > 9 and async.reduced(a) or a + n end, 0, numbers)
async.reduce(print, numbers) --> missing-parameter
async.transduce(xf.take(2), xf.completing(function(a, n) return a + n end), 0, numbers)

-- mult, mix and pub
words:mult():tap(async.chan(), false)
async.tap(async.mult(words), numbers):put(3)
async.tap(words, numbers) --> param-type-mismatch
async.mult(3) --> param-type-mismatch
async.mult(words):sub(words) --> undefined-field
local mix = async.mix(words)
async.toggle(mix, { [words] = { mute = true } })
mix:solo_mode("pause")
mix:solo_mode("mut") --> param-type-mismatch
numbers:pub(function(n) return n % 2 end, function() return 3 end):sub(1, numbers)
async.pub(words) --> missing-parameter

-- Transducers
async.chan(1, xf.comp(xf.cat, xf.map(tostring), function(rf) return rf end), function(err) print(err) end)
xf.into({}, xf["partition-all"](2), { 1, 2, 3 })
xf.into({}, {}, { 1 }) --> param-type-mismatch
print(xf.transduce(xf.map(tostring), xf.completing(math.max), 0, { 1 }), xf.transduce(xf.cat, print, {}))
print(xf.reduce(function(a, n) return a + n end, 0, { 1, 2 }))
xf.take("2") --> param-type-mismatch
xf.nothing() --> undefined-field
require("async.xf").map(1) --> param-type-mismatch

-- An object that poses as a channel
---@class Mine: async.chan<any>
local mine = { closed = false }
mine["put!"] = function() return { true } end
mine["close!"] = function() end
async.put(mine, 3)
