//! The count hook, and how it lives with a hook of somebody else's.
//!
//! A hook belongs to one coroutine. While ours is set, one that was there
//! before is called from ours with the same arguments, so that it sees the same
//! events at the same stack level; when ours goes, it is put back.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use super::compat::{TAIL_EVENTS, set_hook};
use super::state::{Int, State};
use super::udata::{Ref, Tagged};
use mlua::ffi;

/// A hook belongs to one coroutine, and is set on each.
pub const PER_COROUTINE: bool = true;

/// Its name.
pub const TRIGGER: &str = "count";

/// How many functions of ours are on the stack above what it interrupted.
pub const LEVELS_OF_TRIGGER: Int = 1;

const EVENTS: Int = ffi::LUA_MASKCALL | ffi::LUA_MASKRET | ffi::LUA_MASKLINE;

/// How many threads with foreign hooks can be served at a time. Ours is not set
/// on further ones.
const THREADS: usize = 64;

/// Its address is the key in the registry.
static KEY: u8 = 0;

/// A hook that somebody else had set on a thread.
#[derive(Clone, Copy)]
struct Foreign {
    on: State,
    hook: ffi::lua_Hook,
    mask: Int,
    count: Int,
    /// Instructions until its next count event.
    left: Int,
}

/// Between calls: an entry for each thread on which ours stands in front of a
/// foreign hook. The function to run when our count is over is kept with it.
#[derive(Clone, Copy)]
struct Hooks {
    chained: [Option<Foreign>; THREADS],
    /// The foreign hook seen last: what a coroutine inherited that was created
    /// while both were set.
    last: Option<Foreign>,
    /// The thread whose count is being served: its hook is off for so long.
    serving: Option<State>,
    /// Firings since the function was called last, and the time before which it
    /// need not be called again. To take a hook off and set it walks the stack.
    firings: u32,
    look_at: u64,
    /// For which thread it is to be called at the next firing, whatever the time.
    awaited: Option<State>,
    now: fn() -> u64,
}

impl Tagged for Hooks {
    const TAG: usize = 0x686f_6f6b;
}

impl Hooks {
    fn of(&mut self, l: State) -> Option<&mut Option<Foreign>> {
        self.chained.iter_mut().find(|f| f.is_some_and(|f| f.on == l))
    }

    /// Is the function to be called at this firing?
    fn is_time(&mut self, l: State) -> bool {
        let awaited = self.awaited == Some(l);
        if awaited {
            self.awaited = None;
        }
        awaited || (self.now)() >= self.look_at
    }

    fn foreign(&mut self, l: State) -> Option<Foreign> {
        self.of(l).and_then(|f| *f)
    }

    fn forget(&mut self, l: State) {
        if let Some(entry) = self.of(l) {
            *entry = None;
        }
    }

    /// False if there is no room.
    fn remember(&mut self, f: Foreign) -> bool {
        self.last = Some(f);
        self.forget(f.on);
        match self.chained.iter_mut().find(|f| f.is_none()) {
            Some(free) => {
                *free = Some(f);
                true
            }
            None => false,
        }
    }

    /// So many instructions have passed: is the foreign count over?
    fn counted(&mut self, l: State, instructions: Int) -> Option<Foreign> {
        let f = self.of(l)?.as_mut()?;
        if f.mask & ffi::LUA_MASKCOUNT == 0 {
            return None;
        }
        f.left -= instructions;
        if f.left > 0 {
            return None;
        }
        f.left = f.count;
        Some(*f)
    }
}

/// The largest divisor of a foreign count that is not above ours.
fn chunk(foreign: Int, ours: Int) -> Int {
    (1..=ours.min(foreign)).rev().find(|n| foreign % n == 0).unwrap_or(1)
}

/// The largest prime that is not above our count. The instructions of a foreign
/// hook count too, but Lua calls no hook there; a count that a loop's length
/// divides could be over in the foreign hook every time.
fn prime(ours: Int) -> Int {
    (2..=ours).rev().find(|n| (2..).take_while(|d| d * d <= *n).all(|d| n % d != 0)).unwrap_or(1)
}

