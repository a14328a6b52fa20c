//! Where an alarm is set and heard: the hook that its signal sets, and the function
//! that is called then.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use super::alarm::{Alarm, LONGEST, Record, clear_hook, is_free, is_ours, set_hook_at_once};
use super::signal;
use super::state::State;
use super::udata::{Ref, Tagged};
use mlua::ffi;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::SeqCst;

/// Its address is the key in the registry.
static KEY: u8 = 0;

/// What the hook finds in the registry. Its values: the function to call, and the
/// coroutine that asked.
#[derive(Clone, Copy)]
struct Bell(Alarm);

impl Tagged for Bell {
    const TAG: usize = 0x6265_6c6c;
}

// SAFETY of the blocks below: the state is valid and runs.

impl State {
    /// `[-1 0 m]` The function on top is called, protected, when an alarm has come, with
    /// whether the running coroutine can be suspended; it answers after how many
    /// nanoseconds another is to come, or 0 for none, and whether to suspend.
    pub(super) fn provide_alarm(self, alarm: Option<Alarm>) {
        let Some(alarm) = alarm else { return self.pop(1) };
        self.learn_threads();
        self.new_udata(Bell(alarm), 2);
        self.insert(-2);
        self.set_slot(-2, 1);
        unsafe { ffi::lua_rawsetp(self.0, State::REGISTRY, (&raw const KEY).cast()) }
    }

    /// `[0 +1 -]`
    fn bell(self) -> Option<Ref<Bell>> {
        unsafe { ffi::lua_rawgetp(self.0, State::REGISTRY, (&raw const KEY).cast()) };
        self.udata(-1)
    }

    /// `[0 0 -]` Can an alarm be served on both?
    pub(super) fn is_free_of_hooks(self, main: Option<State>) -> bool {
        is_free(self.0) && main.is_none_or(|main| is_free(main.0))
    }

    /// `[0 0 -]` Has an alarm come after so many nanoseconds, or the one that is to
    /// come anyway; false: none can be had.
    pub(super) fn set_alarm(self, alarm: Alarm, main: Option<State>, wait: u64) -> bool {
        let (Some(record), Some(main)) = (alarm.record(), main) else { return false };
        let is_new = !record.armed.load(SeqCst);
        let mut set = (!is_new || alarm.is_possible(Some(main))) && alarm.has_timer(record);
        if set {
            record.main.store(main.0, SeqCst);
            let _ = record.running.compare_exchange(null_mut(), main.0, SeqCst, SeqCst);
            self.thread();
            set = self.ask(record, self);
        }
        // One has come while no Lua ran.
        if record.missed.swap(false, SeqCst) && set && !is_new {
            set_hook_at_once(self.0);
        }
        if set && is_new {
            record.rang.store(false, SeqCst);
            record.armed.store(true, SeqCst);
            set = record.set_timer(wait.min(LONGEST));
        }
        record.armed.fetch_and(set, SeqCst);
        set
    }

    /// `[-1 0 -]` The coroutine on top asks for it. One that the library did not resume
    /// itself is anchored for as long as the record names it.
    fn ask(self, record: &Record, co: State) -> bool {
        if record.running.load(SeqCst) == co.0 || record.asker.load(SeqCst) == co.0 {
            self.pop(1);
            return true;
        }
        record.asker.store(null_mut(), SeqCst);
        let found = self.bell().is_some();
        if found {
            self.insert(-2);
            self.set_slot(-2, 2);
            record.asker.store(co.0, SeqCst);
            self.pop(1);
        } else {
            self.pop(2);
        }
        found
    }

    /// `[-1 0 -]` The coroutine on top is about to run, or runs again, without the
    /// library's doing.
    pub(super) fn lend_alarm(self, alarm: Alarm) {
        match (alarm.record(), self.thread_at(-1)) {
            (Some(record), Some(co)) => {
                self.ask(record, co);
            }
            _ => self.pop(1),
        }
    }

    /// `[0 0 -]` Has an alarm set a hook on it?
    pub(super) fn is_rung(self) -> bool {
        unsafe { ffi::lua_gethook(self.0) }.is_some_and(is_ours)
    }

    /// `[0 0 -]` Another hook is about to be set: that of an alarm is not one to be
    /// put back afterwards.
    #[cfg(not(feature = "luajit"))]
    pub(super) fn clear_alarm(self) {
        clear_hook(self.0);
    }
}

/// `[0 0 -]` Calls the function for an alarm that has come, on a thread on which no
/// hook is set, with the bell on top. True: `l` is to be suspended.
fn serve(l: State, record: &Record) -> bool {
    l.get_slot(-1, 1);
    l.bool(l.can_yield());
    if !l.pcall(1, 2, 0) {
        l.nil();
    }
    // One that could not be served is not the last.
    let wait = l.number(-2).map_or(LONGEST, |wait| wait as u64);
    let suspends = l.truthy(-1);
    l.pop(2);
    // Another that was served meanwhile may have said that none is to come.
    // And this may be a child process by now, which has no timer.
    let stays = record.thread.load(SeqCst) == signal::this_thread();
    record.armed.store(wait > 0 && stays, SeqCst);
    if wait > 0 && stays {
        record.set_timer(wait.min(LONGEST));
    }
    suspends
}

/// A coroutine that was made while this was set has it too, and so may one that
/// did not run: the first event on each takes it off.
pub(super) unsafe extern "C-unwind" fn on_alarm(l: *mut ffi::lua_State, _: *mut ffi::lua_Debug) {
    clear_hook(l);
    let l = State(l);
    let mut suspends = false;
    if let Some(bell) = l.bell()
        && let Some(record) = bell.get().0.record()
        && record.armed.load(SeqCst)
        && record.rang.swap(false, SeqCst)
    {
        clear_hook(record.running.load(SeqCst));
        clear_hook(record.asker.load(SeqCst));
        suspends = serve(l, record);
    }
    l.pop(1);
    if suspends {
        l.suspend_in_hook();
    }
}
