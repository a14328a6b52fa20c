//! From a meeting to a queued task: the anchors of those who wait, and the
//! table of those who will run.

use super::core::{Cx, HALLS, Job, Load, READY, Waiter, Woken, core, kept};
use crate::chan::{Meeting, Side};
use crate::ids::Lobby;
use crate::lua::{Int, SLOTS_ARE_QUICK, State};
use slotmap::Key;

/// Entries per job in the table: what runs, its value, and for `alts` the port.
pub const STRIDE: u32 = 3;

/// The entry of what waits in a slot of an anchor table; its value is the next.
/// The first entry of the table is the sentinel.
pub fn anchor(slot: u32) -> u32 {
    2 + 2 * slot
}

/// The number of a lobby in the table of anchor tables.
pub fn number(lobby: Lobby) -> u32 {
    lobby.data().as_ffi() as u32
}

/// `[0 +1 -]` The anchor table of a lobby, or nil when the channel is gone.
pub fn find_anchors(l: Cx, lobby: Lobby) -> bool {
    l.geti_table(HALLS, number(lobby))
}

/// `[0 +1 -]` The anchor table of the channel at `ch`, by the quicker way.
#[inline]
pub fn push_anchors(l: Cx, ch: Int, lobby: Lobby) -> bool {
    if SLOTS_ARE_QUICK {
        l.get_slot_table(ch, kept::ANCHORS)
    } else {
        find_anchors(l, lobby) || kept_anchors(l, ch)
    }
}

/// `[-1 +1 -]` A channel that a finalizer brought back has lost its entry in the weak
/// table, but not what it keeps itself.
#[cold]
fn kept_anchors(l: Cx, ch: Int) -> bool {
    l.pop(1);
    l.get_slot_table(ch, kept::ANCHORS)
}

/// `[0 0 m]` Makes room for `n` more queued jobs.
#[inline]
pub fn reserve(l: Cx, n: u32) {
    while !core(l, |w| w.ready.has_room(n)) {
        grow(l);
    }
}

/// `[0 0 m]` Doubles the table of jobs in place.
#[cold]
fn grow(l: Cx) {
    let old = core(l, |w| w.ready.room());
    for entry in old * STRIDE + 1..=2 * old * STRIDE {
        l.bool(false);
        l.seti(READY, entry);
    }
    let moved = core(l, |w| w.ready.grow(old).map_err(drop).inspect(|&wrapped| w.warm.moved(wrapped, old)));
    match moved {
        // Those that had wrapped round to the front follow the others now.
        Ok(wrapped) => {
            for entry in 1..=wrapped * STRIDE {
                l.geti(READY, entry);
                l.seti(READY, old * STRIDE + entry);
            }
        }
        Err(()) => l.no_memory(),
    }
}

/// `[0 0 -]` A task that was run may still be in the table of jobs, since its
/// place is simply taken by the next: lets go of those.
pub fn sweep(l: Cx) {
    while let Some(slot) = core(l, |w| w.ready.stale()) {
        for k in 1..=STRIDE {
            l.bool(false);
            l.seti(READY, slot * STRIDE + k);
        }
    }
}

/// `[0 0 -]` Queues a call of the function at `f` with the value at `value`.
/// Room has been reserved.
pub fn call_later(l: Cx, f: Int, value: Int) {
    let job = Job { who: Waiter::Call, alts: false, with: Load::Queued };
    let slot = core(l, |w| w.ready.push(job)) * STRIDE;
    l.dup(f);
    l.seti(READY, slot + 1);
    l.dup(value);
    keep_place(l);
    l.seti(READY, slot + 2);
    super::hook::arm(l);
}

/// `[-1 0 -]` Queues the coroutine on top, a go block that gets no value.
/// Room has been reserved.
pub fn turn_later(l: Cx, who: Waiter, with: Load) {
    let job = Job { who, alts: false, with };
    let slot = core(l, |w| w.ready.push(job)) * STRIDE;
    l.seti(READY, slot + 1);
}

/// `[-1 +1 -]` A nil in the table of jobs would make its entry go when the table
/// grows; the table itself stands for it.
fn keep_place(l: Cx) {
    if l.is_nil(-1) {
        l.dup(READY);
        l.replace(-2);
    }
}

