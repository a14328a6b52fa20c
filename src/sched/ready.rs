//! The queue of tasks to run. First in, first out; nobody overtakes.
//! The shell keeps what a job needs in a Lua table, in the slot named here.

use std::collections::{TryReserveError, VecDeque};

/// Between calls: at most `room` jobs; `room` is a power of two; the i-th job
/// has slot `(first + i) % room`, so no two share one; `stale` slots before
/// `first` may still hold the things of jobs that have run.
pub struct Ready<J> {
    jobs: VecDeque<J>,
    first: u32,
    room: u32,
    stale: u32,
}

/// The table starts with this many slots.
pub const FIRST_ROOM: u32 = 64;

impl<J: Copy> Ready<J> {
    /// The shell has a table of `FIRST_ROOM` slots.
    pub fn new() -> Result<Self, TryReserveError> {
        let mut jobs = VecDeque::new();
        jobs.try_reserve(FIRST_ROOM as usize)?;
        Ok(Ready { jobs, first: 0, room: FIRST_ROOM, stale: 0 })
    }

    pub fn len(&self) -> u32 {
        self.jobs.len() as u32
    }

    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    pub fn room(&self) -> u32 {
        self.room
    }

    /// Can `n` more jobs be pushed?
    pub fn has_room(&self, n: u32) -> bool {
        self.room.saturating_sub(self.len()) >= n
    }

    /// The table has grown from `old` slots to twice as many. Answers how many
    /// slots from the front the shell must copy to `old` and on: those of jobs
    /// that had wrapped round.
    pub fn grow(&mut self, old: u32) -> Result<u32, TryReserveError> {
        if self.room != old {
            return Ok(0);
        }
        self.jobs.try_reserve(old as usize * 2 - self.jobs.len())?;
        self.first &= old - 1;
        self.room = old * 2;
        // What is stale now is anywhere; all free slots are swept once.
        self.stale = self.room - self.len();
        Ok((self.first + self.len()).saturating_sub(old))
    }

    /// The slot of the i-th job.
    pub fn slot(&self, i: u32) -> u32 {
        self.first.wrapping_add(i) & (self.room - 1)
    }

    /// Queues a job; there is room.
    pub fn push(&mut self, job: J) -> u32 {
        debug_assert!(self.has_room(1));
        self.jobs.push_back(job);
        self.stale = self.stale.min(self.room - self.len());
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
        self.stale += 1;
        Some((job, slot))
    }

    /// Puts another job in the place of the first that is sought, and answers that
    /// and its slot.
    pub fn replace(&mut self, sought: impl Fn(&J) -> bool, by: J) -> Option<(J, u32)> {
        let at = self.jobs.iter().position(sought)?;
        let job = std::mem::replace(&mut self.jobs[at], by);
        Some((job, self.slot(at as u32)))
    }

    /// A slot that the shell should empty; call until `None`.
    pub fn stale(&mut self) -> Option<u32> {
        self.stale = self.stale.checked_sub(1)?;
        Some(self.first.wrapping_sub(self.stale + 1) & (self.room - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_in_first_out_across_growth() {
        let mut q = Ready::new().unwrap();
        let mut table = vec![u32::MAX; FIRST_ROOM as usize];
        let (mut pushed, mut popped) = (0u32, 0u32);
        for round in 0..2000u32 {
            for _ in 0..(round % 7) {
                if !q.has_room(1) {
                    let old = q.room();
                    table.resize(2 * old as usize, u32::MAX);
                    for i in 0..q.grow(old).unwrap() as usize {
                        table[old as usize + i] = table[i];
                    }
                }
                table[q.push(pushed) as usize] = pushed;
                pushed += 1;
            }
            while round % 11 == 0
                && let Some(slot) = q.stale()
            {
                table[slot as usize] = u32::MAX;
            }
            for _ in 0..(round % 5) {
                if let Some((job, slot)) = q.pop() {
                    assert_eq!((job, table[slot as usize]), (popped, popped));
                    popped += 1;
                }
            }
        }
        assert_eq!(q.len(), pushed - popped);
        while q.pop().is_some() {}
        while let Some(slot) = q.stale() {
            table[slot as usize] = u32::MAX;
        }
        assert!(table.iter().all(|&v| v == u32::MAX), "what has run is let go");
    }
}
