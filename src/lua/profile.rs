//! LuaJIT's profiler as a clock that interrupts whatever runs, compiled loops
//! too. Its signal only sets a flag; the callback is made by the virtual machine
//! between two instructions of Lua code, and coroutines may be resumed in it.
//!
//! There is one profiler in a process. A second start in the same Lua state takes
//! it away from whoever has it, and in another state does nothing; neither is
//! told. So the operating system is asked first whether somebody profiles, and
//! ours is stopped only from its own callback, or with its state.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use super::state::State;
use mlua::ffi;
use once_cell::sync::Lazy;
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::{MaybeUninit, transmute, zeroed};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Guards in every loop of compiled code, and the shortest interval that is as
/// regular as the kernel's own tick.
const MODE: &CStr = c"li4";

/// Processor time without a firing, in nanoseconds, after which the profiler is
/// not ours any more.
const SILENCE: u64 = 100_000_000;

/// Whose state has it, by the address of its registry, or 0.
static OWNER: AtomicUsize = AtomicUsize::new(0);

/// Processor time after its last firing, or 0 in one.
static FIRED_AT: AtomicU64 = AtomicU64::new(0);

/// Its address is the key in the registry.
static KEY: u8 = 0;

thread_local! {
    /// A debug hook that a task has set in our callback, and whose state it was.
    static LATE: Cell<Option<(usize, DebugHook)>> = const { Cell::new(None) };
}

/// Is there one, in whatever thread?
static IS_LATE: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Copy)]
struct DebugHook {
    hook: Option<ffi::lua_Hook>,
    mask: c_int,
    count: c_int,
}

impl DebugHook {
    fn address(self) -> usize {
        self.hook.map_or(0, |hook| hook as usize)
    }

    fn set(self, l: State) {
        unsafe { ffi::lua_sethook(l.0, self.hook, self.mask, self.count) };
    }
}

type Callback = unsafe extern "C-unwind" fn(*mut c_void, *mut ffi::lua_State, c_int, c_int);

type StartFn = unsafe extern "C-unwind" fn(*mut ffi::lua_State, *const c_char, Callback, *mut c_void);
type StopFn = unsafe extern "C-unwind" fn(*mut ffi::lua_State);
type SetModeFn = unsafe extern "C-unwind" fn(*mut ffi::lua_State, c_int, c_int) -> c_int;

/// What is newer than the oldest LuaJIT, or left out of some.
#[derive(Clone, Copy)]
struct Profiler {
    start: StartFn,
    stop: StopFn,
    set_mode: SetModeFn,
}

static PROFILER: Lazy<Option<Profiler>> = Lazy::new(|| unsafe {
    let find = |name: &CStr| {
        let symbol = libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr());
        (!symbol.is_null()).then_some(symbol)
    };
    Some(Profiler {
        start: transmute::<*mut c_void, StartFn>(find(c"luaJIT_profile_start")?),
        stop: transmute::<*mut c_void, StopFn>(find(c"luaJIT_profile_stop")?),
        set_mode: transmute::<*mut c_void, SetModeFn>(find(c"luaJIT_setmode")?),
    })
});

/// Flushes the trace of a number, for `luaJIT_setmode`: with the number 0 all
/// that happens is that a recording under way is given up.
const FLUSH_TRACE: c_int = 5 | 0x200;

/// How an attempt to have the profiler ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Runs,
    /// Somebody else has it.
    Refused,
    /// This LuaJIT has none.
    Never,
}

// SAFETY of the blocks below: the state is valid and runs; functions of the
// system are asked for facts about this process and thread.

/// Processor time of the process in nanoseconds.
fn processor_time() -> u64 {
    unsafe {
        let mut t: libc::timespec = zeroed();
        libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut t);
        t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
    }
}

/// Does the profiling timer run?
fn timer_runs() -> bool {
    unsafe {
        let mut t: libc::itimerval = zeroed();
        libc::getitimer(libc::ITIMER_PROF, &mut t);
        // What is left until it fires is rounded, and may be nothing.
        let set = |t: libc::timeval| t.tv_sec != 0 || t.tv_usec != 0;
        set(t.it_interval) || set(t.it_value)
    }
}

/// Does somebody profile this process, with whatever tool, or keep its signal
/// away from this thread?
fn is_taken() -> bool {
    unsafe {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        libc::sigaction(libc::SIGPROF, std::ptr::null(), action.as_mut_ptr());
        let handler = action.assume_init().sa_sigaction;
        let mut blocked = MaybeUninit::<libc::sigset_t>::zeroed();
        libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), blocked.as_mut_ptr());
        (handler != libc::SIG_DFL && handler != libc::SIG_IGN)
            || timer_runs()
            || libc::sigismember(blocked.as_ptr(), libc::SIGPROF) == 1
    }
}

/// To be called in the handler of another signal, after it has set a hook: compiled
/// code calls no hook, but is left for a sample.
pub(super) fn leave_compiled_code() {
    unsafe {
        if OWNER.load(Relaxed) != 0 && timer_runs() {
            libc::raise(libc::SIGPROF);
        }
    }
}

/// LuaJIT brings back what the signal did before, when it stops its timer; one that
/// comes late, as it may in a process of several threads, would end the process.
fn survive_late_signals() {
    unsafe {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        libc::sigaction(libc::SIGPROF, std::ptr::null(), action.as_mut_ptr());
        let mut action = action.assume_init();
        if action.sa_sigaction == libc::SIG_DFL {
            action.sa_sigaction = libc::SIG_IGN;
            libc::sigaction(libc::SIGPROF, &action, std::ptr::null_mut());
        }
    }
}

fn owner(l: State) -> usize {
    l.address(State::REGISTRY)
}

