//! Every short history of operations on two channels, checked against the
//! rules after each step and for conservation at the end.

use super::*;
use std::collections::HashMap;

#[derive(Clone, Copy, PartialEq)]
struct Who;

impl Party for Who {
    fn is_waiting(&self) -> bool {
        true
    }
}

/// The shell, with plain numbers for values: what `src/api` does with Lua's.
struct Sim {
    hall: Hall<Who>,
    chans: [Chan; 2],
    slots: [Vec<u32>; 2],
    anchored: HashMap<(usize, u32), u32>,
    next: u32,
    /// Per channel: values accepted or offered by a waiting put, in order.
    sent: [Vec<u32>; 2],
    got: [Vec<u32>; 2],
    nils: usize,
}

impl Sim {
    fn new(kind: Kind, cap: u32) -> Sim {
        let chans = [Chan::new(kind, cap), Chan::new(kind, cap)];
        let mut sim = Sim {
            hall: Hall::default(),
            chans,
            slots: [vec![], vec![]],
            anchored: HashMap::new(),
            next: 0,
            sent: [vec![], vec![]],
            got: [vec![], vec![]],
            nils: 0,
        };
        for c in 0..2 {
            let lobby = sim.hall.open().unwrap();
            sim.chans[c].set_lobby(lobby);
        }
        sim
    }

    fn of(&self, place: Place) -> usize {
        usize::from(self.chans[1].lobby() == place.lobby)
    }

    /// The value that a meeting brings: it leaves its anchor.
    fn value(&mut self, m: &Meeting<Who>) -> u32 {
        let c = self.of(m.place);
        self.anchored.remove(&(c, m.place.slot)).expect("the value of a meeting")
    }

    fn forget_losers(&mut self) {
        while let Some(place) = self.hall.loser() {
            let c = self.of(place);
            if let Some(v) = self.anchored.remove(&(c, place.slot)) {
                self.sent[c].retain(|&s| s != v);
            }
        }
    }

    fn room(&mut self, c: usize) {
        if let Some(room) = self.chans[c].ring.wants_room() {
            let ring = self.chans[c].ring;
            let mut moved: Vec<u32> = (0..ring.len()).map(|i| self.slots[c][ring.slot(i) as usize]).collect();
            moved.resize(room as usize, 0);
            self.slots[c] = moved;
            self.chans[c].ring.moved_to(room);
        }
    }

    /// A put that completes now, or false.
    fn try_put(&mut self, c: usize, v: u32) -> bool {
        self.room(c);
        let could = self.chans[c].is_ready(&mut self.hall, Side::Put);
        let put = self.chans[c].put(&mut self.hall);
        assert_eq!(could, !matches!(put, Put::Park), "is_ready promised otherwise");
        match put {
            Put::Closed => return true,
            Put::Park => return false,
            Put::Drop => {}
            Put::Store(at) => {
                self.slots[c][at as usize] = v;
                self.sent[c].push(v);
                while let Some((_, at)) = self.chans[c].serve(&mut self.hall) {
                    self.deliver(c, self.slots[c][at as usize]);
                }
            }
            Put::Hand(m) => {
                assert!(!self.anchored.contains_key(&(c, m.place.slot)), "a taker with a value");
                self.sent[c].push(v);
                self.deliver(c, v);
            }
        }
        self.forget_losers();
        true
    }

    fn deliver(&mut self, c: usize, v: u32) {
        self.got[c].push(v);
    }

    /// A take that completes now, or false. Some(v) is logged in `got`.
    fn try_take(&mut self, c: usize) -> bool {
        let could = self.chans[c].is_ready(&mut self.hall, Side::Take);
        let take = self.chans[c].take(&mut self.hall);
        assert_eq!(could, !matches!(take, Take::Park), "is_ready promised otherwise");
        match take {
            Take::Nil => self.nils += 1,
            Take::Park => return false,
            Take::Load(at) => {
                self.got[c].push(self.slots[c][at as usize]);
                while let Some(m) = self.chans[c].refill(&mut self.hall) {
                    let v = self.value(&m);
                    self.room(c);
                    let at = self.chans[c].ring.add().unwrap();
                    self.slots[c][at as usize] = v;
                }
            }
            Take::Meet(m) => {
                let v = self.value(&m);
                self.got[c].push(v);
            }
        }
        self.forget_losers();
        true
    }

