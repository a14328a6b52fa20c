-- lua bench/run.lua [WORD]   the table; with WORD only rows whose name contains it
-- lua bench/run.lua --check  every case once and small, as a test
--
-- Before each case of each round the bare resume and yield loop is timed again,
-- so a row's ratio compares two moments that are close together. Figures are
-- medians over the rounds; a ratio is the median of the rounds' ratios.
local built = {} -- the cases of what is built on single operations
for name in pairs(require("bench.combinators")) do built[name] = true end
local cases = require("bench.cases")
local async = require("async")

local BASE_N = 200000
local ROUNDS = 15

-- name, case, how often in a round, and the highest ratio that is good
local rows = {
  { "ping-pong, round trip", "ping_pong", 100000, lua54 = 6.5, luajit = 11 },
  { "unbuffered hand-over, item", "hand_over", 200000, lua54 = 2.8 },
  { "buffer of 128, put and take", "buffered", 300000, lua54 = 1.5 },
  { "put! and take!, callbacks at once", "callbacks_at_once", 200000 },
  { "take! and put!, callbacks queued", "callbacks_queued", 200000 },
  { "offer! and poll!", "offer_and_poll", 400000 },
  { "go, create and finish", "go_and_finish", 100000, lua54 = 4 },
  { "alts!, 1 of 2 ready", "alts_of_2", 50000, lua54 = 6 },
  { "alts!, 1 of 10 ready", "alts_of_10", 30000 },
  { "alts!, 1 of 100 ready", "alts_of_100", 5000 },
  { "alts! that parks on 10", "alts_parking", 20000, lua54 = 25 },
  { "timeout, added and fired", "timeouts", 100000, rounds = 3 },
  { "buffer and three-stage transducer", "transducer", 200000, lua54 = 5 },
  { "pipe, item", "pipe", 100000, lua54 = 6 },
  { "pipe between unbuffered, item", "pipe_unbuffered", 100000, lua54 = 6 },
  { "pipeline of 4, mapped item", "pipeline", 20000, lua54 = 40 },
  { "merge of 10, item", "merge", 20000, lua54 = 25 },
  { "into a list of 100,000, item", "into", 100000 },
  { "mult to 10 taps, item", "mult_of_10", 20000, lua54 = 35 },
  { "pub with 100 topics, item", "pub_of_100", 50000, lua54 = 14 },
}
local BLOCKS, MOST_BYTES = 10000, { lua54 = 2.2 * 1024 }

local kind = jit and "luajit" or (_VERSION:lower():gsub("[ .]", ""))

local function median(list)
  table.sort(list)
  local middle = #list / 2
  if middle % 1 == 0 then return (list[middle] + list[middle + 1]) / 2 end
  return list[middle + 0.5]
end

local function verdict(value, target)
  if not target then return "" end
  return value <= target and "ok" or "over"
end

local function base_ns()
  return cases.resume_and_yield(BASE_N) / BASE_N * 1e9
end

-- One row once: nanoseconds for an operation, and the ratio to the loop just before it.
local function measure(row)
  local n = row[3]
  collectgarbage()
  local base = base_ns()
  local seconds, remark = cases[row[2]](n)
  local ns = seconds / n * 1e9
  row.ns[#row.ns + 1], row.ratios[#row.ratios + 1], row.remark = ns, ns / base, remark
  return base
end

local function print_row(row)
  local target, ratio = row[kind], median(row.ratios)
  print(("%-34s %9.0f %8.2f  %8s  %s"):format(row[1], median(row.ns), ratio,
    target and ("%.1f"):format(target) or "", verdict(ratio, target)))
end

local function print_memory(lua_bytes, resident)
  local most = MOST_BYTES[kind]
  print(("%-34s %9.0f bytes     %8s  %s"):format("parked go block and its channel", lua_bytes,
    most and ("%.0f"):format(most) or "", verdict(lua_bytes, most)))
  if resident then
    print(("%-34s %9.0f bytes"):format("the same, growth of the process", resident))
  end
end

local function table_of(word)
  print(("async %s on %s, %d rounds"):format(async._VERSION, jit and jit.version or _VERSION, ROUNDS))
  local lua_bytes, resident = cases.memory(BLOCKS) -- first, while the process is small
  local bases, chosen = {}, {}
  for _, row in ipairs(rows) do
    if row[1]:find(word, 1, true) then
      row.ns, row.ratios = {}, {}
      chosen[#chosen + 1] = row
    end
  end
  local function rounds(first, last)
    for round = 1, ROUNDS do
      for i = first, last do
        if round <= (chosen[i].rounds or ROUNDS) then bases[#bases + 1] = measure(chosen[i]) end
      end
    end
  end
  -- What is built on operations leaves the heap in pieces, so it comes after them.
  local single = 0
  for _, row in ipairs(chosen) do
    if not built[row[2]] then single = single + 1 end
  end
  rounds(1, single)
  rounds(single + 1, #chosen)
  print(("%-34s %9s %8s  %8s"):format("", "ns", "ratio", "target"))
  print(("%-34s %9.0f %8.2f"):format("bare coroutine.resume and yield", median(bases), 1))
  for _, row in ipairs(chosen) do print_row(row) end
  print_memory(lua_bytes, resident)
  for _, row in ipairs(chosen) do
    if row.remark then print(("%s: %s"):format(row[1], row.remark)) end
  end
end

local function check()
  local passed, failed = 0, 0
  local function try(name, argument)
    local ok, err = pcall(cases[name], argument)
    if ok then
      passed = passed + 1
    else
      failed = failed + 1
      print(("%s: %s"):format(name, tostring(err)))
    end
  end
  try("resume_and_yield", 100)
  try("memory", 100)
  for _, row in ipairs(rows) do try(row[2], 2100) end
  print(("%d passed, %d failed"):format(passed, failed))
  os.exit(failed == 0 and 0 or 1)
end

if arg[1] == "--check" then
  check()
else
  table_of(arg[1] or "")
end
