/*
** A hook in C that writes down what it sees, for spec/hook_events_spec.lua: the
** module `hooklog`.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lauxlib.h"
#include "lua.h"

static char *text;
static size_t used, size;
static unsigned long events;
/* Every so many events the hook raises an error; every event it yields. */
static unsigned long raises;
static int yields;
static int counting;

static void add(const char *s) {
  size_t n = strlen(s);
  if (used + n + 1 > size) {
    size = 2 * (used + n + 1);
    text = realloc(text, size);
    if (text == NULL) abort();
  }
  memcpy(text + used, s, n + 1);
  used += n;
}

static const char *or_dash(const char *s) { return s ? s : "-"; }

static void hook(lua_State *L, lua_Debug *ar) {
  static const char *const names[] = {"call", "return", "line", "count", "tail"};
  char line[400];
  const char *local = NULL;
  int event = ar->event, at = ar->currentline, top = lua_gettop(L);
  lua_Debug caller;
  events++;
#ifdef LUA_HOOKTAILRET
  const int known = event != LUA_HOOKTAILRET;
#else
  const int known = 1;
#endif
  if (known) {
    lua_getinfo(L, "nSl", ar);
    local = lua_getlocal(L, ar, 1);
    if (local && local[0] == '(') local = NULL; /* what the stack happened to have there */
    if (event == LUA_HOOKRET && counting) local = NULL; /* overwritten, on 5.1 and 5.2 */
  } else {
    ar->name = ar->what = NULL;
    ar->linedefined = ar->currentline = -1;
    ar->short_src[0] = 0;
  }
  /* Nothing here allocates in Lua: a finalizer that ran in a count event would
  ** make Lua report the line once more. */
  snprintf(line, sizeof line, "%s %d %s %s %s:%d %d %s=%g", names[event], at, or_dash(ar->name), or_dash(ar->what),
           ar->short_src, ar->linedefined, ar->currentline, or_dash(local),
           local && lua_type(L, -1) == LUA_TNUMBER ? (double)lua_tonumber(L, -1) : 0);
  add(line);
  if (lua_getstack(L, 1, &caller) && lua_getinfo(L, "l", &caller)) {
    snprintf(line, sizeof line, " from %d", caller.currentline);
    add(line);
  }
  add("\n");
  if (raises && events % raises == 0) luaL_error(L, "raised by the hook");
  if (yields && (event == LUA_HOOKCOUNT || event == LUA_HOOKLINE)) {
    lua_settop(L, top);
    lua_yield(L, 0);
  }
}

/* set(mask, count, raises?, thread?, yields?) */
static int set(lua_State *L) {
  const char *mask = luaL_checkstring(L, 1);
  int count = (int)luaL_checknumber(L, 2), bits = 0;
  lua_State *on = lua_isthread(L, 4) ? lua_tothread(L, 4) : L;
  if (strchr(mask, 'c')) bits |= LUA_MASKCALL;
  if (strchr(mask, 'r')) bits |= LUA_MASKRET;
  if (strchr(mask, 'l')) bits |= LUA_MASKLINE;
  if (count > 0) bits |= LUA_MASKCOUNT;
  raises = (unsigned long)lua_tonumber(L, 3);
  yields = lua_toboolean(L, 5);
  counting = count > 0;
  lua_sethook(on, hook, bits, count);
  return 0;
}

static int clear(lua_State *L) {
  lua_sethook(lua_isthread(L, 1) ? lua_tothread(L, 1) : L, NULL, 0, 0);
  return 0;
}

/* take() -> what was written down */
static int take(lua_State *L) {
  lua_pushlstring(L, used ? text : "", used);
  used = 0;
  events = 0;
  return 1;
}

/* hash(string) -> string */
static int hash(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  unsigned long long h = 14695981039346656037ull;
  char out[17];
  while (n--) h = (h ^ (unsigned char)*s++) * 1099511628211ull;
  snprintf(out, sizeof out, "%016llx", h);
  lua_pushstring(L, out);
  return 1;
}

int luaopen_hooklog(lua_State *L) {
  lua_createtable(L, 0, 4);
  lua_pushcfunction(L, set);
  lua_setfield(L, -2, "set");
  lua_pushcfunction(L, clear);
  lua_setfield(L, -2, "clear");
  lua_pushcfunction(L, take);
  lua_setfield(L, -2, "take");
  lua_pushcfunction(L, hash);
  lua_setfield(L, -2, "hash");
  return 1;
}
