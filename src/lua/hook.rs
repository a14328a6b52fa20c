//! The count hook. A hook belongs to one coroutine; where somebody else has set one,
//! ours goes in front of it (`foreign`), and when ours goes, that is as it was.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use super::compat::set_hook;
use super::counter::Counter;
use super::foreign;
use super::pieces::{self, Pieces};
use super::state::{Int, State};
use super::udata::{Ref, Tagged};
use mlua::ffi;

/// A hook belongs to one coroutine, and is set on each.
pub const PER_COROUTINE: bool = true;

/// Its name.
pub const TRIGGER: &str = "count";

/// How many functions of ours are on the stack above what it interrupted.
pub const LEVELS_OF_TRIGGER: Int = 1;

/// Its address is the key in the registry.
static KEY: u8 = 0;

/// The function to run when our count is over is kept with it, and a weak table for
/// foreign counts.
#[derive(Clone, Copy)]
pub(super) struct Hooks {
    pub(super) pieces: Pieces,
    /// The thread whose count is being served.
    serving: Option<State>,
    /// Our count.
    pub(super) count: Int,
    /// Firings since the function was called last, and the time before which it
    /// need not be called again. To take a hook off and set it walks the stack.
    firings: u32,
    pub(super) look_at: u64,
    /// For which thread it is to be called at the next firing, whatever the time.
    awaited: Option<State>,
    now: fn() -> u64,
}

impl Tagged for Hooks {
    const TAG: usize = 0x686f_6f6b;
}

impl Hooks {
    /// A hook was called, because a count was over or not: has the function to be
    /// called?
    #[inline]
    pub(super) fn is_due(&mut self, l: State, counted: bool) -> bool {
        self.firings += u32::from(counted);
        let awaited = counted && self.awaited.take_if(|of| *of == l).is_some();
        awaited || (self.now)() >= self.look_at
    }
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
        let pieces = Pieces::new(Counter::find(self));
        let hooks = Hooks { pieces, serving: None, count: 1, firings: 0, look_at: 0, awaited: None, now };
        self.new_udata(hooks, 2);
        self.insert(-2);
        self.set_slot(-2, 1);
        self.table(pieces::PARTED as u32, 0);
        self.table(0, 1);
        self.text(b"v");
        self.set_field(-2, c"__mode");
        self.set_meta(-2);
        self.set_slot(-2, 2);
        unsafe { ffi::lua_rawsetp(self.0, State::REGISTRY, (&raw const KEY).cast()) }
    }

    /// `[0 +1 -]`
    pub(super) fn hooks(self) -> Option<Ref<Hooks>> {
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

    /// `[0 0 -]` The function is to be called at the next firing of our hook.
    pub fn hasten_hook(self) {
        if let Some(hooks) = self.hooks() {
            hooks.update(|h| h.look_at = 0);
        }
        self.pop(1);
    }

    /// `[0 0 -]` Is there a hook of somebody else's here, with ours in front or not?
    pub fn is_debugged_too(self) -> bool {
        let set = unsafe { ffi::lua_gethook(self.0) };
        set.is_some_and(|hook| !is_plain(hook)) && !self.is_rung()
    }

    /// `[0 0 -]`
    pub fn is_armed(self) -> bool {
        let set = unsafe { ffi::lua_gethook(self.0) };
        set.is_some_and(|hook| is_plain(hook) || foreign::place(hook).is_some())
    }

    /// What advances timers while a program computes, unless the alarm does.
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
            unsafe { arm(hooks, self, to, count) }
        }
        self.pop(1);
        true
    }

    /// `[0 0 -]` Takes our hook off `from` and puts back what was there before.
    pub fn disarm(self, from: State) {
        let hook = unsafe { ffi::lua_gethook(from.0) };
        if hook.is_some_and(is_plain) {
            return unsafe { set_hook(from.0, None, 0, 0) };
        }
        if let Some(hooks) = self.hooks()
            && hooks.update(|h| h.serving) != Some(from)
        {
            match hook.and_then(foreign::place) {
                Some(i) => unsafe { foreign::uncover(hooks, self, from, i) },
                None => foreign::forget(hooks, self, from),
            }
        }
        self.pop(1);
    }
}

