//! Pending deadlines. Time comes in as an argument, in nanoseconds of a
//! monotonic clock; nothing here looks at one.

use crate::ids::TimerId;
use slotmap::SlotMap;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, TryReserveError};

/// Deadlines are rounded up to whole half milliseconds, so any number of timeouts needs
/// no more than 2,000 timers a second.
const GRAIN: u64 = 500_000;

/// Between calls: every live timer is in the heap; `shared` holds those on the
/// grid, one for each deadline at most.
#[derive(Default)]
pub struct Timers {
    live: SlotMap<TimerId, u64>,
    heap: BinaryHeap<Reverse<(u64, u64, TimerId)>>,
    shared: HashMap<u64, TimerId>,
    added: u64,
}

/// When a timeout of `ms` that starts at `now` is over, rounded up to the grid.
/// One of nothing or less is over at once and stands outside the grid.
pub fn deadline(now: u64, ms: f64) -> u64 {
    if ms <= 0.0 {
        return now;
    }
    // A float-to-integer cast saturates, so an endless timeout is very long.
    let exact = now.saturating_add((ms * 1e6).ceil() as u64).min(u64::MAX - GRAIN);
    exact.div_ceil(GRAIN) * GRAIN
}

impl Timers {
    pub fn len(&self) -> usize {
        self.live.len()
    }

    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// The timer that is already pending for this deadline.
    pub fn find(&self, deadline: u64) -> Option<TimerId> {
        self.shared.get(&deadline).copied()
    }

    /// Adds a timer; one on the grid can be found again by its deadline.
    pub fn add(&mut self, deadline: u64) -> Result<TimerId, TryReserveError> {
        self.live.try_reserve(1)?;
        self.heap.try_reserve(1)?;
        self.shared.try_reserve(1)?;
        let id = self.live.insert(deadline);
        self.added += 1;
        self.heap.push(Reverse((deadline, self.added, id)));
        if deadline.is_multiple_of(GRAIN) {
            self.shared.insert(deadline, id);
        }
        Ok(id)
    }

    /// Forgets a timer, whether it fired or nobody can see it any more.
    pub fn cancel(&mut self, id: TimerId) {
        let Some(deadline) = self.live.remove(id) else {
            return;
        };
        if self.shared.get(&deadline) == Some(&id) {
            self.shared.remove(&deadline);
        }
        if self.heap.len() > 2 * self.live.len() + 64 {
            self.heap.retain(|Reverse((_, _, id))| self.live.contains_key(*id));
        }
    }

    pub fn is_pending(&self, id: TimerId) -> bool {
        self.live.contains_key(id)
    }

    /// The earliest deadline and its timer, which stays pending.
    pub fn first(&mut self) -> Option<(u64, TimerId)> {
        while let Some(Reverse((deadline, _, id))) = self.heap.peek() {
            if self.live.contains_key(*id) {
                return Some((*deadline, *id));
            }
            self.heap.pop();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn deadlines_are_never_early_and_less_than_a_grain_late() {
        for (now, ms, want) in
            [(0, 10.0, 20), (1, 10.0, 21), (GRAIN, 0.2, 2), (GRAIN, 0.5, 2), (99 * MS, 1e-9, 199)]
        {
            assert_eq!(deadline(now, ms), want * GRAIN, "{now} + {ms}");
        }
        assert_eq!((deadline(7, 0.0), deadline(7, -3.0)), (7, 7));
        assert!(deadline(7, f64::INFINITY) > u64::MAX / 2);
    }

    #[test]
    fn equal_deadlines_share_and_those_outside_the_grid_do_not() {
        let mut t = Timers::default();
        let a = t.add(3 * GRAIN).unwrap();
        assert_eq!(t.find(3 * GRAIN), Some(a));
        t.add(7).unwrap();
        assert_eq!(t.find(7), None);
        t.cancel(a);
        assert_eq!(t.find(3 * GRAIN), None);
    }

    proptest! {
        /// Whatever is added and cancelled, the rest fires in order of deadline,
        /// and equal deadlines in order of creation.
        #[test]
        fn fires_in_order(steps in prop::collection::vec((0u64..50, any::<bool>()), 1..200)) {
            let mut timers = Timers::default();
            let mut model: Vec<(u64, usize, TimerId)> = vec![];
            for (i, (tick, cancel)) in steps.into_iter().enumerate() {
                if cancel && !model.is_empty() {
                    let (_, _, id) = model.remove(tick as usize % model.len());
                    timers.cancel(id);
                } else {
                    model.push((tick * GRAIN + 1, i, timers.add(tick * GRAIN + 1).unwrap()));
                }
            }
            model.sort();
            for (deadline, _, id) in model {
                prop_assert_eq!(timers.first(), Some((deadline, id)));
                timers.cancel(id);
            }
            prop_assert!(timers.first().is_none() && timers.is_empty());
        }
    }
}
