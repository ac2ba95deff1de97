return run(function()
  local r = find_room(ARGV[3])
  local p = r and find_peer(r, ARGV[4])
  -- Of a connection that a later one has taken the place of, on another worker perhaps, nothing follows.
  if p and p.account == ARGV[5] and tonumber(call('HGET', p.key, 'rank') or '0') <= tonumber(ARGV[6]) then
    call('ZADD', P .. 'away:' .. r.ordinal, 'NX', int(now), ARGV[4])
    keep(P .. 'away:' .. r.ordinal, ttl)
  end
  return {'OK'}
end)
