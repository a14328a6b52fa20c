//! Go blocks that compute for long are suspended, so that others get their turn.

use super::core::{Core, Cx, Load, READY, STORE, Waiter, at, core, enter};
use super::{hook, timer, wake, within};
use crate::lua::{Frame, Int, Parked, SUSPENDS, State};
use crate::sched::{TICK, Turn};
use crate::sys::clock;

const NAME: &str = "async.preempt";

/// Nanoseconds in a millisecond.
const MS: f64 = 1e6;

/// A go block that is suspended, and where on its stack the function lies that goes
/// on.
#[derive(Clone, Copy)]
pub struct Suspended {
    co: State,
    frame: Frame,
}

/// `preempt(ms?, scope?) -> ms?` What was said before is the answer.
pub extern "C-unwind" fn preempt(l: State) -> Int {
    let l = enter(l);
    if l.is_none(1) {
        push_ms(l, core(l, |w| Some(w.slices.quantum()).filter(|&quantum| quantum > 0)));
        return 1;
    }
    let quantum = quantum_at(l, 1);
    match l.bytes(2) {
        Some(b"all") => set_for_all(l, quantum),
        Some(b"this") => set_for_this(l, quantum),
        None if l.is_nil(2) => set_for_all(l, quantum),
        _ => refuse_scope(l),
    }
    1
}

fn refuse_scope(l: Cx) -> ! {
    const EXPECTED: &str = "\"all\" or \"this\"";
    match l.bytes(2).and_then(|name| std::str::from_utf8(name).ok()) {
        Some(name) => l.raise(format_args!("{NAME}: {EXPECTED} expected, got \"{name}\" (argument 2)")),
        None => l.bad_argument(NAME, EXPECTED, 2),
    }
}

/// `[0 0 e]` How long a turn is, in nanoseconds: 0 for one without an end, nothing
/// if that was not said.
fn quantum_at(l: Cx, i: Int) -> Option<u64> {
    if l.is_nil(i) {
        return None;
    }
    if l.is_false(i) {
        return Some(0);
    }
    match l.number(i) {
        Some(ms) if ms > 0.0 => {
            must_suspend(l);
            Some((ms * MS).clamp(1.0, 1e18) as u64)
        }
        Some(ms) => l.raise(format_args!("{NAME}: number above 0 expected, got {ms} (argument {i})")),
        None => l.bad_argument(NAME, "number", i),
    }
}

/// `[0 0 e]` Refuses where nothing could be suspended.
fn must_suspend(l: Cx) {
    if !SUSPENDS {
        l.raise(format_args!("{NAME}: on this system LuaJIT cannot suspend a coroutine that computes"));
    }
    if l.is_debugged_too() {
        l.raise(format_args!(
            "{NAME}: a debug hook is set here, and no coroutine can be suspended below one"
        ));
    }
}

/// `[0 +1 -]`
fn push_ms(l: Cx, quantum: Option<u64>) {
    match quantum {
        None => l.nil(),
        Some(0) => l.bool(false),
        Some(quantum) => l.num(quantum as f64 / MS),
    }
}

/// `[0 +1 m]`
fn set_for_all(l: Cx, quantum: Option<u64>) {
    let before = core(l, |w| w.slices.set_quantum(quantum.unwrap_or(0)));
    begin(l);
    push_ms(l, Some(before).filter(|&quantum| quantum > 0));
}

/// `[0 +1 e]` The same for the go block that runs.
fn set_for_this(l: Cx, quantum: Option<u64>) {
    let of = l.root();
    if l.is_go_block(of) != Some(true) {
        l.raise(format_args!("{NAME}: not in a go block"));
    }
    if l.geti_nil(STORE, at::TURNS) {
        super::weak_table(*l, b"k");
        l.dup(-1);
        l.seti(STORE, at::TURNS);
        l.remove(-2);
    }
    within::push_root(l);
    l.dup(-1);
    match quantum {
        None => l.nil(),
        Some(quantum) => l.num(quantum as f64),
    }
    let before = recall(l, -4, -3);
    l.set(-4);
    l.pop(2);
    let now = clock::now();
    core(l, |w| {
        w.slices.count_exception(i32::from(quantum.is_some()) - i32::from(before.is_some()));
        w.slices.change(Turn { of: of.id(), quantum }, now);
    });
    begin(l);
    push_ms(l, before);
}

/// `[0 0 -]` What is said in the table at `t` about the coroutine at `i`.
fn recall(l: Cx, t: Int, i: Int) -> Option<u64> {
    l.dup(i);
    l.get(if t < 0 { t - 1 } else { t });
    let quantum = l.number(-1).map(|quantum| quantum as u64);
    l.pop(1);
    quantum
}

/// `[0 0 -]` From now on it matters how long work takes, or no longer; so it does of
/// the go block that runs.
pub fn begin(l: Cx) {
    let matters = core(l, |w| w.slices.matters());
    l.set_watching(matters);
    if matters && let Some(go) = l.current_go() {
        hook::watch(l, go);
    }
}

/// `[0 0 -]` The turn of the go block whose coroutine is on top, which begins.
pub fn turn(l: Cx, of: State) -> Turn {
    let mut quantum = None;
    if core(l, |w| w.slices.has_exceptions()) {
        if l.geti_table(STORE, at::TURNS) {
            quantum = recall(l, -1, -2);
            if l.is_empty() {
                // They were collected before they ended.
                core(l, |w| w.slices.forget_exceptions());
                l.set_watching(core(l, |w| w.slices.matters()));
            }
        }
        l.pop(1);
    }
    Turn { of: of.id(), quantum }
}

