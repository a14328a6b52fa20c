//! What a program that embeds Lua may do with the module.

use crate::Case;
use crate::state::{Lua, leaving_nothing};

pub const CASES: &[(&str, Case)] = &[
    ("embed: a thousand states, each closed with work pending", many_states),
    ("embed: two states used in turn", two_states),
    ("embed: loaded first by a coroutine that is collected", loaded_in_a_coroutine),
    ("embed: every step of the collector is a full one", collected_all_the_time),
    ("embed: coroutines that wait, resumed by hand", resumed_by_hand),
    ("embed: finalizers that use the module in every cycle", finalizers_all_the_time),
    ("embed: finalizers that use the module while the state closes", closed_while_finalizing),
];

/// Everything that can be pending: parked go blocks in plain operations and in
/// `alts`, callbacks, timers, queued tasks, values in buffers and transducers.
const PENDING: &str = r#"
    local async = require "async"
    local c, d, full = async.chan(), async.chan(3), async.chan(1)
    for i = 1, 10 do
        async.go(function() async.park_take(c) end)
        async.go(function() async.park_alts { c, async.timeout(60000 + i), { full, i } } end)
        async.go(function() async.park_put(full, {}) end)
        async.take_async(d, function() end)
        async.put_async(async.chan(1), {}, function() end, false)
    end
    async.take_async(async.timeout(3600000), function() end)
    local x = async.chan(2, function(add) return function(r, v) return v and add(r, v) or r end end)
    for i = 1, 5 do async.put_async(x, i) end
    for i = 1, 3 do async.put_async(c, i) end
    async.step(2)
    assert(async.stats().parked > 10 and async.stats().timers > 1 and async.dispatched() > 1)
"#;

fn many_states() -> Result<String, String> {
    for n in 0..1000 {
        let state = || Lua::open()?.run(PENDING);
        leaving_nothing(state).map_err(|e| format!("state {n}: {e}"))?;
    }
    Ok("nothing is left of any".into())
}

/// One step of a conversation between a go block and the main thread.
const BEGIN: &str = r#"
    local async = require "async"
    local ask, answer = async.chan(), async.chan()
    async.go(function()
        local sum = 0
        for v in ask:iter() do
            sum = sum + v
            async.park_put(answer, sum)
        end
    end)
    function turn(v)
        async.put_async(ask, v)
        async.block_take(async.timeout(0))
        return async.block_take(answer)
    end
    expected = 0
"#;

fn two_states() -> Result<String, String> {
    leaving_nothing(|| {
        let (a, b) = (Lua::open()?, Lua::open()?);
        a.run(BEGIN)?;
        b.run(BEGIN)?;
        for n in 1..=500 {
            a.run(&format!("expected = expected + {n} assert(turn({n}) == expected)"))?;
            b.run(&format!("expected = expected - {n} assert(turn(-{n}) == expected)"))?;
        }
        drop(a);
        b.run("assert(turn(1) == expected + 1)")
    })?;
    Ok("500 turns each".into())
}

/// Loads in a coroutine, and sees to it that this is gone before anything is used.
const LOADED_IN_A_COROUTINE: &str = r#"
    local gone = setmetatable({}, { __mode = "k" })
    local co = coroutine.create(function() require "async" end)
    gone[co] = true
    assert(coroutine.resume(co))
    co = nil
    for _ = 1, 3 do collectgarbage() end
    assert(next(gone) == nil, "the loading coroutine is kept")
    local filling = {}
    for i = 1, 200 do filling[i] = coroutine.create(print) end
"#;

/// Uses most of what there is.
const USE: &str = r#"
    local async = require "async"
    assert(async.is_main_thread())
    for round = 1, 20 do
        local c, done = async.chan(round % 3), async.chan(40)
        for i = 1, 10 do
            async.go(function() async.park_put(c, i) async.park_put(done, "put") end)
            async.go(function()
                local pair = async.park_alts { c, async.timeout(1000) }
                async.park_put(done, pair[1])
            end)
        end
        local sum, puts = 0, 0
        for _ = 1, 20 do
            local v = async.block_take(done)
            if v == "put" then puts = puts + 1 else sum = sum + v end
        end
        assert(sum == 55 and puts == 10)
        assert(async.block_take(async.timeout(1)) == nil)
    end
"#;

