---@meta _

-- From channel to channel, and from channel to value. None of these waits. When a
-- function that is given to one raises, that is told to the error handler and the
-- channels that are fed close.

---@class (partial) async
local async = {}

-- From channel to channel

---Copies what comes on a channel to another one, and closes that behind it. Stops when that
---is closed.
---@generic C: async.chan<any>
---@param from async.chan<any>
---@param to C
---@param close? boolean
---@return C to
function async.pipe(from, to, close) end

---Applies a transducer to each value, up to n at a time; what comes of them goes on in the
---order of the values. Raises unless n is a whole number of at least 1.
---@param n integer
---@param to async.chan<any>
---@param xf async.transducer
---@param from async.chan<any>
---@param close? boolean
---@param ex_handler? async.ex_handler
---@return async.chan<any> done closes when all is delivered
function async.pipeline(n, to, xf, from, close, ex_handler) end

---As `pipeline`, until there are OS threads.
---@param n integer
---@param to async.chan<any>
---@param xf async.transducer
---@param from async.chan<any>
---@param close? boolean
---@param ex_handler? async.ex_handler
---@return async.chan<any> done closes when all is delivered
function async.pipeline_blocking(n, to, xf, from, close, ex_handler) end
async["pipeline-blocking"] = async.pipeline_blocking

---As `pipeline`, but what is ready first goes first.
---@param n integer
---@param to async.chan<any>
---@param xf async.transducer
---@param from async.chan<any>
---@param close? boolean
---@param ex_handler? async.ex_handler
---@return async.chan<any> done closes when all is delivered
function async.pipeline_unordered(n, to, xf, from, close, ex_handler) end
async["pipeline-unordered"] = async.pipeline_unordered

---As `pipeline`, with a function that puts what it likes on the channel it is given, now or
---later, and closes it. Up to n of these channels are open at a time.
---@generic T
---@param n integer
---@param to async.chan<any>
---@param f fun(value: T, result: async.chan<any>)
---@param from async.chan<T>
---@param close? boolean
---@return async.chan<any> done closes when all is delivered
function async.pipeline_async(n, to, f, from, close) end
async["pipeline-async"] = async.pipeline_async

---As `pipeline_async`, but what is ready first goes first.
---@generic T
---@param n integer
---@param to async.chan<any>
---@param f fun(value: T, result: async.chan<any>)
---@param from async.chan<T>
---@param close? boolean
---@return async.chan<any> done closes when all is delivered
function async.pipeline_async_unordered(n, to, f, from, close) end
async["pipeline-async-unordered"] = async.pipeline_async_unordered

---Two channels: one with the values of which p is true, one with the others. When one of
---them accepts no more both close.
---@generic T
---@param p fun(value: T): any
---@param ch async.chan<T>
---@param true_buf? integer|async.buffer
---@param false_buf? integer|async.buffer
---@return { [1]: async.chan<T>, [2]: async.chan<T> } yes_and_no
function async.split(p, ch, true_buf, false_buf) end

---Puts the values of a list, and closes the channel behind them. Stops when it is closed.
---@generic T
---@param ch async.chan<T>
---@param list T[]
---@param close? boolean
---@return async.chan<any> done closes when all are put
function async.onto_chan(ch, list, close) end
async["onto-chan!"] = async.onto_chan
async["onto-chan!!"] = async.onto_chan
async["onto-chan"] = async.onto_chan

---A channel with the values of a list, closed behind them.
---@generic T
---@param list T[]
---@return async.chan<T> ch
function async.to_chan(list) end
async["to-chan!"] = async.to_chan
async["to-chan!!"] = async.to_chan
async["to-chan"] = async.to_chan

---A channel with f of the first values of all channels, of the second ones and so on, until
---one of them closes.
---@generic R
---@param f fun(...: any): R
---@param chs async.chan<any>[]
---@param buf? integer|async.buffer
---@return async.chan<R> ch
function async.map(f, chs, buf) end

---A channel with the values of all channels, closed behind the last of them.
---@generic T
---@overload fun(chs: async.chan<T>[], buf?: integer|async.buffer): async.chan<T>
---@param chs async.chan<any>[]
---@param buf? integer|async.buffer
---@return async.chan<any> ch
function async.merge(chs, buf) end

