//! The alarm: nothing is set while user code runs. A timer of the system that
//! counts the processor time of this very thread sends it a signal, whose handler
//! sets a hook for the next instruction, as the stand-alone interpreter does when
//! it is interrupted; the hook takes itself off and serves what is due.
//!
//! The handler knows a state only by its record, which lies in a table that is
//! never freed. A record that is not armed, or has another tenant by now, makes
//! the handler do nothing, so a signal that comes late meets nobody. What a record
//! names is alive: the coroutine that the library resumed last, and one that is
//! anchored beside it.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use super::bell::on_alarm;
use super::compat::set_hook;
use super::peek;
use super::signal;
use super::state::State;
use mlua::ffi;
use once_cell::sync::Lazy;
use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize};

/// Lua states that can have an alarm at a time. Further ones do without.
const RECORDS: usize = 256;

/// Processor time between two alarms, at most, in nanoseconds: time that the
/// program slept does not bring the next nearer.
pub(super) const LONGEST: u64 = 10_000_000;

/// How often the time until the next is doubled while nobody hears.
const RARER: u32 = 3;

/// Its name as a trigger. In LuaJIT no task can run below a hook, so there it only
/// helps to suspend what runs.
pub const ALARM: Option<&str> = if cfg!(feature = "luajit") { None } else { Some("alarm") };

/// What the signal handler knows of a Lua state.
pub(super) struct Record {
    taken: AtomicBool,
    /// Counts the tenants, so that a signal meant for one does not reach the next.
    tenant: AtomicUsize,
    /// An alarm is to come. Without it the handler does nothing.
    pub(super) armed: AtomicBool,
    /// One has come and has not been served.
    pub(super) rang: AtomicBool,
    /// The same while the state did not run, so that no hook could be set.
    pub(super) missed: AtomicBool,
    /// Alarms since then, up to `RARER`.
    unheard: AtomicU32,
    /// Handlers at work, perhaps in another thread.
    inside: AtomicU32,
    /// The coroutine that the library knows to run.
    pub(super) running: AtomicPtr<ffi::lua_State>,
    /// One of the program's own that has asked for the alarm.
    pub(super) asker: AtomicPtr<ffi::lua_State>,
    pub(super) main: AtomicPtr<ffi::lua_State>,
    /// The thread that the timer belongs to, or 0: there is no timer.
    pub(super) thread: AtomicUsize,
    /// Where that thread has its stack.
    stack: [AtomicUsize; 2],
    timer: AtomicPtr<c_void>,
    /// The state goes from thread to thread, and must not have an alarm.
    roams: AtomicBool,
}

static TABLE: [Record; RECORDS] = [const {
    Record {
        taken: AtomicBool::new(false),
        tenant: AtomicUsize::new(0),
        armed: AtomicBool::new(false),
        rang: AtomicBool::new(false),
        missed: AtomicBool::new(false),
        unheard: AtomicU32::new(0),
        inside: AtomicU32::new(0),
        running: AtomicPtr::new(null_mut()),
        asker: AtomicPtr::new(null_mut()),
        main: AtomicPtr::new(null_mut()),
        thread: AtomicUsize::new(0),
        stack: [const { AtomicUsize::new(0) }; 2],
        timer: AtomicPtr::new(null_mut()),
        roams: AtomicBool::new(false),
    }
}; RECORDS];

/// The signal that is ours in this process, if one was free.
static SIGNAL: Lazy<Option<c_int>> = Lazy::new(|| signal::take(on_signal, on_fork));

/// The record of one state, as long as that lives.
#[derive(Clone, Copy)]
pub(super) struct Alarm {
    record: usize,
    tenant: usize,
}

// SAFETY of the blocks below: the state is valid and runs, or is one that a record
// names, see above; functions of the system get records of their own kind.

/// In a child process, which has inherited no timer.
unsafe extern "C" fn on_fork() {
    for record in &TABLE {
        record.armed.store(false, SeqCst);
        record.thread.store(0, SeqCst);
        record.inside.store(0, SeqCst);
    }
}

