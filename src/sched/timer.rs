//! Pending deadlines. Time comes in as an argument, in nanoseconds of a
//! monotonic clock; nothing here looks at one.

use super::TICK;
use crate::ids::TimerId;
use rustc_hash::FxHashMap;
use slotmap::SlotMap;
use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, TryReserveError};

/// Deadlines are rounded up to whole half milliseconds, so that any number of timeouts
/// needs no more than 2,000 timers a second.
const GRAIN: u64 = 500_000;

/// What makes two timeouts alike enough to share a timer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Like {
    /// They were asked for in the same tick, and are equally long (the bits of that).
    Call(u64, u64),
    /// They are over at once.
    End(u64),
}

/// When a timeout is over, and what it may have in common with others.
#[derive(Clone, Copy)]
pub struct Due {
    pub at: u64,
    likes: Option<[Like; 2]>,
}

impl Due {
    /// Of a timeout of `ms` that starts at `now`. One of nothing or less is over at
    /// once, and stands alone.
    pub fn new(now: u64, ms: f64) -> Due {
        if ms <= 0.0 {
            return Due { at: now, likes: None };
        }
        // A float-to-integer cast saturates, so an endless timeout is very long.
        let exact = now.saturating_add((ms * 1e6).ceil() as u64).min(u64::MAX - GRAIN);
        let at = exact.div_ceil(GRAIN) * GRAIN;
        Due { at, likes: Some([Like::Call(now / TICK, ms.to_bits()), Like::End(at)]) }
    }
}

/// Between calls: every live timer is in the heap, at its deadline or an earlier one;
/// those in `shared` are alive.
#[derive(Default)]
pub struct Timers {
    live: SlotMap<TimerId, Due>,
    heap: BinaryHeap<Reverse<(u64, u64, TimerId)>>,
    shared: FxHashMap<Like, TimerId>,
    added: u64,
}

impl Timers {
    pub fn len(&self) -> usize {
        self.live.len()
    }

    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// The timer that is already pending for the like of this. It is over when the
    /// last of them is, so that none is early.
    pub fn join(&mut self, due: Due) -> Option<TimerId> {
        let id = *due.likes?.iter().find_map(|like| self.shared.get(like))?;
        let timer = self.live.get_mut(id)?;
        timer.at = timer.at.max(due.at);
        Some(id)
    }

    /// Adds a timer, which others may join.
    pub fn add(&mut self, due: Due) -> Result<TimerId, TryReserveError> {
        self.live.try_reserve(1)?;
        self.heap.try_reserve(1)?;
        self.shared.try_reserve(2)?;
        let id = self.live.insert(due);
        self.added += 1;
        self.heap.push(Reverse((due.at, self.added, id)));
        self.shared.extend(due.likes.into_iter().flatten().map(|like| (like, id)));
        Ok(id)
    }

    /// Forgets a timer, whether it fired or nobody can see it any more.
    pub fn cancel(&mut self, id: TimerId) {
        let Some(due) = self.live.remove(id) else {
            return;
        };
        for like in due.likes.into_iter().flatten() {
            if self.shared.get(&like) == Some(&id) {
                self.shared.remove(&like);
            }
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
        while let Some(mut top) = self.heap.peek_mut() {
            let Reverse((at, _, id)) = *top;
            match self.live.get(id) {
                Some(due) if due.at > at => top.0.0 = due.at,
                Some(_) => return Some((at, id)),
                None => drop(PeekMut::pop(top)),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: u64 = 1_000_000;

    /// A timer that is over then, and that none can join.
    fn alone(at: u64) -> Due {
        Due { at, likes: None }
    }

    #[test]
    fn deadlines_are_never_early_and_less_than_a_grain_late() {
        for (now, ms, want) in
            [(0, 10.0, 20), (1, 10.0, 21), (GRAIN, 0.2, 2), (GRAIN, 0.5, 2), (99 * MS, 1e-9, 199)]
        {
            assert_eq!(Due::new(now, ms).at, want * GRAIN, "{now} + {ms}");
        }
        assert_eq!((Due::new(7, 0.0).at, Due::new(7, -3.0).at), (7, 7));
        assert!(Due::new(7, f64::INFINITY).at > u64::MAX / 2);
    }

    #[test]
    fn those_that_are_over_at_once_share_a_timer_unless_they_are_now() {
        let mut t = Timers::default();
        let a = t.add(Due::new(0, 25.0)).unwrap();
        assert_eq!(t.join(Due::new(20 * MS - 1, 5.0)), Some(a));
        assert_eq!(t.join(Due::new(20 * MS + 1, 5.0)), None);
        t.cancel(a);
        t.add(Due::new(25 * MS, 0.0)).unwrap();
        assert_eq!((t.join(Due::new(0, 25.0)), t.join(Due::new(25 * MS, 0.0))), (None, None));
    }

    #[test]
    fn equal_lengths_of_one_tick_share_a_timer_that_is_over_with_the_last() {
        let mut t = Timers::default();
        let a = t.add(Due::new(3 * TICK, 25.0)).unwrap();
        for other in [Due::new(4 * TICK, 25.0), Due::new(3 * TICK, 25.5), Due::new(3 * TICK, 0.0)] {
            assert_eq!(t.join(other), None);
        }
        assert_eq!(t.join(Due::new(3 * TICK + 9 * MS, 25.0)), Some(a));
        assert_eq!(t.join(Due::new(3 * TICK + 2 * MS, 25.0)), Some(a));
        let b = t.add(alone(3 * TICK + 30 * MS)).unwrap();
        assert_eq!(t.first(), Some((3 * TICK + 30 * MS, b)));
        t.cancel(b);
        assert_eq!(t.first(), Some((3 * TICK + 34 * MS, a)));
        t.cancel(a);
        assert_eq!(t.join(Due::new(3 * TICK, 25.0)), None);
    }

    proptest! {
        /// Whatever is added, joined and cancelled, the rest fires in order of deadline,
        /// and equal deadlines in order of creation.
        #[test]
        fn fires_in_order(steps in prop::collection::vec((0u64..50, 0u8..4), 1..200)) {
            let mut timers = Timers::default();
            let mut model: Vec<(u64, usize, TimerId)> = vec![];
            for (i, (at, step)) in steps.into_iter().enumerate() {
                let now = at * MS;
                match step {
                    0 if !model.is_empty() => {
                        let (_, _, id) = model.remove(at as usize % model.len());
                        timers.cancel(id);
                    }
                    1 => model.push((now, i, timers.add(alone(now)).unwrap())),
                    _ => {
                        let due = Due::new(now, f64::from(step));
                        match timers.join(due) {
                            Some(id) => {
                                let known = model.iter_mut().find(|m| m.2 == id).unwrap();
                                known.0 = known.0.max(due.at);
                            }
                            None => model.push((due.at, i, timers.add(due).unwrap())),
                        }
                    }
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
