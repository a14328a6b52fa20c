---@meta _

-- Channels that others join and leave: mult, mix and pub. An object with methods of the
-- same names, with a star, can stand for each of them: let its class extend it.

---@class (partial) async
local async = {}

---Gives every value of its source to all its taps.
---@class async.mult<T>
---@field tap fun(self: async.mult<T>, ch: async.chan<any>, close?: boolean): async.chan<any> see `async.tap`
---@field untap fun(self: async.mult<T>, ch: async.chan<any>) see `async.untap`
---@field untap_all fun(self: async.mult<T>) see `async.untap_all`
---@field ["muxch*"] fun(self: async.mult<T>): async.chan<T> its source
---@field ["tap*"] fun(self: async.mult<T>, ch: async.chan<any>, close?: boolean)
---@field ["untap*"] fun(self: async.mult<T>, ch: async.chan<any>)
---@field ["untap-all*"] fun(self: async.mult<T>)

---Gives the values of all its inputs to one channel.
---@class async.mix
---@field admix fun(self: async.mix, ch: async.chan<any>) see `async.admix`
---@field unmix fun(self: async.mix, ch: async.chan<any>) see `async.unmix`
---@field unmix_all fun(self: async.mix) see `async.unmix_all`
---@field toggle fun(self: async.mix, states: async.mix_states) see `async.toggle`
---@field solo_mode fun(self: async.mix, mode: async.mix_mode) see `async.solo_mode`
---@field ["muxch*"] fun(self: async.mix): async.chan<any> where the values go
---@field ["admix*"] fun(self: async.mix, ch: async.chan<any>)
---@field ["unmix*"] fun(self: async.mix, ch: async.chan<any>)
---@field ["unmix-all*"] fun(self: async.mix)
---@field ["toggle*"] fun(self: async.mix, states: async.mix_states)
---@field ["solo-mode*"] fun(self: async.mix, mode: async.mix_mode)

---@class async.mix_flags
---@field mute? boolean read it, and drop the values
---@field pause? boolean do not read it
---@field solo? boolean treat the others as the mode says

---@alias async.mix_states table<async.chan<any>, async.mix_flags>

---@alias async.mix_mode "mute"|"pause"

---Gives each value of its source to those who subscribed to its topic.
---@class async.pub<T>
---@field sub fun(self: async.pub<T>, topic: any, ch: async.chan<any>, close?: boolean): async.chan<any> see `async.sub`
---@field unsub fun(self: async.pub<T>, topic: any, ch: async.chan<any>) see `async.unsub`
---@field unsub_all fun(self: async.pub<T>, topic?: any) see `async.unsub_all`
---@field ["muxch*"] fun(self: async.pub<T>): async.chan<T> its source
---@field ["sub*"] fun(self: async.pub<T>, topic: any, ch: async.chan<any>, close?: boolean)
---@field ["unsub*"] fun(self: async.pub<T>, topic: any, ch: async.chan<any>)
---@field ["unsub-all*"] fun(self: async.pub<T>, topic?: any)

---Lets all channels that are tapped in have every value, the next one when all have accepted
---it; without taps values are dropped.
---@generic T
---@param ch async.chan<T>
---@return async.mult<T> mult
function async.mult(ch) end

---From now on the channel gets each value, and is closed when the source is.
---@generic C: async.chan<any>
---@param mult async.mult<any>
---@param ch C
---@param close? boolean
---@return C ch
function async.tap(mult, ch, close) end

---The channel gets no more values; it is not closed.
---@param mult async.mult<any>
---@param ch async.chan<any>
function async.untap(mult, ch) end

---As `untap`, for all channels that are tapped in.
---@param mult async.mult<any>
function async.untap_all(mult) end
async["untap-all"] = async.untap_all

---Lets the values of inputs, which come and go, have one way out, until that is closed.
---@param out async.chan<any>
---@return async.mix mix
function async.mix(out) end

---Makes a channel an input, without flags. It leaves when it is closed.
---@param mix async.mix
---@param ch async.chan<any>
function async.admix(mix, ch) end

---The channel is no longer an input; a value that was being read may still come through.
---@param mix async.mix
---@param ch async.chan<any>
function async.unmix(mix, ch) end

---As `unmix`, for all inputs.
---@param mix async.mix
function async.unmix_all(mix) end
async["unmix-all"] = async.unmix_all

---Sets flags of inputs, all at once; other flags stay. A new channel becomes an input.
---Raises on a flag that there is not.
---@param mix async.mix
---@param states async.mix_states
function async.toggle(mix, states) end

---Beside a solo, are the other inputs read and dropped, as at first, or not read? Raises on
---another mode.
---@param mix async.mix
---@param mode async.mix_mode
function async.solo_mode(mix, mode) end
async["solo-mode"] = async.solo_mode

---Lets each value go to the channels that subscribed to its topic. buf_fn is asked once for
---each topic. A topic whose buffer is full holds up the others. An error in topic_fn goes to
---the error handler, and its value is dropped.
---@generic T
---@param ch async.chan<T>
---@param topic_fn fun(value: T): any
---@param buf_fn? fun(topic: any): integer|async.buffer|nil
---@return async.pub<T> pub
function async.pub(ch, topic_fn, buf_fn) end

---From now on the channel gets the values of a topic, and is closed when the source is.
---Raises what buf_fn raises.
---@generic C: async.chan<any>
---@param pub async.pub<any>
---@param topic any
---@param ch C
---@param close? boolean
---@return C ch
function async.sub(pub, topic, ch, close) end

---The channel gets no more values of the topic; it is not closed.
---@param pub async.pub<any>
---@param topic any
---@param ch async.chan<any>
function async.unsub(pub, topic, ch) end

---As `unsub`, for all channels of a topic, or of all topics if none is given.
---@param pub async.pub<any>
---@param topic? any
function async.unsub_all(pub, topic) end
async["unsub-all"] = async.unsub_all

return async
