-- Random numbers that are the same on every Lua: random(seed) makes `below`, and
-- `below(n)` is a whole number from 1 to n.
return function(seed)
  local state = seed % 2147483646 + 1
  return function(n)
    state = (state * 16807) % 2147483647
    return state % n + 1
  end
end