// SAFETY of the blocks below: hooks are read and set on valid threads of the
// running OS thread only.
impl State {
    /// `[-1 0 m]` The function on top is called, protected, with the number of counts
    /// that are over, and whether the running coroutine can be suspended; it answers
    /// the next count, or 0 when there is to be none, when by the clock it wants to be
    /// called next, and whether to suspend. After the hook was set it is called at the
    /// first.
    pub fn provide_hook(self, now: fn() -> u64) {
        self.new_udata(
            Hooks {
                chained: [None; THREADS],
                last: None,
                serving: None,
                firings: 0,
                look_at: 0,
                awaited: None,
                now,
            },
            1,
        );
        self.insert(-2);
        self.set_slot(-2, 1);
        unsafe { ffi::lua_rawsetp(self.0, State::REGISTRY, (&raw const KEY).cast()) }
    }

    /// `[0 +1 -]`
    fn hooks(self) -> Option<Ref<Hooks>> {
        unsafe { ffi::lua_rawgetp(self.0, State::REGISTRY, (&raw const KEY).cast()) };
        self.udata(-1)
    }

    /// `[0 0 -]` Must a coroutine that begins to run here not park? No, in PUC Lua.
    pub fn forbids_parking(self, _: bool, _: impl Fn()) -> bool {
        false
    }

    /// `[0 0 -]` The function is to be called as soon as our hook fires on `co`.
    pub fn await_hook(self, co: State) {
        if let Some(hooks) = self.hooks() {
            hooks.update(|h| h.awaited = Some(co));
        }
        self.pop(1);
    }

    /// `[0 0 -]` Is there a hook of somebody else's here, with ours in front or not?
    pub fn is_debugged_too(self) -> bool {
        let chained = self.hooks().is_some_and(|hooks| hooks.update(|h| h.foreign(self)).is_some());
        self.pop(1);
        (chained && self.is_armed()) || self.has_foreign_hook()
    }

    /// `[0 0 -]`
    pub fn is_armed(self) -> bool {
        let set = unsafe { ffi::lua_gethook(self.0) };
        set.is_some_and(|hook| std::ptr::fn_addr_eq(hook, on_event as ffi::lua_Hook))
    }

    /// What advances timers while a program computes.
    pub fn trigger(self) -> &'static str {
        TRIGGER
    }

    /// `[0 0 -]` Is the trigger still there, once armed? Hooks are looked at anyway.
    pub fn keeps_trigger(self) -> bool {
        true
    }

    /// `[0 0 -]` Sees to it that a debug hook which a task has set is there. It is.
    pub fn restore_debug_hook(self) {}

    /// `[0 0 -]` Somebody else is about to take the trigger. Nobody can.
    pub fn give_up_trigger(self) {}

    /// `[0 0 -]` The state ends, and its hooks with it.
    pub fn end_trigger(self) {}

    /// `[0 0 -]` Does the program use a debug hook now? Ours is never set in one.
    pub fn is_debugged(self) -> bool {
        false
    }

    /// `[0 0 -]` Sets our hook on `to`, for the first time or with a new count.
    /// False: not now.
    pub fn arm(self, to: State, count: Int) -> bool {
        if let Some(hooks) = self.hooks() {
            unsafe { arm(hooks, to, count) }
        }
        self.pop(1);
        true
    }

    /// `[0 0 -]` Takes our hook off `from` and puts back what was there before.
    pub fn disarm(self, from: State) {
        if !from.is_armed() {
            return;
        }
        if let Some(hooks) = self.hooks() {
            let inherited = unsafe { ffi::lua_gethookmask(from.0) } & EVENTS != 0;
            let back = hooks.update(|h| {
                let own = h.foreign(from);
                h.forget(from);
                own.or(h.last.filter(|_| inherited))
            });
            match back {
                Some(f) => unsafe { set_hook(from.0, Some(f.hook), f.mask, f.count) },
                None => unsafe { set_hook(from.0, None, 0, 0) },
            }
        }
        self.pop(1);
    }
}

/// # Safety
/// `to` is a valid thread.
unsafe fn arm(hooks: Ref<Hooks>, to: State, ours: Int) {
    if hooks.get().serving == Some(to) {
        return;
    }
    hooks.update(|h| h.look_at = 0);
    // SAFETY: the caller's.
    unsafe {
        if !to.is_armed() {
            hooks.update(|h| h.forget(to));
            if let Some(hook) = ffi::lua_gethook(to.0) {
                let (mask, count) = (ffi::lua_gethookmask(to.0), ffi::lua_gethookcount(to.0));
                let foreign = Foreign { on: to, hook, mask, count, left: count };
                if !hooks.update(|h| h.remember(foreign)) {
                    return;
                }
            }
        }
        set(to, ours, hooks.update(|h| h.foreign(to)));
    }
}

