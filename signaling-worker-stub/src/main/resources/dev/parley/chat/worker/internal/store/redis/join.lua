return run(function()
  local r = require_room(ARGV[3])
  local id, account = ARGV[4], ARGV[5]
  -- Else a stranger could take the place of the host, or the lease in the name of a deputy, that is away for a while.
  if r.owner ~= account and r.host == id then refuse('ID_OF_HOST') end
  local deputies = P .. 'deputies:' .. r.ordinal
  local deputy = call('HGET', deputies, id)
  if deputy and deputy ~= '' and deputy ~= '=' .. account then refuse('ID_OF_DEPUTY') end
  local p = find_peer(r, id)
  if p and p.account ~= account then refuse('ID_OF_OTHER') end
  local yields
  if (not p or has_yielded(r, id)) and count_placed(r.ordinal) >= r.capacity then
    yields = who_yields(r, tonumber(ARGV[6]), tonumber(ARGV[7]))
    if not yields then refuse('ROOM_FULL', int(r.capacity)) end
  end
  -- A deputy that nobody had been in the room as when it was named is whoever comes under its id first.
  if deputy == '' then call('HSET', deputies, id, '=' .. account) end
  if yields then call('ZADD', P .. 'yielded:' .. r.ordinal, yields.active, yields.id) end
  call('ZREM', P .. 'yielded:' .. r.ordinal, id)
  local acked = p and p.acked or 0
  if not p then
    drop_peer(r.ordinal, id)
    call('HSET', P .. 'peer:' .. r.ordinal .. ':' .. id, 'slot', int(call('INCR', P .. 'slot')), 'account', account,
      'last', '0', 'acked', '0')
    call('ZADD', P .. 'due', int(now + ttl), 'p:' .. r.ordinal .. ':' .. id)
    call('ZADD', P .. 'away:' .. r.ordinal, int(now), id)
  end
  touch_peer(r, id)
  return {'OK', int(acked)}
end)