/// `[-1 0 m]` The function on top is called, protected, at every firing; it
/// answers whether there is to be another.
pub(super) fn provide(l: State) {
    unsafe { ffi::lua_rawsetp(l.0, State::REGISTRY, (&raw const KEY).cast()) }
}

/// `[0 0 -]`
pub(super) fn start(l: State) -> Start {
    if PROFILER.is_none() {
        return Start::Never;
    }
    let me = owner(l);
    let held = OWNER.compare_exchange(0, me, Relaxed, Relaxed).unwrap_or_else(|held| held);
    if held != 0 && held != me {
        return Start::Refused;
    }
    let mut runs = false;
    // A child of this process inherits the signal's handler, but not the timer.
    if !is_taken() || (held == me && !timer_runs()) {
        FIRED_AT.store(processor_time(), Relaxed);
        survive_late_signals();
        if unsafe { ffi::lua_cpcall(l.0, starting, std::ptr::null_mut()) } != ffi::LUA_OK {
            l.pop(1);
        }
        runs = timer_runs();
    }
    if !runs {
        OWNER.store(0, Relaxed);
        return Start::Refused;
    }
    Start::Runs
}

/// To drop the traces may call functions that the program attached to that.
unsafe extern "C-unwind" fn starting(l: *mut ffi::lua_State) -> c_int {
    if let Some(p) = *PROFILER {
        unsafe {
            // A start that has to stop another forgets the mode: compiled code would
            // not be interrupted.
            (p.stop)(l);
            (p.start)(l, MODE.as_ptr(), on_sample, std::ptr::null_mut());
        }
    }
    0
}

/// `[0 0 m]` Somebody in this state is about to start a profiler, which ends ours
/// in any case: now rather than then, for the reason above.
pub(super) fn give_up(l: State) {
    if let Some(p) = *PROFILER
        && OWNER.compare_exchange(owner(l), 0, Relaxed, Relaxed).is_ok()
    {
        unsafe { (p.stop)(l.0) }
    }
}

/// Has the profiler been stopped or fallen silent, although it should run for this
/// state? Then somebody in this state did it, or this is a child process.
pub(super) fn is_lost(l: State) -> bool {
    let fired_at = FIRED_AT.load(Relaxed);
    let is_silent = || processor_time().saturating_sub(fired_at) > SILENCE;
    OWNER.load(Relaxed) == owner(l) && fired_at > 0 && (!timer_runs() || is_silent())
}

/// Does it run for this state, or could it?
pub(super) fn is_available(l: State) -> bool {
    if OWNER.load(Relaxed) == owner(l) { !is_lost(l) } else { PROFILER.is_some() && !is_taken() }
}

/// `[0 0 -]` The state ends, and whatever profiler it has.
pub(super) fn end(l: State) {
    let _ = OWNER.compare_exchange(owner(l), 0, Relaxed, Relaxed);
    if let Some(p) = *PROFILER {
        unsafe { (p.stop)(l.0) }
    }
}

fn debug_hook(l: State) -> DebugHook {
    unsafe {
        let (mask, count) = (ffi::lua_gethookmask(l.0), ffi::lua_gethookcount(l.0));
        DebugHook { hook: ffi::lua_gethook(l.0), mask, count }
    }
}

/// `[0 0 -]` After a callback LuaJIT brings back the events of before: those of a
/// debug hook that was set in it are asked for again here.
#[inline]
pub(super) fn restore_debug_hook(l: State) {
    if IS_LATE.load(Relaxed) {
        restore(l);
    }
}

#[cold]
fn restore(l: State) {
    let now = debug_hook(l);
    if let Some((of, late)) = LATE.take()
        && of == owner(l)
        && late.address() == now.address()
        && now.mask == 0
    {
        late.set(l);
    }
    IS_LATE.store(false, Relaxed);
}

/// `[0 0 -]` An error in a protected call brings back flags too, perhaps that of a
/// sample which was served meanwhile, and then no other follows. To set the debug
/// hook anew, whatever it is, mends that.
pub(super) fn mend(l: State) {
    debug_hook(l).set(l);
}

/// Called by LuaJIT between two instructions of `l`, on whose stack nothing is
/// known to be free: `lua_cpcall` makes room itself, and keeps every error in.
unsafe extern "C-unwind" fn on_sample(_: *mut c_void, l: *mut ffi::lua_State, _: c_int, _: c_int) {
    FIRED_AT.store(0, Relaxed);
    unsafe {
        if ffi::lua_cpcall(l, sampled, std::ptr::null_mut()) != ffi::LUA_OK {
            ffi::lua_settop(l, -2);
        }
    }
    FIRED_AT.store(processor_time(), Relaxed);
}

/// A trace that was being recorded when the program was interrupted is given up:
/// tasks may have changed what it has seen.
unsafe extern "C-unwind" fn sampled(l: *mut ffi::lua_State) -> c_int {
    let Some(p) = *PROFILER else { return 0 };
    let me = owner(State(l));
    OWNER.store(me, Relaxed);
    unsafe {
        let before = debug_hook(State(l));
        ffi::lua_rawgetp(l, State::REGISTRY, (&raw const KEY).cast());
        ffi::lua_call(l, 0, 1);
        let after = debug_hook(State(l));
        if before.hook.is_none() && after.hook.is_some() {
            LATE.set(Some((me, after)));
            IS_LATE.store(true, Relaxed);
        }
        (p.set_mode)(l, 0, FLUSH_TRACE);
        let ends = ffi::lua_toboolean(l, -1) == 0;
        // What runs now may not be ours any more.
        if ends && OWNER.compare_exchange(me, 0, Relaxed, Relaxed).is_ok() {
            (p.stop)(l);
        }
    }
    0
}
