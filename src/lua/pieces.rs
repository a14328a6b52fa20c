//! The counts of foreign hooks that are longer than ours, which are counted in pieces.
#![expect(clippy::undocumented_unsafe_blocks, reason = "one reason serves the whole file")]

use super::counter::Counter;
use super::hook::Hooks;
use super::state::{Int, State};
use super::udata::Ref;
use mlua::ffi;
use std::mem::MaybeUninit;

/// How many coroutines can have a count in pieces at a time. That of others is
/// served as a whole.
pub(super) const PARTED: usize = 64;

/// A count of which a piece is being counted.
#[derive(Clone, Copy)]
struct Parted {
    on: State,
    /// What comes after the piece.
    rest: Int,
    /// The coroutine is in the weak table too, by which one that has died is told
    /// from another at its address. If not, whoever set the hook takes it off.
    anchored: bool,
}

/// Between calls: `parted` has at most one entry for a coroutine.
#[derive(Clone, Copy)]
pub(super) struct Pieces {
    parted: [Option<Parted>; PARTED],
    /// How many of them there are.
    parts: usize,
    pub(super) counter: Counter,
}

impl Pieces {
    pub(super) fn new(counter: Counter) -> Pieces {
        Pieces { parted: [None; PARTED], parts: 0, counter }
    }

    fn forget(&mut self, i: usize) -> Option<Parted> {
        let found = self.parted[i].take();
        self.parts -= usize::from(found.is_some());
        found
    }
}

// SAFETY of the blocks below: hooks are read and set on valid threads of the
// running OS thread only.
impl State {
    /// `[0 0 -]` The entry for `on`. The hooks are on top.
    fn parted(self, hooks: Ref<Hooks>, on: State) -> Option<usize> {
        let (i, found) = hooks.update(|h| {
            let f = &h.pieces;
            if f.parts == 0 {
                return None;
            }
            let i = f.parted.iter().position(|p| p.is_some_and(|p| p.on == on))?;
            Some((i, f.parted[i]?))
        })?;
        if found.anchored && self.anchored(i) != Some(on) {
            hooks.update(|h| h.pieces.forget(i));
            return None;
        }
        Some(i)
    }

    /// `[0 0 -]` The coroutine that the entry is for, if it is not collected.
    fn anchored(self, i: usize) -> Option<State> {
        let found = self.get_slot_table(-1, 2);
        let on = if found {
            self.geti(-1, i as u32 + 1);
            let on = self.thread_at(-1);
            self.pop(1);
            on
        } else {
            None
        };
        self.pop(1);
        on
    }

    /// `[0 0 -]` Anchors this coroutine there.
    fn anchor(self, i: usize) {
        if self.get_slot_table(-1, 2) {
            self.thread();
            self.seti(-2, i as u32 + 1);
        }
        self.pop(1);
    }

    /// `[0 0 -]` What comes after the piece that `on` counts: all of it is one again.
    pub(super) fn join(self, hooks: Ref<Hooks>, on: State) -> Int {
        let Some(i) = self.parted(hooks, on) else { return 0 };
        hooks.update(|h| h.pieces.forget(i)).map_or(0, |p| p.rest)
    }

    /// `[0 0 -]` A place for an entry, perhaps that of a coroutine that is gone.
    fn vacant(self, hooks: Ref<Hooks>) -> Option<usize> {
        if hooks.update(|h| h.pieces.parts < PARTED) {
            return hooks.update(|h| h.pieces.parted.iter().position(Option::is_none));
        }
        let i = (0..PARTED).find(|&i| {
            hooks.update(|h| h.pieces.parted[i].is_some_and(|p| p.anchored))
                && self.anchored(i).is_none_or(is_over)
        })?;
        hooks.update(|h| h.pieces.forget(i));
        Some(i)
    }

    /// `[0 0 -]` A foreign count on `on` is longer than ours: a piece of it comes first.
    pub(super) fn part(self, hooks: Ref<Hooks>, on: State) {
        let (counter, ours) = hooks.update(|h| (h.pieces.counter, h.count));
        let Some(left) = counter.left(on).filter(|left| *left > ours) else { return };
        let before = self.join(hooks, on);
        let Some(i) = self.vacant(hooks) else { return counter.set(on, left + before) };
        let anchored = on == self;
        if anchored {
            self.anchor(i);
        }
        hooks.update(|h| {
            h.pieces.parts += 1;
            h.pieces.parted[i] = Some(Parted { on, rest: left - ours + before, anchored });
        });
        counter.set(on, ours);
    }
}

/// A coroutine that will never run again.
fn is_over(on: State) -> bool {
    let mut at = MaybeUninit::<ffi::lua_Debug>::uninit();
    match unsafe { ffi::lua_status(on.0) } {
        ffi::LUA_YIELD => false,
        ffi::LUA_OK => on.top() == 0 && unsafe { ffi::lua_getstack(on.0, 0, at.as_mut_ptr()) } == 0,
        _ => true,
    }
}