fn is_plain(hook: ffi::lua_Hook) -> bool {
    std::ptr::fn_addr_eq(hook, on_event as ffi::lua_Hook)
}

/// `[0 0 -]` Sets our hook on `to`.
///
/// # Safety
/// `to` is a valid thread, `l` runs, and the hooks are on top of it.
pub(super) unsafe fn arm(hooks: Ref<Hooks>, l: State, to: State, count: Int) {
    if hooks.update(|h| h.serving) == Some(to) {
        return;
    }
    hooks.update(|h| (h.look_at, h.count) = (0, count));
    to.clear_alarm();
    // SAFETY: the caller's.
    unsafe {
        match ffi::lua_gethook(to.0) {
            Some(hook) if !is_plain(hook) => match foreign::place(hook) {
                Some(i) => foreign::recount(hooks, l, to, i),
                None => foreign::cover(hooks, l, to, hook),
            },
            _ => {
                foreign::forget(hooks, l, to);
                set_hook(to.0, Some(on_event), ffi::LUA_MASKCOUNT, count);
            }
        }
    }
}

/// What the function says: the next count, or 0, when it wants to be called again, and
/// whether the running coroutine is to be suspended.
pub(super) struct Answer {
    pub(super) next: Int,
    pub(super) look_at: u64,
    suspends: bool,
}

/// `[0 0 -]` Calls the function for the count of `l`.
pub(super) fn run(hooks: Ref<Hooks>, l: State, may_suspend: bool) -> Answer {
    let outer = hooks.update(|h| h.serving.replace(l));
    l.get_slot(-1, 1);
    l.int(hooks.update(|h| std::mem::take(&mut h.firings)));
    l.bool(may_suspend);
    if !l.pcall(2, 3, 0) {
        l.nil();
        l.nil();
    }
    let next = l.number(-3).unwrap_or(0.0) as Int;
    let answer = Answer { next, look_at: l.number(-2).unwrap_or(0.0) as u64, suspends: l.truthy(-1) };
    l.pop(3);
    hooks.update(|h| {
        h.serving = outer;
        if next > 0 {
            h.count = next;
        }
    });
    answer
}

/// `[0 0 -]` Serves the count of `l`. Meanwhile no hook is set: what runs is not to
/// be slowed down by it. True: `l` is to be suspended.
///
/// # Safety
/// `l` is the running thread, with our hook, and the hooks are on top.
unsafe fn serve(hooks: Ref<Hooks>, l: State) -> bool {
    // SAFETY: the caller's, here and below.
    unsafe { set_hook(l.0, None, 0, 0) };
    let answer = run(hooks, l, l.can_yield());
    if answer.next > 0 {
        // Somebody may have set another hook meanwhile.
        unsafe { arm(hooks, l, l, answer.next) };
    }
    hooks.update(|h| h.look_at = answer.look_at);
    answer.suspends
}

/// # Safety
/// Called by Lua.
unsafe extern "C-unwind" fn on_event(l: *mut ffi::lua_State, ar: *mut ffi::lua_Debug) {
    let l = State(l);
    // SAFETY: Lua passes a valid record.
    if unsafe { (*ar).event } != ffi::LUA_HOOKCOUNT {
        // Of a foreign hook, which its own count event has just taken off.
        return;
    }
    // SAFETY: `l` runs.
    let suspends =
        l.hooks().is_some_and(|hooks| hooks.update(|h| h.is_due(l, true)) && unsafe { serve(hooks, l) });
    l.pop(1);
    if suspends {
        l.suspend_in_hook();
    }
}
