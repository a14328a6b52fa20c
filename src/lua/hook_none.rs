//! No hook: LuaJIT's compiled code calls none, and a coroutine that yields
//! below one brings the process down.

use super::state::{Int, State};

/// Nothing does: timers advance in the library's operations.
pub const TRIGGER: &str = "none";

impl State {
    /// `[-1 0 -]`
    pub fn provide_hook(self) {
        self.pop(1);
    }

    pub fn is_armed(self) -> bool {
        false
    }

    pub fn arm(self, _: State, _: Int) {}

    pub fn disarm(self, _: State) {}
}
