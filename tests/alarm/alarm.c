/* The alarm in hosts with threads, children and signals of their own. PUC Lua under
   Linux; arguments: package.path, package.cpath, and how many seconds the threads
   work. Prints what was tried, and the number of it at the end. */
#define _GNU_SOURCE
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *path, *cpath;
static double seconds;
static int tried;

static const char PRELUDE[] =
  "local async = require 'async'\n"
  "function busy(s, done) local limit, n = os.clock() + s, 0\n"
  "  while not (done and done()) and os.clock() < limit do for i = 1, 300 do n = n + i % 7 end end end\n"
  "function pending(ms) local t = {}\n"
  "  async.take_async(async.timeout(ms), function() t.fired = true end)\n"
  "  return function() return t.fired end end\n"
  "wanted = async.trigger 'alarm'\n";

/* Tasks that park, fail, cancel and finish while the collector works and alarms come. */
static const char STRESS[] =
  "local async = require 'async'\n"
  "if not pcall(collectgarbage, 'setpause', 50) then collectgarbage('param', 'pause', 50) end\n"
  "assert(async.trigger() == 'alarm')\n"
  "local failed, rounds = 0, 0\n"
  "async.on_error(function() failed = failed + 1 end)\n"
  "local limit = os.clock() + SECONDS\n"
  "while os.clock() < limit do\n"
  "  rounds = rounds + 1\n"
  "  local c, stop, sum, wrong, ended, stopped = async.chan(3), async.chan(), 0, 0, 0, 0\n"
  "  for i = 1, 20 do async.go(function()\n"
  "    async.park_take(async.timeout(i % 5))\n"
  "    async.park_put(c, i)\n"
  "    ended = ended + 1\n"
  "    if i % 4 == 0 then error { i } end\n"
  "  end) end\n"
  "  for _ = 1, 5 do async.go(function()\n"
  "    local pair = async.park_alts { stop, async.timeout(60000), { async.chan(), 1 } }\n"
  "    if pair[2] == stop then stopped = stopped + 1 end\n"
  "  end) end\n"
  "  local got = 0\n"
  "  async.go(function()\n"
  "    while got < 20 do sum = sum + async.park_take(c); got = got + 1 end\n"
  "    async.close(stop)\n"
  "  end)\n"
  "  local round = 0\n"
  "  local turns = os.clock() + 4\n"
  "  while (got < 20 or ended < 20 or stopped < 5) and os.clock() < turns do\n"
  "    round = round + 1\n"
  "    local list = {}\n"
  "    for i = 1, 50 do list[i] = tostring(i) .. round end\n"
  "    table.sort(list)\n"
  "    for i = 2, 50 do if list[i - 1] > list[i] then wrong = wrong + 1 end end\n"
  "    local co = coroutine.wrap(function(a) for i = 1, 5 do a = a + coroutine.yield(a) end end)\n"
  "    local v = co(1) for i = 1, 4 do v = co(i) end\n"
  "    if v ~= 11 then wrong = wrong + 1 end\n"
  "  end\n"
  "  assert(got == 20 and sum == 210 and wrong == 0 and ended == 20 and stopped == 5,\n"
  "    table.concat({ got, sum, wrong, ended, stopped }, ' '))\n"
  "end\n"
  "collectgarbage() collectgarbage() async.run()\n"
  "assert(failed == rounds * 5, failed .. ' of ' .. rounds)\n"
  "return async.stats().firings\n";

static int nap(lua_State *l) {
  struct timespec t = { 0, 20000000 };
  lua_pushinteger(l, nanosleep(&t, NULL) != 0 && errno == EINTR);
  return 1;
}

static int roam(lua_State *l);

static lua_State *state(void) {
  lua_State *l = luaL_newstate();
  luaL_openlibs(l);
  lua_getglobal(l, "package");
  lua_pushstring(l, path);
  lua_setfield(l, -2, "path");
  lua_pushstring(l, cpath);
  lua_setfield(l, -2, "cpath");
  lua_settop(l, 0);
  lua_pushnumber(l, seconds);
  lua_setglobal(l, "SECONDS");
  lua_register(l, "nap", nap);
  lua_register(l, "roam", roam);
  return l;
}