fn loaded_in_a_coroutine() -> Result<String, String> {
    leaving_nothing(|| {
        let lua = Lua::open()?;
        lua.run(LOADED_IN_A_COROUTINE)?;
        lua.run(USE)
    })?;
    Ok("used afterwards".into())
}

/// With a pause of nothing a cycle follows a cycle, and with the largest steps
/// each one is over at once.
const FULL_STRESS: &str = r#"
    collectgarbage("incremental", 1, 1000, 0)
    collectgarbage("setpause", 0)
    collectgarbage("setstepmul", 1000)
"#;

/// Coroutines that wait, and are then resumed by hand to end or to yield with
/// nothing, before their partner comes.
const RESUMED_BY_HAND: &str = r#"
    local async = require "async"
    for n = 1, 10 do
        local c, d, all = async.chan(), async.chan(), {}
        local function start(f)
            all[#all + 1] = coroutine.create(f)
            assert(coroutine.resume(all[#all]))
        end
        start(function() async.park_take(c) end)
        start(function() async.park_take(c) coroutine.yield() end)
        start(function() async.park_put(d, n) end)
        start(function() async.park_put(d, n) coroutine.yield() end)
        start(function() async.park_alts { c, { d, n } } end)
        start(function() async.park_alts { c, { d, n } } coroutine.yield() end)
        for _, co in ipairs(all) do assert(coroutine.resume(co)) end
        async.put_async(c, "value")
        async.step()
        assert(async.try_take(d) == nil and async.try_take(c) == "value")
    end
"#;

fn resumed_by_hand() -> Result<String, String> {
    leaving_nothing(|| Lua::open()?.run(RESUMED_BY_HAND))?;
    Ok("found by nobody".into())
}

/// A finalizer that uses the module at the end of each cycle, in the midst of
/// whatever allocates.
const BUSY_FINALIZER: &str = r#"
    local async = require "async"
    local shared, seen = async.chan(3), 0
    pulses, failure = 0, nil
    local function pulse()
        local c = async.chan(1)
        async.go(function() seen = seen + async.park_take(c) end)
        async.put_async(c, 1)
        async.put_async(shared, c, function() end)
        async.take_async(shared, function(v) assert(v == c) end)
        async.timeout(pulses % 3)
        assert(seen <= pulses)
    end
    local function again()
        setmetatable({}, { __gc = function()
            pulses = pulses + 1
            local ok, err = pcall(pulse)
            failure = failure or not ok and err
            again()
        end })
    end
    again()
"#;

fn finalizers_all_the_time() -> Result<String, String> {
    leaving_nothing(|| {
        let lua = Lua::open()?;
        lua.run(FULL_STRESS)?;
        lua.run(BUSY_FINALIZER)?;
        lua.run(USE)?;
        lua.run("assert(pulses > 100, 'pulses: ' .. pulses) assert(not failure, failure)")?;
        lua.run(PENDING)
    })?;
    Ok("used meanwhile".into())
}

fn collected_all_the_time() -> Result<String, String> {
    leaving_nothing(|| {
        let lua = Lua::open()?;
        lua.run(FULL_STRESS)?;
        lua.run(LOADED_IN_A_COROUTINE)?;
        lua.run(USE)?;
        lua.run(r#"collectgarbage("generational")"#)?;
        lua.run(USE)?;
        lua.run(PENDING)
    })?;
    Ok("used in both modes of the collector".into())
}

/// Finalizers that run when the state closes, before and after the module's own.
const FINALIZERS: &str = r#"
    local function use(async)
        local c = async.chan(1)
        async.put_async(c, 1, function() end, false)
        async.go(function() async.park_take(c) async.park_take(async.timeout(1)) async.park_take(c) end)
        async.step()
        async.close(c)
    end
    -- Held until then: the garbage collector must not run them in the middle of what follows.
    held = {}
    local function at_end(f) held[#held + 1] = setmetatable({}, { __gc = f }) end
    local early = setmetatable({}, { __gc = function(t) pcall(use, t.async) end })
    local async = require "async"
    early.async = async
    keep = early
    keep_late = setmetatable({}, { __gc = function() pcall(use, async) end })
    at_end(function() pcall(use, async) end)
    use(async)
"#;

fn closed_while_finalizing() -> Result<String, String> {
    for _ in 0..50 {
        leaving_nothing(|| {
            let lua = Lua::open()?;
            lua.run(FINALIZERS)?;
            lua.run(PENDING)
        })?;
    }
    Ok("50 states".into())
}
