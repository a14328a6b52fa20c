//! Where there is no alarm: systems other than Linux.

use super::state::State;

pub const ALARM: Option<&str> = None;

#[derive(Clone, Copy)]
pub(super) enum Alarm {}

impl Alarm {
    pub(super) fn take() -> Option<Alarm> {
        None
    }

    pub(super) fn serves(self, _: State) -> bool {
        match self {}
    }

    pub(super) fn is_armed(self) -> bool {
        match self {}
    }

    pub(super) fn silence(self) {
        match self {}
    }

    pub(super) fn end(self) {
        match self {}
    }

    pub(super) fn ring_again(self) {
        match self {}
    }

    pub(super) fn is_possible(self, _: Option<State>) -> bool {
        match self {}
    }

    pub(super) fn begin(self, _: State) -> *mut mlua::ffi::lua_State {
        match self {}
    }

    pub(super) fn hasten(self, _: u64) {
        match self {}
    }

    pub(super) fn resumed(self, _: State, _: State, _: *mut mlua::ffi::lua_State) {
        match self {}
    }
}

impl State {
    /// `[-1 0 -]`
    pub(super) fn provide_alarm(self, _: Option<Alarm>) {
        self.pop(1);
    }

    pub(super) fn is_free_of_hooks(self, _: Option<State>) -> bool {
        false
    }

    pub(super) fn set_alarm(self, _: Alarm, _: Option<State>, _: u64) -> bool {
        false
    }

    /// `[-1 0 -]`
    pub(super) fn lend_alarm(self, _: Alarm) {
        self.pop(1);
    }

    pub(super) fn is_rung(self) -> bool {
        false
    }

    #[cfg(not(feature = "luajit"))]
    pub(super) fn clear_alarm(self) {}
}
