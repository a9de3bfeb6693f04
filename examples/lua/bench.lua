-- Half a minute of work for a Lua interpreter: small classic programs in turn, each with one line of output. Nothing here depends on
-- time, addresses or random seeds, so two runs print the same bytes. The first argument is the number of rounds.

local rounds = tonumber(arg and arg[1]) or 14

-- Eight queens and more: recursion, one frame of the interpreter on another.
local function queens(size)
  local columns, up, down, found = {}, {}, {}, 0
  local function place(row)
    if row > size then
      found = found + 1
      return
    end
    for column = 1, size do
      local u, d = row + column, row - column
      if not columns[column] and not up[u] and not down[d] then
        columns[column], up[u], down[d] = true, true, true
        place(row + 1)
        columns[column], up[u], down[d] = false, false, false
      end
    end
  end
  place(1)
  return found
end

-- Planets around a sun: floating point numbers in tables.
local function orbit(steps)
  local bodies = {
    { x = 0, y = 0, vx = 0, vy = 0, mass = 1000 },
    { x = 10, y = 0, vx = 0, vy = 10, mass = 1 },
    { x = 0, y = 22, vx = -6.7, vy = 0, mass = 2 },
    { x = -41, y = 0, vx = 0, vy = -4.9, mass = 0.5 },
  }
  for _ = 1, steps do
    for i, a in ipairs(bodies) do
      for j, b in ipairs(bodies) do
        if i ~= j then
          local dx, dy = b.x - a.x, b.y - a.y
          local square = dx * dx + dy * dy
          local pull = b.mass / (square * math.sqrt(square)) * 0.001
          a.vx, a.vy = a.vx + dx * pull, a.vy + dy * pull
        end
      end
    end
    for _, body in ipairs(bodies) do
      body.x, body.y = body.x + body.vx * 0.001, body.y + body.vy * 0.001
    end
  end
  return "planet at " .. math.floor(bodies[2].x * 1e6) .. ", " .. math.floor(bodies[2].y * 1e6)
end

-- Primes below a limit: one large table, written in long loops.
local function primes(limit)
  local composite, count = {}, 0
  for candidate = 2, limit do
    if not composite[candidate] then
      count = count + 1
      for multiple = candidate * candidate, limit, candidate do
        composite[multiple] = true
      end
    end
  end
  return count
end

-- Words of a made-up language, counted and sorted: strings, hashing, a comparison function.
local seed = 42
local function random(limit)
  seed = (seed * 3877 + 29573) % 139968
  return seed % limit
end

local function words(amount)
  local counts, list = {}, {}
  for _ = 1, amount do
    local word = string.char(97 + random(20), 97 + random(7), 97 + random(20))
    if not counts[word] then
      list[#list + 1] = word
    end
    counts[word] = (counts[word] or 0) + 1
  end
  table.sort(list, function(a, b)
    if counts[a] ~= counts[b] then
      return counts[a] > counts[b]
    end
    return a < b
  end)
  return string.format("%d different, %s %d times", #list, list[1], counts[list[1]])
end

-- What stays from round to round, so that the program carries more state the longer it runs.
local history = {}

local function remember(text)
  history[#history + 1] = text
  local sum = 0
  for index, line in ipairs(history) do
    for position = 1, #line do
      sum = (sum * 31 + line:byte(position) + index) % 1000000007
    end
  end
  return sum
end

local function padded(text, width)
  return text .. string.rep(" ", math.max(1, width - #text))
end

local function show(round, name, result)
  local line = padded("round " .. round, 10) .. padded(name, 8) .. result
  print(padded(line, 56) .. "sum " .. remember(line))
end

for round = 1, rounds do
  show(round, "queens", queens(9) .. " ways to place them")
  show(round, "orbit", orbit(60000 + round))
  show(round, "primes", primes(800000 + 1000 * round) .. " below " .. 800000 + 1000 * round)
  show(round, "words", words(300000 + round))
end
print("done")
