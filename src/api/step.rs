//! One put or take: decided in one go, and then the value moved.

use super::chan::Channel;
use super::core::{Core, Cx, Here, Waiter, Woken, core, decide};
use super::wake::{self, Gift};
use super::{park, protocol, values, xform};
use crate::chan::{Kind, Place, Put, Side, Take};
use crate::lua::{Int, Ref};
use slotmap::Key;

/// `[0 0 e]` Before a decision about whoever waits on that side: sees to it that
/// there is room to queue one, and that one that is a handler object is asked.
pub fn clear(l: Cx, c: Ref<Channel>, side: Side) {
    if core(l, |w| w.handlers) {
        protocol::drop_dead(l, c, side);
    }
    wake::reserve(l, 1);
}

/// A coroutine that has its place in a queue, and its mark.
#[derive(Clone, Copy)]
pub struct Stand {
    pub who: Waiter,
    pub place: Place,
    pub mark: u32,
    /// It is anchored already.
    pub warm: bool,
}

/// What a put or a take came to. What it says has been done.
#[derive(Clone, Copy)]
pub enum Step {
    /// Something is in the way, which `clear` removes: nothing has been done.
    Obstructed,
    /// Refused (a put), or the end (a take).
    Closed,
    /// Accepted, and dropped.
    Dropped,
    /// Through the transducer, which has not run yet.
    Transduce,
    /// To or from this slot of the buffer.
    Buffer(u32),
    Met(Woken),
    /// The coroutine has its place in the queue.
    Stands(Stand),
    /// It has to wait.
    Wait,
}

/// `[0 0 e]` Decides a put. `here`: the coroutine that parks if it has to; `spare`:
/// how many tasks there must be room for afterwards.
#[inline]
pub fn decide_put(l: Cx, ch: Int, c: Ref<Channel>, here: Option<Here>, spare: u32) -> Step {
    let step = decide(l, c, |w, ch| put_step(w, ch, here, spare, w.handlers));
    if matches!(step, Step::Obstructed) { put_past(l, ch, c, here, spare) } else { step }
}

#[cold]
fn put_past(l: Cx, ch: Int, c: Ref<Channel>, here: Option<Here>, spare: u32) -> Step {
    loop {
        clear(l, c, Side::Take);
        wake::reserve(l, decide(l, c, |w, ch| takers(w, ch)) + spare);
        values::reserve(l, ch, c);
        let step = decide(l, c, |w, ch| put_step(w, ch, here, spare, false));
        if !matches!(step, Step::Obstructed) {
            return step;
        }
    }
}

/// How many takers one put may wake: those of a promise all, and those of a
/// channel with a transducer perhaps.
#[inline]
fn takers(w: &mut Core, ch: &Channel) -> u32 {
    if ch.core.ring.kind() == Kind::Promise || ch.is_xform() {
        w.hall.queued(ch.core.lobby(), Side::Take) as u32 + 1
    } else {
        1
    }
}

#[inline]
fn put_step(w: &mut Core, ch: &mut Channel, here: Option<Here>, spare: u32, handlers: bool) -> Step {
    let takers = takers(w, ch) + spare;
    if !w.ready.has_room(takers) || handlers || ch.core.ring.wants_room().is_some() {
        return Step::Obstructed;
    }
    if ch.is_xform() && !ch.core.is_closed() && !ch.core.ring.is_full() {
        return Step::Transduce;
    }
    match ch.core.put(&mut w.hall) {
        Put::Closed => Step::Closed,
        Put::Drop => Step::Dropped,
        Put::Store(slot) => Step::Buffer(slot),
        Put::Hand(taker) => Step::Met(w.queue(taker)),
        Put::Park => stand(w, ch, Side::Put, here),
    }
}

/// `[0 0 e]` Decides a take in the same way.
#[inline]
pub fn decide_take(l: Cx, c: Ref<Channel>, here: Option<Here>, spare: u32) -> Step {
    let step = decide(l, c, |w, ch| take_step(w, ch, here, spare, w.handlers));
    if matches!(step, Step::Obstructed) { take_past(l, c, here, spare) } else { step }
}

#[cold]
fn take_past(l: Cx, c: Ref<Channel>, here: Option<Here>, spare: u32) -> Step {
    loop {
        clear(l, c, Side::Put);
        wake::reserve(l, 1 + spare);
        let step = decide(l, c, |w, ch| take_step(w, ch, here, spare, false));
        if !matches!(step, Step::Obstructed) {
            return step;
        }
    }
}

