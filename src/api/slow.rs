//! Work that takes long without parking, and who is told of it.

use super::core::{Cx, STORE, at, core, enter};
use super::{args, errors, go, hook, preempt};
use crate::lua::{Int, LEVELS_OF_TRIGGER, PER_COROUTINE, State, Text};
use crate::sched::{Outer, Turn, Work};
use crate::sys::clock;

const ON_SLOW: &str = "async.on_slow (on-slow)";

/// How many pieces of work within each other are remembered by name.
const DEPTH: u32 = 256;

/// Nanoseconds in a millisecond.
const MS: f64 = 1e6;

/// It is no go block's turn.
const NOBODY: Turn = Turn { of: 0, quantum: None };

/// `on_slow(ms?, handler?) -> ms?, handler?` What was said before is the answer.
pub extern "C-unwind" fn on_slow(l: State) -> Int {
    let l = enter(l);
    args::optional_callable(l, 2, ON_SLOW);
    l.set_top(2);
    let limit = if l.is_nil(1) && l.is_nil(2) {
        0
    } else {
        match l.number(1) {
            Some(ms) if ms > 0.0 => ((ms * MS) as u64).clamp(1, u64::MAX / 2),
            Some(ms) => l.raise(format_args!("{ON_SLOW}: number above 0 expected, got {ms} (argument 1)")),
            None => l.bad_argument(ON_SLOW, "number", 1),
        }
    };
    if limit > 0 && l.geti_nil(STORE, at::SLOW) {
        super::full_table(*l, 2 * DEPTH);
        l.seti(STORE, at::SLOW);
    }
    l.set_top(2);
    l.geti(STORE, at::SLOW_HANDLER);
    l.insert(2);
    l.seti(STORE, at::SLOW_HANDLER);
    let (before, matters) = core(l, |w| (w.slices.set_limit(limit), w.slices.matters()));
    l.set_watching(matters);
    if before > 0 {
        l.num(before as f64 / MS);
    } else {
        l.nil();
    }
    l.replace(1);
    2
}

/// `[0 0 -]` A coroutine, which is on top, is about to be resumed, a go block or
/// another; a new one is at `block`. There is room for 8 values.
#[cold]
pub fn begin_block(l: Cx, co: State, is_go: bool, block: Option<Int>) -> Outer {
    let (work, turn) = if is_go { (Work::Go, preempt::turn(l, co)) } else { (Work::Coroutine, NOBODY) };
    match block {
        Some(i) => l.dup(i),
        None if is_go => go::push_block_of(l, co),
        None => l.nil(),
    }
    begin(l, work, turn)
}

/// `[0 0 -]` The function at `f` is about to be called, if that is watched.
#[inline]
pub fn begin_call(l: Cx, work: Work, f: Int) -> Option<Outer> {
    if l.is_watching() { begin_watched(l, work, f) } else { None }
}

#[cold]
fn begin_watched(l: Cx, work: Work, f: Int) -> Option<Outer> {
    if !l.has_room(8) {
        return None;
    }
    l.dup(f);
    Some(begin(l, work, NOBODY))
}

/// `[0 0 -]` A blocking operation waits: that is nobody's work.
#[inline]
pub fn pause(l: Cx) -> Option<Outer> {
    l.is_watching().then(|| core(l, |w| w.slices.begin(Work::Wait, NOBODY, clock::now())))
}

/// `[-1 0 -]` The thing on top begins to work.
fn begin(l: Cx, work: Work, turn: Turn) -> Outer {
    let (outer, matters) = core(l, |w| {
        let outer = w.slices.begin(work, turn, clock::now());
        (outer, w.slices.is_watching() || w.slices.present_end().is_some())
    });
    remember(l, 0);
    if !matters {
        return outer;
    }
    // A coroutine gets the hook as it is resumed.
    if !PER_COROUTINE || l.prefers_alarm() || matches!(work, Work::Callback | Work::Step) {
        hook::watch(l, *l);
    }
    outer
}

/// The entry of the present piece of work: the thing itself, or what was noted.
fn entry(l: Cx, which: u32) -> Option<u32> {
    let depth = core(l, |w| w.slices.depth());
    (1..=DEPTH).contains(&depth).then(|| 2 * depth - 1 + which)
}

/// `[-1 0 -]` Keeps what is on top in an entry, which is there.
fn remember(l: Cx, which: u32) {
    if let Some(entry) = entry(l, which) {
        if l.geti_table(STORE, at::SLOW) {
            l.dup(-2);
            l.seti(-2, entry);
        }
        l.pop(1);
    }
    l.pop(1);
}

