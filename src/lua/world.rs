//! The one thing that the library keeps for a Lua state.

use super::alarm::Alarm;
use super::native::Native;
use super::state::{Int, State};
use mlua::ffi;
use std::cell::{Cell, UnsafeCell};
use std::mem::{MaybeUninit, size_of};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

/// A userdata that owns a `T` and belongs, as its first value, to every
/// function of the library.
///
/// Between calls: `busy` is false; `inner` is empty once the state closes, when
/// finalizers of others may still call us.
pub struct World<T> {
    me: usize,
    busy: Cell<bool>,
    calls: Cell<u32>,
    /// The coroutine that parked last.
    parked: Cell<Option<State>>,
    /// The coroutine that the library resumed last and that still runs, and
    /// whether it is a go block.
    current: Cell<Option<(State, bool)>>,
    /// Calls under way in which no coroutine may park.
    pinned: Cell<u32>,
    /// Our hook has been set at some time; where one trigger serves all coroutines,
    /// it need not be armed now.
    hooked: Cell<bool>,
    /// Operations look at the clock.
    polling: Cell<bool>,
    /// Work that takes long is told of.
    watching: Cell<bool>,
    /// Until the state ends, and whether it is to be used.
    alarm: Cell<Option<Alarm>>,
    prefers_alarm: Cell<bool>,
    /// The coroutine that runs within another, and the outermost one.
    within: Cell<Option<(State, State)>>,
    /// Lua's own `coroutine.resume`, what its `coroutine.wrap` makes, and its functions
    /// for debug hooks, where ours stand in for them.
    behind: Cell<[Option<Native>; 4]>,
    inner: UnsafeCell<Option<T>>,
}

const TAG: usize = 0x7769_6465;

/// The functions of Lua's own that ours can stand in for.
#[derive(Clone, Copy)]
pub enum Behind {
    Resume,
    Wrapped,
    SetHook,
    GetHook,
}

/// A stack together with the world that belongs to the running function.
pub struct Cx<T> {
    l: State,
    world: NonNull<World<T>>,
}

impl<T> Clone for Cx<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Cx<T> {}

impl<T> Deref for Cx<T> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.l
    }
}

impl<T> Cx<T> {
    /// `[0 0 e]` Runs `f` on the world. It cannot reach Lua. Raises when the
    /// state is being closed and when `f` panics, which is a bug of ours.
    #[inline(always)]
    pub fn with<R: Copy>(self, f: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: the world is anchored in the registry until the state closes,
        // and even then its block stays until all finalizers have run.
        let world = unsafe { self.world.as_ref() };
        if world.busy.replace(true) {
            self.raise("async: internal error: nested use (this is a bug of async)");
        }
        // SAFETY: `busy` says that nobody else holds a reference to it.
        let inner = unsafe { &mut *world.inner.get() };
        let mut answer = MaybeUninit::uninit();
        let run = |inner: &mut T| {
            answer.write(f(inner));
        };
        let outcome = inner.as_mut().map(|inner| catch_unwind(AssertUnwindSafe(|| run(inner))).map_err(drop));
        world.busy.set(false);
        match outcome {
            // SAFETY: written to, since nothing broke off.
            Some(Ok(())) => unsafe { answer.assume_init() },
            Some(Err(())) => self.raise("async: internal error (this is a bug of async, please report it)"),
            None => self.raise("async: the Lua state is being closed"),
        }
    }

    /// Leaves the function and suspends the coroutine; return its answer at
    /// once. `[0 +1 e]`, quiet if `can_yield`. `carries`: it
    /// keeps the mark; `brings`: the value on top is what it brings.
    #[inline]
    pub fn park(self, mark: u32, carries: bool, brings: bool) -> Int {
        // SAFETY: as above.
        unsafe { self.world.as_ref().parked.set(Some(self.l)) }
        self.l.park(mark, carries, brings)
    }

    /// To be asked when a resume of `co` has ended in a yield: was that `park`?
    #[inline]
    pub fn has_parked(self, co: State) -> bool {
        // SAFETY: as above.
        unsafe { self.world.as_ref().parked.replace(None) == Some(co) }
    }

    /// Takes note of the coroutine that is about to be resumed, or is again the
    /// running one; answers what was noted before.
    #[inline]
    pub fn set_current(self, co: Option<(State, bool)>) -> Option<(State, bool)> {
        // SAFETY: as above.
        unsafe { self.world.as_ref().current.replace(co) }
    }

