//! Rust values in Lua userdata, recognised without trusting their metatable.

use super::state::{Int, State, copy_tag};
use mlua::ffi;
use std::mem::size_of;
use std::ptr::NonNull;

/// A type that can live in a userdata. It is moved in and never dropped, so it
/// owns nothing.
pub trait Tagged: Copy {
    const TAG: usize;
}

/// Between calls: `me` is what `tag` says for this address. No script can
/// make such a block, and no other library will; a metatable of ours on a
/// stranger is seen through.
#[repr(C)]
struct Cell<T> {
    me: usize,
    value: T,
}

/// A userdata that is on the stack or anchored while the reference is used.
pub struct Ref<T>(NonNull<Cell<T>>);

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Ref<T> {}

impl<T> PartialEq for Ref<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Tagged> Ref<T> {
    /// A copy of the value.
    pub fn get(self) -> T {
        // SAFETY: the cell is alive, and whoever writes to it is done: a
        // `&mut` to it never leaves `update`.
        unsafe { self.0.as_ref().value }
    }

    /// Changes the value. The closure reaches no Lua, hence no other `Ref`.
    pub fn update<R>(self, f: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: the cell is alive, and calls do not nest.
        f(unsafe { &mut (*self.0.as_ptr()).value })
    }

    /// Makes the cell a stranger: nobody will recognise it any more.
    pub fn bury(self) {
        // SAFETY: the cell is alive.
        unsafe { (*self.0.as_ptr()).me = 0 }
    }
}

/// What the first word of a `T` of ours at this address is.
fn tag<T: Tagged>(p: NonNull<Cell<T>>) -> usize {
    p.as_ptr() as usize ^ T::TAG ^ copy_tag()
}

impl State {
    /// `[0 +1 m]` A userdata that keeps `slots` Lua values besides.
    pub fn new_udata<T: Tagged>(self, value: T, slots: u32) -> Ref<T> {
        const { assert!(align_of::<T>() <= 8) }
        // SAFETY: the block has the size of the cell, and Lua aligns to 8.
        unsafe {
            let p = super::compat::new_userdata(self.0, size_of::<Cell<T>>(), slots);
            let p = NonNull::new_unchecked(p.cast::<Cell<T>>());
            p.write(Cell { me: tag::<T>(p), value });
            Ref(p)
        }
    }

    /// `[0 0 -]` The value at `i`, if it is a `T` of ours.
    pub fn udata<T: Tagged>(self, i: Int) -> Option<Ref<T>> {
        // SAFETY: the length says that the block is a full userdata (a light
        // one has length 0) at least as large as the cell.
        unsafe {
            let p = NonNull::new(ffi::lua_touserdata(self.0, i).cast::<Cell<T>>())?;
            let ours = ffi::lua_rawlen(self.0, i) == size_of::<Cell<T>>() && p.as_ref().me == tag::<T>(p);
            ours.then_some(Ref(p))
        }
    }
}