    fn enroll(&mut self, ports: &[(usize, Option<u32>)]) {
        let many = ports.len() > 1;
        let op = many.then(|| self.hall.open_alts(ports.len()).unwrap());
        for (i, &(c, v)) in ports.iter().enumerate() {
            let (lobby, side) = (self.chans[c].lobby(), if v.is_some() { Side::Put } else { Side::Take });
            if let Some(slots) = self.hall.reserve(lobby, side, 1).unwrap() {
                self.hall.grown(lobby, slots);
            }
            let place = match op {
                None => self.hall.enroll(Who, lobby, side, 1024),
                Some(op) => self.hall.enroll_alts(op, Who, (lobby, side), 1024, i as u32 + 1),
            };
            if let Some(v) = v {
                self.sent[c].push(v);
                self.anchored.insert((c, place.unwrap().slot), v);
            }
        }
    }

    fn put(&mut self, c: usize) {
        self.next += 1;
        let v = self.next;
        if !self.try_put(c, v) {
            self.enroll(&[(c, Some(v))]);
        }
    }

    fn alts(&mut self, ports: &[(usize, bool)]) {
        let base = self.next + 1;
        self.next += ports.len() as u32;
        let value = |i: usize, is_put: bool| is_put.then_some(base + i as u32);
        let ports: Vec<_> = ports.iter().enumerate().map(|(i, &(c, p))| (c, value(i, p))).collect();
        let done = ports.iter().any(|&(c, v)| match v {
            Some(v) => self.try_put(c, v),
            None => self.try_take(c),
        });
        if !done {
            self.enroll(&ports);
        }
    }

    fn close(&mut self, c: usize) {
        if self.chans[c].close() {
            while self.chans[c].orphan(&mut self.hall).is_some() {
                self.nils += 1;
                self.forget_losers();
            }
        }
    }

    fn step(&mut self, n: u32) {
        match n {
            0 => self.put(0),
            1 => self.put(1),
            2 if !self.try_take(0) => self.enroll(&[(0, None)]),
            3 if !self.try_take(1) => self.enroll(&[(1, None)]),
            4 => self.alts(&[(0, false), (1, false)]),
            5 => self.alts(&[(0, false), (1, true)]),
            6 => self.alts(&[(1, false), (1, true)]),
            7 => self.close(0),
            _ => {}
        }
    }

    fn check(&mut self, kind: Kind) {
        self.hall.check();
        for c in 0..2 {
            self.chans[c].check(&mut self.hall);
            in_order(kind, &self.sent[c], &self.got[c]);
        }
    }

    /// Closes both and takes until nil: what was accepted must come out.
    fn drain(&mut self, kind: Kind) {
        for c in 0..2 {
            self.close(c);
            for _ in 0..100 {
                let before = self.nils;
                assert!(self.try_take(c));
                if self.nils > before || kind == Kind::Promise {
                    break;
                }
            }
            if matches!(kind, Kind::Rendezvous | Kind::Fixed | Kind::Dropping) {
                assert_eq!(self.got[c], self.sent[c], "accepted and never delivered");
            }
        }
        self.check(kind);
        assert_eq!(self.hall.waiting(), 0, "somebody waits for ever");
        assert!(self.anchored.is_empty(), "a value is left behind");
    }
}

/// What came out stands in the order in which it went in.
fn in_order(kind: Kind, sent: &[u32], got: &[u32]) {
    match kind {
        Kind::Promise => assert!(got.iter().all(|g| Some(g) == sent.first())),
        Kind::Sliding => {
            let mut rest = sent.iter();
            assert!(got.iter().all(|g| rest.any(|s| s == g)), "out of order");
        }
        _ => assert!(sent.starts_with(got), "sent {sent:?} but got {got:?}"),
    }
}

const KINDS: [(Kind, u32); 9] = [
    (Kind::Rendezvous, 0),
    (Kind::Fixed, 1),
    (Kind::Fixed, 2),
    (Kind::Fixed, 3),
    (Kind::Dropping, 1),
    (Kind::Dropping, 2),
    (Kind::Sliding, 1),
    (Kind::Sliding, 2),
    (Kind::Promise, 1),
];

/// 8 operations, every sequence of 6, every kind: 2.4 million histories.
#[test]
fn all_short_histories_keep_the_rules() {
    const STEPS: u32 = 6;
    let mut histories = 0u32;
    for (kind, cap) in KINDS {
        for code in 0..8u32.pow(STEPS) {
            let run = || {
                let mut sim = Sim::new(kind, cap);
                for i in 0..STEPS {
                    sim.step(code >> (3 * i) & 7);
                    sim.check(kind);
                }
                sim.drain(kind);
            };
            if let Err(panic) = std::panic::catch_unwind(run) {
                let steps: Vec<u32> = (0..STEPS).map(|i| code >> (3 * i) & 7).collect();
                eprintln!("history {steps:?} on {kind:?} of {cap}");
                std::panic::resume_unwind(panic);
            }
            histories += 1;
        }
    }
    assert!(histories > 1_000_000);
    println!("{histories} histories");
}
