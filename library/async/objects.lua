---@meta _

-- What the functions take and give: channels, buffers, options, figures.

---A channel. `put`, `take` and `iter` park in a coroutine and block on the main thread;
---`#ch` is the number of values buffered. An object with `put!`, `take!`, `close!` and
---`closed` of its own can stand for one: let its class extend `async.chan<any>`.
---@class async.chan<T>
---@field closed boolean
---@field type table the class of channels
---@field put fun(self: async.chan<T>, v: T): boolean false if the channel is closed
---@field take fun(self: async.chan<T>): T? nil if it is closed and empty
---@field offer fun(self: async.chan<T>, v: T): boolean? puts if that is possible now; nil if not, false if it is closed
---@field poll fun(self: async.chan<T>): T? takes if there is something now
---@field close fun(self: async.chan<T>)
---@field iter fun(self: async.chan<T>): (fun(): T?) for a loop over the values until it is closed and empty
---@field pipe fun(self: async.chan<T>, to: async.chan<any>, close?: boolean): async.chan<any> see `async.pipe`
---@field map fun(self: async.chan<T>, f: (fun(value: T): any), buf?: integer|async.buffer): async.chan<any> see `async.map`
---@field split fun(self: async.chan<T>, p: (fun(value: T): any), true_buf?: integer|async.buffer, false_buf?: integer|async.buffer): { [1]: async.chan<T>, [2]: async.chan<T> } see `async.split`
---@field reduce fun(self: async.chan<T>, f: (fun(result: any, value: T): any), init: any): async.chan<any> see `async.reduce`
---@field transduce fun(self: async.chan<T>, xf: async.transducer, f: async.step_function, init: any): async.chan<any> see `async.transduce`
---@field into fun(self: async.chan<T>, list: T[]): async.chan<T[]> see `async.into`
---@field unique fun(self: async.chan<T>, buf?: integer|async.buffer): async.chan<T> see `async.unique`
---@field partition fun(self: async.chan<T>, n: integer, buf?: integer|async.buffer): async.chan<T[]> see `async.partition`
---@field partition_by fun(self: async.chan<T>, f: (fun(value: T): any), buf?: integer|async.buffer): async.chan<T[]> see `async.partition_by`
---@field mult fun(self: async.chan<T>): async.mult<T> see `async.mult`
---@field pub fun(self: async.chan<T>, topic_fn: (fun(value: T): any), buf_fn?: (fun(topic: any): integer|async.buffer|nil)): async.pub<T> see `async.pub`
---@field ["put!"] fun(self: async.chan<T>, v: T, handler?: async.handler, enqueue?: boolean): { [1]: boolean }? the answer, or nil if it comes later
---@field ["take!"] fun(self: async.chan<T>, handler?: async.handler, enqueue?: boolean): { [1]: T? }? the answer, or nil if it comes later
---@field ["close!"] fun(self: async.chan<T>)
---@operator len: integer

---Who waits for a `put!` or `take!` of an object.
---@class async.handler
---@field ["active?"] fun(self: async.handler): boolean does anybody still want the answer?
---@field ["blockable?"] fun(self: async.handler): boolean may the answer come later?
---@field commit fun(self: async.handler): (fun(answer: any))? accepts the answer; once only

---What a channel keeps its values in. As soon as a channel has it, only that may add and
---remove; for others these raise. `#b` is the number of values.
---@class async.buffer
---@field size integer how many values it is made for
---@field type async.buffer_class
---@field add fun(self: async.buffer, v: any): async.buffer
---@field remove fun(self: async.buffer): any
---@field is_full fun(self: async.buffer): boolean
---@field length fun(self: async.buffer): integer
---@field close_buf fun(self: async.buffer)
---@field ["add!"] fun(self: async.buffer, v: any): async.buffer
---@field ["remove!"] fun(self: async.buffer): any
---@field ["full?"] fun(self: async.buffer): boolean
---@field ["close-buf!"] fun(self: async.buffer)
---@operator len: integer

---A class of buffers: a table that is compared, not used.
---@class async.buffer_class

---@class async.buffers
---@field FixedBuffer async.buffer_class
---@field DroppingBuffer async.buffer_class
---@field SlidingBuffer async.buffer_class
---@field PromiseBuffer async.buffer_class

---One operation of an `alts`: a channel to take from, or a pair of channel and value to put.
---@alias async.port async.chan<any>|{ [1]: async.chan<any>, [2]: any }

---@alias async.alts_option "priority"|"default"

---@class async.alts_options
---@field priority? boolean try the ports in their order; else chance decides
---@field default? any do not wait, and give this

---@class async.alts_result
---@field [1] any the value taken, or whether the put was accepted, or the default
---@field [2] async.chan<any>|"default" the channel, or "default"

---Gets what a transducer or a function raises; a result that is not nil takes its place.
---@alias async.ex_handler fun(err: any): any

---Is told of an error that reaches no caller: a report with traceback, and the error itself.
---@alias async.error_handler fun(report: string, err: any)

---@alias async.trigger "alarm"|"count"|"profile"|"none"

---@class async.stats
---@field trigger async.trigger what interrupts a program that computes
---@field timers integer timeouts that are pending
---@field parked integer operations that wait
---@field dispatched integer tasks that are queued
---@field tasks integer tasks that ran
---@field firings integer how often the hook or profiler fired
---@field batches integer how often it let tasks run
---@field instructions_per_10ms integer as measured last
---@field interval_count integer intervals between batches, of which these are the figures:
---@field interval_ms_median number milliseconds
---@field interval_ms_max number milliseconds

---A step function's result that says: no more values. The result itself is `[1]`.
---@class async.reduced
---@field [1] any
---@field unbox fun(self: async.reduced): any
