return run(function()
  local r = require_owned(ARGV[3], ARGV[4])
  local max, open_millis, rest_millis, max_digits = unpack(ARGV, 5, 8)
  local mine = P .. 'nameplatesof:' .. r.owner
  if call('ZCOUNT', mine, after(now), '+inf') >= tonumber(max) then
    local first = call('ZRANGEBYSCORE', mine, after(now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    refuse('TOO_MANY_NAMEPLATES', int(tonumber(first[2]) - now))
  end
  -- One of the numbers with the fewest digits of which less than half are taken. The draws come from the caller: chance
  -- is the same in every script here. That all of them hit a taken number does not happen.
  local number
  for digits = 1, tonumber(max_digits) do
    local taken = P .. 'nameplates:' .. digits
    local from, size = 10 ^ (digits - 1), 9 * 10 ^ (digits - 1)
    if 2 * call('ZCOUNT', taken, after(now), '+inf') < size then
      for i = 9, #ARGV do
        local drawn = int(from + tonumber(ARGV[i]) % size)
        local free = call('ZSCORE', taken, drawn)
        if not free or tonumber(free) <= now then number = drawn break end
      end
      break
    end
  end
  if not number then refuse('NO_NUMBER_FREE') end
  local key = P .. 'nameplate:' .. number
  local before = call('HMGET', key, 'account', 'ordinal')
  if before[1] then
    call('ZREM', P .. 'nameplatesof:' .. before[1], number)
    call('SREM', P .. 'numbers:' .. before[2], number)
  end
  local expires, free = int(now + open_millis), int(now + open_millis + rest_millis)
  call('UNLINK', key)
  call('HSET', key, 'account', r.owner, 'room', r.id, 'ordinal', r.ordinal, 'lookups', '0', 'expires', expires, 'free', free)
  call('ZADD', P .. 'nameplates:' .. #number, free, number)
  call('ZADD', mine, free, number)
  call('SADD', P .. 'numbers:' .. r.ordinal, number)
  call('ZADD', P .. 'due', free, 'n:' .. number)
  for _, kept in ipairs({key, P .. 'nameplates:' .. #number, mine, P .. 'numbers:' .. r.ordinal}) do
    keep(kept, open_millis + rest_millis)
  end
  return {'OK', number}
end)
