//! What a channel does. No value passes through here and nothing of Lua is
//! known: every method answers what must happen to a value that the shell
//! holds, and by then the decision is final.

mod hall;
#[cfg(test)]
mod history;
mod ring;
mod wait;

pub use hall::{Hall, Meeting, Party, Place};
pub use ring::{Kind, Ring};
pub use wait::Side;

use crate::ids::Lobby;
#[cfg(test)]
use crate::ids::Op;
use slotmap::Key;

/// What must happen to the value of a put.
#[derive(Clone, Copy, Debug)]
pub enum Put<P> {
    /// Refused: the channel is closed.
    Closed,
    /// Accepted and forgotten, as the buffer's kind wants it.
    Drop,
    /// Goes into this slot of the buffer.
    Store(u32),
    /// Goes to this taker.
    Hand(Meeting<P>),
    /// Nothing happened: it has to wait.
    Park,
}

/// Where the value of a take comes from.
#[derive(Clone, Copy, Debug)]
pub enum Take<P> {
    /// There is none and never will be.
    Nil,
    /// From this slot of the buffer, which is free now (a promise keeps it).
    Load(u32),
    /// From this putter.
    Meet(Meeting<P>),
    /// Nothing happened: it has to wait.
    Park,
}

/// One channel.
///
/// Between calls: no live taker waits beside a buffered value or on a closed
/// channel; no live putter waits beside a free slot; a live taker and a live
/// putter wait together only if they are one and the same `alts`.
#[derive(Clone, Copy, Debug)]
pub struct Chan {
    pub ring: Ring,
    closed: bool,
    lobby: Lobby,
}

impl Chan {
    pub fn new(kind: Kind, cap: u32) -> Self {
        Chan { ring: Ring::new(kind, cap), closed: false, lobby: Lobby::null() }
    }

    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Null while nobody has ever waited here.
    pub fn lobby(&self) -> Lobby {
        self.lobby
    }

    pub fn set_lobby(&mut self, lobby: Lobby) {
        self.lobby = lobby;
    }

    /// Would a put, or a take, complete at once?
    pub fn is_ready<P: Party>(&self, hall: &mut Hall<P>, side: Side) -> bool {
        let here = match side {
            Side::Put => !self.ring.is_full(),
            Side::Take => !self.ring.is_empty(),
        };
        self.closed || here || hall.front(self.lobby, side.other()).is_some()
    }

    /// Where a new value goes. The shell has made room in the buffer.
    #[inline(always)]
    pub fn put<P: Party>(&mut self, hall: &mut Hall<P>) -> Put<P> {
        if self.closed {
            return Put::Closed;
        }
        // Nobody waits beside a value. And everybody who waits gets a promise's
        // value, so it is stored first.
        if self.ring.is_empty()
            && self.ring.kind() != Kind::Promise
            && let Some(taker) = hall.claim(self.lobby, Side::Take)
        {
            return Put::Hand(taker);
        }
        if self.ring.is_full() {
            return Put::Park;
        }
        self.ring.add().map_or(Put::Drop, Put::Store)
    }

    /// Where the next value comes from. After `Load` the shell asks `refill`.
    #[inline(always)]
    pub fn take<P: Party>(&mut self, hall: &mut Hall<P>) -> Take<P> {
        if let Some(slot) = self.ring.remove() {
            return Take::Load(slot);
        }
        match hall.claim(self.lobby, Side::Put) {
            Some(putter) => Take::Meet(putter),
            None if self.closed => Take::Nil,
            None => Take::Park,
        }
    }

    /// A waiting put whose value now fits into the buffer; it comes in even
    /// when the channel has been closed since.
    pub fn refill<P: Party>(&mut self, hall: &mut Hall<P>) -> Option<Meeting<P>> {
        // Puts wait only where the buffer was full a moment ago.
        let gap = !self.ring.is_full() && self.ring.len() + 1 >= self.ring.capacity();
        if gap { hall.claim(self.lobby, Side::Put) } else { None }
    }

    /// A waiting put that may come in, however much room there is.
    pub fn admit<P: Party>(&mut self, hall: &mut Hall<P>) -> Option<Meeting<P>> {
        if self.ring.is_full() { None } else { hall.claim(self.lobby, Side::Put) }
    }

    /// A waiting taker that a buffered value can serve, and that value's slot.
    pub fn serve<P: Party>(&mut self, hall: &mut Hall<P>) -> Option<(Meeting<P>, u32)> {
        if self.ring.is_empty() {
            return None;
        }
        let taker = hall.claim(self.lobby, Side::Take)?;
        self.ring.remove().map(|slot| (taker, slot))
    }

    /// True the first time. The shell then serves the waiting takers.
    pub fn close(&mut self) -> bool {
        !std::mem::replace(&mut self.closed, true)
    }

    /// A taker that waits on a closed and drained channel: it gets nil.
    pub fn orphan<P: Party>(&mut self, hall: &mut Hall<P>) -> Option<Meeting<P>> {
        debug_assert!(self.closed);
        hall.claim(self.lobby, Side::Take)
    }

    /// A putter that is told true and whose value is thrown away, because a
    /// transducer ended the channel.
    pub fn abort<P: Party>(&mut self, hall: &mut Hall<P>) -> Option<Meeting<P>> {
        debug_assert!(self.closed);
        hall.claim(self.lobby, Side::Put)
    }

    /// Does a put wait here?
    pub fn has_putter<P: Party>(&self, hall: &mut Hall<P>) -> bool {
        hall.front(self.lobby, Side::Put).is_some()
    }

    /// Asserts what holds between calls.
    #[cfg(test)]
    pub fn check<P: Party>(&self, hall: &mut Hall<P>) {
        let takers = hall.live(self.lobby, Side::Take);
        let putters = hall.live(self.lobby, Side::Put);
        assert!(takers.is_empty() || self.ring.is_empty(), "a taker waits beside a value");
        assert!(takers.is_empty() || !self.closed, "a taker waits on a closed channel");
        assert!(putters.is_empty() || self.ring.is_full(), "a putter waits beside a free slot");
        let own = |t: &(Op, u32), p: &(Op, u32)| !t.0.is_null() && t.0 == p.0;
        let strangers = takers.iter().any(|t| putters.iter().any(|p| !own(t, p)));
        assert!(!strangers, "a taker and a putter wait on each other");
    }
}
