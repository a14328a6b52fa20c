//! Where a coroutine cannot be suspended but by itself: LuaJIT's profiler, unlike a
//! hook, must not yield.

use super::state::{Int, State};

/// Nothing counts here.
pub const SOON: Int = 0;

pub const SUSPENDS: bool = false;

/// There is none.
#[derive(Clone, Copy)]
pub enum Frame {}

impl State {
    pub fn mend(self, frame: Frame) {
        match frame {}
    }

    /// `[0 0 -]`
    pub fn await_hook(self, _: State) {}

    pub fn is_debugged_too(self) -> bool {
        false
    }

    pub fn is_suspended_in_hook(self) -> bool {
        false
    }

    /// `[0 0 -]`
    pub fn interrupted(self) -> Option<Frame> {
        None
    }
}
