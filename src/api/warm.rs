//! Coroutines that run again and again in one batch.
//!
//! Whoever waits or is queued has to be anchored somewhere in Lua, and moving
//! anchors about is most of what a meeting costs. A coroutine that runs a second
//! time in a batch is kept in one table until the batch is over, and is anchored
//! nowhere else meanwhile.

use super::core::{Core, Cx, READY, STORE, at, core};
use super::park::{self, Held};
use super::wake;
use crate::chan::Place;
use crate::lua::{Parked, State};

/// How many lines there are. A coroutine's address says which is its own; where
/// two share one, only the first is kept.
pub const LINES: u32 = 64;

/// Where the coroutine of a line is.
#[derive(Clone, Copy, Debug)]
enum Spot {
    /// Not kept, or over.
    Cold,
    Running,
    /// In the queue of a channel; its anchor there is empty.
    Waits(Place, Parked),
    /// A task; its entry in the table of jobs is empty.
    Queued(u32, Parked),
}

#[derive(Clone, Copy)]
struct Line {
    co: Option<State>,
    /// The batch in which it ran last.
    batch: u32,
    spot: Spot,
}

/// Between calls: a line that is not cold has a bit in `used`, and its
/// coroutine in the entry of the same number; only a cold one may be in the
/// anchors of a channel or in the table of jobs.
pub struct Warm {
    lines: [Line; LINES as usize],
    batch: u32,
    used: u64,
}

impl Default for Warm {
    fn default() -> Self {
        Warm { lines: [Line { co: None, batch: 0, spot: Spot::Cold }; LINES as usize], batch: 1, used: 0 }
    }
}

impl Warm {
    #[inline]
    fn line(&mut self, co: State) -> Option<&mut Line> {
        let line = &mut self.lines[co.hash(LINES) as usize];
        (line.co == Some(co)).then_some(line)
    }

    /// A coroutine that is kept runs as a task. False: it is not kept.
    #[inline(always)]
    pub fn run(&mut self, p: Parked) -> bool {
        let Some(line) = self.line(p.co()) else { return false };
        let kept = matches!(line.spot, Spot::Queued(_, q) if q == p);
        if kept {
            line.spot = Spot::Running;
        }
        kept
    }

    /// Another one runs. Answers the entry in which it is to be kept, if it ran in
    /// this batch before.
    pub fn start(&mut self, p: Parked) -> Option<u32> {
        let batch = self.batch;
        let n = p.co().hash(LINES);
        let line = &mut self.lines[n as usize];
        let Spot::Cold = line.spot else { return None };
        let again = line.co == Some(p.co()) && line.batch == batch;
        *line = Line { co: Some(p.co()), batch, spot: if again { Spot::Running } else { Spot::Cold } };
        if again {
            self.used |= 1 << n;
        }
        again.then_some(n + 1)
    }

    /// A coroutine has come back; it is kept only if it waits in one place.
    #[inline(always)]
    pub fn rest(&mut self, co: State) {
        if let Some(line) = self.line(co)
            && let Spot::Running = line.spot
        {
            line.spot = Spot::Cold;
        }
    }

    /// A coroutine has its place in a queue. False: it has to be anchored there.
    #[inline(always)]
    pub fn waits(&mut self, p: Parked, place: Place) -> bool {
        let Some(line) = self.line(p.co()) else { return false };
        let kept = matches!(line.spot, Spot::Running);
        if kept {
            line.spot = Spot::Waits(place, p);
        }
        kept
    }

    /// A waiting coroutine is a task now. False: it is anchored in its channel.
    #[inline(always)]
    pub fn queued(&mut self, p: Parked, slot: u32) -> bool {
        let Some(line) = self.line(p.co()) else { return false };
        let kept = matches!(line.spot, Spot::Waits(_, q) if q == p);
        if kept {
            line.spot = Spot::Queued(slot, p);
        }
        kept
    }

    /// The first `n` slots of the table of jobs have moved up by `by`.
    pub fn moved(&mut self, n: u32, by: u32) {
        for line in &mut self.lines {
            if let Spot::Queued(slot, _) = &mut line.spot
                && *slot < n
            {
                *slot += by;
            }
        }
    }

    /// The next line from `n` on that is kept.
    fn used(&self, n: u32) -> Option<(u32, Spot)> {
        let rest = self.used.checked_shr(n)?;
        let n = n + rest.trailing_zeros();
        (rest != 0).then(|| (n, self.lines[n as usize].spot))
    }

    fn cold(&mut self, n: u32) {
        self.lines[n as usize].spot = Spot::Cold;
        self.used &= !(1 << n);
    }
}

/// `[0 0 -]` The coroutine on top is kept in this entry.
pub fn keep(l: Cx, entry: u32) {
    l.geti(STORE, at::WARM);
    l.dup(-2);
    l.seti(-2, entry);
    l.pop(1);
}

/// `[0 0 -]` A batch is over: each coroutine is anchored where it waits.
pub fn cool(l: Cx) {
    let mut from = 0;
    let doubt = core(l, |w| {
        w.warm.batch = w.warm.batch.wrapping_add(1);
        w.hall.has_left()
    });
    while let Some((n, spot)) = core(l, |w| w.warm.used(from)) {
        from = n + 1;
        l.geti(STORE, at::WARM);
        if settle(l, n + 1, spot, doubt) {
            core(l, |w| w.warm.cold(n));
            l.bool(false);
            l.seti(-2, n + 1);
        }
        l.pop(1);
    }
}

/// `[0 0 -]` Anchors what is in this entry of the table on top where it belongs.
/// False: it has to stay. `doubt`: not all that waited still do.
fn settle(l: Cx, entry: u32, spot: Spot, doubt: bool) -> bool {
    match spot {
        Spot::Cold => true,
        Spot::Running => false,
        Spot::Queued(slot, _) => {
            l.geti(-1, entry);
            l.seti(READY, slot * wake::STRIDE + 1);
            true
        }
        Spot::Waits(place, p) if !still_waits(l, place, p, doubt) => true,
        Spot::Waits(place, _) => {
            // A channel that a finalizer brought back has lost its table.
            let found = wake::find_anchors(l, place.lobby);
            if found {
                l.geti(-2, entry);
                l.seti(-2, wake::anchor(place.slot));
            }
            l.pop(1);
            found
        }
    }
}

/// `[0 0 -]` Is the coroutine still in the queue where it took its place? One that
/// somebody resumed by hand is taken out of it here, for nothing keeps it alive
/// any more; if it has left already, the place may be another's.
fn still_waits(l: Cx, place: Place, p: Parked, doubt: bool) -> bool {
    if p.is_waiting() && !doubt {
        return core(l, |w: &mut Core| w.hall.has_lobby(place.lobby));
    }
    let stands = core(l, |w| w.hall.at(place)).filter(|(who, _)| who.carrier() == Some(p));
    let Some((who, side)) = stands else { return false };
    let waits = p.is_waiting();
    if !waits {
        park::withdraw(l, Held::Plain(who, place, side));
    }
    waits
}
