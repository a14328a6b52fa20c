//! All waiting operations of one Lua state, and the lobbies they stand in.

use super::wait::{Entry, Side, Waits};
use crate::ids::{Lobby, Op, TimerId};
use slotmap::{Key, SlotMap};
use std::collections::TryReserveError;

/// The party behind an operation, as the shell knows it.
pub trait Party: Copy + PartialEq {
    /// Is it still there? A coroutine that somebody resumed by hand is not.
    fn is_waiting(&self) -> bool;
}

/// Where one operation is anchored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub lobby: Lobby,
    pub slot: u32,
}

/// A partner that has been found and committed: nobody else can find it again.
#[derive(Clone, Copy, Debug)]
pub struct Meeting<P> {
    pub who: P,
    pub place: Place,
    pub port: u32,
}

/// The places of an `alts`.
#[derive(Default)]
struct Alts {
    places: Vec<Place>,
}

/// Between calls: an `alts` that waits has an entry in every lobby where it has
/// a place and which still exists; `losers` is empty.
pub struct Hall<P> {
    alts: SlotMap<Op, Alts>,
    lobbies: SlotMap<Lobby, Waits<P>>,
    waiting: usize,
    losers: Vec<Place>,
    /// A plain operation has left its queue unserved since this was asked last.
    left: bool,
    /// The storage of an `alts` that is over, for the next one.
    spare: Alts,
}

/// Slabs smaller than this are kept when they fall empty.
const KEEP: usize = 4096;

impl<P: Party> Default for Hall<P> {
    fn default() -> Self {
        let (alts, lobbies) = (SlotMap::with_key(), SlotMap::with_key());
        Hall { alts, lobbies, waiting: 0, losers: Vec::new(), left: false, spare: Alts::default() }
    }
}

impl<P: Party> Hall<P> {
    /// How many operations wait.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Opens a lobby for a channel that had none. May fail for memory.
    pub fn open(&mut self) -> Result<Lobby, TryReserveError> {
        self.lobbies.try_reserve(1)?;
        Ok(self.lobbies.insert(Waits::default()))
    }

    /// This lobby belongs to the channel of a timer.
    pub fn set_timer(&mut self, lobby: Lobby, timer: TimerId) {
        if let Some(waits) = self.lobbies.get_mut(lobby) {
            waits.timer = timer;
        }
    }

    /// The timer behind a lobby in which nobody waits any more.
    pub fn unwatched_timer(&self, lobby: Lobby) -> Option<TimerId> {
        let waits = self.lobbies.get(lobby)?;
        (!waits.timer.is_null() && waits.slots_in_use() == 0).then_some(waits.timer)
    }

    /// The channel of this lobby is gone, and with it everybody who waited
    /// there and nowhere else. Answers its timer.
    pub fn close(&mut self, lobby: Lobby) -> TimerId {
        let Some(waits) = self.lobbies.remove(lobby) else {
            return TimerId::null();
        };
        for e in waits.entries() {
            match self.alts.get(e.alts) {
                None if e.alts.is_null() => self.waiting -= 1,
                Some(a) if !a.places.iter().any(|p| self.lobbies.contains_key(p.lobby)) => {
                    self.alts.remove(e.alts);
                    self.waiting -= 1;
                }
                _ => {}
            }
        }
        if self.lobbies.is_empty() && self.lobbies.capacity() > KEEP {
            self.lobbies = SlotMap::with_key();
        }
        if self.lobbies.is_empty() && self.alts.is_empty() && self.alts.capacity() > KEEP {
            self.alts = SlotMap::with_key();
        }
        waits.timer
    }

    pub fn has_lobby(&self, lobby: Lobby) -> bool {
        self.lobbies.contains_key(lobby)
    }

    /// Room for `n` entries on this side of this lobby, so that `enroll` does
    /// not fail. The answer is the number of anchor slots that the shell must
    /// provide first.
    pub fn reserve(&mut self, lobby: Lobby, side: Side, n: u32) -> Result<Option<u32>, TryReserveError> {
        self.losers.try_reserve(1)?;
        match self.lobbies.get_mut(lobby) {
            Some(waits) => waits.reserve(side, n),
            None => Ok(None),
        }
    }

    pub fn grown(&mut self, lobby: Lobby, slots: u32) {
        if let Some(waits) = self.lobbies.get_mut(lobby) {
            waits.grown(slots);
        }
    }

