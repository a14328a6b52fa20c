//! The channel object: made, moved values through, closed, shown.

use super::buffer::{self, Buffer};
use super::core::{Core, Cx, STORE, at, decide, enter};
use super::values::Buffered;
use super::wake::{self, Gift};
use super::{args, hook, step, timer, xform};
use crate::chan::{Chan, Kind, Ring, Side};
use crate::ids::TimerId;
use crate::lua::{Int, Ref, State, Tagged, Text};

/// What a channel is besides a channel.
#[derive(Clone, Copy, Debug)]
pub enum Role {
    Plain,
    Timer(TimerId),
    Xform(xform::Xform),
    /// The result of a go block, whose record this is. `line` is where it was
    /// spawned, in the file of the function kept as `SPAWNER`.
    Go {
        line: i32,
    },
}

/// One userdata. A go block is one of these too: its result channel, the place
/// where it was spawned and its state in one record, which its coroutine keeps.
#[derive(Clone, Copy, Debug)]
pub struct Channel {
    pub core: Chan,
    pub role: Role,
    /// How often an `alts` that is being set up has met this channel.
    pub mark: u32,
}

impl Tagged for Channel {
    const TAG: usize = 0x6368_616e;
}

impl Buffered for Channel {
    fn ring(&mut self) -> &mut Ring {
        &mut self.core.ring
    }
}

impl Channel {
    pub fn timer(&self) -> Option<TimerId> {
        match self.role {
            Role::Timer(id) => Some(id),
            _ => None,
        }
    }

    pub fn is_xform(&self) -> bool {
        matches!(self.role, Role::Xform(_))
    }
}

/// How many values a channel keeps: a plain one, a go block, and one with a
/// transducer.
pub const PLAIN: u32 = 2;
pub const GO_BLOCK: u32 = 3;
pub const XFORM: u32 = 4;

/// `[0 +1 m]`
pub fn make(l: Cx, kind: Kind, capacity: u32, slots: u32) -> Ref<Channel> {
    let channel = Channel { core: Chan::new(kind, capacity), role: Role::Plain, mark: 0 };
    let c = l.new_udata(channel, slots);
    l.geti(STORE, at::CHANNEL);
    l.set_meta(-2);
    c
}

const CHAN: &str = "async.chan";
const PROMISE_CHAN: &str = "async.promise_chan (promise-chan)";

/// `chan(buffer|size?, xform?, ex_handler?) -> channel`
pub extern "C-unwind" fn chan(l: State) -> Int {
    let l = enter(l);
    let (kind, capacity) = match l.udata::<Buffer>(1) {
        Some(b) => {
            let ring = buffer::free(l, b, CHAN);
            (ring.kind(), ring.capacity())
        }
        None if l.is_nil(1) || l.number(1) == Some(0.0) => (Kind::Rendezvous, 0),
        None if l.number(1).is_some() => (Kind::Fixed, buffer::size(l, CHAN)),
        None => l.bad_argument(CHAN, "buffer or size", 1),
    };
    if kind == Kind::Rendezvous && !l.is_nil(2) {
        l.raise(format_args!("{CHAN}: a buffer must be supplied together with a transducer"));
    }
    l.set_top(3);
    let c = construct(l, kind, capacity, CHAN);
    if let Some(b) = l.udata::<Buffer>(1) {
        // The transducer may have made a channel of it.
        buffer::free(l, b, CHAN);
        buffer::lend(l, b, c);
    }
    1
}

/// `promise_chan(xform?, ex_handler?) -> channel`
pub extern "C-unwind" fn promise_chan(l: State) -> Int {
    let l = enter(l);
    l.set_top(2);
    l.nil();
    l.insert(1);
    construct(l, Kind::Promise, 1, PROMISE_CHAN);
    1
}

/// `[0 +1 e]` A channel with the transducer at 2 and its handler at 3.
fn construct(l: Cx, kind: Kind, capacity: u32, function: &str) -> Ref<Channel> {
    args::optional_callable(l, 3, function);
    if args::optional_callable(l, 2, function) {
        xform::make(l, kind, capacity, function)
    } else {
        make(l, kind, capacity, PLAIN)
    }
}

/// `[0 0 m]` Closes the channel at `ch`. Doing it again does no harm; it goes on
/// where a lack of memory stopped it.
pub fn close_now(l: Cx, ch: Int, c: Ref<Channel>) {
    let (first, putter) = decide(l, c, |w, ch| (ch.core.close(), ch.core.has_putter(&mut w.hall)));
    if first && !putter {
        xform::complete(l, ch, c);
    }
    finish_close(l, ch, c);
    if let Some(id) = c.get().timer() {
        timer::over(l, id);
    }
}

