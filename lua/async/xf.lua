-- Transducers: ways to change what goes through, whatever it goes through. On
-- channels, `chan(10, xf.map(f))`, and on lists, `xf.into({}, xf.map(f), list)`.
-- Functions with several words in their name have Clojure's spelling too.

local xf = {}

for _, part in ipairs { "async.xf.stages", "async.xf.lists" } do
  for name, f in pairs(require(part)) do
    xf[name] = f
    xf[(name:gsub("_", "-"))] = f
  end
end

return xf
