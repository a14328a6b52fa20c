//! Our hook in front of one of somebody else's, which sees the events that it would
//! see alone, at the same stack level.
//!
//! Which hook that is, ours tells by its own address: there are several of ours.
//! So a coroutine inherits both, as it inherits any hook from its creator. Ours is
//! set with the other's mask and count wherever that has lines or counts. Where it
//! counts without lines, its count is served in pieces, since it may be large.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use super::compat::{SETTING_REPEATS_LINES, set_hook};
use super::hook::{Answer, Hooks, arm, run};
use super::state::{Int, State};
use super::udata::Ref;
use mlua::ffi;
use std::cell::Cell;
use std::sync::OnceLock;

const LINE: Int = ffi::LUA_MASKLINE;
const COUNT: Int = ffi::LUA_MASKCOUNT;

/// How many kinds of foreign hooks there can be in a process. Ours is not set before
/// others.
const PLACES: usize = 16;

/// What is known of a foreign hook has to be known without a value on the stack: at the
/// return of a function, 5.1 and 5.2 would put it where that has its variables.
static KINDS: [OnceLock<Kind>; PLACES] = [const { OnceLock::new() }; PLACES];

thread_local! {
    /// The coroutine whose foreign hook runs, of which the instructions count too.
    static INSIDE: Cell<Option<State>> = const { Cell::new(None) };
}

/// A foreign hook.
#[derive(Clone, Copy)]
struct Kind {
    hook: ffi::lua_Hook,
    /// Its mask and count, if ours is set with others: it has neither lines nor counts.
    alone: Option<(Int, Int)>,
}

impl Kind {
    fn is(&self, other: Kind) -> bool {
        self.alone == other.alone && std::ptr::fn_addr_eq(self.hook, other.hook)
    }

    /// Its place, which it keeps for ever.
    fn place(self) -> Option<usize> {
        KINDS.iter().position(|place| place.get_or_init(|| self).is(self))
    }
}

static HOOKS: [ffi::lua_Hook; PLACES] = [
    on_event::<0>,
    on_event::<1>,
    on_event::<2>,
    on_event::<3>,
    on_event::<4>,
    on_event::<5>,
    on_event::<6>,
    on_event::<7>,
    on_event::<8>,
    on_event::<9>,
    on_event::<10>,
    on_event::<11>,
    on_event::<12>,
    on_event::<13>,
    on_event::<14>,
    on_event::<15>,
];

/// Which of ours is it?
#[cold]
pub(super) fn place(hook: ffi::lua_Hook) -> Option<usize> {
    HOOKS.iter().position(|ours| std::ptr::fn_addr_eq(*ours, hook))
}

fn place_on(l: State) -> Option<usize> {
    unsafe { ffi::lua_gethook(l.0) }.and_then(place)
}

/// The largest prime that is not above our count. The instructions of a foreign
/// hook count too, but Lua calls no hook there; a count that a loop's length
/// divides could be over in the foreign hook every time.
fn prime(ours: Int) -> Int {
    (2..=ours).rev().find(|n| (2..).take_while(|d| d * d <= *n).all(|d| n % d != 0)).unwrap_or(1)
}

// SAFETY of the blocks below: hooks are read and set on valid threads of the
// running OS thread only.

/// `[0 0 -]` A piece of the count on `on` comes first, if it is served in pieces and its
/// hook is not being called.
fn part(hooks: Ref<Hooks>, l: State, on: State) {
    if has_parted(on) && INSIDE.get() != Some(on) {
        l.part(hooks, on);
    }
}

/// Must the hook stay as it is, since this one's lines would be told twice?
fn is_fixed(on: State) -> bool {
    SETTING_REPEATS_LINES && unsafe { ffi::lua_gethookmask(on.0) } & LINE != 0 && on.has_yielded_in_hook()
}

/// Is its count served in pieces?
fn is_parted(kind: Kind, on: State) -> bool {
    kind.alone.is_none() && unsafe { ffi::lua_gethookmask(on.0) } & LINE == 0
}

/// Is that of the hook which is set now?
fn has_parted(on: State) -> bool {
    place_on(on).and_then(|i| KINDS[i].get()).is_some_and(|kind| is_parted(*kind, on))
}

