//! A signal of one's own, and timers that send it to the thread that made them.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::mem::{MaybeUninit, zeroed};
use std::ops::Range;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How far above the first real-time signal the search for a free one begins.
const FIRST: c_int = 5;

pub(super) type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

// SAFETY of the blocks below: functions of the system get records of their own kind.

fn handler_of(signal: c_int) -> Option<usize> {
    let mut now = MaybeUninit::<libc::sigaction>::zeroed();
    let ok = unsafe { libc::sigaction(signal, null(), now.as_mut_ptr()) } == 0;
    ok.then(|| unsafe { now.assume_init() }.sa_sigaction)
}

/// The first real-time signal that nobody handles, with this handler from now on.
/// A child process has no timer, and is told so.
pub(super) fn take(handler: Handler, on_fork: unsafe extern "C" fn()) -> Option<c_int> {
    let free = |signal: &c_int| handler_of(*signal) == Some(libc::SIG_DFL);
    let signal = (libc::SIGRTMIN() + FIRST..libc::SIGRTMAX()).find(free)?;
    unsafe {
        let mut new: libc::sigaction = zeroed();
        new.sa_sigaction = handler as usize;
        new.sa_flags = libc::SA_RESTART | libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigemptyset(&mut new.sa_mask);
        // LuaJIT's profiler changes what a hook does, and does so when this is over.
        libc::sigaddset(&mut new.sa_mask, libc::SIGPROF);
        let told = libc::pthread_atfork(None, None, Some(on_fork)) == 0;
        (told && libc::sigaction(signal, &new, null_mut()) == 0).then_some(signal)
    }
}

/// Is it handled so still, and does it reach this thread?
pub(super) fn reaches(signal: c_int, handler: Handler) -> bool {
    unsafe {
        let mut blocked = MaybeUninit::<libc::sigset_t>::zeroed();
        libc::pthread_sigmask(libc::SIG_BLOCK, null(), blocked.as_mut_ptr());
        handler_of(signal) == Some(handler as usize) && libc::sigismember(blocked.as_ptr(), signal) == 0
    }
}

/// A number that no other thread has, unlike that of the system, which another gets
/// when one is over. A handler may ask for it where it has been asked for before.
pub(super) fn this_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    thread_local! {
        static NUMBER: Cell<usize> = const { Cell::new(0) };
    }
    if NUMBER.get() == 0 {
        NUMBER.set(NEXT.fetch_add(1, Relaxed));
    }
    NUMBER.get()
}

/// Where the running thread has its stack.
pub(super) fn this_stack() -> Range<usize> {
    thread_local! {
        static STACK: Cell<Option<(usize, usize)>> = const { Cell::new(None) };
    }
    let ask = || unsafe {
        let mut about = MaybeUninit::<libc::pthread_attr_t>::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), about.as_mut_ptr()) != 0 {
            return (0, 0);
        }
        let (mut start, mut size) = (null_mut(), 0);
        libc::pthread_attr_getstack(about.as_ptr(), &mut start, &mut size);
        libc::pthread_attr_destroy(about.as_mut_ptr());
        (start.addr(), start.addr() + size)
    };
    let (start, end) = STACK.get().unwrap_or_else(ask);
    STACK.set(Some((start, end)));
    start..end
}

/// A timer of the running thread's processor time, which sends it the signal with
/// this value: no call of the system is ever interrupted by it.
pub(super) fn new_timer(signal: c_int, value: usize) -> Option<*mut c_void> {
    let mut timer = null_mut();
    let made = unsafe {
        let mut event: libc::sigevent = zeroed();
        event.sigev_notify = libc::SIGEV_THREAD_ID;
        event.sigev_signo = signal;
        event.sigev_notify_thread_id = libc::syscall(libc::SYS_gettid) as _;
        event.sigev_value.sival_ptr = value as *mut c_void;
        libc::timer_create(libc::CLOCK_THREAD_CPUTIME_ID, &mut event, &mut timer) == 0
    };
    made.then_some(timer)
}

/// So many nanoseconds from now, less than a second of them.
pub(super) fn set_timer(timer: *mut c_void, wait: u64) -> bool {
    unsafe {
        let mut when: libc::itimerspec = zeroed();
        when.it_value.tv_nsec = wait.max(1) as _;
        libc::timer_settime(timer, 0, &when, null_mut()) == 0
    }
}

/// Nanoseconds, or 0 when it has expired.
pub(super) fn time_left(timer: *mut c_void) -> u64 {
    unsafe {
        let mut when: libc::itimerspec = zeroed();
        libc::timer_gettime(timer, &mut when);
        when.it_value.tv_sec as u64 * 1_000_000_000 + when.it_value.tv_nsec as u64
    }
}

pub(super) fn delete_timer(timer: *mut c_void) {
    unsafe { libc::timer_delete(timer) };
}
