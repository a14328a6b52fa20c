//! The piece of work under way, and whether it takes too long: for somebody who
//! wants to be told, or for the others.

/// What runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    Go,
    Coroutine,
    Callback,
    Step,
    /// Nothing: a blocking operation waits.
    Wait,
}

/// What is known of one that takes too long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    Nothing,
    /// Where it was then has been noted.
    Noted,
    Told,
}

/// One piece of work. The time that others take which run within it is theirs.
#[derive(Clone, Copy, Debug)]
struct Slice {
    work: Work,
    start: u64,
    known: Known,
    turn: Turn,
}

/// The coroutine of a go block, 0 for other work, and how long it may run without
/// parking where that is not as for all; 0: as long as it likes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Turn {
    pub of: usize,
    pub quantum: Option<u64>,
}

impl Slice {
    const NONE: Slice =
        Slice { work: Work::Wait, start: 0, known: Known::Nothing, turn: Turn { of: 0, quantum: None } };
}

/// Work that was left for another, and when.
#[derive(Clone, Copy, Debug)]
pub struct Outer {
    slice: Slice,
    at: u64,
}

/// The watch over all of them. Between calls: `depth` slices have begun and not
/// ended, of which `slice` is the innermost.
pub struct Slices {
    /// In nanoseconds; 0: nothing is watched.
    limit: u64,
    /// How long a go block may run before it is suspended; 0: as long as it likes.
    quantum: u64,
    /// Go blocks for which something else holds.
    exceptions: u32,
    depth: u32,
    slice: Slice,
    /// The slice of a go block that ran already when it began to matter.
    late: Slice,
}

impl Default for Slices {
    fn default() -> Self {
        Slices { limit: 0, quantum: 0, exceptions: 0, depth: 0, slice: Slice::NONE, late: Slice::NONE }
    }
}

impl Slices {
    /// How long work may take; answers what was said before.
    pub fn set_limit(&mut self, limit: u64) -> u64 {
        std::mem::replace(&mut self.limit, limit)
    }

    /// How long a go block may run from now on; answers what was said before.
    pub fn set_quantum(&mut self, quantum: u64) -> u64 {
        self.late = Slice::NONE;
        std::mem::replace(&mut self.quantum, quantum)
    }

    pub fn quantum(&self) -> u64 {
        self.quantum
    }

    /// One go block more or less for which something else holds.
    pub fn count_exception(&mut self, by: i32) {
        self.exceptions = self.exceptions.saturating_add_signed(by);
    }

    pub fn forget_exceptions(&mut self) {
        self.exceptions = 0;
    }

    pub fn has_exceptions(&self) -> bool {
        self.exceptions > 0
    }

    /// Does it matter to anybody how long work takes?
    pub fn matters(&self) -> bool {
        self.limit > 0 || self.quantum > 0 || self.exceptions > 0
    }

    pub fn begin(&mut self, work: Work, turn: Turn, now: u64) -> Outer {
        let outer = Outer { slice: self.slice, at: now };
        self.slice = Slice { work, start: now, turn, ..Slice::NONE };
        self.depth += 1;
        outer
    }

    pub fn end(&mut self, outer: Outer, now: u64) {
        self.slice = outer.slice;
        self.slice.start += now.saturating_sub(outer.at);
        self.depth -= 1;
    }

    /// Something else holds for a go block that runs, whose slice may not have begun.
    pub fn change(&mut self, turn: Turn, now: u64) {
        if self.is_slice_of(turn.of) {
            self.slice.turn = turn;
        } else {
            self.late = Slice { start: now, turn, ..Slice::NONE };
        }
    }

    fn is_slice_of(&self, of: usize) -> bool {
        self.depth > 0 && self.slice.turn.of == of
    }

    /// When the turn of a go block is over that runs, if ever. One whose slice has not
    /// begun has all of it before it.
    pub fn turn_ends(&mut self, of: usize, now: u64) -> Option<u64> {
        if self.is_slice_of(of) {
            return self.end_of(self.slice);
        }
        if self.late.turn.of != of {
            self.change(Turn { of, quantum: None }, now);
        }
        self.end_of(self.late)
    }

    fn end_of(&self, slice: Slice) -> Option<u64> {
        match slice.turn.quantum.unwrap_or(self.quantum) {
            0 => None,
            quantum => Some(slice.start.saturating_add(quantum)),
        }
    }

    /// When the present turn of a go block is over, if ever.
    pub fn present_end(&self) -> Option<u64> {
        if self.depth > 0 && self.slice.turn.of != 0 { self.end_of(self.slice) } else { None }
    }

