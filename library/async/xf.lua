---@meta async.xf

-- Transducers. Those that have several words in their name have Clojure's spelling too.

---Tells by the number of its arguments what to do: none, give a value to start with; the
---result alone, complete it; the result and a value, give the next result.
---@alias async.step_function fun(...: any): any

---What becomes of values on their way: from the step function behind it to the one before it.
---@alias async.transducer fun(rf: async.step_function): async.step_function

---@class async.xf
local xf = {}

-- Transducers

---f(value) for each value.
---@param f fun(value: any): any
---@return async.transducer xf
function xf.map(f) end

---The values for which f is true.
---@param f fun(value: any): any
---@return async.transducer xf
function xf.filter(f) end

---The values for which f is false or nil.
---@param f fun(value: any): any
---@return async.transducer xf
function xf.remove(f) end

---f(value) where that is not nil.
---@param f fun(value: any): any
---@return async.transducer xf
function xf.keep(f) end

---Itself a transducer: the elements of lists.
---@param rf async.step_function
---@return async.step_function rf
function xf.cat(rf) end

---The elements of the lists that f makes.
---@param f fun(value: any): any[]
---@return async.transducer xf
function xf.mapcat(f) end

---The first n values; then it has enough.
---@param n integer
---@return async.transducer xf
function xf.take(n) end

---The values before the first for which f is false; then it has enough.
---@param f fun(value: any): any
---@return async.transducer xf
function xf.take_while(f) end
xf["take-while"] = xf.take_while

---The first value, and every n-th one after it.
---@param n integer
---@return async.transducer xf
function xf.take_nth(n) end
xf["take-nth"] = xf.take_nth

---All but the first n values.
---@param n integer
---@return async.transducer xf
function xf.drop(n) end

---The values from the first on for which f is false.
---@param f fun(value: any): any
---@return async.transducer xf
function xf.drop_while(f) end
xf["drop-while"] = xf.drop_while

---Lists of n values; the last may be shorter.
---@param n integer
---@return async.transducer xf
function xf.partition_all(n) end
xf["partition-all"] = xf.partition_all

---Lists of neighbours for which f gives the same.
---@param f fun(value: any): any
---@return async.transducer xf
function xf.partition_by(f) end
xf["partition-by"] = xf.partition_by

---The values that differ from the one before.
---@return async.transducer xf
function xf.dedupe() end

---The values that were not there before, all of which it remembers.
---@return async.transducer xf
function xf.distinct() end

---The values with a separator between them.
---@param separator any
---@return async.transducer xf
function xf.interpose(separator) end

---t[value] in place of a value, where there is one.
---@param t table
---@return async.transducer xf
function xf.replace(t) end

---f(i, value), where i begins with 1.
---@param f fun(i: integer, value: any): any
---@return async.transducer xf
function xf.map_indexed(f) end
xf["map-indexed"] = xf.map_indexed

---f(i, value) where that is not nil; i begins with 1.
---@param f fun(i: integer, value: any): any
---@return async.transducer xf
function xf.keep_indexed(f) end
xf["keep-indexed"] = xf.keep_indexed

---The totals on the way, where f(total, value) is the next one. Without init the first value
---is the first total.
---@param f fun(total: any, value: any): any
---@param init? any
---@return async.transducer xf
function xf.scan(f, init) end

---One transducer from several: a value goes through the first one first.
---@param ... async.transducer
---@return async.transducer xf
function xf.comp(...) end

-- On lists, at once

---Appends to a list what the transducer makes of another one.
---@param to any[]
---@param xform async.transducer
---@param list any[]
---@return any[] to
function xf.into(to, xform, list) end

---A new list of what the transducer makes of a list.
---@param xform async.transducer
---@param list any[]
---@return any[] made
function xf.sequence(xform, list) end

---Makes one value of a list with the step function xform(rf), from init on or, where only a
---list is given, from rf() on.
---@overload fun(xform: async.transducer, rf: async.step_function, list: any[]): any
---@param xform async.transducer
---@param rf async.step_function
---@param init any
---@param list any[]
---@return any result
function xf.transduce(xform, rf, init, list) end

---Makes one value of a list with rf(result, value), from init on.
---@generic A, T
---@param rf fun(result: A, value: T): A|async.reduced
---@param init A
---@param list T[]
---@return A result
function xf.reduce(rf, init, list) end

---A step function from f(result, value). It completes with finish(result), or with the
---result itself.
---@param f fun(result: any, value: any): any
---@param finish? fun(result: any): any
---@return async.step_function rf
function xf.completing(f, finish) end

return xf