/// Does the state of this main thread run on the thread with that stack? It does if
/// a protected call of it is there. A host may hand a state to another thread at any
/// time, and none of ours may touch it then.
fn runs_on(stack: &Range<usize>, main: *mut ffi::lua_State) -> bool {
    !main.is_null() && stack.contains(&peek::protected_call(main))
}

/// Can our hook be set there without taking the place of another?
pub(super) fn is_free(l: *mut ffi::lua_State) -> bool {
    unsafe { ffi::lua_gethook(l) }.is_none_or(is_ours)
}

pub(super) fn is_ours(hook: ffi::lua_Hook) -> bool {
    std::ptr::fn_addr_eq(hook, on_alarm as ffi::lua_Hook)
}

/// To be called from a handler too.
pub(super) fn set_hook_at_once(l: *mut ffi::lua_State) {
    if !l.is_null() && is_free(l) {
        unsafe { set_hook(l, Some(on_alarm), ffi::LUA_MASKCOUNT, 1) }
    }
}

pub(super) fn clear_hook(l: *mut ffi::lua_State) {
    if !l.is_null() && unsafe { ffi::lua_gethook(l) }.is_some_and(is_ours) {
        unsafe { set_hook(l, None, 0, 0) }
    }
}

impl Record {
    /// Sets the timer to so many nanoseconds of processor time from now, less than a
    /// second of them.
    pub(super) fn set_timer(&self, wait: u64) -> bool {
        signal::set_timer(self.timer.load(SeqCst), wait)
    }

    /// In the handler. A hook can get lost, if this comes while another is being set;
    /// so alarms go on until one is served. They get rarer, since more often the state
    /// is just not in use.
    fn ring(&self) {
        let unheard = if self.rang.swap(true, SeqCst) { self.unheard.load(SeqCst) + 1 } else { 0 };
        self.unheard.store(unheard.min(RARER), SeqCst);
        let stack = self.stack[0].load(SeqCst)..self.stack[1].load(SeqCst);
        if runs_on(&stack, self.main.load(SeqCst)) {
            set_hook_at_once(self.running.load(SeqCst));
            set_hook_at_once(self.asker.load(SeqCst));
            #[cfg(feature = "luajit")]
            super::profile::leave_compiled_code();
        } else {
            self.missed.store(true, SeqCst);
        }
        self.set_timer(LONGEST << unheard.min(RARER));
    }
}

/// Only for signals of our timers; it touches no more than the record, the hook and
/// the timer.
extern "C" fn on_signal(_: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    let (code, value) = unsafe { ((*info).si_code, (*info).si_value().sival_ptr as usize) };
    if code != libc::SI_TIMER {
        return;
    }
    let errno = unsafe { libc::__errno_location() };
    let before = unsafe { *errno };
    let record = &TABLE[value % RECORDS];
    record.inside.fetch_add(1, SeqCst);
    if record.tenant.load(SeqCst) == value / RECORDS
        && record.armed.load(SeqCst)
        && record.thread.load(SeqCst) == signal::this_thread()
    {
        record.ring();
    }
    record.inside.fetch_sub(1, SeqCst);
    unsafe { *errno = before };
}

impl Alarm {
    /// A record of one's own, if one is free.
    pub(super) fn take() -> Option<Alarm> {
        let claim = |r: &Record| r.taken.compare_exchange(false, true, SeqCst, SeqCst).is_ok();
        let record = TABLE.iter().position(claim)?;
        let tenant = TABLE[record].tenant.fetch_add(1, SeqCst).wrapping_add(1);
        TABLE[record].roams.store(false, SeqCst);
        TABLE[record].missed.store(false, SeqCst);
        Some(Alarm { record, tenant })
    }