/// `[0 0 m]` Whoever waits for a value of a closed channel gets what is there,
/// or nil.
pub fn finish_close(l: Cx, ch: Int, c: Ref<Channel>) {
    step::serve(l, ch, c);
    let top = l.top();
    loop {
        step::clear(l, c, Side::Take);
        let met = decide(l, c, |w, ch| ch.core.orphan(&mut w.hall).map(|m| w.queue(m)));
        let Some(taker) = met else { return };
        wake::wake(l, taker, Side::Take, Gift::Nil, ch);
        l.set_top(top);
    }
}

/// `[0 0 m]` A transducer ended the channel: the puts that wait are told true,
/// and their values are thrown away.
pub fn abort(l: Cx, ch: Int, c: Ref<Channel>) {
    decide(l, c, |_, ch| ch.core.close());
    let top = l.top();
    loop {
        step::clear(l, c, Side::Put);
        let met = decide(l, c, |w, ch| ch.core.abort(&mut w.hall).map(|m| w.queue(m)));
        let Some(putter) = met else { break };
        wake::wake(l, putter, Side::Put, Gift::True, ch);
        l.set_top(top);
    }
    xform::complete(l, ch, c);
    finish_close(l, ch, c);
}

const CLOSE: &str = "async.close (close!)";
const CLOSED: &str = "async.is_closed (closed?)";

/// `close(channel)`
pub extern "C-unwind" fn close(l: State) -> Int {
    let l = enter(l);
    hook::operation(l);
    match args::port(l, 1, CLOSE) {
        args::Port::Native(c) => close_now(l, 1, c),
        args::Port::Foreign => {
            l.set_top(1);
            l.geti(STORE, at::FOREIGN_CLOSE);
            l.insert(1);
            l.call(1, 0);
        }
    }
    0
}

/// `is_closed(channel) -> boolean`
pub extern "C-unwind" fn is_closed(l: State) -> Int {
    let l = enter(l);
    match args::port(l, 1, CLOSED) {
        args::Port::Native(c) => l.bool(c.get().core.is_closed()),
        args::Port::Foreign => l.field(1, c"closed"),
    }
    let closed = l.truthy(-1);
    l.bool(closed);
    1
}

/// `is_chan(anything) -> boolean`
pub extern "C-unwind" fn is_chan(l: State) -> Int {
    let l = enter(l);
    let native = l.udata::<Channel>(1).is_some();
    l.bool(native || args::is_foreign(l, 1));
    1
}

/// `channel[key]`: the methods are the first value of this function, besides
/// the usual ones.
pub extern "C-unwind" fn index(l: State) -> Int {
    let l = enter(l);
    l.set_top(2);
    if l.bytes(2) == Some(b"closed") {
        l.bool(l.udata::<Channel>(1).is_some_and(|c| c.get().core.is_closed()));
    } else {
        l.get(State::upvalue(5));
    }
    1
}

/// `#channel`
pub extern "C-unwind" fn length(l: State) -> Int {
    let l = enter(l);
    let c = args::chan(l, 1, "#");
    l.int(c.get().core.ring.len());
    1
}

/// `tostring(channel)`
pub extern "C-unwind" fn show(l: State) -> Int {
    let l = enter(l);
    let c = args::chan(l, 1, "tostring").get().core;
    let address = l.address(1);
    let (len, cap) = (c.ring.len(), c.ring.capacity());
    let text = match (c.is_closed(), c.ring.kind()) {
        (true, _) if len > 0 => {
            Text::new(format_args!("ManyToManyChannel: {address:#x} (closed, {len} left)"))
        }
        (true, _) => Text::new(format_args!("ManyToManyChannel: {address:#x} (closed)")),
        (_, Kind::Rendezvous) => Text::new(format_args!("ManyToManyChannel: {address:#x} (unbuffered)")),
        _ => Text::new(format_args!("ManyToManyChannel: {address:#x} ({len}/{cap})")),
    };
    l.text(text.bytes());
    1
}

/// The finalizer of what the library keeps.
pub extern "C-unwind" fn world_gone(l: State) -> Int {
    l.end_trigger();
    l.end_world::<Core>(1);
    0
}

/// `is_main_thread() -> boolean`
pub extern "C-unwind" fn is_main_thread(l: State) -> Int {
    l.bool(l.is_main());
    1
}
