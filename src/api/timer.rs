//! `timeout`, and the channels behind the pending deadlines.

use super::chan::{self, Channel, Role};
use super::core::{Cx, STORE, at, core, enter};
use super::{args, hook, park};
use crate::chan::Kind;
use crate::ids::{Lobby, TimerId};
use crate::lua::{Int, State};
use crate::sched::{TIMERS, deadline};
use crate::sys::clock;
use slotmap::Key;

const TIMEOUT: &str = "async.timeout";

/// The number of a timer in the tables that hold its channel.
fn number(id: TimerId) -> u32 {
    id.data().as_ffi() as u32
}

/// `timeout(ms) -> channel`
pub extern "C-unwind" fn timeout(l: State) -> Int {
    let l = enter(l);
    hook::operation(l);
    let ms = args::number(l, 1, TIMEOUT);
    if ms.is_nan() {
        l.raise(format_args!("{TIMEOUT}: milliseconds expected, got nan (argument 1)"));
    }
    let now = clock::now();
    let deadline = deadline(now, ms);
    if !push_pending(l, deadline) {
        create(l, deadline);
        hook::check(l);
        hook::hasten(l, now, deadline);
    }
    hook::arm(l);
    1
}

/// `[0 +(0|1) -]` The channel that another call made for the same deadline.
fn push_pending(l: Cx, deadline: u64) -> bool {
    let Some(id) = core(l, |w| w.timers.find(deadline)) else {
        return false;
    };
    l.geti(STORE, at::TIMERS);
    l.geti(-1, number(id));
    l.remove(-2);
    let open = l.udata::<Channel>(-1).is_some_and(|c| !c.get().core.is_closed());
    if !open {
        l.pop(1);
    }
    open
}

/// `[0 +1 m]`
fn create(l: Cx, deadline: u64) {
    let c = chan::make(l, Kind::Rendezvous, 0, chan::PLAIN);
    let ch = l.top();
    park::open(l, ch, c);
    let Ok(id) = core(l, |w| w.timers.add(deadline).map_err(drop)) else { l.no_memory() };
    let lobby = c.update(|ch| {
        ch.role = Role::Timer(id);
        ch.core.lobby()
    });
    core(l, |w| w.hall.set_timer(lobby, id));
    for table in [at::TIMERS, at::WATCHED] {
        l.geti(STORE, table);
        if table == at::TIMERS {
            l.dup(ch)
        } else {
            l.bool(false)
        }
        l.seti(-2, number(id));
        l.pop(1);
    }
}

/// `[0 0 -]` Somebody waits on the timeout at `ch`: it must live to its end.
pub fn watch(l: Cx, ch: Int, id: TimerId) {
    if !core(l, |w| w.timers.is_pending(id)) {
        return;
    }
    l.geti(STORE, at::WATCHED);
    l.dup(ch);
    l.seti(-2, number(id));
    l.pop(1);
}

/// `[0 0 -]` If this is the lobby of a timeout and nobody waits there any more,
/// it may go when nobody can reach it.
pub fn unwatch(l: Cx, lobby: Lobby) {
    if let Some(id) = core(l, |w| w.hall.unwatched_timer(lobby)) {
        forget(l, id);
    }
}

/// `[0 0 -]`
fn forget(l: Cx, id: TimerId) {
    if !core(l, |w| w.timers.is_pending(id)) {
        return;
    }
    l.geti(STORE, at::WATCHED);
    l.bool(false);
    l.seti(-2, number(id));
    l.pop(1);
}

/// `[0 0 -]` A timeout is over, or was closed by hand.
pub fn over(l: Cx, id: TimerId) {
    forget(l, id);
    core(l, |w| w.timers.cancel(id));
}

/// `[0 0 m]` Closes the timeouts that are due, earliest first.
pub fn fire_due(l: Cx) {
    if core(l, |w| w.timers.is_empty()) {
        return;
    }
    let now = clock::now();
    for _ in 0..TIMERS {
        match core(l, |w| w.timers.first()) {
            Some((deadline, id)) if deadline <= now => fire(l, id),
            _ => return,
        }
    }
}

/// `[0 0 m]` The timer stays pending until its channel is closed.
fn fire(l: Cx, id: TimerId) {
    let top = l.top();
    l.geti(STORE, at::TIMERS);
    l.geti(-1, number(id));
    if let Some(c) = l.udata::<Channel>(-1) {
        chan::close_now(l, top + 2, c);
    }
    over(l, id);
    l.set_top(top);
}
