//! Protected calls that can be parked in, for a Lua whose own `pcall` cannot be:
//! the function runs in a coroutine within that of its caller, and the two wait
//! as one. `lua/async/protect.lua` makes `async.pcall` of it.

use super::core::{Cx, core, enter};
use super::{hook, preempt};
use crate::lua::{Int, State, Status};

const PCALL: &str = "async.pcall";

/// `can_park() -> boolean`
pub extern "C-unwind" fn can_park(l: State) -> Int {
    let l = enter(l);
    l.bool(l.can_yield());
    1
}

/// `resume_within(done, coroutine, ...)` Resumes a coroutine within the running
/// one. When it is over, answers `done`, and then as `pcall` does. When it yields,
/// or parks, so does the running one, and what that is resumed with is the answer.
pub extern "C-unwind" fn resume_within(l: State) -> Int {
    let l = enter(l);
    let Some(co) = l.thread_at(2) else { l.bad_argument(PCALL, "coroutine", 2) };
    if !co.is_at_rest() {
        l.raise(format_args!("{PCALL}: cannot resume a coroutine that is not suspended"));
    }
    let n = l.top() - 2;
    // Two more, should its outer coroutine have to be named.
    if !co.has_room(n + 2) {
        l.raise(format_args!("{PCALL}: too many arguments"));
    }
    l.give(co, n);
    hook::align(l, co, core(l, |w| w.keeps_hook()));
    let outer = l.set_within(Some((co, l.root())));
    let status = l.resume(co, Some(*l), n);
    l.set_within(outer);
    l.disarm(co);
    hook::arm_again(l);
    if l.is_watching() {
        preempt::come_back(l);
    }
    match status {
        Status::Yielded(n) => {
            l.room(n);
            co.give(*l, n);
            l.pass_on(co, n)
        }
        Status::Ended => {
            let n = co.top();
            l.room(n + 2);
            l.dup(1);
            l.bool(true);
            co.give(*l, n);
            n + 2
        }
        Status::Failed => {
            l.dup(1);
            l.bool(false);
            co.give(*l, 1);
            3
        }
    }
}

/// `[0 +1 -]` The coroutine that waits when the running one does.
pub fn push_root(l: Cx) {
    let root = l.root();
    root.thread();
    if root != *l {
        root.give(*l, 1);
    }
}
