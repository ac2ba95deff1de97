return run(function()
  local r = require_room(ARGV[3])
  local sender, account, receiver, kind, payload, msg_id = unpack(ARGV, 4, 9)
  local max_waiting, life_millis = tonumber(ARGV[10]), tonumber(ARGV[11])
  local from = require_peer(r, sender, account)
  local to = find_peer(r, receiver)
  if not to then refuse('RECEIVER_NOT_FOUND') end
  local mail, times = P .. 'mail:' .. to.slot, P .. 'mailtimes:' .. to.slot
  local sent, sent_times = P .. 'sent:' .. to.slot, P .. 'senttimes:' .. to.slot
  -- The sender's slot, not its id: an id can change hands, a slot number never does.
  local field = from.slot .. ':' .. msg_id
  local accepted = call('ZSCORE', sent_times, field)
  if accepted and tonumber(accepted) > horizon then return {'OK', call('HGET', sent, field), '0'} end
  local gone = now - life_millis
  if call('ZCOUNT', times, after(gone), '+inf') >= max_waiting then refuse('MAILBOX_FULL') end
  local seq = int(call('HINCRBY', to.key, 'last', 1))
  call('HSET', mail, seq, kind .. ' ' .. sender .. ' ' .. payload)
  call('ZADD', times, int(now), seq)
  call('HSET', sent, field, seq)
  call('ZADD', sent_times, int(now), field)
  keep(mail, life_millis)
  keep(times, life_millis)
  keep(sent, ttl)
  keep(sent_times, ttl)
  call('ZADD', P .. 'due', 'NX', int(now + life_millis), 'm:' .. to.slot, int(now + ttl), 's:' .. to.slot)
  return {'OK', seq, '1'}
end)
