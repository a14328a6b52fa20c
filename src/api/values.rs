//! Buffered values: the Lua table behind a ring.

use super::core::{Cx, kept};
use crate::chan::Ring;
use crate::lua::{Int, Ref, Tagged};

/// What keeps a table of buffered values: channels and free buffers.
pub trait Buffered: Tagged {
    fn ring(&mut self) -> &mut Ring;
}

/// `[0 +1 -]` The value table, unless somebody tampered with it.
fn push_table(l: Cx, owner: Int) -> bool {
    l.get_slot_table(owner, kept::RING)
}

/// `[0 0 m]` Makes sure that the next value has a slot.
#[inline]
pub fn reserve<T: Buffered>(l: Cx, owner: Int, r: Ref<T>) {
    while let Some(room) = r.update(|b| b.ring().wants_room()) {
        grow(l, owner, r, room);
    }
}

#[cold]
fn grow<T: Buffered>(l: Cx, owner: Int, r: Ref<T>, room: u32) {
    let top = l.top();
    l.table(room, 0);
    let ring = r.update(|b| *b.ring());
    // Making the table may have run a finalizer that changed the buffer.
    if ring.wants_room() == Some(room) {
        if push_table(l, owner) {
            for i in 0..ring.len() {
                l.geti(top + 2, ring.slot(i) + 1);
                l.seti(top + 1, i + 1);
            }
        }
        l.set_top(top + 1);
        l.set_slot(owner, kept::RING);
        r.update(|b| b.ring().moved_to(room));
    }
    l.set_top(top);
}

/// `[0 +1 -]` Stores the value at `value`, and leaves the table behind.
#[inline]
pub fn store(l: Cx, owner: Int, slot: u32, value: Int) {
    if push_table(l, owner) {
        l.dup(value);
        l.seti(-2, slot + 1);
    }
}

/// `[0 +(1|2) -]` Fetches a value, perhaps with the table below it. The value
/// leaves the table unless it is `kept`.
#[inline]
pub fn load(l: Cx, owner: Int, slot: u32, kept: bool) {
    if !push_table(l, owner) {
        return;
    }
    l.geti(-1, slot + 1);
    if !kept {
        l.nil();
        l.seti(-3, slot + 1);
    }
}
