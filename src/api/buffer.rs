//! Buffer objects: used by themselves, or given to a channel.

use super::chan::Channel;
use super::core::{Cx, STORE, at, enter, kept};
use super::values::{self, Buffered};
use crate::chan::{Kind, Ring};
use crate::lua::{Int, Ref, State, Tagged, Text};
use std::ffi::CStr;

/// Between calls: once lent, the ring and the values are the channel's, and the
/// channel is kept in place of the values.
#[derive(Clone, Copy)]
pub struct Buffer {
    ring: Ring,
    lent: bool,
    closed: bool,
}

impl Tagged for Buffer {
    const TAG: usize = 0x6275_6666;
}

impl Buffered for Buffer {
    fn ring(&mut self) -> &mut Ring {
        &mut self.ring
    }
}

/// Buffers beyond this are a mistake in the number.
const MAX: f64 = (1u32 << 30) as f64;

/// `[0 0 e]` The size at 1.
pub fn size(l: Cx, function: &str) -> u32 {
    match l.number(1) {
        Some(n) if (1.0..=MAX).contains(&n) && n.fract() == 0.0 => n as u32,
        Some(n) => l.raise(format_args!("{function}: positive integer expected, got {n} (argument 1)")),
        None => l.bad_argument(function, "positive integer", 1),
    }
}

/// `[0 0 e]` The ring of a buffer that no channel has yet.
pub fn free(l: Cx, b: Ref<Buffer>, function: &str) -> Ring {
    let buffer = b.get();
    if buffer.lent {
        l.raise(format_args!("{function}: this buffer belongs to another channel (argument 1)"));
    }
    buffer.ring
}

/// `[0 0 -]` Gives the buffer at 1 to the channel on top, which is `c`.
pub fn lend(l: Cx, b: Ref<Buffer>, c: Ref<Channel>) {
    let ch = l.top();
    l.get_slot(1, kept::RING);
    l.set_slot(ch, kept::RING);
    l.dup(ch);
    l.set_slot(1, kept::RING);
    let ring = b.update(|b| {
        b.lent = true;
        b.ring
    });
    c.update(|c| c.core.ring = ring);
}

/// `[0 +1 m]`
fn make(l: Cx, kind: Kind, capacity: u32) -> Int {
    l.new_udata(Buffer { ring: Ring::new(kind, capacity), lent: false, closed: false }, 1);
    l.geti(STORE, at::BUFFER + kind as u32);
    l.set_meta(-2);
    1
}

/// `buffer(size) -> buffer`
pub extern "C-unwind" fn fixed(l: State) -> Int {
    let l = enter(l);
    let n = size(l, "async.buffer");
    make(l, Kind::Fixed, n)
}

/// `dropping_buffer(size) -> buffer`
pub extern "C-unwind" fn dropping(l: State) -> Int {
    let l = enter(l);
    let n = size(l, "async.dropping_buffer (dropping-buffer)");
    make(l, Kind::Dropping, n)
}

/// `sliding_buffer(size) -> buffer`
pub extern "C-unwind" fn sliding(l: State) -> Int {
    let l = enter(l);
    let n = size(l, "async.sliding_buffer (sliding-buffer)");
    make(l, Kind::Sliding, n)
}

/// `promise_buffer() -> buffer`
pub extern "C-unwind" fn promise(l: State) -> Int {
    let l = enter(l);
    make(l, Kind::Promise, 1)
}

/// `is_unblocking_buffer(anything) -> boolean`
pub extern "C-unwind" fn is_unblocking(l: State) -> Int {
    let l = enter(l);
    l.bool(l.udata::<Buffer>(1).is_some_and(|b| b.get().ring.kind().is_unblocking()));
    1
}

fn check(l: Cx, function: &str) -> Ref<Buffer> {
    match l.udata(1) {
        Some(b) => b,
        None => l.bad_argument(function, "buffer", 1),
    }
}

/// `[0 0 -]` The ring as it is now, wherever it lives.
fn ring(l: Cx, b: Ref<Buffer>) -> Ring {
    let buffer = b.get();
    if !buffer.lent {
        return buffer.ring;
    }
    l.get_slot(1, kept::RING);
    let ring = l.udata::<Channel>(-1).map_or(buffer.ring, |c| c.get().core.ring);
    l.pop(1);
    ring
}

/// `[0 0 e]` A buffer that may be changed from outside.
fn own(l: Cx, function: &str) -> Ref<Buffer> {
    let b = check(l, function);
    if b.get().lent {
        l.raise(format_args!("{function}: this buffer belongs to a channel, which alone may change it"));
    }
    b
}

/// `buffer:add(value) -> buffer`
pub extern "C-unwind" fn add(l: State) -> Int {
    let l = enter(l);
    const ADD: &str = "buffer:add (add!)";
    let b = own(l, ADD);
    super::args::value(l, 2, ADD);
    l.set_top(2);
    values::reserve(l, 1, b);
    let slot = b.update(|b| if b.closed { None } else { b.ring.add() });
    if let Some(slot) = slot {
        values::store(l, 1, slot, 2);
    }
    l.set_top(1);
    1
}

/// `buffer:remove() -> value?`
pub extern "C-unwind" fn remove(l: State) -> Int {
    let l = enter(l);
    let b = own(l, "buffer:remove (remove!)");
    match b.update(|b| b.ring.remove()) {
        Some(slot) => values::load(l, 1, slot, b.get().ring.kind() == Kind::Promise),
        None => l.nil(),
    }
    1
}

/// `buffer:is_full() -> boolean`
pub extern "C-unwind" fn is_full(l: State) -> Int {
    let l = enter(l);
    let b = check(l, "buffer:is_full (full?)");
    l.bool(ring(l, b).is_full());
    1
}

/// `#buffer`, `buffer:length() -> integer`
pub extern "C-unwind" fn length(l: State) -> Int {
    let l = enter(l);
    let b = check(l, "buffer:length");
    l.int(ring(l, b).len());
    1
}

/// `buffer:close_buf()` Fixes an undelivered promise at nil.
pub extern "C-unwind" fn close_buf(l: State) -> Int {
    let l = enter(l);
    let b = own(l, "buffer:close_buf (close-buf!)");
    b.update(|b| b.closed = b.closed || b.ring.kind() == Kind::Promise);
    0
}

pub fn kind_name(kind: Kind) -> &'static CStr {
    match kind {
        Kind::Dropping => c"DroppingBuffer",
        Kind::Sliding => c"SlidingBuffer",
        Kind::Promise => c"PromiseBuffer",
        _ => c"FixedBuffer",
    }
}

/// `buffer[key]`: `size`, and the class, which is the fifth value of this
/// function.
pub extern "C-unwind" fn index(l: State) -> Int {
    let l = enter(l);
    l.set_top(2);
    match (l.udata::<Buffer>(1), l.bytes(2)) {
        (Some(b), Some(b"size")) => l.int(ring(l, b).capacity()),
        _ => l.get(State::upvalue(5)),
    }
    1
}

/// `tostring(buffer)`
pub extern "C-unwind" fn show(l: State) -> Int {
    let l = enter(l);
    let b = check(l, "tostring");
    let ring = ring(l, b);
    let (name, address) = (kind_name(ring.kind()).to_str().unwrap_or_default(), l.address(1));
    let text = Text::new(format_args!("{name}: {address:#x} ({}/{})", ring.len(), ring.capacity()));
    l.text(text.bytes());
    1
}
