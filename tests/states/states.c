/*
** What one process may do with several Lua states and several copies of the
** module: `states LUA_PATH CPATH COPY`. CPATH and COPY are the package.cpath of
** the module and of a copy of it. One line for each case; the last is the count.
*/
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "lauxlib.h"
#include "lua.h"
#include "lualib.h"

static const char *path, *cpath, *copy;
static int passed, failed;

/* Leaves something of everything behind: parked, queued, pending. */
static const char BUSY[] =
    "local async = require 'async'\n"
    "async.on_error(function() end)\n"
    "local c = async.chan()\n"
    "for i = 1, 20 do async.go(function() async.take(c) end) end\n"
    "for i = 1, 20 do async.go(function() async.take(async.chan()) end) end\n"
    "async.put_async(async.chan(1), 1, function() end, false)\n"
    "async.put_async(c, 1)\n"
    "async.take_async(async.timeout(60000), function() end)\n"
    "async.go(error, 'reported')\n"
    "assert(async.block_take(async.go(function() return 5 end)) == 5)\n";

/* A program that takes turns: each call of turn() is one. */
static const char TURNS[] =
    "local async = require 'async'\n"
    "local c, sum = async.chan(), 0\n"
    "async.go(function() while true do sum = sum + async.take(c) end end)\n"
    "local timer, fired = async.timeout(30), false\n"
    "async.take_async(timer, function() fired = true end)\n"
    "function turn(n) assert(async.block_put(c, n) == true) end\n"
    "function total() async.run() return sum, fired end\n";

static int run(lua_State *L, const char *code) {
  if (luaL_loadstring(L, code) == 0 && lua_pcall(L, 0, 0, 0) == 0) return 1;
  printf("  %s\n", lua_tostring(L, -1));
  return 0;
}

static lua_State *open_with(const char *modules) {
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  lua_getglobal(L, "package");
  lua_pushstring(L, path);
  lua_setfield(L, -2, "path");
  lua_pushstring(L, modules);
  lua_setfield(L, -2, "cpath");
  lua_pop(L, 1);
  return L;
}

static int turn(lua_State *L, int n) {
  lua_getglobal(L, "turn");
  lua_pushinteger(L, n);
  if (lua_pcall(L, 1, 0, 0) == 0) return 1;
  printf("  %s\n", lua_tostring(L, -1));
  return 0;
}

static int total(lua_State *L, int expected) {
  lua_getglobal(L, "total");
  if (lua_pcall(L, 0, 2, 0) != 0) {
    printf("  %s\n", lua_tostring(L, -1));
    return 0;
  }
  return lua_tonumber(L, -2) == expected && lua_toboolean(L, -1);
}

static int opened_and_closed(const char *prelude) {
  size_t before = 0;
  long grown;
  for (int i = 0; i < 1000; i++) {
    lua_State *L = open_with(cpath);
    int ok = run(L, prelude) && run(L, BUSY);
    lua_close(L);
    if (!ok) return 0;
    if (i == 100) before = mallinfo2().uordblks;
  }
  grown = (long)(mallinfo2().uordblks - before);
  if (grown < 65536) return 1;
  printf("  900 states have left %ld bytes\n", grown);
  return 0;
}

static int a_thousand_times(void) { return opened_and_closed(""); }

static int first_in_a_coroutine(void) {
  return opened_and_closed("coroutine.wrap(function() require 'async' end)()\n"
                           "collectgarbage() collectgarbage()");
}

static int turns(const char *first, const char *second) {
  lua_State *a = open_with(first), *b = open_with(second);
  int ok = run(a, TURNS) && run(b, TURNS);
  for (int i = 1; ok && i <= 100; i++) ok = turn(a, i) && turn(b, 2 * i);
  ok = ok && total(b, 10100) && total(a, 5050);
  lua_close(a);
  lua_close(b);
  return ok;
}

static int two_states(void) { return turns(cpath, cpath); }

