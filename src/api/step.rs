//! One put or take: decided in one go, and then the value moved.

use super::chan::Channel;
use super::core::{Core, Cx, Here, Waiter, core, decide};
use super::wake::{self, Gift};
use super::{park, protocol, values, xform};
use crate::chan::{Kind, Meeting, Put, Side, Take};
use crate::lua::{Int, Ref, State};
use slotmap::Key;

/// `[0 0 e]` Before a decision about whoever waits on that side: sees to it that
/// there is room to queue one, and that one that is a handler object is asked.
pub fn clear(l: Cx, c: Ref<Channel>, side: Side) {
    if core(l, |w| w.handlers) {
        protocol::drop_dead(l, c, side);
    }
    wake::reserve(l, 1);
}

/// What a put or a take came to. What it says has been done. It fits into two
/// registers; what takes more to say is in `Core::met` and `Core::stood` until
/// something else is decided. A larger answer would go through memory in small
/// pieces and be read in large ones, for which the processor stalls.
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
    Buffer(usize),
    /// A partner, `Core::met`, has been queued.
    Met,
    /// The same, and all that is left to do is to give this coroutine its value.
    Served(State),
    /// The coroutine has its place in the queue, `Core::stood`.
    Stands,
    /// The same, and it is anchored already. This is its mark.
    Warm(usize),
    /// It has to wait.
    Wait,
}

/// `[0 0 -]` A decision about a partner, who has been queued.
#[inline(always)]
fn met(w: &mut Core, m: Meeting<Waiter>) -> Step {
    let woken = w.queue(m);
    match m.who.carrier() {
        Some(p) if woken.warm && !woken.losers && !woken.hook => Step::Served(p.co()),
        _ => {
            w.met = Some(woken);
            Step::Met
        }
    }
}

/// `[0 0 e]` Decides a put. `here`: the coroutine that parks if it has to; `spare`:
/// how many tasks there must be room for afterwards.
#[inline(always)]
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
#[inline(always)]
fn takers(w: &mut Core, ch: &Channel) -> u32 {
    if ch.core.ring.kind() == Kind::Promise || ch.is_xform() {
        w.hall.queued(ch.core.lobby(), Side::Take) as u32 + 1
    } else {
        1
    }
}

#[inline(always)]
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
        Put::Store(slot) => Step::Buffer(slot as usize),
        Put::Hand(taker) => met(w, taker),
        Put::Park => stand(w, ch, Side::Put, here),
    }
}

/// `[0 0 e]` Decides a take in the same way.
#[inline(always)]
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

#[inline(always)]
fn take_step(w: &mut Core, ch: &mut Channel, here: Option<Here>, spare: u32, handlers: bool) -> Step {
    if !w.ready.has_room(1 + spare) || handlers {
        return Step::Obstructed;
    }
    match ch.core.take(&mut w.hall) {
        Take::Nil => Step::Closed,
        Take::Load(slot) => Step::Buffer(slot as usize),
        Take::Meet(putter) => met(w, putter),
        Take::Park => stand(w, ch, Side::Take, here),
    }
}

#[inline(always)]
fn stand(w: &mut Core, ch: &Channel, side: Side, here: Option<Here>) -> Step {
    let Some(here) = here else { return Step::Wait };
    let parked = w.parked(here);
    let Some(place) = park::place(w, ch, side, here.party(parked)) else { return Step::Wait };
    // Whoever waits on a timer is noted with it.
    if here.ours && ch.timer().is_none() && w.warm.waits(parked, place) {
        return Step::Warm(parked.mark() as usize);
    }
    w.stood = Some((parked, place));
    Step::Stands
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
            values::store(l, ch, slot as u32, v);
            if c.get().core.ring.kind() == Kind::Promise {
                serve(l, ch, c);
            }
        }
        Step::Served(taker) => {
            l.dup(v);
            l.give(taker, 1);
        }
        Step::Met => wake_met(l, Side::Take, Gift::At(v), ch),
        Step::Obstructed | Step::Stands | Step::Warm(_) | Step::Wait => return None,
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
            values::load(l, ch, slot as u32, c.get().core.ring.kind() == Kind::Promise);
            if !c.get().core.lobby().is_null() {
                refill(l, ch, c);
            }
        }
        Step::Served(putter) => {
            putter.bool(true);
            putter.push_brought(*l, true);
        }
        Step::Met => wake_met(l, Side::Put, Gift::True, ch),
        Step::Obstructed | Step::Transduce | Step::Stands | Step::Warm(_) | Step::Wait => return false,
    }
    true
}

/// `[0 +? e]` Hands the partner that was met what it gets; the value that a put
/// brings is on top.
fn wake_met(l: Cx, side: Side, gift: Gift, ch: Int) {
    let Some(partner) = core(l, |w| w.met.take()) else { return };
    if side == Side::Put {
        wake::push_brought(l, partner.m, ch);
    }
    let top = l.top();
    wake::wake(l, partner, side, gift, ch);
    l.set_top(top);
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
