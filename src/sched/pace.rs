//! How often the count hook looks at the clock, when a batch is due, and the
//! record of both.

use super::{SLICE, TICK};
use crossbeam_queue::ArrayQueue;

/// The hook fires about this often, in nanoseconds.
pub const CHUNK: u64 = 100_000;
/// Bounds for the instructions between two firings. A larger number would save
/// nothing, since a set hook costs the same whatever its count, and would make
/// the next firing late when the work changes.
const COUNTS: (u64, u64) = (50, 500);
/// A trigger that serves all coroutines is kept for so many firings after the
/// last that had something to do, since it is dear to start: about a second.
const REST: u32 = 250;
/// A trigger that was refused is not asked for again within a millisecond.
const RETRY: u64 = 1_000_000;
/// How many intervals are remembered.
const WINDOW: usize = 4096;

/// The law of the hook.
pub struct Pace {
    count: u64,
    set_at: u64,
    next_batch: u64,
    /// A timer has no batch before this time.
    rest_to: u64,
    last_batch: Option<u64>,
    per_tick: u64,
    /// Firings since anything was pending.
    idle: u32,
    /// Before this time a refused trigger need not be tried again.
    retry_at: u64,
    /// When the clock was first looked at in the present slice of work, or 0.
    slice: u64,
    /// Microseconds between batches, the newest `WINDOW` of them. The queue
    /// drops the oldest by itself and never allocates, as the hook needs it.
    intervals: Box<ArrayQueue<u32>>,
    pub firings: u64,
    pub batches: u64,
}

/// What is known about the time between two batches, in milliseconds.
#[derive(Default, PartialEq, Debug)]
pub struct Intervals {
    pub count: usize,
    pub median: f64,
    pub max: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Pace {
            count: COUNTS.0,
            set_at: 0,
            next_batch: 0,
            rest_to: 0,
            last_batch: None,
            per_tick: 0,
            idle: 0,
            retry_at: 0,
            slice: 0,
            intervals: Box::new(ArrayQueue::new(WINDOW)),
            firings: 0,
            batches: 0,
        }
    }
}

impl Pace {
    /// The hook is about to be set: the instructions until its next firing.
    pub fn armed(&mut self, now: u64) -> i32 {
        self.set_at = now;
        self.count as i32
    }

    /// The first batch after a rest is due at the next tick.
    pub fn started(&mut self, now: u64) {
        self.last_batch = None;
        self.next_batch = (now / TICK + 1) * TICK;
        if self.slice == 0 {
            self.slice = now;
        }
    }

    /// May a trigger that can be refused be asked for again?
    pub fn may_start(&mut self, now: u64) -> bool {
        let may = now >= self.retry_at;
        if may {
            self.retry_at = now + RETRY;
        }
        may
    }

    /// It may be asked for at once.
    pub fn retry(&mut self) {
        self.retry_at = 0;
    }

    /// Something else runs from here on.
    pub fn new_slice(&mut self) {
        self.slice = 0;
    }

    /// How old is the present slice? To be given to `go_on` when something else has
    /// run in between.
    pub fn slice(&self) -> u64 {
        self.slice
    }

    pub fn go_on(&mut self, slice: u64) {
        self.slice = slice;
    }

    /// The hook fired so many times: recalibrates.
    pub fn fired(&mut self, now: u64, times: u64) {
        self.firings += times;
        let elapsed = (now - self.set_at).max(1);
        let instructions = self.count * times.max(1);
        self.per_tick = instructions * TICK / elapsed;
        self.count = (instructions * CHUNK / elapsed).clamp(COUNTS.0, COUNTS.1);
    }

    /// A trigger fired that keeps its own time, so nothing is calibrated.
    pub fn sampled(&mut self) {
        self.firings += 1;
    }

    /// It goes on as long as something is `pending`, and a while longer: false when
    /// that is over.
    pub fn goes_on(&mut self, pending: bool) -> bool {
        if pending {
            self.idle = 0;
        } else {
            self.idle += 1;
            self.last_batch = None;
        }
        self.idle < REST
    }

    /// When the clock has to be compared next; `deadline`: of the first timer.
    pub fn look_at(&mut self, now: u64, deadline: u64) -> u64 {
        let due = self.due(now, deadline);
        // A batch that may not start now is tried again soon.
        if due > now { due } else { now + CHUNK }
    }

    /// Is a batch due, by its tick or for the timer of this deadline, and may it
    /// interrupt the present slice?
    pub fn is_due(&mut self, now: u64, deadline: u64) -> bool {
        now >= self.due(now, deadline)
    }

    fn due(&mut self, now: u64, deadline: u64) -> u64 {
        if self.slice == 0 {
            self.slice = now;
        }
        self.next_batch.min(deadline.max(self.rest_to)).max(self.slice + SLICE)
    }

    /// A batch begins.
    pub fn batch(&mut self, now: u64) {
        self.batches += 1;
        if let Some(last) = self.last_batch.replace(now) {
            self.intervals.force_push(((now - last) / 1000).min(u64::from(u32::MAX)) as u32);
        }
        self.next_batch = (now / TICK + 1) * TICK;
    }

    /// A batch is over. What it has interrupted gets as much time as it took, before a
    /// timer is a reason for the next, so that it goes on whatever that timer wakes.
    pub fn ended(&mut self, began: u64, now: u64) {
        self.rest_to = now + (now - began).clamp(CHUNK, TICK);
    }

