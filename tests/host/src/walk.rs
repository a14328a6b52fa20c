//! One scenario of `spec/oom`, walked: it is played again and again, and each
//! time one allocation later fails, until the task does not need so many.
//!
//! A scenario is a table. `setup()` returns a state, `task(state)` is what runs
//! while memory is short, and `check(state, ok, error, said)` raises when what
//! came of it is wrong: `ok` and `error` are those of a protected call of the
//! task, `said` is what was written to standard error meanwhile. With `steady`
//! it is played once, with all the memory it wants. With `lua_only`, Rust's
//! allocations do not fail.

use crate::fuse::{self, Shortage};
use crate::said::Said;
use crate::state::{Lua, leaving_nothing};

/// The position of what `setup` returned; below it is the scenario.
const STATE: i32 = 2;

/// A task that needs more allocations than this is no task, but a loop.
const ENDLESS: u64 = 20_000;

/// How many failing allocations were walked, for each kind of shortage.
pub fn walk(path: &str) -> Result<Vec<(Shortage, u64)>, String> {
    let mut said = Said::new();
    // What std sets up at its first use is not a leak.
    let _ = play(path, None, &mut said);
    if leaving_nothing(|| play(path, None, &mut said)).map_err(at("without a shortage"))?.steady {
        return Ok(vec![]);
    }
    Shortage::ALL.iter().map(|&shortage| Ok((shortage, steps(path, shortage, &mut said)?))).collect()
}

fn at(place: impl std::fmt::Display) -> impl FnOnce(String) -> String {
    move |e| format!("{place}: {e}")
}

fn steps(path: &str, shortage: Shortage, said: &mut Said) -> Result<u64, String> {
    for k in 0..ENDLESS {
        // The last such line tells where a crash happened.
        println!("at allocation {k}, {shortage:?}");
        let played = leaving_nothing(|| play(path, Some((k, shortage)), said));
        if !played.map_err(at(format_args!("allocation {k}, {shortage:?}")))?.needed {
            return Ok(k);
        }
    }
    Err(format!("still not done after {ENDLESS} failing allocations"))
}

struct Played {
    steady: bool,
    /// The task got as far as the allocation that failed.
    needed: bool,
}

fn play(path: &str, failing: Option<(u64, Shortage)>, said: &mut Said) -> Result<Played, String> {
    let lua = Lua::open()?;
    lua.file(path)?;
    let (steady, lua_only) = (lua.flag(c"steady"), lua.flag(c"lua_only"));
    lua.field(c"setup");
    lua.call(0, 1).map_err(at("setup"))?;
    said.clear();
    lua.field(c"task");
    lua.dup(STATE);
    let (k, shortage) = failing.unwrap_or((u64::MAX - 2, Shortage::Once));
    fuse::arm(k, shortage, lua_only);
    let ok = lua.attempt(1);
    let needed = fuse::disarm();
    if ok {
        lua.push_nil();
    }
    // error check state ok error said
    lua.field(c"check");
    lua.dup(STATE);
    lua.push_bool(ok);
    lua.dup(STATE + 1);
    lua.push_text(&said.read());
    lua.call(4, 0).map_err(at("check"))?;
    Ok(Played { steady, needed })
}
