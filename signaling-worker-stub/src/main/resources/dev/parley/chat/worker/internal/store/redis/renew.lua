return run(function()
  local r = require_room(ARGV[3])
  require_peer(r, ARGV[4], ARGV[5])
  call('ZREM', P .. 'away:' .. r.ordinal, ARGV[4])
  touch_peer(r, ARGV[4])
  return {'OK'}
end)
