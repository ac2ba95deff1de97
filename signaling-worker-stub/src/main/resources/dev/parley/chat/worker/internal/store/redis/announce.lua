return run(function()
  local id, owner, descriptor, signature, listed, capacity, host = unpack(ARGV, 3, 9)
  local max_rooms, rest_millis = tonumber(ARGV[10]), tonumber(ARGV[11])
  local key = P .. 'room:' .. id
  local r = find_room(id)
  if r then
    if r.owner ~= owner or call('HGET', key, 'descriptor') ~= descriptor then refuse('ROOM_EXISTS') end
    touch_room(r)
    return {'OK', 'RENEWED'}
  end
  local live, gone = 0, {}
  for _, other in ipairs(call('SMEMBERS', P .. 'owner:' .. owner)) do
    local room = find_room(other)
    if room and room.owner == owner then live = live + 1 else gone[#gone + 1] = other end
  end
  if live >= max_rooms then refuse('TOO_MANY_ROOMS') end
  for _, other in ipairs(gone) do call('SREM', P .. 'owner:' .. owner, other) end
  -- An expired namesake that the sweep has not reached yet.
  local before = call('HMGET', key, 'ordinal', 'owner')
  if before[1] then bury(id, before[1], before[2], rest_millis) end
  local ordinal = int(call('INCR', P .. 'ordinal'))
  call('HSET', key, 'ordinal', ordinal, 'owner', owner, 'descriptor', descriptor, 'signature', signature,
    'capacity', capacity, 'host', host, 'active', int(now))
  call('SADD', P .. 'owner:' .. owner, id)
  if listed == '1' then call('ZADD', P .. 'listed', ordinal, id) else call('ZREM', P .. 'listed', id) end
  call('ZADD', P .. 'due', int(now + ttl), 'r:' .. ordinal .. ':' .. id)
  touch_room({id = id, ordinal = ordinal, owner = owner, active = now})
  return {'OK', 'CREATED'}
end)