---As `merge`, with the channels as arguments.
---@param ... async.chan<any>
---@return async.chan<any> ch
function async.multiplex(...) end

---A face of all channels: what is put on it is put on each of them, and accepted when all
---have accepted it. It cannot be tried with `try_put`, which gives nil.
---@param ... async.chan<any>
---@return async.chan<any> face
function async.broadcast(...) end

-- From channel to value

---A channel for the result of f(result, value) over all values. A result that is `reduced`
---ends it.
---@generic A, T
---@param f fun(result: A, value: T): A|async.reduced
---@param init A
---@param ch async.chan<T>
---@return async.chan<A> result
function async.reduce(f, init, ch) end

---As `reduce`, through a transducer; the step function xf(f) completes the result.
---@param xf async.transducer
---@param f async.step_function
---@param init any
---@param ch async.chan<any>
---@return async.chan<any> result
function async.transduce(xf, f, init, ch) end

---Appends the values to the list, and gives it when the channel has closed.
---@generic T
---@param list T[]
---@param ch async.chan<T>
---@return async.chan<T[]> result
function async.into(list, ch) end

-- Names that core.async has given up

---A channel without the values that equal the one before.
---@generic T
---@param ch async.chan<T>
---@param buf? integer|async.buffer
---@return async.chan<T> ch
function async.unique(ch, buf) end

---A channel with lists of n values; the last may be shorter.
---@generic T
---@param n integer
---@param ch async.chan<T>
---@param buf? integer|async.buffer
---@return async.chan<T[]> ch
function async.partition(n, ch, buf) end

---A channel with lists of neighbours of which f says the same.
---@generic T
---@param f fun(value: T): any
---@param ch async.chan<T>
---@param buf? integer|async.buffer
---@return async.chan<T[]> ch
function async.partition_by(f, ch, buf) end
async["partition-by"] = async.partition_by

---A face of a channel: what is taken from it is f of what the channel gives.
---@generic T, R
---@param f fun(value: T): R
---@param ch async.chan<T>
---@return async.chan<R> face
function async.map_take(f, ch) end
async["map<"] = async.map_take

---A face of a channel, which gets f of what is put.
---@generic T, R
---@param f fun(value: T): R
---@param ch async.chan<R>
---@return async.chan<T> face
function async.map_put(f, ch) end
async["map>"] = async.map_put

---A channel with the values of which p is true.
---@generic T
---@param p fun(value: T): any
---@param ch async.chan<T>
---@param buf? integer|async.buffer
---@return async.chan<T> ch
function async.filter_take(p, ch, buf) end
async["filter<"] = async.filter_take

---A face of a channel, which gets the values of which p is true.
---@generic T
---@param p fun(value: T): any
---@param ch async.chan<T>
---@return async.chan<T> face
function async.filter_put(p, ch) end
async["filter>"] = async.filter_put

---A channel with the values of which p is false.
---@generic T
---@param p fun(value: T): any
---@param ch async.chan<T>
---@param buf? integer|async.buffer
---@return async.chan<T> ch
function async.remove_take(p, ch, buf) end
async["remove<"] = async.remove_take

---A face of a channel, which gets the values of which p is false.
---@generic T
---@param p fun(value: T): any
---@param ch async.chan<T>
---@return async.chan<T> face
function async.remove_put(p, ch) end
async["remove>"] = async.remove_put

---A channel with what is in the lists that f makes of the values.
---@generic T, R
---@param f fun(value: T): R[]
---@param ch async.chan<T>
---@param buf? integer|async.buffer
---@return async.chan<R> ch
function async.mapcat_take(f, ch, buf) end
async["mapcat<"] = async.mapcat_take

---A channel; the other one gets what is in the lists that f makes of what is put on it, and
---is closed behind it.
---@generic T, R
---@param f fun(value: T): R[]
---@param ch async.chan<R>
---@param buf? integer|async.buffer
---@return async.chan<T> face
function async.mapcat_put(f, ch, buf) end
async["mapcat>"] = async.mapcat_put

return async