/// `[0 0 -]` A go block is over: nothing else holds for it any more.
#[cold]
pub fn forget(l: Cx, co: State) {
    if !core(l, |w| w.slices.has_exceptions()) || !l.has_room(4) || !co.has_room(1) {
        return;
    }
    let top = l.top();
    if l.geti_table(STORE, at::TURNS) {
        co.thread();
        co.give(*l, 1);
        if recall(l, -2, -1).is_some() {
            l.nil();
            l.set(-3);
            core(l, |w| w.slices.count_exception(-1));
            l.set_watching(core(l, |w| w.slices.matters()));
        }
    }
    l.set_top(top);
}

/// When the turn of the running coroutine is over, if it is a go block that the
/// library has resumed and can be suspended.
pub fn ends(l: Cx, now: u64) -> Option<u64> {
    if l.is_go() != Some(true) || l.is_pinned() || l.has_foreign_hook() {
        return None;
    }
    core(l, |w| if w.busy == 0 && !w.off { w.slices.turn_ends(l.id(), now) } else { None })
}

/// `[0 0 -]` When the turn of the go block is over within which a coroutine of the
/// program's own runs. If it is already, it is suspended as soon as it runs itself.
pub fn await_end(l: Cx, now: u64) -> Option<u64> {
    let (go, end) = current(l, now)?;
    if go != *l && end <= now {
        if l.expects_alarm() { l.ring_again(go) } else { l.await_hook(go) }
    }
    Some(end)
}

/// `[0 0 -]` A coroutine that the library resumed within a go block runs no more. An alarm
/// that was served there has not waited for the go block.
#[cold]
pub fn come_back(l: Cx) {
    let now = clock::now();
    if l.expects_alarm()
        && let Some((go, end)) = current(l, now)
        && end <= now
    {
        l.ring_again(go);
    }
}

/// The go block that runs, if only below another coroutine, and when its turn is over.
fn current(l: Cx, now: u64) -> Option<(State, u64)> {
    let go = l.current_go()?;
    core(l, |w| if w.off { None } else { w.slices.turn_ends(go.id(), now) }).map(|end| (go, end))
}

/// Its turn is over, or will be so soon that whoever is queued can wait for it, if no
/// timer is due.
pub fn is_near_end(l: Cx, now: u64) -> bool {
    let near = |end| end <= now || (end <= now + TICK && core(l, Core::deadline) > now);
    ends(l, now).is_some_and(near)
}

pub fn is_over(l: Cx, now: u64) -> bool {
    ends(l, now).is_some_and(|end| end <= now)
}

/// `[0 0 -]` If the turn of the running coroutine is over, queues its next: it has to
/// be suspended as soon as its hook is over, and nothing may run before that.
pub fn suspend(l: Cx, now: u64) -> bool {
    if !is_over(l, now) {
        return false;
    }
    l.geti(STORE, at::ROOM);
    if !l.pcall(0, 0, 0) {
        l.pop(1);
        return false;
    }
    // Making room may have run a finalizer.
    let Some(frame) = l.interrupted() else { return false };
    if !is_over(l, now) || !core(l, |w| w.ready.has_room(1)) {
        return false;
    }
    let parked = core(l, |w| {
        w.suspended = Some(Suspended { co: *l, frame });
        w.tired += 1;
        w.tired_until = now + TICK;
        w.mark = w.mark.wrapping_add(1);
        Parked::new(*l, w.mark, true)
    });
    l.thread();
    wake::turn_later(l, Waiter::Go(parked), Load::Suspended);
    true
}

/// `[0 0 m]` A go block that was suspended is the oldest task. Those that are due or
/// have done nothing yet go first, for as long as its kind has just had a turn; so
/// they need not wait for all that compute. False: nothing is to run now.
#[cold]
pub fn let_pass(l: Cx) -> bool {
    timer::fire_due(l);
    let now = clock::now();
    if core(l, |w| !w.in_turn && now >= w.tired_until) {
        return true;
    }
    let (all, tired, in_turn) = core(l, |w| (w.ready.len(), w.tired, w.in_turn));
    if all <= tired {
        return !in_turn;
    }
    for _ in 0..tired {
        let Some((from, to)) = core(l, Core::pass) else { break };
        l.geti(READY, from * wake::STRIDE + 1);
        l.seti(READY, to * wake::STRIDE + 1);
    }
    true
}

impl Core {
    /// Is the oldest task a go block that was suspended?
    pub fn has_tired(&self) -> bool {
        self.ready.front().is_some_and(|job| job.with == Load::Suspended)
    }

    /// If so, it becomes the newest; answers both slots.
    fn pass(&mut self) -> Option<(u32, u32)> {
        if !self.has_tired() {
            return None;
        }
        let (job, from) = self.ready.pop()?;
        Some((from, self.ready.push(job)))
    }
}

/// `[0 0 -]` A resume has ended in a yield: was the coroutine suspended?
#[cold]
pub fn has_suspended(l: Cx, co: State) -> bool {
    match core(l, |w| w.suspended.take()) {
        Some(s) if s.co == co => {
            co.mend(s.frame);
            true
        }
        _ => false,
    }
}