    /// How many slots this lobby has.
    pub fn slots(&self, lobby: Lobby) -> u32 {
        self.lobbies.get(lobby).map_or(0, Waits::slots)
    }

    /// How many entries, live or stale, stand in this queue.
    pub fn queued(&mut self, lobby: Lobby, side: Side) -> usize {
        self.lobbies.get_mut(lobby).map_or(0, |waits| waits.queue(side).len())
    }

    /// Do `limit` live operations stand in this queue?
    pub fn is_full(&mut self, lobby: Lobby, side: Side, limit: usize) -> bool {
        let Some(waits) = self.lobbies.get_mut(lobby) else {
            return false;
        };
        let alts = &self.alts;
        waits.queue(side).len() >= limit && waits.purge(side, |op| alts.contains_key(op)) >= limit
    }

    /// A plain operation takes its place in a queue of less than `limit`. `None`:
    /// there is no room, which `reserve` makes, or it is full.
    #[inline(always)]
    pub fn enroll(&mut self, who: P, lobby: Lobby, side: Side, limit: usize) -> Option<Place> {
        let place = self.stand(who, (lobby, side), limit, Op::null(), 0)?;
        self.waiting += 1;
        Some(place)
    }

    #[inline(always)]
    fn stand(&mut self, who: P, at: (Lobby, Side), limit: usize, op: Op, port: u32) -> Option<Place> {
        let (lobby, side) = at;
        let waits = self.lobbies.get_mut(lobby)?;
        if waits.is_due(side, limit) {
            let alts = &self.alts;
            if waits.purge(side, |op| alts.contains_key(op)) >= limit {
                return None;
            }
        }
        let slot = waits.occupy(side)?;
        waits.queue(side).push_back(Entry { who, alts: op, slot, port });
        let place = Place { lobby, slot };
        if !self.losers.is_empty() {
            self.keep(place);
        }
        Some(place)
    }

    /// Opens an `alts` of up to `n` ports, which takes its places next.
    pub fn open_alts(&mut self, n: usize) -> Result<Op, TryReserveError> {
        self.losers.try_reserve(n)?;
        self.alts.try_reserve(1)?;
        self.spare.places.try_reserve(n)?;
        self.waiting += 1;
        Ok(self.alts.insert(std::mem::take(&mut self.spare)))
    }

    /// An `alts` takes its place at one of its ports, which count from 1.
    pub fn enroll_alts(
        &mut self,
        op: Op,
        who: P,
        at: (Lobby, Side),
        limit: usize,
        port: u32,
    ) -> Option<Place> {
        let place = self.stand(who, at, limit, op, port)?;
        self.alts.get_mut(op)?.places.push(place);
        Some(place)
    }

    /// The party that would be claimed next, which stays where it is.
    pub fn front(&mut self, lobby: Lobby, side: Side) -> Option<Meeting<P>> {
        loop {
            let e = *self.lobbies.get_mut(lobby)?.queue(side).front()?;
            let place = Place { lobby, slot: e.slot };
            if (e.alts.is_null() || self.alts.contains_key(e.alts)) && e.who.is_waiting() {
                return Some(Meeting { who: e.who, place, port: e.port });
            }
            self.lobbies[lobby].queue(side).pop_front();
            self.leave(e.alts, place);
        }
    }

    /// The i-th entry of this queue, live or stale.
    pub fn nth(&mut self, lobby: Lobby, side: Side, i: usize) -> Option<Meeting<P>> {
        let e = self.lobbies.get_mut(lobby)?.queue(side).get(i)?;
        Some(Meeting { who: e.who, place: Place { lobby, slot: e.slot }, port: e.port })
    }

    /// Commits the oldest operation of this queue. Its other places, if it is
    /// an `alts`, become losers.
    #[inline(always)]
    pub fn claim(&mut self, lobby: Lobby, side: Side) -> Option<Meeting<P>> {
        loop {
            let waits = self.lobbies.get_mut(lobby)?;
            let e = waits.queue(side).pop_front()?;
            let place = Place { lobby, slot: e.slot };
            let meeting = Meeting { who: e.who, place, port: e.port };
            if e.alts.is_null() && e.who.is_waiting() {
                waits.release(e.slot);
                self.waiting -= 1;
                return Some(meeting);
            }
            if self.alts.contains_key(e.alts) && e.who.is_waiting() {
                self.end_alts(e.alts, Some(place));
                return Some(meeting);
            }
            self.leave(e.alts, place);
        }
    }

