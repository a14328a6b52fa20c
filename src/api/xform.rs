//! Transducers on channels: the step function between a put and the buffer.

use super::chan::{self, Channel, Role};
use super::core::{Cx, HALLS, READY, STORE, at, core, decide, enter, kept};
use super::wake::{self, Gift};
use super::{args, errors, slow, step, values};
use crate::chan::{Kind, Side};
use crate::lua::{Int, Ref, State};
use crate::sched::Work;

/// The state of a channel's transducer.
#[derive(Clone, Copy, Default, Debug)]
pub struct Xform {
    /// How many of its steps are running; only then does it add.
    stepping: u32,
    /// The completing step has begun: it runs once.
    completed: bool,
}

/// The channel of an adding function.
const OWNER: Int = State::upvalue(5);

/// `[0 +1 e]` A channel with the transducer at 2 and the error handler at 3.
pub fn make(l: Cx, kind: Kind, capacity: u32, function: &str) -> Ref<Channel> {
    let c = chan::make(l, kind, capacity, chan::XFORM);
    let ch = l.top();
    l.dup(2);
    for kept in [State::WORLD, STORE, HALLS, READY, ch] {
        l.dup(kept);
    }
    l.function(add, 5);
    l.call(1, 1);
    if !l.is_callable(-1) {
        let got = l.type_name(-1);
        l.raise(format_args!(
            "{function}: the transducer must return a step function, got {got} (argument 2)"
        ));
    }
    l.set_slot(ch, kept::STEP);
    l.dup(3);
    l.set_slot(ch, kept::RESCUE);
    c.update(|ch| ch.role = Role::Xform(Xform::default()));
    c
}

fn state(c: Ref<Channel>, f: impl FnOnce(&mut Xform)) {
    c.update(|ch| {
        if let Role::Xform(x) = &mut ch.role {
            f(x);
        }
    });
}

/// The innermost step: `()`, `(result)` or `(result, value) -> result`.
extern "C-unwind" fn add(l: State) -> Int {
    let l = enter(l);
    const ADD: &str = "async: adding to a channel";
    let n = l.top();
    if n < 2 {
        return n;
    }
    let c = args::chan(l, OWNER, ADD);
    if !matches!(c.get().role, Role::Xform(x) if x.stepping > 0) {
        l.raise(format_args!("{ADD}: only while a put or its close is under way"));
    }
    args::value(l, 2, ADD);
    add_raw(l, OWNER, c, 2);
    l.set_top(1);
    1
}

/// `[0 0 m]` Adds the value at `v` to the buffer as it is.
fn add_raw(l: Cx, ch: Int, c: Ref<Channel>, v: Int) {
    values::reserve(l, ch, c);
    if let Some(slot) = c.update(|ch| ch.core.ring.add()) {
        values::store(l, ch, slot, v);
        l.pop(1);
    }
}

/// `[0 0 m]` A put through the transducer into a buffer that is not full.
pub fn put(l: Cx, ch: Int, c: Ref<Channel>, v: Int) {
    if step(l, ch, c, Some(v)) {
        chan::abort(l, ch, c);
    } else {
        step::serve(l, ch, c);
        // The step itself may have put to this channel.
        refill(l, ch, c);
    }
}

/// `[0 0 m]` Runs the step function with a value, or to complete. True: it has
/// had enough.
fn step(l: Cx, ch: Int, c: Ref<Channel>, v: Option<Int>) -> bool {
    let top = l.top();
    l.room(8);
    l.geti(STORE, at::CATCH);
    l.get_slot(ch, kept::STEP);
    l.dup(ch);
    if let Some(v) = v {
        l.dup(v);
    }
    state(c, |x| x.stepping += 1);
    let ok = call_busy(l, if v.is_some() { 2 } else { 1 }, top + 1);
    state(c, |x| x.stepping -= 1);
    let enough = if ok {
        is_reduced(l, -1)
    } else {
        rescue(l, ch, c);
        false
    };
    l.set_top(top);
    enough
}

/// `[-(1+args) +1 -]` A protected call during which no batch may start: it is a
/// part of an operation.
fn call_busy(l: Cx, args: Int, catch: Int) -> bool {
    let work = slow::begin_call(l, Work::Step, l.top() - args);
    core(l, |w| w.busy += 1);
    let ok = l.pcall(args, 1, catch);
    core(l, |w| w.busy -= 1);
    if let Some(work) = work {
        slow::end(l, work);
    }
    ok
}

/// `[-1 0 m]` The step failed with the error on top: what the error handler
/// returns instead goes into the buffer.
fn rescue(l: Cx, ch: Int, c: Ref<Channel>) {
    let error = l.top();
    l.get_slot(ch, kept::RESCUE);
    if l.is_nil(-1) {
        l.pop(1);
        return errors::report(l, None, None);
    }
    l.geti(STORE, at::CATCH);
    l.insert(error + 1);
    l.dup(error);
    if !call_busy(l, 1, error + 1) {
        errors::report(l, None, None);
    } else {
        if !l.is_nil(-1) {
            add_raw(l, ch, c, l.top());
        }
        l.nil();
        l.seti(STORE, at::TRACE);
    }
    l.set_top(error - 1);
}

/// `[0 0 -]` Is the value at `i` a reduced one?
fn is_reduced(l: Cx, i: Int) -> bool {
    if !l.is_table(i) || !l.get_meta(i) {
        return false;
    }
    l.geti(STORE, at::REDUCED);
    let same = l.is_table(-1) && l.same(-1, -2);
    l.pop(2);
    same
}

/// `[0 0 m]` Runs the completing step, the first time it is asked to.
pub fn complete(l: Cx, ch: Int, c: Ref<Channel>) {
    if matches!(c.get().role, Role::Xform(x) if !x.completed) {
        state(c, |x| x.completed = true);
        step(l, ch, c, None);
    }
}

/// `[0 0 m]` A take found a closed channel drained. If the completing step was
/// put off for puts that waited, it runs now; true: it may have added something.
pub fn complete_late(l: Cx, ch: Int, c: Ref<Channel>) -> bool {
    let due = matches!(c.get().role, Role::Xform(x) if !x.completed);
    if due {
        complete(l, ch, c);
    }
    due
}

/// `[0 0 -]` Lets in the puts that wait. The value that was taken before must
/// not be lost, so an error is reported.
pub fn refill(l: Cx, ch: Int, c: Ref<Channel>) {
    if c.get().core.ring.is_full() || core(l, |w| !c.get().core.has_putter(&mut w.hall)) {
        return;
    }
    l.geti(STORE, at::REFILL);
    l.dup(ch);
    if !l.pcall(1, 0, 0) {
        errors::report(l, None, None);
    }
}

/// `(channel)` Called protected.
pub extern "C-unwind" fn let_in(l: State) -> Int {
    let l = enter(l);
    let c = args::chan(l, 1, "async");
    loop {
        step::clear(l, c, Side::Put);
        let met = decide(l, c, |w, ch| ch.core.admit(&mut w.hall).map(|m| w.queue(m)));
        let Some(putter) = met else { return 0 };
        l.set_top(1);
        wake::push_brought(l, putter.m, 1);
        wake::wake(l, putter, Side::Put, Gift::True, 1);
        if step(l, 1, c, Some(2)) {
            chan::abort(l, 1, c);
        } else {
            step::serve(l, 1, c);
        }
    }
}
