-- The rules of Leadership.java.
return run(function()
  local r = require_room(ARGV[3])
  local peer, fence = ARGV[4], tonumber(ARGV[6])
  local lease_millis, max_step, max_fence = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
  require_peer(r, peer, ARGV[5])
  local function may_lead(id) return id == r.host or call('HEXISTS', P .. 'deputies:' .. r.ordinal, id) == 1 end
  if not may_lead(peer) then refuse('MAY_NOT_LEAD') end
  local key = P .. 'room:' .. r.id
  local l = call('HMGET', key, 'holder', 'fence', 'held_until')
  local holder, last, ends = l[1], tonumber(l[2] or '0'), tonumber(l[3] or '0')
  local held = holder and ends > now and may_lead(holder)
  if held and holder ~= peer then
    -- Who has led under a greater fence knows what was forgotten here: the holder's next one is greater.
    if fence > last and fence - last < max_step then
      last = fence
      call('HSET', key, 'fence', int(last))
    end
    return {'OK', holder, int(last), int(ends - now)}
  end
  local next_fence = fence
  if not held or last ~= fence then
    next_fence = math.max(last, fence) + 1
    if next_fence - last > max_step or next_fence > max_fence then refuse('FENCE_TOO_FAR') end
  end
  call('HSET', key, 'holder', peer, 'fence', int(next_fence), 'held_until', int(now + lease_millis))
  return {'OK', peer, int(next_fence), int(lease_millis)}
end)
