return run(function()
  local r = require_room(ARGV[3])
  require_peer(r, ARGV[4], ARGV[5])
  drop_peer(r.ordinal, ARGV[4])
  call('ZREM', P .. 'due', 'p:' .. r.ordinal .. ':' .. ARGV[4])
  return {'OK'}
end)
