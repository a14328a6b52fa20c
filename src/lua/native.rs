//! Lua's own functions, run in the frame of one of ours that stands in for them:
//! so they find their arguments, their name and their caller as ever.

use super::compat;
use super::state::{Int, State};
use mlua::ffi;

/// A function that is written in C. Its code stays until the state closes.
#[derive(Clone, Copy)]
pub struct Native(ffi::lua_CFunction);

impl PartialEq for Native {
    fn eq(&self, other: &Native) -> bool {
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

impl Native {
    /// `[? +? e]` Runs it in the place of the function that runs.
    #[inline]
    pub fn run(self, l: State) -> Int {
        // SAFETY: it was found by the functions below: what it asks of its frame is
        // there, be it nothing or the coroutine as the first value.
        unsafe { (self.0)(l.0) }
    }
}

// SAFETY of the blocks below: the state is valid and runs; two values fit.
#[expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole block")]
impl State {
    /// `[0 0 -]` The function at `i`, if it is written in C and has no values of its
    /// own.
    pub fn native_at(self, i: Int) -> Option<Native> {
        let f = unsafe { ffi::lua_tocfunction(self.0, i) }?;
        if unsafe { !ffi::lua_getupvalue(self.0, i, 1).is_null() } {
            self.pop(1);
            return None;
        }
        Some(Native(f))
    }

    /// `[0 +(0|1) -]` The function at `i`, if it is written in C and has a coroutine
    /// as its only value, which is pushed.
    pub fn native_of_thread(self, i: Int) -> Option<Native> {
        let f = unsafe { ffi::lua_tocfunction(self.0, i) }?;
        if unsafe { !ffi::lua_getupvalue(self.0, i, 2).is_null() } {
            self.pop(1);
            return None;
        }
        if unsafe { ffi::lua_getupvalue(self.0, i, 1).is_null() } {
            return None;
        }
        if self.thread_at(-1).is_none() {
            self.pop(1);
            return None;
        }
        Some(Native(f))
    }

    /// `[0 0 -]` The function on top gets the environment of that at `i`, where
    /// functions in C have one.
    pub fn share_environment(self, i: Int) {
        unsafe { compat::share_environment(self.0, i) }
    }

    /// `[0 0 -]` Has somebody else set a hook on it?
    #[inline]
    pub fn has_foreign_hook(self) -> bool {
        unsafe { ffi::lua_gethook(self.0).is_some() && !self.is_armed() && !self.is_rung() }
    }
}