    /// The same for one that is about to be resumed.
    #[inline]
    pub fn begin(self, co: State, go: bool) -> Option<(State, bool)> {
        // SAFETY: as above.
        unsafe { self.world.as_ref().parked.set(None) }
        self.set_current(Some((co, go)))
    }

    /// If this is the coroutine that the library resumed: is it a go block?
    #[inline]
    pub fn is_go(self) -> Option<bool> {
        self.is_go_block(self.l)
    }

    /// The same of another.
    #[inline]
    pub fn is_go_block(self, co: State) -> Option<bool> {
        // SAFETY: as above.
        let current = unsafe { self.world.as_ref().current.get() };
        current.filter(|(current, _)| *current == co).map(|(_, go)| go)
    }

    /// The go block's coroutine that the library resumed last, if one runs.
    pub fn current_go(self) -> Option<State> {
        // SAFETY: as above.
        let current = unsafe { self.world.as_ref().current.get() };
        current.filter(|(_, go)| *go).map(|(co, _)| co)
    }

    /// Takes note of the coroutine that is about to run within another, and of the
    /// outermost one; answers what was noted before.
    pub fn set_within(self, within: Option<(State, State)>) -> Option<(State, State)> {
        // SAFETY: as above.
        unsafe { self.world.as_ref().within.replace(within) }
    }

    /// The coroutine that waits when the running one does.
    pub fn root(self) -> State {
        // SAFETY: as above.
        let within = unsafe { self.world.as_ref().within.get() };
        within.filter(|(co, _)| *co == self.l).map_or(self.l, |(_, root)| root)
    }

    /// Leaves the function and suspends the coroutine with the top `n` values, since
    /// `co`, which runs within it, was suspended: parked, if that was parked.
    pub fn pass_on(self, co: State, n: Int) -> Int {
        // SAFETY: as above.
        let parked = unsafe { &self.world.as_ref().parked };
        if parked.get() == Some(co) {
            parked.set(Some(self.l));
        }
        self.l.suspend(n)
    }

    /// Takes note of a function of Lua's own that one of ours stands in for. False:
    /// it is another one already, which those that were made then rely upon.
    pub fn set_behind(self, which: Behind, native: Native) -> bool {
        // SAFETY: as above.
        let behind = unsafe { &self.world.as_ref().behind };
        let mut both = behind.get();
        let same = *both[which as usize].get_or_insert(native) == native;
        behind.set(both);
        same
    }

    /// `[? +? e]` Runs it in the place of the running function.
    #[inline]
    pub fn run_behind(self, which: Behind) -> Int {
        // SAFETY: as above.
        match unsafe { self.world.as_ref().behind.get()[which as usize] } {
            Some(native) => native.run(self.l),
            None => 0,
        }
    }

    /// Counts the calls under way in which no coroutine may park, from a finalizer
    /// or a hook.
    pub fn pin(self, by: i32) {
        // SAFETY: as above.
        let pinned = unsafe { &self.world.as_ref().pinned };
        pinned.set(pinned.get().wrapping_add_signed(by));
    }

    #[inline]
    pub fn is_pinned(self) -> bool {
        // SAFETY: as above.
        unsafe { self.world.as_ref().pinned.get() > 0 }
    }

    /// Takes note that a hook is set, and there may be one from now on; or that the
    /// one trigger of all coroutines is armed or not.
    pub fn set_hooked(self, hooked: bool) {
        // SAFETY: as above.
        unsafe { self.world.as_ref().hooked.set(hooked) }
    }

    #[inline]
    pub fn is_hooked(self) -> bool {
        // SAFETY: as above.
        unsafe { self.world.as_ref().hooked.get() }
    }

    /// Says whether operations look at the clock, since no hook is sure to.
    pub fn set_polling(self, polling: bool) {
        // SAFETY: as above.
        unsafe { self.world.as_ref().polling.set(polling) }
    }

    #[inline]
    pub fn is_polling(self) -> bool {
        // SAFETY: as above.
        unsafe { self.world.as_ref().polling.get() }
    }

    /// Says whether work that takes long is told of.
    pub fn set_watching(self, watching: bool) {
        // SAFETY: as above.
        unsafe { self.world.as_ref().watching.set(watching) }
    }

    #[inline]
    pub fn is_watching(self) -> bool {
        // SAFETY: as above.
        unsafe { self.world.as_ref().watching.get() }
    }

    #[inline]
    pub(super) fn alarm(self) -> Option<Alarm> {
        // SAFETY: as above.
        unsafe { self.world.as_ref().alarm.get() }
    }