#[inline]
fn take_step(w: &mut Core, ch: &mut Channel, here: Option<Here>, spare: u32, handlers: bool) -> Step {
    if !w.ready.has_room(1 + spare) || handlers {
        return Step::Obstructed;
    }
    match ch.core.take(&mut w.hall) {
        Take::Nil => Step::Closed,
        Take::Load(slot) => Step::Buffer(slot),
        Take::Meet(putter) => Step::Met(w.queue(putter)),
        Take::Park => stand(w, ch, Side::Take, here),
    }
}

#[inline]
fn stand(w: &mut Core, ch: &Channel, side: Side, here: Option<Here>) -> Step {
    let Some(here) = here else { return Step::Wait };
    let (who, mark) = w.party(here);
    let Some(place) = park::place(w, ch, side, who) else { return Step::Wait };
    // Whoever waits on a timer is noted with it.
    let quick = who.carrier().filter(|_| here.ours && ch.timer().is_none());
    let warm = quick.is_some_and(|p| w.warm.waits(p, place));
    Step::Stands(Stand { who, place, mark, warm })
}

/// `[0 +? e]` Puts the value at `v` into the channel at `ch`, if that is possible
/// now: true, or false when it is closed. Leftovers may be on top.
pub fn put_now(l: Cx, ch: Int, c: Ref<Channel>, v: Int) -> Option<bool> {
    let step = decide_put(l, ch, c, None, 0);
    finish_put(l, ch, c, v, step)
}

/// `[0 +? e]` Moves the value of a put that was decided.
pub fn finish_put(l: Cx, ch: Int, c: Ref<Channel>, v: Int, step: Step) -> Option<bool> {
    match step {
        Step::Closed => return Some(false),
        Step::Dropped => {}
        Step::Transduce => xform::put(l, ch, c, v),
        Step::Buffer(slot) => {
            values::store(l, ch, slot, v);
            if c.get().core.ring.kind() == Kind::Promise {
                serve(l, ch, c);
            }
        }
        Step::Met(taker) => wake::wake(l, taker, Side::Take, Gift::At(v), ch),
        Step::Obstructed | Step::Stands(..) | Step::Wait => return None,
    }
    Some(true)
}

/// `[0 +? e]` Takes from the channel at `ch`, if that is possible now: true, and
/// the value, or nil for the end, is on top. Leftovers may be below it.
pub fn take_now(l: Cx, ch: Int, c: Ref<Channel>) -> bool {
    let step = decide_take(l, c, None, 0);
    finish_take(l, ch, c, step)
}

/// `[0 +? e]` Moves the value of a take that was decided.
pub fn finish_take(l: Cx, ch: Int, c: Ref<Channel>, step: Step) -> bool {
    match step {
        Step::Closed if xform::complete_late(l, ch, c) => return take_now(l, ch, c),
        Step::Closed | Step::Dropped => l.nil(),
        Step::Buffer(slot) => {
            values::load(l, ch, slot, c.get().core.ring.kind() == Kind::Promise);
            if !c.get().core.lobby().is_null() {
                refill(l, ch, c);
            }
        }
        Step::Met(putter) => match putter.m.who.carrier() {
            Some(p) if putter.served => {
                wake::wake(l, putter, Side::Put, Gift::True, ch);
                p.push_brought(*l, true);
            }
            _ => {
                wake::push_brought(l, putter.m, ch);
                let value = l.top();
                wake::wake(l, putter, Side::Put, Gift::True, ch);
                l.set_top(value);
            }
        },
        Step::Obstructed | Step::Transduce | Step::Stands(..) | Step::Wait => return false,
    }
    true
}

/// `[0 0 -]` A value has left the buffer: lets the puts in that fit now.
fn refill(l: Cx, ch: Int, c: Ref<Channel>) {
    if c.get().is_xform() {
        return xform::refill(l, ch, c);
    }
    // One place is free, and there is room for one job.
    let met = decide(l, c, |w, ch| ch.core.refill(&mut w.hall).map(|m| w.queue(m)));
    if let Some(putter) = met {
        wake::push_brought(l, putter.m, ch);
        let value = l.top();
        if let Some(slot) = c.update(|ch| ch.core.ring.add()) {
            values::store(l, ch, slot, value);
        }
        wake::wake(l, putter, Side::Put, Gift::True, ch);
        l.set_top(value - 1);
    }
}

/// `[0 0 m]` Gives buffered values to those who wait for one.
pub fn serve(l: Cx, ch: Int, c: Ref<Channel>) {
    let top = l.top();
    loop {
        l.set_top(top);
        clear(l, c, Side::Take);
        let met = decide(l, c, |w, ch| ch.core.serve(&mut w.hall).map(|(m, slot)| (w.queue(m), slot)));
        let Some((taker, slot)) = met else { return };
        values::load(l, ch, slot, c.get().core.ring.kind() == Kind::Promise);
        wake::wake(l, taker, Side::Take, Gift::At(l.top()), ch);
    }
}
