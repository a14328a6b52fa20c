---@meta async

-- Types for editors and checkers, in LuaCATS form: channels, single operations, go
-- blocks, and what runs them. The rest of the module is in library/async/. An
-- argument `close` that is left out means true, and nil given for it means false.
-- Times are in milliseconds.

---Channels, go blocks, alts and timeouts. Each function has core.async's name too.
---@class (partial) async
local async = {}

---@type string
async._VERSION = ""
---@type string
async.__VERSION = ""

---The classes of the buffers, which are also their field `type`.
---@type async.buffers
async.buffers = {}

---Transducers.
---@type async.xf
async.xf = {}

-- Channels and buffers

---A new channel. A transducer needs a buffer; what comes of it is what is taken.
---For the type of the values write `---@type async.chan<string>` before it.
---@generic T
---@param buf_or_n? integer|async.buffer a buffer or its size; unbuffered without it and with 0
---@param xf? async.transducer
---@param ex_handler? async.ex_handler
---@return async.chan<T> ch
function async.chan(buf_or_n, xf, ex_handler) end

---A buffer that is full with n values. Raises unless n is a whole number of at least 1.
---@param n integer
---@return async.buffer buffer
function async.buffer(n) end

---A buffer that is never full: with n values in it, it drops what comes.
---@param n integer
---@return async.buffer buffer
function async.dropping_buffer(n) end
async["dropping-buffer"] = async.dropping_buffer

---A buffer that is never full: with n values in it, it drops the oldest.
---@param n integer
---@return async.buffer buffer
function async.sliding_buffer(n) end
async["sliding-buffer"] = async.sliding_buffer

---A buffer that keeps the first value for ever, and drops the others.
---@return async.buffer buffer
function async.promise_buffer() end
async["promise-buffer"] = async.promise_buffer

---Is it a dropping, sliding or promise buffer, on which a put never waits?
---@param x any
---@return boolean
function async.is_unblocking_buffer(x) end
async["unblocking-buffer?"] = async.is_unblocking_buffer

---A channel that gives its first value to all who take, however often.
---@generic T
---@param xf? async.transducer
---@param ex_handler? async.ex_handler
---@return async.chan<T> ch
function async.promise_chan(xf, ex_handler) end
async["promise-chan"] = async.promise_chan

---Is it a channel, or an object that poses as one?
---@param x any
---@return boolean
function async.is_chan(x) end
async["chan?"] = async.is_chan

---Is the channel closed? Values may be left in it.
---@param ch async.chan<any>
---@return boolean
function async.is_closed(ch) end
async["closed?"] = async.is_closed

---Closes a channel; a second time does nothing. What is in it can still be taken.
---@param ch async.chan<any>
function async.close(ch) end
async["close!"] = async.close

-- One operation

---Puts without waiting. The callback is called at once if the answer is known at once and
---on_caller is not false, else as a task. Raises on nil, and when 1024 puts wait already.
---@generic T
---@param ch async.chan<T>
---@param v T
---@param cb? fun(accepted: boolean)
---@param on_caller? boolean
---@return boolean open false if the channel is closed
function async.put_async(ch, v, cb, on_caller) end
async["put!"] = async.put_async

---Takes without waiting; the callback gets nil when the channel is closed and empty. It is
---called as that of `put_async`. Raises when 1024 takes wait already.
---@generic T
---@param ch async.chan<T>
---@param cb fun(value?: T)
---@param on_caller? boolean
function async.take_async(ch, cb, on_caller) end
async["take!"] = async.take_async

---Puts if that is possible now, and never waits. Raises on nil.
---@generic T
---@param ch async.chan<T>
---@param v T
---@return boolean? accepted nil if it would have to wait, false if the channel is closed
function async.try_put(ch, v) end
async["offer!"] = async.try_put

---Takes if there is something now, and never waits.
---@generic T
---@param ch async.chan<T>
---@return T? value
function async.try_take(ch) end
async["poll!"] = async.try_take

---Puts; the coroutine parks until the value is accepted. Raises on the main thread, on nil,
---and when 1024 puts wait already.
---@generic T
---@param ch async.chan<T>
---@param v T
---@return boolean accepted false if the channel is closed
function async.park_put(ch, v) end
async[">!"] = async.park_put

---Takes; the coroutine parks until there is something. Raises on the main thread, and
---when 1024 takes wait already.
---@generic T
---@param ch async.chan<T>
---@return T? value nil if the channel is closed and empty
function async.park_take(ch) end
async["<!"] = async.park_take

---Puts; the main thread blocks until the value is accepted, and go blocks run. Raises in a
---coroutine, on nil, and where nobody could ever take.
---@generic T
---@param ch async.chan<T>
---@param v T
---@return boolean accepted false if the channel is closed
function async.block_put(ch, v) end
async[">!!"] = async.block_put

---Takes; the main thread blocks until there is something, and go blocks run. Raises in a
---coroutine, and where nobody could ever put.
---@generic T
---@param ch async.chan<T>
---@return T? value nil if the channel is closed and empty
function async.block_take(ch) end
async["<!!"] = async.block_take

