//! All waiting operations of one Lua state, and the lobbies they stand in.

use super::wait::{Entry, Side, Waits};
use crate::ids::{Lobby, Op, TimerId};
use slotmap::{Key, SlotMap};
use std::collections::TryReserveError;

/// The party behind an operation, as the shell knows it.
pub trait Party: Copy {
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

// The list of an `alts` is boxed to keep the common entry small.
#[expect(clippy::box_collection)]
struct Waiting<P> {
    who: P,
    first: Place,
    /// The other places of an `alts`.
    more: Option<Box<Vec<Place>>>,
}

/// Between calls: a live operation has a live entry in every lobby it was
/// enrolled in that still exists; `losers` is empty.
pub struct Hall<P> {
    ops: SlotMap<Op, Waiting<P>>,
    lobbies: SlotMap<Lobby, Waits>,
    losers: Vec<Place>,
    /// The storage of an `alts` that is over, for the next one.
    #[expect(clippy::box_collection)]
    spare: Option<Box<Vec<Place>>>,
}

/// Slabs smaller than this are kept when they fall empty.
const KEEP: usize = 4096;

impl<P: Party> Default for Hall<P> {
    fn default() -> Self {
        Hall { ops: SlotMap::with_key(), lobbies: SlotMap::with_key(), losers: Vec::new(), spare: None }
    }
}

impl<P: Party> Hall<P> {
    /// How many operations wait.
    pub fn waiting(&self) -> usize {
        self.ops.len()
    }

    pub fn is_live(&self, op: Op) -> bool {
        self.ops.contains_key(op)
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
        let Some(waits) = self.lobbies.remove(lobby) else { return TimerId::null() };
        for e in waits.entries() {
            let gone = self.ops.get(e.op).is_some_and(|w| {
                !self.lobbies.contains_key(w.first.lobby)
                    && w.more.iter().flat_map(|m| m.iter()).all(|p| !self.lobbies.contains_key(p.lobby))
            });
            if gone {
                self.ops.remove(e.op);
            }
        }
        if self.lobbies.is_empty() && self.ops.is_empty() {
            if self.lobbies.capacity() > KEEP {
                self.lobbies = SlotMap::with_key();
            }
            if self.ops.capacity() > KEEP {
                self.ops = SlotMap::with_key();
            }
        }
        waits.timer
    }