    /// Is the alarm to be used rather than hooks?
    #[inline]
    pub fn prefers_alarm(self) -> bool {
        // SAFETY: as above.
        unsafe { self.world.as_ref().prefers_alarm.get() }
    }

    pub fn set_prefers_alarm(self, prefers: bool) {
        // SAFETY: as above.
        unsafe { self.world.as_ref().prefers_alarm.set(prefers) }
    }

    /// True once in `n` calls, for what need not be looked at every time.
    #[inline]
    pub fn once_in(self, n: u32) -> bool {
        // SAFETY: as above; the count is outside of what `with` lends.
        let calls = unsafe { &self.world.as_ref().calls };
        calls.set(calls.get().wrapping_add(1));
        calls.get().is_multiple_of(n)
    }

    /// False when the state is being closed.
    pub fn is_open(self) -> bool {
        // SAFETY: as above; only looked at while nobody is inside.
        unsafe { !self.world.as_ref().busy.get() && (*self.world.as_ref().inner.get()).is_some() }
    }
}

impl State {
    /// Position of the world in the running function.
    pub const WORLD: Int = State::upvalue(1);

    /// `[0 0 e]` The beginning of every function that uses the world.
    #[inline]
    pub fn enter<T>(self) -> Cx<T> {
        self.enter_at(State::WORLD)
    }

    /// `[0 0 e]` The same of one that has the world elsewhere.
    #[inline]
    pub fn enter_at<T>(self, i: Int) -> Cx<T> {
        match self.world_at(i) {
            Some(world) => Cx { l: self, world },
            None => self.raise("async: this function has lost its state"),
        }
    }

    /// `[0 +1 m]` An empty world. Able to be finalized before able to fail: it
    /// gets its metatable next, and then what it is for.
    pub fn new_world<T>(self) {
        const { assert!(align_of::<World<T>>() <= 8) }
        // SAFETY: the block has the size of the world, and Lua aligns to 8.
        unsafe {
            let p = super::compat::new_userdata(self.0, size_of::<World<T>>(), 0).cast::<World<T>>();
            let me = p as usize ^ TAG;
            p.write(World {
                me,
                busy: Cell::new(false),
                calls: Cell::new(0),
                parked: Cell::new(None),
                current: Cell::new(None),
                pinned: Cell::new(0),
                hooked: Cell::new(false),
                polling: Cell::new(!super::hook::PER_COROUTINE),
                watching: Cell::new(false),
                alarm: Cell::new(None),
                prefers_alarm: Cell::new(super::alarm::ALARM.is_some()),
                within: Cell::new(None),
                behind: Cell::new([None; 4]),
                inner: UnsafeCell::new(None),
            });
        }
    }

    /// `[-1 0 m]` The function on top is called, protected, when an alarm has come to
    /// the world at `i`; see `provide_alarm`.
    pub fn provide_alarm_of<T>(self, i: Int) {
        // SAFETY: alive.
        let alarm = self.world_at::<T>(i).and_then(|world| unsafe { world.as_ref().alarm.get() });
        self.provide_alarm(alarm);
    }

    /// `[0 0 -]` Fills the world at `i`.
    pub fn fill_world<T>(self, i: Int, inner: T) {
        if let Some(world) = self.world_at::<T>(i) {
            // SAFETY: alive.
            unsafe { world.as_ref().alarm.set(Alarm::take()) }
            // SAFETY: alive, and nobody uses it yet.
            unsafe { *world.as_ref().inner.get() = Some(inner) }
        }
    }

    fn world_at<T>(self, i: Int) -> Option<NonNull<World<T>>> {
        // SAFETY: only we put a value there, unless a script swaps it by means
        // of the debug library, and then only for a value that it has: a full
        // userdata, whose first word can be read.
        unsafe {
            let p = NonNull::new(ffi::lua_touserdata(self.0, i).cast::<World<T>>())?;
            let ours = (*p.as_ptr()).me == p.as_ptr() as usize ^ TAG;
            ours.then_some(p)
        }
    }

    /// `[0 0 -]` The finalizer of the world at `i`.
    pub fn end_world<T>(self, i: Int) {
        if let Some(world) = self.world_at::<T>(i) {
            // SAFETY: alive.
            let alarm = unsafe { world.as_ref().alarm.take() };
            alarm.into_iter().for_each(Alarm::end);
            // SAFETY: alive, and never used from within `with`.
            unsafe { drop((*world.as_ref().inner.get()).take()) }
        }
    }
}
