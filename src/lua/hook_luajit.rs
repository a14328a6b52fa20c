//! The profiler in place of a hook: LuaJIT's compiled code calls no hook, and a
//! coroutine that yields below one brings the process down.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use super::profile::{self, Start};
use super::state::{Int, State};
use mlua::ffi;
use std::cell::Cell;

/// One trigger serves all coroutines.
pub const PER_COROUTINE: bool = false;

/// Its name.
pub const TRIGGER: &str = "profile";

/// How many functions of ours are on the stack above what it interrupted.
pub const LEVELS_OF_TRIGGER: Int = 2;

thread_local! {
    /// Set by the hook of the trial below.
    static FIRED: Cell<bool> = const { Cell::new(false) };
}

/// Asks `lua_gc` whether the collector runs; newer than the header.
const IS_RUNNING: Int = 9;

// SAFETY of the blocks below: the state is valid and runs.
impl State {
    /// `[-1 0 m]` The function on top is called, protected, whenever the profiler
    /// fires; it answers whether it is to fire again.
    pub fn provide_hook(self, _: fn() -> u64) {
        profile::provide(self);
    }

    /// `[0 0 -]` Starts the profiler. False: not now. Where there is none, there is
    /// no use in asking again.
    pub fn arm(self, _: State, _: Int) -> bool {
        profile::start(self) != Start::Refused
    }

    /// `[0 0 -]` Is the trigger still there, once armed? To be asked now and then.
    pub fn keeps_trigger(self) -> bool {
        let lost = profile::is_lost(self);
        if lost {
            profile::mend(self);
        }
        !lost
    }

    /// `[0 0 -]` Sees to it that a debug hook which a task has set is there.
    #[inline]
    pub fn restore_debug_hook(self) {
        profile::restore_debug_hook(self);
    }

    /// What advances timers while a program computes: where it is "none", only the
    /// library's operations do.
    pub fn trigger(self) -> &'static str {
        if profile::is_available(self) { TRIGGER } else { "none" }
    }

    /// `[0 0 m]` Somebody else is about to take the trigger.
    pub fn give_up_trigger(self) {
        profile::give_up(self);
    }

    /// `[0 0 -]` The state ends.
    pub fn end_trigger(self) {
        profile::end(self);
    }

    /// `[0 0 -]` Does the program use a debug hook now? It may be running.
    pub fn is_debugged(self) -> bool {
        self.has_foreign_hook()
    }

    /// `[0 0 -]` Must a coroutine that begins to run here not park? So it is in
    /// a finalizer and in a debug hook: LuaJIT takes a yield for one of the hook
    /// itself. No function tells; but no hook fires there, so where there is
    /// reason to doubt (`hooked`: the program uses hooks; or the collector is off,
    /// as it is in a finalizer) one is tried on the function that `push` pushes.
    pub fn forbids_parking(self, hooked: bool, push: impl Fn()) -> bool {
        let doubt = unsafe { hooked || ffi::lua_gc(self.0, IS_RUNNING, 0) == 0 || self.is_debugged() };
        doubt && !self.fires_hook(push)
    }

    fn fires_hook(self, push: impl Fn()) -> bool {
        FIRED.set(false);
        unsafe {
            let (hook, mask, count) =
                (ffi::lua_gethook(self.0), ffi::lua_gethookmask(self.0), ffi::lua_gethookcount(self.0));
            ffi::lua_sethook(self.0, Some(on_trial), ffi::LUA_MASKCOUNT, 1);
            push();
            if !self.pcall(0, 0, 0) {
                self.pop(1);
            }
            ffi::lua_sethook(self.0, hook, mask, count);
        }
        FIRED.get()
    }

    /// `[0 0 -]` Is there a hook of somebody else's? There is none of ours, but for a
    /// moment.
    pub fn is_debugged_too(self) -> bool {
        self.has_foreign_hook()
    }

    /// `[0 0 -]` The profiler comes again anyway.
    pub fn await_hook(self, _: State) {}

    /// `[0 0 -]` The same.
    pub fn hasten_hook(self) {}

    pub fn is_armed(self) -> bool {
        false
    }

    pub fn disarm(self, _: State) {}

    /// `[? +? e]` Calls the function while no hook of ours is set on `on`.
    pub fn without_ours(self, _: State, f: impl FnOnce() -> Int) -> Int {
        f()
    }
}

unsafe extern "C-unwind" fn on_trial(_: *mut ffi::lua_State, _: *mut ffi::lua_Debug) {
    FIRED.set(true);
}