/// `[0 +1 -]` What the entry of a job holds.
#[inline]
pub fn push_entry(l: Cx, jobs: Int, entry: u32) {
    l.geti(jobs, entry);
    if l.same(-1, READY) {
        l.nil();
        l.replace(-2);
    }
}

/// What a party that is woken gets.
#[derive(Clone, Copy)]
pub enum Gift {
    Nil,
    True,
    /// The value at this position.
    At(Int),
}

impl Gift {
    fn push(self, l: State) {
        match self {
            Gift::Nil => l.nil(),
            Gift::True => l.bool(true),
            Gift::At(i) => l.dup(i),
        }
    }
}

/// `[0 +? -]` Hands a party that has been queued what it gets, and moves its
/// anchor from the channel where they met, at `ch`. May leave the anchor table.
pub fn wake(l: Cx, woken: Woken, side: Side, gift: Gift, ch: Int) {
    match woken.m.who {
        Waiter::Go(p) | Waiter::Thread(p) if woken.served => {
            if !woken.warm && push_anchors(l, ch, woken.m.place.lobby) {
                let entry = anchor(woken.m.place.slot);
                l.geti(-1, entry);
                l.seti(READY, woken.slot * STRIDE + 1);
                clear(l, entry, false);
            }
            match gift {
                Gift::At(i) => {
                    l.dup(i);
                    l.give(p.co(), 1);
                }
                gift => gift.push(p.co()),
            }
        }
        _ => wake_other(l, woken, side, gift, ch),
    }
    if woken.losers {
        clear_losers(l);
    }
    if woken.hook {
        super::hook::arm(l);
    }
}

/// `[0 +1 -]` The same for a party that does not carry its values itself.
fn wake_other(l: Cx, woken: Woken, side: Side, gift: Gift, ch: Int) {
    let m = woken.m;
    let entry = anchor(m.place.slot);
    let anchored = push_anchors(l, ch, m.place.lobby);
    let handler = anchored && matches!(m.who, Waiter::Handler);
    if handler {
        l.geti(-1, entry);
        gift.push(*l);
        l.insert(-3);
        l.insert(-3);
    } else if !matches!(m.who, Waiter::Silent | Waiter::Handler) {
        let slot = woken.slot * STRIDE;
        if anchored {
            l.geti(-1, entry);
            keep_place(l);
            l.seti(READY, slot + 1);
        }
        gift.push(*l);
        keep_place(l);
        l.seti(READY, slot + 2);
        if m.port != 0 {
            l.dup(ch);
            l.seti(READY, slot + 3);
        }
    }
    if anchored {
        clear(l, entry, side == Side::Put);
    }
    if handler {
        meet_handler(l);
    }
}

/// `[-2 0 -]` Below the anchor table on top lie a handler object, which commits
/// now, and the value that it gets.
#[cold]
fn meet_handler(l: Cx) {
    let value = l.top() - 1;
    l.dup(value - 1);
    super::protocol::commit_with(l, value);
    l.remove(value);
    l.remove(value - 1);
}

/// `[0 0 -]` Empties an entry of the anchor table on top, and the value beside
/// it if one was brought there.
fn clear(l: Cx, entry: u32, brought: bool) {
    l.nil();
    l.seti(-2, entry);
    if brought {
        l.nil();
        l.seti(-2, entry + 1);
    }
}

/// `[0 +1 -]` The value that a waiting put brings to the channel at `ch`; to be
/// fetched before it is woken.
pub fn push_brought(l: Cx, m: Meeting<Waiter>, ch: Int) {
    match m.who.carrier() {
        Some(p) if m.port == 0 => p.co().push_brought(*l, false),
        _ if push_anchors(l, ch, m.place.lobby) => {
            l.geti(-1, anchor(m.place.slot) + 1);
            l.remove(-2);
        }
        _ => {}
    }
}

/// `[0 0 -]` Lets go of what an `alts` that is over had anchored elsewhere.
pub fn clear_losers(l: Cx) {
    while let Some(place) = core(l, |w| w.hall.loser()) {
        if find_anchors(l, place.lobby) {
            clear(l, anchor(place.slot), true);
        }
        l.pop(1);
        super::timer::unwatch(l, place.lobby);
    }
}