    /// Room for one operation with `n` entries on this side of this lobby; call
    /// once per lobby with its own `n`, then `enroll` cannot fail. The answer
    /// is the number of anchor slots that the shell must provide first.
    pub fn reserve(&mut self, lobby: Lobby, side: Side, n: u32) -> Result<Option<u32>, TryReserveError> {
        self.ops.try_reserve(1)?;
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

    pub fn has_lobby(&self, lobby: Lobby) -> bool {
        self.lobbies.contains_key(lobby)
    }

    /// How many slots this lobby has.
    pub fn slots(&self, lobby: Lobby) -> u32 {
        self.lobbies.get(lobby).map_or(0, Waits::slots)
    }

    /// Do `limit` live operations stand in this queue?
    pub fn is_full(&mut self, lobby: Lobby, side: Side, limit: usize) -> bool {
        let Some(waits) = self.lobbies.get_mut(lobby) else { return false };
        let ops = &self.ops;
        waits.queue(side).len() >= limit && waits.purge(side, |op| ops.contains_key(op)) >= limit
    }

    /// Adds the first (or only) entry of a new operation. `None`: there is no
    /// room, which `reserve` makes.
    #[inline]
    pub fn enroll(&mut self, who: P, lobby: Lobby, side: Side, port: u32) -> Option<(Op, Place)> {
        let waits = self.lobbies.get_mut(lobby)?;
        if self.ops.len() == self.ops.capacity() {
            return None;
        }
        if waits.is_due(side) {
            let ops = &self.ops;
            waits.purge(side, |op| ops.contains_key(op));
        }
        let place = Place { lobby, slot: waits.occupy(side)? };
        let more = if port == 0 { None } else { self.spare.take() };
        let op = self.ops.insert(Waiting { who, first: place, more });
        waits.queue(side).push_back(Entry { op, slot: place.slot, port });
        Some((op, place))
    }

    /// Room for an `alts` of `n` ports.
    pub fn reserve_alts(&mut self, n: usize) -> Result<(), TryReserveError> {
        self.losers.try_reserve(n)?;
        self.spare.get_or_insert_default().try_reserve(n)
    }

    /// Adds a further entry of an `alts`.
    pub fn enroll_more(&mut self, op: Op, lobby: Lobby, side: Side, port: u32) -> Option<Place> {
        let waits = self.lobbies.get_mut(lobby)?;
        let place = Place { lobby, slot: waits.occupy(side)? };
        self.ops[op].more.get_or_insert_default().push(place);
        waits.queue(side).push_back(Entry { op, slot: place.slot, port });
        Some(place)
    }

    /// Changes who is behind an operation that waits.
    pub fn replace(&mut self, op: Op, who: P) {
        if let Some(w) = self.ops.get_mut(op) {
            w.who = who;
        }
    }

    /// The operation that would be claimed next, which stays where it is.
    pub fn front(&mut self, lobby: Lobby, side: Side) -> Option<(Op, Meeting<P>)> {
        loop {
            let e = *self.lobbies.get_mut(lobby)?.queue(side).front()?;
            match self.ops.get(e.op) {
                Some(w) if w.who.is_waiting() => {
                    let place = Place { lobby, slot: e.slot };
                    return Some((e.op, Meeting { who: w.who, place, port: e.port }));
                }
                Some(_) => self.cancel(e.op),
                None => {}
            }
            self.lobbies[lobby].queue(side).pop_front();
        }
    }

    /// Commits the oldest operation of this queue. Its other places, if it is
    /// an `alts`, become losers.
    #[inline]
    pub fn claim(&mut self, lobby: Lobby, side: Side) -> Option<Meeting<P>> {
        loop {
            let waits = self.lobbies.get_mut(lobby)?;
            let e = waits.queue(side).pop_front()?;
            let place = Place { lobby, slot: e.slot };
            let Some(w) = self.ops.remove(e.op) else { continue };
            if !w.who.is_waiting() {
                self.clean_up(w, None);
                continue;
            }
            let who = w.who;
            if w.more.is_none() {
                waits.release(place.slot);
            } else {
                self.clean_up(w, Some(place));
            }
            return Some(Meeting { who, place, port: e.port });
        }
    }

    /// Withdraws an operation: nobody will meet it any more.
    pub fn cancel(&mut self, op: Op) {
        if let Some(w) = self.ops.remove(op) {
            self.clean_up(w, None);
        }
    }

    /// Frees the slots of an operation that has left; all but the winner's are
    /// losers.
    #[cold]
    fn clean_up(&mut self, mut w: Waiting<P>, winner: Option<Place>) {
        for place in std::iter::once(&w.first).chain(w.more.iter().flat_map(|m| m.iter())) {
            if let Some(waits) = self.lobbies.get_mut(place.lobby) {
                waits.release(place.slot);
            }
            // Never grows: a place that is not noted here keeps its anchor until
            // the slot is used again.
            if Some(*place) != winner && self.losers.len() < self.losers.capacity() {
                self.losers.push(*place);
            }
        }
        if let Some(mut more) = w.more.take() {
            more.clear();
            self.spare = Some(more);
        }
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
        for (_, waits) in &self.lobbies {
            let live = waits.entries().filter(|e| self.ops.contains_key(e.op)).count();
            assert_eq!(waits.slots_in_use() as usize, live, "a slot is lost or shared");
        }
    }

    /// The live operations in one queue, oldest first.
    #[cfg(test)]
    pub fn live(&mut self, lobby: Lobby, side: Side) -> Vec<Op> {
        let ops = &self.ops;
        let Some(waits) = self.lobbies.get_mut(lobby) else { return vec![] };
        waits.queue(side).iter().map(|e| e.op).filter(|&op| ops.contains_key(op)).collect()
    }
}
