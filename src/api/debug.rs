//! Lua's functions that set a debug hook and tell which there is, with ours in
//! front: the program finds its own hook there, and never the library's.

use super::core::{core, enter};
use super::{hook, track};
use crate::lua::{Behind, Int, State};

/// `wrapped_sethook(sethook) -> function?` Nothing, if that is not Lua's own.
pub extern "C-unwind" fn wrapped_sethook(l: State) -> Int {
    track::stand_in(l, Behind::SetHook, sethook)
}

/// `wrapped_gethook(gethook) -> function?` The same.
pub extern "C-unwind" fn wrapped_gethook(l: State) -> Int {
    track::stand_in(l, Behind::GetHook, gethook)
}

/// `sethook(thread?, hook?, mask?, count?)` What it sets, takes the place of ours,
/// which goes in front again; in a coroutine that does not run, when it runs and if
/// it is one that ours is set on.
extern "C-unwind" fn sethook(l: State) -> Int {
    let l = enter(l);
    let on = l.thread_at(1).unwrap_or(*l);
    let armed = on.is_armed();
    let n = l.run_behind(Behind::SetHook);
    if on == *l {
        hook::arm_again(l);
    } else if armed && core(l, |w| w.keeps_hook() && w.main == Some(on)) {
        hook::arm_on(l, on);
    }
    n
}

/// `gethook(thread?) -> hook, mask, count`
extern "C-unwind" fn gethook(l: State) -> Int {
    let l = enter(l);
    let on = l.thread_at(1).unwrap_or(*l);
    l.without_ours(on, || l.run_behind(Behind::GetHook))
}
