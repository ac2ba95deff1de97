return run(function()
  local r = require_room(ARGV[3])
  local p = require_peer(r, ARGV[4], ARGV[5])
  local rank = tonumber(ARGV[6])
  if rank > tonumber(call('HGET', p.key, 'rank') or '0') then call('HSET', p.key, 'rank', int(rank)) end
  call('ZREM', P .. 'away:' .. r.ordinal, ARGV[4])
  return {'OK'}
end)