/// `[0 0 -]` The foreign hook was changed behind our back: nothing is known of its count.
/// The hooks are on top of `l`.
pub(super) fn forget(hooks: Ref<Hooks>, l: State, on: State) {
    l.join(hooks, on);
}

/// `[0 0 -]` Sets our hook in front of the one that is there.
///
/// # Safety
/// `to` is a valid thread, `l` runs, and the hooks are on top of it.
pub(super) unsafe fn cover(hooks: Ref<Hooks>, l: State, to: State, hook: ffi::lua_Hook) {
    if is_fixed(to) {
        return;
    }
    l.join(hooks, to);
    unsafe {
        let (mask, count) = (ffi::lua_gethookmask(to.0), ffi::lua_gethookcount(to.0));
        let whole = mask & LINE != 0 || (mask & COUNT != 0 && count > 0);
        let kind = Kind { hook, alone: (!whole).then_some((mask, count.max(0))) };
        let Some(i) = kind.place() else { return };
        let (counter, ours) = hooks.update(|h| (h.pieces.counter, h.count));
        if !whole {
            return set_hook(to.0, Some(HOOKS[i]), mask | COUNT, prime(ours));
        }
        let left = counter.left(to);
        set_hook(to.0, Some(HOOKS[i]), mask, count);
        if let Some(left) = left {
            counter.set(to, left);
        }
    }
    part(hooks, l, to);
}

/// `[0 0 -]` Ours, which is there, gets a new count.
///
/// # Safety
/// As above; it is our hook of that kind.
pub(super) unsafe fn recount(hooks: Ref<Hooks>, l: State, to: State, i: usize) {
    let ours = hooks.update(|h| h.count);
    match KINDS[i].get().and_then(|kind| kind.alone) {
        Some((mask, _)) => unsafe { set_hook(to.0, Some(HOOKS[i]), mask | COUNT, prime(ours)) },
        None => part(hooks, l, to),
    }
}

/// `[0 0 -]` Puts the foreign hook back, with so much of its count left.
///
/// # Safety
/// As above.
unsafe fn put_back(hooks: Ref<Hooks>, on: State, i: usize, left: Option<Int>) {
    let Some(kind) = KINDS[i].get() else { return };
    unsafe {
        let (mask, count) =
            kind.alone.unwrap_or_else(|| (ffi::lua_gethookmask(on.0), ffi::lua_gethookcount(on.0)));
        set_hook(on.0, Some(kind.hook), mask, count);
    }
    if let (None, Some(left)) = (kind.alone, left) {
        hooks.update(|h| h.pieces.counter).set(on, left);
    }
}

/// `[0 0 -]` Takes ours away, now or when it finds that nothing is pending.
///
/// # Safety
/// As above.
pub(super) unsafe fn uncover(hooks: Ref<Hooks>, l: State, from: State, i: usize) {
    if is_fixed(from) {
        return;
    }
    let rest = l.join(hooks, from);
    let left = hooks.update(|h| h.pieces.counter).left(from).map(|left| left + rest);
    unsafe { put_back(hooks, from, i, left) }
}

impl State {
    /// `[? +? e]` Calls the function while `on` has the hook that the program has set,
    /// or none, for one that looks at it.
    pub fn without_ours(self, on: State, f: impl FnOnce() -> Int) -> Int {
        on.clear_alarm();
        if !on.is_armed() {
            return f();
        }
        let Some(hooks) = self.hooks() else { return 0 };
        self.pop(1);
        let counter = hooks.update(|h| h.pieces.counter);
        unsafe {
            let ours = (ffi::lua_gethook(on.0), ffi::lua_gethookmask(on.0), ffi::lua_gethookcount(on.0));
            let left = counter.left(on);
            match ours.0.and_then(place) {
                Some(i) => put_back(hooks, on, i, None),
                None => set_hook(on.0, None, 0, 0),
            }
            let bare = ffi::lua_gethook(on.0);
            let n = f();
            // A finalizer may have set another.
            if ffi::lua_gethook(on.0).map(|hook| hook as usize) == bare.map(|hook| hook as usize) {
                set_hook(on.0, ours.0, ours.1, ours.2);
                if let Some(left) = left {
                    counter.set(on, left);
                }
            }
            n
        }
    }
}

