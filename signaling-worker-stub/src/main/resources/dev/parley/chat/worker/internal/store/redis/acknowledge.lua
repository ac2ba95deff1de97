return run(function()
  local r = require_room(ARGV[3])
  local p = require_peer(r, ARGV[4], ARGV[5])
  call('ZREM', P .. 'away:' .. r.ordinal, ARGV[4])
  -- A number from the future acknowledges what there is, not what will come.
  local up_to = math.min(tonumber(ARGV[6]), p.last)
  if up_to > p.acked then
    local mail, times = P .. 'mail:' .. p.slot, P .. 'mailtimes:' .. p.slot
    for _, seq in ipairs(call('ZRANGE', times, 0, -1)) do
      if tonumber(seq) <= up_to then
        call('HDEL', mail, seq)
        call('ZREM', times, seq)
      end
    end
    call('HSET', p.key, 'acked', int(up_to))
  end
  return {'OK'}
end)