    /// Instructions in 10 ms, by the last measurement.
    pub fn per_tick(&self) -> u64 {
        self.per_tick
    }

    pub fn intervals(&self) -> Intervals {
        let mut all: Vec<u32> = std::iter::from_fn(|| self.intervals.pop()).collect();
        for &us in &all {
            self.intervals.force_push(us);
        }
        all.sort_unstable();
        let Some(&max) = all.last() else {
            return Intervals::default();
        };
        let ms = |us: u32| f64::from(us) / 1000.0;
        Intervals { count: all.len(), median: ms(all[all.len() / 2]), max: ms(max) }
    }

    pub fn reset(&mut self) {
        while self.intervals.pop().is_some() {}
        self.last_batch = None;
        self.firings = 0;
        self.batches = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: u64 = u64::MAX;
    const MS: u64 = 1_000_000;

    /// Runs the law against work of so many nanoseconds per instruction.
    fn work(pace: &mut Pace, now: &mut u64, ns: u64, ticks: u64) {
        let end = *now + ticks * TICK;
        while *now < end {
            let count = pace.armed(*now);
            *now += count as u64 * ns;
            pace.fired(*now, 1);
            if pace.is_due(*now, NEVER) {
                pace.batch(*now);
            }
        }
    }

    #[test]
    fn batches_come_every_tick_across_an_abrupt_change_of_work() {
        let (mut pace, mut now) = (Pace::default(), 123_456_789);
        pace.started(now);
        // From arithmetic to work of which 125 instructions take a millisecond.
        for ns in [2, 8_000, 2, 500] {
            work(&mut pace, &mut now, ns, 40);
        }
        let seen = pace.intervals();
        assert!((9.0..11.0).contains(&seen.median) && seen.max < 15.0, "{seen:?}");
        assert_eq!(seen.count as u64, pace.batches - 1);
    }

    #[test]
    fn batches_come_at_their_ticks_though_what_they_run_begins_slices() {
        let (mut pace, mut now) = (Pace::default(), 123_456_789);
        pace.started(now);
        for _ in 0..20 {
            now = pace.look_at(now, NEVER);
            assert!(pace.is_due(now, NEVER) && now.is_multiple_of(TICK));
            let slice = pace.slice();
            pace.batch(now);
            pace.new_slice();
            pace.go_on(slice);
        }
    }

    #[test]
    fn a_timer_gets_its_batch_at_its_deadline_and_the_ticks_stay() {
        let (mut pace, now) = (Pace::default(), 7 * TICK + 1);
        pace.started(now);
        let deadline = now + SLICE + 77;
        assert_eq!(pace.look_at(now, deadline), deadline);
        assert!(!pace.is_due(deadline - 1, deadline) && pace.is_due(deadline, deadline));
        pace.batch(deadline);
        assert_eq!(pace.look_at(deadline, NEVER), 8 * TICK);
    }

    #[test]
    fn what_a_batch_has_interrupted_runs_as_long_as_the_batch_did() {
        let mut pace = Pace::default();
        pace.started(1);
        let began = 2 * TICK;
        assert!(pace.is_due(began, began));
        pace.batch(began);
        pace.ended(began, began + MS);
        assert_eq!(pace.look_at(began + MS, began + MS), began + 2 * MS);
        pace.ended(began, began + 3 * TICK);
        assert!(pace.is_due(began + 3 * TICK, NEVER));
    }

    #[test]
    fn a_slice_begins_when_it_is_first_looked_at() {
        let mut pace = Pace::default();
        pace.started(TICK);
        pace.new_slice();
        assert_eq!(pace.look_at(2 * TICK, NEVER), 2 * TICK + SLICE);
        assert!(pace.is_due(2 * TICK + SLICE, NEVER));
    }

    #[test]
    fn short_slices_are_never_interrupted() {
        let (mut pace, mut now) = (Pace::default(), 1);
        pace.started(now);
        for _ in 0..100 {
            pace.new_slice();
            for _ in 0..40 {
                pace.armed(now);
                now += CHUNK;
                pace.fired(now, 1);
                assert!(!pace.is_due(now, now));
            }
        }
    }

    #[test]
    fn a_shared_trigger_outlives_what_is_pending_by_its_rest() {
        let mut pace = Pace::default();
        for _ in 0..3 {
            assert!(pace.goes_on(true));
            for _ in 1..REST {
                assert!(pace.goes_on(false));
            }
        }
        assert!(!pace.goes_on(false));
        assert!(pace.goes_on(true));
    }

    #[test]
    fn a_refused_trigger_is_asked_for_again_after_a_while() {
        let (mut pace, now) = (Pace::default(), 77);
        assert!(pace.may_start(now));
        assert!(!pace.may_start(now + RETRY - 1));
        assert!(pace.may_start(now + RETRY));
    }

    #[test]
    fn the_window_forgets_the_oldest() {
        let mut pace = Pace::default();
        (0..=WINDOW as u64 + 10).for_each(|i| pace.batch(i * TICK));
        assert_eq!(pace.intervals().count, WINDOW);
        pace.reset();
        assert_eq!(pace.intervals(), Intervals::default());
    }
}