    /// An entry has left its queue unserved: its party is gone.
    #[cold]
    fn leave(&mut self, op: Op, place: Place) {
        if !op.is_null() {
            return self.end_alts(op, None);
        }
        self.left = true;
        self.waiting -= 1;
        if let Some(waits) = self.lobbies.get_mut(place.lobby) {
            waits.release(place.slot);
        }
        self.lose(place);
    }

    /// Has a plain operation left its queue unserved since this was asked last?
    pub fn has_left(&mut self) -> bool {
        std::mem::take(&mut self.left)
    }

    /// The party of the plain operation at this place, and its side. Slow.
    pub fn at(&mut self, place: Place) -> Option<(P, Side)> {
        let waits = self.lobbies.get_mut(place.lobby)?;
        [Side::Take, Side::Put].into_iter().find_map(|side| {
            let mut queue = waits.queue(side).iter();
            let e = queue.find(|e| e.alts.is_null() && e.slot == place.slot)?;
            Some((e.who, side))
        })
    }

    /// Withdraws a plain operation, if it still waits.
    pub fn withdraw(&mut self, who: P, place: Place, side: Side) -> bool {
        let Some(waits) = self.lobbies.get_mut(place.lobby) else {
            return false;
        };
        let queue = waits.queue(side);
        let at = queue.iter().position(|e| e.alts.is_null() && e.slot == place.slot && e.who == who);
        if let Some(at) = at {
            queue.remove(at);
            self.leave(Op::null(), place);
        }
        at.is_some()
    }

    /// Withdraws an `alts`, if it still waits.
    pub fn withdraw_alts(&mut self, op: Op) -> bool {
        let waits = self.alts.contains_key(op);
        self.end_alts(op, None);
        waits
    }

    /// Frees the places of an `alts`; all but the winner's are losers. Entries
    /// that are left in other queues are stale from now on.
    fn end_alts(&mut self, op: Op, winner: Option<Place>) {
        let Some(mut a) = self.alts.remove(op) else {
            return;
        };
        self.waiting -= 1;
        for &place in &a.places {
            // The number of a lobby that is gone may be another's by now.
            let Some(waits) = self.lobbies.get_mut(place.lobby) else { continue };
            waits.release(place.slot);
            if Some(place) != winner {
                self.lose(place);
            }
        }
        a.places.clear();
        self.spare = a;
    }

    /// Never grows: a place that is not noted here keeps its anchor until the
    /// slot is used again.
    fn lose(&mut self, place: Place) {
        if self.losers.len() < self.losers.capacity() {
            self.losers.push(place);
        }
    }

    /// A slot has a new owner, whose anchor must stay.
    #[cold]
    fn keep(&mut self, place: Place) {
        self.losers.retain(|l| *l != place);
    }

    /// Are there places whose anchors the shell has to clear?
    pub fn has_losers(&self) -> bool {
        !self.losers.is_empty()
    }

    /// A place whose anchor the shell has to clear; call until `None`.
    pub fn loser(&mut self) -> Option<Place> {
        self.losers.pop()
    }

    /// Asserts what holds between calls.
    #[cfg(test)]
    pub fn check(&self) {
        assert!(self.losers.is_empty());
        let live = |e: &&Entry<P>| e.alts.is_null() || self.alts.contains_key(e.alts);
        let mut plain = 0;
        for (_, waits) in &self.lobbies {
            let count = waits.entries().filter(live).count();
            assert_eq!(waits.slots_in_use() as usize, count, "a slot is lost or shared");
            plain += waits.entries().filter(|e| e.alts.is_null()).count();
        }
        assert_eq!(self.waiting, plain + self.alts.len(), "the count of those who wait");
    }

    /// The live entries of one queue, oldest first: the `alts` of each and its
    /// slot.
    #[cfg(test)]
    pub fn live(&mut self, lobby: Lobby, side: Side) -> Vec<(Op, u32)> {
        let alts = &self.alts;
        let Some(waits) = self.lobbies.get_mut(lobby) else {
            return vec![];
        };
        let live = waits.queue(side).iter().filter(|e| e.alts.is_null() || alts.contains_key(e.alts));
        live.map(|e| (e.alts, e.slot)).collect()
    }
}
