//! The instructions until the next count event of a hook. Lua's API sets them with
//! the hook and does not tell them, and to set a hook walks the stack; so they are
//! read and written where Lua keeps them, beside the count that it does tell.

use super::compat::{COUNTER_ENDS, set_hook};
use super::state::{Int, State};
use mlua::ffi;

/// Where in a `lua_State`, in bytes: nowhere, if this build of Lua is unlike all others.
#[derive(Clone, Copy)]
pub(super) struct Counter(Option<usize>);

/// Numbers that are not in a new coroutine by chance.
const TRIALS: [Int; 2] = [0x5a3c_17e9, 0x2b6d_40f3];

impl Counter {
    /// `[0 0 m]` Tries it on a new coroutine: the count and what is left of it lie
    /// side by side, whatever they are. Two stack slots.
    pub(super) fn find(l: State) -> Counter {
        let co = l.new_thread();
        let places = TRIALS.map(|count| {
            // SAFETY: the coroutine is new, and anchored on the stack.
            unsafe { set_hook(co.0, Some(never), ffi::LUA_MASKCOUNT, count) }
            place(co, count)
        });
        // SAFETY: the same.
        unsafe { set_hook(co.0, None, 0, 0) }
        l.pop(1);
        Counter(places[0].filter(|_| places[0] == places[1]))
    }

    /// `[0 0 -]` What is left.
    pub(super) fn left(self, of: State) -> Option<Int> {
        // SAFETY: a valid thread is as large as the one that was tried.
        self.0.map(|at| unsafe { of.0.byte_add(at).cast::<Int>().read() })
    }

    /// `[0 0 -]`
    pub(super) fn set(self, of: State, left: Int) {
        if let Some(at) = self.0 {
            // SAFETY: the same; Lua sets it itself whenever a hook is set.
            unsafe { of.0.byte_add(at).cast::<Int>().write(left) }
        }
    }
}

/// Where the second of two equal numbers is.
fn place(co: State, count: Int) -> Option<usize> {
    let ends = if size_of::<usize>() == 4 { COUNTER_ENDS / 2 + 16 } else { COUNTER_ENDS };
    // SAFETY: no `lua_State` of this version ends before.
    let read = |at| unsafe { co.0.byte_add(at).cast::<Int>().read_volatile() };
    (4..ends).step_by(4).find(|&at| read(at) == count && read(at - 4) == count)
}

unsafe extern "C-unwind" fn never(_: *mut ffi::lua_State, _: *mut ffi::lua_Debug) {}
