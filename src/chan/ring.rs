//! Which slot the next value goes into and which one comes out next.
//! Values themselves live in a Lua table; a ring only counts.

/// What a buffer does when it is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// No buffer at all: a put meets a take or waits.
    Rendezvous,
    /// Puts wait while it is full.
    Fixed,
    /// Never full: the newest value is lost.
    Dropping,
    /// Never full: the oldest value is lost.
    Sliding,
    /// Never full: the first value stays for good.
    Promise,
}

impl Kind {
    /// Never makes a put wait.
    pub fn is_unblocking(self) -> bool {
        matches!(self, Kind::Dropping | Kind::Sliding | Kind::Promise)
    }
}

/// A FIFO of slots.
///
/// Between calls: `len <= room`; the slots in use are `len` ones from `head`
/// on, modulo `room`; a promise never holds more than one.
/// `len` may exceed `cap` only after an expanding transducer step.
#[derive(Clone, Copy, Debug)]
pub struct Ring {
    kind: Kind,
    cap: u32,
    head: u32,
    len: u32,
    room: u32,
}

/// The smallest table a buffer starts with; it doubles from there.
const FIRST_ROOM: u32 = 4;

impl Ring {
    pub fn new(kind: Kind, cap: u32) -> Self {
        Ring { kind, cap, head: 0, len: 0, room: 0 }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn capacity(&self) -> u32 {
        self.cap
    }

    pub fn len(&self) -> u32 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Does a put have to wait?
    pub fn is_full(&self) -> bool {
        match self.kind {
            Kind::Rendezvous => true,
            Kind::Fixed => self.len >= self.cap,
            Kind::Dropping | Kind::Sliding | Kind::Promise => false,
        }
    }

    /// How many slots the value table must have before the next `add`, when it
    /// has too few now. `None` too when no larger table is possible.
    pub fn wants_room(&self) -> Option<u32> {
        let capped = self.kind != Kind::Fixed;
        if self.kind == Kind::Rendezvous || self.len < self.room || (capped && self.len >= self.cap) {
            return None;
        }
        let doubled = self.room.checked_mul(2)?.max(FIRST_ROOM);
        Some(if self.len < self.cap { doubled.min(self.cap) } else { doubled })
    }

    /// The values now stand, oldest first, in slots 0.. of a table of `room`.
    pub fn moved_to(&mut self, room: u32) {
        debug_assert!(room >= self.len);
        self.head = 0;
        self.room = room;
    }

    /// The slot of the value `i` places behind the oldest.
    pub fn slot(&self, i: u32) -> u32 {
        let at = u64::from(self.head) + u64::from(i);
        let room = u64::from(self.room);
        (if at >= room { at - room } else { at }) as u32
    }

    /// The slot for a new value, or `None` when this kind drops it. A fixed
    /// ring takes it even when full: an expanding step must lose nothing.
    pub fn add(&mut self) -> Option<u32> {
        match self.kind {
            Kind::Dropping | Kind::Promise if self.len >= self.cap => return None,
            Kind::Sliding if self.len >= self.cap => {
                self.remove();
            }
            _ => {}
        }
        debug_assert!(self.len < self.room);
        self.len += 1;
        Some(self.slot(self.len - 1))
    }

    /// The slot of the oldest value, which leaves the ring (but not a promise).
    pub fn remove(&mut self) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        let at = self.head;
        if self.kind != Kind::Promise {
            self.head = if at + 1 == self.room { 0 } else { at + 1 };
            self.len -= 1;
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring with its values, grown the way the shell does it.
    struct Filled(Ring, Vec<u32>);

    impl Filled {
        fn add(&mut self, v: u32) {
            if let Some(room) = self.0.wants_room() {
                let mut moved: Vec<u32> =
                    (0..self.0.len()).map(|i| self.1[self.0.slot(i) as usize]).collect();
                moved.resize(room as usize, 0);
                self.1 = moved;
                self.0.moved_to(room);
            }
            if let Some(at) = self.0.add() {
                self.1[at as usize] = v;
            }
        }
        fn remove(&mut self) -> Option<u32> {
            self.0.remove().map(|at| self.1[at as usize])
        }
    }

    fn after(kind: Kind, cap: u32, values: u32) -> Vec<u32> {
        let mut b = Filled(Ring::new(kind, cap), vec![]);
        (1..=values).for_each(|v| b.add(v));
        std::iter::from_fn(|| b.remove()).take(20).collect()
    }

    #[test]
    fn each_kind_keeps_what_it_promises() {
        assert_eq!(after(Kind::Fixed, 2, 3), [1, 2, 3]);
        assert_eq!(after(Kind::Dropping, 2, 4), [1, 2]);
        assert_eq!(after(Kind::Sliding, 2, 4), [3, 4]);
        assert_eq!(after(Kind::Promise, 1, 3)[..3], [1, 1, 1]);
    }

    #[test]
    fn grows_in_the_middle_of_a_wrap() {
        let mut b = Filled(Ring::new(Kind::Fixed, 9), vec![]);
        (1..=4).for_each(|v| b.add(v));
        assert_eq!((b.remove(), b.remove()), (Some(1), Some(2)));
        (5..=11).for_each(|v| b.add(v));
        assert!(b.0.is_full());
        let rest: Vec<u32> = std::iter::from_fn(|| b.remove()).collect();
        assert_eq!(rest, (3..=11).collect::<Vec<_>>());
    }
}
