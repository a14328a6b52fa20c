//! What the alarm does for a world, which has one of its own or none.

use super::alarm::Alarm;
use super::call::Status;
use super::state::{Int, State};
use super::world::Cx;

impl<T> Cx<T> {
    /// Is an alarm to come, and to be served on the running coroutine?
    #[inline]
    pub fn is_served(self) -> bool {
        self.prefers_alarm() && self.alarm().is_some_and(|a| a.serves(*self))
    }

    /// Is an alarm to come?
    #[inline]
    pub fn expects_alarm(self) -> bool {
        self.prefers_alarm() && self.alarm().is_some_and(Alarm::is_armed)
    }

    /// Could one come, if there were reason?
    pub fn has_alarm(self, main: Option<State>) -> bool {
        self.is_free_of_hooks(main) && self.alarm().is_some_and(|a| a.is_possible(main))
    }

    /// `[0 0 -]` Has one come after `wait` nanoseconds. False: hooks must do.
    pub fn set_alarm(self, main: Option<State>, wait: u64) -> bool {
        self.is_free_of_hooks(main) && self.alarm().is_some_and(|a| State::set_alarm(*self, a, main, wait))
    }

    /// The alarm that is to come is to come after `wait` nanoseconds at the latest.
    pub fn hasten_alarm(self, wait: u64) {
        if let Some(alarm) = self.alarm().filter(|_| self.prefers_alarm()) {
            alarm.hasten(wait);
        }
    }

    /// `[-1 0 -]` The coroutine on top runs now, though not by the library's doing.
    pub fn lend_alarm(self) {
        match self.alarm() {
            Some(alarm) => State::lend_alarm(*self, alarm),
            None => self.pop(1),
        }
    }

    /// Has the alarm that has come served again as soon as `co` runs, unless the library
    /// has resumed another within it.
    pub fn ring_again(self, co: State) {
        if let Some(alarm) = self.alarm() {
            alarm.ring_again(co);
        }
    }

    /// None is to come.
    pub fn silence(self) {
        if let Some(alarm) = self.alarm() {
            alarm.silence();
        }
    }

    /// `[-(1+args) ? -]` Resumes, and the alarm knows who runs.
    #[inline]
    pub fn resume(self, co: State, from: Option<State>, args: Int) -> Status {
        let before = self.alarm().map(|alarm| alarm.begin(co));
        let status = State::resume(co, from, args);
        if let (Some(alarm), Some(before)) = (self.alarm(), before) {
            alarm.resumed(*self, co, before);
        }
        status
    }
}