/// # Safety
/// `to` is a valid thread.
unsafe fn set(to: State, ours: Int, foreign: Option<Foreign>) {
    let events = foreign.map_or(0, |f| f.mask & EVENTS);
    let count = match foreign {
        Some(f) if f.mask & ffi::LUA_MASKCOUNT != 0 => chunk(f.count, ours),
        Some(_) => prime(ours),
        None => ours,
    };
    // SAFETY: the caller's.
    unsafe { set_hook(to.0, Some(on_event), events | ffi::LUA_MASKCOUNT, count) }
}

/// `[0 0 -]` Calls the function for the count of `l`. Meanwhile no hook is set:
/// Lua would take the return from a function under a hook for a new line. True: `l`
/// is to be suspended.
///
/// # Safety
/// `l` is the running thread, with our hook, and the hooks are on top.
unsafe fn serve(hooks: Ref<Hooks>, l: State) -> bool {
    // SAFETY: the caller's, here and below.
    let inherited = unsafe { ffi::lua_gethookmask(l.0) } & EVENTS != 0;
    let outer = hooks.update(|h| {
        if inherited
            && h.foreign(l).is_none()
            && let Some(f) = h.last
        {
            h.remember(Foreign { on: l, left: f.count, ..f });
        }
        h.serving.replace(l)
    });
    let may_suspend = l.can_yield() && hooks.update(|h| h.foreign(l)).is_none();
    unsafe { set_hook(l.0, None, 0, 0) };
    l.get_slot(-1, 1);
    l.int(hooks.update(|h| std::mem::take(&mut h.firings)));
    l.bool(may_suspend);
    let (next, look_at, suspends) = if l.pcall(2, 3, 0) {
        (l.number(-3).unwrap_or(0.0) as Int, l.number(-2).unwrap_or(0.0) as u64, l.truthy(-1))
    } else {
        l.nil();
        l.nil();
        (0, 0, false)
    };
    l.pop(3);
    hooks.update(|h| h.serving = outer);
    unsafe {
        let foreign = hooks.update(|h| h.foreign(l));
        match foreign {
            // Somebody set another hook meanwhile.
            _ if ffi::lua_gethook(l.0).is_some() && next > 0 => arm(hooks, l, next),
            _ if ffi::lua_gethook(l.0).is_some() => {}
            _ if next > 0 => set(l, next, foreign),
            Some(f) => set_hook(l.0, Some(f.hook), f.mask, f.count),
            None => {}
        }
        if next == 0 {
            hooks.update(|h| h.forget(l));
        }
    }
    hooks.update(|h| h.look_at = look_at);
    suspends
}

/// # Safety
/// Called by Lua.
unsafe extern "C-unwind" fn on_event(l: *mut ffi::lua_State, ar: *mut ffi::lua_Debug) {
    let l = State(l);
    // SAFETY: Lua passes a valid record.
    let event = unsafe { (*ar).event };
    let Some(hooks) = l.hooks() else {
        return l.pop(1);
    };
    // SAFETY: only reads.
    let (mask, passed) = unsafe { (ffi::lua_gethookmask(l.0), ffi::lua_gethookcount(l.0)) };
    let theirs = if event == ffi::LUA_HOOKCOUNT {
        hooks.update(|h| {
            h.firings += 1;
            h.counted(l, passed)
        })
    } else {
        let bit = if event == ffi::LUA_HOOKTAILCALL { TAIL_EVENTS } else { 1 << event };
        hooks.update(|h| h.foreign(l).or(h.last)).filter(|f| f.mask & bit != 0)
    };
    // Where lines are reported, a hook is set at the start of one: elsewhere Lua 5.2
    // and 5.3 would report the line once more.
    let when = if mask & ffi::LUA_MASKLINE != 0 { ffi::LUA_HOOKLINE } else { ffi::LUA_HOOKCOUNT };
    // SAFETY: `l` runs.
    let suspends = event == when && hooks.update(|h| h.is_time(l)) && unsafe { serve(hooks, l) };
    l.pop(1);
    if let Some(f) = theirs {
        // SAFETY: a hook that was set on this thread, or that it inherited.
        unsafe { (f.hook)(l.0, ar) }
    }
    if suspends {
        l.suspend_in_hook();
    }
}