    /// How many are under way.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    pub fn work(&self) -> Work {
        self.slice.work
    }

    /// Is any slice watched now?
    pub fn is_watching(&self) -> bool {
        self.limit > 0 && self.depth > 0
    }

    /// When it will have taken too long, unless that is known.
    pub fn look_at(&self) -> u64 {
        let watched = self.is_watching() && self.slice.work != Work::Wait;
        if watched && self.slice.known == Known::Nothing { self.slice.start + self.limit } else { u64::MAX }
    }

    /// How long it has run, if that is too long and was not told yet.
    pub fn excess(&self, now: u64) -> Option<u64> {
        let watched = self.is_watching() && self.slice.work != Work::Wait;
        let ran = now.saturating_sub(self.slice.start);
        (watched && self.slice.known != Known::Told && ran > self.limit).then_some(ran)
    }

    pub fn note(&mut self) {
        self.slice.known = Known::Noted;
    }

    pub fn told(&mut self) {
        self.slice.known = Known::Told;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Turn = Turn { of: 0, quantum: None };

    #[test]
    fn a_slice_is_told_once_and_only_when_it_is_over_the_limit() {
        let mut all = Slices::default();
        all.set_limit(100);
        let outer = all.begin(Work::Go, NOBODY, 1000);
        assert_eq!((all.excess(1100), all.look_at()), (None, 1100));
        assert_eq!(all.excess(1101), Some(101));
        all.note();
        assert_eq!((all.excess(1200), all.look_at()), (Some(200), u64::MAX));
        all.told();
        assert_eq!(all.excess(1300), None);
        all.end(outer, 1300);
        assert!(!all.is_watching());
    }

    #[test]
    fn what_runs_within_another_takes_its_own_time() {
        let mut all = Slices::default();
        all.set_limit(100);
        let first = all.begin(Work::Go, NOBODY, 0);
        let second = all.begin(Work::Callback, NOBODY, 50);
        assert_eq!(all.excess(250), Some(200));
        all.end(second, 250);
        assert_eq!((all.excess(290), all.work()), (None, Work::Go));
        let wait = all.begin(Work::Wait, NOBODY, 290);
        assert_eq!(all.excess(9000), None);
        all.end(wait, 9000);
        assert_eq!(all.excess(9009), None);
        assert_eq!(all.excess(9011), Some(101));
        all.end(first, 9011);
    }

    #[test]
    fn nothing_is_told_without_a_limit() {
        let mut all = Slices::default();
        let outer = all.begin(Work::Go, NOBODY, 0);
        assert_eq!((all.excess(u64::MAX), all.look_at()), (None, u64::MAX));
        all.end(outer, 1);
    }

    #[test]
    fn a_turn_is_as_long_as_for_all_or_as_was_said_for_it() {
        let mut all = Slices::default();
        let turn = |of, quantum| Turn { of, quantum };
        let outer = all.begin(Work::Go, turn(1, None), 1000);
        assert_eq!((all.turn_ends(1, 1001), all.present_end(), all.matters()), (None, None, false));
        assert_eq!(all.set_quantum(100), 0);
        assert_eq!(
            (all.turn_ends(1, 1001), all.present_end(), all.matters()),
            (Some(1100), Some(1100), true)
        );
        all.change(turn(1, Some(7)), 1050);
        assert_eq!(all.turn_ends(1, 1050), Some(1007));
        all.change(turn(1, Some(0)), 1050);
        assert_eq!((all.turn_ends(1, 1050), all.present_end()), (None, None));
        let callback = all.begin(Work::Callback, turn(0, None), 1050);
        assert_eq!(all.present_end(), None);
        all.end(callback, 1080);
        all.change(turn(1, None), 1080);
        assert_eq!(all.turn_ends(1, 1080), Some(1130));
        all.end(outer, 1080);
    }

    #[test]
    fn one_that_ran_already_has_its_turn_from_then_on() {
        let mut all = Slices::default();
        all.set_quantum(100);
        assert_eq!(all.turn_ends(5, 1000), Some(1100));
        assert_eq!(all.turn_ends(5, 1050), Some(1100));
        assert_eq!(all.turn_ends(6, 1050), Some(1150));
        all.change(Turn { of: 6, quantum: Some(10) }, 1060);
        assert_eq!(all.turn_ends(6, 1065), Some(1070));
        all.set_quantum(50);
        assert_eq!(all.turn_ends(6, 2000), Some(2050));
    }
}