/// `[0 +1 -]`
fn recall(l: Cx, which: u32) {
    match entry(l, which) {
        Some(entry) => {
            l.geti(STORE, at::SLOW);
            l.geti(-1, entry);
            l.remove(-2);
        }
        None => l.nil(),
    }
}

/// `[0 0 -]` It is over, or waits again.
#[cold]
pub fn end(l: Cx, outer: Outer) {
    let room = l.has_room(8);
    if room && let Some(ran) = core(l, |w| w.slices.excess(clock::now())) {
        core(l, |w| w.slices.told());
        protected(l, at::WARN, ran);
    }
    if room && core(l, |w| w.slices.work() != Work::Wait) {
        for which in [0, 1] {
            l.bool(false);
            remember(l, which);
        }
    }
    let now = clock::now();
    let depth = core(l, |w| {
        w.slices.end(outer, now);
        w.slices.depth()
    });
    if depth == 0 && room {
        hook::settle(l);
    } else if room {
        // The turn of a go block goes on, which nothing has watched meanwhile.
        hook::arm_again(l);
    }
}

/// `[0 0 -]` The trigger fired: has the present piece of work run for too long?
/// That is told at once where a task might run now, else at its end.
pub fn look(l: Cx, now: u64) {
    let Some((ran, tell)) = core(l, |w| {
        let due = now > w.slices.look_at();
        w.slices.excess(now).filter(|_| due).map(|ran| (ran, w.may_interrupt()))
    }) else {
        return;
    };
    core(l, |w| if tell { w.slices.told() } else { w.slices.note() });
    protected(l, if tell { at::NOTE_AND_WARN } else { at::NOTE }, ran);
}

/// `[0 0 -]` Calls one of the functions below. What goes wrong is reported.
fn protected(l: Cx, f: u32, ran: u64) {
    let current = l.set_current(None);
    l.geti(STORE, at::CATCH);
    let catch = l.top();
    l.geti(STORE, f);
    l.num(ran as f64 / MS);
    if !l.pcall(1, 0, catch) {
        errors::report(l, None, None);
    }
    l.set_top(catch - 1);
    l.set_current(current);
}

/// `(ms)` Notes where the running coroutine is.
pub extern "C-unwind" fn note(l: State) -> Int {
    let l = enter(l);
    l.text(b"");
    l.traceback(*l, 1 + LEVELS_OF_TRIGGER);
    remember(l, 1);
    0
}

/// `(ms)` The same, and tells.
pub extern "C-unwind" fn note_and_warn(l: State) -> Int {
    note(l);
    tell(enter(l), "has run")
}

/// `(ms)` Tells of work that is over.
pub extern "C-unwind" fn warn(l: State) -> Int {
    tell(enter(l), "ran")
}

/// `(ms)` Gives the report to the handler, or to standard error.
fn tell(l: Cx, ran: &str) -> Int {
    let ms = l.number(1).unwrap_or(0.0);
    let top = l.top();
    push_work(l);
    l.text(Text::new(format_args!(" {ran} for {ms:.0} ms without parking")).bytes());
    recall(l, 1);
    if l.bytes(-1).is_none() {
        l.pop(1);
    }
    l.concat(l.top() - top);
    l.geti(STORE, at::SLOW_HANDLER);
    if l.is_nil(-1) {
        errors::say(l.bytes(-2).unwrap_or_default());
        return 0;
    }
    l.dup(-2);
    l.num(ms);
    l.call(2, 0);
    0
}

/// `[0 +? m]` What works, in words.
fn push_work(l: Cx) {
    let (name, place) = match core(l, |w| w.slices.work()) {
        Work::Go => ("async: a go block", " spawned at "),
        Work::Callback => ("async: a callback", " defined at "),
        Work::Step => ("async: a transducer's step", " defined at "),
        Work::Coroutine | Work::Wait => ("async: a coroutine", ""),
    };
    l.text(name.as_bytes());
    l.text(place.as_bytes());
    recall(l, 0);
    let thing = l.top();
    if l.is_function(thing) {
        l.dup(thing);
        let line = l.definition();
        l.text(Text::new(format_args!(":{line}")).bytes());
        l.concat(2);
    } else if !errors::push_spawner(l, thing) {
        // Nothing is known of its place.
        return l.pop(2);
    }
    l.remove(thing);
}
