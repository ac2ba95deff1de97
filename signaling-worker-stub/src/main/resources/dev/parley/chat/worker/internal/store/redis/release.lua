return run(function()
  local r = require_room(ARGV[3])
  require_peer(r, ARGV[4], ARGV[5])
  local key = P .. 'room:' .. r.id
  local l = call('HMGET', key, 'holder', 'fence')
  if l[1] == ARGV[4] and l[2] == ARGV[6] then call('HSET', key, 'held_until', '0') end
  return {'OK'}
end)
