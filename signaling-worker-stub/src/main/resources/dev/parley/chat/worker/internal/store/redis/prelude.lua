-- What all scripts begin with. KEYS[1] begins the name of every key; ARGV[1] is the time and ARGV[2] the time to live.
-- Nothing is written before the last refusal: a script is not rolled back.
local P, now, ttl = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local horizon = now - ttl
-- Keys also end by the clock of Redis, a while after they have expired, for the case that nobody sweeps any more.
local GRACE = 60000
local call = redis.call

-- Numbers beyond 14 digits are written with all of them.
local function int(n) return string.format('%.0f', n) end
local function refuse(code, value) error({refused = {code, value}}) end
local function keep(key, millis) call('PEXPIRE', key, int(millis + GRACE)) end
local function after(time) return '(' .. int(time) end

local function find_room(id)
  local r = call('HMGET', P .. 'room:' .. id, 'ordinal', 'owner', 'active', 'capacity', 'host')
  if not r[1] or tonumber(r[3]) <= horizon then return nil end
  return {id = id, ordinal = r[1], owner = r[2], active = tonumber(r[3]), capacity = tonumber(r[4]), host = r[5]}
end

local function require_room(id)
  local r = find_room(id)
  if not r then refuse('ROOM_NOT_FOUND') end
  return r
end

local function require_owned(id, account)
  local r = require_room(id)
  if r.owner ~= account then refuse('NOT_OWNER') end
  return r
end

local function find_peer(r, id)
  local active = call('ZSCORE', P .. 'peers:' .. r.ordinal, id)
  if not active or tonumber(active) <= horizon then return nil end
  local p = call('HMGET', P .. 'peer:' .. r.ordinal .. ':' .. id, 'slot', 'account', 'last', 'acked')
  if not p[1] then return nil end
  return {key = P .. 'peer:' .. r.ordinal .. ':' .. id, slot = p[1], account = p[2], last = tonumber(p[3]),
    acked = tonumber(p[4]), active = active}
end

-- Who has yielded its place is in 'yielded' with the time at which it was active last: it has one again before it is
-- active, so that is the same in 'peers'.
local function count_placed(ordinal)
  return call('ZCOUNT', P .. 'peers:' .. ordinal, after(horizon), '+inf')
    - call('ZCOUNT', P .. 'yielded:' .. ordinal, after(horizon), '+inf')
end

local function has_yielded(r, id)
  return call('ZSCORE', P .. 'yielded:' .. r.ordinal, id) and true or false
end

-- Who was heard of by this script and has a place again, unless it is refused.
local placing

local function require_peer(r, id, account)
  local p = find_peer(r, id)
  if not p or p.account ~= account then refuse('PEER_EXPIRED') end
  if has_yielded(r, id) then
    if count_placed(r.ordinal) >= r.capacity then refuse('PLACE_GIVEN') end
    placing = {ordinal = r.ordinal, id = id}
  end
  return p
end

-- Of those that are gone for long enough the one that is so for longest; never the host or a deputy.
local function who_yields(r, away_millis, silent_millis)
  local away, found = {}, nil
  local since = call('ZRANGE', P .. 'away:' .. r.ordinal, 0, -1, 'WITHSCORES')
  for i = 1, #since, 2 do away[since[i]] = tonumber(since[i + 1]) end
  local peers = call('ZRANGEBYSCORE', P .. 'peers:' .. r.ordinal, after(horizon), '+inf', 'WITHSCORES')
  for i = 1, #peers, 2 do
    local id, active = peers[i], tonumber(peers[i + 1])
    local gone = away[id] or active
    if ((away[id] and away[id] <= now - away_millis) or active <= now - silent_millis)
      and (not found or gone < found.gone) and id ~= r.host and not has_yielded(r, id)
      and call('HEXISTS', P .. 'deputies:' .. r.ordinal, id) == 0 then
      found = {id = id, active = peers[i + 1], gone = gone}
    end
  end
  return found
end

-- Never back: the clocks of nodes differ a little.
local function touch_room(r)
  if now > r.active then call('HSET', P .. 'room:' .. r.id, 'active', int(now)) end
  keep(P .. 'room:' .. r.id, ttl)
  keep(P .. 'peers:' .. r.ordinal, ttl)
  keep(P .. 'deputies:' .. r.ordinal, ttl)
  keep(P .. 'away:' .. r.ordinal, ttl)
  keep(P .. 'yielded:' .. r.ordinal, ttl)
  keep(P .. 'owner:' .. r.owner, ttl)
end

local function touch_peer(r, id)
  call('ZADD', P .. 'peers:' .. r.ordinal, 'GT', int(now), id)
  keep(P .. 'peer:' .. r.ordinal .. ':' .. id, ttl)
  touch_room(r)
end

local function drop_peer(ordinal, id)
  local key = P .. 'peer:' .. ordinal .. ':' .. id
  local slot = call('HGET', key, 'slot')
  for _, kind in ipairs({'peers:', 'away:', 'yielded:'}) do call('ZREM', P .. kind .. ordinal, id) end
  if slot then
    call('UNLINK', key, P .. 'mail:' .. slot, P .. 'mailtimes:' .. slot, P .. 'sent:' .. slot, P .. 'senttimes:' .. slot)
    call('ZREM', P .. 'due', 'm:' .. slot, 's:' .. slot)
  end
end

-- A number with a room is open until it expires; afterwards, and when it is given back, it rests.
local function rest(number, millis)
  local key = P .. 'nameplate:' .. number
  local plate = call('HMGET', key, 'account', 'free', 'ordinal')
  if not plate[1] then return end
  local free = int(math.min(tonumber(plate[2]), now + millis))
  call('HSET', key, 'room', '', 'free', free)
  call('ZADD', P .. 'nameplates:' .. #number, free, number)
  call('ZADD', P .. 'nameplatesof:' .. plate[1], free, number)
  call('ZADD', P .. 'due', free, 'n:' .. number)
  call('SREM', P .. 'numbers:' .. plate[3], number)
end

-- Takes away a room, but not its peers: they cannot be reached without it, and the sweep takes them in chunks.
local function bury(id, ordinal, owner, rest_millis)
  for _, number in ipairs(call('SMEMBERS', P .. 'numbers:' .. ordinal)) do rest(number, rest_millis) end
  call('UNLINK', P .. 'room:' .. id)
  for _, kind in ipairs({'peers:', 'away:', 'yielded:', 'deputies:', 'numbers:'}) do call('UNLINK', P .. kind .. ordinal) end
  call('ZREM', P .. 'listed', id)
  call('ZREM', P .. 'due', 'r:' .. ordinal .. ':' .. id)
  call('SREM', P .. 'owner:' .. owner, id)
end

local function run(body)
  local done, result = pcall(body)
  if done then
    if placing then call('ZREM', P .. 'yielded:' .. placing.ordinal, placing.id) end
    return result
  end
  if type(result) == 'table' and result.refused then return result.refused end
  error(result)
end
