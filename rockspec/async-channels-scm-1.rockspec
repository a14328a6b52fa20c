rockspec_format = "3.0"
package = "async-channels"
version = "scm-1"
source = {
  url = "git+https://github.com/async-channels/async",
  branch = "main",
}
description = {
  summary = "Channels, go blocks and alts! for Lua and Fennel, with a native core",
  detailed = [[
    The verbs of Clojure's core.async for one Lua state: buffered and unbuffered
    channels, go blocks on coroutines, choosing between operations, timeouts and
    transducers. The core is Rust, so building it needs cargo.
  ]],
  homepage = "https://github.com/async-channels/async",
  issues_url = "https://github.com/async-channels/async/issues",
  license = "MIT",
  labels = { "async", "channels", "concurrency", "coroutines", "fennel" },
}
dependencies = { "lua >= 5.1, < 5.6" }
build = {
  -- Make only builds; LuaRocks copies the files itself, so that it knows them all.
  type = "make",
  build_target = "rock",
  install_pass = false,
  -- Cargo has no use for CFLAGS; LuaRocks warns when they are not passed on.
  build_variables = { LUA = "$(LUA)", CFLAGS = "$(CFLAGS)" },
  install = {
    lua = {
      ["async"] = "lua/async.lua",
      ["async.check"] = "lua/async/check.lua",
      ["async.doc"] = "lua/async/doc.lua",
      ["async.doc.flow"] = "lua/async/doc/flow.lua",
      ["async.doc.verbs"] = "lua/async/doc/verbs.lua",
      ["async.doc.xf"] = "lua/async/doc/xf.lua",
      ["async.flow"] = "lua/async/flow.lua",
      ["async.fold"] = "lua/async/fold.lua",
      ["async.foreign"] = "lua/async/foreign.lua",
      ["async.gather"] = "lua/async/gather.lua",
      ["async.guard"] = "lua/async/guard.lua",
      ["async.hooks"] = "lua/async/hooks.lua",
      ["async.hub"] = "lua/async/hub.lua",
      ["async.job"] = "lua/async/job.lua",
      ["async.macros"] = "lua/async/macros.lua",
      ["async.methods"] = "lua/async/methods.lua",
      ["async.mix"] = "lua/async/mix.lua",
      ["async.mult"] = "lua/async/mult.lua",
      ["async.names"] = "lua/async/names.lua",
      ["async.pipe"] = "lua/async/pipe.lua",
      ["async.pipeline"] = "lua/async/pipeline.lua",
      ["async.ports"] = "lua/async/ports.lua",
      ["async.protect"] = "lua/async/protect.lua",
      ["async.pub"] = "lua/async/pub.lua",
      ["async.reduced"] = "lua/async/reduced.lua",
      ["async.reshape"] = "lua/async/reshape.lua",
      ["async.track"] = "lua/async/track.lua",
      ["async.xf"] = "lua/async/xf.lua",
      ["async.xf.lists"] = "lua/async/xf/lists.lua",
      ["async.xf.protocol"] = "lua/async/xf/protocol.lua",
      ["async.xf.stages"] = "lua/async/xf/stages.lua",
      ["io.gitlab.andreyorst.async"] = "lua/io/gitlab/andreyorst/async.lua",
    },
    lib = { ["async.core"] = "build/rock/core.so" },
  },
  copy_directories = { "docs", "library" }, -- what the README leads to; types, for editors
}
test = { type = "command", command = "make test" }
