//! The piece of work under way, and whether it takes too long.

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
    depth: u32,
    slice: Slice,
}

impl Default for Slices {
    fn default() -> Self {
        Slices { limit: 0, depth: 0, slice: Slice { work: Work::Wait, start: 0, known: Known::Nothing } }
    }
}

impl Slices {
    /// How long work may take; answers what was said before.
    pub fn set_limit(&mut self, limit: u64) -> u64 {
        std::mem::replace(&mut self.limit, limit)
    }

    pub fn begin(&mut self, work: Work, now: u64) -> Outer {
        let outer = Outer { slice: self.slice, at: now };
        self.slice = Slice { work, start: now, known: Known::Nothing };
        self.depth += 1;
        outer
    }

    pub fn end(&mut self, outer: Outer, now: u64) {
        self.slice = outer.slice;
        self.slice.start += now.saturating_sub(outer.at);
        self.depth -= 1;
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

    #[test]
    fn a_slice_is_told_once_and_only_when_it_is_over_the_limit() {
        let mut all = Slices::default();
        all.set_limit(100);
        let outer = all.begin(Work::Go, 1000);
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
        let first = all.begin(Work::Go, 0);
        let second = all.begin(Work::Callback, 50);
        assert_eq!(all.excess(250), Some(200));
        all.end(second, 250);
        assert_eq!((all.excess(290), all.work()), (None, Work::Go));
        let wait = all.begin(Work::Wait, 290);
        assert_eq!(all.excess(9000), None);
        all.end(wait, 9000);
        assert_eq!(all.excess(9009), None);
        assert_eq!(all.excess(9011), Some(101));
        all.end(first, 9011);
    }

    #[test]
    fn nothing_is_told_without_a_limit() {
        let mut all = Slices::default();
        let outer = all.begin(Work::Go, 0);
        assert_eq!((all.excess(u64::MAX), all.look_at()), (None, u64::MAX));
        all.end(outer, 1);
    }
}
