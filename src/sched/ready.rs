//! The queue of tasks to run. First in, first out; nobody overtakes.
//! The shell keeps what a job needs in a Lua table, in the slot named here.

use std::collections::{TryReserveError, VecDeque};

/// Between calls: at most `room` jobs; `room` is a power of two; the i-th job
/// has slot `(first + i) % room`, so no two share one.
pub struct Ready<J> {
    jobs: VecDeque<J>,
    first: u32,
    room: u32,
}

/// The table starts with this many slots, and shrinks back to them.
pub const FIRST_ROOM: u32 = 64;

/// An empty queue with more slots than this is worth shrinking.
const LARGE: u32 = 4096;

impl<J: Copy> Ready<J> {
    /// The shell has a table of `FIRST_ROOM` slots.
    pub fn new() -> Result<Self, TryReserveError> {
        let mut jobs = VecDeque::new();
        jobs.try_reserve(FIRST_ROOM as usize)?;
        Ok(Ready { jobs, first: 0, room: FIRST_ROOM })
    }

    pub fn len(&self) -> u32 {
        self.jobs.len() as u32
    }

    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Can `n` more jobs be pushed?
    pub fn has_room(&self, n: u32) -> bool {
        self.room - self.len() >= n
    }

    /// Prepares for a table of twice the slots and says how many that is.
    pub fn grow(&mut self) -> Result<u32, TryReserveError> {
        self.jobs.try_reserve(self.room as usize * 2 - self.jobs.len())?;
        Ok(self.room * 2)
    }

    /// Is it worth going back to a table of `FIRST_ROOM`?
    pub fn wants_shrinking(&self) -> bool {
        self.is_empty() && self.room > LARGE
    }

    /// The shell has put the i-th job's things into slot i of a table of `room`.
    pub fn moved_to(&mut self, room: u32) {
        debug_assert!(room.is_power_of_two() && room >= self.len());
        self.first = 0;
        self.room = room;
        if self.jobs.is_empty() {
            self.jobs.shrink_to(room as usize);
        }
    }

    /// The slot of the i-th job.
    pub fn slot(&self, i: u32) -> u32 {
        self.first.wrapping_add(i) & (self.room - 1)
    }

    /// Queues a job; there is room.
    pub fn push(&mut self, job: J) -> u32 {
        debug_assert!(self.has_room(1));
        self.jobs.push_back(job);
        self.slot(self.len() - 1)
    }

    pub fn front(&self) -> Option<J> {
        self.jobs.front().copied()
    }

    /// The oldest job and its slot, which is free from now on.
    pub fn pop(&mut self) -> Option<(J, u32)> {
        let job = self.jobs.pop_front()?;
        let slot = self.slot(0);
        self.first = self.first.wrapping_add(1);
        Some((job, slot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_in_first_out_across_growth() {
        let mut q = Ready::new().unwrap();
        let mut table = vec![0; FIRST_ROOM as usize];
        let (mut pushed, mut popped) = (0u32, 0u32);
        for round in 0..2000u32 {
            for _ in 0..(round % 7) {
                if !q.has_room(1) {
                    let room = q.grow().unwrap();
                    let mut moved: Vec<u32> = (0..q.len()).map(|i| table[q.slot(i) as usize]).collect();
                    moved.resize(room as usize, 0);
                    table = moved;
                    q.moved_to(room);
                }
                table[q.push(pushed) as usize] = pushed;
                pushed += 1;
            }
            for _ in 0..(round % 5) {
                if let Some((job, slot)) = q.pop() {
                    assert_eq!((job, table[slot as usize]), (popped, popped));
                    popped += 1;
                }
            }
        }
        assert_eq!(q.len(), pushed - popped);
    }
}