/// `[0 0 -]` Calls the function for the count of `l`, with the hook as it is: what
/// runs has no events, and what it takes of a foreign count is put back.
///
/// # Safety
/// `l` is the running thread, with our hook of this kind, and the hooks are on top.
unsafe fn serve(hooks: Ref<Hooks>, l: State, i: usize) {
    let left = hooks.update(|h| h.pieces.counter).left(l);
    let Answer { next, look_at, .. } = run(hooks, l, false);
    unsafe {
        if place_on(l) != Some(i) {
            if next > 0 {
                arm(hooks, l, l, next);
            }
        } else if next == 0 {
            put_back(hooks, l, i, left);
        } else if KINDS[i].get().is_some_and(|kind| kind.alone.is_some()) {
            recount(hooks, l, l, i);
        } else if let Some(left) = left {
            hooks.update(|h| h.pieces.counter).set(l, left);
        }
    }
    hooks.update(|h| h.look_at = look_at);
}

/// # Safety
/// Called by Lua, as the hook in that place.
unsafe extern "C-unwind" fn on_event<const I: usize>(l: *mut ffi::lua_State, ar: *mut ffi::lua_Debug) {
    let l = State(l);
    let Some(kind) = KINDS[I].get() else { return };
    // The last one there may have raised an error.
    INSIDE.set(INSIDE.get().filter(|on| *on != l));
    // SAFETY: Lua passes a valid record.
    let event = unsafe { (*ar).event };
    let counted = event == ffi::LUA_HOOKCOUNT;
    // If theirs has made it yield in a count, the line at the same instruction follows
    // nevertheless, and its stack must stay as it is.
    let runs = unsafe { ffi::lua_status(l.0) } == ffi::LUA_OK;
    if runs && (counted || event == ffi::LUA_HOOKLINE || is_parted(*kind, l)) {
        let Some(hooks) = l.hooks() else { return l.pop(1) };
        let theirs = unsafe { ours_first(hooks, l, I, event) };
        l.pop(1);
        if !theirs {
            return;
        }
    }
    unsafe { forward(l, *kind, ar) }
}

/// `[0 0 -]` What is ours in an event. Is it one of theirs?
///
/// # Safety
/// As above, and the hooks are on top.
unsafe fn ours_first(hooks: Ref<Hooks>, l: State, i: usize, event: Int) -> bool {
    let counted = event == ffi::LUA_HOOKCOUNT;
    let mut theirs = !counted || KINDS[i].get().is_some_and(|kind| kind.alone.is_none());
    if has_parted(l) {
        // The instructions of their hook count too, as one with all the others.
        let (rest, counter) = (l.join(hooks, l), hooks.update(|h| h.pieces.counter));
        if rest > 0 {
            theirs = !counted;
            counter.set(l, if counted { rest } else { counter.left(l).unwrap_or(0) + rest });
        }
    }
    // Where lines are reported, it is served at the start of one: in a count event
    // Lua would report the line once more.
    let lines = unsafe { ffi::lua_gethookmask(l.0) } & LINE != 0;
    let when = if lines { ffi::LUA_HOOKLINE } else { ffi::LUA_HOOKCOUNT };
    if event == when && hooks.update(|h| h.is_due(l, counted)) {
        unsafe { serve(hooks, l, i) };
    }
    if !theirs {
        part(hooks, l, l);
    }
    theirs
}

/// `[0 0 e]` Calls the foreign hook. It may raise, and then its count is not parted.
///
/// # Safety
/// Called by Lua as that hook's stand-in on `l`.
unsafe fn forward(l: State, kind: Kind, ar: *mut ffi::lua_Debug) {
    let outer = INSIDE.replace(Some(l));
    unsafe { (kind.hook)(l.0, ar) };
    INSIDE.set(outer);
    // What it may have done to the count, or set in its place. If it has made the
    // coroutine yield, Lua has its own idea of the count.
    if unsafe { ffi::lua_status(l.0) } != ffi::LUA_YIELD && has_parted(l) {
        if let Some(hooks) = l.hooks() {
            part(hooks, l, l);
        }
        l.pop(1);
    }
}