---Does one of several operations; the coroutine parks until one is possible. Options are
---arguments or one table. Raises on the main thread.
---@param ports async.port[]
---@param option? async.alts_option|async.alts_options
---@param value? any of that option
---@param option2? async.alts_option
---@param value2? any
---@return async.alts_result result
function async.park_alts(ports, option, value, option2, value2) end
async["alts!"] = async.park_alts

---Does one of several operations; the main thread blocks until one is possible, and go
---blocks run. Raises in a coroutine, and where nothing could ever happen.
---@param ports async.port[]
---@param option? async.alts_option|async.alts_options
---@param value? any of that option
---@param option2? async.alts_option
---@param value2? any
---@return async.alts_result result
function async.block_alts(ports, option, value, option2, value2) end
async["alts!!"] = async.block_alts

---Puts: parks in a coroutine and blocks on the main thread. Raises on nil.
---@generic T
---@param ch async.chan<T>
---@param v T
---@return boolean accepted false if the channel is closed
function async.put(ch, v) end

---Takes: parks in a coroutine and blocks on the main thread. With a number first it is
---another function: a channel with the first values of a channel.
---@generic T
---@overload fun(n: integer, ch: async.chan<T>, buf?: integer|async.buffer): async.chan<T>
---@param ch async.chan<T>
---@return T? value nil if the channel is closed and empty
function async.take(ch) end

---Does one of several operations: parks in a coroutine and blocks on the main thread.
---@param ports async.port[]
---@param option? async.alts_option|async.alts_options
---@param value? any of that option
---@param option2? async.alts_option
---@param value2? any
---@return async.alts_result result
function async.alts(ports, option, value, option2, value2) end

---A channel that closes in ms milliseconds, never early; what it ends at is rounded up to
---half a millisecond. Others that end then share it, so do not close it.
---@param ms number fractions are allowed
---@return async.chan<any> ch
function async.timeout(ms) end

-- Go blocks, and what runs when

---Runs f(...) as a go block: at once, until it first parks. The channel gets the result,
---unless that is nil, and closes. An error closes it and goes to the error handler.
---@generic T
---@param f fun(...: any): T
---@param ... any
---@return async.chan<T> result
function async.go(f, ...) end
async["go*"] = async.go
async.spawn = async.go

---Lua's own pcall, but that f can park in it on Lua 5.1 too.
---@param f function
---@param ... any
---@return boolean ok
---@return any ... the results of f, or the error
function async.pcall(f, ...) end

---Lua's own xpcall, but that f can park in it, and gets arguments, on Lua 5.1 too.
---@param f function
---@param handler fun(err: any): any
---@param ... any
---@return boolean ok
---@return any ... the results of f, or what the handler made of the error
function async.xpcall(f, handler, ...) end

---Are we outside of every coroutine?
---@return boolean
function async.is_main_thread() end
async["main-thread?"] = async.is_main_thread

---Runs tasks and waits for timers until there are none. Blocks; raises in a coroutine.
---@return integer count how many tasks ran
function async.run() end

---Fires the timers that are due and runs some tasks, without waiting for any.
---@param max? integer at most so many tasks; 64 if it is left out
---@return integer count how many tasks ran
function async.step(max) end

---How many tasks are queued.
---@return integer count
function async.dispatched() end

---Figures about what waits, what ran, and how the hook fares.
---@param reset? boolean begin to count anew afterwards
---@return async.stats stats
function async.stats(reset) end

---What interrupts a program that computes; with a name it is set first. Raises on other names.
---@param name? async.trigger
---@return async.trigger name
function async.trigger(name) end

---Calls `f(...)` while no task may interrupt it, as if it were one operation. It cannot wait.
---@param f function
---@param ... any
---@return any ...
function async.masked(f, ...) end

---Lets timers interrupt coroutines that the program resumes by itself too; with false no more.
---Nothing is needed for that on LuaJIT.
---@param on? boolean true when it is left out
---@return boolean done
function async.track_coroutines(on) end
async["track-coroutines"] = async.track_coroutines

---Sets who is told of work that goes on for longer than so many milliseconds without parking.
---Without a handler it goes to stderr, without a time nobody is told.
---@param ms? number above 0
---@param handler? fun(report: string, ms: number)
---@return number? ms what was said before
---@return fun(report: string, ms: number)? handler
function async.on_slow(ms, handler) end
async["on-slow"] = async.on_slow

---Has each go block suspended that computes for more than so many milliseconds without parking;
---`nil` or `false` switches it off. With "this" it holds for the running go block alone.
---On LuaJIT only under Linux.
---@param ms? number|false above 0
---@param scope? "all"|"this" "all" when it is left out
---@return number|false|nil before
function async.preempt(ms, scope) end

---Sets who is told of errors that reach no caller; without a handler they go to stderr.
---@param handler? async.error_handler
---@return async.error_handler? before
function async.on_error(handler) end
async["on-error"] = async.on_error

---Wraps the result of a step function that wants no more values.
---@param x any
---@return async.reduced reduced
function async.reduced(x) end

---Is it such a wrapper?
---@param x any
---@return boolean
function async.is_reduced(x) end
async["reduced?"] = async.is_reduced

return async