static void run(lua_State *l, const char *code) {
  if (luaL_loadstring(l, code) || lua_pcall(l, 0, 1, 0)) {
    printf("FAILED: %s\n", lua_tostring(l, -1));
    exit(1);
  }
}

static lua_State *begun(void) {
  lua_State *l = state();
  run(l, PRELUDE);
  return l;
}

static void passed(const char *what) {
  tried++;
  printf("alarm: %s\n", what);
  fflush(stdout);
}

static void *in_thread(void *code) {
  lua_State *l = begun();
  run(l, code);
  long *firings = malloc(sizeof *firings);
  *firings = (long)lua_tonumber(l, -1);
  lua_close(l);
  return firings;
}

/* Leaves something pending in its thread, which ends. */
static void *leave(void *l) {
  run(l, "pending(60000); busy(0.02)");
  return NULL;
}

static void *take_over(void *l) {
  run(l, "pending(60000); local done = pending(30); busy(0.5, done); assert(done(), 'in the next thread')");
  return NULL;
}

static volatile int gone;

static void *go_on(void *l) {
  run(l, "local stats = require'async'.stats\n"
         "local before = stats().firings; busy(0.1)\n"
         "assert(wandered or stats().firings == before, 'an alarm from another thread'); wandered = true\n"
         "local done = pending(30); busy(0.3, done); assert(done())");
  gone = 1;
  return NULL;
}

/* The state is used in another thread, while this one, whose time the alarm counts,
   computes something else. */
static int roam(lua_State *l) {
  pthread_t t;
  gone = 0;
  pthread_create(&t, NULL, go_on, l);
  while (!gone) continue;
  pthread_join(t, NULL);
  return 0;
}

static void threads(void) {
  pthread_t t[4];
  long all = 0;
  for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, in_thread, (void *)STRESS);
  for (int i = 0; i < 4; i++) {
    void *firings;
    pthread_join(t[i], &firings);
    all += *(long *)firings;
    free(firings);
  }
  printf("alarm: %ld firings in 4 threads under the collector's stress\n", all);
  if (all < 1) exit(1);
  tried++;
}

static void ends(void) {
  for (int i = 0; i < 300; i++) {
    lua_State *l = begun(), *other = begun();
    run(l, "pending(10000) pending(1) busy(0.001)");
    run(other, "pending(1) busy(0.0005)");
    lua_close(i % 2 ? l : other);
    run(i % 2 ? other : l, "busy(0.004)");
    lua_close(i % 2 ? other : l);
  }
  passed("600 states closed while one was to come");
}

static void many(void) {
  lua_State *l[300];
  for (int i = 0; i < 300; i++) {
    l[i] = begun();
    run(l[i], "local done = pending(10); local c = os.clock(); busy(0.5, done); assert(done(), require'async'.trigger()); pending(60000)");
  }
  for (int i = 0; i < 300; i++) lua_close(l[i]);
  passed("more states than can have one");
}

static void forks(void) {
  lua_State *l = begun();
  run(l, "after = pending(40)");
  pid_t child = fork();
  run(l, "local d = pending(20); busy(0.3, d); assert(d()); busy(0.3, after); assert(after())");
  lua_close(l);
  if (child == 0) _exit(0);
  int status;
  waitpid(child, &status, 0);
  if (status != 0) printf("FAILED: child %d\n", status), exit(1);
  passed("goes on in a child process");
}

