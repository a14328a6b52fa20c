/*
** A plain interpreter for a Lua that the distribution does not have yet, for the
** tests: `lua5.5 FILE ARGS...` and `lua5.5 -e CODE`. The three C modules that
** busted wants are built in, as far as it uses them: lfs, system and term.core.
*/
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lauxlib.h"
#include "lua.h"
#include "lualib.h"

static int failure(lua_State *L) {
  int code = errno;
  lua_pushnil(L);
  lua_pushstring(L, strerror(code));
  lua_pushinteger(L, code);
  return 3;
}

/* lfs.attributes(path) -> table; lfs.attributes(path, name) -> value */
static int lfs_attributes(lua_State *L) {
  struct stat st;
  if (stat(luaL_checkstring(L, 1), &st) != 0) return failure(L);
  lua_settop(L, 2);
  lua_createtable(L, 0, 3);
  lua_pushstring(L, S_ISDIR(st.st_mode) ? "directory" : S_ISREG(st.st_mode) ? "file" : "other");
  lua_setfield(L, 3, "mode");
  lua_pushinteger(L, st.st_size);
  lua_setfield(L, 3, "size");
  lua_pushinteger(L, st.st_mtime);
  lua_setfield(L, 3, "modification");
  if (!lua_isstring(L, 2)) return 1;
  lua_getfield(L, 3, lua_tostring(L, 2));
  return 1;
}

static int lfs_currentdir(lua_State *L) {
  char path[4096];
  if (getcwd(path, sizeof path) == NULL) return failure(L);
  lua_pushstring(L, path);
  return 1;
}

static int lfs_chdir(lua_State *L) {
  if (chdir(luaL_checkstring(L, 1)) != 0) return failure(L);
  lua_pushboolean(L, 1);
  return 1;
}

/* Entry after entry of the list that is its value. */
static int next_name(lua_State *L) {
  lua_Integer i = lua_tointeger(L, lua_upvalueindex(2)) + 1;
  lua_pushinteger(L, i);
  lua_replace(L, lua_upvalueindex(2));
  lua_geti(L, lua_upvalueindex(1), i);
  return 1;
}

/* for name in lfs.dir(path) do */
static int lfs_dir(lua_State *L) {
  DIR *dir = opendir(luaL_checkstring(L, 1));
  struct dirent *entry;
  lua_Integer n = 0;
  if (dir == NULL) return luaL_error(L, "%s: %s", lua_tostring(L, 1), strerror(errno));
  lua_newtable(L);
  while ((entry = readdir(dir)) != NULL) {
    lua_pushstring(L, entry->d_name);
    lua_seti(L, -2, ++n);
  }
  closedir(dir);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, next_name, 2);
  return 1;
}

static int clock_seconds(lua_State *L, clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  lua_pushnumber(L, (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / 1e9);
  return 1;
}

static int system_gettime(lua_State *L) { return clock_seconds(L, CLOCK_REALTIME); }

static int system_monotime(lua_State *L) { return clock_seconds(L, CLOCK_MONOTONIC); }

static int system_sleep(lua_State *L) {
  lua_Number seconds = luaL_checknumber(L, 1);
  struct timespec left;
  left.tv_sec = (time_t)seconds;
  left.tv_nsec = (long)((seconds - (lua_Number)left.tv_sec) * 1e9);
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
  return 0;
}

static int term_isatty(lua_State *L) {
  luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  lua_pushboolean(L, stream->f != NULL && isatty(fileno(stream->f)));
  return 1;
}

static const luaL_Reg lfs[] = {{"attributes", lfs_attributes},
                               {"symlinkattributes", lfs_attributes},
                               {"chdir", lfs_chdir},
                               {"currentdir", lfs_currentdir},
                               {"dir", lfs_dir},
                               {NULL, NULL}};
static const luaL_Reg core_system[] = {
    {"gettime", system_gettime}, {"monotime", system_monotime}, {"sleep", system_sleep}, {NULL, NULL}};
static const luaL_Reg core_term[] = {{"isatty", term_isatty}, {NULL, NULL}};

static void provide(lua_State *L, const char *name, const luaL_Reg *functions) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_newtable(L);
  luaL_setfuncs(L, functions, 0);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

static int explain(lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

static int run(lua_State *L) {
  int argc = (int)lua_tointeger(L, 1);
  char **argv = lua_touserdata(L, 2);
  int code = argc > 1 && strcmp(argv[1], "-e") == 0;
  int script = 1 + code;
  if (argc <= script) return luaL_error(L, "usage: %s FILE ARGS... | -e CODE", argv[0]);
  luaL_openlibs(L);
  provide(L, "lfs", lfs);
  provide(L, "system", core_system);
  provide(L, "term.core", core_term);
  lua_createtable(L, argc, 2);
  for (int i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_seti(L, -2, i - script);
  }
  lua_setglobal(L, "arg");
  lua_pushcfunction(L, explain);
  if ((code ? luaL_loadstring(L, argv[script]) : luaL_loadfile(L, argv[script])) != LUA_OK) return lua_error(L);
  for (int i = script + 1; i < argc; i++) lua_pushstring(L, argv[i]);
  if (lua_pcall(L, argc - script - 1, 0, 3) != LUA_OK) return lua_error(L);
  return 0;
}

int main(int argc, char **argv) {
  lua_State *L = luaL_newstate();
  int failed;
  if (L == NULL) return 1;
  lua_pushcfunction(L, run);
  lua_pushinteger(L, argc);
  lua_pushlightuserdata(L, argv);
  failed = lua_pcall(L, 2, 0, 0) != LUA_OK;
  if (failed) fprintf(stderr, "%s: %s\n", argv[0], lua_tostring(L, -1));
  lua_close(L);
  return failed;
}