    pub(super) fn record(self) -> Option<&'static Record> {
        let record = &TABLE[self.record];
        (record.tenant.load(SeqCst) == self.tenant).then_some(record)
    }

    /// The state ends. No handler may know of it when this is over.
    pub(super) fn end(self) {
        let Some(record) = self.record() else { return };
        record.armed.store(false, SeqCst);
        record.running.store(null_mut(), SeqCst);
        record.asker.store(null_mut(), SeqCst);
        record.main.store(null_mut(), SeqCst);
        record.tenant.fetch_add(1, SeqCst);
        if record.thread.swap(0, SeqCst) != 0 {
            signal::delete_timer(record.timer.load(SeqCst));
        }
        while record.inside.load(SeqCst) > 0 {
            std::hint::spin_loop();
        }
        record.rang.store(false, SeqCst);
        record.taken.store(false, SeqCst);
    }

    /// Is one to come, and can it be served on `l`?
    #[inline]
    pub(super) fn serves(self, l: State) -> bool {
        let record = &TABLE[self.record];
        let knows = || l.0 == record.running.load(SeqCst) || l.0 == record.asker.load(SeqCst);
        record.armed.load(SeqCst)
            && record.thread.load(SeqCst) == signal::this_thread()
            && !record.missed.load(SeqCst)
            && knows()
            && is_free(l.0)
    }

    /// Is one to come?
    #[inline]
    pub(super) fn is_armed(self) -> bool {
        TABLE[self.record].armed.load(SeqCst)
    }

    /// None comes any more.
    pub(super) fn silence(self) {
        if let Some(record) = self.record() {
            record.armed.store(false, SeqCst);
        }
    }

    /// One that is to come and has not rung comes so much processor time from now, if not
    /// sooner.
    pub(super) fn hasten(self, wait: u64) {
        if let Some(record) = self.record()
            && record.armed.load(SeqCst)
            && record.thread.load(SeqCst) == signal::this_thread()
            && !record.rang.load(SeqCst)
            && wait < signal::time_left(record.timer.load(SeqCst))
        {
            record.set_timer(wait);
        }
    }

    /// One that was served elsewhere is served again on `co`, if that is who the library
    /// has resumed last.
    pub(super) fn ring_again(self, co: State) {
        if let Some(record) = self.record()
            && record.running.load(SeqCst) == co.0
        {
            record.rang.store(true, SeqCst);
            set_hook_at_once(co.0);
        }
    }

    /// Is there a signal for it, and does the state stay where it is?
    pub(super) fn is_possible(self, main: Option<State>) -> bool {
        SIGNAL.is_some_and(|s| signal::reaches(s, on_signal))
            && self.record().is_some_and(|r| !r.roams.load(SeqCst))
            && main.is_some_and(|main| runs_on(&signal::this_stack(), main.0))
    }

    /// A timer for the running thread, unless there is one; false: it cannot be had.
    pub(super) fn has_timer(self, record: &Record) -> bool {
        let Some(signal) = *SIGNAL else { return false };
        let owner = record.thread.load(SeqCst);
        if owner != 0 {
            let stays = owner == signal::this_thread();
            record.roams.fetch_or(!stays, SeqCst);
            return stays;
        }
        let value = self.tenant * RECORDS + self.record;
        let Some(timer) = signal::new_timer(signal, value) else { return false };
        let stack = signal::this_stack();
        record.stack[0].store(stack.start, SeqCst);
        record.stack[1].store(stack.end, SeqCst);
        record.timer.store(timer, SeqCst);
        record.thread.store(signal::this_thread(), SeqCst);
        true
    }

    /// The coroutine that runs from here on; answers the one before.
    #[inline]
    pub(super) fn begin(self, co: State) -> *mut ffi::lua_State {
        // Nobody else writes it, and the handler runs on this thread or not at all.
        let running = &TABLE[self.record].running;
        let before = running.load(Relaxed);
        running.store(co.0, Relaxed);
        before
    }

    /// `co` runs no more, but `l`, and the one before as the library knows. An alarm
    /// that nobody has heard is heard there.
    #[inline]
    pub(super) fn resumed(self, l: State, co: State, before: *mut ffi::lua_State) {
        let record = &TABLE[self.record];
        record.running.store(before, Relaxed);
        if record.rang.load(SeqCst) {
            clear_hook(co.0);
            if record.armed.load(SeqCst) {
                set_hook_at_once(l.0);
            }
        }
    }
}
