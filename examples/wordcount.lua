-- The ten most frequent words in the files of a directory:
--   lua examples/wordcount.lua [DIRECTORY]
-- Four files at a time are read and counted, and the counts are added up as they come.
local async = require("async")

local directory = arg[1] or tostring(arg[0]):match("^(.*)/") or "."

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- The files, in the order of `ls`; it marks directories with a slash.
local function files_of(path)
  local files = {}
  local pipe = assert(io.popen("ls -p " .. quote(path)))
  for name in pipe:lines() do
    if name:sub(-1) ~= "/" then files[#files + 1] = path .. "/" .. name end
  end
  pipe:close()
  return files
end

-- A job of the pipeline. One that fails is reported, and the others go on.
local function count_words(file, result)
  local handle = assert(io.open(file, "rb"))
  local counts = {}
  for word in handle:read("*a"):lower():gmatch("%a+") do
    counts[word] = (counts[word] or 0) + 1
  end
  handle:close()
  async.put(result, counts)
  async.close(result)
end

local function add(total, counts)
  total.files = total.files + 1
  for word, count in pairs(counts) do
    total.words[word] = (total.words[word] or 0) + count
  end
  return total
end

local counts = async.chan()
async.pipeline_async(4, counts, count_words, async.to_chan(files_of(directory)))
local total = async.take(counts:reduce(add, { files = 0, words = {} }))

local words = {}
for word, count in pairs(total.words) do words[#words + 1] = { word, count } end
table.sort(words, function(a, b)
  if a[2] ~= b[2] then return a[2] > b[2] end
  return a[1] < b[1]
end)

print(("%d files, %d different words"):format(total.files, #words))
for i = 1, math.min(10, #words) do print(("%6d %s"):format(words[i][2], words[i][1])) end