static int two_states_two_copies(void) { return turns(cpath, copy); }

static int one_closed(void) {
  lua_State *a = open_with(cpath), *b = open_with(cpath);
  int ok = run(a, TURNS) && run(b, BUSY) && turn(a, 1);
  lua_close(b);
  ok = ok && turn(a, 2) && total(a, 3);
  lua_close(a);
  return ok;
}

static int two_copies(void) {
  static const char CODE[] =
      "local one = require 'async'\n"
      "for name in pairs(package.loaded) do\n"
      "  if name:find '^async' then package.loaded[name] = nil end\n"
      "end\n"
      "package.cpath = COPY\n"
      "local other = require 'async'\n"
      "assert(one.chan ~= other.chan)\n"
      "local mine, theirs = one.chan(1), other.chan(1)\n"
      /* Each takes the other's channels for strangers. */
      "assert(not pcall(one.try_put, theirs, 1) and not pcall(other.try_put, mine, 1))\n"
      "assert(one.try_put(mine, 1) and other.try_put(theirs, 2))\n"
      "assert(other.try_take(theirs) == 2 and one.try_take(mine) == 1)\n"
      "local done = 0\n"
      "for _, lib in ipairs { one, other } do\n"
      "  local c = lib.chan()\n"
      "  lib.go(function() local v = lib.take(c) done = done + v end)\n"
      "  lib.put_async(c, 10)\n"
      "  lib.take_async(lib.timeout(20), function() done = done + 100 end)\n"
      "end\n"
      "one.run() other.run()\n"
      "assert(done == 220, done)\n"
      /* A go block of the one in an operation of the other yields of itself, as the
         one sees it, and has its next turn. */
      "one.on_error(print) other.on_error(print)\n"
      "one.go(function() done = other.take(theirs) end)\n"
      "one.run() other.run()\n"
      "assert(done == nil, done)\n"
      "assert(other.put(theirs, 1) and other.take(theirs) == 1)\n";
  lua_State *L = open_with(cpath);
  int ok;
  lua_pushstring(L, copy);
  lua_setglobal(L, "COPY");
  ok = run(L, CODE);
  lua_close(L);
  return ok;
}

static int two_names(void) {
  static const char CODE[] =
      "local one = require 'async'\n"
      "local core = require 'async.core'\n"
      "for name in pairs(package.loaded) do\n"
      "  if name:find '^async' then package.loaded[name] = nil end\n"
      "end\n"
      "local two = require 'async'\n"
      "assert(one ~= two and one.chan == two.chan)\n"
      "package.preload['another.name'] = assert(package.loadlib(\n"
      "  (package.cpath:gsub('%?', 'async/core')), 'luaopen_async_core'))\n"
      "assert(require 'another.name' == core)\n"
      "local c = one.chan()\n"
      "two.go(function() two.put(c, 'shared') end)\n"
      "assert(one.take(c) == 'shared')\n";
  lua_State *L = open_with(cpath);
  int ok = run(L, CODE);
  lua_close(L);
  return ok;
}

static void check(const char *name, int (*test)(void)) {
  int ok = test();
  printf("%s %s\n", ok ? "ok     " : "FAILED ", name);
  fflush(stdout);
  if (ok) passed++;
  else failed++;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  path = argv[1], cpath = argv[2], copy = argv[3];
  check("a thousand states, opened, kept busy and closed, leave nothing", a_thousand_times);
  check("a thousand states in which a coroutine that is collected loaded it first", first_in_a_coroutine);
  check("two states take turns, each with channels and timers of its own", two_states);
  check("two states take turns, each with a copy of its own", two_states_two_copies);
  check("a state goes on when another is closed", one_closed);
  check("two copies in one state: strangers to each other, and both work", two_copies);
  check("under two names and loaded again it is one library", two_names);
  printf("%d passed, %d failed\n", passed, failed);
  return failed > 0;
}
