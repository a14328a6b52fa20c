//! Who waits on one channel: two queues, and the anchor slots that keep each
//! waiting party (and the value it brings) alive from the channel.

use crate::ids::{Op, TimerId};
use slotmap::Key;
use std::collections::{TryReserveError, VecDeque};

/// Which queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Take,
    Put,
}

impl Side {
    /// Where the partner stands.
    pub fn other(self) -> Side {
        match self {
            Side::Take => Side::Put,
            Side::Put => Side::Take,
        }
    }
}

/// One place in a queue. A plain operation has only this one, with no `alts` and
/// port 0. One of several is stale once its `alts` is gone.
#[derive(Clone, Copy, Debug)]
pub struct Entry<P> {
    pub who: P,
    pub alts: Op,
    pub slot: u32,
    pub port: u32,
}

/// The waiting room of one channel.
///
/// Between calls: a slot is either in `free` or belongs to exactly one live
/// entry; `free` has capacity for every slot, so giving one back cannot fail.
pub struct Waits<P> {
    takes: VecDeque<Entry<P>>,
    puts: VecDeque<Entry<P>>,
    free: Vec<u32>,
    slots: u32,
    /// A queue this long is searched for stale entries before it grows.
    purge_at: usize,
    /// Null unless the channel is a timeout.
    pub timer: TimerId,
}

const FIRST_PURGE: usize = 32;

impl<P> Default for Waits<P> {
    fn default() -> Self {
        let (takes, puts, free) = (VecDeque::new(), VecDeque::new(), Vec::new());
        Waits { takes, puts, free, slots: 0, purge_at: 0, timer: TimerId::default() }
    }
}

impl<P> Waits<P> {
    #[inline]
    pub fn queue(&mut self, side: Side) -> &mut VecDeque<Entry<P>> {
        match side {
            Side::Take => &mut self.takes,
            Side::Put => &mut self.puts,
        }
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry<P>> {
        self.takes.iter().chain(&self.puts)
    }

    /// Is it time to search the queue for stale entries? Either it has grown so
    /// much that this costs each of them constant time in the long run, or it may
    /// have reached its limit.
    #[inline]
    pub fn is_due(&mut self, side: Side, limit: usize) -> bool {
        let len = self.queue(side).len();
        len >= self.purge_at.max(FIRST_PURGE) || len >= limit
    }

    /// Drops stale entries and answers how many are left.
    pub fn purge(&mut self, side: Side, live: impl Fn(Op) -> bool) -> usize {
        let queue = self.queue(side);
        queue.retain(|e| e.alts.is_null() || live(e.alts));
        let left = queue.len();
        self.purge_at = left * 2;
        left
    }

    /// Makes sure that `n` entries can be added to the queue and that their
    /// slots can be returned later. Answers how many slots the anchor table
    /// must have when the present ones do not suffice.
    pub fn reserve(&mut self, side: Side, n: u32) -> Result<Option<u32>, TryReserveError> {
        self.queue(side).try_reserve(n as usize)?;
        if self.free.len() >= n as usize {
            return Ok(None);
        }
        let missing = n - self.free.len() as u32;
        let slots = (self.slots + missing).max(self.slots.saturating_mul(2));
        self.free.try_reserve_exact(slots as usize - self.free.len())?;
        Ok(Some(slots))
    }

    /// The anchor table now has `slots` slots.
    pub fn grown(&mut self, slots: u32) {
        self.free.extend((self.slots..slots).rev());
        self.slots = slots;
    }

    /// Takes a slot for an entry in the queue; `None` when `reserve` is due.
    pub fn occupy(&mut self, side: Side) -> Option<u32> {
        let queue = self.queue(side);
        if queue.len() == queue.capacity() {
            return None;
        }
        self.free.pop()
    }

    pub fn release(&mut self, slot: u32) {
        debug_assert!(!self.free.contains(&slot));
        self.free.push(slot);
    }

    pub fn slots(&self) -> u32 {
        self.slots
    }

    pub fn slots_in_use(&self) -> u32 {
        self.slots - self.free.len() as u32
    }
}