/* What was pending when a program is replaced by another must not end that. */
static void execs(void) {
  for (int i = 0; i < 100; i++) {
    pid_t child = fork();
    if (child == 0) {
      lua_State *l = begun();
      run(l, "pending(60000)");
      char code[64];
      snprintf(code, sizeof code, "pending(10) busy(%g)", 0.0001 * i);
      run(l, code);
      sigset_t all;
      sigfillset(&all);
      if (i % 2) {
        pthread_sigmask(SIG_BLOCK, &all, NULL);
        run(l, "busy(0.03)");
      }
      execlp("env", "env", "--default-signal", "--block-signal=SIGUSR2", "true", (char *)NULL);
      _exit(9);
    }
    int status;
    waitpid(child, &status, 0);
    if (status != 0) printf("FAILED: exec %d\n", status), exit(1);
  }
  passed("100 programs replaced by others");
}

static void sleeps(void) {
  lua_State *l = begun();
  run(l, "local cut = 0; pending(60000)\n"
         "for i = 1, 60 do busy(0.003); cut = cut + nap() end\n"
         "assert(cut == 0, cut .. ' of 60 sleeps were cut short')");
  lua_close(l);
  passed("no sleep is cut short");
}

static void roams(void) {
  lua_State *l = begun();
  run(l, "pending(60000); busy(0.02); roam(); roam(); local d = pending(20); busy(0.3, d); assert(d())\n"
         "assert(require'async'.trigger() == 'count')");
  lua_close(l);
  passed("gives up a state that goes from thread to thread");
}

/* The system may give the second thread the number of the first. */
static void inherited(void) {
  lua_State *l = begun();
  pthread_t t;
  pthread_create(&t, NULL, leave, l);
  pthread_join(t, NULL);
  pthread_create(&t, NULL, take_over, l);
  pthread_join(t, NULL);
  lua_close(l);
  passed("knows a thread from one that is over");
}

static int forked(lua_State *l) {
  lua_pushinteger(l, fork());
  return 1;
}

static void forks_in_a_task(void) {
  lua_State *l = begun();
  lua_register(l, "fork", forked);
  run(l, "local child\n"
         "require'async'.take_async(require'async'.timeout(10), function() child = fork() end)\n"
         "pending(60000)\n"
         "busy(0.5, function() return child end)\n"
         "local done = pending(30); busy(0.5, done)\n"
         "if child == 0 then os.exit(done() and 0 or 1) end\n"
         "assert(done())\n"
         "return child");
  int status, child = lua_tointeger(l, -1);
  waitpid(child, &status, 0);
  if (status != 0) printf("FAILED: child of a task %d\n", status), exit(1);
  lua_close(l);
  passed("goes on in the child of a task that it runs");
}

static void blocked(void) {
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &old);
  lua_State *l = begun();
  run(l, "assert(wanted == 'count'); local d = pending(20); busy(0.3, d); assert(d())");
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  run(l, "local d = pending(20); require'async'.run(); assert(require'async'.trigger() == 'alarm')");
  lua_close(l);
  passed("does without where signals are kept away");
}

static void hers(int signal) { (void)signal; }

/* In a child: whose signals are all in use already. */
static void taken(int but) {
  pid_t child = fork();
  if (child == 0) {
    for (int s = SIGRTMIN; s <= SIGRTMAX; s++)
      if (s != but) signal(s, hers);
    lua_State *l = begun();
    run(l, but ? "assert(wanted == 'alarm', wanted)" : "assert(wanted == 'count', wanted)");
    run(l, "local d = pending(20); busy(0.3, d); assert(d())");
    lua_close(l);
    for (int s = SIGRTMIN; s <= SIGRTMAX; s++) {
      struct sigaction now;
      sigaction(s, NULL, &now);
      if (s != but && now.sa_handler != hers) _exit(1);
    }
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  if (status != 0) printf("FAILED: signals in use %d\n", status), exit(1);
  passed(but ? "finds the signal that is free" : "takes no signal from anybody");
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  path = argv[1];
  cpath = argv[2];
  seconds = atof(argv[3]);
  taken(0);
  taken(SIGRTMIN + 17);
  blocked();
  forks();
  execs();
  sleeps();
  roams();
  inherited();
  forks_in_a_task();
  ends();
  many();
  threads();
  printf("%d passed, 0 failed\n", tried);
  return 0;
}
